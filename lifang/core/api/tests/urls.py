"""A small API of its own: lists, acts, breaks."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import path, re_path
from ninja import Body, Query, Router, Schema
from ninja.responses import Status

from lifang.core.access import Refused
from lifang.core.api.paging import Paging, listing
from lifang.core.api.router import build, mounted, nothing
from lifang.core.calendar import actions
from lifang.core.flow.models import Step
from lifang.core.i18n import Text

router = Router()


class DayIn(Schema):
    date: date
    working: bool
    area: str = ""


@router.get("steps")
def steps(request: HttpRequest, page: Query[Paging]) -> Any:
    fields = {"id": "id", "number": "seq", "move": "move"}
    return listing(request, Step.objects.visible_to(request.actor), fields, page, order="-at")


@router.get("steps-by-id")
def steps_by_id(request: HttpRequest) -> Any:
    return listing(request, Step.objects.visible_to(request.actor), ["id", "seq"])


@router.get("steps/{pk}")
def step(request: HttpRequest, pk: UUID) -> Any:
    found = Step.objects.visible_to(request.actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found", pk=pk)
    return {"number": found.seq}


@router.post("days", response={201: dict[str, str]})
def set_day(request: HttpRequest, body: DayIn) -> Any:
    name = Text(zh="节", en="Day")
    day = actions.set_day(actor=request.actor, at=request.at, name=name, **body.dict())
    return Status(201, {"id": str(day.pk)})


@router.post("anything")
def anything(request: HttpRequest, body: Body[dict[str, Any]]) -> Any:
    return {"keys": len(body)}


@router.get("broken")
def broken(request: HttpRequest) -> Any:
    raise RuntimeError("a secret detail")


@router.post("broken-late")
def broken_late(request: HttpRequest, body: DayIn) -> Any:
    set_day(request, body)
    raise RuntimeError("after the act")


@router.get("missing")
def missing(request: HttpRequest) -> Any:
    raise Http404("a detail")


@router.get("open", auth=None)
def everybody(request: HttpRequest) -> Any:
    return {"kind": request.actor.kind.value}


urlpatterns = [
    path("api/v1/", mounted(build("api_test", [("test", router)]))),
    re_path(r"^api/(?P<rest>.*)$", nothing),
]
