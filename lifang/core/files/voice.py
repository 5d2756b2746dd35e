"""A voice note as telephones record it: its kind is read from its own bytes, never from its name."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from lifang.core.access import Refused
from lifang.core.files.darkroom import Upload, whole
from lifang.core.files.terms import Media

MAX_MEGABYTES: Final = 5  # half an hour of speech
_HEAD: Final = 4096
_WEBM: Final = b"\x1a\x45\xdf\xa3"
_SOUND: Final = {
    Media.WEBM: (b"A_OPUS", b"A_VORBIS", b"A_PCM"),
    Media.OGG: (b"OpusHead", b"\x01vorbis"),
    Media.M4A: (b"soun",),
}
_PICTURE: Final = (b"V_VP8", b"V_VP9", b"V_AV1", b"V_MPEG", b"vide", b"\x80theora")
_BRANDS: Final = (b"M4A ", b"isom", b"iso5", b"iso6", b"mp41", b"mp42", b"dash")


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice note as it came. Where photos are asked for their look, place and time it has none."""

    data: bytes
    media: Media

    phash: ClassVar[None] = None
    taken_at: ClassVar[None] = None
    lon: ClassVar[None] = None
    lat: ClassVar[None] = None

    def believed(self, at: datetime) -> "Voice":
        return self


def media_of(data: bytes) -> Media | None:
    """Which kind of recording these bytes begin, if any."""
    if data.startswith(_WEBM):
        return Media.WEBM
    if data.startswith(b"OggS"):
        return Media.OGG
    if data[4:8] == b"ftyp" and data[8:12] in _BRANDS:
        return Media.M4A
    return None


def hear(upload: Upload) -> Voice:
    """A voice note of an upload: sound and no moving picture. `Refused` says why not."""
    data = whole(upload, MAX_MEGABYTES)
    media = media_of(data)
    ends = data[:_HEAD] + data[-_HEAD:] if media is not Media.M4A else data
    if media is None or not any(mark in ends for mark in _SOUND[media]):
        raise Refused("voice_kind")
    if any(mark in ends for mark in _PICTURE):
        raise Refused("voice_kind")
    return Voice(data, media)
