"""Postings: who holds which post, from when to when."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import IntegrityError, transaction

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.access.actions import end_grant, grant
from lifang.core.accounts.models import Account
from lifang.core.action import action
from lifang.core.events import publish
from lifang.orgs import rules
from lifang.orgs.actions.deputies import end_deputy
from lifang.orgs.actions.violation import broken
from lifang.orgs.catalogue import POSTS
from lifang.orgs.events import Posted, PostingEnded
from lifang.orgs.models import Division, Posting, Unit


@action("orgs.post")
def post(
    *,
    actor: Actor,
    account: Account,
    post: str,
    at: datetime,
    area: str = "",
    unit: Unit | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Posting:
    """Post an account at an area or in a unit; its rights begin with the posting and end with it.

    The three administrators exclude one another and all other posts: the database sees to it.
    """
    kind = POSTS.get(post)
    area = area or (unit.area if unit else "")
    start = since or at
    insist(
        rules.allowed(actor, "orgs.post", area),
        rules.may_hold(account.kind, account.closed_at is not None),
        rules.may_post(post, kind, area, unit is not None, start, until),
        _area_fault(area),
        Refusal("unit_closed", {"field": "unit"}) if unit is not None and unit.closed else None,
    )
    assert kind is not None  # noqa: S101 -- may_post refused it
    given = grant(
        actor=actor,
        account=account,
        post=post,
        area=area,
        sees="area" if kind.sees == "area" else "unit",
        holder=unit.holder if unit else "",
        valid_from=start,
        valid_to=until,
        at=at,
    )
    made = Posting(
        account=account,
        post=post,
        area=area,
        unit=unit,
        valid_from=start,
        valid_to=until,
        grant=given,
    )
    _save(made)
    publish(Posted(posting=made.pk, account=account.pk, post=post, at=at), area=area)
    return made


def _area_fault(area: str) -> Refusal | None:
    if Division.objects.filter(pk=area, valid_to__isnull=True).exists():
        return None
    return Refusal("area_unknown", {"area": area[:20], "field": "area"})


def _save(posting: Posting) -> None:
    try:
        with transaction.atomic():
            posting.save()
    except IntegrityError as error:
        if broken(error) != "posting_once":
            raise
        raise Refused("posting_twice", name=posting.account.name, field="post") from error


@action("orgs.end_posting")
def end_posting(*, actor: Actor, posting: Posting, at: datetime) -> Posting:
    """End a posting now: the next thing its holder tries is judged without it."""
    row = Posting.objects.hold(posting.pk)
    insist(
        rules.allowed(actor, "orgs.end_posting", row.area),
        Refusal("posting_ended") if row.valid_to is not None and row.valid_to <= at else None,
    )
    row.valid_to = max(at, row.valid_from)
    row.save(update_fields=["valid_to"])
    end_grant(actor=actor, grant=row.grant, at=at)
    for deputy in row.deputies.filter(valid_to__gt=at):
        end_deputy(actor=actor, deputy=deputy, at=at)
    told = PostingEnded(posting=row.pk, account=row.account_id, post=row.post, at=at)
    publish(told, area=row.area)
    return row


class PostRow(NamedTuple):
    """One line of a list of postings: the login, the post, and an area's code or a unit's name."""

    login: str
    post: str
    place: str


@action("orgs.post_all")
def post_all(*, actor: Actor, rows: Iterable[PostRow], area: str, at: datetime) -> list[Posting]:
    """Post everybody on a list, all or none; a posting that stands already is left as it is."""
    rows = list(rows)
    insist(rules.allowed(actor, "orgs.post_all", area))
    logins = [row.login.lower() for row in rows]
    found = Account.objects.filter(login__in=logins, closed_at__isnull=True)
    accounts = {account.login: account for account in found}
    units = _units_by_name(area)
    made = []
    for number, row in enumerate(rows, 1):
        try:
            made += _one(actor, row, accounts, units, at)
        except Refused as refused:
            facts = {"number": number, "name": row.login, "why": str(refused.refusal)}
            raise Refused(Refusal("row_refused", facts)) from refused
    return made


def _units_by_name(area: str) -> dict[str, Unit]:
    rows = Unit.objects.filter(area__startswith=area, closed__isnull=True)
    return {name: unit for unit in rows for name in (unit.name_zh, unit.name_en)}


def _one(
    actor: Actor,
    row: PostRow,
    accounts: dict[str, Account],
    units: dict[str, Unit],
    at: datetime,
) -> list[Posting]:
    account = accounts.get(row.login.lower())
    if account is None:
        raise Refused("login_unknown", login=row.login[:40])
    kind, unit = POSTS.get(row.post), units.get(row.place)
    if kind is not None and unit is None and kind.level == ["unit"]:
        raise Refused("unit_unknown", name=row.place[:40])
    area = unit.area if unit else row.place
    standing = Posting.objects.filter(
        account=account, post=row.post, area=area, unit=unit, valid_to__isnull=True
    )
    if standing.exists():
        return []
    return [post(actor=actor, account=account, post=row.post, area=area, unit=unit, at=at)]
