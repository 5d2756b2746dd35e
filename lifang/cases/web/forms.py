"""One form for each act on a case. `given()` is what the action is called with."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from lifang.cases import selectors
from lifang.cases.catalogue import (
    MAJORS,
    MATTERS,
    OUTCOMES,
    REFUSE_REASONS,
)
from lifang.cases.models import Case
from lifang.cases.terms import Look
from lifang.cases.web.report_forms import photos_field
from lifang.core.access import Actor, Refusal
from lifang.core.files.darkroom import Print
from lifang.core.web.forms import Form
from lifang.sensing.catalogue import VERDICTS

LONGEST = 1000


def words(label: Any, *, required: bool = True, hint: Any = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, help_text=hint, max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
    )  # fmt: skip


def radios(label: Any, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, widget=forms.RadioSelect, **more)


def hinted(name: Any, hint: Any) -> Any:
    """A choice with a second line that says what it means."""
    return (
        format_html('<span>{}<br><span class="sub">{}</span></span>', name, hint) if hint else name
    )


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


class PressForm(ActForm):
    note = words(
        _("What do you expect, and by when?"),
        hint=_("The unit reads it at once and answers with its next step."),
    )


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


class VerdictMixin(ActForm):
    """A case that came from an alarm does not end without a word on what the alarm was."""

    def ask_verdict(self) -> None:
        if not selectors.unjudged(self.actor, self.case):
            return
        self.fields["verdict"] = radios(
            _("What was the alarm?"), required=False,
            choices=[(one.key, str(one.name)) for one in VERDICTS],
            help_text=_("The rule that raised it is judged by this."),
        )  # fmt: skip

    def given(self) -> dict[str, Any]:
        facts = super().given()
        return {**facts, "verdict": facts.get("verdict", "")}


class RefuseForm(VerdictMixin):
    reason = radios(_("Why is it not accepted?"))
    note = words(
        _("Own words for the reporter"), required=False,
        hint=_("Left empty, the reporter reads the sentence under the reason."),
    )  # fmt: skip

    def prepare(self) -> None:
        self.choices("reason", [(one.key, hinted(one.name, one.answer)) for one in REFUSE_REASONS])
        self.ask_verdict()


class PhotoActForm(ActForm):
    """With photos; what the browser read of place and time before it made them smaller goes back into the first."""

    upload = True
    photos = photos_field()
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    taken_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # Django has it, its stubs do not
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
        if (
            first.lon is None
            and lon is not None
            and lat is not None
            and abs(lon) <= 180
            and abs(lat) <= 90
        ):
            first = replace(first, lon=lon, lat=lat)
        prints[0] = replace(first, taken_at=first.taken_at or taken).believed(at)
    return prints


class MoreForm(PhotoActForm):
    text = words(_("What else is known?"), required=False, hint=_("Only the offices read it."))


class VerifyForm(PhotoActForm):
    found = radios(
        _("What did you find?"),
        choices=[("1", _("It is as reported")), ("0", _("Nothing of it is there"))],
    )
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


class CheckForm(PhotoActForm, VerdictMixin):
    passed = radios(
        _("Was it really done?"),
        choices=[("1", _("Yes: close it")), ("0", _("No: back to the unit, with a new clock"))],
    )
    outcome = forms.ChoiceField(label=_("How it ends"), required=False)
    answer = words(
        _("Public answer"), required=False,
        hint=_("Left empty, everybody reads the usual sentence of the outcome."),
    )  # fmt: skip
    note = words(
        _("What you saw"),
        required=False,
        hint=_("Needed when it was not done: the unit must know why."),
    )
    field_order = ("passed", "photos", "outcome", "answer", "note")

    def prepare(self) -> None:
        self.choices(
            "outcome",
            [(one.key, f"{one.name}: {one.public}") for one in OUTCOMES if one.key != "withdrawn"],
        )
        self.fields["photos"].label = _("Photos of the check")
        self.ask_verdict()

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("passed") == "0" and not told.get("note", "").strip():
            self.add_error("note", _("Say what is still to be done."))
        if told.get("passed") == "1" and "verdict" in self.fields and not told.get("verdict"):
            self.add_error("verdict", _("Say what the alarm was."))
        return told

    def given(self) -> dict[str, Any]:
        facts = super().given()
        return {**facts, "passed": facts["passed"] == "1", "outcome": facts["outcome"] or "solved"}


class CallBackForm(ActForm):
    answer = radios(
        _("What does the reporter say?"),
        choices=[
            ("solved", _("It is solved")),
            (
                "unsolved",
                hinted(_("It is not solved"), _("The case opens again at once, with the reason.")),
            ),
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
