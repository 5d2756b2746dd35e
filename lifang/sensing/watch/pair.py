"""What is remembered of one subject under one rule while anything is going on, and how late readings are taken in."""

import copy
import math
from collections.abc import Hashable
from enum import StrEnum
from typing import NamedTuple

import msgspec

from lifang.sensing.watch import fold
from lifang.sensing.watch.fold import Episode, State
from lifang.sensing.watch.rule import Kind, Reading, Rule

FAR = math.inf


class Turn(StrEnum):
    RAISED = "raised"
    CLEARED = "cleared"
    REOPENED = "reopened"  # a late reading undid the clearing
    WITHDRAWN = (
        "withdrawn"  # a late reading undid the raising: a correction, never a silent rewriting
    )


class Signal(NamedTuple):
    turn: Turn
    subject: Hashable
    rule: str
    since: float
    raised: float
    cleared: float | None

    @property
    def at(self) -> float:
        return self.cleared if self.cleared is not None else self.raised


class Pair(msgspec.Struct, array_like=True, gc=False):
    """`state` knows the readings up to `last`; `base` is an earlier state, from which a late reading is worked in."""

    state: State
    last: tuple[float, str, float]
    clock: float  # as far the timers have run
    base: State
    base_at: float
    mid: State
    mid_at: float
    busy: float  # last moment that was not at rest
    told: list[Episode]


def fresh(rule: Rule, at: float, lateness: float) -> Pair:
    """A pair that was at rest so far."""
    before = at - lateness - rule.memory - 1
    return Pair(State(), (-FAR, "", 0.0), -FAR, State(), before, State(), before, at, [])


def late(pair: Pair, reading: Reading) -> bool:
    return reading < pair.last or reading.at < pair.clock


def onward(pair: Pair, rule: Rule, reading: Reading, lateness: float) -> list[tuple[Turn, Episode]]:
    """The usual way: a reading newer than all before."""
    if reading == pair.last:
        return []
    if reading.at > pair.last[0] and reading.at - lateness > pair.mid_at:
        pair.base, pair.base_at = pair.mid, pair.mid_at
        pair.mid, pair.mid_at = clone(pair.state), max(pair.last[0], pair.mid_at)
        pair.told = [one for one in pair.told if one.cleared is None or one.cleared > pair.base_at]
    new: list[Episode] = []
    fold.apply(pair.state, rule, reading, new)
    pair.last = (reading.at, reading.measure, reading.value)
    if new or not fold.rests(pair.state, rule, reading.at):
        pair.busy = reading.at
    return _tell(pair, new)


def back(pair: Pair, at: float) -> float:
    """From which of the two earlier states on a reading of this time is worked in."""
    return pair.mid_at if at > pair.mid_at else pair.base_at


def again(
    pair: Pair, rule: Rule, readings: list[Reading], since: float
) -> list[tuple[Turn, Episode]]:
    """The long way: everything `since` (see `back`) once more, in order; what comes out otherwise is told as a correction."""
    mid = pair.mid if since >= pair.mid_at else None
    state = clone(mid or pair.base)
    new: list[Episode] = [Episode(state.since, state.raised)] if state.raised > -FAR else []
    measures = rule.measures
    for reading in sorted(set(readings)):
        at, measure, _ = reading
        if at <= since or measure not in measures:
            continue
        if mid is None and at > pair.mid_at:
            mid = clone(state)
        fold.apply(state, rule, reading, new)
        pair.last = reading
        if new or not fold.rests(state, rule, at):
            pair.busy = max(pair.busy, at)
    pair.state, pair.mid = state, mid or clone(state)
    return settle(pair, rule, new, since)


def settle(pair: Pair, rule: Rule, new: list[Episode], since: float) -> list[tuple[Turn, Episode]]:
    """What was worked in since then, with the timers as far as they have run: only what comes out otherwise is told."""
    ahead = clone(pair.state)
    fold.advance(ahead, rule, pair.clock, new, including=True)
    return _compare(pair, fold.episodes(new), since)


def run(pair: Pair, rule: Rule, to: float) -> list[tuple[Turn, Episode]]:
    """Let time pass without a reading."""
    ahead, new = clone(pair.state), list[Episode]()
    fold.advance(ahead, rule, to, new, including=True)
    pair.clock = max(pair.clock, to)
    if new:
        pair.busy = max(pair.busy, pair.last[0])
    return _tell(pair, new)


def due(pair: Pair, rule: Rule) -> float:
    """The next moment of which nothing was told yet."""
    if (first := fold.due(pair.state, rule)) > pair.clock:
        return first
    ahead = clone(pair.state)
    fold.advance(ahead, rule, pair.clock, [], including=True)
    return fold.due(ahead, rule)


def done(pair: Pair, rule: Rule, at: float, lateness: float, kept: bool = True) -> bool:
    """Nothing that may still arrive needs this pair; `kept`: its window can be read again from a history."""
    if pair.busy >= at - 2 * lateness - rule.memory - 1:
        return False
    return fold.rests(pair.state, rule, at) and (kept or rule.kind is not Kind.CHANGE)


def begins(rule: Rule, reading: Reading) -> bool:
    """Whether a pair at rest can be woken by this reading."""
    if math.isnan(reading.value):
        return False
    if rule.kind in {Kind.CHANGE, Kind.SILENCE}:
        return True
    return reading.measure == rule.measure and rule.matches(reading.value)


def _tell(pair: Pair, new: list[Episode]) -> list[tuple[Turn, Episode]]:
    """Only what was not told before: the same timers may have run ahead of the readings."""
    out: list[tuple[Turn, Episode]] = []
    known = {one.raised: one for one in pair.told}
    for one in new:
        old = known.get(one.raised)
        if old is None:
            old = Episode(one.since, one.raised)
            known[one.raised] = old
            pair.told.append(old)
            out.append((Turn.RAISED, copy.copy(old)))
        if one.cleared is not None and old.cleared != one.cleared:
            old.cleared = one.cleared
            out.append((Turn.CLEARED, copy.copy(old)))
    return out


def _compare(pair: Pair, now: list[Episode], since: float) -> list[tuple[Turn, Episode]]:
    out: list[tuple[Turn, Episode]] = []
    right = {one.raised: one for one in now}
    for old in list(pair.told):
        new = right.get(old.raised)
        if new is None and (old.cleared is None or old.cleared > since):
            pair.told.remove(old)
            out.append((Turn.WITHDRAWN, old))
        elif new is not None and old.cleared is not None and new.cleared is None:
            old.cleared = None
            out.append((Turn.REOPENED, copy.copy(old)))
    return out + _tell(pair, now)


def clone(state: State) -> State:
    return copy.copy(state)
