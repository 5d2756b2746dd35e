"""`manage seed_demo`: build the make-believe county into an empty database."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from lifang.core.config import config
from lifang.demo import elsewhere, seed


class Command(BaseCommand):
    help = "Build the demo county (does nothing when there is one)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, help="residents (default 20,000)")
        parser.add_argument("--days", type=int, help="days of cases (default 90)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not seed.empty():
            self.stdout.write("The county is there already.")
            return
        at = datetime.now(UTC)  # noqa: TID251 -- the edge that reads the clock
        if config().site != "default":
            self._elsewhere(at)
            return
        built = seed.build(at, people_count=options["people"], days=options["days"])
        self.stdout.write(
            f"{built.areas} areas, {built.staff} staff, {built.residents} residents, {built.cases} cases"
            + (f"; refused on the way: {built.refused}" if built.refused else "")
        )

    def _elsewhere(self, at: datetime) -> None:
        files = elsewhere.build(config(), at)
        if not files:
            self.stdout.write(
                f"No report files: put them into sites/{config().site}/records/ (see docs/{config().site}.md)."
            )
