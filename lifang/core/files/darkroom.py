"""From an upload to a harmless picture and what the camera told, by way of `shrink.py`."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final, Protocol

import imagehash
from django.utils.timezone import get_default_timezone
from PIL import Image

from lifang.core.access import Refused
from lifang.core.files.apart import Made, decoded

MAX_MEGABYTES: Final = 15
MAX_MEGAPIXELS: Final = 50
SECONDS: Final = 30
_SCRIPT: Final = Path(__file__).with_name("shrink.py")
_GREY: Final = 32
_AT_ONCE: Final = BoundedSemaphore(2)  # a decoder may take 1.5 GB; more wait their turn
_FACTS: Final = {
    "photo_too_large": {"limit": MAX_MEGABYTES},
    "photo_too_many_pixels": {"limit": MAX_MEGAPIXELS},
}


class Upload(Protocol):
    """An uploaded file, or anything that reads as bytes."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Print:
    """A picture as we keep it, and what the camera told about it."""

    picture: bytes
    thumb: bytes
    width: int
    height: int
    middle: bytes = b""  # for telephones; none where the picture is no larger
    phash: int | None = None  # signed 64 bits, as the database holds it; None: shows nothing
    taken_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None

    def believed(self, at: datetime) -> "Print":
        """Without a time that lies ahead or before digital cameras."""
        if self.taken_at and not datetime(2000, 1, 1, tzinfo=UTC) < self.taken_at < at + timedelta(
            days=1
        ):
            return replace(self, taken_at=None)
        return self


def whole(upload: Upload, megabytes: int = MAX_MEGABYTES) -> bytes:
    """The bytes of an upload, never more than allowed."""
    limit = megabytes * 1_000_000
    data = upload.read(limit + 1)
    if len(data) > limit:
        raise Refused("photo_too_large", limit=megabytes)
    return data


def develop(upload: Upload) -> Print:
    """A harmless JPEG of the upload with its thumb; `Refused` says why not."""
    head, parts = _shrunk(whole(upload))
    refused = head.get("refused")
    if refused:
        raise Refused(refused, **_FACTS.get(refused, {}))
    picture, thumb, middle, grey = parts
    return Print(
        picture=picture,
        thumb=thumb,
        width=head["width"],
        height=head["height"],
        middle=middle,
        phash=None if head["flat"] else _phash(grey),
        taken_at=_moment(head.get("taken", ""), head.get("offset", "")),
        lon=head.get("lon"),
        lat=head.get("lat"),
    )


def _shrunk(data: bytes) -> Made:
    with _AT_ONCE:
        return decoded(_SCRIPT, data, SECONDS) or ({"refused": "photo_unreadable"}, [])


def _phash(grey: bytes) -> int:
    found = imagehash.phash(Image.frombytes("L", (_GREY, _GREY), grey))
    number = int(str(found), 16)
    return number - (1 << 64) if number >> 63 else number


def _moment(taken: str, offset: str) -> datetime | None:
    """EXIF time; without an offset it is the site's wall clock."""
    try:
        naive = datetime.strptime(taken, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 -- the zone follows
        zone: tzinfo = get_default_timezone()
        if offset:
            zone = datetime.strptime(offset, "%z").tzinfo or zone
        return naive.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
