"""From messages to committed observations: one batch of any owners, one transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.sensing.actions.quarantine import Lost, count, lay_aside
from lifang.sensing.actions.storing import store
from lifang.sensing.actions.unverified import take_on
from lifang.sensing.catalogue import life_words, policy
from lifang.sensing.rules import Bounds, Incoming, Line, Refusing, Slot, fitting, normalise
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Known, Observed, Owner, Poison, Way, micros

_MOST_LINES = 500_000
_DAY, _SECOND = 86_400_000_000, 1_000_000
# Two workers may meet a new measure at once: the second finds what the first made.
_SERIES = """
INSERT INTO sensing_series (device_id, measure, area, holders)
SELECT d.id, t.measure, d.area, d.holders FROM unnest(%s::uuid[], %s::text[]) AS t(device, measure)
JOIN sensing_device d ON d.id = t.device ON CONFLICT DO NOTHING
"""
_THEIRS = """
SELECT s.device_id, s.measure, s.id FROM sensing_series s
JOIN unnest(%s::uuid[], %s::text[]) AS t(device, measure) ON s.device_id = t.device AND s.measure = t.measure
"""


class Parcel(NamedTuple):
    """One message of one owner; `body` is kept if it cannot be read."""

    owner: Owner
    way: Way
    said: Incoming | None  # None: unreadable, `wrong` says why
    body: bytes
    topic: str = ""
    wrong: Refusing | None = None
    arrived: int = 0  # microseconds; 0: now


class Receipt(NamedTuple):
    """What became of a batch: how many observations, and per refused message why."""

    new: int
    double: int
    refused: dict[int, Refusing]  # by place in the batch


class Register:
    """Devices and series as one process of ingest remembers them; forgotten whenever a device or a key changes."""

    def __init__(self) -> None:
        self.lines: dict[tuple[str, str], Line | None] = {}
        self.known: dict[int, Known] = {}
        self.stale = False
        self._heard: object = None  # the connection that listens

    def listen(self) -> None:
        """Hear on this connection when a device or a key changes; what is remembered is dropped before the next batch."""
        connection.ensure_connection()
        raw: Any = connection.connection
        if raw is not self._heard:
            with connection.cursor() as cursor:
                cursor.execute("LISTEN sensing_register")
            raw.add_notify_handler(self._changed)
            self._heard, self.stale = raw, True

    def _changed(self, notice: object) -> None:
        self.stale = True

    def forget(self) -> None:
        self.lines.clear()
        self.known.clear()

    def learn(self, parcels: Iterable[Parcel]) -> None:
        """Ask once for all devices of a batch that are not known yet."""
        if self.stale or len(self.lines) > _MOST_LINES:
            self.stale = False
            self.forget()
        lines = self.lines
        lacking: dict[Owner, set[str]] = {}
        for parcel in parcels:
            if parcel.said is not None and (parcel.owner.source, parcel.said.code) not in lines:
                lacking.setdefault(parcel.owner, set()).add(parcel.said.code)
        for owner, codes in lacking.items():
            fit = {code: fitting(code) if code else "" for code in codes}
            found = ways.lines(SYSTEM, owner, fit.values())
            for code in codes:
                self.lines[owner.source, code] = found.get(fit[code])
            for line in found.values():
                self.note(line)

    def note(self, line: Line) -> None:
        for slot in line.slots.values():
            if slot.series:
                self.known[slot.series] = line.known(slot)


def take(register: Register, parcels: Sequence[Parcel], at: datetime) -> Receipt:
    """Store what can be read, quarantine what cannot; all of it is committed when this returns."""
    register.listen()
    with behind(SYSTEM), transaction.atomic():
        register.learn(parcels)
        observed, refused = _read(register, parcels, at)
        stored = store(observed, register.known, at)
        if refused:
            lay_aside(
                [Lost(parcels[n].owner, parcels[n].way, wrong, parcels[n].topic, parcels[n].body) for n, wrong in refused.items()],
                at,
            )  # fmt: skip
        count(
            [(p.owner, p.way, refused[n].reason if n in refused else "") for n, p in enumerate(parcels)], at
        )  # fmt: skip
    return Receipt(stored.new, stored.double, refused)


def _read(
    register: Register, parcels: Sequence[Parcel], at: datetime
) -> tuple[list[Observed], dict[int, Refusing]]:
    bounds = Bounds(policy("ahead_seconds") * _SECOND, policy("keep_days") * _DAY)
    arrived = micros(at)
    observed: list[Observed] = []
    refused: dict[int, Refusing] = {}
    again: list[tuple[Incoming, Line, int]] = []
    lacking: list[tuple[Line, Slot]] = []
    for number, parcel in enumerate(parcels):
        try:
            said, line = _whose(register, parcel, at)
            made, new = normalise(said, line, parcel.arrived or arrived, bounds)
        except Refusing as wrong:
            refused[number] = wrong
            continue
        if new:
            again.append((said, line, parcel.arrived or arrived))
            lacking += [(line, slot) for slot in new]
        else:
            observed += made
    if again:
        _make(register, lacking)
        for said, line, then in again:
            observed += normalise(said, line, then, bounds)[0]
    return observed, refused


def _whose(register: Register, parcel: Parcel, at: datetime) -> tuple[Incoming, Line]:
    """What was said, and the device that said it."""
    said = parcel.said
    if said is None:
        raise parcel.wrong or Refusing(Poison.SHAPE)
    line = register.lines[parcel.owner.source, said.code]
    return said, line or _unknown(register, parcel, said, at)


def _unknown(register: Register, parcel: Parcel, said: Incoming, at: datetime) -> Line:
    """Nobody has registered it. What claims danger to life is taken on as unverified; all else waits in quarantine."""
    if not said.code:
        raise Refusing(Poison.NO_DEVICE)
    if not any(word in life_words() and value for word, value in said.values.items()):
        raise Refusing(Poison.UNKNOWN_DEVICE, said.code[:80])
    line = take_on(parcel.owner, fitting(said.code), at)
    register.lines[parcel.owner.source, said.code] = line
    return line


def _make(register: Register, lacking: list[tuple[Line, Slot]]) -> None:
    """Make the series that a batch speaks of for the first time."""
    slots = {(line.device, slot.measure): (line, slot) for line, slot in lacking}
    pairs = sorted(slots)
    arguments: Any = [[device for device, _ in pairs], [measure for _, measure in pairs]]
    with connection.cursor() as cursor:
        cursor.execute(_SERIES, arguments)
        cursor.execute(_THEIRS, arguments)
        for device, measure, pk in cursor.fetchall():
            line, slot = slots[device, measure]
            slot.series = pk
            register.known[pk] = line.known(slot)
