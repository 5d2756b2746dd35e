"""What comes by MQTT: messages of the stream, each under the prefix of the key it came with, in batches to the store."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import transaction

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.relay.pull import Message
from lifang.sensing.actions.announced import announce, announced_by
from lifang.sensing.actions.intake import Register, take, take_each
from lifang.sensing.actions.looking import Looker, Part
from lifang.sensing.actions.mail import BUNDLED, Bundle, Mail, Parcel
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


def _bundle(way: WayIn, messages: Sequence[Message]) -> Bundle | None:
    """What one says much of; None where one is too long or of several lines."""
    _, _, bodies, arrived = zip(*messages, strict=True)
    whole = b"\n".join(bodies)
    if max(map(len, bodies)) > MOST_BYTES or whole.count(b"\n") >= len(bodies) or b"\r" in whole:
        return None
    return Bundle(way.owner, Way.MQTT, bodies, lambda n: place_of(messages[n].number), way.topic, arrived)  # fmt: skip


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
        ours = dict[
            str, tuple[WayIn, list[Message]]
        ]()  # in our own dialect, which is read all at once
        ways_in = dict[str, WayIn]()
        for message in messages:
            subject = message[0]
            if mine := ours.get(subject):
                mine[1].append(message)
                continue
            way = ways_in.get(subject)
            if way is None:
                way = ways_in[subject] = self._way(subject, at)
            if way.read is lifang.hear:
                ours[subject] = way, [message]
            elif way.read is None and is_announcement(way.levels) and way.owner is not NOBODYS:
                self._announce(parcels, way, message, at)
                ways_in.clear()
            else:
                self._add(parcels, way, message)
        mail = self._tied(parcels, [*ours.values()])
        if mail and self.looker:
            unseen: list[Part] = []
            self.looker.await_room()
            take_each(self.register, mail, at, unseen)
            self.looker.lay(unseen)
        elif mail:
            take_each(self.register, mail, at)

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
        body, stored = message.body, message.stored
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

    def _tied(self, parcels: list[Parcel], ours: Sequence[tuple[WayIn, list[Message]]]) -> Mail:
        """What one says much of is a bundle; of the others, too, the lines are read all at once."""
        mail, few = Mail(), list[tuple[WayIn, Message]]()
        for way, mine in ours:
            bundle = _bundle(way, mine) if len(mine) >= BUNDLED else None
            if bundle is None:
                few += [(way, message) for message in mine]
            else:
                mail.add(bundle)
        self._add_few(parcels, few)
        if parcels:
            mail.add(parcels)
        return mail

    def _add_few(self, parcels: list[Parcel], few: Sequence[tuple[WayIn, Message]]) -> None:
        """This loop runs over every message of devices that have each a line of their own."""
        bodies = [message.body for _, message in few]
        told = lifang.read_all(bodies) if bodies and max(map(len, bodies)) <= MOST_BYTES else None
        if told is None:  # which of them is to blame shows one by one
            for way, message in few:
                self._add(parcels, way, message)
            return
        for ((owner, _, topic, _, _), message), said in zip(few, told, strict=True):
            place = place_of(message.number) if said.at is None else 0
            parcels.append(_new(Parcel, (owner, Way.MQTT, said, message.body, topic, None, message.stored, place)))  # fmt: skip

    def _owner(self, prefix: str, at: datetime) -> Owner | None:
        now = micros(at)
        found, until = self.owners.get(prefix, (None, 0))
        if until < now:
            with behind(SYSTEM):
                found = ways.owner_of_prefix(SYSTEM, prefix, at)
            self.owners[prefix] = found, now + TRUST_MICROS
        return found
