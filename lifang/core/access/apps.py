from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register


class AccessConfig(AppConfig):
    name = "lifang.core.access"
    label = "access"

    def ready(self) -> None:
        register(check_declarations)


def check_declarations(**_: Any) -> list[CheckMessage]:
    """Capabilities and reasons of every context are readable."""
    from lifang.core.access.capabilities import capabilities  # noqa: PLC0415 -- apps must be ready
    from lifang.core.access.refusal import reasons  # noqa: PLC0415 -- apps must be ready
    from lifang.core.catalogue import Mistake  # noqa: PLC0415 -- apps must be ready

    found: list[CheckMessage] = []
    for load in (capabilities, reasons):
        try:
            load()
        except Mistake as mistake:
            found.append(Error(str(mistake), id="access.E001"))
    return found
