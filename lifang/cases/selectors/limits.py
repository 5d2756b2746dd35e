"""How long a stage may take: the catalogue, and what was revised since; and what another limit would have meant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils.timezone import localtime

from lifang.cases.catalogue import CASE, MATTERS, Matter, limit_of
from lifang.cases.models import Case, Revision
from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.once import once
from lifang.core.access.scope import within
from lifang.core.access.wall import behind
from lifang.core.calendar import BeyondCalendar, Limit
from lifang.core.calendar.book import work_calendar
from lifang.core.calendar.terms import Suspended
from lifang.core.flow.models import Clock
from lifang.core.geo.divisions import Level

STAGES = tuple(dict.fromkeys(state.stage for state in CASE().states if state.stage))
WHAT_IF_MOST = 20_000  # clocks looked at; a month of one matter in a county is far below it
NAMED_MOST = 50
_REVISING = ("cases.revise_limits", "cases.withdraw_revision")


def revised(actor: Actor, matter: str, area: str, at: datetime) -> dict[str, Limit]:
    """Stage → limit for a case opened at this instant, where it differs from the catalogue.

    The nearest area decides, then the newest revision. A case opened earlier keeps what held then.
    """
    above = ["", *(area[:level] for level in Level if len(area) >= level)]
    asked = revisions(actor, matter).filter(area__in=above)
    rows = once(_REVISING, ("limits", matter, area), lambda: list(asked))
    return _overlay(rows, matter, area, at)


def revised_by(actor: Actor, rows: Iterable[Revision], case: Case) -> None:
    """Let a case know its limits from revisions that were read for many cases at once."""
    overlay = _overlay(rows, case.matter, case.area, case.opened_at)
    case.__dict__["_revised"] = (case.matter, case.area, overlay)


def _overlay(rows: Iterable[Revision], matter: str, area: str, at: datetime) -> dict[str, Limit]:
    held = [
        row for row in rows
        if row.matter == matter and row.valid_from <= at and area.startswith(row.area)
    ]  # fmt: skip
    found: dict[str, Limit] = {}
    for row in sorted(held, key=lambda row: (len(row.area), row.valid_from)):
        found |= row.limits
    return found


def limit_for(actor: Actor, case: Case, stage: str, at: datetime) -> Limit | None:
    """The limit of a stage of this case that begins now; by the revision that held when it was opened."""
    known: tuple[str, str, dict[str, Limit]] | None = case.__dict__.get("_revised")
    if known is None or known[:2] != (case.matter, case.area):
        known = (case.matter, case.area, revised(actor, case.matter, case.area, case.opened_at))
        case.__dict__["_revised"] = known
    return _under(known[2], case.matter, stage, at)


def limits(actor: Actor, matter: str, area: str, at: datetime) -> dict[str, Limit | None]:
    """The limit of every stage for a case of this matter that is opened now."""
    overlay = revised(actor, matter, area, at)
    return {stage: _under(overlay, matter, stage, at) for stage in STAGES}


def _under(overlay: Mapping[str, Limit], matter: str, stage: str, at: datetime) -> Limit | None:
    return overlay.get(stage) or limit_of(matter, stage, f"{localtime(at):%m-%d}")


def revisions(actor: Actor, matter: str = "") -> QuerySet[Revision]:
    """Revisions that were not withdrawn, the latest to come into force first."""
    rows = Revision.objects.filter(withdrawn_at__isnull=True)
    return rows.filter(matter=matter) if matter else rows


def revision(actor: Actor, pk: UUID) -> Revision:
    """One revision. Raises `Refused("not_found")`."""
    found = Revision.objects.filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


class Paced(NamedTuple):
    """A matter with the limits that hold for a case opened now, and the next revision that waits."""

    matter: Matter
    limits: dict[str, Limit | None]
    revised: bool
    next: Revision | None

    @property
    def standing(self) -> str:
        return "next" if self.next else "revised" if self.revised else "catalogue"


def paces(actor: Actor, area: str, at: datetime) -> list[Paced]:
    """Every matter with its limits: one query for all."""
    above = {"", *(area[:level] for level in Level if len(area) >= level)}
    of: dict[str, list[Revision]] = {}
    for row in revisions(actor):
        if row.area in above:
            of.setdefault(row.matter, []).append(row)
    return [_paced(matter, of.get(matter.key, []), area, at) for matter in MATTERS]


def _paced(matter: Matter, rows: list[Revision], area: str, at: datetime) -> Paced:
    overlay = _overlay(rows, matter.key, area, at)
    coming = min(
        (row for row in rows if row.valid_from > at), key=lambda row: row.valid_from, default=None
    )
    held = {stage: _under(overlay, matter.key, stage, at) for stage in STAGES}
    return Paced(matter, held, bool(overlay), coming)


@dataclass
class Effect:
    """What another limit would have meant for one stage of past cases."""

    stage: str
    before: Limit | None
    after: Limit
    cases: int = 0
    on_time: int = 0
    on_time_then: int = 0
    left_out: int = 0  # their clock stands still, or lies beyond the calendar
    turned_late: list[UUID] = field(default_factory=list)
    turned_timely: list[UUID] = field(default_factory=list)


def what_if(
    actor: Actor,
    matter: str,
    area: str,
    stages: Mapping[str, Limit],
    opened: tuple[datetime, datetime],
    at: datetime,
) -> list[Effect]:
    """Past cases of a matter counted anew under other limits, stage by stage. Counts and case ids, nothing else.

    More time once granted is granted again on top of the new limit. A stage that still runs counts as late once it is
    past due now.
    """
    first, end = opened
    with behind(SYSTEM):  # counts for whoever sets limits, who need not see a single case
        rows = Case.objects.filter(within(area)) if area else Case.objects.all()
        chosen = rows.filter(matter=matter, opened_at__gte=first, opened_at__lt=end)
        clocks = list(
            Clock.objects.filter(flow="case", stage__in=stages, subject__in=chosen.values("pk"))
            .order_by("started_at")[:WHAT_IF_MOST]
        )  # fmt: skip
    held = limits(actor, matter, area, at)
    found = {stage: Effect(stage, held[stage], limit) for stage, limit in stages.items()}
    for clock in clocks:
        _count(found[clock.stage], clock, at)
    return list(found.values())


def _count(effect: Effect, clock: Clock, at: datetime) -> None:
    done = clock.stopped_at or at
    try:
        then = work_calendar(clock.hours, clock.area).due(
            _granted(effect, clock), clock.started_at, clock.spans
        )
    except (Suspended, BeyondCalendar):
        effect.left_out += 1
        return
    was, would = done <= clock.due_at, done <= then
    effect.cases += 1
    effect.on_time += was
    effect.on_time_then += would
    if was and not would:
        effect.turned_late.append(clock.subject)
    if would and not was:
        effect.turned_timely.append(clock.subject)


def _granted(effect: Effect, clock: Clock) -> Limit:
    """The new limit, and on top of it what this clock was given beyond the old one in the same unit."""
    before, after = effect.before, effect.after
    if before is None or not (before.unit == after.unit == clock.limit.unit):
        return after
    return Limit(after.amount + max(clock.amount - before.amount, Decimal(0)), after.unit)


def turned(actor: Actor, keys: list[UUID]) -> list[Case]:
    """Of cases whose verdict would turn, those the actor may see."""
    return list(
        Case.objects.visible_to(actor).filter(pk__in=keys).order_by("-opened_at")[:NAMED_MOST]
    )
