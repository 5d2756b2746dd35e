"""`lifang upgrade`: bring the database to the form of this version, as its owner, counting aloud."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


class _Counter:
    """Turns migrate's lines into `3/41 cases.0001_initial`."""

    def __init__(self, out: Any, total: int) -> None:
        self.out, self.total, self.done = out, total, 0

    def write(self, text: str) -> None:
        if text.strip().startswith("Applying "):
            self.done += 1
            self.out.write(f"{self.done}/{self.total} {text.split()[1].rstrip('.')}")
            self.out.flush()

    def flush(self) -> None:
        self.out.flush()


class Command(BaseCommand):
    requires_system_checks = []  # `lifang check` is a step of its own
    help = "Apply all migrations, counting aloud."

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            call_command(
                "migrate", interactive=False, verbosity=1, stdout=_Counter(self.stdout, len(plan))
            )
