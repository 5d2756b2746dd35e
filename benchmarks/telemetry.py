"""A town of devices behind one gateway and what they say: 106-byte messages of three values, a few of which matter to a rule."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from lifang.boot.launch import Launch

AREA = "990101001001001"
RESTLESS, TROUBLED = (
    50,
    10,
)  # of one device in fifty, every tenth reading is beyond a limit: 0.2 % of all, as in row 17
# Type and three of its measures; every one but the meter of energy has rules in force, the gauge also one over a window of half an hour.
# None may tell of danger to life: those speak by a key of their own, on the lane where a receipt means "on disk".
KINDS = (
    ("water_level", b'{"level":0.%02d,"battery":%d,"rssi":-%d}'),
    ("breaker", b'{"temperature":2%d.5,"power":%d,"current":%d}'),
    ("electricity_meter", b'{"voltage":22%d,"power":%d,"current":%d}'),
    ("water_meter", b'{"flow":0.0%d,"battery":%d,"rssi":-%d}'),
    ("gas_meter", b'{"flow":0.0%d,"battery":%d,"rssi":-%d}'),
)
BEYOND = {"water_level": b'{"level":0.35,"battery":90,"rssi":-61}', "breaker": b'{"temperature":84.5,"power":60,"current":2}', "gas_meter": b'{"flow":-1.5,"battery":70,"rssi":-60}'}  # fmt: skip


class Town:
    """A gateway with its key and the devices behind it."""

    def __init__(self, launch: "Launch", devices: int = 2_000, code: str = "BENCH") -> None:
        from lifang.core.access import SYSTEM  # noqa: PLC0415 -- the house stands now
        from lifang.core.access.wall import behind  # noqa: PLC0415
        from lifang.sensing import actions  # noqa: PLC0415
        from lifang.sensing.actions import NewDevice  # noqa: PLC0415

        now = datetime.now(UTC)
        self.launch, self.env, self.devices, self.next = launch, launch.env, devices, 0
        self.begun = int(now.timestamp()) - 3600
        self._asks: psycopg.Connection[Any] | None = None
        self._ids: dict[bytes, Any] = {}
        with behind(SYSTEM):
            self.hub = actions.install_device(actor=SYSTEM, new=NewDevice("gateway", code, AREA), area=AREA, at=now)  # fmt: skip
            self.token = actions.issue_device_key(actor=SYSTEM, device=self.hub, at=now).token
        for place, (kind, _) in enumerate(KINDS):
            self.install(kind, "d", devices // len(KINDS), place, len(KINDS))
        self.prefix = self.token.split("_")[1]
        self.subject, self.topic = f"d.{self.prefix}.lifang", f"d/{self.prefix}/lifang"

    def install(self, kind: str, letter: str, count: int, first: int = 0, step: int = 1) -> list[bytes]:  # fmt: skip
        """Devices of a type behind the gateway; their names."""
        from lifang.core.access import SYSTEM  # noqa: PLC0415 -- the house stands now
        from lifang.core.access.wall import behind  # noqa: PLC0415
        from lifang.sensing import actions  # noqa: PLC0415
        from lifang.sensing.actions import NewDevice  # noqa: PLC0415

        now = datetime.now(UTC)
        codes = [f"{letter}{first + n * step:07d}" for n in range(count)]
        rows = [NewDevice(kind, code, AREA, gateway=self.hub.pk, installed_on=now.date()) for code in codes]  # fmt: skip
        with behind(SYSTEM):
            for start in range(0, count, 5000):
                actions.install_many(actor=SYSTEM, rows=rows[start : start + 5000], area=AREA, at=now)  # fmt: skip
        return [code.encode() for code in codes]

    def said(self, number: int) -> bytes:
        """One message; a second lies between two of a device."""
        round_, device = divmod(number, self.devices)
        kind, shape = KINDS[device % len(KINDS)]
        values = shape % (number % 9, 50 + number % 40, 60 + number % 30)
        if (device // len(KINDS)) % RESTLESS == 0 and (device + round_) % TROUBLED == 0:
            values = BEYOND.get(kind, values)
        return b'{"device":"d%07d","at":%d,"values":%b}' % (device, self.begun + round_, values)

    def batch(self, count: int) -> list[bytes]:
        first, self.next = self.next, self.next + count
        return [self.said(number) for number in range(first, first + count)]

    def taken(self) -> int:
        """Messages whose rows are committed: counted in the same transaction."""
        return int(asked("SELECT coalesce(sum(count), 0) FROM sensing_counted WHERE reason = '' AND source = %s", f"key:{self.prefix}"))  # fmt: skip

    def alarmed(self, code: bytes) -> bool:
        """Whether the alarm of a device is open. A prepared question on a line of its own: who waits for an answer must not take a core."""
        if self._asks is None:
            self._asks = psycopg.connect(databases_url(self.launch), autocommit=True)
        if code not in self._ids:
            self._ids[code] = self._asks.execute("SELECT id FROM sensing_device WHERE code = %s AND gateway_id = %s", [code.decode(), self.hub.pk]).fetchone()[0]  # type: ignore[index]  # fmt: skip
        found = self._asks.execute("SELECT FROM sensing_alarm WHERE device_id = %s AND ended_at IS NULL LIMIT 1", [self._ids[code]], prepare=True)  # fmt: skip
        return found.fetchone() is not None


def databases_url(launch: "Launch") -> str:
    """The database without its walls."""
    from lifang.boot import databases  # noqa: PLC0415 -- the house stands now
    from lifang.boot.engines.postgres import SUPERUSER  # noqa: PLC0415

    return databases.embedded(launch.config).url(SUPERUSER, databases.NAME)


def asked(statement: str, *given: Any) -> Any:
    """One number, as the system."""
    from django.db import connection  # noqa: PLC0415 -- the house stands now

    from lifang.core.access import SYSTEM  # noqa: PLC0415
    from lifang.core.access.wall import behind  # noqa: PLC0415

    with behind(SYSTEM), connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchone()[0]


def observations() -> int:
    return int(asked("SELECT coalesce(sum(cardinality(series)), 0) FROM sensing_message"))
