"""The words of sensing: states of a device, quality of an observation, and the observation itself on its way."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import IntFlag, StrEnum
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray


class DeviceState(StrEnum):
    PLANNED = "planned"
    INSTALLED = "installed"
    OUT = "out"  # out of service: present, and not listened to until a day
    UNVERIFIED = "unverified"  # it sends and nobody has registered it
    RETIRED = "retired"


class Admitting(StrEnum):
    """States of an admission."""

    TESTING = "testing"  # has its sandbox key
    PASSED = "passed"  # the conformance run succeeded, somebody decides
    ADMITTED = "admitted"
    REFUSED = "refused"
    ENDED = "ended"


class Quality(IntFlag):
    """What is known to be wrong with an observation; 0 is good."""

    GOOD = 0
    CLOCK = 1  # the device's clock was unusable: the time is that of arrival
    RANGE = 4  # outside what the measure can be: bad, counts neither as normal nor as alarm
    UNVERIFIED = 8  # from a device nobody has registered
    TEST = 16  # a test button, a drill, a sandbox


BAD: Final = Quality.RANGE | Quality.TEST
# Of messages that tell neither id nor time many may come in one microsecond: their place, from 1 to this, keeps them apart.
PLACES: Final = 1 << 20
REACH: Final = (
    3600.0  # seconds before a reading for which the least and the greatest of its series are kept
)


class Way(StrEnum):
    """How a message came in."""

    HTTP = "http"
    MQTT = "mqtt"
    STA = "sta"  # OGC SensorThings
    HOOK = "hook"  # webhooks
    VIID = "viid"  # GA/T 1400
    SIP = "sip"  # GB/T 28181
    PANEL = "panel"  # GB/T 26875.3
    ONVIF = "onvif"
    REPLAY = "replay"


class KeyKind(StrEnum):
    """What a key is used as: itself, or something both sides compute with."""

    TOKEN = ""  # sent along; kept as a digest
    SIGNED = "signed"  # Standard Webhooks
    DIGEST = "digest"  # a password by HTTP or SIP Digest
    LINE = (
        "line"  # no secret: the address of a transmission device, where a standard has no password
    )


class Poison(StrEnum):
    """Why a message is in quarantine."""

    NOT_JSON = "not_json"
    NOT_XML = "not_xml"
    SHAPE = "shape"  # JSON, and not what this dialect sends
    TOO_LARGE = "too_large"
    NO_DEVICE = "no_device"
    UNKNOWN_DEVICE = "unknown_device"
    RETIRED = "retired"
    NOT_YOURS = "not_yours"  # of another maker or gateway than the key
    NO_MEASURE = "no_measure"  # nothing in it that this type measures
    VALUE = "value"  # no number, no known state
    TOO_OLD = "too_old"
    TEMPLATE = "template"  # an announced template that is not evaluated here
    PICTURE = "picture"  # a picture or a template of a face: neither taken nor kept
    NOT_STORED = (
        "not_stored"  # read, and the store failed on it: to be replayed once that is mended
    )
    TOPIC = "topic"  # a topic no dialect knows, or one with wildcards or spaces


class Observed(NamedTuple):
    """One normalised observation. Times are microseconds since 1970, UTC."""

    series: int
    at: int  # event time
    arrived: int
    value: float
    quality: int
    message: (
        int  # the vendor's message id as 64 bits; 0 where there is none, or a place (see `PLACES`)
    )
    facts: bytes | None = None  # JSON, of events that say more than a number


class Known(NamedTuple):
    """What a watcher may need to know about a series."""

    series: int
    device: UUID
    type: str  # device_types.yaml
    measure: str  # measures.yaml
    area: str
    place: UUID | None
    gateway: UUID | None


def place_of(number: int, within: int = 0) -> int:
    """Of a message with this number, and of what it says more than one time, up to thirty."""
    return (number * 31 + within) % PLACES + 1


class Columns(NamedTuple):
    """The same, column by column: what is asked of all of them is asked of a column."""

    series: NDArray[np.int64]
    at: NDArray[np.int64]
    arrived: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.int16]
    message: NDArray[np.int64]
    group: NDArray[
        np.int64
    ]  # rows of one message of one device at one time have one number and lie together
    facts: Sequence[bytes | None] | None  # None: there are none at all

    def at_places(self, places: NDArray[Any]) -> "Columns":
        """The rows at these places, or where a mask is true."""
        facts = self.facts
        if facts is not None:
            listed = np.arange(len(facts))[places].tolist()
            facts = [facts[place] for place in listed]
        return Columns._make((*(column[places] for column in self[:-1]), facts))

    def rows(self) -> list[Observed]:
        facts = self.facts or [None] * len(self.series)
        return list(map(Observed._make, zip(*(column.tolist() for column in self[:-2]), facts, strict=True)))  # fmt: skip


class Batch(NamedTuple):
    """What one transaction commits: only observations that were not there before, in the order of their arrival."""

    columns: Columns
    known: Mapping[int, Known]  # by series
    at: datetime
    before: Mapping[int, int]  # by series: the newest event time until now; a new series is missing
    moved: Mapping[
        int, float
    ]  # by series: no more than that between its good values of this batch and of `REACH` before it
    kinds: Mapping[
        tuple[str, str], Sequence[int]
    ]  # the series in it, by type of device and measure

    @property
    def observed(self) -> list[Observed]:
        """Row by row; made anew each time."""
        return self.columns.rows()


class Watcher(Protocol):
    """Sees every committed batch, inside its transaction: what it writes is there with the observations, or not at all."""

    def see(self, batch: Batch) -> None: ...


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - _EPOCH) // _MICRO


def moment(at: int) -> datetime:
    """The time behind microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=at)


def bad(quality: int) -> bool:
    """Does this count neither as normal nor as alarm?"""
    return bool(quality & BAD)


class Owner(NamedTuple):
    """Whose key a message came with: one device or gateway, or all devices of a maker's admission."""

    source: str  # as counts and quarantine name it
    area: str  # where something unregistered of this owner is put
    device: UUID | None = None
    maker: UUID | None = None
    admission: UUID | None = None
    areas: tuple[str, ...] = ()
    sandbox: bool = False
    until: int = 0  # microseconds


class Severity(StrEnum):
    """How bad it is; the order in which people are shown it."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    WARNING = "warning"


RANKS: Final = {severity: rank for rank, severity in enumerate(Severity)}


class Verdict(StrEnum):
    """What an alarm was, found out on the spot."""

    REAL = "real"
    FALSE = "false"
    TEST = "test"
    PLANNED_ABSENCE = "planned_absence"
    DEVICE_FAULT = "device_fault"


class Told(NamedTuple):
    """What the rule engine says of one device: times in seconds since 1970."""

    turn: str  # watch.pair.Turn
    rule: str
    device: UUID
    since: float
    raised: float
    cleared: float | None


class RuleState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class WorksState(StrEnum):
    OPEN = "open"
    REFUSED = "refused"  # looked at, not taken over
    GAPS = "gaps"  # taken over, with gaps that are named
    PASSED = "passed"


class Receiving(StrEnum):
    """States of a file that lets an outside system send match alarms."""

    ASKED = "asked"
    HALF = "half"  # one has approved, a second must
    ON = "on"
    SUSPENDED = "suspended"
    REFUSED = "refused"
    ENDED = "ended"


class Recorded(StrEnum):
    """What a device hands in of a thing it told."""

    CLIP = "clip"
    STILL = "still"


class Unfit(StrEnum):
    """Why a match message was refused. Nothing of it is kept but the reason and its number."""

    OFF = "off"  # the site has not switched it on
    NOT_IN_FORCE = "not_in_force"  # not approved (any more)
    SUSPENDED = "suspended"
    NOT_YET = "not_yet"
    OVER = "over"
    MANY = "many"  # more than a day may have
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    SHAPE = "shape"
    PICTURE = "picture"  # a picture or a template
    FEATURES = "features"  # what a face looks like
    NAME = "name"
    IDENTITY = "identity"  # a number of a person
    FIELD = "field"  # anything else that was not asked for
    CLASS = "class"
    DEVICE = "device"
    TIME = "time"


FIRE_HAZARDS: Final = ("fire", "gas")  # what the fire service comes for
DOG: Final = "dog"  # the hazard of large dogs that are seen
MATCH: Final = "match"  # the rule and the hazard of alarms that come from outside

AWAY = "sensing.away"  # the errand of noting an absence for somebody (core.access.errands)


class FireWay(StrEnum):
    """How the fire service was told."""

    TELEPHONE = "telephone"
    INTERFACE = "interface"


class FireState(StrEnum):
    """Of a call to the fire service."""

    TOLD = "told"  # by telephone, noted by whoever called
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class MoneyKind(StrEnum):
    """What a line of the money of works is."""

    CONTRACT = "contract"
    SUPPLEMENT = "supplement"
    INSTALMENT = "instalment"  # planned
    PAID = "paid"


class LineState(StrEnum):
    """Whether a utility line lies there or is meant to."""

    PLANNED = "planned"
    INSTALLED = "installed"
