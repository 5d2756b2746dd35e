"""`lifang keys status|rotate`: under which keys sealed values lie, and a new key for all of them."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.accounts import actions
from lifang.core.crypto import key_ring, rotation


class Command(BaseCommand):
    help = (
        "Keys of sealed values: status, or rotate (also goes on with a rotation that was stopped)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, title="acts")
        acts.add_parser("status", help="which key seals how many values of which table")
        rotate = acts.add_parser("rotate", help="a new key, and every value sealed again under it")
        rotate.add_argument("--batch", type=int, default=rotation.BATCH, help="rows a transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        with behind(SYSTEM):  # every sealed value of the installation; none is shown
            getattr(self, f"_{options['act']}")(options)

    def _status(self, options: dict[str, Any]) -> None:
        current = key_ring().current()[0].hex()
        for key_id, tables in sorted({current: {}, **rotation.values_by_key()}.items()):
            mark = "current" if key_id == current else "earlier"
            self.stdout.write(f"{key_id}  {mark:<8} {sum(tables.values())} values")
            for table, count in sorted(tables.items()):
                self.stdout.write(f"    {table:<28} {count}")
        left = rotation.how_many_wait()
        self.stdout.write(
            f"{left} rows wait: `lifang keys rotate` goes on." if left else "No row waits."
        )

    def _rotate(self, options: dict[str, Any]) -> None:
        at = datetime.now(UTC)  # noqa: TID251 -- the command line is an edge
        if rotation.how_many_wait():
            self.stdout.write("An earlier rotation was stopped: it is finished first, no new key.")
        else:
            self.stdout.write(f"New key {actions.rotate_keys(actor=SYSTEM, at=at)}.")
        unreadable = self._reseal(max(1, options["batch"]))
        left = rotation.how_many_wait()
        if unreadable or left:
            for row in unreadable:
                self.stderr.write(f"no key on the ring opens {row}")
            raise CommandError(
                f"{left} rows are not under the current key: in use, or unreadable. Run it again."
            )
        self.stdout.write("Every sealed value lies under the current key. Take a backup now.")

    def _reseal(self, size: int) -> list[str]:
        unreadable: dict[str, None] = {}
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
        with Progress(*columns, TimeElapsedColumn()) as bar:
            task = bar.add_task("sealing again", total=rotation.how_many_wait())
            for step in rotation.reseal(size):
                bar.update(task, advance=step.done, description=step.table)
                unreadable |= dict.fromkeys(step.unreadable)
        return list(unreadable)
