"""Forms that choose a matter, a unit or another case."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lifang.cases import selectors
from lifang.cases.catalogue import MATTERS, RETURN_REASONS
from lifang.cases.models import Case
from lifang.cases.web.forms import ActForm, by_major, hinted, radios, words
from lifang.cases.web.places import SAME, UNTOUCHED, bounds_of, middle_of, moved
from lifang.core.access import Refusal


class MatterActForm(ActForm):
    """Chosen from what is offered, or from the whole list."""

    matter = forms.CharField(required=False, max_length=12, label=_("Matter"))
    other = forms.ChoiceField(required=False, label=_("Or choose from the whole list"))

    def prepare(self) -> None:
        self.choices("other", by_major("—"))

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        matter = told.pop("other", "") or told.get("matter", "")
        if matter and matter not in MATTERS:
            self.add_error("matter", str(Refusal("unknown_matter")))
        return {**told, "matter": matter}


class CorrectForm(MatterActForm):
    place = forms.CharField(required=False, max_length=200, label=_("Place in words"))
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    note = words(_("Remark"), required=False, hint=_("Only the offices read it."))

    def prepare(self) -> None:
        super().prepare()
        self.initial = {
            "place": self.case.place, "matter": self.case.matter, "lat": self.case.lat, "lon": self.case.lon,
            **self.initial,
        }  # fmt: skip

    def given(self) -> dict[str, Any]:
        facts = super().given()
        # A map that was not moved moves nothing.
        if not moved(facts["lon"], facts["lat"], *self._start()):
            facts["lon"] = facts["lat"] = None
        return facts

    def _start(self) -> tuple[tuple[float, float] | None, float]:
        if self.case.lon is not None and self.case.lat is not None:
            return (self.case.lon, self.case.lat), SAME
        return middle_of(bounds_of(self.actor, self.case.area)), UNTOUCHED


class SplitForm(MatterActForm):
    text = words(_("What is the second trouble?"))

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not told.get("matter") and not self.errors:
            self.add_error("matter", _("Choose the matter of the second case."))
        return told


def _ids(values: list[str]) -> list[UUID]:
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            raise ValidationError(_("Choose a unit from the list.")) from None
    return found


def assists_of(form: ActForm) -> list[str]:
    data: Any = form.data  # of a request: a QueryDict
    return list(data.getlist("assists"))


class UnitActForm(ActForm):
    """Units are chosen in a list of the page; the search beside it only adds lines to it."""

    elements = {"lead": "", "note": ""}  # units, not somebody's place of work

    lead = forms.CharField(required=False, max_length=40, label=_("Leading unit"))

    @property
    def chosen(self) -> tuple[str, list[str]]:
        """Lead and assists as they stand in the form now."""
        if not self.is_bound:
            return "", []
        return self.data.get("lead", ""), assists_of(self)

    @property
    def searched(self) -> str:
        return str(self.data.get("unit_q", "")).replace("\x00", "")[:60] if self.is_bound else ""

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        lead = _ids([told["lead"]]) if told.get("lead") else []
        assists = _ids(assists_of(self))
        if not lead:
            self.add_error("lead", str(Refusal("unit_missing")))
            return told
        return {
            **told,
            "lead": lead[0],
            "assists": [pk for pk in dict.fromkeys(assists) if pk != lead[0]],
        }


class DispatchForm(UnitActForm):
    note = words(
        _("For the units"),
        required=False,
        hint=_("What they need to know. Residents do not read it."),
    )


class ArbitrateForm(UnitActForm):
    note = words(
        _("On which rule do you decide?"),
        hint=_("Both units read it; it cannot be disputed again."),
    )


class ReturnForm(ActForm):
    reason = radios(_("Why does it not belong here?"))
    note = words(_("The rule, and what is missing"), hint=_("The desk reads it and decides by it."))
    suggested = forms.CharField(required=False, max_length=40, label=_("Whose is it?"))

    def prepare(self) -> None:
        self.choices("reason", [(one.key, hinted(one.name, one.hint)) for one in RETURN_REASONS])

    @property
    def chosen(self) -> tuple[str, list[str]]:
        return (self.data.get("suggested", "") if self.is_bound else ""), []

    @property
    def searched(self) -> str:
        return str(self.data.get("unit_q", "")).replace("\x00", "")[:60] if self.is_bound else ""

    def clean_suggested(self) -> UUID | None:
        value = self.cleaned_data["suggested"]
        return _ids([value])[0] if value else None


class MergeForm(ActForm):
    into = forms.CharField(max_length=40, label=_("The same trouble is"))

    @property
    def searched(self) -> str:
        return str(self.data.get("case_q", "")).replace("\x00", "")[:60] if self.is_bound else ""

    def clean_into(self) -> Case:
        try:
            return selectors.cases(self.actor).get(pk=UUID(self.cleaned_data["into"]))
        except (ValueError, Case.DoesNotExist):
            raise ValidationError(_("Choose a case from the list.")) from None
