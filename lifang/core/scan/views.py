"""For the script beside a form: a photo in, proposals out. Nothing here fills anything."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import Kind, Refusal, Refused, insist
from lifang.core.access.refusal import reasons
from lifang.core.files.darkroom import develop
from lifang.core.scan import actions, selectors
from lifang.core.scan.models import Scan
from lifang.core.scan.papers import key_of, personal
from lifang.core.scan.terms import State
from lifang.core.web.views import only

FIELDS = {
    "identity": _("Identity number"),
    "name": _("Name of the person"),
    "sex": _("Sex"),
    "nation": _("Nation"),
    "birth": _("Born"),
    "address": _("Home address"),
    "credit_code": _("Credit code"),
    "telephone": _("Phone"),
    "text": _("All words"),
}


@require_POST
@only(Kind.STAFF, Kind.RESIDENT)
def scans(request: HttpRequest) -> HttpResponse:
    """Hand a photo in. A refusal is told in words: a script reads them out."""
    try:
        upload = request.FILES.get("photo")
        insist(None if upload else Refusal("photo_kind"))
        assert upload is not None  # noqa: S101 -- refused above
        row = actions.ask(actor=request.actor, photo=develop(upload), at=request.at)  # type: ignore[attr-defined]
    except Refused as no:
        return _refused(no.refusal)
    return _told(request, row, status=202)


@require_GET
@only(Kind.STAFF, Kind.RESIDENT)
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _told(request, selectors.scan(request.actor, pk))  # type: ignore[attr-defined]


@require_POST
@only(Kind.STAFF, Kind.RESIDENT)
def removal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """It was used, or is not wanted."""
    row = selectors.scan(request.actor, pk)  # type: ignore[attr-defined]
    actions.drop(actor=request.actor, scan=row, at=request.at)  # type: ignore[attr-defined]
    return HttpResponse(status=204)


def _told(request: HttpRequest, row: Scan, status: int = 200) -> HttpResponse:
    found = selectors.found(request.actor, row)  # type: ignore[attr-defined]
    facts: dict[str, Any] = {
        "id": str(row.pk),
        "state": row.state,
        "personal": personal(found),
        "proposals": [
            {"field": one.field, "label": str(FIELDS[one.field]), "value": one.value, "key": key_of(one), "sure": one.sure}
            for one in found
        ],
    }  # fmt: skip
    if row.state == State.FAILED:
        facts["message"] = str(reasons()["scan_failed"].text)
    answer = JsonResponse(facts, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _refused(refusal: Refusal) -> HttpResponse:
    message = str(reasons()[refusal.reason].text.of(**refusal.facts))
    return JsonResponse({"reason": refusal.reason, "message": message}, status=422)
