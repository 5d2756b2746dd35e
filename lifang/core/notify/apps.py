from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register


class NotifyConfig(AppConfig):
    name = "lifang.core.notify"
    label = "notify"

    def ready(self) -> None:
        from lifang.core.notify import retention  # noqa: F401, PLC0415 -- puts its shelves up
        from lifang.core.notify.web.entries import register_entries  # noqa: PLC0415 -- models must be ready

        register(check_templates)
        register_entries()


def check_templates(**_: Any) -> list[CheckMessage]:
    """Every context's messages and outward events can be read, and these are events."""
    from lifang.core.catalogue import Mistake  # noqa: PLC0415 -- apps must be ready
    from lifang.core.notify.catalogue import outward, templates  # noqa: PLC0415 -- apps must be ready
    from lifang.core.notify.webhooks import mistakes  # noqa: PLC0415 -- apps must be ready

    try:
        templates()
        known = outward().values()
    except Mistake as mistake:
        return [Error(str(mistake), id="notify.E001")]
    return [Error(wrong, id="notify.E002") for wrong in mistakes(known)]
