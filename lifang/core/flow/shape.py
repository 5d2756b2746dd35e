"""A flow as data: `data/flow.yaml` of a context."""

from functools import cached_property
from typing import Literal

import msgspec

from lifang.core.catalogue import Catalogue, catalogue
from lifang.core.i18n import Text

ClockEffect = Literal["keep", "stop", "pause", "resume"]


class State(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a subject can be."""

    key: str
    name: Text
    plain: Text  # the same in words for the person who waits
    kind: Literal["open", "waiting", "done"]
    tone: Literal["waiting", "progress", "danger", "good", "quiet"]
    stage: str = ""  # names the limit whose clock runs here; "" = no clock
    todo: str = ""  # capability that has the turn here; "" = nobody's


class Move(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}
):
    """How a subject gets on."""

    key: str
    name: Text
    done: Text  # the past tense, for the timeline
    from_: list[str]
    to: str = ""  # "" = stays where it is
    clock: ClockEffect = "stop"  # what becomes of the running clock
    note: Literal["none", "optional", "required"] = "optional"
    public: bool = True  # shown on the public timeline
    tone: Literal["primary", "plain", "danger"] = "plain"


class Flow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """States and moves; the first state is where a subject starts."""

    key: str
    name: Text
    source: str
    page: str  # name of the url that shows a subject, taking its id
    states: list[State]
    moves: list[Move]

    @cached_property
    def state(self) -> dict[str, State]:
        return {state.key: state for state in self.states}

    @cached_property
    def move(self) -> dict[str, Move]:
        return {move.key: move for move in self.moves}

    @cached_property
    def resting(self) -> frozenset[str]:
        """States in which a clock may stand still: where a pause leads, and where a move that keeps the clock leads from there."""
        found = {s for m in self.moves if m.clock == "pause" for s in ([m.to] if m.to else m.from_)}
        for _ in self.states:
            found |= {m.to for m in self.moves if m.clock == "keep" and m.to and found & {*m.from_}}
        return frozenset(found)

    def moves_from(self, state: str) -> list[Move]:
        return [move for move in self.moves if state in move.from_]

    def faults(self) -> list[str]:
        """What is wrong with the declaration, in sentences."""
        known = set(self.state)
        found = [
            f"move `{move.key}` names the unknown state `{name}`"
            for move in self.moves
            for name in (*move.from_, move.to)
            if name and name not in known
        ]
        reached = {self.states[0].key} | {move.to for move in self.moves}
        found += [f"state `{name}` is never reached" for name in sorted(known - reached)]
        left = {name for move in self.moves for name in move.from_}
        stuck = [s.key for s in self.states if s.kind != "done" and s.key not in left]
        return found + [f"state `{name}` cannot be left" for name in stuck]


class Declared:
    """A flow by name, read at first use."""

    def __init__(self, home: Catalogue[Flow], key: str) -> None:
        self._home, self.key = home, key

    def __call__(self) -> Flow:
        return self._home[self.key]


FLOWS: dict[str, Declared] = {}


def flow(owner: str, key: str) -> Declared:
    """Declare that a context's `data/flow.yaml` has this flow."""
    FLOWS[key] = Declared(catalogue(owner, "flow", Flow, faults=Flow.faults), key)
    return FLOWS[key]
