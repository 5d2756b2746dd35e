"""What comes by MQTT: messages of the stream, each under the prefix of the key it came with, in batches to the store."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import transaction

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.relay.pull import Message
from lifang.sensing.actions.announced import announce, announced_by
from lifang.sensing.actions.intake import Parcel, Register, take, take_each
from lifang.sensing.actions.looking import Looker, Part
from lifang.sensing.adapters import MOST_BYTES, Read, levels_of, lifang, reader
from lifang.sensing.adapters.homeassistant import Announcements, is_announcement
from lifang.sensing.api.things import published
from lifang.sensing.rules import Refusing
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Owner, Poison, Way, micros, place_of

NOBODYS: Final = Owner("mqtt", "")
TRUST_MICROS: Final = 10_000_000
ASK_AGAIN_MICROS: Final = 1_000_000  # after a topic that nobody had announced
_new: Final[Any] = tuple.__new__  # a third of the price of the constructor


class WayIn(NamedTuple):
    """What all messages of a subject have in common."""

    owner: Owner
    levels: list[str]
    topic: str
    read: Read | None
    wrong: Refusing | None


class Worker:
    """One process's share of the stream; with a `looker`, what is stored is looked at a moment later."""

    def __init__(self, looker: Looker | None = None) -> None:
        self.looker = looker
        self.register = Register()
        self.owners: dict[str, tuple[Owner | None, int]] = {}
        self.announced: dict[str, tuple[Announcements, int]] = {}  # by source; when it was asked
        self.streams = published.Streams()

    def rehearse(self, at: datetime) -> None:
        """Raise an alarm of nobody and take all of it back: the first that is real does not wait for what is loaded and planned but once."""
        body = b'{"device":"rehearsal","values":{"smoke":1}}'
        with behind(SYSTEM), transaction.atomic():
            take(Register(), [Parcel(NOBODYS, Way.MQTT, lifang.read(body), body)], at)
            transaction.set_rollback(True)

    def work(self, messages: Sequence[Message], at: datetime) -> None:
        """All of them are committed or in quarantine when this returns. Raises only when the database is away, or all of it fails."""
        parcels: list[Parcel] = []
        ours = list[tuple[WayIn, Message]]()  # in our own dialect, which is read all at once
        ways_in = dict[str, WayIn]()
        for message in messages:
            subject = message.subject
            way = ways_in.get(subject)
            if way is None:
                way = ways_in[subject] = self._way(subject, at)
            if way.read is lifang.hear:
                ours.append((way, message))
            elif way.read is None and is_announcement(way.levels) and way.owner is not NOBODYS:
                self._announce(parcels, way, message, at)
                ways_in.clear()
            else:
                self._add(parcels, way, message)
        self._add_ours(parcels, ours)
        if parcels and self.looker:
            unseen: list[Part] = []
            self.looker.await_room()
            take_each(self.register, parcels, at, unseen)
            self.looker.lay(unseen)
        elif parcels:
            take_each(self.register, parcels, at)

    def _way(self, subject: str, at: datetime) -> WayIn:
        """`d.<prefix>.<the dialect's topic>`."""
        prefix, _, rest = subject.partition(".")[2].partition(".")
        levels, owner = levels_of(rest), self._owner(prefix, at)
        topic = "/".join(levels)
        if owner is None:
            return WayIn(NOBODYS, levels, topic, None, Refusing(Poison.NOT_YOURS, prefix[:40]))
        try:
            if levels[:1] == [published.FIRST]:
                return WayIn(owner, levels, topic, self.streams.reader(owner, levels, at), None)
            return WayIn(owner, levels, topic, reader(levels), None)
        except Refusing as wrong:
            if not is_announcement(levels) and self._is_announced(owner, topic, micros(at)):
                return WayIn(owner, levels, topic, self.announced[owner.source][0].hear, None)
            return WayIn(owner, levels, topic, None, wrong)

    def _is_announced(self, owner: Owner, topic: str, now: int) -> bool:
        """Another worker may have taken the announcement a moment ago: a topic that is not there is asked for again."""
        known, asked = self.announced.get(owner.source, (Announcements(), 0))
        lacking = topic not in known.by_topic
        if now - asked > (ASK_AGAIN_MICROS if lacking else TRUST_MICROS):
            known = announced_by(owner)
            self.announced[owner.source] = known, now
        return topic in known.by_topic

    def _announce(self, parcels: list[Parcel], way: WayIn, message: Message, at: datetime) -> None:
        """Kept at once: the next message may be a state."""
        wrong = Refusing(Poison.TOO_LARGE) if len(message.body) > MOST_BYTES else None
        try:
            if wrong is None:
                announce(way.owner, way.levels, message.body, at)
        except Refusing as why:
            wrong = why
        self.announced.pop(way.owner.source, None)
        if wrong is not None:
            parcels.append(Parcel(way.owner, Way.MQTT, None, message.body, way.topic, wrong, message.stored))  # fmt: skip

    def _add(self, parcels: list[Parcel], way: WayIn, message: Message) -> None:
        owner, levels, topic, read, wrong = way
        _, answer, body = message
        stored = int(answer.rsplit(b".", 2)[1]) // 1000
        if read is None or wrong is not None or len(body) > MOST_BYTES:
            wrong = Refusing(Poison.TOO_LARGE) if len(body) > MOST_BYTES else wrong
            parcels.append(Parcel(owner, Way.MQTT, None, body, topic, wrong, stored))
            return
        try:
            heard = read(levels, body)
        except Refusing as why:
            parcels.append(Parcel(owner, Way.MQTT, None, body, topic, why, stored))
            return
        for within, said in enumerate(heard):
            place = place_of(message.number, within) if said.at is None else 0
            parcels.append(_new(Parcel, (owner, Way.MQTT, said, body, topic, None, stored, place)))

    def _add_ours(self, parcels: list[Parcel], ours: Sequence[tuple[WayIn, Message]]) -> None:
        """This loop runs over every message."""
        bodies = [message.body for _, message in ours]
        told = lifang.read_all(bodies) if bodies and max(map(len, bodies)) <= MOST_BYTES else None
        if told is None:  # which of them is to blame shows one by one
            for way, message in ours:
                self._add(parcels, way, message)
            return
        for ((owner, _, topic, _, _), message), said in zip(ours, told, strict=True):
            _, answer, body = message
            stored = int(answer.rsplit(b".", 2)[1]) // 1000
            place = place_of(message.number) if said.at is None else 0
            parcels.append(_new(Parcel, (owner, Way.MQTT, said, body, topic, None, stored, place)))

    def _owner(self, prefix: str, at: datetime) -> Owner | None:
        now = micros(at)
        found, until = self.owners.get(prefix, (None, 0))
        if until < now:
            with behind(SYSTEM):
                found = ways.owner_of_prefix(SYSTEM, prefix, at)
            self.owners[prefix] = found, now + TRUST_MICROS
        return found
