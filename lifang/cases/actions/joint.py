"""A joint action against what rises or comes again: ordered by a leader, done by several units, each says what it did."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.utils.timezone import localtime

from lifang.cases import rules
from lifang.cases.catalogue import JOINT, MATTERS
from lifang.cases.models import Joint, JointPart
from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.core.flow import engine
from lifang.orgs import selectors as orgs


@action("cases.order_joint")
def order_joint(
    *,
    actor: Actor,
    area: str,
    matter: str,
    units: Sequence[UUID],
    on: date,
    words: str,
    at: datetime,
    cell: int | None = None,
    place: str = "",
) -> Joint:
    """Order several units to act on one matter together; each of them gets a to-do."""
    named = {unit.pk: unit for unit in orgs.units(actor, area=area[:6]).filter(pk__in=units)}
    insist(
        None if matter in MATTERS else Refusal("unknown_matter", {"field": "matter"}),
        rules.may_order_joint(len(named), on, localtime(at).date(), words),
    )
    holders = sorted(unit.holder for unit in named.values())
    made = Joint.objects.create(
        area=area, holders=holders, matter=matter, cell=cell, place=place.strip()[:200], on=on,
        words=words.strip()[:500], ordered_at=at, ordered_by_id=actor.id,
    )  # fmt: skip
    for unit in sorted(named.values(), key=lambda one: str(one.pk)):
        part = JointPart(area=area, joint=made, unit=unit)
        title = f"{matter}|{made.place}"[:200]
        engine.start(
            JOINT(), part, actor=actor, at=at, turn=engine.Turn((unit.holder,), None, title), said=engine.Said(note=made.words)
        )  # fmt: skip
    return made


@action("cases.take_part")
def take_part(*, actor: Actor, part: JointPart, note: str, at: datetime) -> JointPart:
    """Say what one's unit did in a joint action."""
    held = JointPart.objects.hold(part.pk)
    insist(None if f"unit:{held.unit_id}" in actor.units else Refusal("not_allowed"))
    said = engine.Said(note=note.strip()[:500], body=f"unit:{held.unit_id}")
    engine.move(JOINT(), held, "report", actor=actor, at=at, said=said)
    return held
