"""Decides about works: what a check may say, and what is missing."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lifang.core.access import Refusal
from lifang.sensing.catalogue import TYPES, WORKS_KINDS
from lifang.sensing.catalogue.lines import LINE_KINDS
from lifang.sensing.terms import WorksState

MOST_POINTS = 100_000
WORKS_MARK = "line:"  # of a kind of line among what is planned, in metres


class Stand(NamedTuple):
    """Of one type: how many points were planned, how many devices stand, are heard, are in order. Of a kind of line: metres."""

    type: str
    planned: int
    installed: int = 0
    heard: int = 0
    intact: int = 0

    @property
    def whole(self) -> bool:
        """All that was planned stands, is heard and is in order."""
        return 0 < self.planned <= min(self.installed, self.heard, self.intact)


def may_open(kind: str, name: str, planned: Mapping[str, int]) -> Refusal | None:
    if kind not in WORKS_KINDS:
        return Refusal("works_kind", {"field": "kind"})
    if not 0 < len(name.strip()) <= 120:
        return Refusal("works_name", {"field": "name"})
    known = {*(one.key for one in TYPES), *(WORKS_MARK + one.key for one in LINE_KINDS)}
    fit = all(key in known and 0 < many <= MOST_POINTS for key, many in planned.items())
    return None if planned and fit else Refusal("works_planned")


def may_change(state: str) -> Refusal | None:
    """Handed over without a gap it is closed."""
    return Refusal("works_over") if state == WorksState.PASSED else None


def may_say(verdict: str, gaps: Sequence[Stand], note: str) -> Refusal | None:
    """Nobody passes what has gaps without naming them; and nothing is refused without a word."""
    if verdict not in (WorksState.PASSED, WorksState.GAPS, WorksState.REFUSED):
        return Refusal("works_verdict", {"field": "verdict"})
    if verdict == WorksState.PASSED and gaps:
        return Refusal("works_gaps", {"field": "verdict", "n": len(gaps)})
    if verdict == WorksState.GAPS and not gaps:
        return Refusal("works_no_gap", {"field": "verdict"})
    return Refusal("works_note", {"field": "note"}) if verdict != WorksState.PASSED and not note.strip() else None  # fmt: skip


def stands(kind: str, planned: Mapping[str, int], counted: Mapping[str, Sequence[int]]) -> list[Stand]:  # fmt: skip
    """Every type that was planned, that stands, or that a check of this kind looks for."""
    asks = WORKS_KINDS[kind].asks if kind in WORKS_KINDS else []
    keys = dict.fromkeys((*planned, *counted, *asks))
    return [Stand(key, planned.get(key, 0), *counted.get(key, (0, 0, 0))) for key in keys]


def gaps(found: Sequence[Stand]) -> list[Stand]:
    return [one for one in found if one.planned and not one.whole]
