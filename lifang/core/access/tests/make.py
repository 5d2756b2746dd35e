from collections.abc import Iterable
from datetime import UTC, datetime

from lifang.core.access import Actor, Grant, Kind
from lifang.core.access.actor import scope_of
from lifang.core.ids import new_id
from lifang.core.notify.models import Message

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def make_actor(*areas: str, unit: str = "", may: Iterable[str] = ()) -> Actor:
    """Staff who see these areas and may do these things there, and see what one unit has been given."""
    account = new_id()
    grants = [Grant("grid_worker", area, frozenset(may)) for area in areas]
    if unit:
        grants.append(Grant("department_handler", "99", frozenset(), sees="unit", holder=unit))
    return Actor(account, "somebody", Kind.STAFF, tuple(grants), scope=scope_of(grants, account))


def make_row(area: str, *holders: str) -> Message:
    """Any row behind a wall will do."""
    return Message.objects.create(
        area=area,
        holders=list(holders),
        recipient="account:x",
        channel="inbox",
        template="notify.digest",
        state="queued",
        asked_at=AT,
        due_at=AT,
    )
