"""The calls of GeoReport v2: read what is asked, ask one selector or do one act, answer in the format of the address."""

import time
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from lifang.cases import selectors
from lifang.cases.api.open311 import answers, post
from lifang.cases.api.open311.asked import (
    MOST,
    SPAN,
    WHEN,
    Asked,
    Fields,
    asked,
    between,
    instant,
    jurisdiction,
)
from lifang.cases.catalogue import MATTERS
from lifang.cases.selectors import Open
from lifang.cases.selectors.open import EXACT
from lifang.cases.terms import CLOSED
from lifang.core.access import ANONYMOUS, SYSTEM, Actor, Refused, wall
from lifang.core.access.wall import behind
from lifang.core.api.once import once
from lifang.core.api.open.door import door
from lifang.core.api.open.tree import Many
from lifang.core.api.rates import BUCKETS
from lifang.core.api.signing import by_key
from lifang.core.config import config
from lifang.core.geo.measure import snapped
from lifang.orgs import selectors as orgs


@door("GET", told=answers.told)
def discovery(request: HttpRequest, shape: str) -> HttpResponse:
    return answers.answer(request, shape, "discovery", answers.discovery(), answers.changed())


@door("GET", told=answers.told)
def services(request: HttpRequest, shape: str) -> HttpResponse:
    """What can be reported; with `lat` and `long` nothing where this platform does not serve."""
    fields = Fields.of(request.GET.dict())
    jurisdiction(request, fields)
    lat = fields.read("lat", between(-90, 90), "-90 … 90")
    lon = fields.read("long", between(-180, 180), "-180 … 180")
    fields.insist()
    outside = lat is not None and lon is not None and orgs.locate(lon, lat) is None
    rows = [] if outside else [answers.service(matter) for matter in answers.services()]
    return answers.answer(request, shape, "services", Many("service", rows), answers.changed())


@door("GET", told=answers.told)
def definition(request: HttpRequest, code: str, shape: str) -> HttpResponse:
    jurisdiction(request, Fields.of(request.GET.dict()))
    if code not in MATTERS or not MATTERS[code].public:
        raise Refused("service_unknown", code=code[:40])
    tree = answers.definition(MATTERS[code])
    return answers.answer(request, shape, "service_definition", tree, answers.changed())


@door("GET", "POST", told=answers.told)
def requests(request: HttpRequest, shape: str) -> HttpResponse:
    if request.method == "POST":
        return _post(request, shape)
    at: datetime = request.at  # type: ignore[attr-defined]
    wanted = asked(request, at)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if wanted.numbers:
        found = selectors.by_numbers(actor, wanted.numbers)[: wanted.size]
        return _listed(request, shape, found, wanted.extended)
    start = (wanted.page - 1) * wanted.size
    with behind(SYSTEM):  # public facts of accepted cases are everybody's
        rows = _rows(actor, wanted)
        found = selectors.opened(actor, rows, start, wanted.size + 1)
    response = _listed(request, shape, found[: wanted.size], wanted.extended)
    if len(found) > wanted.size:
        query = urlencode({**request.GET.dict(), "page": wanted.page + 1})
        response["Link"] = f'<{config().origin}{request.path}?{query}>; rel="next"'
    return response


def _rows(actor: Actor, wanted: Asked) -> QuerySet[Any]:
    within = Q(opened_at__range=wanted.opened) if wanted.opened else Q()
    within &= Q(updated_at__range=wanted.updated) if wanted.updated else Q()
    within &= Q(matter__in=wanted.codes) if wanted.codes else Q()
    if wanted.box:
        box = snapped(wanted.box, EXACT)
        within &= Q(lon__range=(box.west, box.east), lat__range=(box.south, box.north))
    rows = selectors.open_rows(actor, wanted.area).filter(within)
    if wanted.closed is not None:
        done = Q(state__in=CLOSED)
        rows = rows.filter(done if wanted.closed else ~done)
    if wanted.around:
        rows = selectors.shown_near(ANONYMOUS, rows, *wanted.around)
    return rows.order_by("-opened_at", "-id")


def _listed(request: HttpRequest, shape: str, found: list[Open], extended: bool) -> HttpResponse:
    steps = selectors.news(ANONYMOUS, found) if extended else None
    newest = max((case.updated_at for case in found), default=None)
    tree = answers.requests(found, steps)
    return answers.answer(request, shape, "service_requests", tree, newest)


@door("GET", told=answers.told)
def one(request: HttpRequest, number: str, shape: str) -> HttpResponse:
    """One public request; what is not public answers like what does not exist."""
    fields = Fields.of(request.GET.dict())
    jurisdiction(request, fields)
    found = selectors.by_numbers(request.actor, [number])  # type: ignore[attr-defined]
    if not found:
        raise Refused("not_found")
    return _listed(request, shape, found, fields["extensions"].lower() in ("true", "1", "yes"))


@door("GET", told=answers.told)
def token(request: HttpRequest, token: str, shape: str) -> HttpResponse:
    """The number behind a token: none while the report waits to be accepted."""
    jurisdiction(request, Fields.of(request.GET.dict()))
    got = selectors.receipt(request.actor, token)  # type: ignore[attr-defined]
    known = selectors.by_numbers(request.actor, [got.case.number])  # type: ignore[attr-defined]
    row = {"service_request_id": got.case.number if known else None, "token": token}
    return answers.kept_apart(shape, "service_requests", Many("request", [row]))


@door("GET", told=answers.told)
def updates(request: HttpRequest, shape: str) -> HttpResponse:
    """What happened to public requests: the updates extension of mySociety."""
    at: datetime = request.at  # type: ignore[attr-defined]
    actor: Actor = request.actor  # type: ignore[attr-defined]
    fields = Fields.of(request.GET.dict())
    area = jurisdiction(request, fields)
    since = fields.read("start_date", instant, WHEN)
    until = fields.read("end_date", instant, WHEN)
    if bool(fields["start_date"]) != bool(fields["end_date"]):
        fields.wrong("start_date, end_date", f"{WHEN} … {WHEN}")
    elif since and until and not since <= until <= since + SPAN:
        fields.wrong("start_date, end_date", "≤ 90 d")
    fields.insist()
    since, until = since or at - SPAN, until or at
    rows = selectors.open_rows(actor, area).filter(updated_at__gte=since, opened_at__lte=until)
    found = selectors.opened(actor, rows.order_by("-updated_at", "-id"), most=MOST)
    tree = answers.updates(selectors.news(actor, found, since, until)[-MOST:])
    return answers.answer(request, shape, "service_request_updates", tree)


# -- reporting ------------------------------------------------------------------------------------------------------


def _post(request: HttpRequest, shape: str) -> HttpResponse:
    _enter(request)
    made = once(
        request,
        lambda: _made(request, shape),
        told=lambda request, refusal: answers.errors(shape, refusal),
        content=lambda: post.content(request),
    )
    assert isinstance(made, HttpResponse)  # noqa: S101 -- ours are
    return made


def _enter(request: HttpRequest) -> None:
    """Become whoever stands behind the key. Raises `Refused` (403) without one that holds."""
    signed = by_key(post.key_of(request), request)
    request.actor = signed.actor  # type: ignore[attr-defined]
    wall.stand(signed.actor)
    BUCKETS.take(signed.bucket, signed.per_minute, time.monotonic()).insist()


def _made(request: HttpRequest, shape: str) -> HttpResponse:
    try:
        made = post.take(request, post.posted(request))
    except Refused as refused:
        return answers.errors(shape, refused.refusal)
    row: dict[str, Any] = answers.mapping(
        service_request_id="" if made.deferred else made.number,
        token=made.token if made.deferred else "",
        service_notice=post.notice(made),
    )
    response = answers.kept_apart(shape, "service_requests", Many("request", [row]))
    response["Content-Language"] = get_language() or ""
    return response


@door("GET", told=answers.told)
def nothing(request: HttpRequest, rest: str = "", shape: str = "xml") -> HttpResponse:
    """Any other address below the standard's: absent, in the standard's shape."""
    return answers.errors("json" if rest.endswith(".json") else "xml", Refused("not_found").refusal)
