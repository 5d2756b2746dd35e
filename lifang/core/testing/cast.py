"""The standing people of every test, with real accounts and grants.

Each has `.actor` for selectors and actions, and `.get(url_name)`, `.post(url_name, …)` signed in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse

from lifang.core.access import Actor
from lifang.core.access.grants import actor_of
from lifang.core.access.grants import anonymous as nobody
from lifang.core.access.models import GrantRow
from lifang.core.accounts.models import Account
from lifang.core.ids import new_id
from lifang.core.testing import places

LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)
MONDAY: Final = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # ten in the morning in China
UNIT: Final = UUID("00000000-0000-7000-8000-00000000c17e")
FIRM: Final = UUID("00000000-0000-7000-8000-00000000f12a")
PASSWORD: Final = make_password(None)  # unusable: the cast does not type


@dataclass(eq=False)
class Member:
    """One of the cast."""

    key: str
    account: Account | None
    area: str = ""
    unit: UUID | None = None

    @property
    def id(self) -> UUID | None:
        return self.account.pk if self.account else None

    @property
    def actor(self) -> Actor:
        """Who this is now, read from the grants as a request would."""
        return actor_of(self.account.pk, MONDAY) if self.account else nobody()

    @property
    def holder(self) -> str:
        return f"account:{self.id}" if self.id else ""

    @cached_property
    def client(self) -> Client:
        """A browser, signed in. A server error raises in the test."""
        client = Client()
        if self.account is not None:
            client.force_login(self.account)
        return client

    def get(
        self, url_name: str, *args: Any, query: dict[str, Any] | None = None, **extra: Any
    ) -> Any:
        return self.client.get(_path(url_name, args), query or {}, **extra)

    def post(
        self, url_name: str, *args: Any, data: dict[str, Any] | None = None, **extra: Any
    ) -> Any:
        return self.client.post(_path(url_name, args), data or {}, **extra)

    def send(self, method: str, url_name: str, *args: Any, json: Any = None, **extra: Any) -> Any:
        """Any method, with a JSON body: for the API."""
        call = getattr(self.client, method.lower())
        if json is None:
            return call(_path(url_name, args), **extra)
        return call(_path(url_name, args), json, content_type="application/json", **extra)


def _path(url_name: str, args: tuple[Any, ...]) -> str:
    return url_name if url_name.startswith("/") else reverse(url_name, args=args)


def account(kind: str = "staff", *, name: str = "", login: str = "") -> Account:
    """An account without a post."""
    made = new_id()
    login = login or f"{kind}-{made.hex[-12:]}"
    return Account.objects.create(
        pk=made, login=login, kind=kind, name=name or login, password=PASSWORD, opened_at=LONG_AGO
    )


def give(
    to: Account, post: str, area: str, *, unit: UUID | None = None, sees: str = "area"
) -> GrantRow:
    """A grant as a posting would make it."""
    return GrantRow.objects.create(
        account=to,
        post=post,
        area=area,
        sees=sees,
        holder=f"unit:{unit}" if unit else "",
        valid_from=LONG_AGO,
    )


def member(
    post: str, area: str, *, unit: UUID | None = None, sees: str = "area", key: str = ""
) -> Member:
    """Somebody on any post of `orgs/data/posts.yaml`."""
    made = account(name=key or post)
    give(made, post, area, unit=unit, sees=sees)
    return Member(key or post, made, area, unit)


def grid_worker(area: str = places.GRID) -> Member:
    return member("grid_worker", area)


def community_secretary(area: str = places.COMMUNITY) -> Member:
    return member("community_secretary", area)


def street_dispatcher(area: str = places.STREET) -> Member:
    return member("street_dispatcher", area)


def county_dispatcher(area: str = places.COUNTY) -> Member:
    return member("county_dispatcher", area)


def county_leader(area: str = places.COUNTY) -> Member:
    return member("county_leader", area)


def checker(area: str = places.COUNTY) -> Member:
    return member("checker", area)


def department_handler(unit: UUID = UNIT, area: str = places.COUNTY) -> Member:
    """Sees only what was given to the unit."""
    return member("department_handler", area, unit=unit, sees="unit")


def property_handler(unit: UUID = FIRM, area: str = places.COMMUNITY) -> Member:
    """Sees only what was given to the firm."""
    return member("property_handler", area, unit=unit, sees="unit")


def system_admin(area: str = places.COUNTY) -> Member:
    return member("system_admin", area, sees="unit")


def security_admin(area: str = places.COUNTY) -> Member:
    return member("security_admin", area, sees="unit")


def audit_admin(area: str = places.COUNTY) -> Member:
    return member("audit_admin", area, sees="unit")


def stranger(area: str = places.NEXT_STREET) -> Member:
    """From the next street, with every right there: must see nothing of ours."""
    return member("street_dispatcher", area, key="stranger")


def resident() -> Member:
    return Member("resident", account("resident"))


def machine() -> Member:
    return Member("machine", account("machine"))


def anonymous() -> Member:
    return Member("anonymous", None)


CAST: Final[dict[str, Callable[[], Member]]] = {
    made.__name__: made
    for made in (
        grid_worker,
        community_secretary,
        street_dispatcher,
        county_dispatcher,
        county_leader,
        checker,
        department_handler,
        property_handler,
        system_admin,
        security_admin,
        audit_admin,
        stranger,
        resident,
        anonymous,
    )
}
