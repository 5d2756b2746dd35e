"""The questions of an arrival, one a page."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.web.forms import Form, date_input
from lifang.registry import rules, selectors
from lifang.registry.catalogue import CODES
from lifang.registry.web.move_forms import relations

OWN = "own"  # a household of their own behind the door
CALLED = _("Register an arrival")
OTHER = "other"  # somebody else after all


def refusals(form: Any, *found: Any) -> None:
    """Refusals of the rules, each at its field."""
    for refusal in found:
        if refusal is not None:
            name = refusal.facts.get("field")
            form.add_error(name if name in form.fields else None, str(refusal))


CARD = {"card_name": 50, "card_nation": 20, "card_address": 200}


class NumberForm(Form):
    """`card_…`: what somebody took over from a photo of the card; the later pages begin with it, to be confirmed there."""

    called = CALLED

    document = forms.ChoiceField(label=_("Kind of document"))
    identity = forms.CharField(
        label=_("Number of the document"), required=False, max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
        help_text=_("Birthday and sex are read from it; whether the number is registered already is looked up."),
    )  # fmt: skip

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["document"].choices = CODES["document"].choices()  # type: ignore[attr-defined]
        for name, most in CARD.items():
            self.fields[name] = forms.CharField(required=False, max_length=most, widget=forms.HiddenInput())  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        kind, number = given.get("document", ""), given.get("identity", "")
        if kind and kind != "none" and not number:
            self.add_error("identity", _("Write the number, or choose that there is no document."))
        elif kind:
            given["identity"] = rules.normal_number(kind, number)
            refusals(self, rules.number_fault(kind, given["identity"], self.today))
        return given


class KnownForm(Form):
    choice = forms.ChoiceField(label=_("What now?"), widget=forms.RadioSelect)
    despite = forms.CharField(
        label=_("Why is it another person?"), required=False, max_length=200,
        help_text=_("Two people do share a number, rarely. What you write is kept."),
    )  # fmt: skip

    def __init__(self, *args: Any, here: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        other = [(OTHER, _("It is another person with the same number"))] if here else []
        self.fields["choice"].choices = [("move", _("Move them here")), *other]  # type: ignore[attr-defined]
        if not here:
            del self.fields["despite"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("choice") == OTHER and not given.get("despite", "").strip():
            self.add_error("despite", _("Say why it is another person."))
        return given


class NameForm(Form):
    called = CALLED

    name = forms.CharField(label=_("Full name"), max_length=50)
    telephone = forms.CharField(
        label=_("Telephone number"), required=False, max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        refusals(
            self,
            rules.name_fits(given.get("name", "x")),
            rules.telephone_shape(given.get("telephone", "")),
        )
        return given


class SameForm(Form):
    same = forms.ChoiceField(label=_("Is it one of these?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, found: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["same"].choices = [*found, (OTHER, _("None of them: enter a new person"))]  # type: ignore[attr-defined]


class AboutForm(Form):
    called = CALLED

    sex = forms.ChoiceField(label=_("Sex"), required=False)
    born = forms.DateField(label=_("Date of birth"), required=False, widget=date_input())
    residence = forms.ChoiceField(label=_("Residence"))
    ethnicity = forms.ChoiceField(label=_("Ethnic group"), required=False)
    registered_at = forms.CharField(label=_("Registered residence"), required=False, max_length=200)
    work_place = forms.CharField(label=_("Work place or school"), required=False, max_length=200)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name in ("sex", "ethnicity"):
            self.fields[name].choices = [("", "—"), *CODES[name].choices()]  # type: ignore[attr-defined]
        self.fields["residence"].choices = CODES["residence"].choices()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        refusals(self, rules.day_fits(given.get("born"), self.today, "born"))
        return given


class HomeForm(Form):
    words = forms.CharField(
        label=_("Behind which door?"), max_length=100, required=False,
        help_text=_("An address or a part of it: estate, building, stair, number."),
    )  # fmt: skip
    door = forms.ChoiceField(label=_("Doors that fit"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = self.data.get("words", "") if self.is_bound else str(self.initial.get("words", ""))
        found = selectors.find_doors(actor, text.replace("\x00", "")[:100], 12)
        self.asked, self.found = text.strip(), found
        self.fields["door"].choices = [(str(one.pk), one.address or one.name) for one in found]  # type: ignore[attr-defined]
        if not found:
            self.fields["door"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("door") and "door" not in self.errors:
            if len(self.found) == 1:
                given["door"] = str(self.found[0].pk)
            elif self.found:
                self.add_error("door", _("Choose one of these doors."))
            else:
                self.add_error(
                    "words",
                    _("No door of your areas has this address.")
                    if self.asked
                    else _("Write an address."),
                )
        return given


class TermsForm(Form):
    into = forms.ChoiceField(label=_("With whom?"), widget=forms.RadioSelect)
    relation = forms.ChoiceField(
        label=_("What are they to the head?"), required=False,
        help_text=_("Only for who joins a household."),
    )  # fmt: skip
    occupancy = forms.ChoiceField(
        label=_("They live there as"), required=False, help_text=_("Only for a household of their own."),
    )  # fmt: skip
    expires_on = forms.DateField(
        label=_("Registered until"), required=False, widget=date_input(),
        help_text=_("Only for temporary residents and people from abroad."),
    )  # fmt: skip

    def __init__(self, *args: Any, homes: list[tuple[str, str]], own: bool, dated: bool, today: date, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.today = today
        alone = [(OWN, _("A household of their own"))] if own else []
        self.fields["into"].choices = [*homes, *alone]  # type: ignore[attr-defined]
        self.fields["relation"].choices = relations()  # type: ignore[attr-defined]
        self.fields["occupancy"].choices = CODES["occupancy"].choices()  # type: ignore[attr-defined]
        if len(homes) + own == 1:
            self.fields["into"].initial = homes[0][0] if homes else OWN
        if not homes:
            del self.fields["relation"]
        if not own:
            del self.fields["occupancy"]
        if not dated:
            del self.fields["expires_on"]

    def clean_expires_on(self) -> date | None:
        day: date | None = self.cleaned_data["expires_on"]
        if day and day < self.today:
            raise forms.ValidationError(_("The day lies in the past."))
        return day
