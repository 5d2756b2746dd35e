"""Outside systems as people read them."""

from lifang.core.web.show import TONES, Chip
from lifang.exchange.catalogue import SYSTEM_ADMISSION
from lifang.exchange.models import OutsideSystem


def chip(row: OutsideSystem) -> Chip:
    """Where its admission stands."""
    state = SYSTEM_ADMISSION().state[row.state]
    return Chip(TONES[state.tone], state.name)
