"""`lifang retention --dry-run` says what would go tonight; `lifang retention` erases it now."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation
from django.utils.timezone import localtime
from rich.console import Console
from rich.table import Table

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.retention import actions, selectors
from lifang.core.retention.catalogue import Term


class Command(BaseCommand):
    help = "What is kept how long, and what is over; without --dry-run it is erased."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="erase nothing, only count")
        parser.add_argument("--language", choices=["zh-hans", "en"], default="en")

    def handle(self, *args: Any, **options: Any) -> None:
        at = datetime.now(UTC)  # noqa: TID251 -- the edge that reads the clock
        with translation.override(options["language"]), behind(SYSTEM):
            if options["dry_run"]:
                Console(file=self.stdout, width=140).print(_outlook(at))  # type: ignore[arg-type]
                return
            run = actions.work(system=SYSTEM, at=at)
            for one in selectors.done(SYSTEM, run.pk):
                self.stdout.write(f"{one.key}: {one.rows}")
            self.stdout.write(f"run {run.pk}: {'ended' if run.ended_at else 'not ended'}")


def _outlook(at: datetime) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("term", "what", "kept", "over", "oldest", "under hold", "last", "ground"):
        table.add_column(name)
    for one in selectors.outlook(SYSTEM, at):
        table.add_row(
            one.term.key, str(one.term.name), _length(one.term), _number(one.due), _day(one.oldest), _number(one.held),
            f"{_day(one.last)} {one.went}" if one.last else "-", f"{one.term.basis}{'' if one.term.confirmed else ' (?)'}",
        )  # fmt: skip
    return table


def _length(term: Term) -> str:
    return f"{term.years} y" if term.years else f"{term.days} d"


def _number(count: int | None) -> str:
    return "not shown" if count is None else str(count)


def _day(moment: datetime | None) -> str:
    return f"{localtime(moment):%Y-%m-%d}" if moment else "-"
