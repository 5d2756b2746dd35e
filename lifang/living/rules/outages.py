"""Decides about outages: which may be told, what became of one."""

from datetime import datetime, timedelta

from lifang.core.access import Refusal
from lifang.living.catalogue import OUTAGE_KINDS, policy

MOST = 100  # buildings in one notice
AHEAD = timedelta(days=60)
BACK = timedelta(days=1)  # an outage that nobody planned is told while it lasts


def outage_fits(kind: str, buildings: int, starts: datetime, ends: datetime, reason: str, at: datetime) -> Refusal | None:  # fmt: skip
    if kind not in OUTAGE_KINDS:
        return Refusal("outage_kind", {"field": "kind"})
    if not 0 < buildings <= MOST:
        return Refusal("outage_buildings", {"field": "buildings", "most": MOST})
    if not at - BACK <= starts <= at + AHEAD:
        return Refusal("outage_start", {"field": "starts"})
    return until_fits(starts, ends, at) or (None if reason.strip() else Refusal("outage_reason", {"field": "reason"}))  # fmt: skip


def until_fits(starts: datetime, ends: datetime, at: datetime) -> Refusal | None:
    """After its beginning, not past, not for ever."""
    days = policy("outage_days")
    fits = starts < ends <= starts + timedelta(days=days) and ends > at
    return None if fits else Refusal("outage_until", {"field": "ends", "days": days})


def may_change(ends: datetime, ended: datetime | None, at: datetime) -> Refusal | None:
    return Refusal("outage_over") if ended or ends <= at else None


def standing(starts: datetime, ends: datetime, ended: datetime | None, at: datetime) -> str:
    """off (called off), over, now or soon."""
    if ended is not None:
        return "off" if ended <= starts else "over"
    if ends <= at:
        return "over"
    return "now" if starts <= at else "soon"
