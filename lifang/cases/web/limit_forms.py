"""The form for other limits: an amount and a unit a stage, from which day, and why."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.timezone import localtime, make_aware
from django.utils.translation import gettext_lazy as _

from lifang.cases.selectors import STAGES
from lifang.core.calendar import Limit, Unit
from lifang.core.calendar.terms import UNIT_NAMES, plain
from lifang.core.web.forms import Form, date_input

Held = dict[str, Limit | None]
STAGE_NAMES = {
    "accept": _("Accept"),
    "verify": _("Verify"),
    "dispatch": _("Dispatch"),
    "sign": _("Sign for"),
    "handle": _("Handle"),
    "arbitrate": _("Arbitrate"),
    "check": _("Check"),
    "callback": _("Call back"),
}


def next_monday(at: datetime) -> date:
    """The first Monday after today."""
    today = localtime(at).date()
    return today + timedelta(days=7 - today.weekday())


class RevisionForm(Form):
    area = forms.ChoiceField(label=_("Where"))
    valid_from = forms.DateField(
        label=_("From which day"), widget=date_input(),
        help_text=_("Cases opened from this day on. Earlier ones keep their limits."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why, and on what ground"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self, *args: Any, held: Held, areas: list[tuple[str, str]], at: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.held = held
        self.fields["area"].choices = areas  # type: ignore[attr-defined]
        self.fields["valid_from"].initial = next_monday(at)
        for stage in STAGES:
            self._offer(stage, held.get(stage))

    def _offer(self, stage: str, limit: Limit | None) -> None:
        name = STAGE_NAMES[stage]
        self.fields[f"amount_{stage}"] = forms.DecimalField(
            label=_("%(stage)s: how long") % {"stage": name}, required=False, max_digits=6,
            decimal_places=2, min_value=Decimal("0.01"), max_value=Decimal(2000),
            initial=plain(limit.amount) if limit else None,
            widget=forms.NumberInput(attrs={"aria-label": name, "step": "any"}),
        )  # fmt: skip
        self.fields[f"unit_{stage}"] = forms.ChoiceField(
            label=_("%(stage)s: unit") % {"stage": name},
            choices=[(unit.value, UNIT_NAMES[unit]) for unit in Unit],
            required=False, initial=limit.unit.value if limit else Unit.WORK_HOUR.value,
            widget=forms.Select(attrs={"aria-label": _("%(stage)s: unit") % {"stage": name}}),
        )  # fmt: skip

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Stage by stage: what holds now, and the two fields."""
        return [
            {
                "name": STAGE_NAMES[stage],
                "held": self.held.get(stage),
                "amount": self[f"amount_{stage}"],
                "unit": self[f"unit_{stage}"],
            }
            for stage in STAGES
        ]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        stages: dict[str, Limit] = {}
        for stage in STAGES:
            amount = told.pop(f"amount_{stage}", None)
            unit = told.pop(f"unit_{stage}", "") or Unit.WORK_HOUR.value
            if amount is None:
                continue
            try:
                limit = Limit(amount, Unit(unit))
            except ValueError:
                self.add_error(f"amount_{stage}", _("Whole days only."))
                continue
            if limit != self.held.get(stage):
                stages[stage] = limit
        if not stages and not self.errors:
            self.add_error(None, _("No stage has another limit than before."))
        day = told.get("valid_from")
        return {
            **told,
            "stages": stages,
            "valid_from": make_aware(datetime.combine(day, time())) if day else None,
        }
