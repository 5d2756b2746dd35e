"""The OpenAPI 3.0 document of the layers."""

from collections.abc import Iterable
from typing import Any

from lifang.core.api.open.ogc.asked import CRS84, MOST, USUAL
from lifang.core.api.open.ogc.layers import Fact, Layer

_JSON = "application/json"
_GEOJSON = "application/geo+json"


def document(title: str, base: str, layers: Iterable[Layer]) -> dict[str, Any]:
    paths: dict[str, Any] = {
        "/": _get("Landing page", "landing", _JSON),
        "/conformance": _get("What it conforms to", "conformance", _JSON),
        "/collections": _get("Layers", "collections", _JSON),
        "/api": _get("This document", "api", "application/vnd.oai.openapi+json;version=3.0"),
    }
    for layer in layers:
        key = layer.key
        paths[f"/collections/{key}"] = _get(layer.title.en, f"collection_{key}", _JSON)
        paths[f"/collections/{key}/items"] = _get(
            f"{layer.title.en}: features", f"items_{key}", _GEOJSON, _asked(layer)
        )
        paths[f"/collections/{key}/items/{{featureId}}"] = _get(
            f"{layer.title.en}: one feature", f"item_{key}", _GEOJSON, [_FEATURE]
        )
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": "1.0"},
        "servers": [{"url": base}],
        "paths": paths,
        "components": {"schemas": {"error": _ERROR}},
    }


_ERROR = {
    "type": "object",
    "required": ["reason", "message"],
    "properties": {"reason": {"type": "string"}, "message": {"type": "string"}},
}
_CRS = {"type": "string", "format": "uri", "enum": [CRS84], "default": CRS84}
_FEATURE = {
    "name": "featureId", "in": "path", "required": True, "schema": {"type": "string"},
}  # fmt: skip


def _get(summary: str, name: str, kind: str, asks: list[Any] | None = None) -> dict[str, Any]:
    error = {
        "description": "Refused",
        "content": {_JSON: {"schema": {"$ref": "#/components/schemas/error"}}},
    }
    return {
        "get": {
            "summary": summary,
            "operationId": name,
            "parameters": asks or [],
            "responses": {
                "200": {"description": "OK", "content": {kind: {"schema": {"type": "object"}}}},
                **dict.fromkeys(("400", "404", "429", "500"), error),
            },
        }
    }


def _asked(layer: Layer) -> list[dict[str, Any]]:
    return [
        _query("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}, "form"),
        _query(
            "bbox",
            {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}},
            "form",
        ),
        _query("bbox-crs", _CRS, "form"),
        _query("crs", _CRS, "form"),
        _query("datetime", {"type": "string"}, "form"),
        _query("after", {"type": "string"}, "form"),
        *(_query(name, _schema(fact), "form") for name, fact in layer.facts.items() if fact.filter),
    ]  # fmt: skip


def _query(name: str, schema: dict[str, Any], style: str) -> dict[str, Any]:
    return {
        "name": name, "in": "query", "required": False, "schema": schema,
        "style": style, "explode": False,
    }  # fmt: skip


def _schema(fact: Fact) -> dict[str, str]:
    if fact.kind == "date-time":
        return {"type": "string", "format": "date-time"}
    return {"type": fact.kind}
