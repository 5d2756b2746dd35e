"""What is printed on a card before what it says of somebody."""

import msgspec

from lifang.core.catalogue import catalogue


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A printed word, and what follows it as a pattern with one group; several for a day."""

    key: str
    word: str
    then: str = ""


HEADS = catalogue("core.scan", "heads", Head)
