"""How another system's file is read: the shape of `sites/<site>/import.yaml`."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from lifang.cases.catalogue import EDITIONS, MATTERS, OUTCOMES, SOURCES
from lifang.core.catalogue.lines import read_map
from lifang.core.i18n import Text

NEEDED = ("number", "opened_at", "state", "matter")  # without these columns no row can be read


def plain(text: str) -> str:
    """A name as it is compared: case, blanks and signs between words do not count."""
    return "".join(c for c in text.casefold() if c.isalnum())


class Times(msgspec.Struct, frozen=True):
    format: str | list[str]  # strptime formats, or "iso"
    zone: str

    def read(self, text: str) -> datetime | None:
        """None where nothing stands; `ValueError` where something unreadable does."""
        if not text.strip():
            return None
        found = self._read(text.strip())
        return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(self.zone))

    def _read(self, text: str) -> datetime:
        for form in [self.format] if isinstance(self.format, str) else self.format:
            try:
                return (
                    datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)  # noqa: DTZ007 -- the zone follows
                )
            except ValueError:
                continue
        raise ValueError(text)


class File(msgspec.Struct, frozen=True):
    times: Times
    encoding: str = "utf-8"
    delimiter: str = ","


class Outcome(msgspec.Struct, frozen=True):
    contains: str
    outcome: str


class Refuse(msgspec.Struct, frozen=True):
    """Which rows are refused, in which words; `only` these types, or all."""

    when: str
    reason: Text
    only: list[str] = []


class Otherwise(msgspec.Struct, frozen=True):
    """Where a value goes that no map names; empty: the row is refused."""

    matter: str = ""
    unit: str = ""
    source: str = ""


class Place(msgspec.Struct, frozen=True):
    order: list[str]
    otherwise: str
    unknown_when: dict[str, str] = {}
    unknown_points: list[
        tuple[float, float]
    ] = []  # lon, lat: where a file puts what it cannot place
    neighborhoods: dict[str, str] = {}
    precincts: dict[str, str] = {}

    def unplaced(self, lon: float, lat: float) -> bool:
        """Is this the point that stands for an unknown place? Compared to about ten metres."""
        return any(abs(lon - x) < 1e-4 and abs(lat - y) < 1e-4 for x, y in self.unknown_points)


class Old(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The column `matter` holds codes of this earlier edition.

    Rows whose column `kind` says one of `components` hold another code of the same digits, which nothing converts.
    """

    of: str
    components: list[str] = []


class Mapped(msgspec.Struct, frozen=True):
    """What the mapping file says."""

    file: File
    columns: dict[str, str | list[str]]
    matters: dict[str, str]
    units: dict[str, str]
    sources: dict[str, str]
    states: dict[str, str]
    outcomes: list[Outcome]
    on_time: dict[str, bool | None]
    flags_as_of: datetime
    place: Place
    refuse: list[Refuse]
    otherwise: Otherwise = Otherwise()
    edition: Old | None = None

    def said(self, reason: str) -> Text | None:
        return next((entry.reason for entry in self.refuse if entry.when == reason), None)

    def refuses(self, reason: str, kind: str) -> bool:
        """Does this fault refuse a row of this type? Unless the mapping says otherwise, it does."""
        rule = next((entry for entry in self.refuse if entry.when == reason), None)
        return rule is None or not rule.only or kind in rule.only

    def strangers(self) -> list[str]:
        """Entries the mapping points to that this site does not have."""
        matters = [*self.matters.values(), *filter(None, [self.otherwise.matter])]
        sources = [*self.sources.values(), *filter(None, [self.otherwise.source])]
        found = [key for key in matters if key not in MATTERS]
        found += [key for key in sources if key not in SOURCES]
        found += [self.edition.of] if self.edition and self.edition.of not in EDITIONS else []
        return found + [rule.outcome for rule in self.outcomes if rule.outcome not in OUTCOMES]

    def header(self, names: Iterable[str]) -> dict[str, str]:
        """Our name of a column → the file's, whichever of its spellings stands there."""
        here = {plain(name): name for name in names if name}
        found = {}
        for ours, theirs in self.columns.items():
            spellings = [theirs] if isinstance(theirs, str) else theirs
            column = next((here[plain(one)] for one in spellings if plain(one) in here), None)
            if column is not None:
                found[ours] = column
        return found


def read_mapping(path: Path) -> Mapped:
    """A mapping file; what is wrong in it raises `msgspec.ValidationError`."""
    return msgspec.convert(read_map(path), Mapped, strict=False)
