"""Sensor logs of homes as files, and how early and how falsely a silence in them would be noticed."""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from lifang.sensing.watch.person import DAY, HOUR, ZONE, Person, Sign

OUTER = re.compile(r"main|front|entrance|outer|entry", re.IGNORECASE)
MEASURES = re.compile(r"^(T|BA|LS|L|P|E)\d+|temp|batter|light.?level", re.IGNORECASE)
LONG, FEW_LONG = 1800.0, 0.08
FLAT, FEWEST = 12 * HOUR, 20


class Heard(NamedTuple):
    at: float
    sensor: str


class Outcome(NamedTuple):
    days: float
    alarms: int
    delays: list[float]  # of emergencies while somebody was in, in hours
    all_delays: list[float]

    @property
    def a_day(self) -> float:
        return self.alarms / self.days

    @property
    def mean_delay(self) -> float:
        return sum(self.delays) / len(self.delays) if self.delays else 0.0


def read(path: Path) -> list[Heard]:
    """Lines of "start, end, sensor …" (Ordóñez) or "date time sensor value" (CASAS); headers and other lines are left out."""
    found: list[Heard] = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        found += _line(line)
    return sorted(found)


def _line(line: str) -> Iterator[Heard]:
    words = line.split()
    try:
        start = _moment(words[0], words[1])
    except (IndexError, ValueError):
        return
    try:
        end = _moment(words[2], words[3])
        yield from (Heard(at, " ".join(words[4:])) for at in (start, end))
    except (IndexError, ValueError):
        if len(words) > 2 and not MEASURES.search(words[2]):
            yield Heard(start, words[2])


def _moment(day: str, time: str) -> float:
    local = datetime.fromisoformat(f"{day} {time}").replace(tzinfo=UTC)
    return local.timestamp() - ZONE  # the wall clock of the home, as if it stood in China


def outer_doors(heard: list[Heard], until: float) -> set[str]:
    """The doors of a home: by their name, or because a long silence often follows them."""
    names = {one.sensor for one in heard}
    if by_name := {name for name in names if OUTER.search(name) and "pir" not in name.lower()}:
        return by_name
    doors = {name for name in names if re.match(r"D\d+", name) or "door" in name.lower()}
    times: defaultdict[str, int] = defaultdict(int)
    silent: defaultdict[str, int] = defaultdict(int)
    early = [one for one in heard if one.at <= until and "pir" not in one.sensor.lower()]
    for one, after in itertools.pairwise(early):
        times[one.sensor] += 1
        silent[one.sensor] += after.at - one.at > LONG
    return {name for name in doors if times[name] and silent[name] / times[name] >= FEW_LONG}


def simulate(
    heard: list[Heard], absent: Sequence[tuple[float, float]] = (), *, flat: bool = False
) -> Outcome:
    """Learn from the first half; in the second let the person fall silent for good at every full hour, once each."""
    begin, end = heard[0].at, heard[-1].at
    middle = (begin + end) / 2
    doors = outer_doors(heard, middle)
    person, alarms = Person(), 0
    delays: list[float] = []
    every: list[float] = []
    for one, after in itertools.pairwise(heard):
        person.hear(one.at, Sign.DOOR if one.sensor in doors else Sign.INSIDE)
        if after.at <= middle:
            continue
        due = one.at + (FLAT if flat and person.sign is Sign.INSIDE else person.reason().limit)
        alarms += due < after.at
        for hour in _hours(max(one.at, middle), after.at):
            delay = max(0.0, due - hour) / HOUR
            every.append(delay)
            if not any(start <= hour < until for start, until in absent):
                delays.append(delay)
    return Outcome((end - middle) / DAY, alarms, delays, every)


def _hours(start: float, end: float) -> Iterator[float]:
    hour = -(-start // HOUR) * HOUR
    while hour < end:
        yield hour
        hour += HOUR


def absences(path: Path) -> list[tuple[float, float]]:
    """When a labelled home was empty, from "start, end, Leaving"."""
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        words = line.split()
        if len(words) >= 5 and words[4].lower().startswith("leav"):
            found.append((_moment(words[0], words[1]), _moment(words[2], words[3])))
    return found
