"""Which earlier reports a report may be the same as, and the facts of each such pair."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from lifang.cases.catalogue import MATTERS, SOURCES
from lifang.cases.models import Case
from lifang.cases.rules.likeness import (
    LONG_DAYS,
    WITHIN_METRES,
    Floats,
    Ints,
    Pairs,
    address,
)
from lifang.core.learn import Senses, alike

_DAY = 86400.0
_METRES_A_DEGREE = 111_195.0
_MOST = 60  # candidates of one report, the latest
_CHUNK = 500
_FORM = 20  # words that stand so often were said by a form, not by a person


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is known of one report when it comes in, and until when it was open."""

    opened: float  # seconds
    closed: float = math.inf
    matter: str
    source: str
    by: str  # resident, staff or machine
    lon: float | None = None
    lat: float | None = None
    place: str = ""
    text: str = ""
    joined: int = 1
    photos: tuple[int, ...] = ()


Kin = Callable[[str, str], bool]


@dataclass
class Field:
    """Many reports side by side, in the order they were opened."""

    said: Sequence[Said]
    senses: Senses | None = None
    form: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        many = self.said
        self.opened = np.array([one.opened for one in many])
        self.closed = np.array([one.closed for one in many])
        self.lon = np.array([math.nan if one.lon is None else one.lon for one in many])
        self.lat = np.array([math.nan if one.lat is None else one.lat for one in many])
        self.address = [address(one.place) for one in many]
        often = Counter(one.text for one in many)
        self.form = frozenset(text for text, n in often.items() if n >= _FORM)

    def metres(self, newer: Ints, older: Ints) -> Floats:
        """Flat distance, good enough for a few hundred metres."""
        up = (self.lat[newer] - self.lat[older]) * _METRES_A_DEGREE
        along = (self.lon[newer] - self.lon[older]) * np.cos(np.radians(self.lat[newer]))
        found: Floats = np.hypot(up, along * _METRES_A_DEGREE)
        return found

    def between(self, newer: Ints, older: Ints) -> Pairs:
        """The facts of pairs, a row each; rows of one report stand together."""
        said, rows = self.said, list(zip(newer.tolist(), older.tolist(), strict=True))
        places = [(self.address[i], self.address[j]) for i, j in rows]

        def each(of: Callable[[Said, Said], object], kind: type = bool) -> np.ndarray:
            return np.array([of(said[i], said[j]) for i, j in rows], dtype=kind)

        return Pairs(
            report=newer,
            metres=self.metres(newer, older),
            same_address=np.array([bool(a.whole) and a.whole == b.whole for a, b in places], bool),
            same_street=np.array(
                [bool(a.street) and a.street == b.street for a, b in places], bool
            ),
            crossing=np.array([a.crossing for a, _ in places], bool),
            gap=self.opened[newer] - self.opened[older],
            same_matter=each(lambda new, old: new.matter == old.matter),
            same_source=each(lambda new, old: new.source == old.source),
            resident=each(lambda new, old: new.by == "resident"),
            staff=each(lambda new, old: new.by == "staff"),
            joined=each(lambda new, old: old.joined, float),
            words=each(self._words, float),
            photo=each(_same_photo, float),
            sense=self._sense(newer, older),
        )

    def _sense(self, newer: Ints, older: Ints) -> Floats:
        """How near what both say lies in meaning; not where both are one form's words, or one says nothing known."""
        found = np.full(len(newer), math.nan)
        if self.senses is None or not len(newer):
            return found
        texts = list(dict.fromkeys(self.said[i].text for i in {*newer.tolist(), *older.tolist()}))
        if not any(texts):
            return found
        row = {text: i for i, text in enumerate(texts)}
        lie = np.concatenate(
            [self.senses.places(texts[i : i + _CHUNK]) for i in range(0, len(texts), _CHUNK)]
        )
        known = np.abs(lie).sum(axis=1) > 0
        at = np.array([row.get(one.text, -1) for one in self.said])
        new, old = at[newer], at[older]
        both = known[new] & known[old]
        form = np.array([text in self.form for text in texts])
        both &= ~((new == old) & form[new])
        found[both] = (lie[new[both]] * lie[old[both]]).sum(axis=1)
        return found

    def _words(self, new: Said, old: Said) -> float:
        if new.text == old.text and new.text in self.form:
            return math.nan
        found = alike(new.text, old.text)
        return math.nan if found is None else found

    def candidates(self, kin: Kin) -> tuple[Ints, Ints]:
        """For every report the earlier ones near it or at its address that were open then: (newer, older)."""
        found: list[tuple[Ints, Ints]] = [self._at_addresses()]
        placed = np.flatnonzero(~np.isnan(self.lon))
        if len(placed):
            found += self._near(placed)
        newer = np.concatenate([new for new, _ in found])
        older = np.concatenate([old for _, old in found])
        gap, waits = (
            self.opened[newer] - self.opened[older],
            self.closed[older] > self.opened[newer],
        )
        meant = (older < newer) & (gap <= LONG_DAYS * _DAY) & waits
        newer, older = newer[meant], older[meant]
        same = np.array(
            [
                kin(self.said[i].matter, self.said[j].matter)
                for i, j in zip(newer, older, strict=True)
            ],
            bool,
        )
        order = np.lexsort((-older[same], newer[same]))
        newer, older = newer[same][order], older[same][order]
        rank = np.arange(len(newer)) - np.searchsorted(newer, newer)
        return newer[rank < _MOST], older[rank < _MOST]

    def _near(self, placed: Ints) -> list[tuple[Ints, Ints]]:
        middle = math.cos(math.radians(float(self.lat[placed].mean())))
        x = self.lon[placed] * middle * _METRES_A_DEGREE
        points = shapely.points(x, self.lat[placed] * _METRES_A_DEGREE)
        tree, found = shapely.STRtree(points), []
        for start in range(0, len(points), _CHUNK):
            some = points[start : start + _CHUNK]
            new, old = tree.query(some, predicate="dwithin", distance=WITHIN_METRES)
            earlier = old < new + start
            found.append((placed[new[earlier] + start], placed[old[earlier]]))
        return found

    def _at_addresses(self) -> tuple[Ints, Ints]:
        """Reports without a point, by the same address."""
        earlier: dict[str, list[int]] = defaultdict(list)
        new, old = [], []
        for row, where in enumerate(self.address):
            if not where.whole:
                continue
            before = earlier[where.whole][-_MOST:]
            pairs = [i for i in before if math.isnan(self.lon[row]) or math.isnan(self.lon[i])]
            new += [row] * len(pairs)
            old += pairs
            earlier[where.whole].append(row)
        return np.array(new, dtype=np.int64), np.array(old, dtype=np.int64)


def _same_photo(new: Said, old: Said) -> bool:
    return any((one ^ other).bit_count() <= 6 for one in new.photos for other in old.photos)


def kin(matter: str, other: str) -> bool:
    """May a report of one matter be the same as one of the other?"""
    if matter == other:
        return True
    here = [MATTERS[key].confused for key in (matter, other) if key in MATTERS]
    return any(matter in confused or other in confused for confused in here)


def kin_of(matter: str) -> list[str]:
    """The matter itself and those it is confused with, whichever of the two says so."""
    if matter not in MATTERS:
        return [matter]
    return [
        matter,
        *(other.key for other in MATTERS if other.key != matter and kin(matter, other.key)),
    ]


def said_of(case: Case, photos: Sequence[int] = ()) -> Said:
    """A case as its likeness to others is judged."""
    return Said(
        opened=case.opened_at.timestamp(), matter=case.matter, source=case.source, by=by_of(case.source),
        lon=case.lon, lat=case.lat, place=case.place, text=case.text, joined=case.reports, photos=tuple(photos),
    )  # fmt: skip


def by_of(source: str) -> str:
    return SOURCES[source].by if source in SOURCES else "staff"
