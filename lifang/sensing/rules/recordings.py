"""What a device may hand in of a thing it told, and to which alarm it belongs."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, unquote

from lifang.sensing.catalogue import TYPES
from lifang.sensing.terms import Recorded

MEDIA: Final = {"video/mp4": Recorded.CLIP, "image/jpeg": Recorded.STILL}
AFTER: Final = timedelta(days=1)  # its message came at most so long ago
LOOK: Final = timedelta(minutes=15)  # a look lasts so long
MOST_ID: Final = 400
_SLACK: Final = timedelta(seconds=1)


def recorded_of(kind: str, told: Iterable[str]) -> list[str]:
    """Of what a message told, what a device of this type may hand in a recording of."""
    allowed = TYPES[kind].records if kind in TYPES else []
    return sorted({*told} & {*allowed})


def records(kind: str) -> bool:
    return kind in TYPES and bool(TYPES[kind].records)


def named(rest: str) -> tuple[str, str] | None:
    """Device and message id of the end of an address, `<device>/<message id>`; a slash inside is %2F."""
    code, slash, message = rest.partition("/")
    if not slash or "/" in message:
        return None
    try:
        found = unquote(code, errors="strict"), unquote(message, errors="strict")
    except UnicodeDecodeError:
        return None
    fine = all(0 < len(one) <= MOST_ID and "\x00" not in one for one in found)
    return found if fine else None


def address(code: str, message: str) -> str:
    """The other way round."""
    return f"{quote(code, safe='')}/{quote(message, safe='')}"


def belongs(measure: str, since: datetime, until: datetime | None, told: Collection[str], at: datetime) -> bool:  # fmt: skip
    """Whether what was recorded of a message that told this, then, is of an alarm about that measure and time."""
    return measure in told and since - _SLACK <= at and (until is None or at <= until)
