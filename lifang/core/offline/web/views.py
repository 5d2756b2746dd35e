from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from lifang.core.access import Kind, Refused
from lifang.core.offline import shell
from lifang.core.web.views import only


def _short() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


@require_GET
@only(Kind.STAFF)
def phone(request: HttpRequest) -> HttpResponse:
    """To the page in the reader's language; the address itself is what a telephone remembers."""
    return redirect("offline:phone_in", _short())


@require_GET
@only(Kind.STAFF)
@ensure_csrf_cookie
def phone_in(request: HttpRequest, short: str) -> HttpResponse:
    """The page that works without a network. It holds nothing of anybody; what is shown comes from the telephone."""
    if short not in shell.LANGUAGES:
        raise Refused("not_found")
    return HttpResponse(shell.page(short), headers={"Content-Language": shell.LANGUAGES[short]})


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that answers for the page when there is no network."""
    answer = HttpResponse(shell.worker(), content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = "/desk"
    answer["Cache-Control"] = "no-cache"
    return answer


@require_GET
def webmanifest(request: HttpRequest) -> HttpResponse:
    """What makes it an application on the home screen."""
    return JsonResponse(
        shell.webmanifest(_short()), content_type="application/manifest+json; charset=utf-8"
    )
