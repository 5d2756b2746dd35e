from enum import StrEnum


class State(StrEnum):
    """The states of `data/flow.yaml`, as names for code."""

    AWAITING_ACCEPTANCE = "awaiting_acceptance"
    AWAITING_VERIFICATION = "awaiting_verification"
    REFUSED = "refused"
    AWAITING_DISPATCH = "awaiting_dispatch"
    AWAITING_SIGNING = "awaiting_signing"
    HANDLING = "handling"
    SUSPENDED = "suspended"
    AWAITING_ARBITRATION = "awaiting_arbitration"
    AWAITING_CHECK = "awaiting_check"
    AWAITING_CALLBACK = "awaiting_callback"
    CLOSED = "closed"
    ARCHIVED = "archived"
    MERGED = "merged"
    VOID = "void"


OPEN = (
    State.AWAITING_ACCEPTANCE,
    State.AWAITING_VERIFICATION,
    State.AWAITING_DISPATCH,
    State.AWAITING_SIGNING,
    State.HANDLING,
    State.SUSPENDED,
    State.AWAITING_ARBITRATION,
    State.AWAITING_CHECK,
)
CLOSED = (State.AWAITING_CALLBACK, State.CLOSED, State.ARCHIVED)


class Level(StrEnum):
    ORDINARY = "ordinary"
    URGENT = "urgent"
    LIFE = "life"


class Role(StrEnum):
    LEAD = "lead"
    ASSIST = "assist"


class Photo(StrEnum):
    """What a photo of a case shows."""

    BEFORE = "before"
    AFTER = "after"
    OTHER = "other"


class Look(StrEnum):
    """For what somebody may look at a reporter's telephone; said in words by `data/reasons.yaml`."""

    FACTS = "look_facts"
    APPOINTMENT = "look_appointment"
    PROGRESS = "look_progress"
    CALL_BACK = "look_call_back"
    DANGER = "look_danger"
