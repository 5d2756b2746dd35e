"""A `Refused` raised in a view becomes a page, a toast, or "not found"."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _

from lifang.core.access import Refusal, Refused
from lifang.core.access.refusal import reasons
from lifang.core.web.errors import message, not_found, only_sent
from lifang.core.web.htmx import asks, toasts

Answer = Callable[[HttpRequest], HttpResponse]
FORBIDDEN = frozenset({"not_allowed"})


class RefusalMiddleware:
    """Edges need no `try`: what an action or rule refuses is said in words here."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.answer(request)
        if response.status_code == 405 and request.method == "GET" and not _machine(request):
            return only_sent(request, response.headers.get("Allow", "POST"))
        return response

    def process_exception(self, request: HttpRequest, raised: Exception) -> HttpResponseBase | None:
        if not isinstance(raised, Refused) or _machine(request):
            return None
        return respond(request, raised.refusal)


def _machine(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def status_of(refusal: Refusal) -> int:
    """404 for what must look absent, 403 for a missing right, 409 for a rule about how things stand."""
    known = reasons().get(refusal.reason)
    if known is not None and known.hidden:
        return 404
    return 403 if refusal.reason in FORBIDDEN else 409


def respond(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    status = status_of(refusal)
    if refusal.reason == "not_signed_in" and not asks(request):
        return redirect(
            f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}"
        )
    if status == 404:
        return not_found(request, Http404())
    if asks(request):
        messages.error(request, str(refusal))
        response = HttpResponse(toasts(request), status=status)
        response["HX-Reswap"] = "none"
        return response
    return message(
        request,
        status,
        heading=_("That is not possible now") if status == 409 else _("Not for your post"),
        what=str(refusal),
        kept=_("Nothing was changed."),
    )


refusal_middleware = RefusalMiddleware
