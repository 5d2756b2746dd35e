"""Accounts for tests; hashing is done once a run."""

from datetime import UTC, datetime, timedelta
from functools import cache

from django.contrib.auth.hashers import make_password

from lifang.core.access.models import GrantRow
from lifang.core.accounts.models import Account, Factor
from lifang.core.accounts.terms import AccountKind

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PASSWORD = "quiet lanes at noon 7"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def now() -> datetime:
    """The real clock, for tests through the middleware, which reads it."""
    return datetime.now(UTC)  # noqa: TID251 -- see above


@cache
def _hash(password: str) -> str:
    return make_password(password)


def make_account(login: str = "wang.hong", **facts) -> Account:
    """Staff with PASSWORD, unless said otherwise."""
    kind = facts.setdefault("kind", AccountKind.STAFF)
    password = facts.pop("password", PASSWORD)
    hashed = _hash(password) if kind == AccountKind.STAFF else make_password(None)
    given = {
        "name": login,
        "password": hashed,
        "password_set_at": AT,
        "opened_at": AT - timedelta(days=30),
        **facts,
    }
    return Account.objects.create(login=login, **given)


def make_grant(account: Account, post: str, area: str = "990101", **facts) -> GrantRow:
    given = {"sees": "area", "valid_from": AT - timedelta(days=30), **facts}
    return GrantRow.objects.create(account=account, post=post, area=area, **given)


def make_admin(login: str, post: str, area: str = "990101") -> Account:
    account = make_account(login, area=area)
    make_grant(account, post, area, sees="unit")
    return account


def enrol(account: Account, secret: str = SECRET) -> Factor:
    return Factor.objects.create(account=account, secret=secret, enrolled_at=AT)
