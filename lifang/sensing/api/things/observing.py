"""Observations on their way in: read, sent by the fast path, named by their ids."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from lifang.sensing import actions
from lifang.sensing.actions import Sent
from lifang.sensing.api.things.paths import base
from lifang.sensing.catalogue import policy
from lifang.sensing.rules import Refusing
from lifang.sensing.rules.things import ObservationId
from lifang.sensing.rules.things.where import time_of
from lifang.sensing.selectors.things import Target, Unfit, Who
from lifang.sensing.terms import micros

_KEPT: Final = ("parameters", "resultTime", "validTime", "resultQuality")
_FEATURE: Final = ("FeatureOfInterest", "FeatureOfInterest/id")
MOST_FACTS: Final = 4_000


class Reading(NamedTuple):
    """One observation, and the id it will have."""

    sent: Sent
    id: ObservationId

    def link(self) -> str:
        return f"{base()}/Observations('{self.id}')"


def reading(target: Target, told: Mapping[str, Any], at: datetime) -> Reading:
    """Read what was told of one observation. Raises `Unfit`."""
    result = result_of(told)
    when, facts = time_told(told.get("phenomenonTime")), facts_of(told)
    kept = micros(when) if when else None
    ahead = policy("ahead_seconds") * 1_000_000
    late = at if when is None or (kept or 0) > micros(at) + ahead else when
    sent = Sent(target.line, target.measure, result, kept, facts or None)
    return Reading(sent, ObservationId(target.series, late, 0))


def result_of(told: Mapping[str, Any]) -> Any:
    """What it found. Raises `Unfit`."""
    result = told.get("result")
    if isinstance(result, list | dict) or result is None:
        raise Unfit("The result of an Observation is a number, a truth or a word.")
    return result


def facts_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """What an Observation says beside its result. Raises `Unfit`."""
    facts = {name: told[name] for name in _KEPT if told.get(name) is not None}
    if facts.get("resultTime") is not None:
        facts["resultTime"] = str(facts["resultTime"])
        time_of(facts["resultTime"])
    if len(repr(facts)) > MOST_FACTS:
        raise Unfit("What is said beside the result is too long.")
    return facts


def time_told(told: Any) -> datetime | None:
    """An instant; of a period its end, when it is known."""
    if told is None or told == "":
        return None
    if not isinstance(told, str) or len(told) > 100:
        raise Unfit("phenomenonTime is a time in ISO 8601.")
    return time_of(told.rpartition("/")[2])


def refused_of(who: Who, readings: Sequence[Reading], at: datetime) -> dict[int, Refusing]:
    """Store them; by place those that were not taken, and why."""
    sent = [one.sent for one in readings]
    if who.owner is not None:
        return actions.take_sent(who.owner, sent, at).refused
    return actions.send_observations(actor=who.actor, sent=sent, at=at).refused


def feature_fits(told: Mapping[str, Any]) -> None:
    """Here an observation is about where its device stands; another feature cannot be given."""
    feature = told.get("FeatureOfInterest")
    if isinstance(feature, dict) and "@iot.id" not in feature:
        raise Unfit("An Observation is about where its Thing stands; its FeatureOfInterest is not given with it.", 409)  # fmt: skip
