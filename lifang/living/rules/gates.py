"""Decides who may come in: passes, cards, hours, gates. Outwards every gate opens."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from lifang.core.access import Refusal
from lifang.living.catalogue import GATE_KINDS, policy
from lifang.living.terms import Who

MOST_NAME = 60


@dataclass(frozen=True)
class Given:
    """What a pass says of itself, in local time."""

    starts_at: datetime
    ends_at: datetime
    entries: int
    used: int
    revoked: bool


def pass_fits(starts: datetime, ends: datetime, entries: int, at: datetime) -> Refusal | None:
    """A window that lies ahead, is not too long, and lets in at least once."""
    ahead, days = policy("pass_ahead_days"), policy("pass_days")
    if not at - timedelta(hours=1) <= starts <= at + timedelta(days=ahead):
        return Refusal("pass_start", {"field": "starts", "days": ahead})
    if ends <= max(starts, at) or ends - starts > timedelta(days=days):
        return Refusal("pass_window", {"field": "ends", "days": days})
    most = policy("pass_entries")
    return None if 1 <= entries <= most else Refusal("pass_count", {"field": "entries", "most": most})  # fmt: skip


def pass_room(standing: int) -> Refusal | None:
    most = policy("passes_open")
    return None if standing < most else Refusal("pass_most", {"most": most})


def pass_stands(given: Given, at: datetime) -> Refusal | None:
    """Revoked, too early, over, used up: each with its own word for whoever stands at the gate."""
    if given.revoked:
        return Refusal("pass_revoked")
    if at < given.starts_at:
        return Refusal("pass_early", {"starts": f"{given.starts_at:%Y-%m-%d %H:%M}"})
    if at > given.ends_at:
        return Refusal("pass_expired", {"ended": f"{given.ends_at:%Y-%m-%d %H:%M}"})
    return None if given.used < given.entries else Refusal("pass_used", {"entries": given.entries})


def gate_admits(admits: Collection[str], who: Who) -> Refusal | None:
    return None if who in admits else Refusal("gate_not_for", {"who": who.value})


def gate_hours(opens: time | None, closes: time | None, now: time) -> Refusal | None:
    """Hours of visitors at this gate."""
    if opens is None or closes is None or opens <= now <= closes:
        return None
    return Refusal("gate_hours", {"from": f"{opens:%H:%M}", "until": f"{closes:%H:%M}"})


def gate_fits(kind: str, name: str, admits: Collection[str], opens: time | None, closes: time | None, *, building: bool) -> Refusal | None:  # fmt: skip
    """A gate admits no more than its kind; both hours or none; a door names its building."""
    if kind not in GATE_KINDS:
        return Refusal("gate_kind", {"field": "kind"})
    if not 1 <= len(name.strip()) <= MOST_NAME:
        return Refusal("gate_name", {"field": "name"})
    if not admits or not set(admits) <= set(GATE_KINDS[kind].admits):
        return Refusal("gate_admits", {"field": "admits"})
    if (opens is None) != (closes is None) or (opens and closes and opens >= closes):
        return Refusal("gate_times", {"field": "visitors_until"})
    return None if building or not GATE_KINDS[kind].building else Refusal("gate_building", {"field": "building"})  # fmt: skip


def card_fits(plain: str) -> Refusal | None:
    """As a reader says it: digits and letters."""
    return None if 4 <= len(plain) <= 24 else Refusal("card_number", {"field": "number"})  # fmt: skip


def once_more(gate: object, before: object, came_at: datetime | None, at: datetime) -> bool:
    """A reader that read twice lets in once."""
    return gate == before and came_at is not None and timedelta(0) <= at - came_at <= timedelta(seconds=policy("pass_again_seconds"))  # fmt: skip
