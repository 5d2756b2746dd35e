"""Rules as written, and with the limits of one place."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import msgspec

from lifang.sensing.catalogue import AlarmRule
from lifang.sensing.watch.rule import Kind, Rule, nearest


def read(body: Any) -> AlarmRule:
    """A rule as written in the database."""
    return msgspec.convert(body, AlarmRule, strict=False)


def interest(rules: Mapping[str, AlarmRule]) -> dict[tuple[str, str], list[AlarmRule]]:
    """(type, measure) → the rules that look at it."""
    found: dict[tuple[str, str], list[AlarmRule]] = defaultdict(list)
    for one in rules.values():
        for kind in one.types if one.when.kind is not Kind.SILENCE else ():
            for measure in one.when.measures:
                found[kind, measure].append(one)
    return dict(found)


def tuned(one: AlarmRule, device: str, area: str) -> tuple[Rule, str]:
    """The rule with the limits of the device, else of the nearest area that sets any; and which that is."""
    keys = [device, *(area[:n] for n in range(len(area), 1, -1))]
    return nearest(one.when, [(key, one.places.get(key, {})) for key in keys])
