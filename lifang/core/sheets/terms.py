from enum import StrEnum


class Kind(StrEnum):
    """What a column holds, and so how what people write in it is read."""

    TEXT = "text"
    CODE = "code"  # digits and letters that must stay text: identity numbers, area codes
    TELEPHONE = "telephone"
    DATE = "date"
    WHOLE = "whole"
    CHOICE = "choice"


class Verdict(StrEnum):
    """What a row would do."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"
    OUTSIDE = "outside"


class State(StrEnum):
    """How far an import is."""

    READING = "reading"  # waits for, or is under, the check
    CHECKED = "checked"  # a person decides
    WRITING = "writing"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    REFUSED = "refused"  # the file could not be read
    DROPPED = "dropped"


RUNNING = (State.READING, State.WRITING, State.UNDOING)
WRITES = (Verdict.NEW, Verdict.CHANGED)
