"""Staff accounts by list."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.hashers import make_password

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.accounts.models import Account
from lifang.core.accounts.passwords import issued
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.ids import new_id
from lifang.orgs import rules
from lifang.orgs.events import AccountsOpened

MOST = 1000  # of one list


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
    for number, row in enumerate(rows, 1):
        refusal = rules.good_person(row.login, row.name, row.telephone)
        if refusal is not None:
            facts = {"number": number, "name": row.login[:40], "why": str(refusal)}
            raise Refused(Refusal("row_refused", facts))
    known = set(
        Account.objects.filter(
            login__in=[row.login for row in rows], closed_at__isnull=True
        ).values_list("login", flat=True)
    )
    wanted = list({row.login: row for row in rows if row.login not in known}.values())
    passwords = [issued() for _ in wanted]
    made = [
        Account(
            id=new_id(),
            login=row.login,
            name=row.name,
            area=area,
            password=hashed,
            password_issued=True,
            password_set_at=at,
            opened_at=at,
            telephone=row.telephone or None,
        )
        for row, hashed in zip(wanted, _hashed(passwords), strict=True)
    ]
    Account.objects.bulk_create(made)
    if made:
        publish(AccountsOpened(accounts=[account.pk for account in made], at=at), area=area)
    return [Opened(account, password) for account, password in zip(made, passwords, strict=True)]


def _hashed(passwords: list[str]) -> list[str]:
    # Argon2 is slow on purpose and lets go of the interpreter: all cores may work on a list.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(make_password, passwords))
