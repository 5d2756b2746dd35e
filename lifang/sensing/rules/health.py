"""How a device is: from what it last said, when it spoke, and what its type promises."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from lifang.sensing.catalogue import TYPES, policy
from lifang.sensing.terms import DeviceState

Standing = Literal["planned", "well", "weak", "silent", "never", "out", "unverified", "retired"]
_STATES: dict[str, Standing] = {
    DeviceState.PLANNED.value: "planned",
    DeviceState.OUT.value: "out",
    DeviceState.UNVERIFIED.value: "unverified",
    DeviceState.RETIRED.value: "retired",
}


class Said(NamedTuple):
    """The newest observation of a measure, without its series."""

    value: float
    at: datetime
    arrived_at: datetime
    since: datetime
    quality: int


class Fault(NamedTuple):
    """One thing that is not well: a key of `FAULTS` and what it is about."""

    key: str
    measure: str = ""
    value: float = 0.0


def silent(kind: str, every: int | None, seen_at: datetime | None, at: datetime) -> bool:
    """Has it been quiet for three times its interval?"""
    seconds = 3 * every if every else TYPES[kind].silent_after if kind in TYPES else 0
    return bool(seconds and seen_at and at - seen_at > timedelta(seconds=seconds))


def standing(
    state: str, kind: str, every: int | None, seen_at: datetime | None, weak: bool, at: datetime
) -> Standing:
    """One word for how it is."""
    if state in _STATES:
        return _STATES[state]
    if seen_at is None:
        return "never"
    if silent(kind, every, seen_at, at):
        return "silent"
    return "weak" if weak else "well"


def faults(
    kind: str, said: Mapping[str, Said], at: datetime, expires_on: date | None, service_due_on: date | None
) -> list[Fault]:  # fmt: skip
    """What is not well, the worst first."""
    found = [*_of_battery(said), *_of_time(said), *_frozen(kind, said)]
    today = at.date()
    if expires_on and expires_on <= today:
        found.append(Fault("expired"))
    if service_due_on and service_due_on <= today:
        found.append(Fault("service_due"))
    return found


def _of_battery(said: Mapping[str, Said]) -> Iterable[Fault]:
    battery, low, tamper = said.get("battery"), said.get("battery_low"), said.get("tamper")
    if tamper and tamper.value:
        yield Fault("tamper")
    if battery and battery.value < policy("battery_low"):
        yield Fault("battery", "battery", battery.value)
    elif low and low.value:
        yield Fault("battery")
    if (link := said.get("link")) and link.value < 30:
        yield Fault("link", "link", link.value)
    if (rssi := said.get("rssi")) and rssi.value < -110:
        yield Fault("link", "rssi", rssi.value)


def _of_time(said: Mapping[str, Said]) -> Iterable[Fault]:
    """Is its clock wrong? The newest message by arrival says how much."""
    if not said:
        return
    newest = max(said.values(), key=lambda one: one.arrived_at)
    late = (newest.arrived_at - newest.at).total_seconds()
    if newest.quality & 1 or abs(late) > policy("skew_seconds"):
        yield Fault("clock", value=late)


def _frozen(kind: str, said: Mapping[str, Said]) -> Iterable[Fault]:
    """An amount that has been the very same for many reports: the sensor may be stuck."""
    if kind not in TYPES or not TYPES[kind].every_seconds:
        return
    long = timedelta(seconds=policy("frozen_times") * TYPES[kind].every_seconds)
    for measure in ("temperature", "humidity", "pm25", "noise", "power", "wind", "pressure"):
        one = said.get(measure)
        if one and one.value and one.at - one.since > long:
            yield Fault("frozen", measure, one.value)
