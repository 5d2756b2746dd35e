"""The only writers of imports: people take in, order, undo and drop; the job does the work in between."""

from lifang.core.sheets.actions.asking import drop, fill, hand_over, take_in, undo, write
from lifang.core.sheets.actions.keeping import sweep
from lifang.core.sheets.actions.working import work

__all__ = ["drop", "fill", "hand_over", "sweep", "take_in", "undo", "work", "write"]
