"""Error pages in both languages: what happened, what was kept, what to do now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from lifang.core.web.context import door_of


def message(request: HttpRequest, status: int, **facts: object) -> HttpResponse:
    """A page that says what happened, what was kept, what to do now."""
    desk = door_of(request.path) == "desk"
    back = request.headers.get("Referer") if request.method == "POST" else None
    home = reverse("web:desk") if desk else reverse("web:home")
    start = _("To the desk") if desk else _("Back to the start")
    return render(
        request,
        "web/message.html",
        {
            "base": "web/desk.html" if desk else "web/public.html",
            "back": back or home,
            "back_label": _("Go back") if back else start,
            "code": status,
            **facts,
        },
        status=status,
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return message(
        request,
        400,
        heading=_("We could not read that"),
        what=_("The address or the form was damaged on its way."),
        todo=_("Go back and try once more."),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return message(
        request,
        403,
        heading=_("Not for your account"),
        what=_("This page belongs to another post."),
        todo=_("If you need it for your work, ask the administrator of your unit."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return message(
        request,
        404,
        heading=_("Nothing here"),
        what=_("There is nothing at this address, or it is not within your scope."),
        todo=_("Check the number, or search for it."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return message(
        request,
        403,
        heading=_("This page was open for too long"),
        what=_("For your safety the form was not accepted."),
        kept=_("What you wrote is still in the page before this one."),
        todo=_("Go back, reload the page and send again."),
    )


def only_sent(request: HttpRequest, allowed: str) -> HttpResponse:
    """An address that takes a form was opened like a page: after a sign-in, or by hand."""
    response = message(
        request,
        405,
        heading=_("This step was not finished"),
        what=_("This address takes what a form sends; it cannot be opened by itself."),
        kept=_("Nothing was changed."),
        todo=_("Open the page you came from and send the form once more."),
    )
    response["Allow"] = allowed
    return response


def broken(request: HttpRequest) -> HttpResponse:
    """Stands on nothing that could be broken: no database, no session, no navigation."""
    return render(request, "web/errors/500.html", status=500)
