"""Observations as columns, and columns as PostgreSQL reads them in binary: no value is turned into text or touched by a loop."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, ClassVar, Final
from uuid import UUID
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray
from psycopg import Cursor
from psycopg.adapt import Dumper
from psycopg.pq import Format

from lifang.sensing.terms import Columns, Known, Observed

Y2K: Final = 946_684_800_000_000  # PostgreSQL counts microseconds from 2000
_HEAD: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END: Final = b"\xff\xff"
_NOTHING: Final = -1
_BIGINT, _FLOAT, _SMALLINT, _JSONB = 20, 701, 21, 3802
# In the order of `Observed` and of `Columns`.
_OBSERVED: Final = tuple((itemgetter(place), kind) for place, kind in enumerate((np.int64, np.int64, np.int64, np.float64, np.int16, np.int64)))  # fmt: skip


def columns(rows: Sequence[Observed], known: Mapping[int, Known]) -> Columns:
    """Neighbours of one device, moment and message are one message."""
    count = len(rows)
    facts = [one[-1] for one in rows]
    made: Any = [np.fromiter(map(field, rows), kind, count) for field, kind in _OBSERVED]
    whose = [(known[one.series].device, one.at, one.message) for one in rows]
    begins = [place == 0 or whose[place] != whose[place - 1] for place in range(count)]
    said = set[int]()  # by the message that is just looked at
    for place, one in enumerate(rows):
        if begins[place] or one.series in said:
            begins[place], said = True, set()
        said.add(one.series)
    group = np.cumsum(begins, dtype=np.int64)
    return Columns._make((*made, group, facts if any(facts) else None))


def stacked(parts: Sequence[Columns]) -> Columns:
    """One under another."""
    if len(parts) == 1:
        return parts[0]
    facts: list[bytes | None] = []
    for one in parts:
        facts += one.facts or [None] * len(one.series)
    made: Any = (np.concatenate(some) for some in zip(*(one[:-1] for one in parts), strict=True))
    return Columns._make((*made, facts if any(facts) else None))


def copied(them: Columns, known: Mapping[int, Known]) -> bytes:
    """The messages for COPY, by device: neighbours in the index come together."""
    first, many = by_message(them)
    bad = np.logical_or.reduceat(them.quality != 0, first)
    told = _told(them, first)
    device = _devices(them.series[first], known)
    parts = [_HEAD]
    for size in np.unique(many).tolist():
        for flawed in (False, True):
            mine = np.flatnonzero((many == size) & (bad == flawed) & ~told)
            if len(mine):
                mine = mine[np.argsort(them.series[first[mine]], kind="stable")]
                parts.append(_rows(them, first[mine], device[mine], size, flawed=flawed))
    parts += [_with_facts(them, first[one], device[one].tobytes(), many[one]) for one in np.flatnonzero(told).tolist()]  # fmt: skip
    return b"".join((*parts, _END))


def _told(them: Columns, first: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Messages with facts."""
    if them.facts is None:
        return np.zeros(len(first), bool)
    return np.logical_or.reduceat(np.fromiter((one is not None for one in them.facts), bool, len(them.facts)), first)  # fmt: skip


def _devices(series: NDArray[np.int64], known: Mapping[int, Known]) -> NDArray[Any]:
    distinct, places = np.unique(series, return_inverse=True)
    ids: list[UUID] = [known[one].device for one in distinct.tolist()]
    return np.frombuffer(b"".join([one.bytes for one in ids]), "V16")[places]


@lru_cache(maxsize=200)
def _array(kind: str, size: int) -> np.dtype[Any]:
    """An array of one dimension as PostgreSQL reads it, behind its length."""
    head = [("length", ">i4"), ("dimensions", ">i4"), ("nulls", ">i4"), ("oid", ">i4"), ("size", ">i4"), ("from", ">i4")]  # fmt: skip
    return np.dtype([*head, ("items", [("size", ">i4"), ("value", kind)], (size,))])


def _fill(field: Any, oid: int, size: int, values: Any) -> None:
    each = field.dtype["items"].subdtype[0]
    field["length"], field["dimensions"], field["oid"] = 20 + size * each.itemsize, 1, oid
    field["size"], field["from"] = size, 1
    field["items"]["size"], field["items"]["value"] = each["value"].itemsize, values


@lru_cache(maxsize=200)
def _row(size: int, *, flawed: bool) -> np.dtype[Any]:
    fixed = [(name, kind) for one in ("at", "message", "arrived") for name, kind in ((f"{one}_size", ">i4"), (one, ">i8"))]  # fmt: skip
    return np.dtype([
        ("fields", ">i2"), ("device_size", ">i4"), ("device", "V16"), *fixed, ("series", _array(">i8", size)), ("value", _array(">f8", size)),
        ("quality", _array(">i2", size) if flawed else ">i4"), ("facts", ">i4"),
    ])  # fmt: skip


def _rows(them: Columns, first: NDArray[np.int64], device: NDArray[Any], size: int, *, flawed: bool) -> bytes:  # fmt: skip
    """Messages of as many values each, without facts."""
    made = np.zeros(len(first), _row(size, flawed=flawed))
    made["fields"], made["device_size"], made["device"], made["facts"] = 8, 16, device, _NOTHING
    for name in ("at", "message", "arrived"):
        made[f"{name}_size"] = 8
        made[name] = getattr(them, name)[first] - (0 if name == "message" else Y2K)
    places = first[:, None] + np.arange(size)
    _fill(made["series"], _BIGINT, size, them.series[places])
    _fill(made["value"], _FLOAT, size, them.value[places])
    if flawed:
        _fill(made["quality"], _SMALLINT, size, them.quality[places])
    else:
        made["quality"] = _NOTHING
    return made.tobytes()


def _with_facts(them: Columns, first: int, device: bytes, size: int) -> bytes:
    """One message of which some values say more than a number."""
    assert them.facts is not None  # noqa: S101 -- narrows the type
    mine = slice(first, first + size)
    head = struct.pack(">hi16siqiqiq", 8, 16, device, 8, int(them.at[first]) - Y2K, 8, int(them.message[first]), 8, int(them.arrived[first]) - Y2K)  # fmt: skip
    arrays = (
        (_BIGINT, ">i8", them.series),
        (_FLOAT, ">f8", them.value),
        (_SMALLINT, ">i2", them.quality),
    )
    parts = [head]
    for oid, kind, column in arrays:
        made = np.zeros(1, _array(kind, size))
        _fill(made, oid, size, column[mine])
        parts.append(made.tobytes())
    items = b"".join(_jsonb(them.facts[mine]))
    return b"".join([*parts, struct.pack(">iiiiii", 20 + len(items), 1, 1, _JSONB, size, 1), items])


def _jsonb(facts: Sequence[bytes | None]) -> Iterator[bytes]:
    """Each behind its length and the version of jsonb."""
    for one in facts:
        yield struct.pack(">i", _NOTHING) if one is None else struct.pack(">ib", len(one) + 1, 1) + one  # fmt: skip


def by_message(them: Columns) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each message begins, and of how many values it is."""
    first = np.flatnonzero(np.diff(them.group, prepend=-1))
    return first, np.diff(first, append=len(them.group))


def by_series(them: Columns) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places in the order of series and time, and where in it each series begins; what comes before that is the newest of the one before."""
    order = np.lexsort((them.at, them.series))
    return order, np.flatnonzero(np.diff(them.series[order], prepend=-1))


class Packed:
    """An array as a parameter of a statement."""

    oid: ClassVar[int]
    kind: ClassVar[str]

    def __init__(self, values: Any) -> None:
        self.values = values

    def binary(self) -> bytes:
        form = np.dtype([("size", ">i4"), ("value", self.kind)])
        made = np.empty(len(self.values), form)
        made["size"], made["value"] = np.dtype(self.kind).itemsize, self.values
        return self.head(len(made)) + made.tobytes()

    def head(self, count: int) -> bytes:
        return struct.pack(">iiiii", 1, 0, self.oid, count, 1)


class Bigints(Packed):
    oid, kind = 20, ">i8"


class Floats(Packed):
    oid, kind = 701, ">f8"


class Smallints(Packed):
    oid, kind = 21, ">i2"


class Moments(Packed):
    """Times, given as microseconds since 1970."""

    oid, kind = 1184, ">i8"

    def __init__(self, values: Any) -> None:
        super().__init__(np.asarray(values, np.int64) - Y2K)


class Uuids(Packed):
    oid, kind = 2950, "S16"

    def binary(self) -> bytes:
        size = struct.pack(">i", 16)
        return self.head(len(self.values)) + b"".join([size + one.bytes for one in self.values])


def _dumper(kind: type[Packed], array: int) -> type[Dumper]:
    class Binary(Dumper):
        format, oid = Format.BINARY, array

        def dump(self, obj: Packed) -> bytes:
            return obj.binary()

    return Binary


_DUMPERS: Final = {kind: _dumper(kind, array) for kind, array in ((Bigints, 1016), (Floats, 1022), (Smallints, 1005), (Moments, 1185), (Uuids, 2951))}  # fmt: skip

_KNOWING: Final[WeakSet[Any]] = WeakSet()  # connections that have them


def asking(connection: Any) -> Any:
    """A cursor of a Django connection that binds on the server, so that columns go as they are."""
    connection.ensure_connection()
    raw = connection.connection
    if raw not in _KNOWING:
        for kind, dumper in _DUMPERS.items():
            raw.adapters.register_dumper(kind, dumper)
        _KNOWING.add(raw)
    return Cursor(raw)
