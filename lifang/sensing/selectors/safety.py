"""Ask about safety notices: a station's own and those of an area, what everybody may read, whom one would reach."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.scope import within
from lifang.core.access.wall import behind
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry
from lifang.sensing.models import SafetyNotice
from lifang.sensing.rules import safety as rules

if TYPE_CHECKING:
    from lifang.orgs.models import Unit

SHOWN = 60


class Reached(NamedTuple):
    """Whom a notice would reach: numbers, nobody by name."""

    doors: int
    homes: int  # behind which somebody has an account
    accounts: int


def safety_notices(actor: Actor, area: str = "") -> QuerySet[SafetyNotice]:
    """Of the actor's areas, or of the stations one works for, newest first."""
    rows = SafetyNotice.objects.visible_to(actor).filter(within(area))
    return rows.select_related("unit").order_by("-noted_at", "id")


def safety_notice(actor: Actor, pk: UUID | str) -> SafetyNotice:
    """One of them. Raises `Refused("not_found")`."""
    found = safety_notices(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def public_safety(actor: Actor, at: datetime, area: str = "", most: int = SHOWN) -> list[SafetyNotice]:  # fmt: skip
    """What stands today, the newest first; anybody may read it."""
    rows = SafetyNotice.objects.filter(within(area), ended_at__isnull=True, until__gt=at)
    with behind(SYSTEM):  # published
        return list(rows.select_related("unit").order_by("-noted_at", "id")[:most])


def own_safety(actor: Actor, at: datetime) -> list[SafetyNotice]:
    """Those of the buildings one lives in."""
    own = {str(pk) for pk in registry.own_buildings(actor)} if actor.id else set()
    if not own:
        return []
    area = next((one.area[:12] for one in [registry.resident_of(actor)] if one), "")
    return [row for row in public_safety(actor, at, area) if own & {pk for pk, _name in row.places}]


def stations(actor: Actor) -> list["Unit"]:
    """The police stations one works for."""
    named = [holder.removeprefix("unit:") for holder in actor.units]
    return list(orgs.units(actor, rules.STATION).filter(pk__in=named)) if named else []


def buildings_of(actor: Actor, area: str) -> list["registry.Building"]:
    """The buildings of a community: names, nobody's homes."""
    with behind(SYSTEM):
        return registry.buildings_in(SYSTEM, area, rules.MOST_BUILDINGS)


def safety_reach(actor: Actor, buildings: Iterable[UUID]) -> Reached:
    """How many a notice for these buildings reaches."""
    with behind(SYSTEM):  # counted before it is sent
        doors = registry.doors_inside(SYSTEM, buildings)
        whom = registry.householders(SYSTEM, doors)
    return Reached(len(doors), len(whom), len({one for holders in whom.values() for one in holders}))  # fmt: skip
