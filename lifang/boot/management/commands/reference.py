"""`lifang reference`: write docs/reference anew from what is declared."""

from typing import Any

from django.core.management.base import BaseCommand

from lifang.boot.reference import FOLDER, pages


class Command(BaseCommand):
    requires_system_checks = []  # `lifang check` is a step of its own
    help = "Write docs/reference: events, capabilities, messages, reasons, catalogues."

    def handle(self, *args: Any, **options: Any) -> None:
        FOLDER.mkdir(exist_ok=True)
        for name, text in pages().items():
            (FOLDER / name).write_text(text, "utf-8")
            self.stdout.write(f"docs/reference/{name}")
