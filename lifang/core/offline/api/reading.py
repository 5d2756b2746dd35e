"""What a telephone takes along: sealed there with a key that only its account's session gets."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from ninja import Schema
from pydantic import AwareDatetime

from lifang.core.access import Refused
from lifang.core.crypto import signature
from lifang.core.offline import kinds
from lifang.core.offline.api.router import router, worker
from lifang.core.offline.terms import CARRIED


class Bundle(Schema):
    """`words` holds things and lists once for each language, so the telephone can change between them."""

    account: UUID
    name: str
    now: AwareDatetime
    until: AwareDatetime
    words: dict[str, dict[str, Any]]


@router.get("bundle", response=Bundle, summary="What to take along")
def bundle(request: HttpRequest) -> Any:
    """One's to-dos with their reasons, the open things of one's areas, and the lists that forms choose from. No telephone or identity number."""
    actor = worker(request)
    at = request.at  # type: ignore[attr-defined]
    words = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            words[code] = _words(kinds.loads(actor, at))
    return {
        "account": actor.id, "name": actor.name, "now": at, "until": at + CARRIED, "words": words,
    }  # fmt: skip


def _words(loads: list[kinds.Load]) -> dict[str, Any]:
    lists: dict[str, Any] = {}
    for load in loads:
        lists |= load.lists
    return {
        "todos": [
            asdict(one) for one in sorted((t for load in loads for t in load.todos), key=_rank)
        ],
        "things": [asdict(thing) for load in loads for thing in load.things],
        "lists": lists,
    }


def _rank(thing: kinds.Thing) -> tuple[int, bool, float]:
    """Danger before lateness before the rest, each by when it is due."""
    urgency = {"danger": 0, "late": 1}.get(thing.why[0] if thing.why else "", 2)
    due = thing.due_at
    return urgency, due is None, due.timestamp() if due else 0.0


@router.get("key", response=dict[str, str], summary="The key of one telephone")
def device_key(request: HttpRequest, device: UUID) -> Any:
    """Seals what this telephone keeps. The same for the same account and telephone, so that what waits there opens after the next sign-in."""
    actor = worker(request)
    return {"key": signature(f"{actor.id}:{device}".encode(), "offline.key")[:64]}


@router.get("things/{kind}/{uuid:pk}", response=dict[str, Any], summary="How one thing is now")
def thing(request: HttpRequest, kind: str, pk: UUID) -> Any:
    """In the same words as it was taken along, to be laid beside them."""
    actor = worker(request)
    looker = kinds.looker(kind)
    if looker is None:
        raise Refused("not_found")
    return asdict(looker(actor, pk, request.at))  # type: ignore[attr-defined]
