"""What a city tunes about accounts."""

from ipaddress import ip_network
from typing import Annotated

import msgspec

from lifang.core.catalogue import catalogue

Count = Annotated[int, msgspec.Meta(gt=0)]


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The longest silence and the longest life of a session, by kind of account."""

    key: str
    idle_minutes: Count
    whole_hours: Count


class Networks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a door answers from."""

    key: str
    networks: list[str]

    def __post_init__(self) -> None:
        for network in self.networks:
            ip_network(network)


SESSIONS = catalogue("core.accounts", "sessions", Limits)
DOORS = catalogue("core.accounts", "doors", Networks)
