"""Deputies and rosters for machines: the same rules as at the desk."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from ninja.responses import Status

from lifang.core.api.paging import Paging, listing
from lifang.orgs import actions, selectors
from lifang.orgs.models import Deputy, Watch
from lifang.orgs.terms import WatchRole

router = Router()
DEPUTY = {"id": "id", "posting": "posting_id", "post": "posting__post", "area": "area", "absent": "posting__account__name", "deputy": "account__name", "since": "valid_from", "until": "valid_to"}  # fmt: skip
WATCH = {"id": "id", "area": "area", "unit": "unit_id", "name": "account__name", "span": "span", "role": "role", "starts_at": "starts_at", "ends_at": "ends_at"}  # fmt: skip


class Wanted(Paging):
    """Which watches: of an area and what lies below it; only those of this moment."""

    area: str = Field("", max_length=15)
    now: bool = False


class DeputyIn(Schema):
    """Who, from when until when."""

    login: str = Field(max_length=64)
    since: datetime
    until: datetime


class WatchIn(Schema):
    """Whose watch, where, on which day, which part of it."""

    login: str = Field(max_length=64)
    day: date
    span: str = Field(max_length=20)
    area: str = Field("", max_length=15)
    unit: UUID | None = None
    role: WatchRole = WatchRole.WATCH


class DeputyOut(Schema):
    id: UUID
    posting: UUID
    area: str
    absent: str
    deputy: str
    since: datetime
    until: datetime


class WatchOut(Schema):
    id: UUID
    area: str
    unit: UUID | None
    name: str
    span: str
    role: WatchRole
    starts_at: datetime
    ends_at: datetime


@router.get("deputies", summary="Deputies")
def deputies(request: HttpRequest, page: Query[Paging], *, now: bool = False) -> HttpResponse:
    """Who stands in for whom on the postings one sees, the latest first; `now`: at this moment."""
    at = request.at if now else None  # type: ignore[attr-defined]
    rows = selectors.deputies(request.actor, at)  # type: ignore[attr-defined]
    return listing(request, rows, DEPUTY, page, order="-valid_from")


@router.post("postings/{uuid:pk}/deputies", response={201: DeputyOut}, summary="Name a deputy")
def name_deputy(request: HttpRequest, pk: UUID, body: DeputyIn) -> Status[Any]:
    """Let a colleague stand in on a posting for a span."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    made = actions.name_deputy(
        actor=actor, posting=selectors.posting(actor, pk), account=selectors.colleague(actor, body.login),
        since=body.since, until=body.until, at=at,
    )  # fmt: skip
    return Status(201, _deputy(made))


@router.post("deputies/{uuid:pk}/end", response=DeputyOut, summary="End a deputy")
def end_deputy(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    """The deputy stands back now."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    return _deputy(actions.end_deputy(actor=actor, deputy=selectors.deputy(actor, pk), at=at))


@router.get("watches", summary="Rosters")
def watches(request: HttpRequest, page: Query[Wanted]) -> HttpResponse:
    """The rosters one sees, the earliest first, from now on; `now`: who is on watch at this moment."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    rows = selectors.watches(actor).filter(ends_at__gt=at)
    rows = rows.filter(starts_at__lte=at) if page.now else rows
    rows = rows.filter(area__startswith=page.area) if page.area else rows
    return listing(request, rows, WATCH, page, order="starts_at")


@router.post("watches", response={201: WatchOut}, summary="Put on the roster")
def set_watch(request: HttpRequest, body: WatchIn) -> Status[Any]:
    """One watch of an area or of a unit."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    unit = selectors.unit(actor, str(body.unit)) if body.unit else None
    area, account = unit.area if unit else body.area, selectors.colleague(actor, body.login)
    row = actions.WatchRow(account, "" if unit else area, unit, body.day, body.span, body.role)
    (made,) = actions.set_roster(actor=actor, rows=[row], area=area, at=at)
    return Status(201, _watch(made))


@router.post("watches/{uuid:pk}/removal", response={204: None}, summary="Take off the roster")
def drop_watch(request: HttpRequest, pk: UUID) -> Status[None]:
    """A watch that is over stays."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    actions.drop_watch(actor=actor, watch=selectors.watch(actor, pk), at=at)
    return Status(204, None)


def _deputy(made: Deputy) -> dict[str, Any]:
    return {
        "id": made.pk, "posting": made.posting_id, "area": made.area, "absent": made.posting.account.name,
        "deputy": made.account.name, "since": made.valid_from, "until": made.valid_to,
    }  # fmt: skip


def _watch(made: Watch) -> dict[str, Any]:
    facts = {"id": made.pk, "area": made.area, "unit": made.unit_id, "name": made.account.name}
    span = {"span": made.span, "role": made.role, "starts_at": made.starts_at, "ends_at": made.ends_at}  # fmt: skip
    return {**facts, **span}
