"""Old days go: what is nobody's home is written to the archive first, read back and counted; what is, is erased.

In one transaction a day is written, checked, and dropped; whatever breaks off in between leaves the day as it was, and the next run
writes the file anew. A file counts only once the row says so.
"""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from hashlib import file_digest
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection
from numpy.typing import NDArray

from lifang.core.access import Actor
from lifang.core.action import action
from lifang.core.config import config
from lifang.sensing.catalogue import policy
from lifang.sensing.models import Archived, Series
from lifang.sensing.rules.archive import COLUMNS, HEAD, ROW, checksum, may_be_kept, path_of, rows_of

GROUP_ROWS = 131_072
_LOCK = 770_014
_DAYS = "SELECT day FROM sensing_days() AS day WHERE day < %s ORDER BY day LIMIT 1"
# In the order of its key, so that a reader of one series skips most of a file.
_ROWS = """
COPY (SELECT e.s, m.at, m.message, m.arrived_at, e.v, coalesce(e.q, 0::int2)
FROM sensing_message m CROSS JOIN LATERAL unnest(m.series, m.value, m.quality) AS e(s, v, q)
WHERE m.at >= '{since}' AND m.at < '{until}' ORDER BY e.s, m.at, m.message) TO STDOUT (FORMAT BINARY)
"""
_FEWER = """
UPDATE sensing_latest l SET readings = greatest(0, l.readings - n.n) FROM
  (SELECT e.s AS series_id, count(*) AS n FROM sensing_message m CROSS JOIN LATERAL unnest(m.series) AS e(s) WHERE m.at >= %s AND m.at < %s GROUP BY 1) n
WHERE n.series_id = l.series_id
"""
SCHEMA = pa.schema([
    ("series", pa.int64()), ("device", pa.dictionary(pa.int32(), pa.string())), ("type", pa.dictionary(pa.int32(), pa.string())),
    ("measure", pa.dictionary(pa.int32(), pa.string())), ("area", pa.dictionary(pa.int32(), pa.string())),
    ("at", pa.timestamp("us", tz="UTC")), ("arrived", pa.timestamp("us", tz="UTC")), ("value", pa.float64()),
    ("quality", pa.int16()), ("message", pa.int64()),
])  # fmt: skip


class NotTheSame(Exception):
    """What was read back is not what was written: the day stays."""


class Names(NamedTuple):
    """Of the series that may be kept, in the order of their ids."""

    series: NDArray[np.int64]
    columns: dict[str, list[str]]


@action("sensing.archive_day")
def archive_day(*, actor: Actor, at: datetime) -> date | None:
    """The oldest day whose time is over: into the archive as far as it may be kept, and gone from here. None: there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        mine = cursor.fetchone()[0]
        cursor.execute(_DAYS, [(at - timedelta(days=policy("keep_days"))).date()])
        row = cursor.fetchone()
    if not mine or row is None:
        return None
    day: date = row[0]
    since, until = _span(day)
    whole = _write(day, path_of(config().archive, day), at)
    with connection.cursor() as cursor:
        cursor.execute(_FEWER, [since, until])
        # Locks the day, counts it once more, and refuses if anything came in the meantime.
        cursor.execute("SELECT sensing_drop_counted(%s, %s)", [day, whole])
    return day


@action("sensing.forget_archive")
def forget_archive(*, actor: Actor, at: datetime) -> int:
    """Files whose time is over."""
    last = (at - timedelta(days=policy("archive_days"))).date()
    rows = list(Archived.objects.filter(day__lt=last))
    for one in rows:
        path_of(config().archive, one.day).unlink(missing_ok=True)
        one.delete()
    return len(rows)


def _span(day: date) -> tuple[datetime, datetime]:
    since = datetime.combine(day, time(), UTC)
    return since, since + timedelta(days=1)


def _write(day: date, path: Path, at: datetime) -> int:
    """The file of a day, as it shall be; how many rows the day has here."""
    names, whole, kept, total = _names(), 0, 0, 0
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(".fresh.parquet")
    with pq.ParquetWriter(fresh, SCHEMA, compression="zstd") as writer:
        for columns in _chunks(day):
            whole += len(columns["series"])
            mine = {name: column[np.isin(columns["series"], names.series)] for name, column in columns.items()}  # fmt: skip
            kept, total = kept + len(mine["series"]), (total + checksum(mine)) % (1 << 64)
            if len(mine["series"]):
                writer.write_table(_table(mine, names))
    if not kept:
        fresh.unlink()
        path.unlink(missing_ok=True)
    elif _read_back(fresh) != (kept, total):
        raise NotTheSame(f"{path} is not what was written")
    else:
        _settle(fresh, path)
    Archived.objects.filter(day=day).delete()
    Archived.objects.create(
        day=day, rows=kept, erased=whole - kept, checksum=f"{total:016x}", written_at=at,
        sha256=file_digest(path.open("rb"), "sha256").hexdigest() if kept else "", size=path.stat().st_size if kept else 0,
    )  # fmt: skip
    return whole


def _settle(fresh: Path, path: Path) -> None:
    """On the disk, under its name, before the database forgets the day."""
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.replace(path)
    for folder in (path.parent, path.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def _names() -> Names:
    """Asked for each day: a device that stands in a home now is kept out from now on."""
    listed = Series.objects.order_by("pk").values_list(
        "pk", "device", "device__type", "measure", "area", "device__place__kind"
    )
    kept = [row for row in listed.iterator() if may_be_kept(row[2], row[5] or "")]
    columns = {
        name: [str(row[place]) for row in kept]
        for place, name in ((1, "device"), (2, "type"), (3, "measure"), (4, "area"))
    }
    return Names(np.array([row[0] for row in kept], np.int64), columns)


def _chunks(day: date) -> Iterator[dict[str, NDArray[Any]]]:
    since, until = _span(day)
    held, headed = bytearray(), False
    with connection.cursor() as cursor:
        raw: Any = cursor
        with raw.copy(_ROWS.format(since=since.isoformat(), until=until.isoformat())) as copy:
            for block in copy:
                held += block
                if not headed and len(held) >= HEAD:
                    del held[:HEAD]
                    headed = True
                if len(held) >= GROUP_ROWS * ROW.itemsize:
                    size = GROUP_ROWS * ROW.itemsize
                    yield rows_of(bytes(held[:size]))
                    del held[:size]
    if held[-2:] != b"\xff\xff":
        raise NotTheSame("the database broke off")
    yield rows_of(bytes(held[:-2]))


def _table(columns: dict[str, NDArray[Any]], names: Names) -> pa.Table:
    places = np.searchsorted(names.series, columns["series"])
    used, index = np.unique(places, return_inverse=True)
    told: dict[str, Any] = {
        name: pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), [words[one] for one in used])
        for name, words in names.columns.items()
    }  # fmt: skip
    told |= {name: columns[name] for name in COLUMNS}
    arrays = [
        told[field.name] if pa.types.is_dictionary(field.type) else pa.array(told[field.name], field.type)
        for field in SCHEMA
    ]  # fmt: skip
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _read_back(path: Path) -> tuple[int, int]:
    """Rows and sum of what really lies in the file."""
    rows, total = 0, 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(GROUP_ROWS, columns=list(COLUMNS)):
            columns = {name: _plain(batch.column(name)) for name in COLUMNS}
            rows, total = rows + batch.num_rows, (total + checksum(columns)) % (1 << 64)
    return rows, total


def _plain(column: pa.Array) -> NDArray[Any]:
    times = pa.types.is_timestamp(column.type)
    return np.asarray((column.cast(pa.int64()) if times else column).to_numpy(zero_copy_only=False))
