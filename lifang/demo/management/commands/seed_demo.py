"""`manage seed_demo`: build the make-believe county into an empty database."""

import os
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from lifang.cases.actions import rebuild_rollups
from lifang.core.config import config
from lifang.demo import city, crowd, elsewhere, seed
from lifang.demo.bars import bars
from lifang.demo.county import county


class Command(BaseCommand):
    help = "Build the demo county (does nothing when there is one)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, help="residents (default 20,000)")
        parser.add_argument("--days", type=int, help="days of cases (default 90)")
        parser.add_argument(
            "--city", action="store_true", help="and a city of cases and people in bulk around it"
        )
        for name in ("cases", "crowd", "grids", "deep"):
            parser.add_argument(f"--{name}", type=int, help="how many of a city")

    def handle(self, *args: Any, **options: Any) -> None:
        if not seed.empty():
            self.stdout.write("The county is there already.")
            return
        at = datetime.now(UTC)  # noqa: TID251 -- the edge that reads the clock
        if config().site != "default":
            self._elsewhere(at)
            return
        built = seed.build(
            at, people_count=options["people"], days=options["days"], alone=not hasattr(os, "fork")
        )
        self.stdout.write(
            f"{built.areas} areas, {built.staff} staff, {built.residents} residents, {built.cases} cases"
            + (f"; refused on the way: {built.refused}" if built.refused else "")
        )
        if options["city"]:
            self._city(at, {name: options[name] for name in ("cases", "crowd", "grids", "deep")})

    def _city(self, at: datetime, given: dict[str, int | None]) -> None:
        size = city.Size(**{name: n for name, n in given.items() if n is not None})
        url = config().owner_url or config().database_url
        with bars() as bar:
            with bar("Cases of the city", size.cases) as step:
                made = city.build(url, at, size, model=county().code, step=step)
            with bar("People of the city", size.crowd) as step:
                crowd.add_people(url, at, size.crowd, made=made, step=step)
            with bar("Counts", 1), made.part("counts"):
                made.rows["counts"] = rebuild_rollups()
        self.stdout.write(", ".join(f"{n:,} {name}" for name, n in made.rows.items()))
        self.stdout.write(", ".join(f"{name} {s:.0f} s" for name, s in made.seconds.items()))
        left = size.cases - min(size.deep, size.cases)
        self.stdout.write(
            f"Without their whole way: {left:,} older cases (row, place, times, unit, state and to-dos only)."
            f" The {size.crowd:,} people have a row, a household and a door; no history, groups or visits."
        )

    def _elsewhere(self, at: datetime) -> None:
        files = elsewhere.build(config(), at)
        if not files:
            self.stdout.write(
                f"No report files: put them into sites/{config().site}/records/ (see docs/{config().site}.md)."
            )
