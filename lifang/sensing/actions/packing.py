"""Observations as columns, and columns as PostgreSQL reads them in binary: no value is turned into text or touched by a loop."""

import struct
from collections.abc import Sequence
from operator import itemgetter
from typing import Any, ClassVar, Final
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray
from psycopg import Cursor
from psycopg.adapt import Dumper
from psycopg.pq import Format

from lifang.sensing.terms import Columns, Observed

Y2K: Final = 946_684_800_000_000  # PostgreSQL counts microseconds from 2000
_HEAD: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END: Final = b"\xff\xff"
_NOTHING: Final = -1
# In the order of `Observed` and of `Columns`.
_OBSERVED: Final = tuple((itemgetter(place), kind) for place, kind in enumerate((np.int64, np.int64, np.int64, np.float64, np.int16, np.int64)))  # fmt: skip
_FIELDS: Final = (("series", ">i8"), ("at", ">i8"), ("message", ">i8"), ("arrived", ">i8"), ("value", ">f8"), ("quality", ">i2"))  # fmt: skip
# Seven fields, each behind its length; facts are NULL.
_ROW: Final = np.dtype([("fields", ">i2"), *(part for name, kind in _FIELDS for part in ((f"{name}_size", ">i4"), (name, kind))), ("facts_size", ">i4")])  # fmt: skip
_ROW_FACTS: Final = struct.Struct(">hiqiqiqiqidihib").pack  # the same, then the version of jsonb


def columns(rows: Sequence[Observed]) -> Columns:
    count = len(rows)
    facts = [one[-1] for one in rows]
    made: Any = (np.fromiter(map(field, rows), kind, count) for field, kind in _OBSERVED)
    return Columns._make((*made, facts if any(facts) else None))


def together(parts: Sequence[Columns]) -> Columns:
    """One under another."""
    if len(parts) == 1:
        return parts[0]
    facts: list[bytes | None] = []
    for one in parts:
        facts += one.facts or [None] * len(one.series)
    made: Any = (np.concatenate(some) for some in zip(*(one[:-1] for one in parts), strict=True))
    return Columns._make((*made, facts if any(facts) else None))


def copied(them: Columns) -> bytes:
    """The rows for COPY, by series: neighbours in the index come together."""
    order = np.argsort(them.series, kind="stable")
    if them.facts is not None:
        return _with_facts(them, order)
    made = np.zeros(len(order), _ROW)
    made["fields"], made["facts_size"] = 7, _NOTHING
    for name, kind in _FIELDS:
        made[f"{name}_size"] = np.dtype(kind).itemsize
        made[name] = getattr(them, name)[order]
    made["at"] -= Y2K
    made["arrived"] -= Y2K
    return _HEAD + made.tobytes() + _END


def _with_facts(them: Columns, order: NDArray[np.int64]) -> bytes:
    assert them.facts is not None  # noqa: S101 -- narrows the type
    parts = [_HEAD]
    said = (getattr(them, name)[order].tolist() for name, _ in _FIELDS)
    for place, series, at, message, arrived, value, quality in zip(order.tolist(), *said, strict=True):  # fmt: skip
        facts = them.facts[place]
        size, version = (_NOTHING, 0) if facts is None else (len(facts) + 1, 1)
        row = _ROW_FACTS(7, 8, series, 8, at - Y2K, 8, message, 8, arrived - Y2K, 8, value, 2, quality, size, version)  # fmt: skip
        parts += [row[:-1]] if facts is None else [row, facts]
    return b"".join((*parts, _END))


def newest(them: Columns) -> NDArray[np.int64]:
    """The place of the newest observation of each series, by series."""
    order = np.lexsort((them.at, them.series))
    ordered = them.series[order]
    last = np.append(ordered[1:] != ordered[:-1], True)
    found: NDArray[np.int64] = order[last]
    return found


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
