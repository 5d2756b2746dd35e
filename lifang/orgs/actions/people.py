"""Staff accounts by list."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.access.models import GrantRow
from lifang.core.accounts.actions import close, open_account
from lifang.core.accounts.models import Account
from lifang.core.action import action
from lifang.core.events import publish
from lifang.orgs import rules
from lifang.orgs.events import AccountsOpened

MOST = 500  # of one list: hashing passwords is slow on purpose


class OpenRow(NamedTuple):
    """One line of a list of accounts."""

    login: str
    name: str
    telephone: str = ""


class Opened(NamedTuple):
    """An account opened just now, and the password to hand over: it is kept nowhere."""

    account: Account
    password: str


@action("orgs.open_accounts")
def open_accounts(
    *, actor: Actor, rows: Iterable[OpenRow], area: str, at: datetime
) -> list[Opened]:
    """Open staff accounts for a list, all or none; logins that stand already are left as they are.

    Each gets an issued password, which must be changed at the first sign-in, and no rights before a posting.
    """
    rows = list(rows)
    insist(
        rules.allowed(actor, "orgs.open_accounts", area),
        Refusal("list_too_long", {"most": MOST}) if len(rows) > MOST else None,
    )
    taken = _taken(row.login for row in rows)
    opened: list[Opened] = []
    for number, row in enumerate(rows, 1):
        try:
            insist(rules.good_person(row.login, row.name, row.telephone))
            if row.login.lower() not in taken:
                opened.append(_one(actor, row, area, at))
                taken.add(row.login.lower())
        except Refused as refused:
            facts = {"number": number, "name": row.login[:40], "why": str(refused.refusal)}
            raise Refused(Refusal("row_refused", facts)) from refused
    if opened:
        accounts = [one.account.pk for one in opened]
        publish(AccountsOpened(accounts=accounts, at=at), area=area)
    return opened


def _taken(logins: Iterable[str]) -> set[str]:
    wanted = {login.lower() for login in logins}
    rows = Account.objects.filter(login__in=wanted, closed_at__isnull=True)
    return set(rows.values_list("login", flat=True))


def _one(actor: Actor, row: OpenRow, area: str, at: datetime) -> Opened:
    account = open_account(
        actor=actor, login=row.login, name=row.name, area=area, telephone=row.telephone, at=at
    )
    return Opened(account, account.issued)  # type: ignore[attr-defined]  # in memory only


@action("orgs.close_unused")
def close_unused(*, actor: Actor, accounts: Iterable[str], area: str, at: datetime) -> set[str]:
    """Close accounts of a list again; those that somebody uses or that hold a post are left, and named."""
    insist(rules.allowed(actor, "orgs.close_unused", area))
    wanted = {UUID(pk) for pk in accounts}
    held = GrantRow.objects.filter(account__in=wanted, valid_to__isnull=True)
    posted = set(held.values_list("account_id", flat=True))
    unused = Account.objects.filter(pk__in=wanted, closed_at__isnull=True, password_issued=True)
    left = set(wanted)
    for account in unused.exclude(pk__in=posted):
        close(actor=actor, account=account, at=at)
        left.discard(account.pk)
    return {str(pk) for pk in left}
