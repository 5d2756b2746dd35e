"""What a model must show in the sandbox before it may connect: pure, so that a maker hears the same each time."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from lifang.sensing.catalogue import MEASURES, TYPES, words_of
from lifang.sensing.rules.normalise import (
    SECOND,
    Bounds,
    Gathered,
    Incoming,
    Line,
    Refusing,
    normalise,
)
from lifang.sensing.terms import Quality

FEWEST = 3
NEAR_SECONDS = 300


class Finding(NamedTuple):
    """One check, whether it was passed, and what says so."""

    check: str
    passed: bool
    facts: dict[str, Any]


def conform(
    kind: str, said: Sequence[Incoming | Refusing], arrived: int, line: Line
) -> list[Finding]:
    """All checks of a device type on what was sent. `line` is the maker's sandbox device."""
    spec = TYPES[kind]
    heard = [one for one in said if isinstance(one, Incoming)]
    wrong = [
        {"line": n, "reason": one.reason.value, "detail": one.detail}
        for n, one in enumerate(said, 1)
        if isinstance(one, Refusing)
    ]
    values, faults = _values(heard, line, arrived)
    timed = [one for one in heard if one.at is not None]
    far = [n for n, one in enumerate(heard, 1) if one.at is not None and abs(one.at - arrived) > NEAR_SECONDS * SECOND]  # fmt: skip
    lacking = [key for key in spec.main if key not in values]
    known = words_of(kind)
    strange = sorted({word for one in heard for word in one.values if word not in known})[:20]
    return [
        Finding("enough", len(said) >= FEWEST, {"messages": len(said), "fewest": FEWEST}),
        Finding("readable", not wrong and bool(heard), {"wrong": wrong[:20]}),
        Finding("named", bool(heard) and all(one.code for one in heard), {}),
        Finding("timed", bool(heard) and len(timed) == len(heard) and not far, {"untimed": len(heard) - len(timed), "far": far[:20]}),
        Finding("numbered", bool(heard) and all(one.id for one in heard), {"without": sum(not one.id for one in heard)}),
        Finding("measures", not lacking, {"lacking": lacking}),
        Finding("credible", not faults, {"wrong": faults[:20]}),
        *_battery(spec.battery, values),
        *_alarms(kind, values),
        Finding("words", True, {"unknown": strange}),
    ]  # fmt: skip


def passed(findings: Iterable[Finding]) -> bool:
    return all(one.passed for one in findings)


def _values(
    heard: Sequence[Incoming], line: Line, arrived: int
) -> tuple[dict[str, list[float]], list[str]]:
    """By measure what was said, in order; and what could not be believed."""
    numbers: dict[int, str] = {}
    for number, slot in enumerate({id(each): each for each in line.slots.values()}.values(), 1):
        slot.series, numbers[number] = number, slot.measure
    found: dict[str, list[float]] = {}
    faults: list[str] = []
    for one in heard:
        try:
            made = Gathered(careful=True)
            normalise(one, line, arrived, Bounds(arrived, arrived), made)
        except Refusing as wrong:
            faults.append(f"{wrong.reason}: {wrong.detail}")
            continue
        for each in made.columns().rows():
            measure = numbers[each.series]
            found.setdefault(measure, []).append(each.value)
            if each.quality & Quality.RANGE:
                faults.append(f"{measure}: {each.value:g}")
    return found, faults


def _battery(battery: bool, values: dict[str, list[float]]) -> list[Finding]:
    return [Finding("battery", bool({"battery", "battery_low"} & {*values}), {})] if battery else []


def _alarms(kind: str, values: dict[str, list[float]]) -> list[Finding]:
    """What may be an alarm was shown to begin and to end."""
    wanted = {one.measure for one in TYPES[kind].alarms if MEASURES[one.measure].kind == "flag"}
    lacking = [key for key in sorted(wanted) if not _rises_and_falls(values.get(key, []))]
    return [Finding("alarm", not lacking, {"lacking": lacking})] if wanted else []


def _rises_and_falls(values: list[float]) -> bool:
    return any(values) and not values[-1]
