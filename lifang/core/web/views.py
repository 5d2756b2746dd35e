"""The doors: shells that the contexts fill through panels, and what every page needs."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.core.access import Kind, Refused
from lifang.core.ids import short_code
from lifang.core.web import nav, private
from lifang.core.web.middleware import ELDER, KIOSK, TERMINAL, VISIT, YEAR

MOST_HITS = 8
View = Callable[..., HttpResponseBase]


def only(*kinds: Kind) -> Callable[[View], View]:
    """A door for these kinds of actor: the anonymous are asked to sign in, others are told it is not theirs."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            kind = request.actor.kind  # type: ignore[attr-defined]
            if kind not in kinds:
                raise Refused("not_signed_in" if kind is Kind.ANONYMOUS else "not_allowed")
            return view(request, *args, **kwargs)

        return guarded

    return wrap


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "web/home.html")


@require_GET
@only(Kind.RESIDENT, Kind.STAFF)
def my(request: HttpRequest) -> HttpResponse:
    return render(request, "web/my.html")


@require_GET
@only(Kind.STAFF)
def desk(request: HttpRequest) -> HttpResponse:
    return render(request, "web/desk_home.html", {"heading": _("Today")})


@require_GET
@only(Kind.STAFF)
def screen(request: HttpRequest) -> HttpResponse:
    """The first wall a context offers to this reader; the empty shell where none does."""
    walls = nav.links(request, "screen")
    return redirect(walls[0].url) if walls else render(request, "web/screen.html")


@require_http_methods(["GET", "HEAD", "POST"])
def kiosk(request: HttpRequest) -> HttpResponse:
    """The machine in the hall. Whoever comes here begins anew: what the one before left is forgotten. A POST takes the machine out of the hall."""
    before = request.kiosk  # type: ignore[attr-defined]
    if before:
        request.session.flush()
        rotate_token(request)
    if request.method == "POST":
        gone: HttpResponse = redirect("web:home")
        gone.delete_cookie(KIOSK, samesite="Lax")
        gone.delete_cookie(VISIT, samesite="Lax")
        return gone
    request.visit = short_code(16)  # type: ignore[attr-defined]
    language = get_language() if not before or request.GET.get("lang") else settings.LANGUAGE_CODE
    with override(language):
        response = render(request, "web/kiosk_home.html")
    response["Content-Language"] = language
    if before:
        _forget(request, response)
    response.set_cookie(KIOSK, "1", samesite="Lax")
    response.set_cookie(VISIT, request.visit, samesite="Lax", httponly=True)  # type: ignore[attr-defined]
    response["Cache-Control"] = "no-store"
    return response


def _forget(request: HttpRequest, response: HttpResponse) -> None:
    """Take every cookie but the machine's own, and whatever the browser has stored; the language stays only if it is asked for now."""
    stays = {KIOSK, VISIT, TERMINAL, settings.CSRF_COOKIE_NAME}
    if request.GET.get("lang"):
        stays.add(settings.LANGUAGE_COOKIE_NAME)
    for name in request.COOKIES.keys() - stays:
        response.delete_cookie(name, samesite="Lax")
    response["Clear-Site-Data"] = '"cache", "storage"'


@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "web/help.html")


@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Words are posted: somebody may type a name, a telephone or the code of a receipt."""
    return _found(request, "public", "web/search.html")


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def desk_search(request: HttpRequest) -> HttpResponse:
    """Numbers of people and telephones are asked here: the words are posted and stay out of the address."""
    return _found(request, "desk", "web/desk_search.html")


def _found(request: HttpRequest, door: str, template: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    asked = private.asked(request, 100)
    if asked.away:
        return HttpResponseRedirect(asked.away)
    found = (
        [(label, list(find(actor, asked.text))[:MOST_HITS]) for label, find in nav.finders(door)]
        if asked.text
        else []
    )
    groups = [(label, hits) for label, hits in found if hits]
    facts = {
        "search_text": asked.text,
        "groups": groups,
        "heading": _("Search"),
        "lost": asked.lost,
    }
    return render(request, template, facts)


@require_POST
def elder(request: HttpRequest) -> HttpResponse:
    """Large type on or off, then back to the page the reader came from."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        back, {request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    response = HttpResponseRedirect(back)  # an address, never the name of a url
    response.set_cookie(
        ELDER, "1" if request.POST.get("elder") == "1" else "0", max_age=YEAR, samesite="Lax"
    )
    return response
