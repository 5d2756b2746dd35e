from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from lifang.core.access import Actor, Refused
from lifang.core.access.posts import post_name, posts
from lifang.core.access.scope import within
from lifang.core.accounts import passwords
from lifang.core.accounts.models import Account, Factor, RecoveryCode, Reset, Session
from lifang.core.accounts.rules import Step, next_step
from lifang.core.accounts.terms import DEMO_PASSWORD, AccountKind
from lifang.core.config import config


def me(actor: Actor) -> Account:
    """The actor's own account."""
    account = Account.objects.filter(pk=actor.id).first() if actor.id else None
    if account is None:
        raise Refused("not_signed_in")
    return account


def doubles(actor: Actor, pk: UUID) -> set[UUID]:
    """This account and all others with the same telephone: one person, as far as accounts can tell. Ids alone."""
    del actor
    key = Account.objects.filter(pk=pk).exclude(telephone_key=None).values("telephone_key")
    return {pk, *Account.objects.filter(telephone_key__in=key).values_list("pk", flat=True)}


def accounts(actor: Actor) -> QuerySet[Account]:
    """Accounts this administrator looks after: of the areas of the postings that say so."""
    rows = Account.objects.exclude(kind=AccountKind.RESIDENT)
    areas = {grant.area for grant in actor.grants if "accounts.see" in grant.capabilities}
    if actor.may("accounts.see", ""):
        return rows
    looked = Q(pk__in=[])
    for area in areas:
        looked |= within(area)
    return rows.filter(looked)


def account(actor: Actor, pk: UUID) -> Account:
    """One of them. Raises `Refused("not_found")` for any other."""
    found = accounts(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def resets(actor: Actor) -> QuerySet[Reset]:
    """Asked resets that wait for a second administrator."""
    waiting = Reset.objects.filter(confirmed_at=None, dropped_at=None)
    return (
        waiting.filter(account__in=accounts(actor))
        .select_related("account", "asked_by")
        .order_by("asked_at")
    )


def reset(actor: Actor, pk: UUID) -> Reset:
    found = resets(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def sessions(actor: Actor, account: Account, at: datetime) -> list[Session]:
    """Live sessions of one's own account, or of one that the actor looks after; the last used first."""
    if actor.id != account.pk and not accounts(actor).filter(pk=account.pk).exists():
        raise Refused("not_found")
    rows = (
        Session.objects.filter(account=account, ends_at__gt=at)
        .order_by("-seen_at")
        .defer("content")
    )
    return [row for row in rows if row.seen_at + timedelta(seconds=row.idle_seconds) > at]


def factor(actor: Actor, account: Account) -> Factor | None:
    return Factor.objects.filter(account=account).first()


def recovery_codes_left(actor: Actor, account: Account) -> int:
    return RecoveryCode.objects.filter(account=account, used_at=None).count()


def with_factor(rows: QuerySet[Account]) -> QuerySet[Account]:
    """Each account with `has_factor`."""
    return rows.annotate(has_factor=Exists(Factor.objects.filter(account=OuterRef("pk"))))


def still_to_do(account: Account, *, second_proved: bool, at: datetime) -> Step | None:
    """What stands between this account, whose password was right, and its desk."""
    return next_step(
        kind=account.kind,
        factor=Factor.objects.filter(account=account).exists(),
        second_proved=second_proved,
        password_old=account.password_issued or passwords.due(account.password_set_at, at),
        demo=config().demo,
    )


class Sample(NamedTuple):
    """An account of the demonstration, to be chosen on the sign-in page."""

    login: str
    name: str
    post: str
    password: str


_SAMPLES = """
SELECT DISTINCT ON (g.post) g.post, a.login, a.name
FROM access_grant g JOIN accounts_account a ON a.id = g.account_id
WHERE a.kind = 'staff' AND a.closed_at IS NULL AND a.locked_at IS NULL
  AND g.valid_from <= %(at)s AND (g.valid_to IS NULL OR g.valid_to > %(at)s)
ORDER BY g.post, a.opened_at, a.login
"""


def samples(at: datetime) -> list[Sample]:
    """One account of each kind of post, in a demonstration; otherwise nothing."""
    if not config().demo:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLES, {"at": at})
        found = {post: (login, name) for post, login, name in cursor.fetchall()}
    return list(_in_order(found))


def _in_order(found: dict[str, tuple[str, str]]) -> Iterator[Sample]:
    order = {key: place for place, key in enumerate(posts())}
    for post in sorted(found, key=lambda post: order.get(post, len(order))):
        login, name = found[post]
        yield Sample(login, name, post_name(post), DEMO_PASSWORD)


def sample_telephones() -> list[str]:
    """Two residents of the demonstration who may be tried."""
    if not config().demo:
        return []
    rows = Account.objects.filter(kind=AccountKind.RESIDENT, closed_at=None)
    known = rows.exclude(telephone_key=None).order_by("opened_at", "id")[:2]
    return [str(account.telephone) for account in known]
