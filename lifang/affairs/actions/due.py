"""Look who may be due a benefit: for a purpose, a line of the log each time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lifang.affairs import selectors
from lifang.affairs.catalogue import Benefit
from lifang.affairs.rules import day_of
from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action, seen

PURPOSES = ("visit", "case")
MOST = 200


@action("affairs.find_due")
def find_due(*, actor: Actor, benefit: Benefit, area: str, purpose: str, at: datetime) -> Sequence[Any]:  # fmt: skip
    """Those of an area, masked, the first two hundred."""
    insist(None if purpose in PURPOSES else Refusal("purpose_missing", {"field": "purpose"}))
    seen(purpose)
    return list(selectors.due(actor, benefit, area, day_of(at))[:MOST])
