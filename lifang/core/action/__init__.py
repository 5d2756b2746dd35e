"""The only writer: one transaction, one audit line, its events."""

from lifang.core.action.decorator import ACTIONS, action, together

__all__ = ["ACTIONS", "action", "together"]
