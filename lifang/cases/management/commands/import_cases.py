import csv
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from lifang.cases.actions import Ground, take_over
from lifang.cases.management.records import (
    Mapped,
    Reader,
    Record,
    UnlikeMapping,
    read_mapping,
    units_of,
)
from lifang.cases.models import Case
from lifang.core.access import SYSTEM, Refusal
from lifang.core.access.wall import behind
from lifang.core.config import config

BATCH = 500


class Command(BaseCommand):
    help = "Take past cases over from CSV or CSV.GZ files, with their own times. What is already here stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
        parser.add_argument("--mapping", type=Path, required=True, help="how the columns are read")
        parser.add_argument("--refused", type=Path, help="where the refused rows are listed")

    def handle(
        self, *args: Any, files: list[Path], mapping: Path, refused: Path | None, **options: Any
    ) -> None:
        mapped = self._mapped(mapping)
        missing = [str(path) for path in files if not path.is_file()]
        if missing:
            raise CommandError(f"no such file: {', '.join(missing)}")
        at = datetime.now(UTC)  # noqa: TID251 -- a command is an edge
        begun = time.monotonic()
        tally = Tally(mapped, at)
        with behind(SYSTEM):  # an import sees every number that is taken, wherever it lies
            reader = Reader(mapped, units_of(mapped, config().site_dir, SYSTEM))
            self._refuse_strangers(mapped, reader)
            for path in files:
                try:
                    self._one(path, reader, tally, at)
                except UnlikeMapping as other:
                    raise CommandError(str(other)) from other
                except (OSError, EOFError, zlib.error, csv.Error) as broken:
                    kept = f"{tally.placed} rows before it are kept"
                    raise CommandError(f"{path} cannot be read: {broken}; {kept}") from broken
        listed = refused or config().home / "imports" / f"{at:%y%m%d-%H%M%S}-refused.csv"
        tally.write(listed)
        self.stdout.write(tally.told(time.monotonic() - begun, listed))

    def _mapped(self, mapping: Path) -> Mapped:
        if not mapping.is_file():
            raise CommandError(f"no such file: {mapping}")
        try:
            return read_mapping(mapping)
        except msgspec.ValidationError as wrong:
            raise CommandError(f"{mapping}: {wrong}") from wrong

    def _refuse_strangers(self, mapped: Mapped, reader: Reader) -> None:
        strangers = mapped.strangers() + sorted(set(mapped.units) - set(reader.units))
        if strangers:
            hint = "is LIFANG_SITE right, and has `lifang load_site` run?"
            raise CommandError(f"this site does not know {', '.join(strangers)}: {hint}")

    def _one(self, path: Path, reader: Reader, tally: "Tally", at: datetime) -> None:
        columns = (
            TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
        )  # fmt: skip
        with Progress(*columns) as bar:
            task = bar.add_task(path.name, total=path.stat().st_size)
            read = [0]
            records = reader.records(path, lambda done: read.__setitem__(0, done))
            while batch := list(islice(records, BATCH)):
                tally.take(batch, path.name, at)
                bar.update(task, completed=read[0])


class Tally:
    """What became of the rows, and how the clocks compare with the file's own flags."""

    def __init__(self, mapped: Mapped, at: datetime) -> None:
        self.mapped, self.ground = mapped, Ground(at)
        self.rows = self.placed = self.here = 0
        self.why: Counter[str] = Counter()
        self.refused: list[tuple[str, int, str, str, str]] = []
        self.flags: Counter[tuple[str, bool | None, bool | None]] = Counter()
        self.otherwise: dict[str, Counter[str]] = {}
        self.untimed = 0

    def take(self, batch: list[Record], name: str, at: datetime) -> None:
        """One batch in one transaction."""
        past = [record.past for record in batch if record.past is not None]
        results = iter(take_over(actor=SYSTEM, at=at, past=past, ground=self.ground))
        for record in batch:
            self.rows += 1
            result = next(results) if record.past is not None else None
            if isinstance(result, Case):
                self._compare(result, record)
            else:
                self._refuse(record, name, result)

    def _refuse(self, record: Record, name: str, refusal: Refusal | None) -> None:
        reason = refusal.reason if refusal else record.reason
        if reason == "reference_known":
            self.here += 1
            return
        self.why[reason] += 1
        words = [self.mapped.said(reason) or refusal or "", record.said or ""]
        said = " ".join(str(one) for one in words if one) or reason
        self.refused.append((name, record.line, record.number, reason, said))

    def _compare(self, case: Case, record: Record) -> None:
        self.placed += 1
        for what, value in record.otherwise:
            self.otherwise.setdefault(what, Counter())[value or "(empty)"] += 1
        if record.past is not None and record.past.due_at is None:
            self.untimed += 1  # our own limit counts: nothing of the file's to compare with
        elif case.closed_at:
            self.flags["closed", case.on_time, record.flag] += 1
        elif case.due_at:
            self.flags["open", case.due_at > self.mapped.flags_as_of, record.flag] += 1

    def write(self, path: Path) -> None:
        """List the refused rows."""
        if not self.refused:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["file", "line", "number", "reason", "words"])
            writer.writerows(self.refused)

    def told(self, seconds: float, listed: Path) -> str:
        return "\n".join(self._lines(seconds, listed))

    def _lines(self, seconds: float, listed: Path) -> Iterator[str]:
        yield (
            f"{self.rows} rows read, {self.placed} placed, {self.here} already here, "
            f"{sum(self.why.values())} refused, {seconds:.1f} s"
        )
        for reason, count in self.why.most_common():
            yield f"  refused {reason}: {count}"
        if self.refused:
            yield f"  listed in {listed}"
        for what, values in sorted(self.otherwise.items()):
            some = ", ".join(f"{value} {count}" for value, count in values.most_common(8))
            yield f"  {what} not in the mapping, placed under the site's other: {values.total()} ({some})"
        if self.untimed:
            yield f"  without a target of their own, our limits count: {self.untimed}"
        for state in ("closed", "open"):
            yield from self._rates(state)

    def _rates(self, state: str) -> Iterator[str]:
        found = {(ours, flag): n for (of, ours, flag), n in self.flags.items() if of == state}
        whole = sum(found.values())
        flagged = sum(n for (_, flag), n in found.items() if flag is not None)
        if not whole:
            return
        ours = sum(n for (ours, _), n in found.items() if ours)
        theirs = sum(n for (_, flag), n in found.items() if flag)
        apart = sum(n for (ours, flag), n in found.items() if flag is not None and flag != ours)
        yield (
            f"  {state}: on time {ours} of {whole} = {ours / whole:.2%}; by the file's flags {theirs} of "
            f"{flagged}{f' = {theirs / flagged:.2%}' if flagged else ''}; "
            f"flags that contradict our clocks: {apart}"
        )
