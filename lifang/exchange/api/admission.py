"""The application of whoever calls: how it stands, and its key."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from lifang.core.access import Actor
from lifang.exchange import actions, selectors
from lifang.exchange.api.shown import checks_of
from lifang.exchange.models import OutsideSystem

router = Router(tags=["exchange"])


@router.get("")
def admission(request: HttpRequest) -> dict[str, Any]:
    """How the application of this key's system stands, and its last run."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.own(actor)
    last = selectors.runs(actor, found).first()
    return standing(found) | {
        "last_run": {"id": last.pk, "passed": last.passed, "ended_at": last.ended_at, "checks": checks_of(last.findings)} if last else None
    }  # fmt: skip


@router.post("/key", response={201: dict[str, Any]})
def draw_key(request: HttpRequest) -> Status[dict[str, Any]]:
    """The key of an admitted system, told once; an earlier one is void from now on."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    made = actions.draw_key(actor=actor, system=selectors.own(actor), at=request.at)  # type: ignore[attr-defined]
    request.tells_secret = True  # type: ignore[attr-defined]
    return Status(201, {
        "key": made.token, "expires_at": made.expires_at, "ways": made.ways, "networks": made.networks,
        "capabilities": made.capabilities, "per_minute": made.per_minute,
    })  # fmt: skip


def standing(found: OutsideSystem) -> dict[str, Any]:
    """What a system may know of its own application."""
    return {
        "number": found.number, "name": found.name, "state": found.state, "answer": found.answer, "accesses": found.accesses,
        "networks": found.networks, "area": found.area, "expires_at": found.expires_at,
    }  # fmt: skip
