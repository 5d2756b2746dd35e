"""One tree, two spellings: XML with its wrappers, and the JSON that leaves them out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import msgspec

JSON = "application/json; charset=utf-8"
XML = "text/xml; charset=utf-8"
# What XML 1.0 cannot say at all, not even escaped.
_UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Many(NamedTuple):
    """A list whose XML children are all called `item`; in JSON it is an array."""

    item: str
    rows: Sequence[Any]


def sayable(text: str) -> str:
    """The text without what no XML document may hold."""
    return _UNSAYABLE.sub("", text)


def as_json(value: Any) -> bytes:
    return msgspec.json.encode(_plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, Many):
        return [_plain(row) for row in value.rows]
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    return sayable(value) if isinstance(value, str) else value


def as_xml(root: str, value: Any) -> bytes:
    """A document without namespace: elements in the order of the tree, nothing is an empty element."""
    return ('<?xml version="1.0" encoding="utf-8"?>\n' + "".join(_element(root, value))).encode()


def _element(name: str, value: Any) -> Iterator[str]:
    if value is None or value == "":
        yield f"<{name}/>"
        return
    yield f"<{name}>"
    if isinstance(value, Many):
        for row in value.rows:
            yield from _element(value.item, row)
    elif isinstance(value, Mapping):
        for part, inner in value.items():
            yield from _element(part, inner)
    else:
        yield _text(value)
    yield f"</{name}>"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(sayable(str(value)))
