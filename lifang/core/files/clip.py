"""From an uploaded clip to a bare one without sound, place, time and names, by way of `remux.py`."""

from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

from lifang.core.access import Refused
from lifang.core.files.apart import decoded
from lifang.core.files.darkroom import Upload

MAX_MEGABYTES: Final = 30
MAX_SECONDS: Final = 60
MAX_MEGAPIXELS: Final = 9
SECONDS: Final = 40
_SCRIPT: Final = Path(__file__).with_name("remux.py")
_AT_ONCE: Final = BoundedSemaphore(1)
_FACTS: Final = {
    "clip_too_large": {"limit": MAX_MEGABYTES},
    "clip_too_long": {"limit": MAX_SECONDS},
    "clip_too_many_pixels": {"limit": MAX_MEGAPIXELS},
}


@dataclass(frozen=True, slots=True)
class Clip:
    """A moving picture as we keep it: MP4 with H.264 and nothing else, and a still of its middle in two sizes."""

    film: bytes
    thumb: bytes
    still: bytes
    width: int
    height: int
    seconds: float


def watch(upload: Upload) -> Clip:
    """A bare clip of the upload; `Refused` says why not."""
    data = upload.read(MAX_MEGABYTES * 1_000_000 + 1)
    if len(data) > MAX_MEGABYTES * 1_000_000:
        raise _refused("clip_too_large")
    with _AT_ONCE:
        made = decoded(_SCRIPT, data, SECONDS)
    head, parts = made or ({"refused": "clip_unreadable"}, [])
    if "refused" in head:
        raise _refused(head["refused"])
    film, thumb, still = parts
    return Clip(film, thumb, still, head["width"], head["height"], head["seconds"])


def _refused(reason: str) -> Refused:
    return Refused(reason, **_FACTS.get(reason, {}))
