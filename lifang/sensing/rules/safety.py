"""Decides about safety notices: what may be told, until when, and how it stands."""

import re
from datetime import date, datetime, timedelta
from typing import Final

from lifang.core.access import Refusal
from lifang.sensing.catalogue import SAFETY_KINDS

STATION: Final = "public_security"
MOST_BUILDINGS, MOST_DAYS, BACK_DAYS = 600, 90, 365
# A telephone number or an identity number of somebody: neither is published.
_PERSON: Final = re.compile(r"(?<!\d)(1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")


def station(kind: str, holder: str, holders: frozenset[str]) -> Refusal | None:
    """Only a police station tells, and only by its own people."""
    return None if kind == STATION and holder in holders else Refusal("safety_station")


def fits(
    kind: str, title: str, text: str, happened: date | None, many: int, until: datetime, at: datetime
) -> Refusal | None:  # fmt: skip
    if kind not in SAFETY_KINDS:
        return Refusal("safety_kind", {"field": "kind"})
    if not 0 < len(title.strip()) <= 80 or not 0 < len(text.strip()) <= 500:
        return Refusal("safety_text", {"field": "text"})
    if names_somebody(title, text):
        return Refusal("safety_person", {"field": "text"})
    if SAFETY_KINDS[kind].happened != (happened is not None):
        return Refusal("safety_day", {"field": "happened_on"})
    if happened is not None and not at.date() - timedelta(days=BACK_DAYS) <= happened <= (at + timedelta(hours=14)).date():  # fmt: skip
        return Refusal("safety_day", {"field": "happened_on"})
    if not 0 < many <= MOST_BUILDINGS:
        return Refusal("safety_buildings", {"field": "buildings", "most": MOST_BUILDINGS})
    return None if at < until <= at + timedelta(days=MOST_DAYS) else Refusal("safety_until", {"field": "until", "days": MOST_DAYS})  # fmt: skip


def names_somebody(*texts: str) -> bool:
    return any(_PERSON.search(text) for text in texts)


def may_end(ended: datetime | None, outcome: str) -> Refusal | None:
    if ended is not None:
        return Refusal("safety_over")
    return Refusal("safety_person", {"field": "outcome"}) if names_somebody(outcome) else None


def stands(until: datetime, ended: datetime | None, at: datetime) -> bool:
    return ended is None and until > at
