"""Read what lies in the archive: DuckDB over Parquet, of one series that the caller has shown to be the actor's."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import duckdb

from lifang.core.access import Actor
from lifang.core.config import config
from lifang.sensing.models import Archived
from lifang.sensing.rules.archive import path_of
from lifang.sensing.terms import BAD, micros

_SLOTS = """
SELECT (epoch_us("at") - $since) // $step AS slot, min(value), max(value), sum(value), count(*)
FROM read_parquet($files) WHERE series = $series AND epoch_us("at") >= $since AND epoch_us("at") < $until AND quality & $bad = 0
GROUP BY slot
"""


MOST_DAYS = 31  # of one question for single readings
_READINGS = """
SELECT epoch_us("at"), value, quality
FROM read_parquet($files) WHERE series = $series AND epoch_us("at") >= $since AND epoch_us("at") < $until
ORDER BY "at", message LIMIT $most
"""


class Slot(NamedTuple):
    number: int
    low: float
    high: float
    total: float
    readings: int


def days(actor: Actor, since: date, until: date) -> list[Archived]:
    """What lies there; it says of nobody anything."""
    del actor
    return list(Archived.objects.filter(day__gte=since, day__lte=until))


def slots(
    actor: Actor, series: int, since: datetime, until: datetime, step: timedelta
) -> list[Slot]:
    """One series in slots of time, from the days that are in the archive alone."""
    files = _files(actor, since, until)
    if not files:
        return []
    with _open() as db:
        found = db.execute(
            _SLOTS,
            {
                "files": files, "series": series, "since": micros(since), "until": micros(until),
                "step": max(1, step // timedelta(microseconds=1)), "bad": int(BAD),
            },
        ).fetchall()  # fmt: skip
    return [Slot(int(number), *rest) for number, *rest in found]


def readings(
    actor: Actor, series: int, since: datetime, until: datetime, most: int
) -> list[tuple[int, float, int]]:
    """Single readings of one series from the archive, oldest first: microseconds, value, quality."""
    files = _files(actor, since, until)
    if not files:
        return []
    asked = {"files": files, "series": series, "since": micros(since), "until": micros(until), "most": most}  # fmt: skip
    with _open() as db:
        return [(int(at), float(value), int(quality)) for at, value, quality in db.execute(_READINGS, asked).fetchall()]  # fmt: skip


def _files(actor: Actor, since: datetime, until: datetime) -> list[str]:
    """Days are those of UTC, whatever zone the question is in."""
    first, last = since.astimezone(UTC).date(), until.astimezone(UTC).date()
    there = [one.day for one in days(actor, first, last) if one.rows]
    paths = [path_of(config().archive, day) for day in there]
    return [str(path) for path in paths if path.is_file()]


def _open() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 2, "memory_limit": "512MB", "autoinstall_known_extensions": False, "autoload_known_extensions": False})  # fmt: skip
