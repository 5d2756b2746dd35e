"""`lifang simulate`: the devices of the demo county go on speaking, in real time or days in seconds."""

import time
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.demo.devices import say, speakers_of
from lifang.demo.falling import falls
from lifang.demo.signals import Trouble, days, every, troubles
from lifang.sensing import selectors
from lifang.sensing.actions import Register


class Command(BaseCommand):
    help = "Let the demo county's devices speak: with false alarms, dead gateways, cooking smoke, and on request a real fire."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hours", type=float, default=1, help="of simulated time (default 1)")
        parser.add_argument("--real-time", action="store_true", help="an hour takes an hour")
        parser.add_argument("--fire", action="store_true", help="a real fire begins now")
        parser.add_argument(
            "--dead-gateway", action="store_true", help="one gateway loses its power now"
        )
        parser.add_argument("--thrown", action="store_true", help="something falls from a height now; the camera's box hands in a drawn clip")  # fmt: skip
        parser.add_argument("--only", nargs="+", default=[], metavar="CODE", help="these devices alone")  # fmt: skip
        parser.add_argument(
            "--falls-silent",
            action="store_true",
            help="after its first word nothing more is heard of a device",
        )
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        now = datetime.now(UTC)  # noqa: TID251 -- the edge that reads the clock
        span = timedelta(hours=options["hours"])
        # Days in seconds lie in the past, up to now; in real time they begin now.
        since = now if options["real_time"] else now - span
        with behind(SYSTEM):
            rows = selectors.devices(SYSTEM).filter(state="installed")
            devices = list(rows.filter(code__in=options["only"]) if options["only"] else rows)
        speakers = speakers_of(devices)
        if not speakers:
            raise CommandError("There are no such devices yet: `lifang demo` makes some.")
        wrong = troubles(speakers, since, since + span, Random(options["seed"])) + self._asked(speakers, since, options)  # fmt: skip
        if options["falls_silent"]:
            wrong += [Trouble("silent", since + every(one.type), since + span, one.area, one.code) for one in speakers]  # fmt: skip
        step = timedelta(seconds=10) if options["real_time"] else timedelta(hours=1)
        if options["thrown"]:
            code = self._first(speakers, "camera_ai").code
            falls(next(one for one in devices if one.code == code), since, options["seed"])
        register, total, at = Register(), 0, since
        while at < since + span:
            until = min(at + step, since + span)
            if options["real_time"]:
                time.sleep(max(0.0, (until - datetime.now(UTC)).total_seconds()))  # noqa: TID251 -- the same
            told = sorted(days(speakers, at, until, wrong), key=lambda one: one.at)
            new = say(told, devices, until, register)
            total += new
            self.stdout.write(f"{until:%Y-%m-%d %H:%M:%S} {new} observations")
            at = until
        for one in wrong:
            self.stdout.write(f"{one.since:%m-%d %H:%M} {one.kind} {one.area} {one.code}")
        self.stdout.write(f"{total} observations of {len(speakers)} devices")

    def _asked(self, speakers: Any, since: datetime, options: dict[str, Any]) -> list[Trouble]:
        found = []
        if options["fire"]:
            one = self._first(speakers, "smoke")
            found.append(Trouble("fire", since + timedelta(seconds=5), since + timedelta(minutes=20), one.area, one.code))  # fmt: skip
        if options["dead_gateway"]:
            hub = self._first(speakers, "gateway")
            found.append(Trouble("dead_hub", since, since + timedelta(hours=6), hub.area, hub.code))
        return found

    def _first(self, speakers: Any, kind: str) -> Any:
        found = next((each for each in speakers if each.type == kind), None)
        if found is None:
            raise CommandError(f"There is no device of the type `{kind}` among them.")
        return found
