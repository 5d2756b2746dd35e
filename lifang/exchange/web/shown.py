"""Outside systems as people read them."""

from collections.abc import Iterable
from typing import Any

from lifang.core.web.show import TONES, Chip
from lifang.exchange.catalogue import SYSTEM_ADMISSION
from lifang.exchange.models import OutsideSystem


def chip(row: OutsideSystem) -> Chip:
    """Where its admission stands."""
    state = SYSTEM_ADMISSION().state[row.state]
    return Chip(TONES[state.tone], state.name)


def names_of(keys: Iterable[str], known: Any) -> list[str]:
    names = {one.key: str(one.name) for one in known}
    return [names.get(key, key) for key in keys]
