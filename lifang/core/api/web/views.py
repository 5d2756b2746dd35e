from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import DateTimeField, Value
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Kind
from lifang.core.api import actions, selectors
from lifang.core.api.reference import chapters
from lifang.core.api.web.forms import KeyForm
from lifang.core.api.web.tables import KeyTable
from lifang.core.config import config
from lifang.core.web.views import only


@require_GET
def reference(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document as a page to read."""
    return render(
        request, "api/reference.html", {"chapters": chapters(), "origin": config().origin}
    )


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def keys(request: HttpRequest) -> HttpResponseBase:
    asked_at = Value(request.at, DateTimeField())  # type: ignore[attr-defined]
    rows = selectors.keys(request.actor).annotate(asked_at=asked_at)  # type: ignore[attr-defined]
    table = KeyTable(request, rows)
    return table.response("api/keys.html")


@require_http_methods(["GET", "POST"])
@never_cache
@only(Kind.STAFF)
def issue(request: HttpRequest) -> HttpResponse:
    """The form; after it, once, the key itself (not by redirect: the text is kept nowhere)."""
    form = KeyForm(request.actor, request.POST or None)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            key = actions.issue_key(actor=request.actor, at=request.at, **form.cleaned_data)  # type: ignore[attr-defined]
            return render(request, "api/issued.html", {"key": key})
    return render(request, "api/issue.html", {"form": form})


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def revocation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What will happen, and the button."""
    key = selectors.key(request.actor, pk)  # type: ignore[attr-defined]
    if request.method == "POST":
        actions.revoke_key(actor=request.actor, key=key, at=request.at)  # type: ignore[attr-defined]
        messages.success(request, _("The key is revoked."))
        return redirect("keys:list")
    shut = selectors.turned_away(request.actor, [key.pk]).get(key.pk, [])  # type: ignore[attr-defined]
    return render(
        request, "api/revocation.html", {"key": key, "turned_away": [told(one) for one in shut]}
    )


WHY = {
    "key_network_other": gettext_lazy("Calls from another network"),
    "key_way_other": gettext_lazy("Calls to an interface that was not given"),
}


def told(one: selectors.Shut) -> dict[str, Any]:
    """A refusal as a line: why, how often, when and whence the last time."""
    return {"words": WHY.get(one.reason, one.reason), **one._asdict()}
