"""The last million against the first (row 9): the store with millions of devices, empty and then full.

`python -m benchmarks endurance [--devices 3000000] [--rows 30000000] [--million 1000000] [--ids]`. Devices, series and their newest values are there
before the first message. Between the two millions the table is filled by statements (the same rows, days and indexes), because the way in would take hours;
it would have kept the register in memory, so that is read once before the last million, as it was just written before the first.
Both millions come through `take_each`, as in a worker that has just begun: register, keys, limits, rules, idempotency, newest values, one commit a batch.
"""

import os
import random
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg

from benchmarks.figures import Figure, reference
from benchmarks.peers import Meter, postmaster
from benchmarks.telemetry import Town, databases_url

if TYPE_CHECKING:
    from lifang.boot.launch import Launch

DAY_ROWS, BATCH, STEP, TOLD = 10_000_000, 10_000, 2_000_000, 250_000
_COLUMNS = "SELECT attname FROM pg_attribute WHERE attrelid = 'sensing_device'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
_OTHERWISE = {
    "id": "gen_random_uuid()",
    "code": "'e' || lpad(n::text, 7, '0')",
    "number": "1000000000 + n",
}
_SERIES = """
INSERT INTO sensing_series (device_id, measure, area, holders)
SELECT id, 'water_level', area, holders FROM sensing_device WHERE gateway_id = %s AND code LIKE 'e%%' ORDER BY random()
"""
_LATEST = """
INSERT INTO sensing_latest (series_id, at, arrived_at, value, quality, since, area, holders, readings, hour, low, high, low_before, high_before)
SELECT id, %s, %s, 0.05, 0, %s, area, holders, 1, 0, 0.05, 0.05, 'Infinity', '-Infinity' FROM sensing_series WHERE id >= %s
"""
_FILL = """
INSERT INTO sensing_message (device_id, at, message, arrived_at, series, value)
SELECT s.device_id, t.at, t.message, now(), ARRAY[s.id], ARRAY[t.value] FROM (
  SELECT %s + (n * 1000003) %% %s AS series, %s::timestamptz + n %% %s * interval '5 milliseconds' AS at, %s * n AS message, (n %% 9) / 100.0::float8 AS value
  FROM generate_series(%s::bigint, %s) n) t JOIN sensing_series s ON s.id = t.series
"""
_RECEIPTS = """
INSERT INTO sensing_receipt (device, message, day)
SELECT s.device_id, n, current_date FROM generate_series(%s::bigint, %s) n JOIN sensing_series s ON s.id = %s + (n * 1000003) %% %s
"""
_REGISTER = (
    "SELECT count(code), count(keeper_id) FROM sensing_device WHERE code >= ''",
    "SELECT count(measure) FROM sensing_series WHERE device_id >= '00000000-0000-0000-0000-000000000000'",
    "SELECT count(value) FROM sensing_latest WHERE series_id >= 0",
)


class Store:
    """Devices without end behind one gateway."""

    def __init__(self, launch: "Launch", devices: int, ids: bool) -> None:
        self.devices, self.ids, self.sent = devices, ids, 0
        self.town = Town(launch, devices=50, code="ENDURE")
        self.line = psycopg.connect(databases_url(launch), autocommit=True)
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        # None of it is ahead of the clock.
        self.days = [today - timedelta(days=back) for back in range(10, 0, -1)]
        self.first, self.phase = 0, 0

    def people(self) -> None:
        """The register: devices, series, their newest values."""
        begun, before = time.perf_counter(), datetime.now(UTC) - timedelta(days=11)
        last = self._number("SELECT coalesce(max(id), 0) FROM sensing_series")
        # A copy of a device that was entered as all are; triggers and looks at keys are left out, they are not what is measured.
        self.line.execute("SET session_replication_role = replica")
        names = [name for (name,) in self.line.execute(_COLUMNS)]
        values = ", ".join(_OTHERWISE.get(name, f'd."{name}"') for name in names)
        listed = ", ".join(f'"{name}"' for name in names)
        clone = f"INSERT INTO sensing_device ({listed}) SELECT {values} FROM sensing_device d, generate_series(%s::bigint, %s) n WHERE d.code = 'd0000000' AND d.gateway_id = %s"
        for first in range(0, self.devices, 250_000):
            self.line.execute(clone, [first, min(first + 250_000, self.devices) - 1, self.town.hub.pk])  # type: ignore[call-overload]  # fmt: skip
        self.line.execute(_SERIES, [self.town.hub.pk])
        self.first = self._number("SELECT min(id) FROM sensing_series WHERE id > %s", last)
        self.line.execute(_LATEST, [before, before, before, self.first])
        self.line.execute("SET session_replication_role = origin")
        for day in self.days:
            self.line.execute("SELECT sensing_day(%s)", [day.date()])
        self.line.execute("ANALYZE sensing_device; ANALYZE sensing_series; ANALYZE sensing_latest")
        print(f"  {self.devices:,} devices with a series each: {time.perf_counter() - begun:.0f} s", flush=True)  # fmt: skip

    def remember(self) -> None:
        """What the way in asks for each message, rows and keys, into the machine's memory."""
        begun = time.perf_counter()
        for keys in ("on", "off"):
            self.line.execute(f"SET enable_seqscan = {keys}")
            for statement in _REGISTER:
                self.line.execute(statement)
        print(f"  the register is read: {time.perf_counter() - begun:.0f} s", flush=True)

    def fill(self, day: int, first: int, count: int) -> None:
        """Rows of a day, numbered on."""
        begun = time.perf_counter()
        for start in range(first, first + count, STEP):
            end = min(start + STEP, first + count) - 1
            self.line.execute(_FILL, [self.first, self.devices, self.days[day], DAY_ROWS, int(self.ids), start, end])  # fmt: skip
            if self.ids:
                self.line.execute(_RECEIPTS, [start, end, self.first, self.devices])
        self.line.execute("CHECKPOINT")
        print(f"  filled {count:,} rows of day {day + 1}: {time.perf_counter() - begun:.0f} s", flush=True)  # fmt: skip

    def take(self, day: int, count: int, meter: Meter) -> tuple[float, float]:
        """Messages a second and CPU microseconds a message of so many, through the way in."""
        from lifang.core.cycles import unswept  # noqa: PLC0415
        from lifang.sensing.actions.intake import Register, take_each  # noqa: PLC0415

        self.phase = self.phase % 4 + 1  # filled rows lie at every fifth millisecond
        register, spent, used, begun = Register(), 0.0, 0.0, int(self.days[day].timestamp() * 1000)
        dice = random.Random(self.sent)
        for start in range(0, count, BATCH):
            parcels = [self._parcel(dice, begun + (start + n) * 80) for n in range(min(BATCH, count - start))]  # fmt: skip
            before, at = meter.read(), time.perf_counter()
            with unswept():
                receipt = take_each(register, parcels, datetime.now(UTC))
            spent += time.perf_counter() - at
            used += meter.read() - before
            if (start + BATCH) % TOLD == 0:
                print(f"    {start + BATCH:,}: {(start + BATCH) / spent:,.0f} a second", flush=True)
            if receipt.refused or receipt.new != len(parcels):
                raise RuntimeError(f"{receipt.new} of {len(parcels)}, {list(receipt.refused.items())[:2]}")  # fmt: skip
        return count / spent, used / count * 1e6

    def _parcel(self, dice: random.Random, at: int) -> Any:
        from lifang.sensing.adapters import lifang  # noqa: PLC0415
        from lifang.sensing.terms import Way  # noqa: PLC0415

        self.sent += 1
        number = b',"id":"m%d"' % self.sent if self.ids else b""
        body = b'{"device":"e%07d","at":%d%b,"values":{"level":0.0%d}}' % (dice.randrange(self.devices), at + self.phase, number, self.sent % 9)  # fmt: skip
        return _parcel_of()(self._owner(), Way.MQTT, lifang.read(body), body)

    def _owner(self) -> Any:
        if not hasattr(self, "owner"):
            from lifang.core.access import SYSTEM  # noqa: PLC0415
            from lifang.core.access.wall import behind  # noqa: PLC0415
            from lifang.sensing.selectors import ways  # noqa: PLC0415

            with behind(SYSTEM):
                self.owner = ways.owner_of_key(SYSTEM, self.town.token, datetime.now(UTC))
        return self.owner

    def observations(self) -> int:
        return self._number("SELECT coalesce(sum(cardinality(series)), 0) FROM sensing_message")

    def floor(self) -> None:
        """Twenty newest values by their keys."""
        self.line.execute("SELECT series_id, at, value FROM sensing_latest WHERE series_id BETWEEN %s AND %s", [self.first, self.first + 19]).fetchall()  # fmt: skip

    def size(self) -> float:
        """MiB of the database."""
        return self._number("SELECT pg_database_size(current_database())") / 2**20

    def _number(self, statement: str, *given: Any) -> int:
        return int(self.line.execute(statement, given).fetchone()[0])  # type: ignore[index,call-overload]


def _parcel_of() -> Any:
    from lifang.sensing.actions.mail import Parcel  # noqa: PLC0415

    return Parcel


def main(launch: "Launch", devices: int, rows: int, million: int, *, ids: bool = False) -> list[Figure]:  # fmt: skip
    store = Store(launch, devices, ids)
    store.people()
    meter = Meter(os.getpid(), postmaster(launch))
    warm = min(million, 50_000)
    store.take(8, warm, meter)  # another day: plans and caches
    r = reference()
    speed, used = store.take(0, million, meter)
    print(f"  first {million:,}: {speed:,.0f} a second = {speed / r:.4f} R, {used:.0f} us of CPU a message", flush=True)  # fmt: skip
    done, day = million, 0
    while done < rows - million:
        count = min(DAY_ROWS * (day + 1), rows - million) - done
        store.fill(day, done, count)
        done += count
        day += done >= DAY_ROWS * (day + 1)
    store.remember()
    store.take(8, warm, meter)
    r_after = reference()
    speed_after, used_after = store.take(day, million, meter)
    print(f"  last {million:,} of {store.observations():,}: {speed_after:,.0f} a second = {speed_after / r_after:.4f} R, {used_after:.0f} us of CPU a message", flush=True)  # fmt: skip
    size = store.size()
    print(
        f"  {size:,.0f} MiB on disk, day of the last million at {done - DAY_ROWS * day:,} rows before"
    )
    named = " with ids of makers" if ids else ""
    return [
        Figure("9", f"last million against the first, {rows:,} rows, {devices:,} devices{named}: rate, each to its R", (speed_after / r_after) / (speed / r), "", 0.95, 0.8),
        Figure("9", f"the same by CPU a message{named}", used / used_after, "", 0.95, 0.8),
    ]  # fmt: skip
