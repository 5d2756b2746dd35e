"""What sensing tells. Telemetry is no event: only what happens to devices, and alarms."""

from datetime import datetime
from uuid import UUID

from lifang.core.events import event


@event("sensing.DevicePlanned")
class DevicePlanned:
    device: UUID
    type: str
    at: datetime


@event("sensing.DeviceInstalled")
class DeviceInstalled:
    device: UUID
    type: str
    at: datetime


@event("sensing.DevicesInstalled")
class DevicesInstalled:
    """Many at once: by a list, the demo."""

    count: int
    area: str
    at: datetime


@event("sensing.DeviceMoved")
class DeviceMoved:
    device: UUID
    was: str  # area
    now: str
    at: datetime


@event("sensing.DeviceRetired")
class DeviceRetired:
    device: UUID
    at: datetime


@event("sensing.DeviceUnverified")
class DeviceUnverified:
    """Something that nobody has registered claims danger to life."""

    device: UUID
    at: datetime


@event("sensing.AdmissionAsked")
class AdmissionAsked:
    admission: UUID
    maker: UUID
    type: str
    at: datetime


@event("sensing.AdmissionDecided")
class AdmissionDecided:
    admission: UUID
    admitted: bool
    at: datetime


@event("sensing.AlarmRaised")
class AlarmRaised:
    """Somebody has to answer: not shelved, not inhibited, not the second of its kind here."""

    alarm: UUID
    rule: str
    hazard: str
    severity: str
    life: bool
    matter: str
    at: datetime


@event("sensing.AlarmChanged")
class AlarmChanged:
    """Acknowledged, shelved, escalated, cleared, corrected: what walls and lists follow."""

    alarm: UUID
    change: str
    at: datetime


@event("sensing.AlarmEnded")
class AlarmEnded:
    alarm: UUID
    verdict: str
    at: datetime


@event("sensing.ReviewWritten")
class ReviewWritten:
    """The week of a community's alarms lies ready to be looked at."""

    review: UUID
    week: str  # its Monday
    at: datetime


@event("sensing.ReviewSigned")
class ReviewSigned:
    review: UUID
    at: datetime


@event("sensing.ReceptionAsked")
class ReceptionAsked:
    """Somebody wants match alarms of an outside system to be received; two others have to approve."""

    reception: UUID
    at: datetime


@event("sensing.ReceptionChanged")
class ReceptionChanged:
    """Approved, in force, suspended, ended."""

    reception: UUID
    state: str
    at: datetime


@event("sensing.FilingBegan")
class FilingBegan:
    """So many faces lie with the outside systems that they must be filed, or what was filed has changed."""

    filing: UUID
    cause: str
    at: datetime


@event("sensing.FacesFiled")
class FacesFiled:
    filing: UUID
    at: datetime


@event("sensing.SafetyTold")
class SafetyTold:
    """The police told the people of some buildings what to beware of, or what happened."""

    notice: UUID
    kind: str
    at: datetime


@event("sensing.SafetyEnded")
class SafetyEnded:
    notice: UUID
    at: datetime


@event("sensing.TourFound")
class TourFound:
    """A tour found something that somebody has to see to; `matter` is that of its kind, or none."""

    tour: UUID
    kind: str
    matter: str
    at: datetime
