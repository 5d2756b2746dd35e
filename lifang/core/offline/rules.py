"""When something was really made, and whether a piece of a photo fits. No clock, no database."""

from datetime import datetime, timedelta
from typing import NamedTuple

from lifang.core.access import Refusal
from lifang.core.offline.terms import (
    AT_ONCE,
    CLOCK_BELIEVED,
    CLOCK_RIGHT,
    OLDEST,
    PART_BYTES,
    PHOTO_BYTES,
)


class Made(NamedTuple):
    """A telephone's word on when something was made, and what we make of it."""

    at: datetime  # what stands as the fact's time
    said: datetime  # by the telephone's own clock
    ahead: timedelta  # how far that clock was ahead of ours when it sent; less than nothing: behind
    sure: bool  # False: not to be believed, so the time it came stands instead

    @property
    def clock_wrong(self) -> bool:
        return abs(self.ahead) > CLOCK_RIGHT

    def told(self, at: datetime) -> dict[str, object] | None:
        """For a timeline; nothing when it came as soon as it was made, by a clock that is right."""
        if self.sure and not self.clock_wrong and at - self.at <= AT_ONCE:
            return None
        return {
            "made_at": self.at.isoformat(),
            "said_at": self.said.isoformat(),
            "ahead": int(self.ahead.total_seconds()),
            "sure": self.sure,
        }


def made(said: datetime, sent: datetime, at: datetime) -> Made:
    """The telephone's clock is measured when it sends, and its word put right by that."""
    ahead = sent - at
    if abs(ahead) <= CLOCK_RIGHT:
        ahead_for, believed = timedelta(0), True  # the way here took that long
    else:
        ahead_for, believed = ahead, abs(ahead) <= CLOCK_BELIEVED
    if not believed:
        return Made(at, said, ahead, sure=False)
    when = min(said - ahead_for, at)
    sure = said <= sent and when >= at - OLDEST
    return Made(when if sure else at, said, ahead, sure)


def may_begin(size: int, sha256: str) -> Refusal | None:
    if not 0 < size <= PHOTO_BYTES:
        return Refusal("photo_too_large", {"limit": PHOTO_BYTES // 1_000_000})
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        return Refusal("bad_input", {"detail": "sha256"})
    return None


def may_add(start: int, length: int, have: int, size: int) -> Refusal | None:
    """A piece continues what is there, or lies in it already (sent again)."""
    if not 0 < length <= PART_BYTES or start < 0 or start + length > size:
        return Refusal("part_wrong", {"have": have})
    if start + length <= have or start == have:
        return None
    return Refusal("part_gap", {"have": have})
