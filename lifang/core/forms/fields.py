"""From a question to a field that says what is wrong with an answer."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifang.core.access import Refused
from lifang.core.crypto.numbers import identity_fault
from lifang.core.files.darkroom import Print, develop, whole
from lifang.core.files.voice import Voice, hear
from lifang.core.forms.filled import NO, YES
from lifang.core.forms.shape import FILES, Question
from lifang.core.web.forms import Form, date_input

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
NUMBER_MOST = 1_000_000_000
_TELEPHONE = RegexValidator(
    r"^\+?[0-9][0-9 ()-]{4,22}[0-9]$", gettext_lazy("Digits, with spaces or dashes if you like.")
)
_NAME = RegexValidator(
    r"^[^\W\d_][^\d_<>{}\[\]\\/]*$", gettext_lazy("Letters or characters, as on the document.")
)


class Papers(forms.FileField):
    """Several files of one kind: photos are developed, papers are PDFs. Nothing of an original is kept."""

    def __init__(self, *, kind: str, most: int, **more: Any) -> None:
        accept = "image/*" if kind == "photo" else "application/pdf"
        widget = _Several(attrs={"accept": accept, **({"multiple": True} if most > 1 else {})})
        super().__init__(widget=widget, **more)
        self.kind, self.most = kind, most

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if not files and self.required and not initial:
            raise ValidationError(_("Please choose a file."))
        if len(files) > self.most:
            raise ValidationError(_("At most %(most)s files.") % {"most": self.most})
        try:
            return [self._read(one) for one in files]
        except Refused as refused:
            raise ValidationError(str(refused.refusal)) from refused

    def _read(self, upload: Any) -> "Print | Paper":
        if self.kind == "photo":
            return develop(upload)
        data = whole(upload)
        if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-2048:]:
            raise Refused("paper_kind")
        return Paper(str(upload.name), data)


class Spoken(forms.FileField):
    """One voice note; its kind is read from its own bytes."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=forms.FileInput(attrs={"accept": "audio/*"}), **more)

    def clean(self, data: Any, initial: Any = None) -> Voice | None:
        if not data:
            if self.required and not initial:
                raise ValidationError(_("Please choose a file."))
            return None
        try:
            return hear(data)
        except Refused as refused:
            raise ValidationError(str(refused.refusal)) from refused


class Paper:
    """A PDF that was looked at; reads as bytes, as an upload does."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name, self.data = name, data

    def read(self, size: int = -1, /) -> bytes:
        return self.data if size < 0 else self.data[:size]


class _Several(forms.ClearableFileInput):
    allow_multiple_selected = True


class Sheet(Form):
    """Some questions as a form. Cleaned values are what a draft keeps: JSON, and files as they were read."""

    def __init__(
        self, questions: Iterable[Question], *args: Any, today: date, kept: Any = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.questions = list(questions)
        for one in self.questions:
            self.fields[one.key] = field(one, today, bool((kept or {}).get(one.key)))

    def told(self) -> dict[str, Any]:
        """The answers without the files."""
        return {
            one.key: _plain(one, self.cleaned_data.get(one.key))
            for one in self.questions
            if one.kind not in FILES
        }

    def sent(self) -> dict[str, list[Any]]:
        """The files."""
        return {one.key: self.cleaned_data[one.key] for one in self.questions if one.kind in FILES}


def shown(one: Question, value: Any) -> Any:
    """A kept answer as its field shows it again."""
    if one.kind == "money" and value not in ("", None):
        return Decimal(value) / 100
    return value


def _plain(one: Question, value: Any) -> Any:
    if value is None:
        return ""
    if one.kind == "money":
        return int(value * 100)
    if isinstance(value, date):
        return value.isoformat()
    return value


def field(one: Question, today: date, has_files: bool = False) -> forms.Field:
    """The field of a question."""
    said = {"label": str(one.name), "help_text": str(one.hint or ""), "required": one.required}
    if one.kind in FILES:
        return Papers(kind=one.kind, most=one.most or 1, **{**said, "required": one.required and not has_files})  # fmt: skip
    made: forms.Field = _MADE[one.kind](one, today)
    for name, value in said.items():
        setattr(made, name, value)
    made.widget.is_required = one.required
    return made


def _text(one: Question, today: date) -> forms.Field:
    return forms.CharField(max_length=one.most or 200)


def _long(one: Question, today: date) -> forms.Field:
    return forms.CharField(max_length=one.most or 2000, widget=forms.Textarea)


def _name(one: Question, today: date) -> forms.Field:
    return forms.CharField(max_length=60, validators=[_NAME], widget=_typed("text", "name"))


def _telephone(one: Question, today: date) -> forms.Field:
    return forms.CharField(max_length=24, validators=[_TELEPHONE], widget=_typed("tel", "tel"))


def _identity(one: Question, today: date) -> forms.Field:
    return IdentityField(today)


class IdentityField(forms.CharField):
    """A citizen's number (GB 11643), with its check digit."""

    def __init__(self, today: date) -> None:
        super().__init__(max_length=18, widget=_typed("text", "off"))
        self.today = today

    def clean(self, value: Any) -> str:
        number = str(super().clean(value)).upper()
        fault = identity_fault(number, self.today) if number else None
        if fault:
            raise ValidationError(_FAULTS[fault])
        return number


_FAULTS = {
    "length": gettext_lazy("An identity number has 18 places."),
    "characters": gettext_lazy("An identity number is 17 digits and a digit or X."),
    "date": gettext_lazy("The date of birth in this number cannot be."),
    "check": gettext_lazy("The last place does not fit the others. Please compare it with the card."),
}  # fmt: skip


def _date(one: Question, today: date) -> forms.Field:
    return DayField(today if one.past else LAST_DAY)


class DayField(forms.DateField):
    """A day of a life of today."""

    def __init__(self, last: date) -> None:
        super().__init__(widget=date_input())
        self.last = last

    def clean(self, value: Any) -> date | None:
        found = super().clean(value)
        if found is not None and not FIRST_DAY <= found <= self.last:
            raise ValidationError(_("A day from 1900 on, not after %(last)s.") % {"last": self.last.isoformat()})  # fmt: skip
        return found  # type: ignore[no-any-return]


def _number(one: Question, today: date) -> forms.Field:
    return forms.IntegerField(min_value=one.least if one.least is not None else 0, max_value=NUMBER_MOST if one.most is None else one.most)  # fmt: skip


def _money(one: Question, today: date) -> forms.Field:
    least, most = one.least or 0, one.most or NUMBER_MOST
    return forms.DecimalField(decimal_places=2, max_digits=12, min_value=Decimal(least) / 100, max_value=Decimal(most) / 100)  # fmt: skip


def _address(one: Question, today: date) -> forms.Field:
    return forms.CharField(max_length=300, widget=_typed("text", "street-address"))


def _choices(one: Question) -> list[tuple[str, str]]:
    return [(option.key, f"{option.name}{f' — {option.hint}' if option.hint else ''}") for option in one.options]  # fmt: skip


def _choice(one: Question, today: date) -> forms.Field:
    return forms.ChoiceField(choices=_choices(one), widget=forms.RadioSelect)


def _several(one: Question, today: date) -> forms.Field:
    return forms.MultipleChoiceField(choices=_choices(one), widget=forms.CheckboxSelectMultiple)


def _yes(one: Question, today: date) -> forms.Field:
    return forms.ChoiceField(choices=[("yes", str(YES)), ("no", str(NO))], widget=forms.RadioSelect)


def _typed(kind: str, complete: str) -> forms.TextInput:
    return forms.TextInput(attrs={"type": kind, "autocomplete": complete})


_MADE: dict[str, Any] = {
    "text": _text, "long": _long, "name": _name, "telephone": _telephone, "identity": _identity, "date": _date,
    "number": _number, "money": _money, "address": _address, "choice": _choice, "several": _several, "yes": _yes,
}  # fmt: skip
