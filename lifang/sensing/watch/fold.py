"""What one rule makes of the readings of one subject, in event time: the meaning of every kind of rule.

Readings come in order of (time, measure, value). A timer due at the moment of a reading waits for it.
"""

import math

import msgspec

from lifang.sensing.watch.rule import Kind, Reading, Rule

FAR = math.inf


class State(msgspec.Struct, array_like=True, gc=False):
    """Everything a pair remembers. At rest it equals `State()` but for the last key."""

    on: bool = False  # the condition
    since: float = -FAR  # it has been so
    until: float = FAR  # it ends by itself
    raised: float = -FAR  # the open episode
    cleared: float = -FAR  # the last one
    matched: bool = False  # the last reading, for counting beginnings
    seen: tuple[tuple[float, float], ...] = ()  # (at, value) the window still needs


class Episode(msgspec.Struct, array_like=True):
    since: float
    raised: float
    cleared: float | None = None


def rests(state: State, rule: Rule, at: float) -> bool:
    """Nothing before `at` matters to what comes after."""
    return (
        not state.on
        and state.raised == -FAR
        and not (rule.edges and state.matched)
        and state.cleared + rule.rest <= at
        and (not state.seen or state.seen[-1][0] + rule.window < at or _flat(state, rule))
    )


def _flat(state: State, rule: Rule) -> bool:
    """Whoever looks at a change reads its window again from what is stored."""
    if rule.kind is not Kind.CHANGE:
        return False
    values = [value for _, value in state.seen]
    return max(values) - min(values) < abs(rule.by)


def due(state: State, rule: Rule) -> float:
    """When something happens without a reading."""
    if state.on:
        return min(state.until, FAR if state.raised > -FAR else _raise_at(state, rule))
    return state.since + rule.linger if state.raised > -FAR else FAR


def advance(state: State, rule: Rule, to: float, told: list[Episode], *, including: bool) -> None:
    """Let the timers run that are due before `to` (or at it)."""
    while (moment := due(state, rule)) < to or (including and moment == to < FAR):
        if state.on and state.raised == -FAR and _raise_at(state, rule) == moment:
            state.raised = moment
            told.append(Episode(state.since, moment))
        elif state.on:
            _turn(state, moment, on=False)
        else:
            _clear(state, moment, told)


def apply(state: State, rule: Rule, reading: Reading, told: list[Episode]) -> None:
    """One reading more."""
    if state.on or state.raised > -FAR:  # else no timer runs
        advance(state, rule, reading.at, told, including=False)
    if math.isnan(reading.value):
        return  # bad quality is neither normal nor trouble
    if rule.kind is Kind.SILENCE:
        if state.on:
            _turn(state, reading.at, on=False)
            if state.raised > -FAR:
                _clear(state, reading.at, told)
        _turn(state, reading.at, on=True)
    else:
        _judge(state, rule, reading)
    if state.on or state.raised > -FAR:
        advance(state, rule, reading.at, told, including=True)


def _judge(state: State, rule: Rule, reading: Reading) -> None:
    if rule.kind is Kind.COUNT:
        _count(state, rule, reading)
        return
    on = _truth(state, rule, reading)
    if on is None:
        return
    if on != state.on:
        _turn(state, reading.at, on=on)
    state.until = reading.at + rule.fresh if on and rule.fresh else FAR


def _truth(state: State, rule: Rule, reading: Reading) -> bool | None:
    if rule.kind is Kind.SEQUENCE:
        if reading.measure == rule.then and reading.value in rule.then_equals:
            return False
        begins = reading.measure == rule.measure and rule.matches(reading.value)
        return True if begins and rule.schedule.active(reading.at) else None
    if rule.kind is Kind.CHANGE:
        return _change(state, rule, reading)
    return rule.still(reading.value) if state.on else rule.matches(reading.value)


def _change(state: State, rule: Rule, reading: Reading) -> bool:
    kept = tuple(one for one in state.seen if one[0] >= reading.at - rule.window)
    state.seen = (*kept[-63:], (reading.at, reading.value))
    values = [value for _, value in state.seen]
    moved = reading.value - (min(values) if rule.by > 0 else max(values))
    return moved >= rule.by if rule.by > 0 else moved <= rule.by


def _count(state: State, rule: Rule, reading: Reading) -> None:
    matched = rule.matches(reading.value)
    counts = matched and not (rule.edges and state.matched) and rule.schedule.active(reading.at)
    state.matched = matched
    if not counts:
        return
    state.seen = (
        (*state.seen[-(rule.count - 1) :], (reading.at, 1.0))
        if rule.count > 1
        else ((reading.at, 1.0),)
    )
    if len(state.seen) < rule.count or state.seen[0][0] <= reading.at - rule.window:
        return
    if not state.on:
        _turn(state, reading.at, on=True)
    state.until = state.seen[0][0] + rule.window


def _raise_at(state: State, rule: Rule) -> float:
    moment = max(state.since + rule.hold, state.cleared + rule.rest)
    if rule.kind in _GATED_BY_READING or rule.schedule.always:
        return moment
    return rule.schedule.next(moment)


_GATED_BY_READING = {Kind.SEQUENCE, Kind.COUNT}


def _turn(state: State, at: float, *, on: bool) -> None:
    state.on, state.since, state.until = on, at, FAR


def _clear(state: State, at: float, told: list[Episode]) -> None:
    told.append(Episode(state.since, state.raised, at))
    state.raised, state.cleared = -FAR, at


def fold(rule: Rule, readings: list[Reading], until: float) -> list[Episode]:
    """All episodes of a log, as far as `until`: what a back-test shows. Of a score the readings are scores already."""
    state, told = State(), list[Episode]()
    for reading in sorted(set(readings)):
        if reading.measure in rule.measures:
            apply(state, rule, reading, told)
    advance(state, rule, until, told, including=True)
    return episodes(told)


def episodes(told: list[Episode]) -> list[Episode]:
    """Raising and clearing paired up."""
    found: dict[float, Episode] = {}
    for one in told:
        known = found.setdefault(one.raised, one)
        if one.cleared is not None:
            known.cleared = one.cleared
    return list(found.values())
