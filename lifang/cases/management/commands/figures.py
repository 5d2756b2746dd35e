"""`lifang figures rebuild|check`: the kept counts of cases, made anew or compared with the cases."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lifang.cases import actions

SHOWN = 20


class Command(BaseCommand):
    help = "Count all cases anew (rebuild), or compare the kept counts with the cases (check)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["rebuild", "check"])

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        begun = time.monotonic()
        if what == "rebuild":
            counts = actions.rebuild_rollups()
            self.stdout.write(f"{counts:,} counts in {time.monotonic() - begun:.1f} s")
            return
        verdict = actions.check_rollups()
        for one in verdict.different[:SHOWN]:
            self.stdout.write(
                f"{one.place} {one.what} {one.slot}: kept {one.kept}, found {one.found}"
            )
        told = f"{verdict.stale:,} cases moved since they were counted, {len(verdict.different):,} counts differ"
        self.stdout.write(f"{told}; {time.monotonic() - begun:.1f} s")
        if not verdict.right:
            raise CommandError("The counts differ: `lifang figures rebuild` makes them anew.")
