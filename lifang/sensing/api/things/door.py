"""Who comes in and how errors leave: keys of the API and keys of devices, also as the password of HTTP Basic, which most clients know."""

import base64
import binascii
import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from lifang.core.access import SYSTEM, Kind, Refusal, Refused, wall
from lifang.core.access.refusal import reasons
from lifang.core.access.wall import behind
from lifang.core.api.body import clean_query
from lifang.core.api.faults import STATUS
from lifang.core.api.open.door import language
from lifang.core.api.rates import BUCKETS
from lifang.core.api.signing import by_key, sign
from lifang.sensing.selectors import ways
from lifang.sensing.selectors.things import Unfit, Who

log = logging.getLogger(__name__)
View = Callable[..., HttpResponse]
JSON: Final = "application/json; charset=utf-8"
PER_MINUTE: Final = 1200  # of a device's or a maker's key
_ENCODER = msgspec.json.Encoder(enc_hook=str)
_METHODS: Final = "GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS"


def door(view: View) -> View:
    """Open a view to machines: who asks stands in `request.who`, every error is JSON."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, **parts: Any) -> HttpResponse:
        with translation.override(language(request)):
            if request.method == "OPTIONS":
                response = HttpResponse(status=204, headers={"Access-Control-Allow-Methods": _METHODS})  # fmt: skip
                response["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
            else:
                response = guarded(lambda: _entered(request, view, parts))
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "Location"
        response["Cache-Control"] = "no-store"
        return response

    return answered


def _entered(request: HttpRequest, view: View, parts: dict[str, Any]) -> HttpResponse:
    clean_query(request)
    request.who = enter(request)  # type: ignore[attr-defined]
    return view(request, **parts)


def guarded(work: Callable[[], HttpResponse]) -> HttpResponse:
    """Every way of failing as an answer."""
    try:
        return work()
    except Unfit as wrong:
        return fault(wrong.status, wrong.said)
    except Refused as refused:
        return refusal_as(refused.refusal)
    except RequestDataTooBig:
        return refusal_as(Refusal("too_large", {"most": 4 * 1024 * 1024}))
    except OperationalError as error:
        if "statement timeout" not in str(error):
            log.exception("the database is away")
        return fault(503, "This took too long or the database is away; ask for less, or later.")
    except Exception:
        log.exception("a request of SensorThings")
        return refusal_as(Refusal("broken"))


def enter(request: HttpRequest) -> Who:
    """Whoever stands behind the key, or the session of a person. Raises `Refused` for a key that opens nothing."""
    text = key_of(request.headers.get("Authorization", ""))
    if text is None:
        signed = sign(request)
        if signed.bucket:
            BUCKETS.take(signed.bucket, signed.per_minute, time.monotonic()).insist()
        return Who(signed.actor)
    at = request.at  # type: ignore[attr-defined]
    with behind(SYSTEM):
        owner = ways.owner_of_key(SYSTEM, text, at)
    if owner is None:
        signed = by_key(text, request)
        BUCKETS.take(signed.bucket, signed.per_minute, time.monotonic()).insist()
        return _standing(request, Who(signed.actor))
    if owner.sandbox:
        raise Refused("not_allowed")
    BUCKETS.take(owner.source, PER_MINUTE, time.monotonic()).insist()
    return _standing(request, Who.by_key(owner))


def _standing(request: HttpRequest, who: Who) -> Who:
    request.actor = who.actor  # type: ignore[attr-defined]
    wall.stand(who.actor)
    return who


def key_of(header: str) -> str | None:
    kind, _, rest = header.partition(" ")
    if kind.lower() == "bearer":
        return rest.strip()
    if kind.lower() != "basic":
        return "" if header else None
    try:
        return base64.b64decode(rest.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def signed_in(request: HttpRequest) -> Who:
    """Raises `Refused("not_signed_in")` for nobody."""
    who: Who = request.who  # type: ignore[attr-defined]
    if who.actor.kind is Kind.ANONYMOUS:
        raise Refused("not_signed_in")
    return who


def refusal_as(refusal: Refusal) -> HttpResponse:
    known = reasons().get(refusal.reason)
    if refusal.reason == "not_found" or (known is not None and known.hidden):
        return fault(404, str(Refusal("not_found")), "not_found")
    return fault(STATUS.get(refusal.reason, 409), str(refusal), refusal.reason)


def fault(status: int, said: str, reason: str = "") -> HttpResponse:
    """An error as the other servers of this standard write it."""
    body = {"code": status, "type": "error", "message": said} | ({"reason": reason} if reason else {})  # fmt: skip
    response = answer(body, status)
    if status == 401:
        response["WWW-Authenticate"] = 'Basic realm="lifang", charset="UTF-8"'
    return response


def answer(body: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(_ENCODER.encode(body), status=status, content_type=JSON)
