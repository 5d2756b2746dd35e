"""One form for each act on a case. `given()` is what the action is called with."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from lifang.cases import selectors
from lifang.cases.catalogue import (
    DELAY_REASONS,
    MAJORS,
    MATTERS,
    OUTCOMES,
    REFUSE_REASONS,
    RETURN_REASONS,
    SUSPEND_REASONS,
)
from lifang.cases.models import Case
from lifang.cases.terms import Look
from lifang.cases.web.report_forms import photos_field
from lifang.core.access import Actor, Refusal
from lifang.core.calendar.terms import UNIT_NAMES, Limit, Unit, plain
from lifang.core.files.darkroom import Print
from lifang.core.web import times
from lifang.core.web.forms import Form

LONGEST = 1000
OFFERED = {
    Unit.WORK_DAY: ("1", "2", "3", "5"),
    Unit.CALENDAR_DAY: ("1", "2", "3", "7"),
    Unit.WORK_HOUR: ("2", "4", "8", "16"),
    Unit.CALENDAR_HOUR: ("2", "6", "12", "24"),
}


def words(label: Any, *, required: bool = True, hint: Any = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, help_text=hint, max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
    )  # fmt: skip


def radios(label: Any, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, widget=forms.RadioSelect, **more)


def hinted(name: Any, hint: Any) -> Any:
    """A choice with a second line that says what it means."""
    return format_html('<span>{}<br><span class="sub">{}</span></span>', name, hint) if hint else name


def by_major(empty: Any = "") -> list[Any]:
    """Every matter staff may choose, under its major."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for matter in MATTERS:
        groups.setdefault(matter.major, []).append((matter.key, str(matter.name)))
    named = [(str(MAJORS[major].name), found) for major, found in groups.items()]
    return [("", empty), *named]


class ActForm(Form):
    """A form about one case; the actor, the case and the time are known."""

    upload = False

    def __init__(self, *args: Any, actor: Actor, case: Case, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.case, self.at = actor, case, at
        self.prepare()

    def prepare(self) -> None:
        """Choices that depend on the case."""

    def given(self) -> dict[str, Any]:
        return dict(self.cleaned_data)

    def choices(self, name: str, found: list[Any]) -> None:
        self.fields[name].choices = found  # type: ignore[attr-defined]


class NothingForm(ActForm):
    """A press of a button."""


class RemarkForm(ActForm):
    note = words(_("Remark"), required=False, hint=_("Only the offices read it."))


class ReasonForm(ActForm):
    note = words(_("Why?"))


class PressForm(ActForm):
    note = words(_("What do you expect, and by when?"), hint=_("The unit reads it at once and answers with its next step."))


class EscalateForm(ActForm):
    note = words(_("What is needed from the level above?"))


class ReopenForm(ActForm):
    note = words(_("What is not solved?"), hint=_("The reporter and the units read it."))


class AnswerForm(ActForm):
    text = words(
        _("Public answer"), hint=_("Everybody can read it: no names, no numbers, no doors."), rows=5
    )

    def prepare(self) -> None:
        self.fields["text"].initial = self.case.answer


class RefuseForm(ActForm):
    reason = radios(_("Why is it not accepted?"))
    note = words(
        _("Own words for the reporter"), required=False,
        hint=_("Left empty, the reporter reads the sentence under the reason."),
    )  # fmt: skip

    def prepare(self) -> None:
        self.choices("reason", [(one.key, hinted(one.name, one.answer)) for one in REFUSE_REASONS])


class PhotoActForm(ActForm):
    """With photos; what the browser read of place and time before it made them smaller goes back into the first."""

    upload = True
    photos = photos_field()
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    taken_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def _clean_fields(self) -> None:
        super()._clean_fields()
        for name in ("lat", "lon", "taken_at"):  # they only help: damaged, they are left out
            if self.errors.pop(name, None):
                self.cleaned_data[name] = None

    def given(self) -> dict[str, Any]:
        facts = super().given()
        lon, lat, taken = facts.pop("lon"), facts.pop("lat"), facts.pop("taken_at")
        facts["photos"] = placed(facts["photos"], lon, lat, taken, self.at)
        return facts


def placed(
    prints: list[Print], lon: float | None, lat: float | None, taken: datetime | None, at: datetime
) -> list[Print]:
    """Photos with the place and time that the browser had read from the first."""
    if prints:
        first = prints[0]
        if first.lon is None and lon is not None and lat is not None and abs(lon) <= 180 and abs(lat) <= 90:
            first = replace(first, lon=lon, lat=lat)
        prints[0] = replace(first, taken_at=first.taken_at or taken).believed(at)
    return prints


class MoreForm(PhotoActForm):
    text = words(_("What else is known?"), required=False, hint=_("Only the offices read it."))


class VerifyForm(PhotoActForm):
    found = radios(_("What did you find?"), choices=[("1", _("It is as reported")), ("0", _("Nothing of it is there"))])
    note = words(_("What you saw"), required=False)
    field_order = ("photos", "found", "note")

    def given(self) -> dict[str, Any]:
        facts = super().given()
        return {**facts, "found": facts["found"] == "1"}


class FeedbackForm(PhotoActForm):
    note = words(_("What was done?"), hint=_("The reporter reads it. No names of residents."))
    field_order = ("photos", "note")

    def prepare(self) -> None:
        field = self.fields["photos"]
        field.label = _("Photos after the work")
        field.help_text = (
            _("At least one, taken now at the place. A photo that was used before is refused.")
            if self.case.kind.photo in ("after", "both")
            else _("They help whoever checks it.")
        )


class CheckForm(PhotoActForm):
    passed = radios(
        _("Was it really done?"),
        choices=[("1", _("Yes: close it")), ("0", _("No: back to the unit, with a new clock"))],
    )
    outcome = forms.ChoiceField(label=_("How it ends"), required=False)
    answer = words(
        _("Public answer"), required=False,
        hint=_("Left empty, everybody reads the usual sentence of the outcome."),
    )  # fmt: skip
    note = words(_("What you saw"), required=False, hint=_("Needed when it was not done: the unit must know why."))
    field_order = ("passed", "photos", "outcome", "answer", "note")

    def prepare(self) -> None:
        self.choices("outcome", [(one.key, f"{one.name}: {one.public}") for one in OUTCOMES if one.key != "withdrawn"])
        self.fields["photos"].label = _("Photos of the check")

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("passed") == "0" and not told.get("note", "").strip():
            self.add_error("note", _("Say what is still to be done."))
        return told

    def given(self) -> dict[str, Any]:
        facts = super().given()
        return {**facts, "passed": facts["passed"] == "1", "outcome": facts["outcome"] or "solved"}


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
        # A point that was not moved moves nothing.
        if (facts["lon"], facts["lat"]) == (self.case.lon, self.case.lat):
            facts["lon"] = facts["lat"] = None
        return facts


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


class UnitActForm(ActForm):
    """Units are chosen in a list of the page; the search beside it only adds lines to it."""

    lead = forms.CharField(required=False, max_length=40, label=_("Leading unit"))

    @property
    def chosen(self) -> tuple[str, list[str]]:
        """Lead and assists as they stand in the form now."""
        if not self.is_bound:
            return "", []
        return self.data.get("lead", ""), self.data.getlist("assists")

    @property
    def searched(self) -> str:
        return str(self.data.get("unit_q", "")).replace("\x00", "")[:60] if self.is_bound else ""

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        lead = _ids([told["lead"]]) if told.get("lead") else []
        assists = _ids(self.data.getlist("assists"))
        if not lead:
            self.add_error("lead", str(Refusal("unit_missing")))
            return told
        return {**told, "lead": lead[0], "assists": [pk for pk in dict.fromkeys(assists) if pk != lead[0]]}


class DispatchForm(UnitActForm):
    note = words(_("For the units"), required=False, hint=_("What they need to know. Residents do not read it."))


class ArbitrateForm(UnitActForm):
    note = words(_("On which rule do you decide?"), hint=_("Both units read it; it cannot be disputed again."))


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


class TimeForm(ActForm):
    """So much more time, each choice with the new due time."""

    amount = radios(_("How much more time?"), required=False)
    other = forms.DecimalField(required=False, min_value=0, max_digits=6, decimal_places=2)

    limit: Limit | None = None

    def offer(self, amounts: list[Decimal], first: list[Any]) -> None:
        self.limit = selectors.running_limit(self.actor, self.case)
        unit = self.limit.unit if self.limit else Unit.WORK_HOUR
        found = selectors.lengthened(self.actor, self.case, amounts)
        self.choices("amount", [*first, *((plain(more), self._said(more, unit, due)) for more, due in found)])
        self.fields["other"].label = _("Or another length, in %(unit)s") % {"unit": UNIT_NAMES[unit]}

    def _said(self, more: Decimal, unit: Unit, due: datetime) -> Any:
        exact = times.exact(due, self.at)
        return hinted(Limit(more, unit).name, _("Then it is due %(at)s.") % {"at": exact})

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        other = told.pop("other", None)
        if other is None and not told.get("amount") and not self.errors:
            self.add_error("amount", _("Choose how much."))
        elif other is not None or told.get("amount"):
            told["amount"] = other if other is not None else Decimal(told["amount"])
            self._whole(told["amount"])
        return told

    def _whole(self, amount: Decimal) -> None:
        if self.limit and self.limit.unit.is_day and amount != int(amount):
            self.add_error("other", _("Whole days only."))


class DelayForm(PhotoActForm, TimeForm):
    reason = radios(_("Why is it not enough?"))
    note = words(_("What hinders you, and what happens next"))
    field_order = ("amount", "other", "reason", "note", "photos")

    def prepare(self) -> None:
        limit = selectors.running_limit(self.actor, self.case)
        self.offer([Decimal(text) for text in OFFERED[limit.unit if limit else Unit.WORK_HOUR]], [])
        shown = _("Show it with a photo.")
        self.choices("reason", [(one.key, hinted(one.name, shown if one.evidence else "")) for one in DELAY_REASONS])


class DelayDecisionForm(TimeForm):
    note = words(_("Remark"), required=False, hint=_("The unit reads it. Needed when you deny."))

    def prepare(self) -> None:
        delay = selectors.pending_delay(self.actor, self.case)
        asked = delay.asked if delay else Decimal(1)
        self.offer(_portions(asked), [("0", hinted(_("None: deny it"), _("The due time stays as it is.")))])
        self.fields["amount"].label = _("How much do you grant?")
        self.fields["amount"].initial = plain(asked)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("amount") == 0 and not told.get("note", "").strip():
            self.add_error("note", _("Say why, so that the unit can plan."))
        return told

    def given(self) -> dict[str, Any]:
        facts = super().given()
        return {"granted": facts["amount"], "note": facts["note"]}


def _portions(asked: Decimal) -> list[Decimal]:
    """Some of it, half of it, all of it; whole numbers."""
    parts = {max(1, int(asked * share / 4)) for share in (1, 2, 3)} | ({int(asked)} if asked == int(asked) else set())
    found = [Decimal(part) for part in sorted(parts) if part <= asked]
    return found if asked in found else [*found, asked]


class SuspendForm(ActForm):
    reason = radios(_("Why does the clock stand still?"))
    note = words(_("What are we waiting for?"), hint=_("The reporter reads it."))

    def prepare(self) -> None:
        self.choices(
            "reason",
            [
                (one.key, hinted(one.name, _("Looked at again within %(limit)s.") % {"limit": one.review.name}))
                for one in SUSPEND_REASONS
            ],
        )


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


class CallBackForm(ActForm):
    answer = radios(
        _("What does the reporter say?"),
        choices=[
            ("solved", _("It is solved")),
            ("unsolved", hinted(_("It is not solved"), _("The case opens again at once, with the reason."))),
            ("away", _("Not reached")),
        ],
    )
    stars = radios(
        _("How satisfied, of five?"), required=False,
        choices=[("", _("Not asked")), *((str(n), str(n)) for n in range(5, 0, -1))],
    )  # fmt: skip
    note = words(_("In the reporter's words"), required=False)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("answer") == "unsolved" and not told.get("note", "").strip():
            self.add_error("note", _("Say what is not solved: the unit starts from it."))
        return told

    def given(self) -> dict[str, Any]:
        facts = self.cleaned_data
        reached = facts["answer"] != "away"
        return {
            "reached": reached,
            "solved": facts["answer"] == "solved" if reached else None,
            "stars": int(facts["stars"]) if reached and facts["stars"] else None,
            "note": facts["note"],
        }


class ContactForm(ActForm):
    reason = radios(_("For what do you need it?"))

    def prepare(self) -> None:
        self.choices("reason", [(look.value, str(Refusal(look.value))) for look in Look])


class ViewForm(Form):
    name = forms.CharField(max_length=40, label=_("Name of this view"))
    query = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)
