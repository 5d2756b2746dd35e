"""The forms of the working calendar: one day, and a whole year."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifang.core.calendar.notice import MOST, written_days
from lifang.core.calendar.plan import Break, holiday_name
from lifang.core.calendar.week import holiday_names
from lifang.core.i18n import Text
from lifang.core.web.forms import Form, date_input

ROWS = 10
_YEARLY = 7  # the public holidays of every year stand first in the library


class DayForm(Form):
    working = forms.TypedChoiceField(
        label=_("On this day"),
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        choices=[("no", _("no work: a holiday")), ("yes", _("work: a make-up workday"))],
    )
    name_zh = forms.CharField(label=_("Chinese name"), max_length=40)
    name_en = forms.CharField(
        label=_("English name"),
        max_length=80,
        required=False,
        help_text=_("Left empty, the usual English name is taken."),
    )
    source = forms.CharField(label=_("Which document says so"), max_length=200, required=False)

    def name(self) -> Text:
        zh, en = self.cleaned_data["name_zh"], self.cleaned_data["name_en"]
        return Text(zh=zh, en=en or holiday_name(zh).en)


class NoticeForm(Form):
    text = forms.CharField(
        label=_("Text of the notice"),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 7, "spellcheck": "false"}),
        help_text=_(
            "Paste the whole notice of the State Council. Its dates are put into the table below; nothing is saved yet."
        ),
    )


class SourceForm(Form):
    source = forms.CharField(
        label=_("Which document says so"),
        max_length=200,
        required=False,
        help_text=_("For example the number of the notice."),
    )
    whole = forms.BooleanField(
        label=_("Take back what was set for this year before and is not in the table"),
        required=False,
    )


class DatesField(forms.CharField):
    """Dates one after another, with or without their year."""

    def __init__(self, year: int = 0, **kwargs: Any) -> None:
        self.year = year
        super().__init__(max_length=200, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else ", ".join(map(str, value))

    def clean(self, value: Any) -> tuple[date, ...]:
        try:
            days = written_days(str(super().clean(value)), self.year)
        except ValueError:
            raise forms.ValidationError(_("One of these is not a date.")) from None
        if days is None:
            raise forms.ValidationError(_("Write dates like 2027-02-14, separated by commas."))
        return days


class BreakForm(Form):
    name = forms.CharField(label=_("Holiday"), max_length=40, required=False)
    first = forms.DateField(label=_("First day off"), required=False, widget=date_input())
    last = forms.DateField(label=_("Last day off"), required=False, widget=date_input())
    make_up = DatesField(label=_("Make-up workdays"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        dated = given.get("first") or given.get("last") or given.get("make_up")
        if dated and not given.get("name"):
            self.add_error("name", _("Which holiday is it?"))
        return given

    def made(self) -> Break | None:
        """The break of this row; None where no date was written."""
        given = self.cleaned_data
        if not (given["first"] or given["last"] or given["make_up"]):
            return None
        return Break(holiday_name(given["name"]), given["first"], given["last"], given["make_up"])


def rows(year: int, data: Any = None, breaks: list[Break] | None = None) -> list[BreakForm]:
    """The table of a year: what was posted, what a notice says, or the names alone."""
    usual = [Break(name) for name in holiday_names()[:_YEARLY]]
    start = [*(breaks or usual)][:ROWS]
    forms_ = []
    for number in range(max(ROWS, len(start))):
        one = start[number] if number < len(start) else Break(Text(zh="", en=""))
        form = BreakForm(
            data,
            prefix=f"row{number}",
            initial={**one._asdict(), "name": one.name.zh},
        )
        form.fields["make_up"].year = year  # type: ignore[attr-defined]
        forms_.append(form)
    return forms_
