"""`/api/v1/webhooks/`: keep webhooks by program, as `/desk/webhooks` does by hand."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from ninja.responses import Status
from pydantic import AwareDatetime, ConfigDict

from lifang.core.access import SYSTEM, Actor, Refusal, insist
from lifang.core.access.wall import behind
from lifang.core.api.paging import Paging, listing
from lifang.core.notify import actions, selectors
from lifang.core.notify.catalogue import outward
from lifang.core.notify.models import Endpoint

router = Router()


class Hook(Schema):
    id: UUID
    url: str
    events: list[str]
    area: str
    note: str
    added_at: AwareDatetime
    failing_since: AwareDatetime | None
    failures: int
    disabled_at: AwareDatetime | None


class HookPage(Schema):
    items: list[Hook]
    next: str | None


class Secret(Hook):
    """Told once, by the request that made it."""

    secret: str
    old_until: AwareDatetime | None


class HookIn(Schema):
    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(max_length=500)]
    events: Annotated[
        list[Annotated[str, Field(max_length=80)]], Field(min_length=1, max_length=100)
    ]
    area: Annotated[str, Field(max_length=15)]
    note: Annotated[str, Field(max_length=200)] = ""


class Heard(Schema):
    key: str
    zh: str
    en: str


class Sent(Schema):
    """One event on its way; `id` is the `webhook-id`, `told` the event's own."""

    id: UUID
    event: str
    told: UUID
    state: str
    status: int | None
    tries: int
    error: str
    asked_at: AwareDatetime
    tried_at: AwareDatetime | None
    due_at: AwareDatetime
    sent_at: AwareDatetime | None


class SentPage(Schema):
    items: list[Sent]
    next: str | None


@router.get("", response=HookPage, summary="Webhooks of your areas")
def webhooks(request: HttpRequest, page: Query[Paging]) -> Any:
    actor = _keeper(request)
    with behind(SYSTEM):  # a colleague's of one's own area too; they hold no people's data
        fields = list(Hook.model_fields)
        return listing(request, selectors.endpoints(actor), fields, page, order="-added_at")


@router.get("events", response=list[Heard], summary="Events that a webhook can hear")
def webhook_events(request: HttpRequest) -> Any:
    """`cases.*` is all of a context, `*` everything."""
    return [
        Heard(key=each.key, zh=each.name.zh, en=each.name.en)
        for each in sorted(outward().values(), key=lambda each: each.key)
    ]


@router.post("", response={201: Secret}, summary="Add a webhook")
def add_webhook(request: HttpRequest, body: HookIn, response: HttpResponse) -> Any:
    """The answer holds the signing secret (Standard Webhooks 1.0), this once."""
    _tells_secret(request, response)
    return Status(201, actions.add_endpoint(**_asked(request), **body.dict()))


@router.get("{uuid:pk}", response=Hook, summary="One webhook")
def webhook(request: HttpRequest, pk: UUID) -> Any:
    return _found(request, pk)


@router.post("{uuid:pk}/disabling", response=Hook, summary="Stop sending")
def disable_webhook(request: HttpRequest, pk: UUID) -> Any:
    return actions.disable_endpoint(**_asked(request), endpoint=_found(request, pk))


@router.post("{uuid:pk}/enabling", response=Hook, summary="Send again, with fresh patience")
def enable_webhook(request: HttpRequest, pk: UUID) -> Any:
    return actions.enable_endpoint(**_asked(request), endpoint=_found(request, pk))


@router.post("{uuid:pk}/secret", response=Secret, summary="A new secret")
def rotate_webhook(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    """The one before signs too until `old_until`."""
    _tells_secret(request, response)
    return actions.rotate_secret(**_asked(request), endpoint=_found(request, pk))


@router.get("{uuid:pk}/deliveries", response=SentPage, summary="What was sent, and the answers")
def webhook_deliveries(request: HttpRequest, pk: UUID, page: Query[Paging]) -> Any:
    actor = _keeper(request)
    _found(request, pk)
    with behind(SYSTEM):  # as above
        rows = selectors.deliveries(actor, pk)
        return listing(request, rows, list(Sent.model_fields), page, order="-asked_at")


@router.post(
    "{uuid:pk}/deliveries/{uuid:delivery}/resending",
    response={202: dict[str, str]},
    summary="Send one event again",
)
def resend_delivery(request: HttpRequest, pk: UUID, delivery: UUID) -> Any:
    """Under the same `webhook-id`, so that the receiver can drop what it has."""
    made = actions.resend(**_asked(request), endpoint=_found(request, pk), delivery=delivery)
    return Status(202, {"id": str(made.pk), "state": made.state})


def _keeper(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    insist(None if actor.may("notify.add_endpoint") else Refusal("not_allowed"))
    return actor


def _asked(request: HttpRequest) -> dict[str, Any]:
    return {"actor": request.actor, "at": request.at}  # type: ignore[attr-defined]


def _tells_secret(request: HttpRequest, response: HttpResponse) -> None:
    """Neither a cache nor the answers kept for an `Idempotency-Key` keep this one."""
    request.tells_secret = True  # type: ignore[attr-defined]
    response["Cache-Control"] = "no-store"


def _found(request: HttpRequest, pk: UUID) -> Endpoint:
    return selectors.endpoint(_keeper(request), pk)
