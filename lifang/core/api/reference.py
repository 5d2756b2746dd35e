"""The OpenAPI document flattened for a reader: chapters, operations, and one row a field."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from lifang.core.api.router import api

Node = dict[str, Any]


class Field(NamedTuple):
    name: str
    kind: str
    required: bool
    note: str
    where: str = ""


class Operation(NamedTuple):
    method: str
    path: str
    title: str
    text: str
    open: bool
    asks: list[Field]
    body: list[Field]
    answers: list[tuple[str, str, list[Field]]]

    @property
    def anchor(self) -> str:
        return (
            f"{self.method}{self.path}".replace("/", "-").replace("{", "").replace("}", "").lower()
        )


class Chapter(NamedTuple):
    name: str
    operations: list[Operation]


def chapters() -> list[Chapter]:
    """By context, in the order of the document."""
    document = api().get_openapi_schema()
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method, node in methods.items():
            tag = (node.get("tags") or ["other"])[0]
            found.setdefault(tag, []).append(_operation(document, method, path, node))
    return [Chapter(name, operations) for name, operations in found.items()]


def _operation(document: Node, method: str, path: str, node: Node) -> Operation:
    asks = [
        Field(
            p["name"],
            _kind(document, p["schema"]),
            bool(p.get("required")),
            _note(p["schema"]),
            p["in"],
        )
        for p in node.get("parameters", [])
    ]
    answers = [
        (str(status), said.get("description", ""), _content(document, said))
        for status, said in node.get("responses", {}).items()
    ]
    return Operation(
        method.upper(),
        path,
        node.get("summary", ""),
        node.get("description", ""),
        not node.get("security"),
        asks,
        _content(document, node.get("requestBody", {})),
        answers,
    )


def _content(document: Node, node: Node) -> list[Field]:
    for media in node.get("content", {}).values():
        return list(_fields(document, media.get("schema", {})))
    return []


def _fields(document: Node, schema: Node, prefix: str = "", depth: int = 0) -> Iterator[Field]:
    """One row a property, nested ones by their path, four deep."""
    schema = _resolved(document, schema)
    if schema.get("type") == "array":
        yield from _fields(document, schema.get("items", {}), f"{prefix}[]", depth)
        return
    needed = set(schema.get("required", ()))
    for name, part in schema.get("properties", {}).items():
        path = f"{prefix}.{name}".lstrip(".")
        yield Field(path, _kind(document, part), name in needed, _note(part))
        if depth < 3:
            yield from _fields(document, part, path, depth + 1)


def _resolved(document: Node, schema: Node) -> Node:
    """Through references, single `allOf`, and "or null"."""
    while True:
        choice = [
            part
            for part in schema.get("anyOf") or schema.get("allOf") or ()
            if part.get("type") != "null"
        ]
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        elif len(choice) == 1:
            schema = choice[0]
        else:
            return schema


def _kind(document: Node, schema: Node) -> str:
    whole = _resolved(document, schema)
    if whole.get("type") == "array":
        return f"[{_kind(document, whole.get('items', {}))}]"
    if "enum" in whole:
        return " | ".join(str(value) for value in whole["enum"])
    return str(whole.get("format") or whole.get("type") or "any")


def _note(schema: Node) -> str:
    limits = [f"{word} {schema[key]}" for key, word in _LIMITS.items() if key in schema]
    return ", ".join([*filter(None, [schema.get("description", "")]), *limits])


_LIMITS = {
    "minimum": "≥",
    "maximum": "≤",
    "minLength": "length ≥",
    "maxLength": "length ≤",
    "default": "=",
}
