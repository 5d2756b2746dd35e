from enum import StrEnum

from django.utils.translation import gettext_lazy as _


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
BUILT = "built"  # the kept counts hold every case; before their first building pages count by themselves
CLOSED = (State.AWAITING_CALLBACK, State.CLOSED, State.ARCHIVED)


# A state in the words a resident reads.
SAID = {
    State.AWAITING_ACCEPTANCE: _("Received"),
    State.AWAITING_VERIFICATION: _("Being looked at"),
    State.REFUSED: _("Not accepted"),
    State.AWAITING_DISPATCH: _("Accepted"),
    State.AWAITING_SIGNING: _("Handed over"),
    State.HANDLING: _("Being handled"),
    State.SUSPENDED: _("On hold"),
    State.AWAITING_ARBITRATION: _("Accepted"),
    State.AWAITING_CHECK: _("Handled, being checked"),
    State.AWAITING_CALLBACK: _("Closed"),
    State.CLOSED: _("Closed"),
    State.ARCHIVED: _("Closed"),
    State.MERGED: _("Handled with another report"),
    State.VOID: _("Withdrawn"),
}


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
