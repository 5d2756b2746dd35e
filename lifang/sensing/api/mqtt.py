"""What comes by MQTT: messages of the stream, each under the prefix of the key it came with, in batches to the store."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import InterfaceError, OperationalError

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.relay.pull import Message
from lifang.sensing.actions.intake import Parcel, Register, take
from lifang.sensing.actions.quarantine import Lost, lay_aside
from lifang.sensing.adapters import hear, levels_of
from lifang.sensing.rules import Refusing
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Owner, Poison, Way, micros

log = logging.getLogger("lifang.ingest")
NOBODYS: Final = Owner("mqtt", "")
TRUST_MICROS: Final = 10_000_000


class Worker:
    """One process's share of the stream."""

    def __init__(self) -> None:
        self.register = Register()
        self.owners: dict[str, tuple[Owner | None, int]] = {}

    def work(self, messages: Sequence[Message], at: datetime) -> None:
        """All of them are committed or in quarantine when this returns. Raises only when the database is away."""
        parcels = [parcel for message in messages for parcel in self._parcels(message, at)]
        self._take(parcels, at)

    def _take(self, parcels: list[Parcel], at: datetime) -> None:
        if not parcels:
            return
        try:
            take(self.register, parcels, at)
        except (OperationalError, InterfaceError):
            self.register.forget()
            raise
        except Exception as error:
            self.register.forget()
            if len(parcels) > 1:
                half = len(parcels) // 2
                self._take(parcels[:half], at)
                self._take(parcels[half:], at)
                return
            log.exception("one message could not be stored")
            lost = parcels[0]
            with behind(SYSTEM):
                wrong = Refusing(Poison.SHAPE, f"{type(error).__name__}: {error}"[:200])
                lay_aside([Lost(lost.owner, lost.way, wrong, lost.topic, lost.body)], at)

    def _parcels(self, message: Message, at: datetime) -> list[Parcel]:
        """`d.<prefix>.<the dialect's topic>`."""
        prefix, _, rest = message.subject.partition(".")[2].partition(".")
        owner = self._owner(prefix, at)
        stored, levels = message.stored, levels_of(rest)
        topic = "/".join(levels)
        if owner is None:
            wrong = Refusing(Poison.NOT_YOURS, prefix[:40])
            return [Parcel(NOBODYS, Way.MQTT, None, message.body, topic, wrong, stored)]
        try:
            heard = hear(levels, message.body)
        except Refusing as wrong:
            return [Parcel(owner, Way.MQTT, None, message.body, topic, wrong, stored)]
        return [Parcel(owner, Way.MQTT, said, message.body, topic, None, stored) for said in heard]

    def _owner(self, prefix: str, at: datetime) -> Owner | None:
        now = micros(at)
        found, until = self.owners.get(prefix, (None, 0))
        if until < now:
            with behind(SYSTEM):
                found = ways.owner_of_prefix(SYSTEM, prefix, at)
            self.owners[prefix] = found, now + TRUST_MICROS
        return found
