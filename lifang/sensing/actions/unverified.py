"""Something that nobody has registered claims danger to life: it is taken on, marked, and never dropped."""

from datetime import datetime

from django.db import IntegrityError, transaction

from lifang.core.access import SYSTEM, Actor
from lifang.core.action import action
from lifang.core.events import publish
from lifang.sensing.events import DeviceUnverified
from lifang.sensing.models import Device, name_of
from lifang.sensing.rules import Line
from lifang.sensing.selectors import ways
from lifang.sensing.terms import DeviceState, Owner

UNKNOWN = "unknown"  # device_types.yaml


@action("sensing.take_unverified")
def take_unverified(*, actor: Actor, owner: Owner, code: str, area: str, at: datetime) -> Device:
    """Enter it as unverified where its maker or gateway stands; somebody looks at it and registers it."""
    gateway = owner.device
    made = Device(
        area=area, type=UNKNOWN, name=name_of(UNKNOWN, code), code=code, maker_id=owner.maker, gateway_id=gateway,
        admission_id=owner.admission, state=DeviceState.UNVERIFIED, registered_at=at,
    )  # fmt: skip
    made.save(force_insert=True)
    publish(DeviceUnverified(device=made.pk, at=at), area=area)
    return made


def take_on(owner: Owner, code: str, at: datetime) -> Line:
    """The same for a way in."""
    try:
        with transaction.atomic():
            device = take_unverified(actor=SYSTEM, owner=owner, code=code, area=owner.area, at=at)
    except IntegrityError:  # another worker met it at the same moment
        return ways.lines(SYSTEM, owner, [code])[code]
    return ways.line_of(SYSTEM, device, {})
