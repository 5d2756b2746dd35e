"""Small values that pages show: a state chip, a line of the timeline, a step of a clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

KINDS = {
    "open": "circle",
    "progress": "progress",
    "waiting": "hourglass",
    "late": "alarm",
    "danger": "alert-triangle",
    "done": "circle-check",
    "idle": "circle-minus",
}


@dataclass(frozen=True)
class Chip:
    """A state: colour, icon and word, always the three."""

    kind: str  # one of KINDS
    label: Any
    icon: str = ""

    @property
    def sign(self) -> str:
        return self.icon or KINDS.get(self.kind, KINDS["idle"])

    def __str__(self) -> str:
        return str(self.label)


# How the tone of a flow's state, or of an outcome, is coloured.
TONES = {
    "waiting": "waiting",
    "progress": "progress",
    "danger": "danger",
    "good": "done",
    "quiet": "idle",
    "": "open",
}


@dataclass(frozen=True)
class Photo:
    url: str
    caption: Any = ""
    at: datetime | None = None
    thumb: str = ""
    middle: str = ""

    @property
    def srcset(self) -> str:
        """The thumb for a small place, the middle one for a telephone's width: the browser chooses."""
        return f"{self.thumb} 480w, {self.middle} 1280w" if self.thumb and self.middle else ""


@dataclass(frozen=True)
class Entry:
    """One line of a timeline."""

    at: datetime
    title: Any
    who: Any = ""
    icon: str = "point"
    text: str = ""
    kind: str = ""
    private: bool = False
    photos: Sequence[Photo] = field(default_factory=tuple)
    waited: timedelta | None = None


@dataclass(frozen=True)
class Clock:
    """What is left of a limit, and which colour that is."""

    due: datetime
    now: datetime
    since: datetime | None = None
    paused: bool = False
    done_at: datetime | None = None

    @property
    def left(self) -> timedelta:
        return self.due - (self.done_at or self.now)

    @property
    def used(self) -> float:
        """Share of the time that is gone, 0 to 1."""
        if self.since is None or self.due <= self.since:
            return 1.0 if self.left < timedelta() else 0.0
        gone = (self.done_at or self.now) - self.since
        return min(1.0, max(0.0, gone / (self.due - self.since)))

    @property
    def kind(self) -> str:
        """late after the limit, waiting in its last fifth, done when stopped in time."""
        if self.paused:
            return "idle"
        if self.left < timedelta():
            return "late"
        if self.done_at:
            return "done"
        return "waiting" if self.used >= 0.8 else "progress"
