"""Decides about parcels: what may be noted, who may have them, when they are overdue."""

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import ceil

from lifang.core.access import Refusal
from lifang.core.ids import read_code
from lifang.living.catalogue import CARRIERS, policy

MOST = 60  # parcels noted in one go
TAIL = re.compile(r"[0-9A-Z]{2,8}")


def rooms_of(text: str) -> list[tuple[str, str]]:
    """Lines as a desk writes them: the room, then the end of the parcel's number if it is said."""
    found = []
    for line in text.splitlines():
        words = line.split()
        if words:
            found.append((words[0], words[1].upper() if len(words) > 1 else ""))
    return found


def tail_fits(tail: str) -> Refusal | None:
    if not tail or TAIL.fullmatch(tail):
        return None
    return Refusal("parcel_tail", {"field": "rooms", "tail": tail[:20]})


def room_known(room: str, known: Mapping[str, Sequence[object]]) -> Refusal | None:
    """One door of the building is called that."""
    return None if len(known.get(room, ())) == 1 else Refusal("parcel_room", {"field": "rooms", "room": room[:20]})  # fmt: skip


def lot_fits(count: int, carrier: str) -> Refusal | None:
    if carrier not in CARRIERS:
        return Refusal("parcel_carrier", {"field": "carrier"})
    if not count:
        return Refusal("parcel_none", {"field": "rooms"})
    return None if count <= MOST else Refusal("parcel_most", {"field": "rooms", "most": MOST})


def may_try(locked_until: datetime | None, at: datetime) -> Refusal | None:
    """After some wrong codes nobody guesses on for a while."""
    if locked_until and at < locked_until:
        return Refusal("parcel_locked", {"field": "code", "minutes": ceil((locked_until - at).total_seconds() / 60)})  # fmt: skip
    return None


def same_code(typed: str, code: str | None) -> bool:
    """Compared in the time that the longer one takes, whatever was typed."""
    return bool(code) and hmac.compare_digest(read_code(typed).encode(), str(code).encode())


def wrong(tries: int, at: datetime) -> tuple[int, datetime | None]:
    """One more wrong code: how many in a row, and until when there is a pause."""
    tries += 1
    if tries < policy("parcel_tries"):
        return tries, None
    return 0, at + timedelta(minutes=policy("parcel_pause_minutes"))


def wrong_code(tries: int, locked_until: datetime | None) -> Refusal:
    """What to say of it."""
    if locked_until:
        return Refusal(
            "parcel_locked", {"field": "code", "minutes": policy("parcel_pause_minutes")}
        )
    return Refusal("parcel_code", {"field": "code", "left": policy("parcel_tries") - tries})


def may_see(holders: Iterable[str]) -> Refusal | None:
    """Handed over without a code only where nobody could be told one."""
    return Refusal("parcel_seen") if any(one.startswith("account:") for one in holders) else None


def neighbour_fits(own: object, other: object, until: date, today: date) -> Refusal | None:
    if other is None:
        return Refusal("neighbour_home", {"field": "address"})
    if own == other:
        return Refusal("neighbour_own", {"field": "address"})
    days = policy("neighbour_days")
    return None if today <= until <= today + timedelta(days=days) else Refusal("neighbour_until", {"field": "until", "days": days})  # fmt: skip
