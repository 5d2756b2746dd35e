from collections.abc import Callable
from datetime import UTC, datetime

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from uuid import UUID

from lifang.core.access import wall
from lifang.core.access.grants import actor_of

Answer = Callable[[HttpRequest], HttpResponse]


def actor_middleware(answer: Answer) -> Answer:
    """Set `request.at` and `request.actor`, and put the request behind the actor's wall."""

    def middleware(request: HttpRequest) -> HttpResponse:
        at = datetime.now(UTC)  # noqa: TID251 -- the edge that reads the clock
        account = request.session.get(SESSION_KEY) if hasattr(request, "session") else None
        request.at = at  # type: ignore[attr-defined]
        request.actor = actor = actor_of(UUID(account) if account else None, at)  # type: ignore[attr-defined]
        wall.stand(actor)
        return answer(request)

    return middleware
