"""What money can be paid for. A context says so once, when it is loaded."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from lifang.core.access import Actor
from lifang.core.i18n import Text


class Purpose(NamedTuple):
    """`paid` and `given_back` run in the transaction that books the money, as the system.

    `paid(system, subject, order, amount, at)` answers how much of the amount the subject still wanted: the rest goes
    back by itself. `given_back(system, subject, order, amount, at)` is told of what was wanted and is given back.
    """

    key: str
    name: Text
    paid: Callable[[Actor, UUID, UUID, int, datetime], int]
    given_back: Callable[[Actor, UUID, UUID, int, datetime], None]
    page: Callable[[UUID], str]  # where the payer goes on


PURPOSES: Final[dict[str, Purpose]] = {}


def purpose(made: Purpose) -> Purpose:
    """Declare one."""
    if made.key in PURPOSES:
        raise RuntimeError(f"two purposes are called {made.key}")
    PURPOSES[made.key] = made
    return made
