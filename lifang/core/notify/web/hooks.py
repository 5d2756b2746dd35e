"""Webhooks for administrators: which machine hears what, how it went, send again, a new secret."""

import json
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.core.access import SYSTEM, Actor, Kind, Refusal, insist
from lifang.core.access.wall import behind
from lifang.core.notify import actions, selectors
from lifang.core.notify.catalogue import HOSTS
from lifang.core.notify.web.forms import EndpointForm
from lifang.core.notify.web.hook_tables import (
    DeliveryTable,
    EndpointTable,
    chip_of,
    named,
    sent_chip,
)
from lifang.core.web.views import only


def _keeper(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    insist(None if actor.may("notify.add_endpoint") else Refusal("not_allowed"))
    return actor


@require_GET
@only(Kind.STAFF)
def hooks(request: HttpRequest) -> HttpResponse:
    actor = _keeper(request)
    with behind(SYSTEM):  # a colleague's of one's own area too; they hold no people's data
        table = EndpointTable(request, selectors.endpoints(actor))
        shown = {"hosts": [entry.key for entry in HOSTS]}
        return _whole(table.response("notify/webhooks.html", shown))


@require_http_methods(["GET", "POST"])
@never_cache
@only(Kind.STAFF)
def add(request: HttpRequest) -> HttpResponse:
    """The form; after it, once, the secret (not by redirect: it is shown this once)."""
    actor, at = _keeper(request), request.at  # type: ignore[attr-defined]
    form = EndpointForm(actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            made = actions.add_endpoint(actor=actor, at=at, **form.cleaned_data)
            return render(request, "notify/webhook_secret.html", {"endpoint": made})
    return render(request, "notify/webhook_new.html", {"form": form})


@require_GET
@only(Kind.STAFF)
def hook(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What it hears, how it fares, and its log."""
    actor = _keeper(request)
    endpoint = selectors.endpoint(actor, pk)
    with behind(SYSTEM):  # as above
        table = DeliveryTable(request, selectors.deliveries(actor, pk))
        shown = {
            "endpoint": endpoint,
            "chip": chip_of(endpoint),
            "heard": [(key, named(key)) for key in endpoint.events],
        }
        return _whole(table.response("notify/webhook.html", shown))


@require_POST
@only(Kind.STAFF)
def state(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Disable it, or enable it again."""
    actor, at = _keeper(request), request.at  # type: ignore[attr-defined]
    endpoint = selectors.endpoint(actor, pk)
    if request.POST.get("to") == "enabled":
        actions.enable_endpoint(actor=actor, endpoint=endpoint, at=at)
        messages.success(request, _("Enabled. What waited is sent within five minutes."))
    else:
        actions.disable_endpoint(actor=actor, endpoint=endpoint, at=at)
        messages.success(request, _("Disabled. Nothing is sent until you enable it."))
    return redirect("notify:webhook", pk)


@require_POST
@never_cache
@only(Kind.STAFF)
def secret(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new secret, shown this once."""
    actor, at = _keeper(request), request.at  # type: ignore[attr-defined]
    made = actions.rotate_secret(actor=actor, endpoint=selectors.endpoint(actor, pk), at=at)
    return render(request, "notify/webhook_secret.html", {"endpoint": made})


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def delivery(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One event on its way: what is sent, what was answered, and the button that sends it again."""
    actor, at = _keeper(request), request.at  # type: ignore[attr-defined]
    row = selectors.delivery(actor, pk)
    if request.method == "POST":
        actions.resend(actor=actor, endpoint=row.endpoint, delivery=pk, at=at)
        messages.success(request, _("On its way again."))
        return redirect("notify:webhook_delivery", pk)
    shown = {
        "row": row,
        "endpoint": row.endpoint,
        "name": named(row.event),
        "chip": sent_chip(row),
        "body": json.dumps(json.loads(row.body), ensure_ascii=False, indent=2),
    }
    return render(request, "notify/webhook_delivery.html", shown)


def _whole(response: Any) -> HttpResponse:
    """Read a stream to its end while the wall still stands where it must."""
    if not response.streaming:
        return cast("HttpResponse", response)
    whole = HttpResponse(
        b"".join(response.streaming_content), content_type=response["Content-Type"]
    )
    whole["Content-Disposition"] = response["Content-Disposition"]
    return whole
