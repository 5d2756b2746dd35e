"""What could not be read: listed, looked at, tried again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import Actor, Kind
from lifang.core.web.views import only
from lifang.sensing import actions, selectors
from lifang.sensing.web.tables import POISON, WAYS, PoisonTable

MOST_SHOWN = 4000


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def quarantine(request: HttpRequest) -> HttpResponseBase:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return PoisonTable(request, selectors.quarantined(actor)).response("sensing/desk/quarantine.html", {})  # fmt: skip


@require_GET
@only(Kind.STAFF)
def poison(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.poison(actor, pk)
    body = bytes(found.body)[:MOST_SHOWN].decode("utf-8", "replace").replace("\x00", "\ufffd")
    context = {
        "poison": found, "body": body, "reason": POISON.get(found.reason, found.reason), "way": WAYS.get(found.way, found.way),
        "may_replay": actor.may("sensing.replay_poison", found.area),
    }  # fmt: skip
    return render(request, "sensing/desk/poison.html", context)


@require_POST
@only(Kind.STAFF)
def replay(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Try it once more, now that the device or the dialect is known."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.poison(actor, pk)
    taken = actions.replay_poison(actor=actor, poison=found, at=request.at)  # type: ignore[attr-defined]
    if taken:
        messages.success(request, _("Read and stored."))
        return redirect("sensing:quarantine")
    messages.warning(request, _("It still cannot be read."))
    return redirect("sensing:poison", pk)
