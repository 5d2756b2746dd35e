from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lifang.sensing.watch import homes

WORDS = """\
Learnt from the first half of each log; in the second half the person falls silent for good at every full hour, once each.
  alarms    false ones a day, in the second half as it really was
  delay     mean hours from the emergency to the alarm, for the hours at which somebody was in (all hours in brackets)
  flat      the same with one limit of 12 hours for everybody
"""


class Command(BaseCommand):
    help = "How early and how falsely the silence of somebody living alone is noticed, on logs of homes."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "logs", nargs="+", type=Path, help="sensor logs, or a folder of *_Sensors.txt"
        )

    def handle(self, *args: Any, logs: list[Path], **options: Any) -> None:
        paths = [path for one in logs for path in _files(one)]
        if not paths:
            raise CommandError("no log found")
        self.stdout.write(WORDS)
        for path in paths:
            self.one(path)

    def one(self, path: Path) -> None:
        try:
            heard = homes.read(path)
        except OSError as fault:
            raise CommandError(f"{path} cannot be read: {fault}") from fault
        if len(heard) < homes.FEWEST:
            raise CommandError(f"{path}: {len(heard)} readable lines are too few")
        labels = path.with_name(path.name.replace("_Sensors", "_ADLs"))
        absent = homes.absences(labels) if labels != path and labels.exists() else []
        doors = ", ".join(sorted(homes.outer_doors(heard, heard[-1].at))) or "none"
        self.stdout.write(f"{path.stem}   outer doors: {doors}")
        for name, flat in (("personal", False), ("flat", True)):
            found = homes.simulate(heard, absent, flat=flat)
            every = sum(found.all_delays) / max(1, len(found.all_delays))
            self.stdout.write(
                f"  {name:9} {found.a_day:.2f} alarms a day ({found.alarms} in {found.days:.1f} days)   "
                f"delay {found.mean_delay:.1f} h ({every:.1f} h)   {len(found.delays)} emergencies"
            )


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*_Sensors.txt")) if path.is_dir() else [path]
