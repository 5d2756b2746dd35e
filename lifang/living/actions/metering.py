"""What is charged, and what meters say."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q

from lifang.core.access import SYSTEM, Actor, Kind, Refusal, insist
from lifang.core.action import action
from lifang.living import rules
from lifang.living.models import Meter, Reading, Run, Tariff
from lifang.living.selectors.serving import kept
from lifang.registry import selectors as registry

if TYPE_CHECKING:
    from lifang.orgs.models import Unit


class Read(NamedTuple):
    """One reading: the dwelling, the item, the number on the meter, the value in thousandths."""

    place: registry.Dwelling
    item: str
    number: str
    value: int


@action("living.set_tariff", beyond=True)  # what another company charges there is out of sight
def set_tariff(
    *, actor: Actor, unit: "Unit", area: str, item: str, basis: str, price: int, since: str, at: datetime
) -> Tariff:  # fmt: skip
    """From a month on the company charges this; what was charged until then ends the month before."""
    insist(
        company(actor, unit),
        rules.inside(area, unit.area),
        rules.tariff_fits(item, basis, price),
        rules.month_fits(since),
    )
    _alone(unit.pk, area, item, since)
    for old in Tariff.objects.filter(unit=unit, area=area, item=item, until=""):
        insist(None if old.since < since else Refusal("tariff_since", {"field": "since", "month": old.since}))  # fmt: skip
        held = Tariff.objects.hold(old.pk)
        held.until = rules.month_before(since)
        held.save()
    made = Tariff(unit_id=unit.pk, area=area, holders=[unit.holder], item=item, basis=basis, price=price, since=since, made_at=at)  # fmt: skip
    made.save(force_insert=True)
    return made


def one_by_one(name: str) -> None:
    """Whoever asks for the same waits here until the other is done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


def _alone(unit: UUID, area: str, item: str, since: str) -> None:
    """A dwelling has one company for an item: two that ask at once go one after the other."""
    one_by_one(f"living.tariff:{item}")
    around = Q(area__startswith=area) | Q(area__in=[area[:end] for end in range(2, len(area))])
    running = Q(until="") | Q(until__gte=since)
    taken = Tariff.objects.filter(around, running, item=item).exclude(unit=unit).exists()
    insist(Refusal("tariff_taken", {"field": "area"}) if taken else None)


@action(
    "living.read_meters", beyond=True
)  # doors are out of a company's sight; its own area is not
def read_meters(
    *, actor: Actor, unit: "Unit", month: str, readings: Sequence[Read], area: str, at: datetime
) -> int:
    """What meters said at the end of a month; the same value again changes nothing. How many are new or changed."""
    insist(company(actor, unit), rules.month_fits(month))
    changed = 0
    for one in readings:
        insist(None if one.place.area.startswith(unit.area) else Refusal("not_found"))
        meter, _new = Meter.objects.get_or_create(
            place_id=one.place.pk, item=one.item,
            defaults={"number": one.number[:40], "area": one.place.area, "holders": [unit.holder]},
        )  # fmt: skip
        around = meter.readings.order_by("month")
        before = around.filter(month__lt=month).values_list("value", flat=True).last()
        after = around.filter(month__gt=month).values_list("value", flat=True).first()
        insist(rules.reading_fits(one.value, before, after))
        known = around.filter(month=month).first()
        if known is not None and known.value == one.value:
            continue
        facts = {"value": one.value, "at": at, "area": meter.area, "holders": meter.holders}
        Reading.objects.update_or_create(meter=meter, month=month, defaults=facts)
        changed += 1
    return changed


@action("living.drop_readings")
def drop_readings(*, actor: Actor, readings: Sequence[UUID], area: str, at: datetime) -> set[UUID]:
    """Take imported readings back; those of a month that was billed stay, and are answered."""
    left = set()
    for one in readings:
        held = Reading.objects.hold(one)
        if Run.objects.filter(month__gte=held.month, area__in=[held.area[:12], held.area]).exists():
            left.add(one)
        else:
            held.delete()
    return left


def theirs(unit: "Unit", areas: Collection[str]) -> Refusal | None:
    """It looks after all of these places, and no other company of the street does."""
    return None if kept(SYSTEM, unit, areas) == set(areas) else Refusal("served_by_other")


def company(actor: Actor, unit: "Unit") -> Refusal | None:
    """The system, or somebody of this company."""
    return None if actor.kind is Kind.SYSTEM else rules.serves(unit.holder, tuple(actor.units))
