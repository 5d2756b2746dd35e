"""Lists: keyset pages, encoded straight from the rows."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Field, Schema

from lifang.core.api.faults import bad_input
from lifang.core.api.rows import Found, fits, rows_as_json
from lifang.core.api.tags import tagged
from lifang.core.api.terms import MOST, PAGE

_ENCODER = msgspec.json.Encoder(enc_hook=str)


class Paging(Schema):
    """`?after=` is the `next` of the page before."""

    after: str = Field("", max_length=400)
    limit: int = Field(PAGE, ge=1, le=MOST)


def listing(
    request: HttpRequest,
    rows: QuerySet[Any],
    fields: Sequence[str] | Mapping[str, str],
    page: Paging | None = None,
    *,
    order: str = "-id",
) -> HttpResponse:
    """`{"items": […], "next": …}` of the rows, at most `limit`, without making model instances.

    `fields`: names, or name in the answer → path of the field. `order`: one field that is never null; the id
    breaks ties. `next` is null on the last page.
    """
    page = page or _asked(request)
    names = tuple(fields)
    paths = tuple(fields.values()) if isinstance(fields, Mapping) else names
    name, down = order.lstrip("-"), order.startswith("-")
    rows = _behind(rows, name, down, page.after) if page.after else rows
    sorting = (order,) if name == "id" else (order, "-id" if down else "id")
    page_of = rows_as_json if fits(rows, (*paths, name, "id")) else _in_python
    shown, mark = page_of(rows, names, paths, sorting, page.limit)
    more = b'"' + _packed(mark) + b'"' if mark else b"null"
    body = b'{"items":' + shown + b',"next":' + more + b"}"
    return tagged(request, HttpResponse(body, content_type="application/json"))


def _in_python(
    rows: QuerySet[Any],
    names: tuple[str, ...],
    paths: tuple[str, ...],
    sorting: tuple[str, ...],
    limit: int,
) -> Found:
    ordered = rows.order_by(*sorting)
    found = list(ordered.values_list(*paths, sorting[0].lstrip("-"), "id")[: limit + 1])
    shown, width, item = found[:limit], len(names), _item(names)
    mark = _ENCODER.encode(shown[-1][width:]) if len(found) > limit else None
    return _ENCODER.encode([item(*row[:width]) for row in shown]), mark


@lru_cache(maxsize=500)
def _item(names: tuple[str, ...]) -> type[msgspec.Struct]:
    """A shape with these fields: made and encoded faster than a dict."""
    renamed = {f"f{number}": name for number, name in enumerate(names)}
    return msgspec.defstruct("Item", [(field, Any) for field in renamed], rename=renamed, gc=False)


def _asked(request: HttpRequest) -> Paging:
    limit = request.GET.get("limit", str(PAGE))
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit[:9]) <= MOST:
        raise bad_input("limit", limit=f"1-{MOST}")
    return Paging.model_construct(after=request.GET.get("after", ""), limit=int(limit))


def _behind(rows: QuerySet[Any], name: str, down: bool, after: str) -> QuerySet[Any]:
    value, pk = _unpack(after)
    compare = "lt" if down else "gt"
    try:
        if name == "id":
            return rows.filter(**{f"id__{compare}": pk})
        # The first condition is what lets the index begin at the mark.
        at_or_behind = Q(**{f"{name}__{compare}e": value})
        behind = Q(**{f"{name}__{compare}": value}) | Q(**{name: value, f"id__{compare}": pk})
        return rows.filter(at_or_behind & behind)
    except (ValidationError, ValueError, TypeError) as wrong:
        raise bad_input("after", after="mangled") from wrong


def _packed(mark: bytes) -> bytes:
    return base64.urlsafe_b64encode(mark).rstrip(b"=")


def _unpack(after: str) -> tuple[Any, UUID]:
    try:
        value, pk = msgspec.json.decode(
            base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)), type=tuple[Any, UUID]
        )
    except (ValueError, binascii.Error, msgspec.DecodeError) as wrong:
        raise bad_input("after", after="mangled") from wrong
    return value, pk
