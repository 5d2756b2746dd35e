"""How believable devices speak: values by type and hour, and what goes wrong among them. Pure: dice and times in, messages out."""

import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils.timezone import localtime

from lifang.sensing.catalogue import TYPES

Values = dict[str, Any]
COOKING_HOURS = (7, 12, 18)
STEADY = {"smoke": False, "heat": False, "gas": False, "tamper": False, "fire": False, "sos": False, "trapped": False, "tilt": False, "flooded": False}  # fmt: skip


class Speaker(NamedTuple):
    """A device as the simulator knows it."""

    code: str
    type: str
    area: str
    hub: str  # its gateway's code; a gateway's own is ""
    number: int  # its dice
    place: str = ""  # devices of one home share a day


class Told(NamedTuple):
    """One message."""

    speaker: Speaker
    at: datetime
    values: Values


def every(kind: str) -> timedelta:
    """How often a device of this type speaks in the simulation: as its type says, at least every six hours."""
    seconds = TYPES[kind].every_seconds or 21_600
    return timedelta(seconds=min(max(seconds, 600), 21_600))


def speech(speaker: Speaker, at: datetime) -> Values:
    """What a healthy device says at this time."""
    dice = random.Random(f"{speaker.number} {at.timestamp():.0f}")
    local = localtime(at)
    hour = local.hour + local.minute / 60
    made = _OF[speaker.type](speaker, hour, local, dice) if speaker.type in _OF else {}
    spec = TYPES[speaker.type]
    health: Values = {"heartbeat": 1}
    if spec.battery:
        health["battery"] = max(
            4, 100 - (speaker.number * 37 % 60) - local.timetuple().tm_yday / 15
        )
    if "rssi" in spec.measures:
        health["rssi"] = -60 - speaker.number % 35 + dice.randint(-3, 3)
    if "online" in spec.measures:
        health["online"] = True
    quiet = {key: value for key, value in STEADY.items() if key in spec.measures}
    return {
        key: round(value, 3) if isinstance(value, float) else value
        for key, value in {**quiet, **health, **made}.items()
        if key in spec.measures
    }


def _warmth(hour: float, dice: random.Random) -> float:
    return 12 + 7 * math.sin((hour - 9) / 24 * 2 * math.pi) + dice.uniform(-0.6, 0.6)


def _home(hour: float, dice: random.Random) -> float:
    """How likely somebody stirs at home at this hour."""
    awake = 0.05 if hour < 5.5 or hour > 23 else 0.75 if hour < 9 or hour > 17 else 0.4
    return awake * dice.uniform(0.6, 1.2)


def _meter(speaker: Speaker, local: datetime, a_day: float) -> float:
    """A total that only grows, mostly by day."""
    days = local.timestamp() / 86_400 - 20_000
    hour = local.hour + local.minute / 60
    share = hour / 24 - math.sin(hour / 24 * 2 * math.pi) / (2 * math.pi)
    return float((int(days) + share) * a_day * (0.7 + speaker.number % 7 / 10))


def _water(s: Speaker, hour: float, local: datetime, dice: random.Random) -> Values:
    flow = 0.0 if hour < 5.5 else dice.choice((0.0, 0.0, 20.0, 60.0, 120.0))
    return {"water_total": _meter(s, local, 0.35), "flow": flow}


_OF: dict[str, Any] = {
    "smoke": lambda s, h, t, d: {"temperature": 20 + d.uniform(-2, 2), "smoke_density": d.uniform(0.0, 0.04)},
    "heat": lambda s, h, t, d: {"temperature": 22 + d.uniform(-2, 3)},
    "gas": lambda s, h, t, d: {"gas_lel": d.uniform(0, 0.6), "valve": False},
    "fire_panel": lambda s, h, t, d: {"panel": "normal"},
    "wearable": lambda s, h, t, d: {"heart_rate": 62 + d.randint(0, 24), "steps": int(max(0.0, h - 6) * 260)},
    "door": lambda s, h, t, d: {"open": d.random() < 0.15 * _home(h, d)},
    "pir": lambda s, h, t, d: {"motion": d.random() < _home(h, d), "temperature": 21 + d.uniform(-1, 1)},
    "water_meter": _water,
    "breaker": lambda s, h, t, d: {"power": 60 + 900 * _home(h, d) * d.random(), "voltage": 228 + d.uniform(-4, 4), "temperature": 28 + d.uniform(-2, 5), "residual_current": d.uniform(2, 9)},
    "electricity_meter": lambda s, h, t, d: {"energy_total": _meter(s, t, 7.5), "power": 80 + 700 * _home(h, d) * d.random()},
    "water_level": lambda s, h, t, d: {"water_level": 0.05 + d.uniform(0, 0.04), "rain": 0.0},
    "manhole": lambda s, h, t, d: {"tilt_angle": d.uniform(0, 2)},
    "street_lamp": lambda s, h, t, d: {"lit": h < 6 or h > 18, "brightness": 80 if h < 6 or h > 18 else 0, "power": 60.0 if h < 6 or h > 18 else 1.0},
    "rubbish_bin": lambda s, h, t, d: {"fill": (h * 4 + s.number * 13) % 100},
    "weather_station": lambda s, h, t, d: {"temperature": _warmth(h, d), "humidity": 62 - 18 * math.sin((h - 9) / 24 * 2 * math.pi), "pressure": 1016 + d.uniform(-1, 1), "wind": d.uniform(0, 5), "rain": 0.0},
    "environment": lambda s, h, t, d: {"pm25": 38 + 14 * math.sin(h / 24 * 2 * math.pi) + d.uniform(-4, 4), "noise": 44 + 9 * (7 < h < 22) + d.uniform(-2, 2), "temperature": _warmth(h, d), "humidity": 60.0},
    "ebike_port": lambda s, h, t, d: {"port": "charging" if _plugged(s, h) else "free", "power": 140.0 + d.uniform(-9, 9) if _plugged(s, h) else 0.0, "temperature": _warmth(h, d) + 6},
    "lift": lambda s, h, t, d: {"floor": d.randint(1, 6), "outage": False},
    "access_gate": lambda s, h, t, d: {"open": False, "passed": int(h * 14)},
    "vehicle_gate": lambda s, h, t, d: {"gate": "closed", "passed": int(h * 9), "spaces_free": int(60 + 40 * math.sin((h - 6) / 24 * 2 * math.pi))},
    "camera": lambda s, h, t, d: {"picture": True, "recording": True},
    "camera_ai": lambda s, h, t, d: {"crowd": int(4 * _home(h, d)), "object_seen": False, "vehicle_stays": False},
    "gateway": lambda s, h, t, d: {"temperature": 35 + d.uniform(-2, 2)},
    "locker": lambda s, h, t, d: {"cells_free": int(40 - h)},
    "water_machine": lambda s, h, t, d: {"tds": 42 + d.uniform(-4, 4), "sold": int(h * 3)},
}  # fmt: skip


class Trouble(NamedTuple):
    """What is not as it should be, from one time to another."""

    kind: str  # cooking, fire, dead_hub, silent, sos, false_alarm, tilt, leak
    since: datetime
    until: datetime
    area: str = ""
    code: str = ""


def _plugged(speaker: Speaker, hour: float) -> bool:
    """Most ports charge some hours of the evening; one of a hundred is forgotten until the morning."""
    if speaker.number % 3 == 0:
        return False
    hours = 12 if speaker.number % 100 == 1 else 3 + speaker.number % 5
    return (hour - 18.5) % 24 < hours


def troubles(
    speakers: list[Speaker], since: datetime, until: datetime, dice: random.Random
) -> list[Trouble]:
    """The small troubles of some days: cooking smoke, a gateway without power, a touched button, a moved cover."""
    found, day = (
        list[Trouble](),
        localtime(since).replace(minute=0, second=0, microsecond=0),
    )
    by_type: dict[str, list[Speaker]] = {}
    for one in speakers:
        by_type.setdefault(one.type, []).append(one)
    while day < until:
        for kind, of, chance, length in _DAILY:
            for one in by_type.get(of, []):
                if dice.random() < chance:
                    hour = dice.choice(COOKING_HOURS) if kind == "cooking" else dice.randint(0, 23)
                    begins = day.replace(hour=hour) + timedelta(minutes=dice.randint(0, 50))
                    found.append(Trouble(kind, begins, begins + length, one.area, one.code))
        day += timedelta(days=1)
    return [one for one in found if since <= one.since < until]


_DAILY = (
    ("cooking", "smoke", 0.008, timedelta(minutes=3)),
    ("false_alarm", "call_button", 0.01, timedelta(seconds=30)),
    ("dead_hub", "gateway", 0.02, timedelta(hours=5)),
    ("tilt", "manhole", 0.002, timedelta(hours=2)),
)  # fmt: skip
_MARKS: dict[str, Values] = {
    "cooking": {"smoke": True, "smoke_density": 0.18},
    "false_alarm": {"sos": True},
    "sos": {"sos": True},
    "tilt": {"tilt": True, "tilt_angle": 38.0},
    "fire": {"smoke": True, "smoke_density": 2.4, "temperature": 74.0},
}


def days(
    speakers: list[Speaker], since: datetime, until: datetime, wrong: list[Trouble]
) -> Iterator[Told]:
    """Everything that is said between two times, device by device; a silent gateway takes all behind it along."""
    dark = [one for one in wrong if one.kind in ("dead_hub", "silent")]
    for speaker in speakers:
        hub = speaker.hub or speaker.code
        silent = [(one.since, one.until) for one in dark if one.code in (hub, speaker.code)]
        step = every(speaker.type)
        at = _first(since, step, step * (speaker.number % 97 / 97))
        while at < until:
            if not any(begin <= at < end for begin, end in silent):
                yield Told(speaker, at, speech(speaker, at))
            at += step
    by_code = {one.code: one for one in speakers}
    for one in wrong:
        if one.code in by_code and one.kind in _MARKS:
            yield from (t for t in _episode(by_code[one.code], one) if since <= t.at < until)


def _first(since: datetime, step: timedelta, phase: timedelta) -> datetime:
    """The first of a device's turns from then on: the same turns, however the time is cut."""
    late = (since.timestamp() - phase.total_seconds()) % step.total_seconds()
    return since + (step - timedelta(seconds=late) if late else timedelta())


def _episode(speaker: Speaker, trouble: Trouble) -> Iterator[Told]:
    """A trouble begins, goes on, and is over."""
    marks = {key: value for key, value in _MARKS[trouble.kind].items() if key in TYPES[speaker.type].measures}  # fmt: skip
    at = trouble.since
    while at < trouble.until:
        yield Told(speaker, at, marks)
        at += timedelta(seconds=60)
    yield Told(speaker, trouble.until, {key: False for key in marks if marks[key] is True})
