"""What devices there are and what they measure: see `data/`."""

import re
from functools import cache
from typing import Final, Literal

import msgspec

from lifang.core.catalogue import catalogue
from lifang.core.flow.shape import flow
from lifang.core.i18n import Text
from lifang.sensing.terms import Severity
from lifang.sensing.watch.rule import Rule
from lifang.sensing.watch.rule import faults as rule_faults


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named choice."""

    key: str
    name: Text


class State(Entry, frozen=True, kw_only=True):
    """One value of a measure that is a choice; its number is its place in the list."""

    words: list[str] = []  # as dialects write it


class Unit(Entry, frozen=True, kw_only=True):
    """A unit by its code of UCUM, and how else it is written."""

    words: list[str] = []  # in any case
    source: str
    confirmed: bool = True


class Measure(Entry, frozen=True, kw_only=True):
    """One thing a device can say: always a number, whose meaning stands here."""

    kind: Literal["number", "count", "flag", "state"]
    unit: str = ""  # units.yaml; "" for flags, states and counts
    symbol: str = ""  # as people read it
    decimals: int = 1
    low: float | None = None  # outside it cannot be true
    high: float | None = None
    states: list[State] = []
    life: bool = False  # not zero: life may be in danger
    health: bool = False  # of the device, not of what it watches
    words: list[str] = []  # as dialects call it
    source: str
    confirmed: bool = True

    def faults(self) -> list[str]:
        found = []
        if (self.kind == "state") != bool(self.states):
            found.append("`states` go with `kind: state`")
        if self.low is not None and self.high is not None and self.low >= self.high:
            found.append("`low` lies below `high`")
        if self.unit and self.unit not in UNITS:
            found.append(f"there is no unit `{self.unit}`")
        return found

    def shown(self, value: float) -> str:
        """The value as people read it, with its unit."""
        if self.kind == "flag":
            return str(YES if value else NO)
        if self.kind == "state":
            number = int(value)
            return str(self.states[number].name) if 0 <= number < len(self.states) else f"{value:g}"
        places = 0 if self.kind == "count" else self.decimals
        return f"{value:,.{places}f} {self.symbol}".rstrip()


class Reason(Entry, frozen=True, kw_only=True):
    """Why something of this type is an alarm at all (ISA-18.2): without an answer, a role and a time it is none."""

    measure: str
    cause: Text
    consequence: Text
    response: Text
    role: str  # a post
    minutes: int  # to respond in
    severity: Literal["critical", "major", "minor", "warning"]


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Other bounds of a measure than the general ones."""

    low: float | None = None
    high: float | None = None


class DeviceType(Entry, frozen=True, kw_only=True):
    """A kind of device."""

    group: Literal["safety", "home", "meter", "gate", "street", "video", "service", "link"]
    icon: str
    measures: list[str]
    main: list[str]  # what is shown first
    limits: dict[str, Limits] = {}
    every_seconds: int  # it says something at least so often; 0: only when something happens
    life_years: float = 0  # end of life after installation; 0: none is known
    service_months: int = 0
    battery: bool = False
    personal: bool = False  # says how somebody lives at home: never archived
    video: bool = False  # has a camera code of GB/T 28181
    records: list[str] = []  # of a message that tells these it may hand in a clip and a still
    dialects: list[str]  # ways of speaking that are known of it
    alarms: list[Reason] = []
    commands: list[str] = []  # what it can be asked to do
    spans: bool = False  # bulk telemetry: at power loss the last moments may be lost
    source: str
    confirmed: bool

    def faults(self) -> list[str]:
        unknown = [key for key in (*self.measures, *self.limits) if key not in MEASURES]
        found = [f"there is no measure `{key}`" for key in unknown]
        found += [f"there is no command `{key}`" for key in self.commands if key not in COMMANDS]
        named = (*self.main, *self.records, *(alarm.measure for alarm in self.alarms))
        lacking = [key for key in named if key not in self.measures]
        return found + [f"`{key}` is not among the measures" for key in lacking]

    @property
    def silent_after(self) -> int:
        """Seconds without a word after which it counts as silent; 0: never."""
        return 3 * self.every_seconds

    def bounds(self, measure: str) -> tuple[float | None, float | None]:
        """What the measure can be for this type."""
        own, general = self.limits.get(measure), MEASURES[measure]
        return (own.low, own.high) if own else (general.low, general.high)


class WorksKind(Entry, frozen=True, kw_only=True):
    """A kind of works that brings devices."""

    asks: list[str]  # types of device that a check looks for
    source: str
    confirmed: bool = True

    def faults(self) -> list[str]:
        return [f"there is no device type `{key}`" for key in self.asks if key not in TYPES]


class TourResult(Entry, frozen=True, kw_only=True):
    """What can be found at a stop."""

    good: bool = False
    missed: bool = False  # nobody came by, or not to the end
    finding: bool = False  # somebody has to see to it: told as an event
    matter: str = ""  # which matter it is, where words do not say


class TourKind(Entry, frozen=True, kw_only=True):
    """A way somebody or something makes through a place."""

    types: list[str]  # devices that are its stops; none: it is one stop as a whole
    results: list[TourResult]
    source: str
    confirmed: bool = True

    def faults(self) -> list[str]:
        found = [f"there is no device type `{key}`" for key in self.types if key not in TYPES]
        if any(one.good and one.missed for one in self.results):
            found.append("what was left out is not `good`")
        return found


class SafetyKind(Entry, frozen=True, kw_only=True):
    """What the police tell a neighbourhood, and what everybody can do."""

    icon: str
    happened: bool = False  # it says what happened, with its day
    words: list[str] = []  # how it is asked
    hint: Text
    source: str
    confirmed: bool = True


class NetworkKind(Entry, frozen=True, kw_only=True):
    """A network communities should have, and from which measured value on it counts."""

    unit: str
    limit: float
    ask: Text  # what is measured
    source: str
    confirmed: bool = True


class SiteKind(Entry, frozen=True, kw_only=True):
    """A kind of place where vehicles are charged or parked."""

    icon: str
    types: list[str]  # of devices that say what is free
    source: str
    confirmed: bool = True

    def faults(self) -> list[str]:
        return [f"there is no device type `{key}`" for key in self.types if key not in TYPES]


class CommandKind(Entry, frozen=True, kw_only=True):
    """What a device can be asked to do."""

    text: bool = False  # with words
    seconds: int  # the wish stands so long
    tour: str = ""  # its answer is noted as such a tour (tour_kinds.yaml)
    source: str


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Numbers a city may want otherwise."""

    key: str
    amount: float
    note: Text


class Check(Entry, frozen=True, kw_only=True):
    """One check of a conformance run, as a sentence."""


class Verdicts(Entry, frozen=True, kw_only=True):
    """A word for what an alarm was, and whether it speaks for its rule."""

    right: bool | None  # None: it says nothing about the rule


class AlarmRule(Entry, frozen=True, kw_only=True):
    """When something a device says is an alarm, and what is to be done: see `watch.rule.Rule` for `when`."""

    types: list[str]
    hazard: str  # alarms of one hazard at one place belong together
    severity: Severity
    life: bool = False
    when: Rule
    matter: str = ""  # the case it opens; "": none
    cause: Text
    consequence: Text
    response: Text
    says: Text | None = None  # aloud where it was raised, by devices that can
    role: str
    minutes: int
    places: dict[str, dict[str, float]] = {}  # area or device → own limits; the nearest wins
    source: str
    confirmed: bool = True

    def faults(self) -> list[str]:
        found = [f"there is no device type `{key}`" for key in self.types if key not in TYPES]
        found += [
            f"there is no measure `{key}`" for key in self.when.measures if key not in MEASURES
        ]
        found += rule_faults(self.when)
        if self.when.key != self.key:
            found.append("`when.key` is the key of the rule")
        return found


class Reading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a value stands in a message, and what it means."""

    path: str
    equals: list[str | float] = []  # these are 1, all else is 0
    times: float = 1


class Hook(Entry, frozen=True, kw_only=True):
    """How the messages of a foreign system are read: paths of JSON (the plain part of RFC 9535); `@` begins at each of `each`."""

    dialect: Literal["mapped", "alertmanager"] = "mapped"
    each: str = "$"
    device: list[str] = []  # the first that says something; "" is the key's own device
    at: str = ""
    id: str = ""
    test: str = ""
    values: dict[str, Reading] = {}  # by words of measures
    flat: str = ""  # an object whose numbers, flags and words are values by their own names
    facts: dict[str, str] = {}
    critical: list[str] = []  # Alertmanager: severities that count as such
    source: str
    confirmed: bool = True

    def faults(self) -> list[str]:
        paths = [self.each, *self.device, *self.facts.values()]
        paths += [one for one in (self.at, self.id, self.test, self.flat) if one]
        paths += [one.path for one in self.values.values()]
        found = [f"`{path}` is no path" for path in paths if steps(path) is None]
        if self.dialect == "mapped" and not (self.values or self.flat):
            found.append("`values` or `flat` say what is measured")
        return found


class Proposal(Entry, frozen=True, kw_only=True):
    """What a weekly review may propose, and the sentence that says why."""

    text: Text


class MatchClass(Entry, frozen=True, kw_only=True):
    """What an outside system may tell of; nothing else is taken."""

    basis: Text  # the ground on which such a comparison may stand at all
    source: str
    confirmed: bool


class MatchPlace(Entry, frozen=True, kw_only=True):
    """A kind of place where such devices may stand, or may never."""

    private: bool = False


class MatchRefusal(Entry, frozen=True, kw_only=True):
    """Why a match message is refused, as a sentence; what fields of that kind are called, without blanks and dashes."""

    words: list[str] = []


class LookPurpose(Entry, frozen=True, kw_only=True):
    """What a match or a recording may be looked at for."""


YES, NO = Text(zh="是", en="yes"), Text(zh="否", en="no")
UNITS = catalogue("sensing", "units", Unit)
MEASURES = catalogue("sensing", "measures", Measure, faults=Measure.faults)
COMMANDS = catalogue("sensing", "commands", CommandKind)
TYPES = catalogue("sensing", "device_types", DeviceType, faults=DeviceType.faults)
WORKS_KINDS = catalogue("sensing", "works_kinds", WorksKind, faults=WorksKind.faults)
NETWORK_KINDS = catalogue("sensing", "network_kinds", NetworkKind)
SITE_KINDS = catalogue("sensing", "site_kinds", SiteKind, faults=SiteKind.faults)
SAFETY_KINDS = catalogue("sensing", "safety_kinds", SafetyKind)
TOUR_KINDS = catalogue("sensing", "tour_kinds", TourKind, faults=TourKind.faults)
CHECKS = catalogue("sensing", "checks", Check)
POLICY = catalogue("sensing", "policy", Policy)
RULES = catalogue("sensing", "rules", AlarmRule, faults=AlarmRule.faults)
VERDICTS = catalogue("sensing", "verdicts", Verdicts)
PROPOSALS = catalogue("sensing", "proposals", Proposal)
HOOKS = catalogue("sensing", "hooks", Hook, faults=Hook.faults)
ADMISSION = flow("sensing", "device_admission")
REVIEW = flow("sensing", "rule_review")
MATCH_CLASSES = catalogue("sensing", "match_classes", MatchClass)
MATCH_PLACES = catalogue("sensing", "match_places", MatchPlace)
MATCH_PURPOSES = catalogue("sensing", "match_purposes", LookPurpose)
MATCH_REFUSALS = catalogue("sensing", "match_refusals", MatchRefusal)
LOOK_PURPOSES = catalogue("sensing", "look_purposes", LookPurpose)
RECEPTION = flow("sensing", "match_reception")
FILING = flow("sensing", "face_filing")


def policy(key: str) -> int:
    """A policy number: `keep_days`, `ahead_seconds` …"""
    return int(POLICY[key].amount)


_STEP: Final = re.compile(r"\.([^\W\d][\w-]*)|\['([^']*)'\]|\[(\d{1,5})\]|(\[\*\])")


@cache
def steps(path: str) -> tuple[str | int | None, ...] | None:
    """The names and numbers of a path, None for `[*]`; nothing for what is no path."""
    found: list[str | int | None] = []
    at = 1
    while path[:1] in ("$", "@") and at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            return None
        name, quoted, number, every = step.groups()
        found.append(None if every else int(number) if number else name or quoted)
        at = step.end()
    return tuple(found) if path[:1] in ("$", "@") else None


@cache
def words_of(kind: str) -> dict[str, str]:
    """What a type's measures are called in any dialect → the measure."""
    found: dict[str, str] = {}
    for key in TYPES[kind].measures:
        for word in (key, *MEASURES[key].words):
            found.setdefault(word, key)
    return found


@cache
def refused_words(reason: str) -> frozenset[str]:
    """What fields are called that a match message must not carry."""
    return frozenset(MATCH_REFUSALS[reason].words)


@cache
def life_words() -> dict[str, str]:
    """Words that claim danger to life, whoever says them → the measure."""
    return {word: one.key for one in MEASURES if one.life for word in (one.key, *one.words)}


@cache
def life_types() -> tuple[str, ...]:
    """Types of devices that may tell of danger to life, by what they measure or by a rule."""
    by_rule = {kind for rule in RULES if rule.life for kind in rule.types}
    return tuple(one.key for one in TYPES if one.key in by_rule or any(MEASURES[key].life for key in one.measures))  # fmt: skip
