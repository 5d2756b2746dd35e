"""Rows of another system's file, read through a mapping (`sites/<site>/import.yaml`) into past cases."""

import csv
import gzip
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from lifang.cases.actions import Past
from lifang.cases.catalogue import MATTERS, OUTCOMES, SOURCES
from lifang.core.catalogue.lines import read_entries, read_map
from lifang.core.i18n import Text
from lifang.core.site import site
from lifang.orgs import selectors as orgs

Row = Mapping[str, str]


class Times(msgspec.Struct, frozen=True):
    format: str
    zone: str

    def read(self, text: str) -> datetime | None:
        if not text.strip():
            return None
        return datetime.strptime(text.strip(), self.format).replace(tzinfo=ZoneInfo(self.zone))


class File(msgspec.Struct, frozen=True):
    times: Times
    encoding: str = "utf-8"
    delimiter: str = ","


class Outcome(msgspec.Struct, frozen=True):
    contains: str
    outcome: str


class Refuse(msgspec.Struct, frozen=True):
    when: str
    reason: Text


class Place(msgspec.Struct, frozen=True):
    order: list[str]
    otherwise: str
    unknown_when: dict[str, str] = {}
    neighborhoods: dict[str, str] = {}
    precincts: dict[str, str] = {}


class Mapped(msgspec.Struct, frozen=True):
    """What the mapping file says."""

    file: File
    columns: dict[str, str]
    matters: dict[str, str]
    units: dict[str, str]
    sources: dict[str, str]
    states: dict[str, str]
    outcomes: list[Outcome]
    on_time: dict[str, bool | None]
    flags_as_of: datetime
    place: Place
    refuse: list[Refuse]

    def said(self, reason: str) -> Text | None:
        return next((entry.reason for entry in self.refuse if entry.when == reason), None)

    def strangers(self) -> list[str]:
        """Entries the mapping points to that this site does not have."""
        found = [key for key in self.matters.values() if key not in MATTERS]
        found += [key for key in self.sources.values() if key not in SOURCES]
        return found + [rule.outcome for rule in self.outcomes if rule.outcome not in OUTCOMES]


def read_mapping(path: Path) -> Mapped:
    """A mapping file; what is wrong in it raises `msgspec.ValidationError`."""
    return msgspec.convert(read_map(path), Mapped, strict=False)


class Record(NamedTuple):
    """One row: a past case, or the reason why it is none; and what the file says about its punctuality."""

    line: int
    number: str
    past: Past | None
    reason: str
    flag: bool | None


@dataclass
class Reader:
    """Turns rows into records. Of two rows with one number the second is refused."""

    mapped: Mapped
    units: dict[str, UUID]
    seen: set[str] = field(default_factory=set)

    def records(self, path: Path, told: Callable[[int], None]) -> Iterator[Record]:
        """The rows of a CSV or CSV.GZ file; `told` hears how many bytes of it are read."""
        with path.open("rb") as raw:
            plain: Any = gzip.open(raw) if path.suffix == ".gz" else raw  # noqa: SIM115 -- closes with raw
            lines = (line.decode(self.mapped.file.encoding) for line in plain)
            for number, row in enumerate(
                csv.DictReader(lines, delimiter=self.mapped.file.delimiter), 2
            ):
                told(raw.tell())
                yield self.record(number, row)

    def record(self, line: int, row: Row) -> Record:
        """One row, read or refused."""
        get = self._cells(row)
        number = get("number")
        flag = self.mapped.on_time.get(get("on_time"))
        times = {name: self._time(get(name)) for name in ("opened_at", "due_at", "closed_at")}
        reason = self._fault(get, times)
        self.seen.add(number)
        if reason:
            return Record(line, number, None, reason, flag)
        return Record(line, number, self._past(get, times), "", flag)

    def _cells(self, row: Row) -> Callable[[str], str]:
        columns = self.mapped.columns
        return lambda name: " ".join((row.get(columns[name]) or "").split())

    def _time(self, text: str) -> datetime | None:
        return self.mapped.file.times.read(text)

    def _fault(self, get: Callable[[str], str], times: Mapping[str, datetime | None]) -> str:
        opened, due, closed = times["opened_at"], times["due_at"], times["closed_at"]
        state = self.mapped.states.get(get("state"))
        checks = {
            "opened_missing": opened is None,
            "number_twice": get("number") in self.seen,
            "matter_unknown": get("matter") not in self.mapped.matters,
            "unit_unknown": get("unit") not in self.units,
            "source_unknown": get("source") not in self.mapped.sources,
            "due_missing": due is None,
            "due_before_opened": bool(opened and due and due < opened),
            "closed_before_opened": bool(opened and closed and closed < opened),
            "state_contradicts": state is None or (state == "closed") != (closed is not None),
        }
        return next((reason for reason, holds in checks.items() if holds), "")

    def _past(self, get: Callable[[str], str], times: Mapping[str, datetime | None]) -> Past:
        opened = times["opened_at"]
        assert opened is not None  # noqa: S101 -- refused above
        lon, lat = self._point(get)
        outcome = next(
            rule.outcome for rule in self.mapped.outcomes if rule.contains in get("closing_note")
        )
        return Past(
            reference=get("number"), source=self.mapped.sources[get("source")],
            matter=self.mapped.matters[get("matter")], area=self._area(get, lon, lat),
            unit=self.units[get("unit")], opened_at=opened, due_at=times["due_at"],
            closed_at=times["closed_at"], outcome=outcome, answer=_own(OUTCOMES[outcome].public),
            text=get("matter"), place=get("address")[:200], lon=lon, lat=lat,
            inner="\n".join(filter(None, (get("title"), get("closing_note")))),
        )  # fmt: skip

    def _point(self, get: Callable[[str], str]) -> tuple[float | None, float | None]:
        unknown = self.mapped.place.unknown_when
        if any(get(name) == value for name, value in unknown.items()) or not get("longitude"):
            return None, None
        return float(get("longitude")), float(get("latitude"))

    def _area(self, get: Callable[[str], str], lon: float | None, lat: float | None) -> str:
        place = self.mapped.place
        ways: dict[str, Callable[[], str | None]] = {
            "precinct": lambda: place.precincts.get(get("precinct").removesuffix(".0")),
            "point": lambda: orgs.locate(lon, lat) if lon is not None and lat is not None else None,
            "neighborhood": lambda: place.neighborhoods.get(get("neighborhood")),
        }
        found = (ways[way]() for way in place.order if way in ways)
        return next((area for area in found if area), place.otherwise)


def _own(words: Text) -> str:
    return words.en if site().language.startswith("en") else words.zh


def units_of(mapped: Mapped, folder: Path, actor: Any) -> dict[str, UUID]:
    """The file's names of units → our units, by the site's `data/orgs/units.yaml`."""
    listed = {entry["key"]: entry for _, entry in read_entries(folder / "data/orgs/units.yaml")}
    found: dict[str, UUID] = {}
    for theirs, key in mapped.units.items():
        entry = listed.get(key, {})
        name = entry.get("name", {}).get("zh", key)
        unit = orgs.units(actor, kind=entry.get("kind")).filter(name_zh=name).first()
        if unit is not None:
            found[theirs] = unit.pk
    return found
