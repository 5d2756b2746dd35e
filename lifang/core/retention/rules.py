"""When a legal hold may be set and lifted."""

from datetime import date
from uuid import UUID

from lifang.core.access import Refusal

LONGEST_YEARS = 30
MOST_WHY, MOST_DOCUMENT = 300, 80


def hold_says(why: str, document: str) -> Refusal | None:
    """A hold stands on a reason and on a document."""
    if not why.strip():
        return Refusal("hold_without_why", {"field": "why"})
    if not document.strip():
        return Refusal("hold_without_document", {"field": "document"})
    if len(why.strip()) > MOST_WHY:
        return Refusal("hold_words_long", {"most": MOST_WHY, "field": "why"})
    if len(document.strip()) > MOST_DOCUMENT:
        return Refusal("hold_words_long", {"most": MOST_DOCUMENT, "field": "document"})
    return None


def hold_ends(until: date, on: date) -> Refusal | None:
    """It ends on a day to come, and not in a lifetime."""
    if until <= on:
        return Refusal("hold_over_already", {"field": "until"})
    if until.year > on.year + LONGEST_YEARS:
        return Refusal("hold_too_long", {"years": LONGEST_YEARS, "field": "until"})
    return None


def holds_area(area: str) -> Refusal | None:
    """It lies somewhere: nobody holds everything."""
    fits = area.isascii() and area.isdigit() and len(area) in (4, 6, 9, 12, 15)
    return None if fits else Refusal("hold_without_area", {"field": "area"})


def lifted_by_another(set_by: UUID, lifts: UUID | None) -> Refusal | None:
    """Four eyes."""
    return Refusal("hold_by_oneself") if lifts is None or set_by == lifts else None


def lift_says(why: str) -> Refusal | None:
    if not why.strip():
        return Refusal("hold_without_why", {"field": "why"})
    return Refusal("hold_words_long", {"most": MOST_WHY, "field": "why"}) if len(why.strip()) > MOST_WHY else None  # fmt: skip
