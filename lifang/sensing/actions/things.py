"""What SensorThings writes: devices as their makers announce them, their series, what is said of both, and observations by the fast path."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.action.unit import Unit
from lifang.core.audit.log import append
from lifang.core.events import publish
from lifang.sensing import rules
from lifang.sensing.actions.devices import settle
from lifang.sensing.actions.intake import Receipt, Register, take
from lifang.sensing.actions.mail import Parcel
from lifang.sensing.catalogue import TYPES
from lifang.sensing.events import DeviceUnverified
from lifang.sensing.models import Device, Series, Stay
from lifang.sensing.rules import Incoming, Line
from lifang.sensing.rules.things import measures_it
from lifang.sensing.terms import DeviceState, Owner, Way, micros

MOST_TOLD = 16_384  # characters of what a maker says of one thing
_SERIES = """
INSERT INTO sensing_series (device_id, measure, area, holders)
SELECT id, %s, area, holders FROM sensing_device WHERE id = %s ON CONFLICT DO NOTHING
"""


class Given(Register):
    """A register of devices that are known beforehand, by their ids: who sends has already said which."""

    def __init__(self, owner: Owner, lines: Iterable[Line]) -> None:
        super().__init__()
        mine = self.lines.setdefault(owner.source, {})
        for line in lines:
            mine[str(line.device)] = line
            self.note(line)

    def listen(self) -> None:
        """Read just now, in this transaction."""

    def learn(self, parcels: Iterable[Parcel]) -> None:
        """Nothing is lacking."""


class Sent(NamedTuple):
    """One observation before it is stored."""

    line: Line
    measure: str
    result: Any
    at: int | None  # microseconds
    facts: Mapping[str, Any] | None = None
    id: str = ""


def take_sent(owner: Owner, sent: Sequence[Sent], at: datetime, way: Way = Way.STA) -> Receipt:
    """Commit what a device or a maker sends of its own devices, by the path of every other message."""
    if not sent:
        return Receipt(0, 0, {})
    register = Given(owner, {one.line.device: one.line for one in sent}.values())
    parcels = [
        Parcel(owner, way, Incoming(str(one.line.device), {one.measure: one.result}, one.at, one.id, one.facts), _body(one))
        for one in sent
    ]  # fmt: skip
    return take(register, parcels, at)


def _body(one: Sent) -> bytes:
    return repr((one.measure, one.result, one.at))[:2000].encode(errors="replace")


@action("sensing.send_observations")
def send_observations(*, actor: Actor, sent: Sequence[Sent], at: datetime) -> Receipt:
    """Somebody with a key of the API tells what devices observed."""
    areas = sorted({one.line.area for one in sent})
    if not all(actor.may("sensing.send_observations", area) for area in areas):
        raise Refused("not_allowed")
    owner = Owner(f"account:{actor.id}", areas[0] if areas else "")
    return take_sent(owner, sent, at)


def note_sent(actors: Sequence[Actor], at: datetime) -> None:
    """The line that `send_observations` leaves, for each of several who sent together. Last in their transaction."""
    append([Unit("sensing.send_observations", actor, at, None).line() for actor in actors])


@action("sensing.announce_device")
def announce_device(*, actor: Actor, new: Device, owner: Owner, at: datetime) -> Device:
    """A maker says that a device of its is there: unverified until somebody has looked and registered it."""
    insist(
        rules.type_known(new.type),
        rules.code_fits(new.code),
        rules.name_fits(new.name),
        rules.on_earth(new.lon, new.lat),
    )
    made = new
    made.state, made.registered_at = DeviceState.UNVERIFIED, at
    made.maker_id, made.admission_id = owner.maker, owner.admission
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(Refusal("device_code_taken", {"field": "code"})) from error
    settle([made], at)
    publish(DeviceUnverified(device=made.pk, at=at), area=made.area)
    return made


@action("sensing.open_series")
def open_series(*, actor: Actor, device: Device, measure: str, at: datetime) -> Series:
    """A measure of a device is waited for: its series is there before its first observation."""
    if not measures_it(device.type, measure):
        kind = TYPES[device.type].name
        raise Refused("measure_not_of_type", measure=measure, type=str(kind))
    with connection.cursor() as cursor:
        cursor.execute(_SERIES, [measure, device.pk])
    return Series.objects.get(device=device, measure=measure)


@action("sensing.describe_thing")
def describe_thing(
    *, actor: Actor, of: Device | Series | Stay, told: Mapping[str, Any], at: datetime
) -> Device | Series | Stay:
    """What a maker says of a device, a series or a place in its own words: a name, a description, properties."""
    insist(Refusal("told_too_long") if len(repr(told)) > MOST_TOLD else None)
    held: Any = type(of).objects.hold(of.pk)  # type: ignore[arg-type]
    held.told = (held.told or {}) | dict(told)
    name = str(told.get("name", "")).strip()
    if isinstance(held, Device | Stay) and name:
        insist(rules.name_fits(name))
        held.name = name
    held.save()
    return held  # type: ignore[no-any-return]


def stay_of(device: UUID) -> Stay | None:
    """Where a device stands. Called inside actions."""
    return Stay.objects.filter(device=device, until__isnull=True).first()


def arrival(at: datetime, told: datetime | None, ahead: int) -> datetime:
    """The time under which an observation is kept: a clock too far ahead is not believed."""
    return at if told is None or micros(told) > micros(at) + ahead * 1_000_000 else told


__all__ = [
    "Given",
    "Sent",
    "announce_device",
    "arrival",
    "describe_thing",
    "note_sent",
    "open_series",
    "send_observations",
    "stay_of",
    "take_sent",
]
