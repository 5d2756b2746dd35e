from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def asks(request: HttpRequest) -> bool:
    """Does htmx ask for a part, rather than a browser for a page?"""
    return request.headers.get("HX-Request") == "true" and "HX-Boosted" not in request.headers


def wants(request: HttpRequest, target: str) -> bool:
    """Does htmx ask for the part with this id?"""
    return asks(request) and request.headers.get("HX-Target") == target


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    partial: str | tuple[str, ...] = (),
    status: int = 200,
) -> HttpResponse:
    """The page, or the named partial of its template when htmx asks for the element of that id."""
    partials = (partial,) if isinstance(partial, str) else partial
    for name in partials:
        if wants(request, name):
            html = render_to_string(f"{template}#{name}", context, request=request)
            return _varied(HttpResponse(html + toasts(request), status=status))
    return _varied(render(request, template, context, status=status))


def toasts(request: HttpRequest) -> str:
    """Waiting messages, to be swapped in out of band."""
    return render_to_string("web/parts/toasts.html", {"oob": True}, request=request)


def _varied(response: HttpResponse) -> HttpResponse:
    response["Vary"] = "HX-Request, HX-Target, Cookie"
    return response
