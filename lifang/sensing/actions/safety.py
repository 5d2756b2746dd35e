"""Safety notices: told to every account of their buildings, ended with how it came out."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection
from django.urls import reverse

from lifang.core.access import SYSTEM, Actor, Kind, Refusal, insist
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.jobs import JOBS
from lifang.core.notify import send
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry
from lifang.sensing.catalogue import SAFETY_KINDS
from lifang.sensing.events import SafetyEnded, SafetyTold
from lifang.sensing.models import SafetyNotice
from lifang.sensing.rules import safety as rules

if TYPE_CHECKING:
    from lifang.orgs.models import Unit


@action("sensing.tell_safety", beyond=True)  # buildings lie out of a station's sight
def tell_safety(
    *, actor: Actor, unit: "Unit", area: str, kind: str, title: str, text: str, buildings: Sequence["registry.Building"],
    until: datetime, batch: UUID, at: datetime, happened_on: date | None = None,
) -> SafetyNotice:  # fmt: skip
    """A station tells the people of some buildings of one community; published at once, told in the background. Sent twice, told once."""
    insist(
        _own(actor, unit),
        rules.fits(kind, title, text, happened_on, len(buildings), until, at),
        None if len(area) == 12 and area.startswith(unit.area) and all(one.area.startswith(area) for one in buildings) else Refusal("safety_place", {"field": "buildings"}),
    )  # fmt: skip
    with connection.cursor() as cursor:  # the same sent twice waits here
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"sensing.safety:{unit.pk}:{batch}"]
        )
    before = SafetyNotice.objects.filter(unit=unit, batch=batch).first()
    if before is not None:
        return before
    made = SafetyNotice(
        unit_id=unit.pk, area=area, holders=[unit.holder], batch=batch, kind=kind, title=title.strip(), text=text.strip(), happened_on=happened_on,
        places=[[str(one.pk), f"{one.estate} {one.name}".strip()[:250]] for one in buildings], until=until, noted_at=at,
    )  # fmt: skip
    made.save(force_insert=True)
    publish(SafetyTold(notice=made.pk, kind=kind, at=at), area=area, holders=made.holders)
    _spread(made, ended=False)
    return made


@action("sensing.end_safety", beyond=True)  # likewise
def end_safety(
    *, actor: Actor, notice: SafetyNotice, at: datetime, outcome: str = ""
) -> SafetyNotice:
    """It is over; how it came out is told to the same people."""
    held = SafetyNotice.objects.hold(notice.pk)
    insist(
        _own(actor, orgs.unit(SYSTEM, held.unit_id)),
        rules.may_end(held.ended_at, outcome),
        None if rules.stands(held.until, None, at) else Refusal("safety_over"),
    )
    held.ended_at, held.outcome = at, outcome.strip()[:200]
    held.save(update_fields=["ended_at", "outcome"])
    publish(SafetyEnded(notice=held.pk, at=at), area=held.area, holders=held.holders)
    if held.outcome:
        _spread(held, ended=True)
    return held


@action("sensing.spread_safety")
def spread_safety(*, actor: Actor, notice: UUID, ended: bool, at: datetime) -> int:
    """Every account behind the doors of its buildings, once; how many. Killed, it begins again and tells nobody twice."""
    row = SafetyNotice.objects.hold(notice)
    if not ended and row.ended_at is not None:
        return 0  # over before anybody was told
    doors = registry.doors_inside(SYSTEM, [UUID(pk) for pk, _name in row.places])
    whom = sorted({one for holders in registry.householders(SYSTEM, doors).values() for one in holders})  # fmt: skip
    known = SAFETY_KINDS[row.kind]
    facts = {"kind": known.name, "title": row.title, "text": row.outcome if ended else row.text, "hint": known.hint, "unit": orgs.unit(SYSTEM, row.unit_id).name}  # fmt: skip
    template = "sensing.safety_ended" if ended else "sensing.safety_told"
    for to in whom:
        send(to=to, template=template, facts=facts, at=at, area=row.area, link=reverse("sensing:safety"), key=f"safety:{row.pk}:{ended:d}")  # fmt: skip
    row.told = len(whom)
    row.save(update_fields=["told"])
    return row.told


def _own(actor: Actor, unit: "Unit") -> Refusal | None:
    holders = frozenset({unit.holder}) if actor.kind is Kind.SYSTEM else actor.units
    return rules.station(unit.kind, unit.holder, holders)


def _spread(row: SafetyNotice, *, ended: bool) -> None:
    JOBS["sensing.jobs.spread_safety"].later(notice=str(row.pk), ended=ended, once=f"safety:{row.pk}:{ended:d}")  # fmt: skip
