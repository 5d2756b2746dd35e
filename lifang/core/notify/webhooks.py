"""Events for other people's machines, signed as Standard Webhooks 1.0 says, with a log one can read.

The receiver sees `webhook-id` (the delivery: same at every attempt), `webhook-timestamp`, `webhook-signature`, and
JSON `{type, timestamp, data}`. At least once: a receiver drops what it has by `webhook-id`, and puts in order by it (ids
sort as the events happened). Anything but 2xx is tried again for three days; 410 and days of silence disable.
"""

import base64
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.events.registry import EVENTS
from lifang.core.jobs import JOBS
from lifang.core.notify import rules
from lifang.core.notify.adapters import webhook
from lifang.core.notify.catalogue import Outward, manners, outward
from lifang.core.notify.models import Delivery, Endpoint
from lifang.core.notify.outbound import Answer
from lifang.core.notify.sending import send
from lifang.core.notify.terms import State, Undeliverable

PUSH = "core.notify.jobs.push"  # by name: the job calls what stands here
GONE = 410
ABANDONED = timedelta(minutes=10)
HOUR = timedelta(hours=1)


def new_secret() -> str:
    """A signing secret for one endpoint, as Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def mistakes(declared: Iterable[Outward]) -> list[str]:
    """What is wrong with the declared outward events, in sentences."""
    contexts = {f"{name.partition('.')[0]}.*" for name in EVENTS} | {"*"}
    unknown = [
        f"outward.yaml: there is no event `{each.key}`"
        for each in declared
        if each.key not in EVENTS and each.key not in contexts
    ]
    return unknown + [
        f"outward.yaml: `{each.key}` has no fact `{fact}`"
        for each in declared
        if each.key in EVENTS
        for fact in each.without
        if fact not in {part.name for part in fields(EVENTS[each.key])}
    ]


def is_wanted(event: str, area: str) -> bool:
    """May this event leave, and does any endpoint wait for it in this area?"""
    if event not in outward():
        return False
    with behind(SYSTEM):  # who listens is not told to anybody here
        return any(True for _ in _waiting(event, area))


def _waiting(event: str, area: str) -> Iterator[Endpoint]:
    for row in Endpoint.objects.filter(disabled_at=None).order_by("added_at", "pk"):
        if row.wants(event) and area.startswith(row.area):
            yield row


def again(delivery: Delivery, at: datetime) -> Delivery:
    """Put a delivery on its way once more, under the same id, with fresh patience."""
    delivery.state, delivery.tries, delivery.due_at = State.QUEUED, 0, at
    delivery.save(update_fields=["state", "tries", "due_at"])
    _ask(delivery.pk, None)
    return delivery


def announce(*, event: str, told: UUID, facts: Mapping[str, Any], area: str, at: datetime) -> int:
    """Queue an event for every endpoint that wants it and may know of that area; for how many.

    Only what `outward.yaml` offers leaves, without the facts that stay inside. Telling the same event (`told`)
    again queues nothing new.
    """
    offered = outward().get(event)
    if offered is None:
        return 0
    body = json.dumps(
        {
            "type": event,
            "timestamp": at.astimezone(UTC).isoformat(),
            "data": {name: fact for name, fact in facts.items() if name not in offered.without},
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    with behind(SYSTEM), transaction.atomic():
        rows = [
            row
            for endpoint in _waiting(event, area)
            for row, new in [
                Delivery.objects.get_or_create(
                    endpoint=endpoint,
                    told=told,
                    defaults={"event": event, "body": body, "asked_at": at, "due_at": at},
                )
            ]
            if new
        ]
        for row in rows:
            _ask(row.pk, None)
    return len(rows)


def push(delivery: UUID, at: datetime) -> None:
    """One attempt to deliver."""
    row = _claim(delivery, at)
    if row is None:
        return
    try:
        answer = webhook.carry(
            row.endpoint.url, row.endpoint.secrets(at), str(row.pk), row.body, at
        )
    except Undeliverable as failed:
        _note(row, at, None, str(failed))
    else:
        _note(row, at, answer, "" if 200 <= answer.status < 300 else answer.text)


def sweep(at: datetime) -> int:
    """Queue again what a dead worker had begun or forgot; how many."""
    with transaction.atomic():
        stuck = Delivery.objects.select_for_update(skip_locked=True).filter(
            state__in=(State.QUEUED, State.SENDING),
            due_at__lt=at - ABANDONED,
            endpoint__disabled_at=None,
        )[:500]
        ids = [row.pk for row in stuck]
        Delivery.objects.filter(pk__in=ids).update(state=State.QUEUED, due_at=at)
        for pk in ids:
            _ask(pk, at)
    return len(ids)


def _claim(delivery: UUID, at: datetime) -> Delivery | None:
    with transaction.atomic():
        row = (
            Delivery.objects.select_for_update(of=("self",))
            .select_related("endpoint")
            .filter(pk=delivery, state=State.QUEUED, endpoint__disabled_at=None, due_at__lte=at)
            .first()
        )
        if row is not None:
            row.state, row.tries, row.tried_at, row.due_at = State.SENDING, row.tries + 1, at, at
            row.save(update_fields=["state", "tries", "tried_at", "due_at"])
    return row


def _note(row: Delivery, at: datetime, answer: Answer | None, error: str) -> None:
    row.status = answer.status if answer else None
    row.error = error[:200]
    with transaction.atomic():
        if answer and 200 <= answer.status < 300:
            row.state, row.sent_at = State.SENT, at
            Endpoint.objects.filter(pk=row.endpoint_id).update(failing_since=None, failures=0)
        else:
            _failed(row, at, answer)
        row.save(update_fields=["state", "status", "error", "due_at", "sent_at"])


def _failed(row: Delivery, at: datetime, answer: Answer | None) -> None:
    again = rules.next_try(at, row.tries, _asked_wait(answer, at))
    gone = answer is not None and answer.status == GONE
    _endpoint_failed(row.endpoint_id, at, gone=gone)
    if gone or again is None:
        row.state = State.FAILED
        return
    row.state, row.due_at = State.QUEUED, again
    _ask(row.pk, again)


def _endpoint_failed(pk: UUID, at: datetime, *, gone: bool) -> None:
    # Held: several workers fail at one time, and somebody may disable or enable it meanwhile.
    endpoint = Endpoint.objects.select_for_update().get(pk=pk)
    if endpoint.disabled_at:
        return
    endpoint.failing_since = endpoint.failing_since or at
    endpoint.failures += 1
    if gone or _worn_out(endpoint, at):
        endpoint.disabled_at = at
        _tell_disabled(endpoint, at)
    endpoint.save(update_fields=["failing_since", "failures", "disabled_at"])


def _worn_out(endpoint: Endpoint, at: datetime) -> bool:
    """Days of silence, or many attempts in a row of which the first is an hour old: a restart is no reason."""
    silent = at - (endpoint.failing_since or at)
    often = endpoint.failures >= manners().webhook_disable_failures and silent >= HOUR
    return often or silent >= timedelta(days=manners().webhook_disable_days)


def _tell_disabled(endpoint: Endpoint, at: datetime) -> None:
    """Tell whoever added it: nobody else would notice that nothing comes any more."""
    for holder in endpoint.holders:
        send(
            to=holder,
            template="notify.webhook_disabled",
            facts={"url": endpoint.url, "count": endpoint.failures},
            at=at,
            area=endpoint.area,
            link=f"/desk/webhooks/{endpoint.pk}",
            key=f"{endpoint.pk}:{at.isoformat()}",
        )


def _asked_wait(answer: Answer | None, at: datetime) -> timedelta | None:
    """`Retry-After` of a 429 or 503, in seconds or as a date; nonsense is not heard."""
    if answer is None or not answer.retry_after:
        return None
    if answer.retry_after.isdigit():
        return timedelta(seconds=min(int(answer.retry_after), 86_400))
    try:
        return max(timedelta(), parsedate_to_datetime(answer.retry_after) - at)
    except (ValueError, TypeError):
        return None


def _ask(delivery: UUID, when: datetime | None) -> None:
    JOBS[PUSH].later(delivery=delivery, start=when)
