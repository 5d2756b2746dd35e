from django.http import HttpRequest
from ninja import Router

from lifang.core.access import Actor, Kind, Refusal, insist

router = Router()


def worker(request: HttpRequest) -> Actor:
    """Only staff take work along."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    insist(None if actor.kind is Kind.STAFF else Refusal("not_allowed"))
    return actor
