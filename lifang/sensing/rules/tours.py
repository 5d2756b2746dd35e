"""Decides about tours: what may be noted of one."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from lifang.core.access import Refusal
from lifang.sensing.catalogue import TOUR_KINDS, TourKind

LONGEST = timedelta(hours=24)
OLDEST = timedelta(days=31)


def may_note(kind: str, who: str, begun: datetime, ended: datetime, at: datetime) -> Refusal | None:
    """One that was made, of a known kind, by somebody, within a day and a month."""
    if kind not in TOUR_KINDS:
        return Refusal("tour_kind", {"field": "kind"})
    if not 0 < len(who.strip()) <= 60:
        return Refusal("tour_who", {"field": "who"})
    fits = begun <= ended <= at and ended - begun <= LONGEST and at - begun <= OLDEST
    return None if fits else Refusal("tour_span", {"field": "ended"})


def found_fits(kind: TourKind, results: Sequence[str], note: str) -> Refusal | None:
    """Something known was found somewhere; what is not in order says what it was."""
    known = {one.key: one for one in kind.results}
    if not results or any(one not in known for one in results):
        return Refusal("tour_found")
    bad = [one for one in results if not known[one].good]
    return None if kind.types or not bad or note.strip() else Refusal("tour_note", {"field": "note"})  # fmt: skip
