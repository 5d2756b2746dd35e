"""Take queued messages to their adapters: claim, carry without a transaction, note the outcome.

A worker that dies between claim and note leaves the state `sending`; the sweep queues it again after ten minutes.
So a message is carried at least once, always under the same id.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from lifang.core.i18n import Text
from lifang.core.jobs import JOBS
from lifang.core.notify import compose, rules
from lifang.core.notify.adapters import Adapter, adapter
from lifang.core.notify.catalogue import manners, templates
from lifang.core.notify.models import Message
from lifang.core.notify.terms import Channel, Letter, Pace, Refused, State, Undeliverable
from lifang.core.site import site

CARRY = "core.notify.jobs.carry"  # by name: the job calls what stands here
ABANDONED = timedelta(minutes=10)
DIGEST_LINES = 50
_NOTED = ["state", "tries", "error", "via", "due_at", "sent_at", "secrets"]


def carry(message: UUID, at: datetime) -> None:
    """Carry one message, or the digest it belongs to; ask for another attempt if it does not get there."""
    claimed = _claim(message, at)
    if not claimed:
        return
    by = adapter(Channel(claimed[0].channel))
    try:
        by.carry(_letter(claimed))
    except Refused as refused:
        _note(claimed, by, at, str(refused), again=False)
    except Undeliverable as failed:
        _note(claimed, by, at, str(failed), again=True)
    else:
        _note(claimed, by, at, None, again=False)


def sweep(at: datetime) -> int:
    """Queue again what was claimed and never noted, and what waits though its job is gone; how many."""
    with transaction.atomic():
        stuck = Message.objects.select_for_update(skip_locked=True).filter(
            state__in=(State.QUEUED, State.SENDING), due_at__lt=at - ABANDONED
        )[:500]
        ids = [message.pk for message in stuck]
        Message.objects.filter(pk__in=ids).update(state=State.QUEUED, due_at=at)
        for pk in ids:
            _ask_again(pk, at)
    return len(ids)


def _claim(message: UUID, at: datetime) -> list[Message]:
    """Mark it (and for a digest its fellows) as being sent; nothing when it is done or must wait."""
    with transaction.atomic():
        first = Message.objects.select_for_update().filter(pk=message, state=State.QUEUED).first()
        if first is None or _must_wait(first, at):
            return []
        rows = [first, *_fellows(first, at)] if first.digest else [first]
        for row in rows:
            row.state, row.due_at, row.tries = State.SENDING, at, row.tries + 1
            row.save(update_fields=["state", "due_at", "tries"])
    return rows


def _fellows(first: Message, at: datetime) -> list[Message]:
    return list(
        Message.objects.select_for_update()
        .filter(
            recipient=first.recipient,
            channel=first.channel,
            digest=True,
            state=State.QUEUED,
            due_at__lte=at,
        )
        .exclude(pk=first.pk)
        .order_by("asked_at")[: DIGEST_LINES - 1]
    )


def _must_wait(message: Message, at: datetime) -> bool:
    """Too early, at night, or too much for one address: wait; what is urgent never does."""
    if message.urgent:
        return False
    zone = ZoneInfo(site().timezone)
    when = max(
        message.due_at,
        rules.room_at(at, _sent_to(message, at), manners()),
        rules.leaves_at(
            at,
            Channel(message.channel),
            urgent=False,
            pace=Pace.AT_ONCE,
            manners=manners(),
            zone=zone,
        ),
    )
    if when <= at:
        return False
    Message.objects.filter(pk=message.pk).update(due_at=when)
    _ask_again(message.pk, when)
    return True


def _sent_to(message: Message, at: datetime) -> Sequence[datetime]:
    rows = Message.objects.filter(
        address_key=message.address, channel=message.channel, sent_at__gt=at - rules.DAY
    ).values_list("sent_at", "digest")
    single = [sent for sent, digest in rows if sent and not digest]
    # A digest is one letter, however many messages it held.
    return single + list({sent for sent, digest in rows if sent and digest})


def _letter(rows: list[Message]) -> Letter:
    first = rows[0]
    short = first.channel == Channel.SMS
    if len(rows) == 1:
        title, body = compose.letter_of(first, short=short)
    else:
        title, body = _digest(rows, short)
    return Letter(
        first.pk,
        first.address or "",
        _one_line(compose.speak(title, first.language)),
        compose.speak(body, first.language),
    )


def _digest(rows: list[Message], short: bool) -> tuple[Text, Text]:
    titles = [compose.title_of(row) for row in rows]
    lines = Text(zh="；".join(t.zh for t in titles), en="; ".join(t.en for t in titles))
    if not short:
        bodies = [compose.body_of(row) for row in rows]
        lines = Text(
            zh="\n\n".join(f"{t.zh}\n{b.zh}" for t, b in zip(titles, bodies, strict=True)),
            en="\n\n".join(f"{t.en}\n{b.en}" for t, b in zip(titles, bodies, strict=True)),
        )
    facts = compose.stored({"count": len(rows), "lines": lines})
    return compose.words(templates()["notify.digest"], facts, short=short)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _note(
    rows: list[Message], by: Adapter, at: datetime, error: str | None, *, again: bool
) -> None:
    with transaction.atomic():
        for row in rows:
            row.via, row.error = by.key, (error or "")[:200]
            wait = rules.next_try(at, row.tries) if again else None
            if error is None:
                row.state, row.sent_at = State.SENT, at
            elif wait is None:
                row.state = State.FAILED
            else:
                row.state, row.due_at = State.QUEUED, wait
            if row.state != State.QUEUED and not by.local:
                row.secrets = None  # on its way, or never: nobody needs it here any more
            row.save(update_fields=_NOTED)
        if rows[0].state == State.QUEUED:
            _ask_again(rows[0].pk, rows[0].due_at)


def _ask_again(message: UUID, when: datetime) -> None:
    JOBS[CARRY].later(message=message, start=when)
