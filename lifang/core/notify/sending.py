"""`send`: put a message on its way, inside the transaction of the act it tells of."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from lifang.core.access import SYSTEM
from lifang.core.access.selectors import deputies_of
from lifang.core.access.wall import behind
from lifang.core.jobs import JOBS
from lifang.core.notify import compose, rules
from lifang.core.notify.catalogue import Template, manners, templates
from lifang.core.notify.models import Message, Preference
from lifang.core.notify.terms import Channel, Pace, State
from lifang.core.site import site

CARRY = "core.notify.jobs.carry"  # by name: the job calls what stands below here
ADDRESS_CHANNELS = {"tel": Channel.SMS, "mailto": Channel.EMAIL}


class _Way(NamedTuple):
    channel: Channel
    address: str | None


def send(
    *,
    to: str,
    template: str,
    facts: compose.Facts,
    at: datetime,
    area: str = "",
    link: str = "",
    key: str = "",
    urgent: bool = False,
    language: str = "",
) -> list[Message]:
    """Tell `to` something over every channel that the template offers and the recipient has; what was queued.

    `to` is a holder ("account:…", "unit:…") or a bare address ("tel:…", "mailto:…"). With a `key` the same
    message leaves once, however often it is asked for. Missing facts raise `KeyError` here, not at night.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(
            "notify.send() outside a transaction: call it in an action or a listener"
        )
    chosen = templates()[template]
    known = compose.stored(facts)
    for short in (False, True):
        compose.words(chosen, known, short=short)
    with behind(SYSTEM):
        rows = [
            _row(one, way, chosen, facts, wish, at, area=area, link=link, key=key, urgent=urgent)
            for one, facts, away in _who(to, chosen, known, area, at)
            for wish in [_wish(one, language, at)]
            for way in _ways(one, chosen, wish)
            if not away or way.channel is Channel.INBOX
        ]
        made = [row for row in rows if _add(row)]
    for row in made:
        if row.channel != Channel.INBOX:
            _ask(row)
    return made


def _who(
    to: str, template: Template, facts: compose.Stored, area: str, at: datetime
) -> list[tuple[str, compose.Stored, bool]]:
    """To whom, with which facts, and whether they are away: work of a post goes to whoever stands in, too."""
    kind, _, value = to.partition(":")
    deputies = deputies_of(SYSTEM, UUID(value), area, at) if template.work and kind == "account" else []  # fmt: skip
    if not deputies:
        return [(to, facts, False)]
    instead = [
        (f"account:{one.account}", {**facts, compose.INSTEAD_OF: one.absent}, False)
        for one in deputies
    ]
    return [(to, facts, True), *instead]


def _wish(to: str, language: str, at: datetime) -> Preference:
    wish = Preference.objects.filter(holder=to).first() or Preference(
        holder=to, language=site().language, changed_at=at
    )
    if language:
        wish.language = language
    return wish


def _ways(to: str, template: Template, wish: Preference) -> list[_Way]:
    scheme, _, value = to.partition(":")
    if scheme in ADDRESS_CHANNELS:
        only = ADDRESS_CHANNELS[scheme]
        return [_Way(only, value)] if only in template.channels and value else []
    ways = {
        Channel.INBOX: _Way(Channel.INBOX, None),
        Channel.SMS: _Way(Channel.SMS, wish.telephone if wish.sms else None),
        Channel.EMAIL: _Way(Channel.EMAIL, wish.email if wish.mail else None),
    }
    return [
        ways[channel]
        for channel in template.channels
        if channel is Channel.INBOX or ways[channel].address
    ]


def _row(
    to: str,
    way: _Way,
    template: Template,
    facts: compose.Stored,
    wish: Preference,
    at: datetime,
    *,
    area: str,
    link: str,
    key: str,
    urgent: bool,
) -> Message:
    urgent = urgent or template.urgent
    inbox = way.channel is Channel.INBOX
    pace = Pace(wish.pace)
    due_at = rules.leaves_at(
        at,
        way.channel,
        urgent=urgent,
        pace=pace,
        manners=manners(),
        zone=ZoneInfo(site().timezone),
    )
    shown, secrets = compose.parted(facts, template.secret)
    return Message(
        area=area,
        holders=[to] if to.partition(":")[0] not in ADDRESS_CHANNELS else [],
        recipient=to if to.partition(":")[0] not in ADDRESS_CHANNELS else to.partition(":")[0],
        channel=way.channel,
        template=template.key,
        facts=shown,
        secrets=secrets,
        language=wish.language,
        link=link,
        urgent=urgent,
        digest=not (urgent or inbox) and pace is Pace.DAILY,
        key=key,
        address=way.address,
        state=State.SENT if inbox else State.QUEUED,
        asked_at=at,
        due_at=due_at,
        sent_at=at if inbox else None,
    )


def _add(row: Message) -> bool:
    """Insert unless the same key was there: a listener that runs twice sends once."""
    if not row.key:
        row.save(force_insert=True)
        return True
    with transaction.atomic():
        _serialise(row)
        same = Message.objects.filter(channel=row.channel, key=row.key, recipient=row.recipient)
        if row.address:
            same = same.filter(address_key=row.address)
        if same.exists():
            return False
        row.save(force_insert=True)
    return True


def _serialise(row: Message) -> None:
    # Two listeners with the same key at the same time: the second waits and then sees the first's row.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))",
            [f"notify:{row.channel}:{row.key}:{row.recipient}"],
        )


def _ask(row: Message) -> None:
    if row.digest:
        once = f"digest:{row.recipient}:{row.channel}:{row.due_at:%Y%m%d%H%M}"
        JOBS[CARRY].later(message=row.pk, start=row.due_at, once=once)
    else:
        JOBS[CARRY].later(message=row.pk, start=row.due_at if row.due_at > row.asked_at else None)
