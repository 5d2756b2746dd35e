import csv
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lifang.sensing.watch.detect import Detector, moment


class Command(BaseCommand):
    help = "How unusual each value of a file is: columns timestamp,value in; timestamp,score out, line by line."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a CSV file, or - for standard input")
        parser.add_argument(
            "--why", action="store_true", help="a third column: what made the score"
        )

    def handle(self, *args: Any, file: str, why: bool, **options: Any) -> None:
        if file == "-":
            self.follow(sys.stdin, why=why)
            return
        try:
            with Path(file).open(encoding="utf-8-sig", newline="") as lines:
                self.follow(lines, why=why)
        except (OSError, UnicodeDecodeError) as fault:
            raise CommandError(f"{file} cannot be read: {fault}") from fault

    def follow(self, lines: Any, *, why: bool) -> None:
        reader, writer, detector = csv.reader(lines), csv.writer(self.stdout), Detector()
        header = [name.strip().lower() for name in next(reader, [])]
        if "timestamp" not in header or "value" not in header:
            raise CommandError("the first line must name the columns timestamp and value")
        time, value = header.index("timestamp"), header.index("value")
        writer.writerow(["timestamp", "score", *(["why"] if why else [])])
        for number, row in enumerate(reader, 2):
            if not row:
                continue
            try:
                at, size = moment(row[time]), _number(row[value])
            except (IndexError, ValueError) as fault:
                raise CommandError(f"line {number}: {fault}") from fault
            score = detector.score(at, size)
            writer.writerow([row[time], f"{score:.6f}", *([detector.reason] if why else [])])


def _number(text: str) -> float:
    return float(text) if text.strip() else float("nan")
