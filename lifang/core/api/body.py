"""Reading what strangers send: JSON of one meaning, of bounded size and depth."""

import json
import re
from typing import Any, Final, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, RawPostDataException
from ninja.parser import Parser

from lifang.core.access import Refused
from lifang.core.api.terms import BODY_BYTES, DEPTH

_DIGITS: Final = 20  # beyond the largest number a database column takes
_STRINGS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"')


def read_json(raw: bytes) -> Any:
    """The value, or `Refused("bad_json")`: what two parsers could read differently is not JSON to us."""
    if len(raw) > BODY_BYTES:
        raise Refused("too_large", most=BODY_BYTES)
    _shallow(raw)
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_once_each,
            parse_constant=_no_constant,
            parse_int=_bounded_int,
            parse_float=_finite,
        )
        if b"\\u" in raw:
            _storable(value)
    except (ValueError, RecursionError) as wrong:
        raise Refused("bad_json", detail=type(wrong).__name__) from wrong
    return value


def _shallow(raw: bytes) -> None:
    if raw.count(b"[") + raw.count(b"{") <= DEPTH:
        return
    depth = 0
    for mark in re.findall(rb"[\[\]{}]", _STRINGS.sub(b"", raw)):
        depth += 1 if mark in b"[{" else -1
        if depth > DEPTH:
            raise Refused("bad_json", detail=f"> {DEPTH}")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _bounded_int(digits: str) -> int:
    if len(digits) > _DIGITS or not -(2**63) <= int(digits) < 2**63:
        raise ValueError("a number beyond 64 bits")
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number beyond a double")
    return value


def _storable(value: Any) -> None:
    """Half a character and the null character are legal escapes that no text column takes."""
    text = json.dumps(value, ensure_ascii=False)
    text.encode("utf-8")
    if "\\u0000" in text:
        raise ValueError("a null character")


class HardParser(Parser):
    """Ninja's reader of bodies, made strict."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            raw = request.body
        except (RequestDataTooBig, RawPostDataException) as wrong:
            raise Refused("too_large", most=BODY_BYTES) from wrong
        return read_json(raw)


def clean_query(request: HttpRequest) -> None:
    """No null characters in addresses either."""
    for name, values in request.GET.lists():
        if "\x00" in name or any("\x00" in value for value in values):
            raise Refused("bad_json", detail="NUL")
    if "\x00" in request.path:
        raise Refused("not_found")
