"""The life of a device: planned, installed, moved, serviced, out of service, retired."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils.timezone import localtime

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.access.rows import add_many
from lifang.core.action import action
from lifang.core.events import publish
from lifang.sensing import rules
from lifang.sensing.catalogue import TYPES
from lifang.sensing.events import (
    DeviceInstalled,
    DeviceMoved,
    DevicePlanned,
    DeviceRetired,
    DevicesInstalled,
)
from lifang.sensing.models import (
    Device,
    Entry,
    Followed,
    Latest,
    Pending,
    Pull,
    Series,
    Stay,
    name_of,
)
from lifang.sensing.terms import DeviceState

_YEAR, _MONTH = 365.25, 30.44
# What goes along with a device that moves.
PARTS = (
    (Series, "device"),
    (Latest, "series__device"),
    (Followed, "series__device"),
    (Entry, "device"),
    (Pending, "device"),
    (Stay, "device"),
    (Pull, "device"),
)


class NewDevice(NamedTuple):
    """A device before it is entered."""

    type: str
    code: str
    area: str
    name: str = ""
    place: UUID | None = None
    position: str = ""
    lon: float | None = None
    lat: float | None = None
    maker: UUID | None = None
    admission: UUID | None = None
    model: str = ""
    gateway: UUID | None = None
    video_code: str = ""
    keeper: UUID | None = None
    keeper_name: str = ""
    maintainer: UUID | None = None
    maintainer_name: str = ""
    planned_on: date | None = None
    installed_on: date | None = None  # None: planned


def faults(new: NewDevice) -> list[Refusal]:
    """What is wrong with a device before it is entered."""
    unknown = rules.type_known(new.type)
    if unknown:
        return [unknown]
    asked = (
        rules.code_fits(new.code),
        rules.name_fits(new.name or "x"),
        rules.video_code_fits(new.type, new.video_code),
        rules.on_earth(new.lon, new.lat),
    )
    return [fault for fault in asked if fault]


@action("sensing.plan_device")
def plan_device(*, actor: Actor, new: NewDevice, area: str, at: datetime) -> Device:
    """A device is wanted at a place: from now on it counts among the planned."""
    made = _made(new._replace(area=area, installed_on=None), at)
    save_device(made)
    settle([made], at)
    log_entry(made, "plan", actor, at)
    publish(DevicePlanned(device=made.pk, type=made.type, at=at), area=area, holders=made.holders)
    return made


@action("sensing.install_device")
def install_device(*, actor: Actor, new: NewDevice, area: str, at: datetime) -> Device:
    """A device stands at its place and may send."""
    made = _made(new._replace(area=area, installed_on=new.installed_on or _today(at)), at)
    save_device(made)
    settle([made], at)
    log_entry(made, "install", actor, at)
    _told_installed(made, at)
    return made


@action("sensing.install_planned")
def install_planned(
    *,
    actor: Actor,
    device: Device,
    at: datetime,
    kind: str = "",
    code: str = "",
    name: str = "",
    note: str = "",
) -> Device:
    """A planned device now stands there; or one that sent unregistered is taken on as what it is."""
    held = Device.objects.hold(device.pk)
    kind = kind or held.type
    insist(
        rules.may_install(held.state),
        rules.type_known(kind),
        rules.code_fits(code or held.code),
        rules.name_fits(name or held.name),
    )
    held.type, held.code, held.name = kind, code or held.code, name.strip() or held.name
    held.state, held.installed_on = DeviceState.INSTALLED, _today(at)
    count_dates(held)
    save_device(held, insert=False)
    log_entry(held, "install", actor, at, note)
    _told_installed(held, at)
    return held


@action("sensing.move_device")
def move_device(
    *,
    actor: Actor,
    device: Device,
    area: str,
    at: datetime,
    place: UUID | None = None,
    position: str = "",
    lon: float | None = None,
    lat: float | None = None,
    note: str = "",
) -> Device:
    """It stands elsewhere from now on; what it said stays what it said, and is seen by whoever sees the new place."""
    held = Device.objects.hold(device.pk)
    insist(
        rules.may_retire(held.state),
        rules.on_earth(lon, lat),
        None if actor.may("sensing.move_device", held.area) else Refusal("not_allowed"),
    )
    was, held.area = held.area, area
    stood = str(held.place or "") or held.position
    held.place_id, held.position = place, position.strip()
    held.lon = held.lat = held.cell = None
    _stand(held, lon, lat)
    held.save()
    settle([held], at)
    for part, key in PARTS:
        part.objects.filter(**{key: held}).update(area=area)
    log_entry(
        held,
        "move",
        actor,
        at,
        note,
        area=[was, area],
        place=[stood, str(Device.objects.get(pk=held.pk).place or "") or held.position],
    )
    publish(DeviceMoved(device=held.pk, was=was, now=area, at=at), area=area, holders=held.holders)
    return held


@action("sensing.service_device")
def service_device(*, actor: Actor, device: Device, kind: str, note: str, at: datetime) -> Device:
    """Somebody looked after it: cleaned, tested, changed the battery, repaired."""
    held = Device.objects.hold(device.pk)
    insist(
        None
        if kind in ("service", "battery", "repair")
        else Refusal("service_kind", {"field": "kind"}),
        Refusal("service_note", {"field": "note"}) if len(note) > 300 else None,
        rules.may_retire(held.state),
    )
    held.serviced_on = _today(at)
    months = TYPES[held.type].service_months
    held.service_due_on = _today(at) + timedelta(days=round(months * _MONTH)) if months else None
    held.save(update_fields=["serviced_on", "service_due_on"])
    log_entry(held, kind, actor, at, note)
    return held


@action("sensing.rest_device")
def rest_device(
    *, actor: Actor, device: Device, until: datetime, note: str, at: datetime
) -> Device:
    """Out of service until a day: what it says meanwhile is kept as a test and raises nothing."""
    held = Device.objects.hold(device.pk)
    insist(
        None if held.state == DeviceState.INSTALLED else Refusal("device_not_installed"),
        None
        if at < until <= at + timedelta(days=90)
        else Refusal("rest_until", {"field": "until"}),
        None if note.strip() else Refusal("rest_why", {"field": "note"}),
    )
    held.state, held.out_until = DeviceState.OUT, until
    held.save(update_fields=["state", "out_until"])
    log_entry(held, "out", actor, at, note)
    return held


@action("sensing.wake_device")
def wake_device(*, actor: Actor, device: Device, at: datetime) -> Device:
    """Back in service."""
    held = Device.objects.hold(device.pk)
    insist(None if held.state == DeviceState.OUT else Refusal("device_not_out"))
    held.state, held.out_until = DeviceState.INSTALLED, None
    held.save(update_fields=["state", "out_until"])
    log_entry(held, "back", actor, at)
    return held


@action("sensing.wake_due")
def wake_due(*, actor: Actor, at: datetime) -> int:
    """Devices whose time out of service is over go back by themselves."""
    due = list(Device.objects.filter(state=DeviceState.OUT, out_until__lte=at)[:1000])
    for device in due:
        wake_device(actor=actor, device=device, at=at)
    return len(due)


@action("sensing.retire_device")
def retire_device(*, actor: Actor, device: Device, note: str, at: datetime) -> Device:
    """It is gone for good; what it said stays."""
    held = Device.objects.hold(device.pk)
    insist(rules.may_retire(held.state))
    held.state, held.retired_at, held.out_until = DeviceState.RETIRED, at, None
    held.save(update_fields=["state", "retired_at", "out_until"])
    held.keys.filter(revoked_at__isnull=True).update(revoked_at=at)
    log_entry(held, "retire", actor, at, note)
    publish(DeviceRetired(device=held.pk, at=at), area=held.area, holders=held.holders)
    return held


@action("sensing.install_many")
def install_many(
    *, actor: Actor, rows: Sequence[NewDevice], area: str, at: datetime
) -> list[Device]:
    """Many devices at once, by a list; each as it would be entered alone."""
    insist(*(fault for row in rows for fault in faults(row)[:1]))
    made = [_made(row, at) for row in rows]
    if any(not device.area.startswith(area) for device in made):
        raise Refused("not_allowed")
    try:
        with transaction.atomic():
            add_many(made)
            settle(made, at)
            add_many(
                [
                    _entry(one, "install" if one.installed_on else "plan", actor, at, "")
                    for one in made
                ]
            )
    except IntegrityError as error:
        raise Refused(Refusal("device_code_taken", {"field": "code"})) from error
    publish(DevicesInstalled(count=len(made), area=area, at=at), area=area)
    return made


@action("sensing.take_back_devices")
def take_back_devices(
    *, actor: Actor, devices: Sequence[UUID], area: str, at: datetime
) -> set[UUID]:
    """Undo a list: devices that have not said a word and were not touched leave the register; the others, which stay."""
    rows = Device.objects.filter(pk__in=devices, area__startswith=area)
    touched = Entry.objects.filter(device=OuterRef("pk")).exclude(kind__in=("install", "plan"))
    gone = set(rows.filter(series=None, keys=None).exclude(Exists(touched)).values_list("pk", flat=True))  # fmt: skip
    Entry.objects.filter(device__in=gone).delete()
    Stay.objects.filter(device__in=gone).delete()
    Device.objects.filter(pk__in=gone).delete()
    return set(devices) - gone


def settle(devices: Sequence[Device], at: datetime) -> None:
    """Called inside actions: from now on they stand where they are, which is remembered; what has no point is nowhere."""
    pks = [device.pk for device in devices]
    Stay.objects.filter(device__in=pks, until__isnull=True).update(until=at)
    rows = Device.objects.filter(pk__in=pks, place__isnull=False)
    places = {pk: (lon, lat, name) for pk, lon, lat, name in rows.values_list("pk", "place__lon", "place__lat", "place__name")}  # fmt: skip
    stays = []
    for one in devices:
        lon, lat, name = places.get(one.pk, (None, None, ""))
        if one.lon is not None:
            lon, lat = one.lon, one.lat
        if lon is not None and lat is not None:
            called = (one.position or name or one.name)[:120]
            stays.append(Stay(device=one, area=one.area, holders=one.holders, name=called, lon=lon, lat=lat, since=at))  # fmt: skip
    if stays:
        add_many(stays)


def _made(new: NewDevice, at: datetime) -> Device:
    insist(*faults(new)[:1])
    made = Device(
        area=new.area, type=new.type, name=new.name.strip() or name_of(new.type, new.code), code=new.code,
        place_id=new.place, position=new.position.strip(), maker_id=new.maker, admission_id=new.admission, model=new.model.strip(),
        gateway_id=new.gateway, video_code=new.video_code, keeper_id=new.keeper, keeper_name=new.keeper_name.strip(),
        maintainer_id=new.maintainer, maintainer_name=new.maintainer_name.strip(),
        planned_on=new.planned_on or _today(at), installed_on=new.installed_on,
        state=DeviceState.INSTALLED if new.installed_on else DeviceState.PLANNED, registered_at=at,
    )  # fmt: skip
    made.concern(f"unit:{unit}" for unit in (new.keeper, new.maintainer) if unit)
    count_dates(made)
    _stand(made, new.lon, new.lat)
    return made


def count_dates(device: Device) -> None:
    """When it is due for service and past its life, counted from the day it was installed."""
    spec, day = TYPES[device.type], device.installed_on
    if day is None:
        return
    if spec.life_years:
        device.expires_on = day + timedelta(days=round(spec.life_years * _YEAR))
    if spec.service_months:
        device.service_due_on = day + timedelta(days=round(spec.service_months * _MONTH))


def _stand(device: Device, lon: float | None, lat: float | None) -> None:
    if lon is not None and lat is not None:
        device.stand(lon, lat)


def save_device(device: Device, *, insert: bool = True) -> None:
    """Its code may stand once behind a maker or a gateway."""
    try:
        with transaction.atomic():
            device.save(force_insert=insert)
    except IntegrityError as error:
        if "device_code_once" not in str(error):
            raise
        raise Refused(Refusal("device_code_taken", {"field": "code"})) from error


def _entry(device: Device, kind: str, actor: Actor, at: datetime, note: str, **facts: list[str]) -> Entry:  # fmt: skip
    return Entry(
        area=device.area, holders=device.holders, device=device, kind=kind, note=note.strip()[:300],
        account_id=actor.id, at=at, facts=facts,
    )  # fmt: skip


def log_entry(device: Device, kind: str, actor: Actor, at: datetime, note: str = "", **facts: list[str]) -> None:  # fmt: skip
    """A line of the service log; facts: field → was, is now."""
    _entry(device, kind, actor, at, note, **facts).save(force_insert=True)


def _told_installed(device: Device, at: datetime) -> None:
    publish(
        DeviceInstalled(device=device.pk, type=device.type, at=at),
        area=device.area,
        holders=device.holders,
    )


def _today(at: datetime) -> date:
    return localtime(at).date()
