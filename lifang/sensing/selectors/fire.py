"""What the fire service is told, from what is on record; and what it was told."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lifang.core.access import Actor, Refused
from lifang.orgs.selectors import place_name
from lifang.registry import selectors as registry
from lifang.registry.terms import PlaceKind
from lifang.sensing.catalogue import RULES
from lifang.sensing.models import Alarm, FireCall, Vigil
from lifang.sensing.selectors.alarms import wall

WATER = ("01013", "01068")  # components: firefighting facility, water filling column
WATER_METRES, MOST_WATER, MOST_BLOCKED = 300.0, 3, 3
SEES_PEOPLE = "registry.unmask"  # whose post knows who lives where


class Water(NamedTuple):
    name: str
    metres: int


class Scene(NamedTuple):
    """Where it is and who may be inside; numbers of people, never names."""

    address: str
    building: str
    floor: int | None
    position: str
    point: tuple[float, float] | None
    inside: (
        registry.Staying | None
    )  # None: not for this actor, or nothing is on record of the place
    alone: bool  # somebody who lives alone is looked after here
    keeper: str
    water: list[Water]
    blocked: list[Alarm]  # open alarms of fire lanes nearby


def fire_calls(actor: Actor, of: Alarm) -> QuerySet[FireCall]:
    """What the fire service was told of an alarm, the newest first."""
    return fire_calls_of(actor, [of.pk])


def fire_calls_of(actor: Actor, alarms: Iterable[UUID]) -> QuerySet[FireCall]:
    """The same of several."""
    return FireCall.objects.visible_to(actor).filter(alarm__in=list(alarms)).select_related("account")  # fmt: skip


def fire_call(actor: Actor, pk: UUID | str) -> FireCall:
    """One of them. Raises `Refused("not_found")`."""
    found = FireCall.objects.visible_to(actor).filter(pk=pk).select_related("alarm").first()
    if found is None:
        raise Refused("not_found")
    return found


def fire_scene(actor: Actor, of: Alarm, on: date) -> Scene:
    """As far as the actor may know it."""
    place, device = of.place, of.device
    building = _building(place)
    point = next(((one.lon, one.lat) for one in (device, place, building) if one and one.lon is not None and one.lat is not None), None)  # fmt: skip
    near = registry.facilities_near(actor, *point, WATER_METRES, 40) if point else []
    water = [Water(one.name, round(one.metres_away)) for one in near if one.component in WATER]  # type: ignore[attr-defined]
    sees = place is not None and actor.may(SEES_PEOPLE, of.area)
    return Scene(
        address=(place.address or place.name) if place else place_name(of.area, 3),
        building=building.name if building else "",
        floor=place.floor if place is not None and place.kind == PlaceKind.DWELLING else None,
        position=device.position if device else "",
        point=point,
        inside=registry.staying(actor, place, on) if sees and place is not None else None,
        alone=sees and of.place_id is not None and _looked_after(actor, of),
        keeper=_keeper(of),
        water=water[:MOST_WATER],
        blocked=list(wall(actor, of.area[:12]).filter(hazard="fire_lane")[:MOST_BLOCKED]),
    )


def fire_words(actor: Actor, of: Alarm, scene: Scene) -> str:
    """What is read out, in the reader's language; the reader may change it."""
    del actor  # what they may know is in the scene
    rule = RULES.get(of.rule)
    where = [place_name(of.area[:12], 2), scene.address]
    if scene.building and scene.building not in scene.address:
        where.append(scene.building)
    if scene.floor is not None:
        where.append(_("floor %d") % scene.floor)
    where += [scene.position] if scene.position else []
    lines = [_("%(what)s at %(time)s.") % {"what": rule.name if rule else of.rule, "time": f"{localtime(of.raised_at):%H:%M}"}]  # fmt: skip
    where = [one for one in where if one]
    lines += [_("Address: %s.") % _(", ").join(where)] if where else []
    if scene.inside is not None:
        lines.append(_("%(people)d people are registered there, %(old)d of 70 or more, %(small)d under 7.") % scene.inside._asdict())  # fmt: skip
    if scene.alone:
        lines.append(_("Somebody who lives alone is looked after there."))
    if scene.water:
        lines.append(_("Water: %(name)s, %(metres)d m away.") % scene.water[0]._asdict())
    if scene.blocked:
        lines.append(_("A fire lane nearby is reported as blocked."))
    return "\n".join(lines)


def _looked_after(actor: Actor, of: Alarm) -> bool:
    return Vigil.objects.visible_to(actor).filter(place=of.place_id, ended_at__isnull=True).exists()


def _building(place: Any) -> Any:
    while place is not None and place.kind != PlaceKind.BUILDING:
        place = place.parent
    return place


def _keeper(of: Alarm) -> str:
    device = of.device
    if device is None:
        return ""
    return str(device.keeper or device.keeper_name or device.maintainer or device.maintainer_name)
