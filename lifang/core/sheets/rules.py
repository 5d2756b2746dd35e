"""What may be done with an import, by how far it is."""

from lifang.core.access import Refusal
from lifang.core.sheets.terms import RUNNING, State


def may_write(state: str, good: int, bad: int, *, whole: bool) -> Refusal | None:
    """A checked file with something to write; all-or-nothing wants every row right."""
    if state in RUNNING:
        return Refusal("sheet_busy")
    if state != State.CHECKED:
        return Refusal("sheet_not_checked")
    if whole and bad:
        return Refusal("sheet_has_wrong", {"count": bad})
    return None if good else Refusal("sheet_nothing")


def may_undo(state: str, *, lapsed: bool) -> Refusal | None:
    """A finished import whose rows are still kept."""
    if lapsed:
        return Refusal("sheet_lapsed")
    if state in RUNNING:
        return Refusal("sheet_busy")
    return None if state == State.DONE else Refusal("sheet_not_done")


def may_drop(state: str) -> Refusal | None:
    """Only what was not written."""
    return None if state == State.CHECKED else Refusal("sheet_not_checked")


def may_hand_over(state: str, *, handed: bool, lapsed: bool) -> Refusal | None:
    """Once, while it is kept."""
    if handed:
        return Refusal("sheet_handed")
    if lapsed:
        return Refusal("sheet_lapsed")
    return None if state == State.DONE else Refusal("sheet_not_done")
