"""What would go tonight, what is under a legal hold, what the last runs did."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, Count, Max, Min, Q, QuerySet, Sum, When
from django.utils.timezone import localtime

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.scope import within
from lifang.core.access.wall import behind
from lifang.core.retention.catalogue import Term, terms
from lifang.core.retention.models import AREA, Erasure, LegalHold, Run
from lifang.core.retention.shelves import SHELVES, SPEAKERS, Shelf, Standing
from lifang.core.retention.terms import LISTED

SEE = "retention.see"


def holds(actor: Actor) -> "QuerySet[LegalHold]":
    """Legal holds within sight, the newest first."""
    rows = LegalHold.objects.visible_to(actor).select_related("set_by", "lifted_by")
    return rows.order_by("-set_at", "-id")


def hold(actor: Actor, pk: UUID) -> LegalHold:
    found = holds(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def holds_on(actor: Actor, kind: str, subject: UUID, area: str, on: date) -> list[LegalHold]:
    """Holds in force that name this row, or an area it lies in."""
    above = [area[:n] for n in range(1, len(area) + 1)]
    named = Q(kind=kind, subject=subject) | Q(kind=AREA, area__in=above)
    return list(_in_force(holds(actor), on).filter(named))


def _in_force(rows: "QuerySet[LegalHold]", on: date) -> "QuerySet[LegalHold]":
    return rows.filter(lifted_at__isnull=True, until__gte=on)


def standing(system: Actor, on: date) -> Standing:
    """All that is under hold on a day, wherever it lies."""
    with behind(system):
        areas, rows = set(), dict[str, set[UUID]]()
        for one in _in_force(LegalHold.objects.all(), on):
            if one.subject is None:
                areas.add(one.area)
            else:
                rows.setdefault(one.kind, set()).add(one.subject)
        frozen = {kind: frozenset(ids) for kind, ids in rows.items()}
        speaking = (SPEAKERS[kind](ids) for kind, ids in frozen.items() if kind in SPEAKERS)
        return Standing(frozenset(areas), frozen, frozenset().union(*speaking))


class Outlook(NamedTuple):
    """Of one term: what a run now would erase, since when the oldest of it is over, what holds keep, what the last run did."""

    term: Term
    due: int | None  # None: its store is counted by nobody
    oldest: datetime | None
    held: int | None
    last: datetime | None
    went: int  # rows, in the last run


def outlook(actor: Actor, at: datetime) -> list[Outlook]:
    """Every term, in the order of erasing; of the areas whose retention the actor may see."""
    where, last = _areas(actor), _last()
    with behind(SYSTEM):  # administrators see no rows; of these they get the number
        force = standing(SYSTEM, localtime(at).date())
        return [_outlook(one, where, force, last, at) for one in _shelves()]


def _shelves() -> list[Shelf]:
    return [SHELVES[key] for key in terms() if key in SHELVES]


def _areas(actor: Actor) -> list[str]:
    """Where the actor may see it; nowhere is refused."""
    if actor == SYSTEM:
        return [""]
    found = [grant.area for grant in actor.grants if SEE in grant.capabilities]
    if not found:
        raise Refused("not_allowed")
    return found


def _last() -> dict[str, tuple[datetime, int]]:
    """When each term last had rows to erase, and how many in that run."""
    told = Erasure.objects.filter(rows__isnull=False).values("key", "run")
    found = told.annotate(at=Max("at"), n=Sum("rows")).order_by("at").values_list("key", "at", "n")
    return {key: (when, n) for key, when, n in found}


def _outlook(
    one: Shelf, where: list[str], force: Standing, last: dict[str, tuple[datetime, int]], at: datetime
) -> Outlook:  # fmt: skip
    when, went = last.get(one.key, (None, 0))
    if one.hidden:
        return Outlook(one.term, None, None, None, when, went)
    kept = Case(When(one.held(force), then=True), default=False)
    told = (
        _over(one, where, at)
        .order_by()
        .annotate(under_hold=kept)
        .aggregate(
            n=Count("pk", filter=Q(under_hold=False)),
            oldest=Min("over", filter=Q(under_hold=False)),
            held=Count("pk", filter=Q(under_hold=True)),
        )
    )
    return Outlook(one.term, told["n"], told["oldest"], told["held"], when, went)


def _over(one: Shelf, where: list[str], at: datetime) -> "QuerySet[Any]":
    rows = one.over(SYSTEM, one.term.before(at))
    if one.area and "" not in where:
        rows = rows.filter(reduce(or_, (within(area, one.area) for area in where)))
    return rows


def shelf_of(actor: Actor, key: str) -> Shelf:
    _areas(actor)
    if key not in SHELVES or key not in terms():
        raise Refused("not_found")
    return SHELVES[key]


def over(actor: Actor, key: str, at: datetime, *, held: bool = False) -> list[Any]:
    """The rows behind a number: those that would go, or those that holds keep; the oldest first, at most so many."""
    one, where = shelf_of(actor, key), _areas(actor)
    if one.hidden:
        return []
    with behind(SYSTEM):
        kept = one.held(standing(SYSTEM, localtime(at).date()))
        rows = _over(one, where, at)
        return list((rows.filter(kept) if held else rows.exclude(kept))[:LISTED])


def runs(actor: Actor) -> "QuerySet[Run]":
    """The runs, the newest first, each with the rows it erased."""
    _areas(actor)
    return Run.objects.annotate(rows=Sum("erasures__rows")).order_by("-started_at")


def run(actor: Actor, pk: UUID) -> Run:
    found = runs(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


class Done(NamedTuple):
    """What one run did to one term."""

    term: Term | None
    key: str
    rows: int
    held: int
    batches: int
    before: datetime
    parts: dict[str, int]


def done(actor: Actor, pk: UUID) -> list[Done]:
    """A run, term by term."""
    found = run(actor, pk)
    told: dict[str, list[Erasure]] = {}
    for one in Erasure.objects.filter(run=found, rows__isnull=False).order_by("at", "id"):
        told.setdefault(one.key, []).append(one)
    return [_done(key, batches) for key, batches in told.items()]


def _done(key: str, batches: list[Erasure]) -> Done:
    parts: dict[str, int] = {}
    for name, n in (item for one in batches for item in one.parts.items()):
        parts[name] = parts.get(name, 0) + n
    rows = sum(one.rows or 0 for one in batches)
    return Done(terms().get(key), key, rows, batches[-1].held or 0, len(batches), batches[0].before, parts)  # fmt: skip


def waiting_terms(system: Actor, at: datetime) -> list[str]:
    """Terms of which something is over: a night with nothing to do leaves no line."""
    with behind(system):
        return [one.key for one in _shelves() if one.hidden or one.over(system, one.term.before(at)).exists()]  # fmt: skip


def kinds(actor: Actor) -> Iterable[str]:
    """The kinds of row a hold may name."""
    return sorted({one.kind for one in SHELVES.values() if one.kind})
