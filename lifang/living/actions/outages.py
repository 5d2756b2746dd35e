"""An outage: told to every household of its buildings, told again when it ends early or takes longer."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse

from lifang.core.access import SYSTEM, Actor, insist
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.i18n import Text
from lifang.core.jobs import JOBS
from lifang.core.notify import send
from lifang.living.actions.metering import company, one_by_one, theirs
from lifang.living.events import OutageTold
from lifang.living.models import Outage, OutageBuilding
from lifang.living.rules import inside
from lifang.living.rules import outages as rules
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry

if TYPE_CHECKING:
    from lifang.orgs.models import Unit

NAMED = 3  # buildings named in a message


@action("living.note_outage", beyond=True)  # buildings lie out of a company's sight
def note_outage(
    *, actor: Actor, unit: "Unit", kind: str, buildings: Sequence["registry.Building"], starts: datetime, ends: datetime, reason: str, batch: UUID,
    at: datetime,
) -> Outage:  # fmt: skip
    """Off from then until then, in these buildings; published at once, households are told in the background."""
    insist(
        company(actor, unit),
        rules.outage_fits(kind, len(buildings), starts, ends, reason, at),
        *(inside(one.area, unit.area) for one in buildings),
        theirs(unit, {one.area for one in buildings}),
    )
    one_by_one(f"living.outage:{unit.pk}")
    before = Outage.objects.filter(unit=unit, batch=batch).first()
    if before is not None:
        return before
    made = Outage(
        unit_id=unit.pk, area=unit.area, holders=[unit.holder], batch=batch, kind=kind, starts_at=starts, ends_at=ends, reason=reason.strip()[:200], noted_at=at,
    )  # fmt: skip
    made.save(force_insert=True)
    OutageBuilding.objects.bulk_create(
        OutageBuilding(outage=made, building_id=one.pk, area=one.area, name=f"{one.estate} {one.name}".strip()[:250]) for one in buildings
    )  # fmt: skip
    _tell(made, at)
    return made


@action("living.move_outage", beyond=True)  # likewise
def move_outage(*, actor: Actor, outage: Outage, ends: datetime, at: datetime) -> Outage:
    """It ends later, or earlier, than was told: told again."""
    held = _held(actor, outage, at)
    insist(rules.until_fits(held.starts_at, ends, at))
    if held.ends_at == ends:
        return held
    held.ends_at = ends
    return _told_again(held, at)


@action("living.end_outage", beyond=True)  # likewise
def end_outage(*, actor: Actor, outage: Outage, at: datetime) -> Outage:
    """It is over already, or will not be at all: told again."""
    held = _held(actor, outage, at)
    held.ended_at = at
    return _told_again(held, at)


@action("living.tell_outage")
def tell_outage(*, actor: Actor, outage: UUID, edition: int, at: datetime) -> int:
    """Every account behind the doors of its buildings, once for each edition; how many. Killed, it begins again and tells nobody twice."""
    row = Outage.objects.hold(outage)
    if row.edition != edition:
        return 0  # told by the later one
    named = list(row.buildings.order_by("area", "name"))
    doors = registry.doors_inside(SYSTEM, [one.building_id for one in named])
    whom = sorted({one for holders in registry.householders(SYSTEM, doors).values() for one in holders})  # fmt: skip
    template = _template(row)
    facts = {
        "kind": row.what.name, "where": _where(named), "from": row.starts_at, "until": row.ends_at, "reason": row.reason, "unit": orgs.unit(SYSTEM, row.unit_id).name,
    }  # fmt: skip
    for to in whom:
        send(to=to, template=template, facts=facts, at=at, area=row.area, link=reverse("living:outages"), key=f"{row.pk}:{edition}")  # fmt: skip
    row.told = len(whom)
    row.save(update_fields=["told"])
    return row.told


def _held(actor: Actor, outage: Outage, at: datetime) -> Outage:
    held = Outage.objects.hold(outage.pk)
    insist(
        company(actor, orgs.unit(SYSTEM, held.unit_id)),
        rules.may_change(held.ends_at, held.ended_at, at),
    )
    return held


def _told_again(row: Outage, at: datetime) -> Outage:
    row.edition, row.told = row.edition + 1, 0
    row.save()
    _tell(row, at)
    return row


def _tell(row: Outage, at: datetime) -> None:
    publish(OutageTold(outage=row.pk, kind=row.kind, edition=row.edition, at=at), area=row.area, holders=row.holders)  # fmt: skip
    JOBS["living.jobs.tell_outage"].later(outage=str(row.pk), edition=row.edition, once=f"outage:{row.pk}:{row.edition}")  # fmt: skip


def _template(row: Outage) -> str:
    if row.ended_at is not None:
        return "living.outage_off" if row.ended_at <= row.starts_at else "living.outage_ended"
    return "living.outage_told" if row.edition == 1 else "living.outage_moved"


def _where(named: Sequence[OutageBuilding]) -> Text:
    """The first buildings by name, and how many more."""
    names, more = [one.name for one in named[:NAMED]], len(named) - NAMED
    if more <= 0:
        return Text(zh="、".join(names), en=", ".join(names))
    return Text(
        zh=f"{'、'.join(names)}等 {len(named)} 栋", en=f"{', '.join(names)} and {more} more"
    )
