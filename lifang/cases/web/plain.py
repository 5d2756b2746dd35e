"""How a case is told to residents: a state in three words, a timeline without offices' inner life."""

from collections.abc import Iterable
from datetime import datetime

from lifang.cases.models import Case
from lifang.cases.selectors import Told, public_place
from lifang.cases.selectors.story import BY_REPORTERS
from lifang.cases.terms import CLOSED, SAID, State
from lifang.core.access import ANONYMOUS
from lifang.core.files.models import Attachment
from lifang.core.files.store import link
from lifang.core.web.show import Chip, Entry, Photo
from lifang.orgs.selectors import place_name

TONES = {
    State.AWAITING_ACCEPTANCE: "waiting",
    State.AWAITING_VERIFICATION: "waiting",
    State.REFUSED: "idle",
    State.AWAITING_DISPATCH: "progress",
    State.AWAITING_SIGNING: "progress",
    State.HANDLING: "progress",
    State.SUSPENDED: "waiting",
    State.AWAITING_ARBITRATION: "progress",
    State.AWAITING_CHECK: "progress",
    State.AWAITING_CALLBACK: "done",
    State.CLOSED: "done",
    State.ARCHIVED: "done",
    State.MERGED: "idle",
    State.VOID: "idle",
}


def chip_of(case: Case) -> Chip:
    """The state as a resident reads it."""
    return chip_in(case.state)


def chip_in(state: str) -> Chip:
    return Chip(TONES[State(state)], SAID[State(state)])


def handler_of(case: Case) -> str:
    """Who has it in hand: the unit in charge, before that the office that decides."""
    return str(case.lead.name) if case.lead else place_name(case.desk, 1)


def place_of(case: Case) -> str:
    """Where, in words that are public: the named place, else its area."""
    return public_place(ANONYMOUS, case.area, case.place)


def done(case: Case) -> bool:
    return case.state in CLOSED


def entries(told: Iterable[Told]) -> list[Entry]:
    """The public steps, newest first."""
    made = [
        Entry(
            at=step.at,
            title=step.move.done,
            who=step.who if step.move.key not in _VOICES else "",
            icon=_ICONS.get(step.move.key, "point"),
            kind=_KINDS.get(step.move.key, "progress"),
            text="" if step.move.key in BY_REPORTERS else step.note,
            waited=step.waited,
        )
        for step in told
    ]
    return made[::-1]


_VOICES = frozenset({"start", "join", "add", "rate", "reopen", "withdraw"})
_KINDS = {
    "start": "open", "join": "open", "pass_check": "done", "close": "done", "call_back": "done",
    "self_handle": "done", "suspend": "waiting", "reopen": "waiting", "refuse": "late",
    "fail_check": "late", "press": "late",
}  # fmt: skip
_ICONS = {
    step: sign["icon"]
    for step, sign in {
        "start": {"icon": "message-report"},
        "join": {"icon": "users"},
        "accept": {"icon": "check"},
        "refuse": {"icon": "x"},
        "dispatch": {"icon": "send"},
        "sign": {"icon": "signature"},
        "feed_back": {"icon": "tool"},
        "pass_check": {"icon": "circle-check"},
        "close": {"icon": "circle-check"},
        "self_handle": {"icon": "circle-check"},
        "reopen": {"icon": "rotate"},
        "suspend": {"icon": "player-pause"},
        "resume": {"icon": "player-play"},
        "rate": {"icon": "star"},
        "verify": {"icon": "eye"},
        "ask_verification": {"icon": "walk"},
        "withdraw": {"icon": "arrow-back-up"},
        "call_back": {"icon": "phone"},
        "take_in": {"icon": "arrows-join"},
    }.items()
}


def shown_photos(rows: Iterable[Attachment], until: datetime) -> tuple[list[Photo], list[Photo]]:
    """(before, after) with links that hold for a while and ask for no account."""
    before: list[Photo] = []
    after: list[Photo] = []
    for row in rows:
        made = Photo(
            url=link(row, until),
            thumb=link(row, until, "thumb"),
            middle=link(row, until, "middle"),
            at=row.taken_at or row.added_at,
        )
        (after if row.kind == "after" else before).append(made)
    return before, after
