"""What is charged for: see `data/`."""

from typing import Literal

import msgspec

from lifang.core.catalogue import catalogue
from lifang.core.i18n import Text


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of charge."""

    key: str
    name: Text
    icon: str
    bases: list[Literal["area", "door", "reading"]]
    unit: Text  # what the price is for
    utility: bool = False  # a public utility bills it itself; its bills come by import
    source: str
    confirmed: bool


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str
    value: int


ITEMS = catalogue("living", "items", Item)
POLICY = catalogue("living", "policy", Policy)


def policy(key: str) -> int:
    return POLICY[key].value
