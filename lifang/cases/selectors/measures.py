"""What the numerators and denominators of the appraisal count: each a condition on cases, so each opens its list."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from lifang.cases.catalogue import RETURN_REASONS, SOURCES, policy
from lifang.cases.models import CallBack, Case, Check, Delay, Handling, Recheck, Reporter
from lifang.cases.terms import Role, State
from lifang.core.access import Actor
from lifang.core.access.scope import within as area_within
from lifang.core.flow.models import Clock, Step

SATISFIED = 4  # stars
RESIDENTS = [one.key for one in SOURCES if one.by == "resident"]
STAFF = [one.key for one in SOURCES if one.by == "staff"]


@dataclass(frozen=True)
class Frame:
    """Of which cases figures are made: an area, a period, and if wanted a unit, a matter, a source.

    `end` is exclusive. What has not come yet is not due yet: a period that runs is counted until `at`.
    """

    area: str
    start: datetime
    end: datetime
    at: datetime
    unit: UUID | None = None
    matter: str = ""
    source: str = ""
    cell: int | None = None  # one square of 200 m

    @property
    def until(self) -> datetime:
        return min(self.end, self.at)

    def during(self, field: str) -> dict[str, datetime]:
        return {f"{field}__gte": self.start, f"{field}__lt": self.until}

    def narrowed(self, **changes: Any) -> "Frame":
        return replace(self, **changes)


Counts = Callable[[Frame], Q]


def _has(rows: QuerySet[Any], key: str = "case") -> Q:
    return Q(Exists(rows.filter(**{key: OuterRef("pk")})))


def _step(frame: Frame, *moves: str) -> Q:
    """Cases that made one of these moves in the period."""
    rows = Step.objects.filter(flow="case", move__in=moves, **frame.during("at"))
    return _has(rows, "subject")


def _ever(frame: Frame, *moves: str) -> Q:
    """Cases that made one of these moves before the period's end."""
    rows = Step.objects.filter(flow="case", move__in=moves, at__lt=frame.until)
    return _has(rows, "subject")


def _due(stage: str) -> Counts:
    """Cases in which the time of a stage was up within the period."""
    return lambda frame: _has(
        Clock.objects.filter(flow="case", stage=stage, **frame.during("due_at")), "subject"
    )


def _kept(stage: str) -> Counts:
    """Of these, the cases in which none of the stage's clocks ran out before it was done."""

    def kept(frame: Frame) -> Q:
        rows = Clock.objects.filter(flow="case", stage=stage, **frame.during("due_at"))
        late = rows.filter(Q(stopped_at__isnull=True) | Q(stopped_at__gt=F("due_at")))
        return _due(stage)(frame) & ~_has(late, "subject")

    return kept


def _reported(frame: Frame) -> Q:
    return Q(**frame.during("opened_at"))


def _accepted(frame: Frame) -> Q:
    return _reported(frame) & _ever(frame, "accept", "self_handle")


def _from(sources: list[str]) -> Q:
    return Q(source__in=sources)


def _due_to_close(frame: Frame) -> Q:
    """Taken on, and promised for within the period."""
    never = Q(state__in=(State.AWAITING_ACCEPTANCE, State.AWAITING_VERIFICATION, State.REFUSED, State.MERGED, State.VOID))  # fmt: skip
    refused = Q(state=State.ARCHIVED, closed_at__isnull=True)
    return Q(**frame.during("promised_at")) & ~never & ~refused


def _closed_of_due(frame: Frame) -> Q:
    return _due_to_close(frame) & Q(closed_at__lt=frame.until)


def _closed_on_time(frame: Frame) -> Q:
    return _closed_of_due(frame) & Q(handled_at__lte=F("promised_at"))


def _overdue_open(frame: Frame) -> Q:
    return _due_to_close(frame) & (Q(closed_at__isnull=True) | Q(closed_at__gte=frame.until))


def _corrected(frame: Frame) -> Q:
    """Put right after it had been accepted."""
    accepted = Step.objects.filter(
        flow="case", subject=OuterRef("subject"), move="accept", seq__lt=OuterRef("seq")
    )
    rows = Step.objects.filter(Exists(accepted), flow="case", move="correct", at__lt=frame.until)
    return _has(rows, "subject")


def _lead_parts(frame: Frame) -> QuerySet[Handling]:
    rows = Handling.objects.filter(role=Role.LEAD, **frame.during("handed_at"))
    return rows.filter(unit=frame.unit) if frame.unit else rows


def _dispatched(frame: Frame) -> Q:
    return _has(_lead_parts(frame))


def _returned(frame: Frame, reasons: list[str] | None = None) -> Q:
    rows = _lead_parts(frame).filter(returned_at__lt=frame.until).exclude(returned_for="")
    return _has(rows.filter(returned_for__in=reasons) if reasons is not None else rows)


def _disputed(frame: Frame) -> Q:
    return _returned(frame, [one.key for one in RETURN_REASONS if one.disputed])


def _handled(frame: Frame) -> Q:
    return _step(frame, "feed_back", "self_handle")


def _reworked(frame: Frame) -> Q:
    rows = Check.objects.filter(passed=False, at__gte=frame.start, at__lt=frame.until)
    return _handled(frame) & _has(rows)


def _delayed(frame: Frame) -> Q:
    return _handled(frame) & _has(Delay.objects.filter(granted__gt=0, decided_at__lt=frame.until))


def _closed(frame: Frame) -> Q:
    return Q(**frame.during("closed_at"))


def _recurred(frame: Frame) -> Q:
    days: Combinable = OuterRef("closed_at") + timedelta(days=policy("again_days"))
    again = Case.objects.filter(
        cell=OuterRef("cell"), matter=OuterRef("matter"), opened_at__gt=OuterRef("closed_at"),
        opened_at__lte=days, opened_at__lt=frame.until,
    )  # fmt: skip
    return _closed(frame) & Q(cell__isnull=False) & Q(Exists(again.exclude(pk=OuterRef("pk"))))


def _rated(frame: Frame) -> Q:
    return _has(Reporter.objects.filter(**frame.during("rated_at")))


def _satisfied(frame: Frame) -> Q:
    less = Reporter.objects.filter(stars__lt=SATISFIED, **frame.during("rated_at"))
    return _rated(frame) & ~_has(less)


def _called(frame: Frame, **facts: Any) -> Q:
    return _has(CallBack.objects.filter(reached=True, **frame.during("at"), **facts))


def _rechecked(frame: Frame, **facts: Any) -> Q:
    return _has(Recheck.objects.filter(agrees__isnull=False, **frame.during("at"), **facts))


def _wrong_records(frame: Frame) -> Q:
    gone = Q(state__in=[State.REFUSED, State.VOID]) | _ever(frame, "refuse")
    return _reported(frame) & _from(STAFF) & (gone | _ever(frame, "correct"))


MEASURES: dict[str, Counts] = {
    "reported": _reported,
    "accepted": _accepted,
    "accepted_rightly": lambda f: _accepted(f) & ~_corrected(f) & ~Q(outcome="not_found"),
    "due_to_accept": _due("accept"),
    "accepted_on_time": _kept("accept"),
    "due_to_verify": _due("verify"),
    "verified_on_time": _kept("verify"),
    "due_to_dispatch": _due("dispatch"),
    "dispatched_on_time": _kept("dispatch"),
    "dispatched": _dispatched,
    "dispatched_rightly": lambda f: _dispatched(f) & ~_disputed(f),
    "returned": _returned,
    "due_to_handle": _due("handle"),
    "handled_on_time": _kept("handle"),
    "handled": _handled,
    "reworked": _reworked,
    "delayed": _delayed,
    "due_to_check": _due("check"),
    "checked_on_time": _kept("check"),
    "due_to_close": _due_to_close,
    "closed_of_due": _closed_of_due,
    "closed_on_time": _closed_on_time,
    "overdue_open": _overdue_open,
    "closed": _closed,
    "recurred": _recurred,
    "found_by_staff": lambda f: _reported(f) & _from(STAFF),
    "reported_by_staff": lambda f: _reported(f) & _from(STAFF),
    "wrong_records": _wrong_records,
    "public_reports": lambda f: _reported(f) & _from(RESIDENTS),
    "valid_public_reports": lambda f: _accepted(f) & _from(RESIDENTS),
    "found_in_area": _accepted,
    "missed_by_patrol": lambda f: _accepted(f) & _from(RESIDENTS),
    "rated": _rated,
    "satisfied": _satisfied,
    "appeals": lambda f: _due("accept")(f) & _from(RESIDENTS),
    "responded_on_time": lambda f: _kept("accept")(f) & _from(RESIDENTS),
    "called_back": _called,
    "solved_by_callback": lambda f: _called(f, solved=True),
    "satisfied_by_callback": lambda f: _called(f, stars__gte=SATISFIED),
    "rechecked": _rechecked,
    "recheck_agreed": lambda f: _rechecked(f) & ~_rechecked(f, agrees=False),
}
# Counts of a unit's share in a case, also after it was given back; all others belong to the leading unit.
OF_PARTS = frozenset({"dispatched", "dispatched_rightly", "returned"})


def measured(actor: Actor, frame: Frame, measure: str) -> QuerySet[Case]:
    """Exactly the cases that a measure counts."""
    rows = Case.objects.visible_to(actor).filter(area_within(frame.area), MEASURES[measure](frame))
    if frame.matter:
        rows = rows.filter(matter=frame.matter)
    if frame.source:
        rows = rows.filter(source=frame.source)
    if frame.cell is not None:
        rows = rows.filter(cell=frame.cell)
    if frame.unit and measure not in OF_PARTS:
        rows = rows.filter(lead=frame.unit)
    return rows
