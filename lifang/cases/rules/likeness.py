"""How likely two reports are about the same trouble: facts of a pair in, numbers and reasons out."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WITHIN_METRES = 100.0  # farther apart nothing is proposed
SPOT_METRES = 5.0  # closer it counts as one spot
AROUND_METRES = 15.0
RECENT_DAYS = 0
LONG_DAYS = 400  # older cases are not proposed
SAME_SENSE = 0.6  # said as a reason
_HOUR, _DAY = 3600.0, 86400.0
_KNOTS = {
    "10_minutes": 600.0, "1_hour": _HOUR, "6_hours": 6 * _HOUR, "1_day": _DAY, "3_days": 3 * _DAY,
    "7_days": 7 * _DAY, "21_days": 21 * _DAY, "60_days": 60 * _DAY, "180_days": 180 * _DAY,
}  # fmt: skip
_GAPS = np.log10(np.array(list(_KNOTS.values())))


class Address(NamedTuple):
    """An address without the accidents of writing."""

    whole: str
    street: str
    crossing: bool


@lru_cache(maxsize=65536)
def address(text: str) -> Address:
    """Width, case, blanks and signs do not count."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub(r"^\s*intersection\s+(of\s+)?", "", plain)
    crossing = "&" in plain
    whole = "".join(c for c in plain if c.isalnum())
    if whole.isdigit():  # a number alone is no address
        whole = ""
    street = "".join(c for c in plain if c.isalpha())
    return Address(whole, street, crossing)


@dataclass(frozen=True)
class Pairs:
    """One row a candidate that is open when the report comes; `report` groups the candidates of one report."""

    report: Ints
    metres: Floats  # NaN: one of the two has no point
    same_address: Bools
    same_street: Bools
    crossing: Bools
    gap: Floats  # seconds from the candidate's opening to the report; below 0 it came later
    same_matter: Bools
    same_source: Bools
    resident: Bools  # the report came from a resident
    staff: Bools
    joined: Floats  # how many reported the candidate
    words: Floats  # likeness of the words; NaN: one says nothing
    photo: Floats  # 1: they show the same picture
    sense: Floats  # likeness of what the words mean; NaN: one says nothing

    def __len__(self) -> int:
        return len(self.report)


_PLAIN = (
    "bias", "spot", "metres_15", "metres_60", "same_address", "same_street",
    "resident_spot", "staff_spot", "same_source", "same_source_spot", "crossing_spot", "same_matter", "joined",
    "open_here", "busy", "busy_spot", "burst_spot", "newest_spot", "oldest_spot", "words", "other_words", "photo", "sense",
)  # fmt: skip
FEATURES = (*_PLAIN, *(f"spot_{name}" for name in _KNOTS))


def features(pairs: Pairs) -> Floats:
    """The numbers the weights speak of, one row a pair, in the order of `FEATURES`."""
    metres = np.nan_to_num(pairs.metres, nan=WITHIN_METRES)
    spot = ((metres <= SPOT_METRES) | pairs.same_address).astype(float)
    here = ((metres <= AROUND_METRES) | pairs.same_address).astype(float)
    busy, burst = (
        _sum(pairs, np.abs(pairs.gap) < 90 * _DAY),
        _sum(pairs, here * (np.abs(pairs.gap) < _HOUR)),
    )
    words, gap = np.nan_to_num(pairs.words), np.abs(pairs.gap)
    columns = [
        np.ones(len(pairs)), spot, np.exp(-metres / 15.0), np.exp(-metres / 60.0), pairs.same_address,
        pairs.same_street,
        pairs.resident * spot, pairs.staff * spot, pairs.same_source, pairs.same_source * spot,
        pairs.crossing * spot, pairs.same_matter, np.log(np.maximum(pairs.joined, 1.0)),
        np.log1p(_sum(pairs, here)) * spot, np.log1p(busy), np.log1p(busy) * spot, np.log1p(burst) * spot,
        _is_first(pairs, here, gap) * spot, _is_first(pairs, here, -gap) * spot,
        words, (~np.isnan(pairs.words)) * (words < 0.05), pairs.photo,
        np.maximum(np.nan_to_num(pairs.sense), 0.0),
    ]  # fmt: skip
    return np.column_stack([*columns, _hats(gap) * spot[:, None]]).astype(float)


def _sum(pairs: Pairs, what: NDArray[np.generic]) -> Floats:
    """Of each row: the sum over all candidates of its report."""
    if not len(pairs):
        return np.zeros(0)
    totals: Floats = np.bincount(pairs.report, weights=what.astype(float)).astype(float)
    return totals[pairs.report]


def _is_first(pairs: Pairs, among: Floats, by: Floats) -> Floats:
    """1 for the row that comes first among those of its report."""
    found = np.zeros(len(pairs))
    rows = np.flatnonzero(among)
    if len(rows):
        order = rows[np.lexsort((by[rows], pairs.report[rows]))]
        _, first = np.unique(pairs.report[order], return_index=True)
        found[order[first]] = 1.0
    return found


def _hats(gap: Floats) -> Floats:
    """The time between two reports, as shares of the two knots beside it."""
    x = np.clip(np.log10(np.maximum(gap, 1.0)), _GAPS[0], _GAPS[-1])
    right = np.clip(np.searchsorted(_GAPS, x), 1, len(_GAPS) - 1)
    share = (x - _GAPS[right - 1]) / (_GAPS[right] - _GAPS[right - 1])
    found = np.zeros((len(gap), len(_GAPS)))
    rows = np.arange(len(gap))
    found[rows, right - 1], found[rows, right] = 1 - share, share
    return found


@dataclass(frozen=True)
class Weighing:
    """Weights and lines: for all matters, and where a matter has taught enough, its own."""

    weights: Mapping[str, Floats]  # "" is for all
    lines: Mapping[str, float]

    def of(self, matter: str) -> Floats:
        return self.weights.get(matter, self.weights[""])

    def line(self, matter: str) -> float:
        """From what likelihood on a candidate counts as probably the same."""
        return self.lines.get(matter, self.lines[""])


class Why(NamedTuple):
    """A reason in words still to be said: `same_address`, `metres` with how many, `earlier` with seconds …"""

    key: str
    amount: float = 0.0


def reasons(pairs: Pairs, row: int) -> list[Why]:
    """What speaks for a candidate, the strongest kind of fact first."""
    metres = float(pairs.metres[row])
    found = [Why("same_photo")] if pairs.photo[row] else []
    if pairs.same_address[row]:
        found.append(Why("same_address"))
    elif metres == metres:
        found.append(Why("same_spot") if metres <= SPOT_METRES else Why("metres", metres))
    gap = float(pairs.gap[row])
    found.append(Why("earlier" if gap >= 0 else "later", abs(gap)))
    found.append(Why("open"))
    found.append(Why("same_matter") if pairs.same_matter[row] else Why("confused"))
    if pairs.words[row] >= 0.3:
        found.append(Why("same_words"))
    elif pairs.sense[row] >= SAME_SENSE:
        found.append(Why("same_sense"))
    if pairs.joined[row] > 1:
        found.append(Why("joined", float(pairs.joined[row])))
    return found
