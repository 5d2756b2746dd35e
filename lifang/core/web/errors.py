"""Error pages in both languages: what happened, what was kept, what to do now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from lifang.core.web.context import door_of


def message(request: HttpRequest, status: int, **facts: object) -> HttpResponse:
    """A page that says what happened, what was kept, what to do now."""
    base = "web/desk.html" if door_of(request.path) == "desk" else "web/public.html"
    back = request.headers.get("Referer") if request.method == "POST" else None
    return render(
        request, "web/message.html", {"base": base, "back": back or "/", **facts}, status=status
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return message(
        request,
        400,
        heading=_("We could not read that"),
        what=_("The address or the form was damaged on its way."),
        todo=_("Go back and try once more."),
        code=400,
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return message(
        request,
        403,
        heading=_("Not for your account"),
        what=_("This page belongs to another post."),
        todo=_("If you need it for your work, ask the administrator of your unit."),
        code=403,
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return message(
        request,
        404,
        heading=_("Nothing here"),
        what=_("There is nothing at this address, or it is not within your scope."),
        todo=_("Check the number, or search for it."),
        code=404,
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return message(
        request,
        403,
        heading=_("This page was open for too long"),
        what=_("For your safety the form was not accepted."),
        kept=_("What you wrote is still in the page before this one."),
        todo=_("Go back, reload the page and send again."),
        code="csrf",
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Stands on nothing that could be broken: no database, no session, no navigation."""
    return render(request, "web/errors/500.html", status=500)
