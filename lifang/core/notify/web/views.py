"""The inbox of whoever is signed in, how they want to be told, and what left the house."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from lifang.core.access import SYSTEM, Kind, Refusal, insist
from lifang.core.access.wall import behind
from lifang.core.notify import actions, selectors
from lifang.core.notify.adapters import adapter
from lifang.core.notify.terms import Channel
from lifang.core.notify.web.forms import PreferenceForm
from lifang.core.notify.web.tables import InboxTable, OutboxTable
from lifang.core.web.htmx import page
from lifang.core.web.views import only


@require_http_methods(["GET", "POST"])
@only(Kind.RESIDENT, Kind.STAFF)
def inbox(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    table = InboxTable(request, selectors.inbox(actor))
    return cast(
        "HttpResponse", table.response("notify/inbox.html", {"unread": selectors.unread(actor)})
    )


@require_POST
@only(Kind.RESIDENT, Kind.STAFF)
def reading(request: HttpRequest) -> HttpResponse:
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    chosen = list(InboxTable.selected(request, selectors.inbox(actor)))
    count = actions.read(actor=actor, messages=chosen, at=at)
    shown = ngettext(
        "%(count)d message marked as read.", "%(count)d messages marked as read.", count
    )
    messages.success(request, shown % {"count": count})
    return redirect("notify:inbox")


@require_http_methods(["GET", "POST"])
@only(Kind.RESIDENT, Kind.STAFF)
def notifications(request: HttpRequest) -> HttpResponse:
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    form = PreferenceForm.of(selectors.preference(actor), request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.prefer(actor=actor, at=at, **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("notify:inbox")
    return page(request, "notify/notifications.html", {"form": form})


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def outbox(request: HttpRequest) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    insist(None if actor.may("notify.see_outbox") else Refusal("not_allowed"))
    stand_ins = [adapter(channel).local for channel in (Channel.SMS, Channel.EMAIL)]
    table = OutboxTable(request, selectors.outbox(actor))
    shown = {"local": any(stand_ins), "all_local": all(stand_ins)}
    with behind(SYSTEM):  # masked numbers and the words of templates, in the areas watched over
        response = cast("Any", table.response("notify/outbox.html", shown))
        if (
            response.streaming
        ):  # a file is written line by line: here, not behind the reader's own wall
            response.streaming_content = [*response.streaming_content]
        return cast("HttpResponse", response)
