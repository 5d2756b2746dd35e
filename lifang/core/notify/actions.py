import re
from datetime import datetime, timedelta
from uuid import UUID

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.notify import outbound, webhooks
from lifang.core.notify.catalogue import manners, outward
from lifang.core.notify.models import Delivery, Endpoint, Message, Preference
from lifang.core.notify.terms import Channel, Pace, Undeliverable

AREA = re.compile(r"([0-9]{6}([0-9]{3}){0,3})?")
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
        None if AREA.fullmatch(area) else Refusal("endpoint_area_wrong", {"field": "area"}),
        None if actor.may("notify.add_endpoint", area) else Refusal("not_allowed"),
        _known(events),
    )
    insist(_callable(url))
    endpoint = Endpoint(
        area=area,
        holders=[actor.holder] if actor.holder else [],
        url=url,
        secret=webhooks.new_secret(),
        events=sorted(set(events)),
        note=note,
        added_at=at,
    )
    endpoint.save(force_insert=True)
    return endpoint


# Endpoints hold no people's data; whoever keeps them for an area keeps also those a colleague added: `beyond`.


@action("notify.disable_endpoint", beyond=True)
def disable_endpoint(*, actor: Actor, endpoint: Endpoint, at: datetime) -> Endpoint:
    """Stop sending; what happens meanwhile is not queued."""
    held = Endpoint.objects.hold(endpoint.pk)
    held.disabled_at = held.disabled_at or at
    held.save(update_fields=["disabled_at"])
    return held


@action("notify.enable_endpoint", beyond=True)
def enable_endpoint(*, actor: Actor, endpoint: Endpoint, at: datetime) -> Endpoint:
    """Send again, with fresh patience; what waits goes with the next sweep."""
    held = Endpoint.objects.hold(endpoint.pk)
    held.disabled_at = held.failing_since = None
    held.failures = 0
    held.save(update_fields=["disabled_at", "failing_since", "failures"])
    return held


@action("notify.rotate_secret", beyond=True)
def rotate_secret(*, actor: Actor, endpoint: Endpoint, at: datetime) -> Endpoint:
    """A new secret, shown once from the returned row; the one before signs too for a while."""
    held = Endpoint.objects.hold(endpoint.pk)
    held.old_secret = held.secret
    held.old_until = at + timedelta(hours=manners().secret_overlap_hours)
    held.secret = webhooks.new_secret()
    held.save(update_fields=["secret", "old_secret", "old_until"])
    return held


@action("notify.resend", beyond=True)
def resend(*, actor: Actor, endpoint: Endpoint, delivery: UUID, at: datetime) -> Delivery:
    """Send one event to one webhook again, under the same id."""
    insist(Refusal("endpoint_disabled") if endpoint.disabled_at else None)
    row = Delivery.objects.select_for_update().filter(pk=delivery, endpoint=endpoint).first()
    if row is None:
        raise Refused("not_found")
    return webhooks.again(row, at)


def _known(events: list[str]) -> Refusal | None:
    wrong = [name for name in events if name not in outward()]
    if wrong or not events:
        return Refusal("event_unknown", {"event": (wrong or [""])[0][:80], "field": "events"})
    return None


def _callable(url: str) -> Refusal | None:
    """On the list, and not a way into our own network. What cannot be found today may be there tomorrow."""
    told = {"host": url[:200], "field": "url"}
    try:
        if len(url) > 500 or outbound.allowed(url) is None:
            return Refusal("host_not_allowed", told)
        outbound.pin(url)
    except outbound.Forbidden:
        return Refusal("host_inside", told)
    except Undeliverable:
        return None
    return None


def _own(actor: Actor) -> list[str]:
    return sorted(actor.scope.holders)


def _well_formed(field: str, text: str, shape: re.Pattern[str]) -> Refusal | None:
    if not text or shape.fullmatch(text):
        return None
    return Refusal("address_malformed", {"field": field})
