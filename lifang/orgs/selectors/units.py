"""Who answers: units. Public facts; an outsider sees names and office telephones."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from lifang.core.access import Actor, Refused
from lifang.core.access.scope import within
from lifang.core.geo.divisions import Level
from lifang.orgs.models import Unit
from lifang.orgs.selectors.names import units_inside


def unit(actor: Actor, pk: UUID | str) -> Unit:
    """One unit, closed or not. Raises `Refused("not_found")`."""
    found = Unit.objects.filter(pk=pk).select_related("parent").first()
    if found is None:
        raise Refused("not_found")
    return found


def units(
    actor: Actor, kind: str | None = None, area: str | None = None, closed: bool = False
) -> QuerySet[Unit]:
    """Units of a kind whose service area lies inside `area`; those open today unless asked."""
    rows = Unit.objects.all() if closed else Unit.objects.filter(closed__isnull=True)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.filter(within(area)) if area else rows


def unit_choice(actor: Actor, area: str = "") -> dict[str, str]:
    """Open units whose service area lies inside `area`, for a choice: names by id, from memory."""
    return {str(pk): str(name) for pk, name in units_inside(area)}


def units_serving(actor: Actor, area: str, kind: str | None = None) -> list[Unit]:
    """Open units whose service area covers `area`, the nearest first."""
    rows = Unit.objects.filter(closed__isnull=True, area__in=around(area))
    if kind:
        rows = rows.filter(kind=kind)
    return sorted(rows, key=lambda unit: (-len(unit.area), unit.kind, unit.pk))


def around(area: str) -> list[str]:
    """The area and every wider one, as codes."""
    return [area[: int(level)] for level in Level if int(level) <= len(area)]


def unit_holder(unit: Unit) -> str:
    """How scopes and to-dos name a unit."""
    return unit.holder


def unit_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names by id, in one query, in the reader's language."""
    rows = Unit.objects.filter(pk__in=set(ids)).only("id", "name_zh", "name_en")
    return {row.pk: str(row.name) for row in rows}


def units_called(actor: Actor, names: Iterable[str]) -> dict[str, str]:
    """Of names as somebody wrote them those that a unit bears, each in the reader's language; one query, none for none."""
    asked = set(names) - {""}
    if not asked:
        return {}
    rows = Unit.objects.filter(Q(name_zh__in=asked) | Q(name_en__in=asked)).only(
        "name_zh", "name_en"
    )
    return {name: str(row.name) for row in rows for name in asked & {row.name_zh, row.name_en}}


def hours_of(unit: Unit) -> str:
    """The key of the unit's opening hours; empty: the site's usual ones."""
    return unit.hours
