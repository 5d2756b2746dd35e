"""Observations posted to the gate, read: which Datastreams they name, what they say, and their answer from what was stored.

Only what is plain: everything else (a Datastream given with its Observation, what is no JSON, whose it is not …) has no letter
and is answered by the views.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from lifang.core.access import Actor, Refusal, Refused
from lifang.core.access.wall import behind
from lifang.core.api.body import read_json
from lifang.sensing.actions.intake import Receipt, Register, bounds
from lifang.sensing.actions.mail import Parcel
from lifang.sensing.api.things.arrays import MOST
from lifang.sensing.api.things.columns import Group, groups
from lifang.sensing.api.things.door import answer, refusal_as
from lifang.sensing.api.things.observing import facts_of, feature_fits, result_of, time_told
from lifang.sensing.api.things.paths import base, link_to
from lifang.sensing.api.things.shown import entity
from lifang.sensing.rules import RESULT, Datastream, Incoming, Refusing, kept_as
from lifang.sensing.rules.things.kinds import KINDS, Who
from lifang.sensing.selectors import things
from lifang.sensing.selectors.things import Asked, Unfit
from lifang.sensing.terms import Owner, Way, micros, moment, place_of

PATH: Final = re.compile(r"/sta/v1\.1/(?:CreateObservations|(?:Datastreams\((\d{1,18})\)/)?Observations)", re.ASCII)  # fmt: skip
ROOT: Final = "/sta/v1.1/"
ARRAYS: Final = f"{ROOT}CreateObservations"
_OBSERVATION: Final = KINDS["Observation"]


class Answer(NamedTuple):
    """Of HTTP."""

    status: int
    body: bytes
    location: str = ""


class Caller(NamedTuple):
    """Whoever stands behind a key, and how often it may come."""

    who: Who
    owner: Owner  # as counts and quarantine name it
    bucket: str
    per_minute: int
    eyes: int = 0


class Said(NamedTuple):
    """One observation."""

    stream: Datastream
    result: Any
    at: int | None
    facts: dict[str, Any] | None
    place: int = 0  # among those of the same request, for what tells no time


class Single:
    """One Observation: its answer is the entity, and where it is."""

    def __init__(self, caller: Caller, said: Said, at: datetime) -> None:
        self.caller, self.said, self.at, self.size = caller, said, at, 1
        self.actor: Actor | None = None if caller.who.owner else caller.who.actor

    def parcels(self, register: Register) -> list[Parcel]:
        return parcels(register, self.caller, [self.said], self.at)

    def answered(self, register: Register, receipt: Receipt, first: int) -> Answer:
        wrong = receipt.refused.get(first)
        if wrong:
            return as_answer(refusal_as(refused(wrong)))
        said, line = self.said, register.streams(self.caller.owner, [self.said.stream]).get(self.said.stream)  # fmt: skip
        if receipt.double or line is None:  # perhaps something else stands there since long
            return self._read_back(register)
        incoming = _incoming(said)
        at, value, quality = kept_as(incoming, line, micros(self.at), bounds().ahead)
        row = {
            "series": said.stream.number, "at": moment(at), "message": 0, "measure": line.slots[RESULT].measure,
            "value": value, "quality": quality, "facts": said.facts,
        }  # fmt: skip
        return _of(row)

    def _read_back(self, register: Register) -> Answer:
        at = micros(self.at)
        told = self.said.at if self.said.at is not None and self.said.at <= at + bounds().ahead else at  # fmt: skip
        key = f"{self.said.stream.number}-{told}-0"
        with behind(self.caller.who.actor):
            row = things.found(self.caller.who, _OBSERVATION, (), key, self.at)
        return _of(row) if row else Answer(201, b"", f"{base()}/Observations('{key}')")


class Many:
    """A data array: in their order a self link each, or the word `error`."""

    def __init__(self, caller: Caller, said: Sequence[Said | None], at: datetime) -> None:
        self.caller, self.said, self.at, self.size = caller, said, at, len(said)
        self.actor: Actor | None = None if caller.who.owner else caller.who.actor

    def parcels(self, register: Register) -> list[Parcel]:
        return parcels(register, self.caller, [one for one in self.said if one], self.at)

    def answered(self, register: Register, receipt: Receipt, first: int) -> Answer:
        now, head, wrong = micros(self.at), f"{base()}/Observations('", receipt.refused
        latest, links, number = now + bounds().ahead, [], first
        for one in self.said:
            if one is None or number in wrong:
                links.append("error")
            else:
                at = now if one.at is None or one.at > latest else one.at
                links.append(f"{head}{one.stream.number}-{at}-{one.place}')")
            number += one is not None
        return Answer(201, msgspec.json.encode(links))


def letter(caller: Caller, path: str, body: bytes, at: datetime) -> Single | Many | None:
    """What was posted; None for what is not plain."""
    found = PATH.fullmatch(path)
    if found is None:
        return None
    try:
        if path == ARRAYS:
            return _many(caller, body, at)
        return Single(caller, _said(caller, read_json(body), found[1]), at)
    except (Unfit, Refused):
        return None


def parcels(register: Register, caller: Caller, said: Sequence[Said], at: datetime) -> list[Parcel]:
    """On their way into the store; none when one of the Datastreams is not for them."""
    streams = {one.stream for one in said}
    if caller.eyes:
        register.eyes[caller.eyes] = caller.who
    lines = register.streams(caller.owner, streams)
    if len(lines) < len(streams):
        return []
    owner, arrived = caller.owner, micros(at)
    if not owner.area:
        owner = owner._replace(area=min(line.area for line in lines.values()))
    return [Parcel(owner, Way.STA, _incoming(one), _kept(one), "", None, arrived, one.place) for one in said]  # fmt: skip


def refused(wrong: Refusing) -> Refusal:
    return Refusal("observation_refused", {"why": f"{wrong.reason.value} {wrong.detail}".strip()})


def as_answer(response: Any) -> Answer:
    return Answer(response.status_code, response.content)


def _of(row: dict[str, Any]) -> Answer:
    body = answer(entity(_OBSERVATION, row, Asked()), 201).content
    return Answer(201, body, link_to(_OBSERVATION, row))


def _said(caller: Caller, told: Any, number: str | None) -> Said:
    """One Observation. Raises `Unfit`."""
    if not isinstance(told, dict):
        raise Unfit("One entity, a JSON object, is expected.")
    if number is not None:
        told.setdefault("Datastream", {"@iot.id": int(number)})
    stream = told.get("Datastream")
    key = stream.get("@iot.id") if isinstance(stream, dict) else None
    if not isinstance(key, int) or isinstance(key, bool):
        raise Unfit("An Observation belongs to a Datastream.")
    feature_fits(told)
    return _one(Datastream(key, caller.eyes), told, 0)


def _one(stream: Datastream, told: dict[str, Any], place: int) -> Said:
    when = time_told(told.get("phenomenonTime"))
    return Said(stream, result_of(told), micros(when) if when else None, facts_of(told) or None, 0 if when else place)  # fmt: skip


def _many(caller: Caller, body: bytes, at: datetime) -> Many | None:
    said: list[Said | None] = []
    for group in groups(body):
        stream = Datastream(group.series, caller.eyes)
        if plain := group.times_and_results():
            said += [one and Said(stream, one[1], one[0], None) for one in plain]
        else:
            said += _rows(stream, group, len(said))
    return Many(caller, said, at) if len(said) <= MOST and any(said) else None


def _rows(stream: Datastream, group: Group, first: int) -> list[Said | None]:
    found: list[Said | None] = []
    for number, row in enumerate(group.named(), first):
        try:
            found.append(_one(stream, row, place_of(number)) if row else None)
        except Unfit:
            found.append(None)
    return found


def _incoming(said: Said) -> Incoming:
    return Incoming(said.stream, {RESULT: said.result}, said.at, "", said.facts)


def _kept(said: Said) -> bytes:
    """What quarantine keeps of it."""
    return f"({said.stream.number}, {said.result!r}, {said.at})"[:2000].encode(errors="replace")


__all__ = ["PATH", "Answer", "Caller", "Many", "Single", "letter"]
