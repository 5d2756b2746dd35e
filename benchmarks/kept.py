"""Free analysis over what is kept (row 15): the archive's files by DuckDB against the same question to the live tables, with the same answer.

`python -m benchmarks kept [--observations 10000000]`: ten days of 400 series; the day and the measure of each, how many, mean and highest.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from benchmarks.endurance import DAY_ROWS, Store
from benchmarks.figures import Figure

if TYPE_CHECKING:
    from lifang.boot.launch import Launch

STREAMS, ROUNDS = 400, 5
AGO = timedelta(days=20)  # a day of the last week is never dropped
LIVE = """
SELECT (m.at AT TIME ZONE 'UTC')::date AS day, s.measure, count(*), round(avg(e.v)::numeric, 9)::float8, max(e.v)
FROM sensing_message m CROSS JOIN LATERAL unnest(m.series, m.value) AS e(s, v) JOIN sensing_series s ON s.id = e.s
WHERE m.at >= %s AND m.at < %s GROUP BY 1, 2 ORDER BY 1, 2
"""
ARCHIVED = """
SELECT day, measure, count(*), round(avg(value), 9), max(value) FROM read_parquet($files, hive_partitioning = true)
GROUP BY 1, 2 ORDER BY 1, 2
"""


def main(launch: "Launch", sizes: Sequence[int]) -> list[Figure]:
    import duckdb  # noqa: PLC0415 -- the house stands now
    from django.db import transaction  # noqa: PLC0415

    from lifang.core.access import SYSTEM  # noqa: PLC0415
    from lifang.core.access.wall import behind  # noqa: PLC0415
    from lifang.core.config import config  # noqa: PLC0415
    from lifang.sensing.actions import archive_day  # noqa: PLC0415
    from lifang.sensing.catalogue import policy  # noqa: PLC0415
    from lifang.sensing.rules.archive import path_of  # noqa: PLC0415

    store, rows = Store(launch, STREAMS, ids=False), sizes[-1]
    store.days = days = [day - AGO for day in store.days]
    store.people()
    for number in range(len(days)):
        store.fill(number, number * DAY_ROWS, rows // len(days))
    store.line.execute("ANALYZE sensing_message")
    span = days[0], days[-1] + timedelta(days=1)
    live, spent = asked(lambda: store.line.execute(LIVE, span).fetchall())
    print(f"  {rows:,} observations live: {spent:,.0f} ms", flush=True)

    begun, over = time.perf_counter(), days[-1] + timedelta(days=policy("keep_days") + 1)
    for _ in days:
        with behind(SYSTEM), transaction.atomic():
            archive_day(actor=SYSTEM, at=over)
    took = time.perf_counter() - begun
    files = [str(path) for day in days if (path := path_of(config().archive, day.date())).is_file()]
    size = sum(path_of(config().archive, day.date()).stat().st_size for day in days) / 2**20
    with duckdb.connect(config={"threads": 2}) as db:
        kept, fast = asked(lambda: db.execute(ARCHIVED, {"files": files}).fetchall())
    print(f"  the same from {len(files)} files of {size:,.0f} MiB: {fast:,.1f} ms; archived in {took:.0f} s", flush=True)  # fmt: skip
    if [tuple(map(str, row)) for row in live] != [tuple(map(str, row)) for row in kept]:
        raise RuntimeError(f"not the same: {live[:2]} {kept[:2]}")
    return [Figure("15", f"free analysis of {rows:,} observations, of the live scan", fast / spent, "", 1 / 15, 1 / 5, least=False)]  # fmt: skip


def asked(ask: Callable[[], list[Any]]) -> tuple[list[Any], float]:
    """The answer, and the median milliseconds of it; the first is for plans and caches."""
    answer, spent = ask(), []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        answer = ask()
        spent.append((time.perf_counter() - begun) * 1000)
    return answer, statistics.median(spent)
