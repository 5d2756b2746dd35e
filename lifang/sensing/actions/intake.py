"""From messages to committed observations: one batch of any owners, one transaction."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from django.db import InterfaceError, OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.action import together
from lifang.sensing.actions.looking import Part, lay_open
from lifang.sensing.actions.mail import Bundle, Mail, Parcel
from lifang.sensing.actions.quarantine import Lost, count, lay_aside
from lifang.sensing.actions.storing import keep, seen
from lifang.sensing.actions.unverified import take_on
from lifang.sensing.catalogue import life_words, policy
from lifang.sensing.rules import (
    Bounds,
    Datastream,
    Extreme,
    Gathered,
    Incoming,
    Line,
    Refusing,
    Slot,
    fitting,
    normalise,
)
from lifang.sensing.selectors import things, ways
from lifang.sensing.selectors.things import Who
from lifang.sensing.terms import Columns, Known, Owner, Poison, Way, micros

log = logging.getLogger("lifang.intake")
_AWAY = (OperationalError, InterfaceError)
_MOST_GUILTY = 20  # in one batch; more are not the fault of messages
_MOST_LINES = 500_000
_DAY, _SECOND = 86_400_000_000, 1_000_000
# Two workers may meet a new measure at once: the second finds what the first made.
_SERIES = """
INSERT INTO sensing_series (device_id, measure, area, holders)
SELECT d.id, t.measure, d.area, d.holders FROM unnest(%s::uuid[], %s::text[]) AS t(device, measure)
JOIN sensing_device d ON d.id = t.device ON CONFLICT DO NOTHING RETURNING device_id, measure, id
"""
_THEIRS = """
SELECT s.device_id, s.measure, s.id FROM sensing_series s
JOIN unnest(%s::uuid[], %s::text[]) AS t(device, measure) ON s.device_id = t.device AND s.measure = t.measure
"""


class Receipt(NamedTuple):
    """What became of a batch: how many observations, and per refused message why."""

    new: int
    double: int
    refused: dict[int, Refusing]  # by place in the batch


class Register:
    """Devices and series as one process of ingest remembers them; forgotten whenever a device or a key changes."""

    def __init__(self) -> None:
        self.lines: dict[str, dict[str | Datastream, Line | None]] = {}  # by source and code
        self.eyes: dict[int, Who] = {}  # accounts that send, by `Datastream.eyes`
        self.size = 0
        # By series. Of before a change it stays with those who still look at it.
        self.known: dict[int, Known] = {}
        self.life: set[int] = set()  # series that may claim danger to life
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

    def hear(self) -> None:
        """What was told meanwhile and lies unread, without a question to the database."""
        raw: Any = connection.connection
        raw.pgconn.consume_input()
        while raw.pgconn.notifies():
            self.stale = True

    def forget(self) -> None:
        self.lines.clear()
        self.known, self.life = {}, set()
        self.size = 0

    def refresh(self) -> None:
        """Before a batch: what changed meanwhile is forgotten."""
        if self.stale or self.size > _MOST_LINES:
            self.stale = False
            self.forget()

    def learn(self, parcels: Iterable[Parcel]) -> None:
        """Ask once for all devices of a batch that are not known yet."""
        lines = self.lines
        lacking: dict[Owner, set[str]] = {}
        streams: dict[Owner, set[Datastream]] = {}
        for parcel in parcels:
            said = parcel.said
            if said is None:
                continue
            mine = lines.get(parcel.owner.source)
            if mine is None or said.code not in mine:
                if isinstance(said.code, str):
                    lacking.setdefault(parcel.owner, set()).add(said.code)
                else:
                    streams.setdefault(parcel.owner, set()).add(said.code)
        for owner, some in streams.items():
            there = self.streams(owner, some)
            self.lines[owner.source].update((one, there.get(one)) for one in some)
        for owner, codes in lacking.items():
            fit = {code: fitting(code) if code else "" for code in codes}
            found = ways.lines(SYSTEM, owner, fit.values())
            self.lines.setdefault(owner.source, {}).update((code, found.get(fit[code])) for code in codes)  # fmt: skip
            self.size += len(codes)
            for line in found.values():
                self.note(line)

    def streams(self, owner: Owner, some: Iterable[Datastream]) -> dict[Datastream, Line]:
        """Those of these Datastreams that may be written to; asked once for all that are not known."""
        mine = self.lines.setdefault(owner.source, {})
        lacking = [one for one in some if not mine.get(one)]
        for eyes in {one.eyes for one in lacking}:
            who = self.eyes[eyes] if eyes else Who.by_key(owner)
            numbers = [one.number for one in lacking if one.eyes == eyes]
            found = things.lines_of(who, numbers)
            mine.update((Datastream(number, eyes), line) for number, line in found.items())
            self.size += len(found)
            for line in found.values():
                self.note(line)
        return {one: known for one in some if (known := mine.get(one))}

    def note(self, line: Line) -> None:
        for slot in line.slots.values():
            if slot.series:
                self.name(slot.series, line.known(slot))

    def urgent(self, them: Columns) -> bool:
        """Does any of it claim danger to life?"""
        life = self.life
        return bool(life) and bool((np.isin(them.series, list(life)) & (them.value != 0)).any())

    def name(self, series: int, known: Known) -> None:
        self.known[series] = known
        if known.measure in life_words().values():
            self.life.add(series)


def take(
    register: Register, parcels: Sequence[Parcel], at: datetime, later: list[Part] | None = None
) -> Receipt:
    """Store what can be read, quarantine what cannot; all of it is committed when this returns.

    What is new is looked at in the same transaction; or, but for danger to life, put to what the caller looks at later.
    """

    def look(new: Columns, known: Mapping[int, Known], at: datetime) -> None:
        if later is None or register.urgent(new):
            seen(new, known, at)
        else:
            later.append(lay_open(new, known, at))

    register.listen()
    with together(actor=SYSTEM, at=at):  # the log's head, for which everybody waits, comes last
        register.refresh()
        observed, refused = _observed(register, parcels, at)
        stored = keep(observed, register.known, at, look)
        if refused:
            lay_aside(
                [Lost(parcels[n].owner, parcels[n].way, wrong, parcels[n].topic, parcels[n].body) for n, wrong in refused.items()],
                at,
            )  # fmt: skip
        count(_outcomes(parcels, refused), at)
    return Receipt(stored.new, stored.double, refused)


def take_each(
    register: Register, parcels: Sequence[Parcel], at: datetime, later: list[Part] | None = None
) -> Receipt:
    """`take`; if something in it makes the store fail, that alone goes into quarantine, and its neighbours are kept.

    Raises when the database is away, or when so much fails that it is not the messages' fault: then nothing was kept.
    """
    try:
        return take(register, parcels, at, later)
    except _AWAY as fault:
        register.forget()
        if not isinstance(fault.__cause__, DeadlockDetected):
            raise
        return take(register, parcels, at, later)
    except Exception:
        log.exception("a batch could not be stored; looked through for the guilty message")
        register.forget()
    with behind(SYSTEM), transaction.atomic():
        return _apart(register, parcels, at, [])


def _apart(
    register: Register, parcels: Sequence[Parcel], at: datetime, guilty: list[Parcel]
) -> Receipt:
    """Half by half, each behind a savepoint, until the guilty stand alone."""
    try:
        return take(register, parcels, at)
    except _AWAY:
        register.forget()
        raise
    except Exception as fault:
        register.forget()
        if len(parcels) == 1:
            guilty += parcels
            if len(guilty) > _MOST_GUILTY:
                raise
            return _refuse(parcels[0], fault, at)
    half = len(parcels) // 2
    first = _apart(register, parcels[:half], at, guilty)
    second = _apart(register, parcels[half:], at, guilty)
    moved = {half + number: wrong for number, wrong in second.refused.items()}
    return Receipt(first.new + second.new, first.double + second.double, first.refused | moved)


def _refuse(parcel: Parcel, fault: Exception, at: datetime) -> Receipt:
    wrong = Refusing(Poison.NOT_STORED, f"{type(fault).__name__}: {fault}"[:200])
    lay_aside([Lost(parcel.owner, parcel.way, wrong, parcel.topic, parcel.body)], at)
    count({(parcel.owner, parcel.way, wrong.reason.value): 1}, at)
    return Receipt(0, 0, {0: wrong})


def _outcomes(
    parcels: Sequence[Parcel], refused: dict[int, Refusing]
) -> Counter[tuple[Owner, Way, str]]:
    """How many of each owner were taken, and refused for each reason."""
    found: Counter[tuple[Owner, Way, str]] = Counter()
    for part in parcels.parts if isinstance(parcels, Mail) else [parcels]:
        if isinstance(part, Bundle):
            found[part.owner, part.way, ""] += len(part)
        else:
            found += _each(part)
    for number, wrong in refused.items():
        parcel = parcels[number]
        found[parcel.owner, parcel.way, ""] -= 1
        found[parcel.owner, parcel.way, wrong.reason.value] += 1
    return +found


def _each(parcels: Sequence[Parcel]) -> Counter[tuple[Owner, Way, str]]:
    found: Counter[tuple[Owner, Way, str]] = Counter()
    owner, way, times = parcels[0].owner, parcels[0].way, 0
    for parcel in parcels:
        if parcel.owner is not owner or parcel.way is not way:
            found[owner, way, ""] += times
            owner, way, times = parcel.owner, parcel.way, 0
        times += 1
    found[owner, way, ""] += times
    return found


def _observed(
    register: Register, parcels: Sequence[Parcel], at: datetime
) -> tuple[Columns, dict[int, Refusing]]:
    """What all of them say, and which say nothing that can be kept, by place in the batch."""
    observed = Gathered()
    refused = _read(register, parcels, at, observed)
    try:
        return observed.columns(), refused
    except Extreme:  # one value is no number: whose it is shows when each is looked at
        observed = Gathered(careful=True)
        refused = _read(register, parcels, at, observed)
        return observed.columns(), refused


def bounds() -> Bounds:
    return Bounds(policy("ahead_seconds") * _SECOND, policy("keep_days") * _DAY)


def _read(
    register: Register, parcels: Sequence[Parcel], at: datetime, observed: Gathered
) -> dict[int, Refusing]:
    """What is plain in bundles at once; all else one by one."""
    limits, now = bounds(), micros(at)
    refused: dict[int, Refusing] = {}
    again: list[tuple[Incoming, Line, int, int]] = []
    lacking: list[tuple[Line, Slot]] = []
    lines = register.lines
    singly = _singly(register, parcels, now, limits, observed)
    for number, parcel in singly:
        owner, _, said, _, _, _, arrived, place = parcel
        try:
            if said is None:
                raise parcel.wrong or Refusing(Poison.SHAPE)
            try:
                line = lines[owner.source][said.code]
            except KeyError:
                register.learn(one for _, one in singly)
                line = lines[owner.source][said.code]
            line = line or _unknown(register, parcel, said, at)
            new = normalise(said, line, arrived or now, limits, observed, place)
        except Refusing as wrong:
            refused[number] = wrong
            continue
        if new:
            again.append((said, line, arrived or now, place))
            lacking += [(line, slot) for slot in new]
    if again:
        _make(register, lacking)
        for said, line, then, place in again:
            normalise(said, line, then, limits, observed, place)
    return refused


def _singly(register: Register, parcels: Sequence[Parcel], now: int, limits: Bounds, observed: Gathered) -> Sequence[tuple[int, Parcel]]:  # fmt: skip
    """By number, what has to be looked at by itself; what is plain is gathered."""
    if not isinstance(parcels, Mail) or observed.careful:
        return [*enumerate(parcels)]
    found: list[tuple[int, Parcel]] = []
    for first, part in parcels.numbered():
        if isinstance(part, Bundle):
            left = part.gathered(register.lines.get(part.owner.source, {}), now, limits, observed)
            found += [(first + number, part[number]) for number in left]
        else:
            found += enumerate(part, first)
    return found


def _unknown(register: Register, parcel: Parcel, said: Incoming, at: datetime) -> Line:
    """Nobody has registered it. What claims danger to life is taken on as unverified; all else waits in quarantine."""
    if not said.code:
        raise Refusing(Poison.NO_DEVICE)
    if not isinstance(said.code, str):
        raise Refusing(Poison.NOT_YOURS, f"Datastreams({said.code.number})")
    if not any(word in life_words() and value for word, value in said.values.items()):
        raise Refusing(Poison.UNKNOWN_DEVICE, said.code[:80])
    line = take_on(parcel.owner, fitting(said.code), at)
    register.lines[parcel.owner.source][said.code] = line
    return line


def _make(register: Register, lacking: list[tuple[Line, Slot]]) -> None:
    """Make the series that a batch speaks of for the first time."""
    slots = {(line.device, slot.measure): (line, slot) for line, slot in lacking}
    pairs = sorted(slots)
    arguments: Any = [[device for device, _ in pairs], [measure for _, measure in pairs]]
    with connection.cursor() as cursor:
        cursor.execute(_SERIES, arguments)
        made = cursor.fetchall()
        if len(made) < len(pairs):
            cursor.execute(_THEIRS, arguments)
            made = cursor.fetchall()
        for device, measure, pk in made:
            line, slot = slots[device, measure]
            slot.series = pk
            register.name(pk, line.known(slot))
