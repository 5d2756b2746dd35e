"""`/api/v1/webhooks/`: keep webhooks by program, as `/desk/webhooks` does by hand."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.responses import Status
from pydantic import AwareDatetime, ConfigDict

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.api.paging import Paging, listing
from lifang.core.notify import actions, selectors
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


@router.get("", response=list[Hook], summary="Webhooks of your areas")
def webhooks(request: HttpRequest) -> Any:
    with behind(SYSTEM):  # a colleague's of one's own area too; they hold no people's data
        return list(selectors.endpoints(request.actor)[:500])  # type: ignore[attr-defined]


@router.post("", response={201: Secret}, summary="Add a webhook")
def add_webhook(request: HttpRequest, body: HookIn) -> Any:
    """The answer holds the signing secret (Standard Webhooks 1.0), this once."""
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
def rotate_webhook(request: HttpRequest, pk: UUID) -> Any:
    """The one before signs too until `old_until`."""
    return actions.rotate_secret(**_asked(request), endpoint=_found(request, pk))


class DeliveryPage(Schema):
    items: list[dict[str, Any]]
    next: str | None


@router.get("{uuid:pk}/deliveries", response=DeliveryPage, summary="What was sent, and the answers")
def webhook_deliveries(request: HttpRequest, pk: UUID, page: Query[Paging]) -> Any:
    _found(request, pk)
    fields = [
        "id",
        "event",
        "told",
        "state",
        "status",
        "tries",
        "error",
        "asked_at",
        "tried_at",
        "due_at",
        "sent_at",
    ]
    with behind(SYSTEM):  # as above
        rows = selectors.deliveries(request.actor, pk)  # type: ignore[attr-defined]
        return listing(request, rows, fields, page, order="-asked_at")


@router.post(
    "{uuid:pk}/deliveries/{uuid:delivery}/resending",
    response={202: dict[str, str]},
    summary="Send one event again",
)
def resend_delivery(request: HttpRequest, pk: UUID, delivery: UUID) -> Any:
    """Under the same `webhook-id`, so that the receiver can drop what it has."""
    made = actions.resend(**_asked(request), endpoint=_found(request, pk), delivery=delivery)
    return Status(202, {"id": str(made.pk), "state": made.state})


def _asked(request: HttpRequest) -> dict[str, Any]:
    return {"actor": request.actor, "at": request.at}  # type: ignore[attr-defined]


def _found(request: HttpRequest, pk: UUID) -> Endpoint:
    return selectors.endpoint(request.actor, pk)  # type: ignore[attr-defined]
