"""The calls: read the address and its options, ask once, answer."""

import time
from typing import Any, Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

from lifang.core.access import Kind, Refused
from lifang.core.config import config
from lifang.sensing.api.things import arrays as data_arrays
from lifang.sensing.api.things import written
from lifang.sensing.api.things.batch import batch as run_batch
from lifang.sensing.api.things.door import answer, door, signed_in
from lifang.sensing.api.things.paths import Place, base, link_to, place
from lifang.sensing.api.things.shown import entity, further, shows
from lifang.sensing.selectors import things
from lifang.sensing.selectors.things import Asked, Unfit, Who

_REQ: Final = "http://www.opengis.net/spec/iot_sensing/1.1/req/"
CONFORMANCE: Final = [
    f"{_REQ}{name}"
    for name in (
        "datamodel/thing", "datamodel/location", "datamodel/historical-location", "datamodel/datastream", "datamodel/sensor",
        "datamodel/observed-property", "datamodel/observation", "datamodel/feature-of-interest",
        "resource-path/resource-path-to-entities", "request-data", "create-update-delete/create-entity",
        "create-update-delete/link-to-existing-entities", "create-update-delete/deep-insert",
        "create-update-delete/deep-insert-status-code", "create-update-delete/update-entity",
        "create-update-delete/update-entity-put", "create-update-delete/update-entity-jsonpatch",
        "create-update-delete/delete-entity", "create-update-delete/historical-location-auto-creation",
        "batch-request/batch-request", "data-array/data-array",
    )
]  # fmt: skip
BY_MQTT: Final = f"{_REQ}create-observations-via-mqtt/observations-creation"
_READS: Final = ("GET", "HEAD")
PATIENCE: Final = 40  # looks; then it is answered as it is
PAUSE_SECONDS: Final = 0.05


@door
def root(request: HttpRequest) -> HttpResponse:
    """What there is, for everybody."""
    if request.method not in _READS:
        raise Refused("method_not_allowed")
    sets = [{"name": kind.set, "url": f"{base()}/{kind.set}"} for kind in things.KINDS.values()]
    settings: dict[str, Any] = {"conformance": CONFORMANCE}
    if listen := config().mqtt_listen:
        host, port = urlsplit(config().origin).hostname, listen.rpartition(":")[2]
        settings = {"conformance": [*CONFORMANCE, BY_MQTT], BY_MQTT: {"endpoints": [f"mqtt://{host}:{port}"]}}  # fmt: skip
    return answer({"value": sets, "serverSettings": settings})


@door
def batch(request: HttpRequest) -> HttpResponse:
    """Several requests in one."""
    if request.method != "POST":
        raise Refused("method_not_allowed")
    who = signed_in(request)
    at = request.at  # type: ignore[attr-defined]
    return run_batch(request, lambda method, path, query, body: one(who, method, path, query, body, at))  # fmt: skip


@door
def arrays(request: HttpRequest) -> HttpResponse:
    """Many observations at once."""
    if request.method != "POST":
        raise Refused("method_not_allowed")
    return one(signed_in(request), "POST", "CreateObservations", {}, request.body, request.at)  # type: ignore[attr-defined]


@door
def anything(request: HttpRequest, path: str) -> HttpResponse:
    """A set, an entity, a relation, a property."""
    who, options = signed_in(request), request.GET.dict()
    typed = request.headers.get("Content-Type", "")
    return one(who, str(request.method), path, options, request.body, request.at, typed)  # type: ignore[attr-defined]


def one(
    who: Who, method: str, path: str, options: dict[str, str], body: bytes, at: Any, typed: str = ""
) -> HttpResponse:
    """One request of its own, or one of a batch."""
    if path == "CreateObservations" and method == "POST":
        return data_arrays.taken(who, body, at)
    where = place(path)
    if method in _READS:
        return read(who, where, path, options, at)
    if who.owner is None and who.actor.kind is Kind.ANONYMOUS:
        raise Refused("not_signed_in")
    if method == "POST":
        return written.post(who, where, body, at)
    if method in ("PATCH", "PUT"):
        return written.change(who, where, body, at, whole=method == "PUT", typed=typed)
    if method == "DELETE":
        return written.delete(who, where, at)
    raise Refused("method_not_allowed")


def read(who: Who, where: Place, path: str, options: dict[str, str], at: Any) -> HttpResponse:
    _known(options)
    asked = things.ask(options)
    if where.way and not _stands(who, where, at):
        raise Refused("not_found")
    if things.by_newest(who, where.kind, asked, one=bool(where.key or where.single)):
        _await_seen(who, at)
    if where.key or where.single:
        return _single(who, where, asked, at)
    return _many(who, where, path, asked, options, at)


def _await_seen(who: Who, at: Any) -> None:
    """Whoever was told that something is stored reads it also in a count: what waits to be looked at is looked at within moments."""
    for _ in range(PATIENCE):
        if not things.waits(who, at):
            return
        time.sleep(PAUSE_SECONDS)


_OPTIONS: Final = {"$filter", "$orderby", "$select", "$expand", "$top", "$skip", "$count", "$skiptoken", "$resultFormat", "lang", "locale"}  # fmt: skip


def _known(options: dict[str, str]) -> None:
    unknown = [name for name in options if name not in _OPTIONS]
    if unknown:
        raise Unfit(f"{unknown[0][:40]} is not an option here.", 501 if unknown[0].startswith("$") else 400)  # fmt: skip


def _stands(who: Who, where: Place, at: Any) -> bool:
    """Does what the path goes through exist?"""
    last = where.way[-1]
    page = things.listed(who, last.kind, where.way[:-1], Asked(top=1), at, last.key)
    return bool(page.rows)


def _single(who: Who, where: Place, asked: Asked, at: Any) -> HttpResponse:
    if asked.filter is not None or asked.orderby or asked.count or asked.top is not None:
        raise Unfit("$filter, $orderby, $count and $top are of lists.")
    if where.single:
        asked.top = 1
    page = things.listed(who, where.kind, where.way, asked, at, where.key)
    if page.rows:
        return _row(where, page.rows[0], asked)
    if where.single:
        return HttpResponse(status=204)
    raise Refused("not_found")


def _row(where: Place, row: dict[str, Any], asked: Asked) -> HttpResponse:
    if where.refs:
        return answer({"@iot.selfLink": link_to(where.kind, row)})
    if not where.property:
        return answer(entity(where.kind, row, asked))
    told = shows(where.kind, row, where.property)
    if told is None:
        return HttpResponse(status=204)
    if where.plain:
        return HttpResponse(told if isinstance(told, str) else answer(told).content, content_type="text/plain; charset=utf-8")  # fmt: skip
    return answer({where.property: told})


def _many(
    who: Who, where: Place, path: str, asked: Asked, options: dict[str, str], at: Any
) -> HttpResponse:
    shape = options.get("$resultFormat", "")
    if shape not in ("", "dataArray") or (shape and where.kind.name != "Observation"):
        raise Unfit("$resultFormat is dataArray, of Observations.", 501)
    if shape and asked.expand:
        raise Unfit("A data array is not expanded.")
    page = things.listed(who, where.kind, where.way, asked, at)
    made: dict[str, Any] = {} if page.count is None else {"@iot.count": page.count}
    if shape:
        made["value"] = data_arrays.shown(page, asked)
    elif where.refs:
        made["value"] = [{"@iot.selfLink": link_to(where.kind, row)} for row in page.rows]
    else:
        made["value"] = [entity(where.kind, row, asked) for row in page.rows]
    raw = {name: text for name, text in options.items() if name in _OPTIONS}
    if going := further(page, raw, f"{base()}/{path.strip('/')}"):
        made["@iot.nextLink"] = going
    return answer(made)
