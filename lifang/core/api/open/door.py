"""The door of open standards: anybody may read, nobody's cookie counts, and no error leaves its own shape."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date, parse_http_date_safe
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.csrf import csrf_exempt

from lifang.core.access import Refused, wall
from lifang.core.access.grants import anonymous
from lifang.core.accounts.source import place_of, source_of
from lifang.core.api.body import clean_query
from lifang.core.api.rates import BUCKETS
from lifang.core.api.tags import tag_of
from lifang.core.site import site

log = logging.getLogger(__name__)
View = Callable[..., HttpResponse]
Told = Callable[..., HttpResponse]  # (request, Refused, **the address's parts) -> answer

PER_MINUTE = 600
KEPT_SECONDS = 60
_SAFE = ("GET", "HEAD", "OPTIONS")
_TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
_TORN = (MultiPartParserError, UnreadablePostError)


def door(*methods: str, told: Told) -> Callable[[View], View]:
    """Open a view to machines: its errors by `told`, the reader's language, a fair rate, any origin."""

    def opened(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answered(request: HttpRequest, **parts: Any) -> HttpResponse:
            with translation.override(language(request)):
                response = _answer(request, methods or ("GET",), view, told, parts)
                response["Content-Language"] = translation.get_language() or site().language
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Link, Retry-After"
            return response

        return answered

    return opened


def _answer(
    request: HttpRequest, methods: tuple[str, ...], view: View, told: Told, parts: dict[str, Any]
) -> HttpResponse:
    may = [*methods, *(("HEAD",) if "GET" in methods else ()), "OPTIONS"]
    if request.method == "OPTIONS":
        return _preflight(may)
    if request.method not in may:
        response = told(request, Refused("method_not_allowed"), **parts)
        response["Allow"] = ", ".join(may)
        return response
    try:
        clean_query(request)
        # Whoever is signed in reads here what everybody reads.
        request.actor = anonymous()  # type: ignore[attr-defined]
        wall.stand(request.actor)  # type: ignore[attr-defined]
        taken = BUCKETS.take(f"open:{place_of(source_of(request))}", PER_MINUTE, time.monotonic())
        taken.insist()
        return view(request, **parts)
    except Refused as refused:
        return _waits(told(request, refused, **parts), refused)
    except _TOO_BIG:
        return told(request, Refused("too_large", most=4 * 1024 * 1024), **parts)
    except _TORN:
        return told(request, Refused("bad_form"), **parts)
    except Exception:
        log.exception("%s %s", request.method, request.path)
        return told(request, Refused("broken"), **parts)


def _waits(response: HttpResponse, refused: Refused) -> HttpResponse:
    seconds = refused.refusal.facts.get("seconds")
    if response.status_code == 429 and seconds:
        response["Retry-After"] = str(seconds)
    return response


def _preflight(may: list[str]) -> HttpResponse:
    response = HttpResponse(status=204)
    response["Allow"] = response["Access-Control-Allow-Methods"] = ", ".join(may)
    response["Access-Control-Allow-Headers"] = "Content-Type, Idempotency-Key"
    response["Access-Control-Max-Age"] = "86400"
    return response


def language(request: HttpRequest) -> str:
    """`?locale=` or `?lang=`, else what the program accepts, else the site's own."""
    for name in ("locale", "lang"):
        asked = request.GET.get(name, "")
        if found := _known(asked):
            return found
    header = request.headers.get("Accept-Language", "")[:500]
    accepted = (_known(code) for code, weight in parse_accept_lang_header(header) if weight)
    return next((code for code in accepted if code), site().language)


def _known(code: str) -> str:
    return {"zh": "zh-hans", "en": "en"}.get(code.lower()[:2], "")


def public(
    request: HttpRequest, body: bytes, kind: str, changed: datetime | None = None
) -> HttpResponse:
    """An answer for everybody: with its tag, when it changed, and 304 for whoever has it already."""
    response = HttpResponse(body, content_type=kind)
    tag = tag_of(body)
    known = request.headers.get("If-None-Match", "")
    if known:
        same = tag in {part.strip().removeprefix("W/") for part in known.split(",")}
    else:
        since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
        same = bool(since and changed and int(changed.timestamp()) <= since)
    if same and request.method in _SAFE:
        response = HttpResponse(status=304)
        response.headers.pop("Content-Type", None)
    response["ETag"] = tag
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    if changed:
        response["Last-Modified"] = http_date(changed.timestamp())
    patch_vary_headers(response, ("Accept-Language",))
    return response
