"""Message templates and outward events of every context, the manners of sending, the hosts we may speak to."""

from functools import cache
from typing import Annotated

import msgspec

from lifang.core.calendar.week import minutes
from lifang.core.catalogue import catalogue, gather
from lifang.core.i18n import Text
from lifang.core.notify.terms import Channel


class Template(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message of `data/messages.yaml`, with `{facts}` in it; `sms` is the short form, else the body.

    A `secret` fact lies sealed until the message has left the house, and then nowhere.
    """

    key: str
    title: Text
    body: Text
    sms: Text | None = None
    channels: tuple[Channel, ...] = (Channel.INBOX,)
    urgent: bool = False
    work: bool = False  # of the post, not of the person: whoever stands in hears it too
    secret: tuple[str, ...] = ()  # facts that only the recipient may read, e.g. a code


Count = Annotated[int, msgspec.Meta(gt=0)]


class Manners(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When not to ring, when to send the day's digest, how much is too much."""

    key: str = "site"
    quiet_from: str = "21:30"
    quiet_to: str = "07:30"
    digest_at: str = "08:00"
    per_hour: Count = 6
    per_day: Count = 20
    webhook_disable_days: Count = 5
    webhook_disable_failures: Count = 100
    secret_overlap_hours: Count = 24

    def __post_init__(self) -> None:
        for clock in (self.quiet_from, self.quiet_to, self.digest_at):
            minutes(clock)


class Host(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A host we may call: a name, `*.name` for what is below it, or `*` for any public one."""

    key: str
    private: bool = False  # may resolve to an address inside our own network
    plain: bool = False  # may be called without TLS


class Outward(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event of `data/outward.yaml` that machines outside may hear; `cases.*` is all those of a context."""

    key: str
    name: Text
    without: tuple[str, ...] = ()  # facts that stay inside: what points to a person


MANNERS = catalogue("core.notify", "manners", Manners)
HOSTS = catalogue("core.notify", "hosts", Host, required=False)


@cache
def templates() -> dict[str, Template]:
    """Every context's `data/messages.yaml`."""
    return gather("messages", Template)


@cache
def outward() -> dict[str, Outward]:
    """Every context's `data/outward.yaml`; an event that is not there never leaves by webhook."""
    return gather("outward", Outward)


def manners() -> Manners:
    return MANNERS["site"]
