"""Ask about those who are looked after: a state, never a timeline."""

from datetime import UTC, date, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.db.models import QuerySet, prefetch_related_objects

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.errands import entrusted
from lifang.core.access.scope import within
from lifang.core.access.wall import behind
from lifang.sensing.models import Alarm, Device, Vigil
from lifang.sensing.terms import AWAY
from lifang.sensing.watch.person import Being, Person


class Ward(NamedTuple):
    """One who is looked after, as it is now."""

    vigil: Vigil
    being: Being
    due_at: datetime | None
    learning: bool
    alarm: Alarm | None
    away_from: datetime | None = None  # a notice of absence that has not begun yet


def vigils(actor: Actor, area: str = "") -> QuerySet[Vigil]:
    return Vigil.objects.visible_to(actor).filter(within(area), ended_at__isnull=True)


def vigil(actor: Actor, pk: UUID | str) -> Vigil:
    found = vigils(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return _whole([found])[0]


def entrusted_vigil(actor: Actor, person: UUID, on: date) -> Vigil | None:
    """Of somebody who let the actor note absences; none where nothing looks after them. Raises `Refused("not_found")`."""
    if not any(one.person == person for one in entrusted(actor, AWAY, on)):
        raise Refused("not_found")
    with behind(SYSTEM):  # the principal's home lies out of the helper's sight
        return Vigil.objects.filter(person=person, ended_at__isnull=True).first()


def _whole(rows: list[Vigil]) -> list[Vigil]:
    """With person and door, which who is looked after may not see in the register."""
    with behind(SYSTEM):
        prefetch_related_objects(rows, "person", "place")
    return rows


def wards(actor: Actor, at: datetime, area: str = "") -> list[Ward]:
    """The board: whoever needs somebody first."""
    rows = _whole(list(vigils(actor, area)))
    subjects = [f"vigil:{row.pk}" for row in rows]
    alarms = Alarm.objects.visible_to(actor).filter(subject__in=subjects, ended_at__isnull=True)
    by = {one.subject: one for one in alarms}
    found = [_ward(row, by.get(f"vigil:{row.pk}"), at) for row in rows]
    order = list(ORDER)
    return sorted(
        found, key=lambda one: (one.alarm is None, order.index(one.being), one.vigil.area)
    )


def devices_of(actor: Actor, of: Vigil) -> list[Device]:
    """What at the home speaks for the person; the resident's own sight hangs on the vigil, not on the device."""
    if not Vigil.objects.visible_to(actor).filter(pk=of.pk).exists():
        return []
    return list(
        Device.objects.filter(place=of.place_id, retired_at__isnull=True).order_by("type", "id")
    )


def called(actor: Actor, of: Alarm) -> str:
    """Who an alarm about somebody looked after is about, masked; "" for alarms of devices."""
    if not of.subject.startswith("vigil:"):
        return ""
    found = _whole(list(vigils(actor).filter(pk=of.subject.removeprefix("vigil:"))))
    return str(found[0].person.name) if found else ""


def _ward(row: Vigil, alarm: Alarm | None, at: datetime) -> Ward:
    person = msgspec.convert(row.memory, Person) if row.memory else Person()
    due = person.due()
    return Ward(
        row, person.being(at.timestamp()), datetime.fromtimestamp(due, UTC) if due else None,
        person.reason().learning, alarm, datetime.fromtimestamp(person.paused_from, UTC) if person.paused_from > at.timestamp() else None,
    )  # fmt: skip


ORDER = (Being.UNKNOWN, Being.QUIET, Being.ASLEEP, Being.AWAY, Being.HOME, Being.PAUSED)
