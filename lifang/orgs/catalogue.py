"""What a site may tune: kinds of unit, posts and grid, and who answers for what by default."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal

import msgspec

from lifang.core.catalogue import catalogue
from lifang.core.i18n import Text

MATTER = re.compile(r"[0-9]{2}(?:[0-9]{3})?")  # a major of two digits, or a matter of five


class UnitKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of unit that answers for something."""

    key: str
    name: Text
    icon: str = "building"
    nature: Literal["command", "government", "utility", "enterprise", "community"] = "government"


class PostKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of post: what it sees, and at which levels it stands."""

    key: str
    name: Text
    sees: Literal["area", "unit", "self"]
    level: list[Literal["city", "county", "street", "community", "grid", "unit"]]
    staff: bool = True


class DutyLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of unit answers for these matters (five digits) or majors (two) unless a county says otherwise."""

    key: str
    matters: list[str]
    unit_kind: str
    role: Literal["lead", "assist"] = "lead"
    reason: Text
    source: str = ""

    def match(self, matter: str) -> int:
        """How exactly the line names this matter: 5, 2, or 0 for not at all."""
        return max((len(named) for named in self.matters if matter.startswith(named)), default=0)


class GridKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Basic or dedicated."""

    key: str
    name: Text
    note: Text | None = None


class Column(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A column of the lists people upload: what it is called, and what people write above it."""

    key: str
    name: Text
    others: list[str] = []

    @property
    def written(self) -> set[str]:
        return {self.key, self.name.zh, self.name.en.lower(), *self.others}


class Span(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Part of a day that is on the roster; one that ends no later than it starts ends on the next day."""

    key: str
    name: Text
    start: str
    end: str

    def on(self, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
        """From when to when, on this day."""
        start, end = (datetime.combine(day, time.fromisoformat(c), zone) for c in (self.start, self.end))  # fmt: skip
        if end <= start:
            end = datetime.combine(day + timedelta(days=1), time.fromisoformat(self.end), zone)
        return start, end


def _span_faults(span: Span) -> Iterable[str]:
    for clock in (span.start, span.end):
        try:
            time.fromisoformat(clock)
        except ValueError:
            yield f"{clock!r} is no time of day"


def _duty_faults(line: DutyLine) -> Iterable[str]:
    for matter in line.matters:
        if not MATTER.fullmatch(matter):
            yield f"matter {matter!r} has neither two nor five digits"
    if line.unit_kind not in UNIT_KINDS:
        yield f"unit kind {line.unit_kind!r} is not in unit_kinds.yaml"


UNIT_KINDS = catalogue("orgs", "unit_kinds", UnitKind)
POSTS = catalogue("orgs", "posts", PostKind)
GRID_KINDS = catalogue("orgs", "grid_kinds", GridKind)
COLUMNS = catalogue("orgs", "columns", Column)
SPANS = catalogue("orgs", "spans", Span, faults=_span_faults)
DUTIES = catalogue("orgs", "duties", DutyLine, faults=_duty_faults)

_matters: list[Callable[[], Mapping[str, Text]]] = []


def matters_named_by(source: Callable[[], Mapping[str, Text]]) -> None:
    """A higher context lends the names of matters by code; here only codes are known."""
    _matters[:] = [source]


def matter_names() -> Mapping[str, Text]:
    """Names of matters and majors by code, as far as somebody lends them."""
    return _matters[0]() if _matters else {}
