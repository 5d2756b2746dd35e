"""Counts read from what the events keep: the same cost at any number of cases."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import Left
from django.utils.timezone import localtime

from lifang.cases.models import Case, Rollup
from lifang.cases.terms import BUILT, OPEN, State
from lifang.core.access import Actor, prepared
from lifang.core.access.desks import desk
from lifang.core.access.scope import within as area_within
from lifang.orgs import selectors as orgs

DAYS = 30


def kept(actor: Actor, within: str, least: int) -> bool:
    """May the kept counts speak for this area: the actor sees all of it, it holds at least so many, days are kept?"""
    if not within or len(within) > 9 or not actor.scope.covers(within):
        return False
    whats = Rollup.objects.filter(
        Q(place="", what=BUILT) | Q(place=within, what="cases")
    ).values_list("what", "n")
    found = dict(whats)
    return BUILT in found and found.get("cases", 0) >= least


def at_least(actor: Actor, what: str, within: str = "") -> int:
    """So many cases of an area, or of all one's areas, are this at least; none where no counts are kept."""
    if within and not actor.scope.covers(within):
        return 0
    places = [within] if within else _outermost({*actor.scope.areas})
    counted = Q(place="", what=BUILT) | Q(place__in=places, what=what)
    rows = Rollup.objects.filter(counted, slot="").values_list("what", "n")
    found = prepared.ask(("at_least", what, *places), lambda: rows)
    built = any(name == BUILT for name, _n in found)
    return sum(int(n or 0) for name, n in found if name == what) if built else 0


def counts(actor: Actor, within: str, at: datetime) -> dict[str, int]:
    """What `Counts` holds, of an area whose counts are kept."""
    now, midnight = localtime(at), localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    today, hour = f"{now:%y%m%d}", f"{now:%y%m%d%H}"
    month = f"{midnight - timedelta(days=DAYS - 1):%y%m%d}"
    rows = Rollup.objects.filter(place=within)
    found: dict[str, int] = defaultdict(int)
    found |= dict(rows.filter(what__in=["open", "urgent"]).values_list("what", "n"))
    days = rows.filter(what__in=["handled", "on_time", "solved"], slot__gte=month)
    found |= {
        f"{what}_month": n for what, n in days.values_list("what").annotate(n=Sum("n")).order_by()
    }
    fresh = rows.filter(what__in=["opened", "closed"], slot=today).values_list("what", "n")
    found |= {{"opened": "new_today"}.get(what, f"{what}_today"): n for what, n in fresh}
    late, soon = _this_hour(actor, within, at)
    found["overdue"] = late + _due(within, now)
    tomorrow = f"{now + timedelta(days=1):%y%m%d}"
    later = rows.filter(what="due_hour", slot__gt=hour, slot__lt=tomorrow)
    found["due_today"] = soon + (later.aggregate(n=Sum("n"))["n"] or 0)
    return found


def _due(within: str, now: datetime) -> int:
    """Open cases of this area whose time was up before this hour began."""
    rows = Rollup.objects.filter(_up_before(now), place=within)
    return int(rows.aggregate(n=Sum("n"))["n"] or 0)


def _up_before(now: datetime) -> Q:
    """Counts of clocks that ran out before this hour: by month, then by day, then by hour, so that they stay few."""
    month, today, hour = f"{now:%y%m}", f"{now:%y%m%d}", f"{now:%y%m%d%H}"
    return (
        Q(what="due_month", slot__lt=month)
        | Q(what="due", slot__gte=month, slot__lt=today)
        | Q(what="due_hour", slot__gte=today, slot__lt=hour)
    )


def _this_hour(actor: Actor, within: str, at: datetime) -> tuple[int, int]:
    """Of the clocks that run out in this very hour: how many have, and how many are still to come."""
    begun = localtime(at).replace(minute=0, second=0, microsecond=0)
    rows = Case.objects.visible_to(actor).filter(
        area_within(within),
        state__in=OPEN,
        due_at__gte=begun,
        due_at__lt=begun + timedelta(hours=1),
    )
    running = rows.exclude(state=State.SUSPENDED)
    found = running.aggregate(late=Count("pk", filter=Q(due_at__lt=at)), all=Count("pk"))
    return found["late"], found["all"] - found["late"]


def by_area(actor: Actor, within: str, depth: int, at: datetime) -> list[dict[str, Any]]:
    """Open and overdue cases of each area at `depth` digits below: area, open, overdue."""
    parts = orgs.divisions(actor, within=within, level=depth).values_list("code", flat=True)
    rows = Rollup.objects.filter(place__in=[*parts])
    found: dict[str, dict[str, Any]] = {
        place: {"part": place, "open": n, "overdue": 0}
        for place, n in rows.filter(what="open", n__gt=0).values_list("place", "n")
    }
    late = rows.filter(_up_before(localtime(at)))
    for place, n in late.values_list("place").annotate(n=Sum("n")).filter(n__gt=0).order_by():
        found.setdefault(place, {"part": place, "open": 0, "overdue": 0})["overdue"] += n
    for place, n in _late_now(actor, within, depth, at):
        found.setdefault(place, {"part": place, "open": 0, "overdue": 0})["overdue"] += n
    return [found[place] for place in sorted(found)]


def _late_now(actor: Actor, within: str, depth: int, at: datetime) -> Iterable[tuple[str, int]]:
    begun = localtime(at).replace(minute=0, second=0, microsecond=0)
    rows = Case.objects.visible_to(actor).filter(
        area_within(within), state__in=OPEN, due_at__gte=begun, due_at__lt=at
    )
    parts = rows.exclude(state=State.SUSPENDED).annotate(part=Left("area", depth))
    counted: dict[str, int] = defaultdict(int)
    for place in parts.values_list("part", flat=True):
        counted[place] += 1
    return counted.items()


def waiting(actor: Actor) -> dict[str, int]:
    """How many cases wait for this actor, by the capability they wait for."""
    keys = Q(place=actor.holder, what__startswith="todo:")
    open_to_all: dict[str, set[str]] = defaultdict(set)
    for grant in actor.grants:
        whats = [f"todo:{capability}" for capability in grant.capabilities]
        if grant.sees == "area":
            keys |= Q(place=desk(grant.area), what__in=whats)
            for what in whats:
                open_to_all[what].add(grant.area)
        if grant.holder:
            keys |= Q(place=grant.holder, what__in=whats)
    for what, areas in open_to_all.items():
        keys |= Q(place__in=_outermost(areas), what=what)
    rows = Rollup.objects.filter(keys, n__gt=0).values_list("what").annotate(n=Sum("n")).order_by()
    return {what.removeprefix("todo:"): n for what, n in rows}


def _outermost(areas: set[str]) -> list[str]:
    """Without those that lie in another: what waits there would be counted twice."""
    return [
        area
        for area in sorted(areas)
        if not any(area != other and area.startswith(other) for other in areas)
    ]
