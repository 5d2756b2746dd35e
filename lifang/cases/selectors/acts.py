from typing import NamedTuple

from lifang.cases import rules
from lifang.cases.catalogue import CASE
from lifang.cases.models import Case, Delay, Handling
from lifang.cases.terms import Role, State
from lifang.core.access import Actor, Refusal
from lifang.core.flow.shape import Move

# The moves an actor chooses on the page, and the capability each needs.
CHOSEN = {
    "accept": "cases.accept", "refuse": "cases.refuse", "ask_verification": "cases.ask_verification",
    "verify": "cases.verify", "correct": "cases.correct", "dispatch": "cases.dispatch",
    "arbitrate": "cases.arbitrate", "sign": "cases.sign", "return": "cases.return",
    "feed_back": "cases.feed_back", "ask_delay": "cases.ask_delay", "grant_delay": "cases.decide_delay",
    "suspend": "cases.suspend", "resume": "cases.resume", "press": "cases.press",
    "escalate": "cases.escalate", "split_off": "cases.split", "merge": "cases.merge",
    "pass_check": "cases.check", "call_back": "cases.call_back", "reopen": "cases.reopen",
    "archive": "cases.archive", "answer": "cases.answer",
}  # fmt: skip
OF_UNITS = {"sign", "return", "feed_back", "ask_delay"}


class Act(NamedTuple):
    """One thing this actor can do to this case now."""

    move: Move
    capability: str
    next: bool  # the sensible next act: the one filled button


def acts(actor: Actor, case: Case) -> list[Act]:
    """What this actor may do here, the next sensible act first. Nothing is offered that would be refused."""
    moves = [move for move in _moves(case) if actor.may(CHOSEN[move.key], case.area)]
    facts = _Facts(actor, case) if moves else None
    found = [
        Act(move, CHOSEN[move.key], move.tone == "primary")
        for move in moves
        if facts is not None and facts.refusal(move.key) is None
    ]
    return sorted(found, key=lambda act: not act.next)


def _moves(case: Case) -> list[Move]:
    """Moves somebody chooses from here. A unit that helps may sign although the lead has signed already."""
    found = [move for move in CASE().moves_from(case.state) if move.key in CHOSEN]
    return [*found, CASE().move["sign"]] if case.state == State.HANDLING else found


def why_not(actor: Actor, case: Case, move: str) -> Refusal | None:
    """Why this actor cannot make this move here now; None where it can be made."""
    made = CASE().move[move]
    if not actor.may(CHOSEN[move], case.area):
        return Refusal("not_allowed")
    if made not in _moves(case):
        return Refusal("no_such_move", {"move": made.name, "state": case.stage.name})
    return _Facts(actor, case).refusal(move)


class _Facts:
    """What the rules need to know of a case, read once."""

    def __init__(self, actor: Actor, case: Case) -> None:
        self.actor, self.case = actor, case
        rows = Handling.objects.filter(case=case, round=case.round, returned_at__isnull=True)
        self.parts = list(rows.select_related("unit"))
        own = [part for part in self.parts if part.holder in actor.units]
        self.part = next((part for part in own if part.pending), own[0] if own else None)
        self.delay = Delay.objects.filter(case=case, decided_at__isnull=True).first()

    def refusal(self, move: str) -> Refusal | None:
        if move in OF_UNITS:
            return self._of_unit(move)
        if move == "grant_delay":
            return None if self.delay else Refusal("no_delay_pending")
        if move == "pass_check":
            return rules.may_check(self.actor, self.parts)
        if move == "escalate":
            above = rules.desk_above(self.case.desk)
            return None if above and len(above) >= 6 else Refusal("nothing_above")
        return None

    def _of_unit(self, move: str) -> Refusal | None:
        if move == "sign":
            return rules.may_sign(self.case, self.part)
        if move == "ask_delay":
            return rules.may_ask_delay(self.part, self.delay)
        if self.part is None or not self.part.pending:
            return Refusal("not_handling")
        if move == "feed_back" and not self.part.signed_at:
            return Refusal("not_handling")
        if move == "feed_back" and self.part.role == Role.LEAD:
            waiting = [str(p.unit) for p in self.parts if p.role == Role.ASSIST and p.pending]
            return Refusal("assists_open", {"units": ", ".join(waiting)}) if waiting else None
        return None
