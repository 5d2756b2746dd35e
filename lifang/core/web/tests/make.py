from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpRequest
from django.test import RequestFactory

from lifang.core.access import ANONYMOUS, Actor, Grant, Kind

NOW = datetime(2026, 3, 6, 6, 30, tzinfo=UTC)  # Friday 14:30 in China


class Said(BaseStorage):
    """Messages of one request."""

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Any], bool]:
        return [], True

    def _store(self, messages: list[Any], response: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return []


def request(
    path: str = "/desk/things",
    *,
    actor: Actor = ANONYMOUS,
    method: str = "get",
    htmx: str = "",
    **data: Any,
) -> HttpRequest:
    """A request as the middleware leaves it; `htmx` is the id of its target."""
    headers = {"HX-Request": "true", "HX-Target": htmx} if htmx else {}
    made = getattr(RequestFactory(), method)(path, data, headers=headers)
    made.at, made.actor, made.elder, made.session = NOW, actor, False, {}
    made._messages = Said(made)
    return made


def officer(*capabilities: str) -> Actor:
    return Actor(None, "officer", Kind.STAFF, (Grant("clerk", "990101", frozenset(capabilities)),))


@dataclass
class Thing:
    pk: int
    name: str
    state: str
    due: datetime | None
    size: float | None = 1

    def __str__(self) -> str:
        return self.name


def things(count: int) -> list[Thing]:
    states = ("open", "done", "late")
    return [
        Thing(n, f"thing {n:02d}", states[n % 3], NOW + timedelta(hours=n - 3), n * 1000)
        for n in range(1, count + 1)
    ]
