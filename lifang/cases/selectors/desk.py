"""What the pages of the desk ask: whose turn, until when, what is near, which list again."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case as When
from django.db.models import Count, F, IntegerField, Q, QuerySet, Value, Window
from django.db.models import When as If
from django.db.models.functions import RowNumber

from lifang.cases.catalogue import MATTERS, policy
from lifang.cases.models import (
    CELL_METRES,
    Case,
    Check,
    Delay,
    Handling,
    Pressing,
    SavedView,
)
from lifang.cases.rules import pin
from lifang.cases.rules.likeness import Why
from lifang.cases.rules.pairing import said_of
from lifang.cases.selectors import rollups
from lifang.cases.selectors.likeness import ranked, weighing
from lifang.cases.selectors.limits import limit_for
from lifang.cases.terms import OPEN, Role, State
from lifang.core.access import Actor, prepared
from lifang.core.access.scope import within
from lifang.core.calendar import Limit, Line
from lifang.core.calendar.book import work_calendar
from lifang.core.flow.clocks import Allowance
from lifang.core.flow.models import Clock, Todo
from lifang.core.flow.selectors import todos
from lifang.core.geo.measure import near
from lifang.core.search import matching
from lifang.orgs import selectors as orgs

COMPARED = 60
NEIGHBOURHOOD = 3  # times the distance at which a report counts as the same


def waiting_counts(actor: Actor) -> dict[str, int]:
    """How many cases wait for this actor, by the capability they wait for. Many are not counted one by one."""
    most = policy("counted_below")
    rows = prepared.ask(
        ("cases.waiting", actor, most),
        lambda: todos(actor).filter(flow="case").order_by().values_list("capability")[:most],
    )
    found = Counter(str(capability) for (capability,) in rows)
    return dict(found) if found.total() < most else rollups.waiting(actor)


def turns(actor: Actor, case: Case) -> list[Todo]:
    """Whose turn it is: the open to-dos of a case, the oldest first."""
    rows = Todo.objects.visible_to(actor).filter(subject=case.pk, done_at__isnull=True)
    return list(rows.order_by("opened_at", "pk"))


class Deadlines(NamedTuple):
    """Until when a unit has to sign and to handle, if the case went there now."""

    sign: datetime
    handle: datetime
    lines: list[Line]


def deadlines(actor: Actor, case: Case, hours: str, at: datetime) -> Deadlines:
    """The limits of the next two stages on the opening hours of a unit, before it is sent there."""
    sign, handle = (limit_for(actor, case, stage, at) for stage in ("sign", "handle"))
    signed = Allowance(sign, hours, case.area).due(at) if sign else at
    handled = Allowance(handle, hours, case.area).due(signed) if handle else signed
    calendar = work_calendar(hours, case.area)
    lines = calendar.explain(handle, signed) if handle else []
    return Deadlines(signed, handled, lines)


def lengthened(
    actor: Actor, case: Case, amounts: Iterable[Decimal]
) -> list[tuple[Decimal, datetime]]:
    """When the running stage would be due with so much more time, in the unit of its limit."""
    clock = Clock.objects.filter(subject=case.pk, stopped_at__isnull=True).first()
    if clock is None or clock.paused:
        return []
    calendar = work_calendar(clock.hours, clock.area)
    return [
        (more, calendar.due(Limit(clock.amount + more, clock.limit.unit), clock.started_at, clock.spans))
        for more in amounts
    ]  # fmt: skip


def running_limit(actor: Actor, case: Case) -> Limit | None:
    """The limit of the stage whose clock counts now."""
    clock = Clock.objects.filter(subject=case.pk, stopped_at__isnull=True).first()
    return clock.limit if clock else None


def pending_delay(actor: Actor, case: Case) -> Delay | None:
    """The request for more time that waits for a decision."""
    rows = Delay.objects.filter(case=case, decided_at__isnull=True)
    return rows.select_related("unit", "asked_by").first()


def parts(actor: Actor, case: Case) -> list[Handling]:
    """Every unit's part in every round, the present round and its lead first."""
    rows = Handling.objects.filter(case=case).select_related(
        "unit", "signed_by", "fed_back_by", "suggested"
    )
    return sorted(
        rows, key=lambda part: (-part.round, part.returned_at is not None, part.role != Role.LEAD)
    )


def pressings(actor: Actor, case: Case) -> list[Pressing]:
    """Who pressed for it, the latest first."""
    return list(Pressing.objects.filter(case=case).select_related("by").order_by("-at"))


def checks(actor: Actor, case: Case) -> list[Check]:
    return list(Check.objects.filter(case=case).select_related("by").order_by("-at"))


class Kin(NamedTuple):
    """A case that has to do with another, and how."""

    case: Case
    how: str  # into | taken_in | from | off | near
    metres: float | None = None
    probable: bool = False
    why: tuple[Why, ...] = ()


def related(actor: Actor, case: Case, most: int = 5) -> list[Kin]:
    """Merged and split cases, and those of the same matter close by, also past ones."""
    rows = Case.objects.visible_to(actor).select_related("lead")
    linked = rows.filter(
        Q(pk=case.merged_into_id)
        | Q(merged_into=case)
        | Q(pk=case.split_from_id)
        | Q(split_from=case)
    )
    found = [Kin(other, _how(case, other)) for other in linked.order_by("-opened_at")[:20]]
    if case.lon is None or case.lat is None:
        return found
    alike = rows.filter(matter=case.matter).exclude(
        pk__in=[case.pk, *(kin.case.pk for kin in found)]
    )
    close = near(alike, case.lon, case.lat, policy("near_metres"), cells=("cell", CELL_METRES))
    return found + [Kin(other, "near", other.metres_away) for other in close[:most]]  # type: ignore[attr-defined]


def _how(case: Case, other: Case) -> str:
    if other.pk == case.merged_into_id:
        return "into"
    if other.pk == case.split_from_id:
        return "from"
    return "taken_in" if other.merged_into_id == case.pk else "off"


def merge_candidates(actor: Actor, case: Case, text: str = "", most: int = 12) -> list[Kin]:
    """Open cases this one may be the same as, the likeliest first."""
    rows = Case.objects.visible_to(actor).select_related("lead").filter(state__in=OPEN)
    rows = rows.exclude(pk=case.pk).filter(within(case.area[:6]))
    same = When(
        If(matter=case.matter, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    if text:
        found: Any = matching(rows, text).annotate(other=same).order_by("other", "-opened_at")
        return [Kin(row, _likeness(case, row)) for row in found[:most]]
    if case.lon is None or case.lat is None:
        found = rows.filter(area=case.area, matter=case.matter).order_by("-opened_at")
        return [Kin(row, "same") for row in found[:most]]
    metres = policy("near_metres") * NEIGHBOURHOOD
    found = near(rows, case.lon, case.lat, metres, cells=("cell", CELL_METRES)).annotate(other=same)
    close = list(found.order_by("other", "metres_away")[:COMPARED])
    likely = ranked(actor, said_of(case), close, weighing(actor))[:most]
    return [
        Kin(one.case, _likeness(case, one.case), one.case.metres_away, one.probable, tuple(one.why))  # type: ignore[attr-defined]
        for one in likely
    ]


def _likeness(case: Case, other: Case) -> str:
    return "same" if other.matter == case.matter else "near"


def units_named(actor: Actor, text: str, most: int = 8) -> list[Any]:
    """Open units by a part of their name, the wider areas first."""
    rows = orgs.units(actor)
    for word in text.split():
        rows = rows.filter(Q(name_zh__icontains=word) | Q(name_en__icontains=word))
    return list(rows[:most]) if text.strip() else []


def units_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, Any]:
    """Open units by id; what is not one is left out."""
    return {unit.pk: unit for unit in orgs.units(actor).filter(pk__in=set(ids))}


BOARD = (*OPEN, State.AWAITING_CALLBACK)


class Pile(NamedTuple):
    """One column of the board: its most pressing cases, and how many there are."""

    state: str
    cases: list[Case]
    total: int


def board(actor: Actor, rows: QuerySet[Case], each: int = 20) -> list[Pile]:
    """The open cases of a list by state, the soonest due first."""
    rows = rows.filter(state__in=BOARD).order_by()
    totals = dict(rows.values_list("state").annotate(n=Count("pk")))
    ordered = [F("due_at").asc(nulls_last=True), F("pk").asc()]
    rank = Window(RowNumber(), partition_by=F("state"), order_by=ordered)
    top = rows.annotate(rank=rank).filter(rank__lte=each).order_by("state", "rank")
    piles: dict[str, list[Case]] = {state: [] for state in BOARD}
    for case in top:
        piles[case.state].append(case)
    return [Pile(state, found, totals.get(state, 0)) for state, found in piles.items()]


class Spots(NamedTuple):
    """A list of cases as points: as many as a map can carry, and how many there are."""

    cases: list[Case]
    total: int
    unplaced: int


def spots(actor: Actor, rows: QuerySet[Case], most: int = 2000) -> Spots:
    """The cases of a list that lie at a point, the soonest due first."""
    counts = rows.order_by().aggregate(
        total=Count("pk", filter=Q(lon__isnull=False)),
        unplaced=Count("pk", filter=Q(lon__isnull=True)),
    )
    found = rows.filter(lon__isnull=False).order_by(F("due_at").asc(nulls_last=True), "pk")
    return Spots(list(found[:most]), counts["total"], counts["unplaced"])


def sign_of(actor: Actor, case: Case, at: datetime) -> str:
    """How a case is drawn on a map; a closed one as done."""
    return pin(case.state, case.level, case.due_at, at) if case.open else "done"


def views(actor: Actor) -> list[SavedView]:
    """The lists this account has named, in their order."""
    return list(SavedView.objects.filter(account_id=actor.id).order_by("name")) if actor.id else []


def _views(account: UUID) -> QuerySet[SavedView, tuple[UUID, str, str]]:
    rows = SavedView.objects.filter(account_id=account).order_by("name")
    return rows.values_list("pk", "name", "query")


def view_names(actor: Actor) -> list[tuple[str, str, str]]:
    """Key, name and filters of each of them."""
    if actor.id is None:
        return []
    columns = prepared.ask(("cases.views", actor.id), partial(_views, actor.id))
    return [(str(pk), str(name), str(query)) for pk, name, query in columns]


def matters_like(actor: Actor, case: Case) -> list[Any]:
    """Matters this case might really be: its own first, then those it is confused with."""
    keys = [case.matter, *case.kind.confused]
    return [MATTERS[key] for key in dict.fromkeys(keys) if key in MATTERS]
