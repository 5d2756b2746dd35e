"""Language and elder mode of the reader, and the headers that keep a page to itself."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from lifang.core.config import config

Answer = Callable[[HttpRequest], HttpResponse]
YEAR = 365 * 24 * 3600
ELDER, KIOSK, VISIT, TERMINAL = "elder", "kiosk", "visit", "terminal"


def language_middleware(answer: Answer) -> Answer:
    """`?lang=` once, then the cookie, else the site's own language, never guessed; `request.elder` and `request.kiosk`."""
    known = {code for code, _ in settings.LANGUAGES}

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang", "").lower()
        kept = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = next((code for code in (asked, kept) if code in known), settings.LANGUAGE_CODE)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            request.kiosk = request.COOKIES.get(KIOSK) == "1"  # type: ignore[attr-defined]
            request.elder = request.COOKIES.get(ELDER) == "1" or request.kiosk  # type: ignore[attr-defined]
            request.visit = request.COOKIES.get(VISIT, "")[:16] if request.kiosk else ""  # type: ignore[attr-defined]
            response = answer(request)
        response.headers.setdefault("Content-Language", language)
        if request.kiosk:  # type: ignore[attr-defined]
            # The next visitor's back button finds no page of this one's in any cache.
            response.headers["Cache-Control"] = "no-store"
        if asked == language and asked != kept:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax"
            )
        return response

    return middleware


def policy() -> str:
    """The content security policy: ourselves, the event streams, and the operator's tiles if there are any."""
    streams, tiles = config().streams_origin, _origin(config().tile_url)
    outside = " ".join(origin for origin in (streams, tiles) if origin)
    rules = [
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    if outside:
        rules.append(f"connect-src 'self' {outside}")
    if tiles:
        rules.append(f"img-src 'self' {tiles}")
    return "; ".join(rules)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def security_middleware(answer: Answer) -> Answer:
    """Security headers on every answer; a view that set its own keeps it."""
    fixed = {
        "Content-Security-Policy": policy(),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self), interest-cohort=()",
    }

    def middleware(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        for name, value in fixed.items():
            response.headers.setdefault(name, value)
        return response

    return middleware
