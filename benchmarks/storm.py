"""Ten thousand alarms in ten seconds and one real fire among them; then a gateway dies."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from benchmarks.telemetry import AREA, Town, asked

if TYPE_CHECKING:
    from lifang.boot.launch import Launch
    from lifang.core.testing.mqtt import Line

ALARMS, OVER_SECONDS, MUST_SECONDS = 10_000, 10, 2.0


def main(launch: "Launch", fill: Callable[[Town, list[bytes]], None], line: Callable[[Town], "Line"]) -> None:  # fmt: skip
    town = Town(launch, devices=0, code="STORM")
    gates = town.install("access_gate", "g", ALARMS)
    fire = town.install("smoke", "f", 1)[0]
    before, begun, late = int(asked("SELECT count(*) FROM sensing_alarm")), time.perf_counter(), 0.0
    waited: list[float] = []
    smoke_alarm = line(town)

    def burn() -> None:
        time.sleep(OVER_SECONDS / 2)
        at = time.perf_counter()
        smoke_alarm.publish([(town.topic, b'{"device":"%b","values":{"smoke":1}}' % fire)])
        while not town.alarmed(fire):
            time.sleep(0.005)
        waited.append(time.perf_counter() - at)

    watching = threading.Thread(target=burn)
    watching.start()
    each = ALARMS // OVER_SECONDS // 4
    for first in range(0, ALARMS, each):
        fill(town, [b'{"device":"%b","values":{"forced":1}}' % name for name in gates[first : first + each]])  # fmt: skip
        late = time.perf_counter() - begun - (first + each) / ALARMS * OVER_SECONDS
        time.sleep(max(0.0, -late))
    watching.join()
    while (raised := int(asked("SELECT count(*) FROM sensing_alarm")) - before) < ALARMS + 1:
        time.sleep(0.1)
        if time.perf_counter() - begun > 120:
            raise RuntimeError(f"{ALARMS + 1 - raised} alarms are missing")
    told = int(asked("SELECT count(*) FROM sensing_alarm WHERE rule = 'door_forced' AND NOT folded AND lead_id IS NULL"))  # fmt: skip
    verdict = "well" if waited[0] <= MUST_SECONDS else "MISSED"
    print(f"  storm of {raised:,} alarms, the last {time.perf_counter() - begun:.1f} s after the first message (sent over {OVER_SECONDS + max(0.0, late):.1f} s), {told} of them told, the rest folded; the fire was on the wall after {waited[0]:.2f} s: {verdict}", flush=True)  # fmt: skip
    dead(town)


def dead(town: Town) -> None:
    """Nothing is heard any more of a gateway and of what hangs on it."""
    from lifang.core.access import SYSTEM  # noqa: PLC0415 -- the house stands now
    from lifang.sensing import actions  # noqa: PLC0415

    begun = time.perf_counter()
    actions.tell_silence(actor=SYSTEM, at=datetime.now(UTC) + timedelta(days=3))
    silent = "SELECT count(*) FROM sensing_alarm a JOIN sensing_device d ON d.id = a.device_id WHERE a.rule = %s AND a.inhibited_by_id IS {} NULL AND (d.id = %s OR d.gateway_id = %s)"
    told = int(asked(silent.format(""), "gateway_silent", town.hub.pk, town.hub.pk))
    more = int(asked(silent.format(""), "device_silent", town.hub.pk, town.hub.pk))
    quiet = int(asked(silent.format("NOT"), "device_silent", town.hub.pk, town.hub.pk))
    print(f"  a dead gateway: {told} alarm of it, {more} of its devices told beside it, {quiet:,} recorded under it; {time.perf_counter() - begun:.1f} s ({AREA})", flush=True)  # fmt: skip
