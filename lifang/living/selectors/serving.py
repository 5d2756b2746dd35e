"""Ask which company looks after a place: the one that charges there, else the nearest that serves it. One, so that no two of a street speak for a building."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lifang.core.access import SYSTEM, Actor
from lifang.core.access.wall import behind
from lifang.living.models import Tariff
from lifang.orgs import selectors as orgs

if TYPE_CHECKING:
    from lifang.orgs.models import Unit

KIND = "property_company"
COMMUNITY = 12  # digits of its code
Charged = set[tuple[object, str]]


def company_of(actor: Actor, area: str) -> "Unit | None":
    """Who looks after an area."""
    serving = orgs.units_serving(actor, area, KIND)
    return _keeper(serving, _charged(serving), area)


def kept(actor: Actor, unit: "Unit", areas: Iterable[str]) -> set[str]:
    """Of these areas those that a company looks after; three queries for any number. Whoever is no property company serves all of its own."""
    own = {area for area in areas if area.startswith(unit.area)}
    if unit.kind != KIND or not own:
        return own
    rivals = {one.pk: one for one in [*orgs.units(actor, KIND, unit.area), *orgs.units_serving(actor, unit.area, KIND)]}  # fmt: skip
    charged = _charged(rivals.values()) if len(rivals) > 1 else set()
    found = {area: _keeper(rivals.values(), charged, area) for area in own}
    return {area for area, one in found.items() if one is not None and one.pk == unit.pk}


def communities_kept(actor: Actor, unit: "Unit") -> list[str]:
    """Communities that a company looks after, in the order of their codes."""
    inside = orgs.codes_inside(unit.area, COMMUNITY) or [unit.area]
    mine = kept(actor, unit, inside)
    return [code for code in inside if code in mine]


def _charged(units: "Iterable[Unit]") -> Charged:
    with behind(SYSTEM):  # what a company charges where is published
        rows = Tariff.objects.filter(unit__in=[one.pk for one in units], until="").order_by()
        return set(rows.values_list("unit", "area").distinct())


def _keeper(serving: "Iterable[Unit]", charged: Charged, area: str) -> "Unit | None":
    found = [one for one in serving if area.startswith(one.area)]
    prefixes = [area[:end] for end in range(2, len(area) + 1)]
    charges = {one.pk for one in found if any((one.pk, code) in charged for code in prefixes)}
    found.sort(key=lambda one: (one.pk not in charges, -len(one.area), one.kind, one.pk))
    return found[0] if found else None
