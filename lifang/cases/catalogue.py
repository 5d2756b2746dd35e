"""What can be wrong, how long it may take, and the lists of reasons: see `data/`."""

from decimal import Decimal
from typing import Literal

import msgspec

from lifang.core.calendar.terms import Limit
from lifang.core.catalogue import catalogue
from lifang.core.flow.shape import flow
from lifang.core.i18n import Text


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named choice."""

    key: str
    name: Text


class Major(Entry, frozen=True, kw_only=True):
    icon: str
    kind: Literal["component", "behaviour"]


class Matter(Entry, frozen=True, kw_only=True):
    """One thing that can be wrong (GB/T 47678.5-2026), or a local extension."""

    kind: Literal["matter"]
    major: str
    level: Literal["ordinary", "urgent", "life"]
    icon: str
    words: list[str] = []
    public: bool = True
    photo: Literal["report", "after", "both", "none"] = "none"
    confused: list[str] = []
    hint: Text | None = None
    duty: str
    limits: str
    source: str
    confirmed: bool
    local: bool = False


class Season(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}
):
    from_: str  # month-day, both ends inside
    to: str
    stages: dict[str, Limit]


class Limits(Entry, frozen=True, kw_only=True):
    """A limit for each stage; a season replaces single ones."""

    stages: dict[str, Limit]
    seasons: list[Season] = []
    note: Text | None = None
    source: Text
    confirmed: bool

    def of(self, stage: str, month_day: str) -> Limit | None:
        """The limit of a stage on a day of the year (`"07-15"`)."""
        for season in self.seasons:
            if stage in season.stages and _inside(season.from_, season.to, month_day):
                return season.stages[stage]
        return self.stages.get(stage) or (self.stages.get("accept") if stage == "verify" else None)


def _inside(first: str, last: str, day: str) -> bool:
    return first <= day <= last if first <= last else day >= first or day <= last


class Source(Entry, frozen=True, kw_only=True):
    icon: str = "world"
    by: Literal["resident", "staff", "machine"]


class ReturnReason(Entry, frozen=True, kw_only=True):
    hint: Text | None = None
    suggest: bool = False
    disputed: bool = False


class RefuseReason(Entry, frozen=True, kw_only=True):
    answer: Text  # what the resident is told


class Outcome(Entry, frozen=True, kw_only=True):
    solved: bool
    public: Text


class SuspendReason(Entry, frozen=True, kw_only=True):
    review: Limit


class DelayReason(Entry, frozen=True, kw_only=True):
    evidence: bool


class Measure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A count of cases, as `selectors/measures.py` defines it."""

    measure: str
    name: Text


class Indicator(Entry, frozen=True, kw_only=True):
    """A rate: of the cases of the denominator, those of the numerator."""

    numerator: Measure
    denominator: Measure
    better: Literal["high", "low"]
    views: list[Literal["area", "unit", "matter", "source", "period"]]
    note: Text | None = None
    source: str
    confirmed: bool


class Number(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    number: str
    name: Text


class Emergency(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the report form stops and a telephone number takes its place."""

    key: str
    matters: list[str] = []
    words: list[str] = []
    numbers: list[Number]
    own: list[str] = []
    title: Text
    steps: list[Text] = []


class Synonym(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str
    words: list[str]


class Common(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A matter residents are offered before they say a word."""

    key: str


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Numbers a city may want otherwise."""

    key: str
    amount: Decimal
    note: Text


class Weight(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much one fact says that two reports are the same trouble; `line` is from where on it is probable."""

    key: str
    weight: float


MAJORS = catalogue("cases", "majors", Major)
MATTERS = catalogue("cases", "matters", Matter)
LIMITS = catalogue("cases", "limits", Limits)
SOURCES = catalogue("cases", "sources", Source)
RETURN_REASONS = catalogue("cases", "return_reasons", ReturnReason)
REFUSE_REASONS = catalogue("cases", "refuse_reasons", RefuseReason)
OUTCOMES = catalogue("cases", "close_outcomes", Outcome)
SUSPEND_REASONS = catalogue("cases", "suspend_reasons", SuspendReason)
DELAY_REASONS = catalogue("cases", "delay_reasons", DelayReason)
EMERGENCIES = catalogue("cases", "emergency", Emergency)
SYNONYMS = catalogue("cases", "synonyms", Synonym)
COMMON = catalogue("cases", "common", Common)
POLICY = catalogue("cases", "policy", Policy)
LIKENESS = catalogue("cases", "likeness", Weight)
INDICATORS = catalogue("cases", "appraisal", Indicator)
CASE = flow("cases", "case")
JOINT = flow("cases", "joint")


def policy(key: str) -> int:
    """A policy number: `reopen_days`, `near_metres`, `returns_to_arbitration` …"""
    return int(POLICY[key].amount)


def limit_of(matter: str, stage: str, month_day: str) -> Limit | None:
    """How long a stage of a matter may take on a day of the year."""
    return LIMITS[MATTERS[matter].limits].of(stage, month_day)


def answer_of(outcome: str, answer: str) -> str:
    """A public answer; the usual sentence of an outcome speaks the reader's language."""
    usual = OUTCOMES[outcome].public if outcome else None
    return str(usual) if usual and answer == usual.zh else answer


class Option(Entry, frozen=True, kw_only=True):
    """An answer to choose."""


class Question(Entry, frozen=True, kw_only=True):
    """One thing an Open311 client is asked about a matter."""

    kind: Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
    hint: Text | None = None
    required: bool = False
    choices: list[Option] = []

    def __post_init__(self) -> None:
        if self.kind.endswith("list") != bool(self.choices):
            raise ValueError("a list has choices, and nothing else has")


class Service(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a matter is offered to Open311 clients."""

    key: str
    type: Literal["realtime", "batch"]
    attributes: list[Question] = []


SERVICES = catalogue("cases", "services", Service)


def service_of(matter: str) -> Service:
    """By the matter, else by its major, else the default."""
    keys = (matter, MATTERS[matter].major, "default")
    return next(SERVICES[key] for key in keys if key in SERVICES)


def questions_of(matter: str) -> list[Question]:
    """What a client is asked about a matter: its own questions, then those of every service."""
    return [*service_of(matter).attributes, *SERVICES["every"].attributes]


class Edition(Entry, frozen=True, kw_only=True):
    """An earlier edition of the list of matters; `rule` leads from its majors to those of 2026."""

    standard: str
    majors: dict[str, Text] = {}
    own: list[str] = []  # majors a city filled by itself
    rule: dict[str, str] = {}
    note: Text
    confirmed: bool


class OldMatter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of a matter of an earlier edition: one of 2026, several to choose from, or none and why."""

    key: str
    name: Text | None = None
    to: str = ""
    candidates: list[str] = []
    why: str = ""
    note: Text | None = None
    source: str
    confirmed: bool


def _unled(old: OldMatter) -> list[str]:
    told = bool(old.to or len(old.candidates) > 1 or old.why)
    return [] if told else ["say `to`, at least two `candidates`, or `why` there is none"]


EDITIONS = catalogue("cases", "editions", Edition)
NO_SUCCESSOR = catalogue("cases", "no_successor", Entry)
OLD_MATTERS = {
    edition: catalogue("cases", f"matters_{edition}", OldMatter, faults=_unled)
    for edition in ("2013", "2021")
}
