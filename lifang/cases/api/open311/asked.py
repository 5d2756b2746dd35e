"""What a client may ask of the list of requests, read field by field; every wrong one is told at once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import gettext as _

from lifang.core.access import Refused
from lifang.core.config import config
from lifang.core.geo.measure import Box
from lifang.core.site import site
from lifang.orgs import selectors as orgs

T = TypeVar("T")
SPAN = timedelta(days=90)
MOST = 1000
MOST_PAGES = 100_000
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,20})?")
_YEARS = range(1970, 2200)


@dataclass
class Fields:
    """The parameters of a call; an empty one counts as absent. `fault` gathers, `insist` speaks."""

    given: Mapping[str, str]
    faults: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, *sources: Mapping[str, Any]) -> "Fields":
        """Later sources win."""
        merged = {name: str(source[name]) for source in sources for name in source}
        return cls({name: text for name, raw in merged.items() if (text := raw.strip())})

    def __getitem__(self, name: str) -> str:
        return self.given.get(name, "")

    def read(self, name: str, reader: Callable[[str], T], shape: str) -> T | None:
        """A parameter by its reader, or a fault that says which shape it has."""
        text = self[name]
        if not text:
            return None
        try:
            return reader(text)
        except (ValueError, OverflowError):
            self.wrong(name, shape)
            return None

    def wrong(self, name: str, shape: str) -> None:
        self.fault(_("%(name)s is not valid: %(shape)s") % {"name": name, "shape": shape})

    def fault(self, words: str) -> None:
        self.faults.append(words)

    def insist(self) -> None:
        if self.faults:
            raise Refused("bad_input", detail="; ".join(self.faults), faults=tuple(self.faults))


def number(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return float(text)


def between(low: float, high: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = number(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return read


def whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
            raise ValueError(text)
        return int(text)

    return read


def instant(text: str) -> datetime:
    """ISO 8601; a plus that became a blank on the way is a plus, and a time without a zone is the site's."""
    text = re.sub(r" (?=[0-9]{2}:?[0-9]{2}$)", "+", text) if "T" in text else text
    found = datetime.fromisoformat(text)
    if found.year not in _YEARS:
        raise ValueError(text)
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(site().timezone))


def box(text: str) -> Box:
    parts = text.split(",")
    west, south, east, north = (number(part.strip()) for part in parts)
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError(text)
    return Box(west, south, east, north)


def listed(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))[:MOST]


WHEN = "2026-01-01T08:00:00+08:00"


@dataclass(frozen=True)
class Asked:
    """One call of `GET requests`, understood."""

    numbers: list[str]
    codes: list[str]
    closed: bool | None  # None: both
    opened: tuple[datetime, datetime] | None
    updated: tuple[datetime, datetime] | None
    box: Box | None
    around: tuple[float, float, float] | None  # lon, lat, metres
    area: str
    page: int
    size: int
    extended: bool


def asked(request: HttpRequest, at: datetime) -> Asked:
    """Read all of it. Raises `Refused` with every fault."""
    fields = Fields.of(request.GET.dict())
    area = jurisdiction(request, fields)
    numbers = listed(fields["service_request_id"])
    updated = _span(fields, "updated_after", "updated_before", at)
    opened = _span(fields, "start_date", "end_date", at)
    found = Asked(
        numbers=numbers,
        codes=listed(fields["service_code"]),
        closed=_closed(fields),
        opened=opened or (None if updated else (at - SPAN, at)),
        updated=updated,
        box=fields.read("bbox", box, "west,south,east,north"),
        around=_around(fields),
        area=area,
        page=fields.read("page", whole(1, MOST_PAGES), f"1-{MOST_PAGES}") or 1,
        size=fields.read("page_size", whole(1, MOST), f"1-{MOST}") or MOST,
        extended=fields["extensions"].lower() in ("true", "1", "yes"),
    )
    fields.insist()
    return found


def jurisdiction(request: HttpRequest, fields: Fields) -> str:
    """The county a call is about; empty is everywhere here. Raises `Refused` for one that is not ours."""
    name = fields["jurisdiction_id"].lower()
    host = config().origin.partition("://")[2].partition(":")[0].removeprefix("www.")
    if not name or name == host:
        return ""
    if re.fullmatch("[0-9]{6}", name):
        actor = request.actor  # type: ignore[attr-defined]
        if orgs.divisions(actor, within=name, level=6).filter(pk=name).exists():
            return name
    raise Refused("jurisdiction_unknown")


def _closed(fields: Fields) -> bool | None:
    words = {word.lower() for word in listed(fields["status"])}
    if words - {"open", "closed"}:
        fields.wrong("status", "open, closed")
    return None if len(words) != 1 else words == {"closed"}


def _span(fields: Fields, first: str, last: str, at: datetime) -> tuple[datetime, datetime] | None:
    """A range of at most 90 days; with one end given, the other lies 90 days away."""
    since, until = fields.read(first, instant, WHEN), fields.read(last, instant, WHEN)
    if since is None and until is None:
        return None
    since = since or (until or at) - SPAN
    until = until or since + SPAN
    if until < since:
        fields.fault(_("%(first)s lies behind %(last)s.") % {"first": first, "last": last})
    elif until - since > SPAN:
        said = _("%(first)s and %(last)s may lie at most 90 days apart.")
        fields.fault(said % {"first": first, "last": last})
    return since, until


def _around(fields: Fields) -> tuple[float, float, float] | None:
    lat = fields.read("lat", between(-90, 90), "-90 … 90")
    lon = fields.read("long", between(-180, 180), "-180 … 180")
    metres = fields.read("radius", between(1, 50_000), "1 … 50000")
    if bool(fields["lat"]) != bool(fields["long"]):
        fields.fault(_("lat and long come together."))
    return None if lon is None or lat is None else (lon, lat, metres or 500.0)
