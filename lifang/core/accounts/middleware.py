from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from lifang.core.access import wall
from lifang.core.access.actor import Actor
from lifang.core.access.grants import actor_of, anonymous
from lifang.core.access.seat import seat
from lifang.core.accounts.models import Session
from lifang.core.accounts.sessions import TOUCH, SessionStore, key_digest
from lifang.core.accounts.source import source_of

Answer = Callable[[HttpRequest], HttpResponse]


def actor_middleware(answer: Answer) -> Answer:
    """Set `request.at` and `request.actor`, and put the request behind the actor's wall.

    Session, account, grants and wall cost one statement; once a minute a second one notes the sign of life.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        at = datetime.now(UTC)  # noqa: TID251 -- the edge that reads the clock
        request.at = at  # type: ignore[attr-defined]
        request.actor = actor = _actor(request, at)  # type: ignore[attr-defined]
        response = answer(request)
        if actor.id is not None:
            # What one person saw stays out of the cache of a machine that others use.
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def _actor(request: HttpRequest, at: datetime) -> Actor:
    store: Any = getattr(request, "session", None)
    if not isinstance(store, SessionStore):
        return _otherwise(store, at)
    store.at, store.source = at, source_of(request)
    store.device = request.headers.get("User-Agent", "")[:200]
    key = store.session_key
    found = seat(key_digest(key), at) if key else None
    if found is None:
        if key:
            store.absent()
        return _stood(anonymous())
    store.hand(found.session, found.content)
    request.snapshot = found.snapshot  # type: ignore[attr-defined]
    if at - found.seen_at > TOUCH:
        Session.objects.filter(pk=found.session).update(seen_at=at)
    return found.actor


def _otherwise(store: Any, at: datetime) -> Actor:
    """With another session engine (a test's), or none."""
    account = store.get(SESSION_KEY) if store is not None else None
    return _stood(actor_of(UUID(account) if account else None, at))


def _stood(actor: Actor) -> Actor:
    wall.stand(actor)
    return actor
