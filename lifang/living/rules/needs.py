"""Decides about surveys of needs."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from lifang.core.access import Refusal
from lifang.living.catalogue import NEEDS

COMMUNITY = 12
SHORTEST, LONGEST = timedelta(days=3), timedelta(days=90)
FEW = 3  # so few homes are not told
WANTED, REACHED = 0.2, 0.8  # a candidate: this share of answers, and a trade that fewer homes reach


def survey_fits(area: str, until: date, today: date) -> Refusal | None:
    if len(area) != COMMUNITY:
        return Refusal("needs_area", {"field": "area"})
    return (
        None if SHORTEST <= until - today <= LONGEST else Refusal("needs_until", {"field": "until"})
    )


def runs(until: date, ended_at: datetime | None, today: date) -> bool:
    return ended_at is None and today <= until


def answer_fits(chosen: Sequence[str], most: int) -> Refusal | None:
    fits = 0 < len(set(chosen)) <= most and all(one in NEEDS for one in chosen)
    return None if fits else Refusal("needs_chosen", {"field": "chosen", "most": most})


def candidate(share: float, reached: float | None) -> bool:
    """Many want it, and it is not near already, as far as is known."""
    return share >= WANTED and (reached is None or reached < REACHED)
