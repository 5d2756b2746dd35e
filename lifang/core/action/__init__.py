"""The only writer: one transaction, one audit line, its events."""

from lifang.core.action.decorator import ACTIONS, action, attempt, together
from lifang.core.action.unit import absent, seen

__all__ = ["ACTIONS", "absent", "action", "attempt", "seen", "together"]
