"""Who asks, and when."""

from datetime import date, datetime

from django.http import HttpRequest
from django.utils import timezone

from lifang.core.access import Actor, Refusal, insist


def who(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def moment(request: HttpRequest) -> datetime:
    at: datetime = request.at  # type: ignore[attr-defined]
    return at


def today(request: HttpRequest) -> date:
    return timezone.localtime(moment(request)).date()


def asking(request: HttpRequest, may: str) -> Actor:
    """Whoever asks, if a post of theirs gives this capability."""
    actor = who(request)
    insist(None if actor.may(may) else Refusal("not_allowed"))
    return actor
