"""The roster: who is on watch at night and at the weekend. A plan; whether somebody came is not kept."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.accounts.models import Account
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.site import site
from lifang.orgs import rules
from lifang.orgs.actions.violation import broken
from lifang.orgs.catalogue import SPANS
from lifang.orgs.events import RosterSet, WatchDropped
from lifang.orgs.models import Posting, Unit, Watch
from lifang.orgs.terms import WatchRole


class WatchRow(NamedTuple):
    """One line of a roster: whose watch, where, on which day, which part of it."""

    account: Account
    area: str
    unit: Unit | None
    day: date
    span: str
    role: WatchRole = WatchRole.WATCH


@action("orgs.set_roster")
def set_roster(*, actor: Actor, rows: Iterable[WatchRow], area: str, at: datetime) -> list[Watch]:
    """Put people on the roster of areas and units, all or none."""
    made = [_one(actor, row, area, at) for row in rows]
    if made:
        publish(RosterSet(watches=[watch.pk for watch in made], at=at), area=area)
    return made


def _one(actor: Actor, row: WatchRow, area: str, at: datetime) -> Watch:
    span, where = SPANS.get(row.span), row.unit.area if row.unit else row.area
    insist(
        rules.keeps_roster(actor, where, row.unit.holder if row.unit else ""),
        None if where.startswith(area) or area.startswith(where) else Refusal("not_allowed"),
        Refusal("span_unknown", {"span": row.span[:20], "field": "span"}) if span is None else None,
        rules.watch_day(row.day, at),
        None if _works_there(row, where, at) else Refusal("watch_not_working_here", {"name": row.account.name, "field": "login"}),
    )  # fmt: skip
    assert span is not None  # noqa: S101 -- insisted above
    starts, ends = span.on(row.day, ZoneInfo(site().timezone))
    made = Watch(
        area=where, unit=row.unit, account=row.account, span=span.key, role=row.role, starts_at=starts, ends_at=ends,
        made_by_id=actor.id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        if broken(error) != "watch_once":
            raise
        raise Refused("watch_twice", name=row.account.name, field="login") from error
    return made


def _works_there(row: WatchRow, where: str, at: datetime) -> bool:
    """Holds a post in the unit; for an area, in it or above it."""
    own = Posting.objects.filter(account=row.account, account__closed_at__isnull=True)
    if row.unit:
        own = own.filter(unit=row.unit)
    return any(
        posting.holds(at)
        and (row.unit or where.startswith(posting.area) or posting.area.startswith(where))
        for posting in own
    )


@action("orgs.drop_watch")
def drop_watch(*, actor: Actor, watch: Watch, at: datetime) -> None:
    """Take somebody off the roster again; a watch that is over stays as it was."""
    held = Watch.objects.hold(watch.pk)
    insist(
        rules.keeps_roster(actor, held.area, held.unit.holder if held.unit else ""),
        Refusal("watch_over") if held.ends_at <= at else None,
    )
    publish(WatchDropped(watch=held.pk, at=at), area=held.area)
    held.delete()
