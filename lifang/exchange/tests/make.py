from datetime import date, datetime
from typing import Any

from lifang.core.access import SYSTEM, Actor
from lifang.core.access.grants import actor_of
from lifang.core.access.wall import behind
from lifang.core.testing import cast
from lifang.core.testing.cast import MONDAY, Member
from lifang.core.testing.places import COUNTY
from lifang.exchange import actions
from lifang.exchange.models import OutsideSystem
from lifang.exchange.rules import NewSystem

CREDIT = "91990102MA00000019"


def an_application(**other: Any) -> NewSystem:
    """One that is in order."""
    facts = {
        "name": "城管协同平台", "body": "九十九市城运信息有限公司", "credit_code": credit_code(), "purpose": "同步事项目录",
        "accesses": ("matters",), "networks": ("203.0.113.0/24",), "kept": ("internal",), "contact": "郑工", "telephone": "010-00000000",
    }  # fmt: skip
    return NewSystem(**{**facts, **other})


def personal(**other: Any) -> NewSystem:
    """One that would read of people."""
    facts = {"accesses": ("cases",), "kept": ("personal",), "level": 3, "certificate": "99010243000-00001", "assessed_on": date(2026, 6, 1)}  # fmt: skip
    return an_application(**{**facts, **other})


def credit_code(first: str = "91990102MA0000001") -> str:
    from lifang.core.crypto.numbers import credit_check  # noqa: PLC0415 -- a test's own

    return first + credit_check(first)


def make_system(area: str = COUNTY, *, at: datetime = MONDAY, by: Member | None = None, **other: Any) -> OutsideSystem:  # fmt: skip
    """An application as somebody entered it; its test key is on `.test_key`."""
    by = by or cast.member("county_dispatcher", area[:6])
    return actions.ask_system(actor=by.actor, new=an_application(**other), area=area, at=at)


def as_itself(made: OutsideSystem, at: datetime = MONDAY) -> Actor:
    return actor_of(made.account_id, at)


def passed(made: OutsideSystem, at: datetime = MONDAY) -> OutsideSystem:
    """The same, with its run behind it."""
    from lifang.core.flow import engine  # noqa: PLC0415 -- a test's own
    from lifang.core.flow.engine import Turn  # noqa: PLC0415 -- a test's own
    from lifang.exchange.catalogue import SYSTEM_ADMISSION  # noqa: PLC0415 -- a test's own

    with behind(SYSTEM):
        held = OutsideSystem.objects.get(pk=made.pk)
        engine.move(SYSTEM_ADMISSION(), held, "pass", actor=SYSTEM, at=at, turn=Turn())
    held.__dict__["test_key"] = made.__dict__["test_key"]
    return held


def admitted(made: OutsideSystem, at: datetime = MONDAY) -> OutsideSystem:
    """The same, admitted by a leader of the county."""
    ready = passed(made, at)
    done = actions.approve_system(actor=cast.county_leader(made.area[:6]).actor, system=ready, at=at)  # fmt: skip
    done.__dict__["test_key"] = made.__dict__["test_key"]
    return done


def make_applied(by: Member | None = None, *, area: str = COUNTY, at: datetime = MONDAY, **other: Any) -> OutsideSystem:  # fmt: skip
    """An application at the public door; nobody has looked at it."""
    by = by or cast.resident()
    return actions.apply_system(actor=by.actor, new=an_application(**other), area=area, at=at)


def make_opened(by: Member | None = None, at: datetime = MONDAY, **other: Any) -> OutsideSystem:
    """The same, after somebody of the county has looked."""
    made = make_applied(by, at=at, **other)
    return actions.open_system(actor=cast.county_dispatcher().actor, system=made, at=at)
