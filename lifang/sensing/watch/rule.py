"""A rule as data: what it looks at, when that is trouble, and how long it must be so."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

import msgspec

from lifang.sensing.watch.schedule import Schedule


class Kind(StrEnum):
    THRESHOLD = "threshold"
    STATE = "state"
    COUNT = "count"
    CHANGE = "change"
    SILENCE = "silence"
    SEQUENCE = "sequence"
    STATIONARY = "stationary"
    SCORE = "score"


class Reading(NamedTuple):
    """One value of one measure at its event time; ordered as the rules see it."""

    at: float
    measure: str
    value: float


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seconds everywhere. `hold` is the on-delay (or the duration), `linger` the off-delay."""

    key: str
    kind: Kind
    measure: str = ""
    above: float | None = None
    below: float | None = None
    equals: tuple[float, ...] = ()
    deadband: float = 0
    hold: float = 0
    linger: float = 0
    window: float = 0  # of count and change
    count: int = 1
    edges: bool = False  # count beginnings, not messages
    by: float = 0  # change: how much within the window; negative means a fall
    then: str = ""  # sequence: the measure that should follow
    then_equals: tuple[float, ...] = ()
    fresh: float = 0  # a state is believed so long without being told again; 0 for ever
    rest: float = 0  # least time from a clearing to the next raising
    grace: float = 0  # how long a timer waits for late readings
    latch: bool = False  # stays until a person resets it, also when the condition is gone
    schedule: Schedule = Schedule()

    @property
    def measures(self) -> tuple[str, ...]:
        return (self.measure, self.then) if self.kind is Kind.SEQUENCE else (self.measure,)

    @property
    def memory(self) -> float:
        """How far back the readings go that one answer may depend on."""
        return self.window if self.kind is Kind.CHANGE else 0

    def matches(self, value: float) -> bool:
        if self.above is not None and value > self.above:
            return True
        if self.below is not None and value < self.below:
            return True
        return value in self.equals

    def still(self, value: float) -> bool:
        """Whether a condition that holds goes on holding: the deadband is on this side only."""
        if self.above is not None and value > self.above - self.deadband:
            return True
        if self.below is not None and value < self.below + self.deadband:
            return True
        return value in self.equals


LIMITS = ("above", "below", "by", "hold", "linger", "count", "window", "fresh", "deadband")


def nearest(rule: Rule, places: Iterable[tuple[str, Mapping[str, float]]]) -> tuple[Rule, str]:
    """The rule with the limits of the nearest place that sets any (device, household, community), and which that is."""
    for name, limits in places:
        own = {key: value for key, value in limits.items() if key in LIMITS}
        if own:
            if "count" in own:
                own["count"] = int(own["count"])
            return msgspec.structs.replace(rule, **own), name
    return rule, ""


def faults(rule: Rule) -> list[str]:
    """What makes a rule one that cannot work; codes, for `reasons.yaml`."""
    kind = rule.kind
    limited = rule.above is not None or rule.below is not None or bool(rule.equals)
    checks = {
        "rule_no_measure": not rule.measure,
        "rule_no_limit": kind in _COMPARES and not limited,
        "rule_no_score": kind is Kind.SCORE and not _is_score(rule),
        "rule_no_window": kind in {Kind.COUNT, Kind.CHANGE} and rule.window <= 0,
        "rule_no_change": kind is Kind.CHANGE and not rule.by,
        "rule_bad_count": kind is Kind.COUNT and not 1 <= rule.count <= MOST_COUNTED,
        "rule_no_hold": kind in {Kind.SILENCE, Kind.SEQUENCE} and rule.hold <= 0,
        "rule_no_then": kind is Kind.SEQUENCE and not (rule.then and rule.then_equals),
        "rule_negative": any(_negative(rule)),
        "rule_crossed": None not in {rule.above, rule.below} and rule.above < rule.below,  # type: ignore[operator]
    }
    return [code for code, wrong in checks.items() if wrong]


MOST_COUNTED = 100
_COMPARES = {Kind.THRESHOLD, Kind.STATE, Kind.COUNT, Kind.SEQUENCE, Kind.STATIONARY}


def _is_score(rule: Rule) -> bool:
    """A part of one, and nothing else: the detector asks for no setting of a series."""
    only = rule.below is None and not rule.equals
    return only and rule.above is not None and 0 < rule.above < 1 and rule.deadband <= rule.above


def _negative(rule: Rule) -> Iterable[bool]:
    times = (rule.hold, rule.linger, rule.window, rule.fresh, rule.rest, rule.grace, rule.deadband)
    return (not 0 <= value < float("inf") for value in times)
