"""Ways money comes in, one folder each.

The local stand-in is a cashier of its own on this machine: no money moves, everything else is as with a real channel.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Protocol

from lifang.core.i18n import Text
from lifang.core.pay.adapters.local import Local
from lifang.core.pay.adapters.till import Till
from lifang.core.pay.terms import Told


class Adapter(Protocol):
    key: str
    name: Text
    local: bool  # a stand-in: every page that shows it says so
    online: bool  # the payer goes to it by themselves

    def begin(self, number: str, amount: int) -> str:
        """Where the payer goes to."""

    def read(self, body: bytes, mark: str) -> Told:
        """A notification. Raises `Unsigned`."""

    def ask(self, number: str) -> Told | None:
        """How an order or a refund stands with the channel; None: it knows nothing of it."""

    def give_back(self, number: str, of: str, amount: int, at: datetime) -> Told:
        """Give money back; the same number again gives it once."""

    def statement(self, start: datetime, end: datetime) -> Iterable[Told]:
        """Everything it took and gave back between two times."""


ADAPTERS: Final[dict[str, Adapter]] = {one.key: one for one in (Local(), Till())}


def online() -> list[Adapter]:
    """Ways a payer can choose."""
    return [one for one in ADAPTERS.values() if one.online]


def address_of(way: str, number: str, amount: int) -> str:
    """Where the payer of an order goes to."""
    return ADAPTERS[way].begin(number, amount)
