"""Every error in one shape: `{"reason", "message", "facts"}`, with the status that fits."""

import logging
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from lifang.core.access import Refusal, Refused
from lifang.core.access.refusal import reasons

log = logging.getLogger(__name__)

STATUS: Final = {
    "bad_json": 400,
    "key_not_valid": 401,
    "not_signed_in": 401,
    "cross_site": 403,
    "not_allowed": 403,
    "key_network_other": 403,
    "key_way_other": 403,
    "method_not_allowed": 405,
    "too_large": 413,
    "bad_input": 422,
    "idempotency_key_wrong": 422,
    "too_many_requests": 429,
    "broken": 500,
    "away": 503,
}
RETRY_SECONDS: Final = 5  # about as long as a database that was killed needs to be back
NOT_FOUND: Final = Refusal("not_found")
_ENCODER = msgspec.json.Encoder(enc_hook=str)


def fault(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The answer to a refused request. What must look absent is one and the same answer, whatever the reason."""
    known = reasons().get(refusal.reason)
    if known is not None and known.hidden:
        refusal = NOT_FOUND
    status = 404 if refusal is NOT_FOUND else STATUS.get(refusal.reason, 409)
    with translation.override(_language(request)):
        said: Mapping[str, Any] = {
            "reason": refusal.reason,
            "message": str(refusal),
            "facts": {name: value for name, value in refusal.facts.items() if name != "detail"},
        }
        response = HttpResponse(
            _ENCODER.encode(said), status=status, content_type="application/json"
        )
    response.reason_told = refusal.reason  # type: ignore[attr-defined]  # for what is kept of the call
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    response["Cache-Control"] = "no-store"
    return response


def _language(request: HttpRequest) -> str:
    asked = request.headers.get("Accept-Language", "").lower()
    return next(
        (code for code in ("en", "zh-hans") if asked.startswith(code[:2])),
        translation.get_language(),
    )


def bad_input(detail: str, **fields: str) -> Refused:
    """For an edge that finds a wrong field itself: `raise bad_input("…", after="…")`."""
    return Refused("bad_input", detail=detail, fields=fields)


def install(api: NinjaAPI) -> None:
    """Let every way of failing end in `fault`."""
    answers: dict[type[Exception], Any] = {
        Refused: lambda request, raised: fault(request, raised.refusal),
        Http404: lambda request, raised: fault(request, NOT_FOUND),
        AuthenticationError: lambda request, raised: fault(request, Refusal("not_signed_in")),
        HttpError: _from_ninja,
        ValidationError: _from_validation,
        Exception: _broken,
    }
    for kind, answer in answers.items():
        api.add_exception_handler(kind, answer)


def _from_ninja(request: HttpRequest, raised: HttpError) -> HttpResponse:
    if isinstance(raised.__cause__, Refused):  # the body's reader refused, and ninja wrapped it
        return fault(request, raised.__cause__.refusal)
    known = {
        400: Refusal("bad_json", {"detail": str(raised)}),
        401: Refusal("not_signed_in"),
        403: Refusal("not_allowed"),
    }
    return fault(request, known.get(raised.status_code, NOT_FOUND))


def _from_validation(request: HttpRequest, raised: ValidationError) -> HttpResponse:
    fields = {
        ".".join(str(part) for part in wrong["loc"][1:]): str(wrong["msg"])
        for wrong in raised.errors
    }
    shown = ", ".join(name or "body" for name in fields)
    return fault(request, Refusal("bad_input", {"detail": shown, "fields": fields}))


def _broken(request: HttpRequest, raised: Exception) -> HttpResponse:
    log.error("%s %s", request.method, request.path, exc_info=raised)
    return broken(request, raised)


def is_away(raised: BaseException | None) -> bool:
    """Is it the database that cannot be reached, and not a fault of ours?"""
    return isinstance(raised, OperationalError | InterfaceError)


def broken(request: HttpRequest, raised: BaseException | None) -> HttpResponse:
    """What a machine is told when nobody expected that."""
    if not is_away(raised):
        return fault(request, Refusal("broken"))
    response = fault(request, Refusal("away"))
    response["Retry-After"] = str(RETRY_SECONDS)
    return response
