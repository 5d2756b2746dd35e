"""Landing page, conformance, collections, items: OGC API Features Part 1 as GeoJSON."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.core.api import faults
from lifang.core.api.open.door import door, public
from lifang.core.api.open.ogc.asked import ALWAYS, CRS84, Asked, asked, in_crs84, known
from lifang.core.api.open.ogc.document import document
from lifang.core.api.open.ogc.layers import Layer, Row, layers
from lifang.core.config import config
from lifang.core.site import site

JSON, GEOJSON = "application/json", "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
WORLD = (-180.0, -90.0, 180.0, 90.0)
COUNTED = 100_000  # beyond, counting would cost more than it tells
_PART1 = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
_PART2 = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs"
CONFORMS = [*(f"{_PART1}/{name}" for name in ("core", "geojson", "oas30")), _PART2]


def told(request: HttpRequest, refused: Refused, **parts: str) -> HttpResponse:
    """The API's own shape; a wrong parameter is 400, as the standard says."""
    response = faults.fault(request, refused.refusal)
    if response.status_code == 422:
        response.status_code = 400
    return response


@door("GET", told=told)
def landing(request: HttpRequest) -> HttpResponse:
    known(request)
    links = [
        _link("", "self", JSON, str(site().name)),
        _link("/api", "service-desc", OPENAPI, "OpenAPI 3.0"),
        {**_link("", "service-doc", "text/html", _("How to use it")), "href": f"{config().origin}/open"},
        _link("/conformance", "conformance", JSON, _("What it conforms to")),
        _link("/collections", "data", JSON, _("Layers")),
    ]  # fmt: skip
    about = _("Public layers of this platform; no person is in any of them.")
    return _json(request, {"title": str(site().name), "description": about, "links": links})


@door("GET", told=told)
def api(request: HttpRequest) -> HttpResponse:
    known(request)
    made = document(str(site().name), base(), layers().values())
    return public(request, msgspec.json.encode(made), OPENAPI)


@door("GET", told=told)
def conformance(request: HttpRequest) -> HttpResponse:
    known(request)
    return _json(request, {"conformsTo": CONFORMS})


@door("GET", told=told)
def collections(request: HttpRequest) -> HttpResponse:
    known(request)
    rows = [_collection(request.actor, layer) for layer in layers().values()]  # type: ignore[attr-defined]
    links = [_link("/collections", "self", JSON, _("Layers"))]
    return _json(request, {"links": links, "collections": rows})


@door("GET", told=told)
def collection(request: HttpRequest, key: str) -> HttpResponse:
    known(request)
    return _json(request, _collection(request.actor, _layer(key)))  # type: ignore[attr-defined]


@door("GET", told=told)
def items(request: HttpRequest, key: str) -> HttpResponse:
    """A page of features in the order of their ids; `next` leads on."""
    layer = _layer(key)
    with behind(SYSTEM):  # a layer's rows are everybody's
        rows = layer.rows(request.actor)  # type: ignore[attr-defined]
        wanted = asked(request, layer, rows)
        found = _page(layer, wanted)
        # A later page need not be told again.
        matched = None if wanted.after else wanted.rows.order_by()[: COUNTED + 1].count()
    features = [_feature(layer, row) for row in found[: wanted.limit]]
    path = f"/collections/{key}/items"
    links = [
        _link(f"{path}{_query(request, {})}", "self", GEOJSON, str(layer.title)),
        _link(f"/collections/{key}", "collection", JSON, str(layer.title)),
    ]
    if len(found) > wanted.limit:
        after = {"after": str(found[wanted.limit - 1]["pk"])}
        links.append(_link(f"{path}{_query(request, after)}", "next", GEOJSON, _("Next page")))
    made = {
        "type": "FeatureCollection",  # without a time stamp: what is the same answers 304
        **({} if matched is None or matched > COUNTED else {"numberMatched": matched}),
        "numberReturned": len(features),
        "features": features,
        "links": links,
    }
    return _located(public(request, msgspec.json.encode(made), GEOJSON))


@door("GET", told=told)
def item(request: HttpRequest, key: str, pk: str) -> HttpResponse:
    known(request, (*ALWAYS, "crs"))
    in_crs84(request, "crs")
    layer = _layer(key)
    with behind(SYSTEM):  # a layer's rows are everybody's
        try:
            rows = layer.rows(request.actor).filter(pk=pk)  # type: ignore[attr-defined]
            found = list(rows.values(*_paths(layer))[:1])
        except (ValidationError, ValueError):
            found = []
    if not found:
        raise Refused("not_found")
    links = [
        _link(f"/collections/{key}/items/{pk}", "self", GEOJSON, str(layer.title)),
        _link(f"/collections/{key}", "collection", JSON, str(layer.title)),
    ]
    body = msgspec.json.encode({**_feature(layer, found[0]), "links": links})
    return _located(public(request, body, GEOJSON))


def _located(response: HttpResponse) -> HttpResponse:
    """Says in which reference system its coordinates are (Part 2)."""
    response["Content-Crs"] = f"<{CRS84}>"
    return response


def base() -> str:
    return f"{config().origin}/ogc"


def _layer(key: str) -> Layer:
    found = layers().get(key)
    if found is None:
        raise Refused("not_found")
    return found


def _paths(layer: Layer) -> list[str]:
    return list(dict.fromkeys(["pk", *(fact.path for fact in layer.facts.values()), *layer.paths]))


def _page(layer: Layer, wanted: Asked) -> list[Row]:
    rows: QuerySet[Any] = wanted.rows
    if wanted.after:
        try:
            rows = rows.filter(pk__gt=wanted.after)
        except (ValidationError, ValueError) as wrong:
            raise faults.bad_input("after", after="mangled") from wrong
    return list(rows.order_by("pk").values(*_paths(layer))[: wanted.limit + 1])


def _feature(layer: Layer, row: Row) -> dict[str, Any]:
    said = {
        name: fact.said(row[fact.path]) if fact.said else row[fact.path]
        for name, fact in layer.facts.items()
    }
    return {
        "type": "Feature",
        "id": str(row["pk"]),
        "geometry": layer.geometry(row),
        "properties": {**said, **(layer.adds(row) if layer.adds else {})},
    }


def _collection(actor: Actor, layer: Layer) -> dict[str, Any]:
    path = f"/collections/{layer.key}"
    return {
        "id": layer.key,
        "title": str(layer.title),
        "description": str(layer.about),
        "itemType": "feature",
        "crs": [CRS84],
        "storageCrs": CRS84,
        "extent": {
            "spatial": {"bbox": [layer.extent(actor) or WORLD], "crs": CRS84},
            "temporal": {"interval": [[None, None]]},
        },
        "links": [
            _link(path, "self", JSON, str(layer.title)),
            _link(f"{path}/items", "items", GEOJSON, str(layer.title)),
        ],
    }


def _link(path: str, rel: str, kind: str, title: str) -> dict[str, str]:
    return {"href": f"{base()}{path}", "rel": rel, "type": kind, "title": title}


def _query(request: HttpRequest, more: Mapping[str, str]) -> str:
    asked_for = {**request.GET.dict(), **more}
    return f"?{urlencode(asked_for)}" if asked_for else ""


def _json(request: HttpRequest, value: Any) -> HttpResponse:
    return public(request, msgspec.json.encode(value), JSON)
