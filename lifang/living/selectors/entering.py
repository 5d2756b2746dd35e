"""Ask about gates and passes. What is counted is counted by gate; nobody reads where a household came and went."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.living.models import Gate, Pass, Passage, Permit
from lifang.living.selectors.serving import company_of
from lifang.living.terms import Direction, Medium, Who
from lifang.registry import selectors as registry
from lifang.sensing import selectors as sensing

if TYPE_CHECKING:
    from lifang.orgs.models import Unit
    from lifang.sensing.models import Device

DEVICES = ("access_gate", "vehicle_gate")
SHOWN = 40


class GateDay(NamedTuple):
    """A gate since midnight: numbers, nobody."""

    inwards: int
    visitors: int
    refused: int


def gates(actor: Actor) -> QuerySet[Gate]:
    """Of the companies one works for."""
    rows = Gate.objects.visible_to(actor).filter(closed_at=None)
    if actor.kind != "system":
        rows = rows.filter(holders__overlap=sorted(actor.units) or ["-"])
    return rows.select_related("unit").order_by("area", "name", "id")


def gate(actor: Actor, pk: UUID) -> Gate:
    """One of them. Raises `Refused("not_found")`."""
    found = gates(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def gate_days(actor: Actor, since: datetime) -> dict[UUID, GateDay]:
    """What each gate counted since then. One query."""
    rows = Passage.objects.visible_to(actor).filter(at__gte=since).order_by().values("gate").annotate(
        inwards=Count("pk", filter=Q(direction=Direction.IN, opened=True)),
        visitors=Count("pk", filter=Q(direction=Direction.IN, opened=True, who=Who.VISITOR)),
        refused=Count("pk", filter=Q(opened=False)),
    )  # fmt: skip
    return {row["gate"]: GateDay(row["inwards"], row["visitors"], row["refused"]) for row in rows}


def gate_devices(actor: Actor, unit: "Unit") -> "list[Device]":
    """Access and vehicle gates that stand where a company serves."""
    with behind(SYSTEM):  # a company sees the devices it keeps; a gate may be somebody else's
        rows = sensing.devices(SYSTEM, unit.area).filter(type__in=DEVICES).exclude(state="retired")
        return list(rows.order_by("name", "pk")[:200])


def gate_buildings(actor: Actor, gates: "list[Gate]") -> dict[UUID, str]:
    """Names of the buildings of some gates."""
    wanted = {one.building_id for one in gates if one.building_id}
    areas = {one.area[:12] for one in gates if one.building_id}
    with behind(SYSTEM):  # names of buildings
        found = [one for area in areas for one in registry.buildings_in(SYSTEM, area)]
    return {one.pk: f"{one.estate} {one.name}".strip() for one in found if one.pk in wanted}


def passes(actor: Actor) -> QuerySet[Pass]:
    """Of the companies one works for, the newest first: where to and when, not who."""
    rows = Pass.objects.visible_to(actor)
    if actor.kind != "system":
        rows = rows.filter(holders__overlap=sorted(actor.units) or ["-"])
    return rows.order_by("-starts_at", "id")


def visitor_cars(actor: Actor, at: datetime) -> tuple[int, int]:
    """Cars of visitors that came in and did not leave, and how many of them should have."""
    staying = passes(actor).filter(plate_key__isnull=False, came_at__isnull=False).filter(Q(left_at=None) | Q(left_at__lt=F("came_at")))  # fmt: skip
    told = staying.order_by().aggregate(n=Count("pk"), late=Count("pk", filter=Q(ends_at__lt=at)))
    return told["n"], told["late"]


def own_passes(actor: Actor) -> QuerySet[Pass]:
    """Those one made: another of the household has its own visitors."""
    if actor.id is None:
        return Pass.objects.none()
    return Pass.objects.filter(account=actor.id, holders__contains=[actor.holder]).order_by("-starts_at", "id")  # fmt: skip


def own_pass(actor: Actor, pk: UUID) -> Pass:
    """One of them. Raises `Refused("not_found")`."""
    found = own_passes(actor).filter(pk=pk).select_related("unit").first()
    if found is None:
        raise Refused("not_found")
    return found


def shown_pass(actor: Actor, pk: UUID) -> Pass | None:
    """For whoever holds the signed link: what the visitor needs, nobody's name."""
    with behind(SYSTEM):  # the signature says that its holder may
        return Pass.objects.filter(pk=pk).select_related("unit").first()


def permits(actor: Actor) -> QuerySet[Permit]:
    """Cards and codes of the companies one works for."""
    rows = Permit.objects.visible_to(actor)
    if actor.kind != "system":
        rows = rows.filter(holders__overlap=sorted(actor.units) or ["-"])
    return rows.order_by("-made_at", "id")


def permit(actor: Actor, pk: UUID) -> Permit:
    """One of them, or one of one's home. Raises `Refused("not_found")`."""
    found = permits(actor).filter(pk=pk).first() or next((one for one in own_permits(actor) if one.pk == pk), None)  # fmt: skip
    if found is None:
        raise Refused("not_found")
    return found


def own_permits(actor: Actor) -> list[Permit]:
    """What opens the gates for the homes one lives in now, codes first."""
    doors = [one.pk for one in registry.own_doors(actor)]
    if not doors:
        return []
    with behind(SYSTEM):  # of one's own door, also when it was given before one moved in
        return list(Permit.objects.filter(dwelling__in=doors, ended_at=None).order_by("-medium", "made_at")[:SHOWN])  # fmt: skip


def keeper_of(system: Actor, area: str) -> "Unit | None":
    """Who keeps the gates of an area: the company that looks after it."""
    return company_of(system, area)


def permit_of(system: Actor, medium: Medium, number: str) -> Permit | None:
    return Permit.objects.filter(number_key=number, medium=medium, ended_at=None).first()


def passes_of(system: Actor, code: str, plate: str) -> list[Pass]:
    """The pass of a code; those of a plate, the newest first."""
    if code:
        return list(Pass.objects.filter(code_key=code).select_related("came_by"))
    return (
        list(
            Pass.objects.filter(plate_key=plate).select_related("came_by").order_by("-ends_at")[:10]
        )
        if plate
        else []
    )


def kept_here(system: Actor, plate: str, community: str) -> bool:
    """Is a vehicle with this plate registered in the community?"""
    return registry.vehicles(system, community).filter(plate_key=plate).exists()


def reaches(system: Actor, gate: Gate, area: str, dwelling: UUID | None) -> bool:
    """Does this gate lead to that door?"""
    if gate.building_id is None:
        return area.startswith(gate.area)
    return dwelling in set(registry.doors_inside(system, [gate.building_id]))


def still_lives(system: Actor, visit: Pass) -> bool:
    """Whoever invited lives there still."""
    if visit.dwelling_id is None:
        return False
    return f"account:{visit.account_id}" in registry.householders(system, [visit.dwelling_id]).get(visit.dwelling_id, [])  # fmt: skip
