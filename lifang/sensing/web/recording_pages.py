"""What a camera recorded of an alarm: first what one looks at it for, then it is shown for some minutes and kept by no browser."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lifang.core.access import Actor, Kind, Refusal, Refused, insist
from lifang.core.files import disk
from lifang.core.files.serving import served
from lifang.core.web.views import only
from lifang.sensing import actions, selectors
from lifang.sensing.catalogue import LOOK_PURPOSES
from lifang.sensing.models import Alarm, Recording
from lifang.sensing.terms import Recorded
from lifang.sensing.web import said
from lifang.sensing.web.here import answering, moment

MAY = "sensing.look_at_recordings"
PARTS = {"file": disk.PICTURE, "still": disk.MIDDLE}
_FLOORS = ("thrown_low", "thrown_high")


def shown(actor: Actor, of: Alarm) -> dict[str, Any] | None:
    """The card of an alarm: what there is to look at, without showing it."""
    found = selectors.recordings(actor, of)
    if not found:
        return None
    return {"lines": [line(one) for one in found], "may": actor.may(MAY, of.area), "purposes": LOOK_PURPOSES.all()}  # fmt: skip


def line(one: Recording) -> dict[str, Any]:
    """What it is, in a word."""
    clip = one.kind == Recorded.CLIP
    name = _("Clip of %d s") % max(1, round(one.seconds or 0)) if clip else _("Still")
    return {"pk": one.pk, "name": name, "clip": clip, "at": one.at, "received_at": one.received_at}


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def recordings(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, at = answering(request), moment(request)
    found = selectors.alarm(actor, pk)
    if request.method == "POST":
        try:
            actions.look_at_recordings(actor=actor, alarm=found, purpose=request.POST.get("purpose", ""), at=at)  # fmt: skip
        except Refused as refused:
            if refused.refusal.reason != "recording_purpose":
                raise
            messages.error(request, str(refused.refusal))
        return redirect("sensing:recordings", pk)
    card = shown(actor, found)
    if card is None:
        return redirect(said.url(found))
    rows = found.evidence.get("readings", [])
    floors = {row["measure"]: row["value"] for row in rows if row["measure"] in _FLOORS}
    context = {
        "alarm": found, "name": said.name(found.rule), "url": said.url(found), "where": said.where(found), "recorded": card,
        "until": selectors.look_until(actor, found, at), "floors": [int(floors[one]) for one in _FLOORS if one in floors],
    }  # fmt: skip
    response = render(request, "sensing/desk/recordings.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@only(Kind.STAFF)
def recording(request: HttpRequest, pk: UUID, one: UUID, part: str) -> HttpResponseBase:
    """The clip or a still of it, while the look lasts; after it the page that asks."""
    actor = answering(request)
    insist(None if part in PARTS else Refusal("not_found"))
    try:
        file = selectors.recording_file(actor, selectors.alarm(actor, pk), one, moment(request))
    except Refused as refused:
        if refused.refusal.reason != "recording_look_over":
            raise
        return redirect("sensing:recordings", pk)  # where it is asked what for
    still = PARTS[part] if disk.place(file.sha256, PARTS[part]).is_file() else disk.PICTURE
    return served(request, file, still, cached=False)
