"""Ask about networks: coverage by community, and what is known of each building."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from lifang.core.access import SYSTEM, Actor
from lifang.core.access.scope import within
from lifang.core.access.wall import behind
from lifang.registry import selectors as registry
from lifang.sensing.models import NetworkCheck
from lifang.sensing.rules.networks import Found, Rate, rates


def network_checks(actor: Actor, area: str = "") -> QuerySet[NetworkCheck]:
    """All that was found in the actor's areas."""
    return NetworkCheck.objects.visible_to(actor).filter(within(area))


def network_holding(actor: Actor, area: str) -> list[NetworkCheck]:
    """Of each operator at each building what holds: the newest."""
    rows = network_checks(actor, area)
    newest = rows.order_by("building_id", "kind", "operator", "-found_on", "-noted_at", "-id")
    return list(newest.distinct("building_id", "kind", "operator"))


def network_homes(actor: Actor, area: str) -> list["registry.Doors"]:
    """Buildings of an area with how many homes they have; homes of nobody by name."""
    with behind(SYSTEM):
        return registry.buildings_counted(SYSTEM, area)


def network_rates(actor: Actor, area: str) -> dict[str, list[Rate]]:
    """By community of an area: coverage of every kind. Three queries."""
    return _by_community(network_homes(actor, area), network_holding(actor, area))


def public_networks(actor: Actor, area: str) -> tuple[list[Rate], list["registry.Doors"], list[NetworkCheck]]:  # fmt: skip
    """Of one community, for everybody: rates, buildings, and what holds at each."""
    with behind(SYSTEM):  # published: buildings and companies
        homes, holding = registry.buildings_counted(SYSTEM, area), network_holding(SYSTEM, area)
    return _by_community(homes, holding).get(area, []), homes, holding


def _by_community(
    homes: Iterable["registry.Doors"], holding: Iterable[NetworkCheck]
) -> dict[str, list[Rate]]:
    inside: dict[str, dict[UUID, int]] = defaultdict(dict)
    for one in homes:
        inside[one.area[:12]][one.pk] = one.doors
    found: dict[str, list[Found]] = defaultdict(list)
    for row in holding:
        found[row.area[:12]].append(Found(row.building_id, row.kind, row.operator, row.covered))
    return {area: rates(known, found[area]) for area, known in sorted(inside.items())}
