"""The words of affairs: states, channels, how a material is met."""

from enum import StrEnum


class State(StrEnum):
    SUBMITTED = "submitted"
    SUPPLEMENT = "supplement"
    HANDLING = "handling"
    DECIDING = "deciding"
    DELIVERING = "delivering"
    DONE = "done"
    REFUSED = "refused"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


OPEN = (State.SUBMITTED, State.SUPPLEMENT, State.HANDLING, State.DECIDING, State.DELIVERING)
OVER = (State.DONE, State.REFUSED, State.DECLINED, State.WITHDRAWN)


FEE = "affairs.fee"  # what a payment is for


class Met(StrEnum):
    """How a material is met."""

    REGISTER = "register"
    RESULT = "result"
    HELD = "held"
    DECLARED = "declared"
    FILE = "file"
    SEEN = "seen"  # the original was shown at the window
    MISSING = "missing"


class Turn(StrEnum):
    """Where a ticket stands."""

    WAITING = "waiting"
    CALLED = "called"
    SERVED = "served"
    ABSENT = "absent"  # called, and nobody came
    LEFT = "left"  # given back


WAITS = (Turn.WAITING, Turn.CALLED)


class Agreed(StrEnum):
    """How the principal agreed."""

    ONLINE = "online"
    WRITTEN = "written"
    PHOTO = "photo"
    VOICE = "voice"  # said to the worker, who wrote down that it was said


class Heard(StrEnum):
    """What was read aloud."""

    FORM = "form"
    RESULT = "result"


class Confirmed(StrEnum):
    """How whoever heard it said that it is right."""

    MARK = "mark"  # a thumb on the glass
    SIGNATURE = "signature"
    PHOTO = "photo"
    WORDS = "words"  # said aloud before a witness
