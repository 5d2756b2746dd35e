"""Rows of another system's file, read through a mapping (`sites/<site>/import.yaml`) into past cases."""

import csv
import gzip
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from lifang.cases import selectors
from lifang.cases.actions import Past
from lifang.cases.catalogue import MATTERS, OUTCOMES
from lifang.cases.management.mapping import NEEDED, Mapped, Old, plain, read_mapping
from lifang.core.access import SYSTEM
from lifang.core.catalogue.lines import read_entries
from lifang.core.i18n import Text
from lifang.core.site import site
from lifang.orgs import selectors as orgs

__all__ = ["Mapped", "Reader", "Record", "UnlikeMapping", "read_mapping", "units_of"]

Row = Mapping[str, str]
Cells = Callable[[str], str]
TIMES = ("opened_at", "due_at", "closed_at")
csv.field_size_limit(1_000_000)


class UnlikeMapping(Exception):
    """The file has not the columns the mapping speaks of."""


class Record(NamedTuple):
    """One row: a past case, or the reason why it is none; and what the file says about its punctuality."""

    line: int
    number: str
    past: Past | None
    reason: str
    flag: bool | None
    otherwise: tuple[tuple[str, str], ...] = ()  # (what, the file's value) that no map names
    said: Text | None = None  # what else to say of this very row: the candidates, why there is none


class Names:
    """A map by names as people write them."""

    def __init__(self, known: Mapping[str, Any], otherwise: Any) -> None:
        self.known = {plain(name): value for name, value in known.items()}
        self.otherwise = otherwise

    def get(self, name: str) -> Any:
        return self.known.get(plain(name)) or self.otherwise or None

    def __contains__(self, name: str) -> bool:
        return plain(name) in self.known


class OldCodes(Names):
    """Codes of an earlier edition: what the mapping says of one, else what became of it."""

    def __init__(self, known: Mapping[str, Any], otherwise: Any, old: Old) -> None:
        super().__init__(known, otherwise)
        self.of = old.of
        self.found: dict[str, selectors.Converted] = {}

    def converted(self, code: str) -> selectors.Converted:
        """Asked once a code: a file holds thousands of rows and some hundred codes."""
        if code not in self.found:
            self.found[code] = selectors.converted(SYSTEM, code, self.of)
        return self.found[code]

    def get(self, name: str) -> Any:
        return self._sure(name) or self.otherwise or None

    def __contains__(self, name: str) -> bool:
        return bool(self._sure(name))

    def _sure(self, name: str) -> str:
        found = self.converted(name)
        decided = self.known.get(plain(name)) or self.known.get(found.code)
        return decided or (found.matters[0].key if found.outcome == "one" else "")

    def ambiguous(self, name: str) -> bool:
        return name not in self and self.converted(name).outcome == "several"

    def said(self, name: str) -> Text | None:
        """The candidates, or why there is none."""
        found = self.converted(name)
        if found.outcome != "several":
            return found.reason
        return Text(
            zh="、".join(f"{one.key} {one.name.zh}" for one in found.matters),
            en=", ".join(f"{one.key} {one.name.en}" for one in found.matters),
        )


@dataclass
class Reader:
    """Turns rows into records. Of two rows with one number the second is refused."""

    mapped: Mapped
    units: dict[str, UUID]
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        mapped, other = self.mapped, self.mapped.otherwise
        self.columns: dict[str, str] = {
            ours: theirs if isinstance(theirs, str) else theirs[0]
            for ours, theirs in mapped.columns.items()
        }
        self.old = (
            OldCodes(mapped.matters, other.matter, mapped.edition) if mapped.edition else None
        )
        self.names = {
            "matter": self.old or Names(mapped.matters, other.matter),
            "unit": Names(self.units, self.units.get(other.unit)),
            "source": Names(mapped.sources, other.source),
        }
        self.states = Names(mapped.states, None)

    def records(self, path: Path, told: Callable[[int], None]) -> Iterator[Record]:
        """The rows of a CSV or CSV.GZ file; `told` hears how many bytes of it are read."""
        with path.open("rb") as raw:
            packed: Any = gzip.open(raw) if path.suffix == ".gz" else raw  # noqa: SIM115 -- closes with raw
            encoding = self.mapped.file.encoding
            lines = (line.decode(encoding, "replace").replace("\x00", "") for line in packed)
            rows = csv.DictReader(lines, delimiter=self.mapped.file.delimiter)
            self._head([name.lstrip("\ufeff") for name in rows.fieldnames or []], path)
            rows.fieldnames = [name.lstrip("\ufeff") for name in rows.fieldnames or []]
            for number, row in enumerate(rows, 2):
                told(raw.tell())
                yield self.record(number, row)

    def _head(self, names: list[str], path: Path) -> None:
        self.columns = self.mapped.header(names)
        missing = [str(self.mapped.columns[name]) for name in NEEDED if name not in self.columns]
        if missing:
            raise UnlikeMapping(f"{path}: no column {', '.join(missing)}")

    def record(self, line: int, row: Row) -> Record:
        """One row, read or refused."""
        get = self._cells(row)
        number = get("number")
        flag = self.mapped.on_time.get(get("on_time").upper())
        times = self._times(get)
        reason = "time_unreadable" if times is None else self._fault(get, times)
        self.seen.add(number)
        if reason or times is None:
            told = self.old if reason in ("matter_ambiguous", "matter_unknown") else None
            said = told.said(get("matter")) if told else None
            return Record(line, number, None, reason, flag, said=said)
        other = tuple(
            (what, get(what)) for what, names in self.names.items() if get(what) not in names
        )
        return Record(line, number, self._past(get, times), "", flag, other)

    def _cells(self, row: Row) -> Cells:
        columns = self.columns
        return lambda name: " ".join(str(row.get(columns.get(name, "")) or "").split())

    def _times(self, get: Cells) -> dict[str, datetime | None] | None:
        try:
            return {name: self.mapped.file.times.read(get(name)) for name in TIMES}
        except (ValueError, OverflowError):
            return None

    def _fault(self, get: Cells, times: Mapping[str, datetime | None]) -> str:
        opened, due, closed = times["opened_at"], times["due_at"], times["closed_at"]
        state = self.states.get(get("state"))
        checks = {
            "number_missing": not get("number"),
            "opened_missing": opened is None,
            "number_twice": get("number") in self.seen,
            "matter_missing": not get("matter"),
            "matter_component": self._component(get),
            "matter_ambiguous": bool(self.old and self.old.ambiguous(get("matter"))),
            "matter_unknown": self.names["matter"].get(get("matter")) is None,
            "unit_unknown": self.names["unit"].get(get("unit")) is None,
            "source_unknown": self.names["source"].get(get("source")) is None,
            "due_missing": due is None,
            "due_before_opened": bool(opened and due and due < opened),
            "closed_before_opened": bool(opened and closed and closed < opened),
            "state_contradicts": state is None or (state == "closed") != (closed is not None),
        }
        found = (reason for reason, holds in checks.items() if holds)
        return next((one for one in found if self.mapped.refuses(one, get("matter"))), "")

    def _component(self, get: Cells) -> bool:
        old = self.mapped.edition
        return old is not None and plain(get("kind")) in {plain(one) for one in old.components}

    def _text(self, get: Cells) -> str:
        """What the file calls the matter; a code of an earlier edition by its name there, or ours."""
        if self.old is None:
            return get("matter")
        found = self.old.converted(get("matter"))
        named = found.name or MATTERS[self.names["matter"].get(get("matter"))].name
        return f"{_own(named)} ({get('matter')})"

    def _past(self, get: Cells, times: Mapping[str, datetime | None]) -> Past:
        opened, due = times["opened_at"], times["due_at"]
        due = due if due and opened and due >= opened else None
        assert opened is not None  # noqa: S101 -- refused above
        lon, lat = self._point(get)
        note = get("closing_note")
        outcome = next(rule.outcome for rule in self.mapped.outcomes if rule.contains in note)
        return Past(
            reference=get("number")[:60], source=self.names["source"].get(get("source")),
            matter=self.names["matter"].get(get("matter")), area=self._area(get, lon, lat),
            unit=self.names["unit"].get(get("unit")), opened_at=opened,
            due_at=due, closed_at=times["closed_at"], outcome=outcome, answer=_own(OUTCOMES[outcome].public),
            text=self._text(get), place=get("address")[:200], lon=lon, lat=lat,
            inner="\n".join(filter(None, (get("title"), note))),
        )  # fmt: skip

    def _point(self, get: Cells) -> tuple[float | None, float | None]:
        unknown = self.mapped.place.unknown_when
        if any(get(name) == value for name, value in unknown.items()):
            return None, None
        try:
            lon, lat = float(get("longitude")), float(get("latitude"))
        except ValueError:
            return None, None
        on_earth = math.isfinite(lon) and abs(lon) <= 180 and math.isfinite(lat) and abs(lat) <= 90
        # Where the file says in words whether it found the place, its word counts; else the point itself.
        told = any(name in self.columns for name in unknown)
        if not on_earth or (not told and self.mapped.place.unplaced(lon, lat)):
            return None, None
        return lon, lat

    def _area(self, get: Cells, lon: float | None, lat: float | None) -> str:
        place = self.mapped.place
        precinct = get("precinct").removesuffix(".0").lstrip("0")
        ways: dict[str, Callable[[], str | None]] = {
            "precinct": lambda: place.precincts.get(precinct),
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
