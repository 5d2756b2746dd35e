"""Who asks, and when: what the house has put into a request, with its types."""

from datetime import datetime

from django.http import HttpRequest

from lifang.core.access import Actor, Refusal, insist


def moment(request: HttpRequest) -> datetime:
    at: datetime = request.at  # type: ignore[attr-defined]
    return at


def asking(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def answering(request: HttpRequest) -> Actor:
    """Who asks, if alarms are theirs to answer. Raises `Refused("not_allowed")`."""
    actor = asking(request)
    insist(None if actor.may("sensing.acknowledge") else Refusal("not_allowed"))
    return actor
