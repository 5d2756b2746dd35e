import re
from datetime import datetime

from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.core.notify import outbound, webhooks
from lifang.core.notify.models import Endpoint, Message, Preference
from lifang.core.notify.terms import Channel, Pace

TELEPHONE = re.compile(r"\+?[0-9]{5,15}")
MAIL = re.compile(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\"]+")


@action("notify.read")
def read(*, actor: Actor, messages: list[Message], at: datetime) -> int:
    """Mark the reader's own inbox messages as read; how many were new."""
    own = Message.objects.filter(
        pk__in=[message.pk for message in messages],
        recipient__in=_own(actor),
        channel=Channel.INBOX,
        read_at=None,
    )
    return own.update(read_at=at)


@action("notify.prefer")
def prefer(
    *,
    actor: Actor,
    at: datetime,
    telephone: str = "",
    email: str = "",
    sms: bool = True,
    mail: bool = True,
    pace: Pace = Pace.AT_ONCE,
    language: str = "zh-hans",
) -> Preference:
    """Say how one wants to be reached."""
    telephone = re.sub(r"[\s-]", "", telephone)
    insist(
        _well_formed("telephone", telephone, TELEPHONE), _well_formed("email", email.strip(), MAIL)
    )
    wish = Preference.objects.filter(holder=actor.holder).first() or Preference(holder=actor.holder)
    wish.telephone, wish.email = telephone or None, email.strip() or None
    wish.sms, wish.mail, wish.pace = sms, mail, Pace(pace)
    wish.language, wish.changed_at = language, at
    wish.save()
    return wish


@action("notify.add_endpoint")
def add_endpoint(
    *, actor: Actor, url: str, events: list[str], area: str, at: datetime, note: str = ""
) -> Endpoint:
    """Let a machine hear these events of this area; its secret is shown once, from the returned row."""
    insist(
        None if actor.may("notify.add_endpoint", area) else Refusal("not_allowed"),
        None if outbound.allowed(url) else Refusal("host_not_allowed", {"host": url}),
    )
    endpoint = Endpoint(
        area=area,
        holders=[actor.holder] if actor.holder else [],
        url=url,
        secret=webhooks.new_secret(),
        events=events,
        note=note,
        added_at=at,
    )
    endpoint.save(force_insert=True)
    return endpoint


@action("notify.disable_endpoint")
def disable_endpoint(*, actor: Actor, endpoint: Endpoint, at: datetime) -> Endpoint:
    held = Endpoint.objects.hold(endpoint.pk)
    held.disabled_at = held.disabled_at or at
    held.save(update_fields=["disabled_at"])
    return held


@action("notify.enable_endpoint")
def enable_endpoint(*, actor: Actor, endpoint: Endpoint, at: datetime) -> Endpoint:
    """Send again, with fresh patience; what waits goes with the next sweep."""
    held = Endpoint.objects.hold(endpoint.pk)
    held.disabled_at = held.failing_since = None
    held.save(update_fields=["disabled_at", "failing_since"])
    return held


def _own(actor: Actor) -> list[str]:
    return sorted(actor.scope.holders)


def _well_formed(field: str, text: str, shape: re.Pattern[str]) -> Refusal | None:
    if not text or shape.fullmatch(text):
        return None
    return Refusal("address_malformed", {"field": field})
