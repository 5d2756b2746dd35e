"""`lifang audit_verify`: recount the chain of the log; a broken link is told and ends in failure."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lifang.core.audit.log import verify


class Command(BaseCommand):
    requires_system_checks = []  # `lifang check` is a step of its own
    help = "Verify the hash chain of the audit log."

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify()
        if not verdict.whole:
            raise CommandError(str(verdict))
        self.stdout.write(str(verdict))
