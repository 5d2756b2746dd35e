"""When a phase of an area may be noted."""

from datetime import date

from lifang.core.access import Refusal
from lifang.registry.catalogue import CODES

FIRST, AHEAD_YEARS = date(1949, 1, 1), 20
AREAS = (12, 15)  # a community, a grid


def may_note_phase(area: str, kind: str, since: date, today: date, source: str) -> Refusal | None:
    """Of a community or a grid, a phase that is known, on a day that can be, with the paper that says so."""
    if len(area) not in AREAS:
        return Refusal("phase_area")
    if kind not in CODES["phase"].known:
        return Refusal("unknown_phase", {"field": "kind"})
    if since < FIRST or since.year > today.year + AHEAD_YEARS:
        return Refusal("phase_day", {"years": AHEAD_YEARS, "field": "since"})
    return None if source.strip() else Refusal("phase_source", {"field": "source"})
