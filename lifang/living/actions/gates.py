"""Gates, passes of visitors, cards and codes of households; who stands at a gate is let in or told why not."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from lifang.core.access import SYSTEM, Actor, Refusal, insist
from lifang.core.action import action
from lifang.core.crypto.masks import plain_plate
from lifang.core.events import publish
from lifang.core.ids import read_code, short_code
from lifang.core.notify import send
from lifang.living.actions.metering import company, one_by_one, theirs
from lifang.living.events import GateClosed, PassMade, PassRevoked, VisitorCame
from lifang.living.models import Gate, Pass, Passage, Permit
from lifang.living.rules import gates as rules
from lifang.living.rules import inside
from lifang.living.selectors import entering as ask
from lifang.living.terms import Direction, Medium, Who
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry
from lifang.sensing import selectors as sensing

if TYPE_CHECKING:
    from lifang.orgs.models import Unit

CODE = 8  # characters: one of 78 thousand million
CALLED = 40


class Answer(NamedTuple):
    """What a gate does, and why."""

    opened: bool
    who: str
    refusal: Refusal | None = None
    visit: Pass | None = None  # of a visitor: where to, until when; of a household nothing


@action("living.set_gate", beyond=True)  # buildings lie out of a company's sight
def set_gate(
    *, actor: Actor, unit: "Unit", kind: str, name: str, area: str, admits: Sequence[str], at: datetime, building: "registry.Building | None" = None,
    visitors_from: time | None = None, visitors_until: time | None = None, device: UUID | None = None, gate: Gate | None = None,
) -> Gate:  # fmt: skip
    """Set up a gate, or change whom it admits."""
    insist(
        company(actor, unit),
        rules.gate_fits(kind, name, admits, visitors_from, visitors_until, building=building is not None),
        inside(building.area if building else area, unit.area),
        theirs(unit, {building.area if building else area}),
    )  # fmt: skip
    one_by_one(f"living.gates:{unit.pk}")
    held = Gate.objects.hold(gate.pk) if gate else None
    row = held or Gate(unit_id=unit.pk, holders=[unit.holder], made_at=at)
    insist(None if row.unit_id == unit.pk and row.closed_at is None else Refusal("not_found"))
    others = Gate.objects.filter(closed_at=None).exclude(pk=row.pk)
    insist(
        Refusal("gate_name_taken", {"field": "name"}) if others.filter(unit=unit, name=name.strip()).exists() else None,
        _device_fits(actor, unit, device),
        Refusal("gate_device_taken", {"field": "device"}) if device and others.filter(device=device).exists() else None,
    )  # fmt: skip
    row.kind, row.name, row.admits = kind, name.strip(), sorted(set(admits))
    row.area, row.building_id = (building.area, building.pk) if building else (area, None)
    row.visitors_from, row.visitors_until, row.device_id = visitors_from, visitors_until, device
    row.save(force_insert=held is None)
    return row


def _device_fits(actor: Actor, unit: "Unit", device: UUID | None) -> Refusal | None:
    """An access or vehicle gate that stands where the company serves."""
    if device is None:
        return None
    found = next((one for one in ask.gate_devices(actor, unit) if one.pk == device), None)
    return None if found else Refusal("gate_device", {"field": "device"})


@action("living.close_gate", beyond=True)  # likewise
def close_gate(*, actor: Actor, gate: Gate, at: datetime) -> None:
    """It is no gate any more; what is due to be forgotten of it is forgotten on its day."""
    held = Gate.objects.hold(gate.pk)
    insist(company(actor, orgs.unit(SYSTEM, held.unit_id)))
    if held.closed_at is None:
        held.closed_at = at
        held.save(update_fields=["closed_at"])
        publish(GateClosed(gate=held.pk, at=at), area=held.area, holders=held.holders)


@action("living.free_gate")
def free_gate(*, actor: Actor, device: UUID, at: datetime) -> None:
    """A device was retired: its gate goes on without one, and whoever keeps it is told."""
    for pk in Gate.objects.filter(device=device).values_list("pk", flat=True):
        held = Gate.objects.hold(pk)
        held.device_id = None
        held.save(update_fields=["device"])
        if held.closed_at is None:
            send(to=f"unit:{held.unit_id}", template="living.gate_free", facts={"gate": held.name}, at=at, area=held.area, link=reverse("living:gate", args=[held.pk]), key=f"{held.pk}:{device}")  # fmt: skip


@action("living.warn_gate")
def warn_gate(*, actor: Actor, alarm: UUID, at: datetime) -> None:
    """An alarm at the device of a gate (forced, held open): whoever keeps the gate is told too."""
    raised = sensing.alarm(actor, alarm)
    gate = Gate.objects.filter(device=raised.device_id, closed_at=None).first() if raised.device_id else None  # fmt: skip
    if gate is not None:
        facts = {"gate": gate.name, "what": sensing.rule(actor, raised.rule).name}
        send(to=f"unit:{gate.unit_id}", template="living.gate_alarm", facts=facts, at=at, area=gate.area, link=reverse("living:gate", args=[gate.pk]), key=f"{alarm}:gate")  # fmt: skip


@action("living.make_pass", beyond=True)  # the company is out of a household's sight
def make_pass(
    *, actor: Actor, home: "registry.Dwelling", starts: datetime, ends: datetime, entries: int, at: datetime, called: str = "", plate: str = "",
) -> Pass:  # fmt: skip
    """A visitor may come in: a code to say or show, from then until then, so many times."""
    unit = ask.keeper_of(SYSTEM, home.area)
    plain = plain_plate(plate)
    insist(
        None if home.pk in {one.pk for one in registry.own_doors(actor)} else Refusal("not_found"),
        None if unit else Refusal("no_company_here"),
        rules.pass_fits(starts, ends, entries, at),
        registry.plate_fault(SYSTEM, plain) if plain else None,
    )
    assert unit is not None and actor.id is not None  # noqa: S101, PT018 -- insisted above
    one_by_one(f"living.pass:{home.pk}")
    standing = Pass.objects.filter(dwelling=home.pk, revoked_at=None, ends_at__gt=at).count()
    insist(rules.pass_room(standing))
    made = Pass(
        unit_id=unit.pk, dwelling_id=home.pk, address=home.address, account_id=actor.id, area=home.area, called=called.strip()[:CALLED] or None,
        plate=plain or None, code=short_code(CODE), starts_at=starts, ends_at=ends, entries=entries, made_at=at, holders=sorted({unit.holder, actor.holder}),
    )  # fmt: skip
    made.save(force_insert=True)
    publish(PassMade(pass_=made.pk, at=at), area=made.area, holders=made.holders)
    return made


@action("living.revoke_pass", beyond=True)  # likewise
def revoke_pass(*, actor: Actor, visit: Pass, at: datetime) -> None:
    """Whoever invited takes it back; from now on no gate opens for it."""
    held = Pass.objects.hold(visit.pk)
    insist(None if actor.id == held.account_id else Refusal("not_found"))
    if held.revoked_at is None:
        held.revoked_at = at
        held.save(update_fields=["revoked_at"])
        publish(PassRevoked(pass_=held.pk, at=at), area=held.area, holders=held.holders)


@action("living.give_card", beyond=True)  # doors lie out of a company's sight
def give_card(*, actor: Actor, unit: "Unit", door: "registry.Dwelling", number: str, at: datetime, until: date | None = None) -> Permit:  # fmt: skip
    """A card for a dwelling; whose pocket it is in is nobody's business."""
    plain = read_code(number)
    today = timezone.localtime(at).date()
    insist(
        company(actor, unit),
        inside(door.area, unit.area),
        theirs(unit, {door.area}),
        rules.card_fits(plain),
        Refusal("card_taken", {"field": "number"}) if Permit.objects.filter(number_key=plain, ended_at=None).exists() else None,
        Refusal("card_until", {"field": "until"}) if until and until < today else None,
    )  # fmt: skip
    return _permit(unit, door, Medium.CARD, plain, at, until)


@action("living.make_code", beyond=True)  # likewise
def make_code(*, actor: Actor, home: "registry.Dwelling", at: datetime) -> Permit:
    """A code of one's own for the gates of one's home, in place of a card or a face; the one before ends."""
    unit = ask.keeper_of(SYSTEM, home.area)
    insist(
        None if home.pk in {one.pk for one in registry.own_doors(actor)} else Refusal("not_found"),
        None if unit else Refusal("no_company_here"),
    )
    assert unit is not None  # noqa: S101 -- insisted above
    one_by_one(f"living.code:{home.pk}")
    for old in Permit.objects.filter(dwelling=home.pk, medium=Medium.CODE, ended_at=None):
        _ended(old.pk, "", at)
    return _permit(unit, home, Medium.CODE, short_code(CODE), at, None)


def _permit(unit: "Unit", door: "registry.Dwelling", medium: Medium, number: str, at: datetime, until: date | None) -> Permit:  # fmt: skip
    whom = registry.householders(SYSTEM, [door.pk]).get(door.pk, [])
    made = Permit(
        unit_id=unit.pk, dwelling_id=door.pk, address=door.address, area=door.area, medium=medium, number=number, made_at=at, until=until,
        holders=sorted({unit.holder, *whom}),
    )  # fmt: skip
    made.save(force_insert=True)
    return made


@action("living.end_permit", beyond=True)  # likewise
def end_permit(*, actor: Actor, permit: Permit, why: str, at: datetime) -> None:
    """Lost, given back, moved out: by the company, or by whoever lives behind the door."""
    unit = orgs.unit(SYSTEM, permit.unit_id)
    lives = permit.dwelling_id in {one.pk for one in registry.own_doors(actor)}
    insist(None if lives else company(actor, unit))
    _ended(permit.pk, why, at)


def _ended(pk: UUID, why: str, at: datetime) -> None:
    held = Permit.objects.hold(pk)
    if held.ended_at is None:
        held.ended_at, held.why = at, why.strip()[:100]
        held.save(update_fields=["ended_at", "why"])


@action("living.check_pass", beyond=True)  # registers lie out of a gate's sight
def check_pass(*, actor: Actor, gate: Gate, direction: str, at: datetime, code: str = "", plate: str = "", card: str = "") -> Answer:  # fmt: skip
    """Somebody stands at the gate. A refusal is answered, not raised: it is counted. Outwards it always opens."""
    insist(
        company(actor, orgs.unit(SYSTEM, gate.unit_id)),
        None if gate.closed_at is None else Refusal("not_found"),
        None if direction in set(Direction) else Refusal("gate_direction", {"field": "direction"}),
        None if sum(map(bool, (code, plate, card))) == 1 else Refusal("gate_one", {"field": "code"}),
    )  # fmt: skip
    said = _said(gate, direction, at, read_code(code), plain_plate(plate), read_code(card))
    Passage(
        area=gate.area, holders=[f"unit:{gate.unit_id}"], gate=gate, visit=said.visit, who=said.who, direction=direction, opened=said.opened,
        reason=said.refusal.reason if said.refusal else "", at=at,
    ).save(force_insert=True)  # fmt: skip
    return said


def _said(gate: Gate, direction: str, at: datetime, code: str, plate: str, card: str) -> Answer:
    if code or card:
        medium, number = (Medium.CODE, code) if code else (Medium.CARD, card)
        permit = ask.permit_of(SYSTEM, medium, number)
        if permit is not None:
            return _for_household(gate, permit, direction, at)
    elif ask.kept_here(SYSTEM, plate, gate.area[:12]):
        refusal = rules.gate_admits(gate.admits, Who.VEHICLE)
        return Answer(direction == Direction.OUT or refusal is None, Who.VEHICLE, refusal if direction == Direction.IN else None)  # fmt: skip
    return _for_visitor(gate, ask.passes_of(SYSTEM, code, plate), direction, at)


def _for_household(gate: Gate, permit: Permit, direction: str, at: datetime) -> Answer:
    if direction == Direction.OUT:
        return Answer(True, Who.HOUSEHOLD)
    over = permit.until is not None and permit.until < timezone.localtime(at).date()
    refusal = (
        rules.gate_admits(gate.admits, Who.HOUSEHOLD)
        or (Refusal("card_over") if over else None)
        or (None if ask.reaches(SYSTEM, gate, permit.area, permit.dwelling_id) else Refusal("gate_elsewhere"))
    )  # fmt: skip
    return Answer(refusal is None, Who.HOUSEHOLD, refusal)


def _for_visitor(gate: Gate, found: Sequence[Pass], direction: str, at: datetime) -> Answer:
    """The first pass that stands; else why the newest does not."""
    if direction == Direction.OUT:
        leaving = next((one for one in found if _is_in(one)), None)
        if leaving is not None and (gate.building_id is None or not _by_estate(leaving)):
            held = Pass.objects.hold(leaving.pk)
            held.left_at = at
            held.save(update_fields=["left_at"])
        return Answer(True, Who.VISITOR if found else "", None, leaving)
    refusal = Refusal("pass_unknown")
    last: Pass | None = None
    for one in found:
        held = Pass.objects.hold(
            one.pk
        )  # of two readers at once the second sees what the first did
        why = _refused(gate, held, at)
        if why is None:
            return _let_in(gate, held, at)
        if last is None:
            refusal, last = why, held
    return Answer(False, Who.VISITOR if last else "", refusal, last)


def _refused(gate: Gate, visit: Pass, at: datetime) -> Refusal | None:
    now = timezone.localtime(at).time().replace(second=0, microsecond=0)
    used = min(visit.used, visit.entries - 1) if _counted_before(gate, visit, at) else visit.used
    given = rules.Given(timezone.localtime(visit.starts_at), timezone.localtime(visit.ends_at), visit.entries, used, visit.revoked_at is not None)  # fmt: skip
    return (
        rules.gate_admits(gate.admits, Who.VISITOR)
        or (None if ask.reaches(SYSTEM, gate, visit.area, visit.dwelling_id) else Refusal("gate_elsewhere"))
        or rules.pass_stands(given, at)
        or rules.gate_hours(gate.visitors_from, gate.visitors_until, now)
        or (None if ask.still_lives(SYSTEM, visit) else Refusal("pass_revoked"))
    )  # fmt: skip


def _counted_before(gate: Gate, visit: Pass, at: datetime) -> bool:
    """A reader that read twice; the door of a building after the gate of its estate: one visit, one entry."""
    indoors = gate.building_id is not None and _by_estate(visit) and _is_in(visit)
    return indoors or rules.once_more(gate.pk, visit.came_by_id, visit.came_at, at)


def _by_estate(visit: Pass) -> bool:
    return visit.came_by is not None and visit.came_by.building_id is None


def _is_in(visit: Pass) -> bool:
    return visit.came_at is not None and (visit.left_at is None or visit.left_at < visit.came_at)


def _let_in(gate: Gate, visit: Pass, at: datetime) -> Answer:
    if not _counted_before(gate, visit, at):
        visit.used += 1
        visit.came_at, visit.came_by = at, gate
        visit.save(update_fields=["used", "came_at", "came_by"])
        publish(VisitorCame(pass_=visit.pk, gate=gate.pk, at=at), area=visit.area, holders=visit.holders)  # fmt: skip
        facts = {"gate": gate.name, "used": visit.used, "entries": visit.entries}
        send(to=f"account:{visit.account_id}", template="living.visitor_came", facts=facts, at=at, area=visit.area, link=reverse("living:visit", args=[visit.pk]), key=f"{visit.pk}:{visit.used}")  # fmt: skip
    return Answer(True, Who.VISITOR, None, visit)
