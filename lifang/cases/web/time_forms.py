"""Forms about the clock: more time, and standing still."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lifang.cases import selectors
from lifang.cases.catalogue import DELAY_REASONS, SUSPEND_REASONS
from lifang.cases.web.forms import ActForm, PhotoActForm, hinted, radios, words
from lifang.core.calendar.terms import UNIT_NAMES, Limit, Unit, plain
from lifang.core.web import times

OFFERED = {
    Unit.WORK_DAY: ("1", "2", "3", "5"),
    Unit.CALENDAR_DAY: ("1", "2", "3", "7"),
    Unit.WORK_HOUR: ("2", "4", "8", "16"),
    Unit.CALENDAR_HOUR: ("2", "6", "12", "24"),
}


class TimeForm(ActForm):
    """So much more time, each choice with the new due time."""

    amount = radios(_("How much more time?"))
    other = forms.DecimalField(required=False, min_value=0, max_digits=6, decimal_places=2)

    limit: Limit | None = None

    def offer(self, amounts: list[Decimal], first: list[Any]) -> None:
        self.limit = selectors.running_limit(self.actor, self.case)
        unit = self.limit.unit if self.limit else Unit.WORK_HOUR
        found = selectors.lengthened(self.actor, self.case, amounts)
        self.choices(
            "amount",
            [
                *first,
                *((plain(more), self._said(more, unit, due)) for more, due in found),
                ("other", _("Another length")),
            ],
        )
        self.fields["other"].label = _("Another length, in %(unit)s") % {"unit": UNIT_NAMES[unit]}

    def _said(self, more: Decimal, unit: Unit, due: datetime) -> Any:
        exact = times.exact(due, self.at)
        return hinted(Limit(more, unit).name, _("Then it is due %(at)s.") % {"at": exact})

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        other, amount = told.pop("other", None), told.get("amount")
        if amount == "other" and other is None and "other" not in self.errors:
            self.add_error("other", _("Say how much."))
        elif amount:
            told["amount"] = other if amount == "other" else Decimal(amount)
            self._whole(told["amount"])
        return told

    def _whole(self, amount: Decimal | None) -> None:
        if amount is not None and self.limit and self.limit.unit.is_day and amount != int(amount):
            self.add_error("other", _("Whole days only."))


class DelayForm(PhotoActForm, TimeForm):
    reason = radios(_("Why is it not enough?"))
    note = words(_("What hinders you, and what happens next"))
    field_order = ("amount", "other", "reason", "note", "photos")

    def prepare(self) -> None:
        limit = selectors.running_limit(self.actor, self.case)
        self.offer([Decimal(text) for text in OFFERED[limit.unit if limit else Unit.WORK_HOUR]], [])
        shown = _("Show it with a photo.")
        self.choices(
            "reason",
            [(one.key, hinted(one.name, shown if one.evidence else "")) for one in DELAY_REASONS],
        )


class DelayDecisionForm(TimeForm):
    note = words(_("Remark"), required=False, hint=_("The unit reads it. Needed when you deny."))

    def prepare(self) -> None:
        delay = selectors.pending_delay(self.actor, self.case)
        asked = delay.asked if delay else Decimal(1)
        self.offer(
            _portions(asked), [("0", hinted(_("None: deny it"), _("The due time stays as it is.")))]
        )
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
    parts = {max(1, int(asked * share / 4)) for share in (1, 2, 3)} | (
        {int(asked)} if asked == int(asked) else set()
    )
    found = [Decimal(part) for part in sorted(parts) if part <= asked]
    return found if asked in found else [*found, asked]


class SuspendForm(ActForm):
    reason = radios(_("Why does the clock stand still?"))
    note = words(_("What are we waiting for?"), hint=_("The reporter reads it."))

    def prepare(self) -> None:
        self.choices(
            "reason",
            [
                (
                    one.key,
                    hinted(
                        one.name,
                        _("Looked at again within %(limit)s.") % {"limit": one.review.name},
                    ),
                )
                for one in SUSPEND_REASONS
            ],
        )
