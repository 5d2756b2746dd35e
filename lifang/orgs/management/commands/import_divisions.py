from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from lifang.core.access import SYSTEM, Refused
from lifang.core.config import config
from lifang.core.sheets.reading import cells
from lifang.orgs import actions, rules
from lifang.orgs.divisions import source
from lifang.orgs.divisions.extract import UnknownCounty


class Command(BaseCommand):
    help = "Import the streets and communities of a county: by its six digits out of the public list, or from a CSV or XLSX file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", metavar="CODE|FILE")
        parser.add_argument("--root", default="", help="the county or city a FILE is about")
        parser.add_argument(
            "--partial", action="store_true", help="the list is not complete: abolish nothing"
        )

    def handle(self, *args: Any, what: str, root: str, partial: bool, **options: Any) -> None:
        at = datetime.now(UTC)  # noqa: TID251 -- a command is an edge
        try:
            rows, root = self._rows(what, root)
            with self._progress() as bar:
                task = bar.add_task("divisions", total=len(rows))

                def told(done: int, total: int) -> None:
                    bar.update(task, completed=done, total=total)

                report = actions.import_divisions(
                    actor=SYSTEM, rows=rows, root=root, whole=not partial, at=at, progress=told
                )
        except Refused as refused:
            raise CommandError(str(refused.refusal)) from refused
        self.stdout.write(
            f"{root}: {len(report.added)} added, {len(report.changed)} changed, "
            f"{len(report.abolished)} abolished, {report.same} as before"
        )
        for code in report.kept:
            self.stdout.write(f"{code} is no longer listed but still in use")

    def _rows(self, what: str, root: str) -> tuple[list[dict[str, str]], str]:
        path = Path(what)
        if path.is_file():
            return rules.rows_of(cells(path.read_bytes()), ("code", "name")), self._root(root)
        try:
            self.stdout.write("Looking the county up in the public list …")
            listed = source.county(what, config().home / "divisions")
        except (UnknownCounty, ValueError) as error:
            raise CommandError(f"{what}: no file of this name, no county of this code") from error
        except source.FetchFailed as error:
            raise CommandError(f"the public list could not be fetched: {error}") from error
        rows = [{"code": row["code"], "name": row["name"]} for row in listed]
        return rows, what

    def _root(self, root: str) -> str:
        if not root:
            raise CommandError("say with --root which county or city the file is about")
        return root

    def _progress(self) -> Progress:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        return Progress(*columns)
