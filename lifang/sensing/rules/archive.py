"""What an archive holds and what it never does; a day as columns, and a sum over its rows."""

from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lifang.sensing.catalogue import TYPES

# One row of `COPY (SELECT series, at, message, arrived, value, quality) TO STDOUT (FORMAT BINARY)`: no column is ever null.
ROW: Final = np.dtype([
    ("n", ">i2"), ("l1", ">i4"), ("series", ">i8"), ("l2", ">i4"), ("at", ">i8"), ("l3", ">i4"), ("message", ">i8"),
    ("l4", ">i4"), ("arrived", ">i8"), ("l5", ">i4"), ("value", ">f8"), ("l6", ">i4"), ("quality", ">i2"),
])  # fmt: skip
HEAD: Final = 19  # bytes before the first row
COLUMNS: Final = ("series", "at", "message", "arrived", "value", "quality")
POSTGRES_EPOCH: Final = 946_684_800_000_000  # microseconds from 1970 to 2000


def may_be_kept(kind: str, place: str) -> bool:
    """Of no home: neither by what it is nor by where it stands, and somebody has registered what it is."""
    return kind in TYPES and not TYPES[kind].personal and place != "dwelling"


def path_of(folder: Path, day: date) -> Path:
    """Hive layout: DuckDB, Spark, ClickHouse and Trino read the day from the name."""
    return folder / "observations" / f"day={day:%Y-%m-%d}" / "part-0.parquet"


def rows_of(packed: bytes) -> dict[str, NDArray[Any]]:
    """Whole rows of a binary COPY as columns; times in microseconds since 1970."""
    raw = np.frombuffer(packed, ROW)
    if len(raw) and not ((raw["n"] == len(COLUMNS)) & (raw["l6"] == 2) & (raw["l1"] == 8)).all():
        raise ValueError("a row of another shape than was asked for")
    found = {name: raw[name].astype(raw[name].dtype.newbyteorder("=")) for name in COLUMNS}
    for name in ("at", "arrived"):
        found[name] += POSTGRES_EPOCH
    return found


def checksum(columns: dict[str, NDArray[Any]]) -> int:
    """The same for the same rows in any order; another one if any bit of any row differs."""
    total = np.zeros(len(columns["series"]), np.uint64)
    for name in COLUMNS:
        column = columns[name]
        bits = column.view(np.uint64) if column.dtype == np.float64 else column.astype(np.int64).view(np.uint64)  # fmt: skip
        total = _mix(total ^ bits)
    with np.errstate(over="ignore"):
        return int(total.sum(dtype=np.uint64))


def _mix(word: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Splitmix64: every bit in moves every bit out."""
    with np.errstate(over="ignore"):
        word = word + np.uint64(0x9E3779B97F4A7C15)
        word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return word ^ (word >> np.uint64(31))
