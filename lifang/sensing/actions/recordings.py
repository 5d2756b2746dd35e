"""What a device hands in of a thing it told: a clip or a still, once a message; and who looks at it for what."""

from datetime import datetime
from io import BytesIO
from typing import NamedTuple
from uuid import UUID

from lifang.core.access import SYSTEM, Actor, Refusal, insist
from lifang.core.access.wall import behind
from lifang.core.action import action, seen
from lifang.core.crypto.seals import content_id
from lifang.core.files import store
from lifang.core.files.clip import Clip, watch
from lifang.core.files.darkroom import Print, develop
from lifang.sensing.actions.alarms import changed
from lifang.sensing.catalogue import LOOK_PURPOSES
from lifang.sensing.models import Alarm, AlarmStep, Device, Recording
from lifang.sensing.selectors.recordings import LOOKED, alarms_of, recording_of, recordings
from lifang.sensing.terms import Recorded


class Sheet(NamedTuple):
    """Of which message something is handed in."""

    device: UUID
    message: int
    at: datetime
    measures: list[str]
    kind: Recorded


class HandedIn(NamedTuple):
    """What became of it."""

    recording: Recording
    new: bool
    same: bool  # or something else was handed in before


def hand_in(*, sheet: Sheet, body: bytes, at: datetime) -> HandedIn:
    """Keep a bare copy of it; the original is never kept. Decoded outside of any transaction. `Refused` says why not."""
    digest = content_id(body)
    with behind(SYSTEM):
        if known := recording_of(SYSTEM, sheet.device, sheet.message, sheet.kind):
            return HandedIn(known, new=False, same=known.digest == digest)
        made: Clip | Print = (watch if sheet.kind is Recorded.CLIP else develop)(BytesIO(body))
        kept = keep_recording(actor=SYSTEM, sheet=sheet, made=made, digest=digest, at=at)
    return HandedIn(kept, new=True, same=True)


@action("sensing.keep_recording")
def keep_recording(*, actor: Actor, sheet: Sheet, made: Clip | Print, digest: str, at: datetime) -> Recording:  # fmt: skip
    """It is on disk before it is said to be there; its file is seen by nobody without a look."""
    device = Device.objects.get(pk=sheet.device)
    kept = Recording.objects.create(
        area=device.area, holders=device.holders, device=device, message=sheet.message, at=sheet.at, measures=sheet.measures,
        kind=sheet.kind, digest=digest, seconds=made.seconds if isinstance(made, Clip) else None, received_at=at,
    )  # fmt: skip
    store.keep(made, subject=kept, actor=actor, at=at, unseen=True)
    for alarm in alarms_of(actor, kept):
        _noted(alarm, "recorded", at)
        changed(alarm, "recorded", at)
    return kept


@action("sensing.look_at_recordings")
def look_at_recordings(*, actor: Actor, alarm: Alarm, purpose: str, at: datetime) -> list[Recording]:  # fmt: skip
    """What was recorded of an alarm, for a purpose; each look stands in the log and in the alarm's history, and lasts some minutes."""
    alarm = Alarm.objects.hold(alarm.pk)
    insist(None if purpose in LOOK_PURPOSES else Refusal("recording_purpose", {"field": "purpose"}))
    found = recordings(actor, alarm)
    insist(None if found else Refusal("not_found"))
    seen(purpose)
    _noted(alarm, LOOKED, at, actor, purpose=purpose)
    return found


def _noted(alarm: Alarm, kind: str, at: datetime, actor: Actor = SYSTEM, **facts: str) -> None:
    AlarmStep.objects.create(
        alarm=alarm, kind=kind, at=at, account_id=actor.id, facts=facts, area=alarm.area, holders=alarm.holders
    )  # fmt: skip
