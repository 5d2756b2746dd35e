"""Readers of cards at a terminal.

A reader says which number stands on a card; it never opens anything: the code sent to the telephone on record does.
"""

from typing import Final, Protocol

from lifang.affairs.adapters.wedge import Wedge
from lifang.core.i18n import Text


class Reader(Protocol):
    key: str
    name: Text
    local: bool  # a stand-in: the page that shows it says so

    def number(self, said: str) -> str:
        """The identity number in what the reader said; nothing when there is none."""


READERS: Final[dict[str, Reader]] = {one.key: one for one in (Wedge(),)}
