"""Data arrays on their way in, read: most are columns of times and results, and those are read without looking at each cell twice."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import msgspec

from lifang.core.api.body import read_json
from lifang.sensing.api.things.observing import time_told
from lifang.sensing.selectors.things import Unfit
from lifang.sensing.terms import micros

_PLAIN: Final = {"phenomenonTime", "result"}
_MOST_APART: Final = 16  # groups; beyond it looking for their rows would cost more than it spares
_DOUBTFUL: Final = re.compile(rb"[{\\]|\d{19}")  # what only the strict reader may judge
_CELLS: Final = msgspec.json.Decoder(list[list[int | float | str | bool | None]])


class _Apart(msgspec.Struct):
    dataArray: msgspec.Raw = msgspec.Raw(b"[]")  # noqa: N815 -- the standard's word


_GROUPS: Final = msgspec.json.Decoder(list[_Apart])


class Group(NamedTuple):
    """Rows of one Datastream; its number is 0 when it names none."""

    series: int
    names: list[str]
    rows: list[Any]

    def named(self) -> Iterator[dict[str, Any]]:
        """Each row by its columns; `{}` for one that does not fit them."""
        size = len(self.names)
        for row in self.rows:
            fits = isinstance(row, list) and len(row) == size
            yield dict(zip(self.names, row, strict=True)) if fits else {}

    def times_and_results(self) -> list[tuple[int, Any] | None] | None:
        """By row, if these are all its columns and each row tells its time; None for a row that is wrong. Runs over every row."""
        if len(self.names) != 2 or set(self.names) != _PLAIN:
            return None
        when, what = self.names.index("phenomenonTime"), self.names.index("result")
        found: list[tuple[int, Any] | None] = []
        for row in self.rows:
            if not isinstance(row, list) or len(row) != 2 or row[what] is None or isinstance(row[what], list | dict):  # fmt: skip
                found.append(None)
                continue
            text = row[when]
            if not text:
                return None
            try:
                found.append((_micros(text), row[what]))
            except Unfit:
                found.append(None)
        return found


def groups(body: bytes) -> list[Group]:
    """Raises `Unfit`, or `Refused` for what is no JSON of one meaning."""
    told, rows = _told(body)
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise Unfit("A list of groups with Datastream, components and dataArray is expected.")
    found = []
    for number, one in enumerate(told):
        stream, names = one.get("Datastream"), one.get("components")
        mine = rows[number] if rows and "dataArray" in one else one.get("dataArray")
        if not isinstance(names, list) or not isinstance(mine, list) or "result" not in names:
            raise Unfit("A group has Datastream, components (at least result) and dataArray.")
        key = stream.get("@iot.id") if isinstance(stream, dict) else None
        series = key if isinstance(key, int) and not isinstance(key, bool) else 0
        found.append(Group(series, [str(name) for name in names], mine))
    return found


def _told(body: bytes) -> tuple[Any, list[list[Any]] | None]:
    """The groups, and where they are plain their rows apart: cells that no two readers could read differently."""
    try:
        raw = [bytes(one.dataArray) for one in _GROUPS.decode(body)]
        if len(raw) > _MOST_APART or any(map(_DOUBTFUL.search, raw)):
            return read_json(body), None
        rows = [_CELLS.decode(one) for one in raw]
    except msgspec.MsgspecError:
        return read_json(body), None
    frame = body
    for one in raw:
        frame = frame.replace(one, b"[]", 1)
    return read_json(frame), rows


def _micros(text: Any) -> int:
    """Raises `Unfit`."""
    try:
        made = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        told = time_told(text)
        assert told is not None  # noqa: S101 -- it says something
        return micros(told)
    return micros(made if made.tzinfo else made.replace(tzinfo=UTC))


__all__ = ["Group", "groups"]
