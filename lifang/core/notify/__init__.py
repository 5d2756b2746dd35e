"""Messages to people and machines: `notify.send(...)` inside an action or a listener. See README.md."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lifang.core.notify.sending import send
    from lifang.core.notify.webhooks import announce

__all__ = ["announce", "send"]


def __getattr__(name: str) -> Any:
    # Both need models, and this package is imported before the models are ready.
    if name == "send":
        from lifang.core.notify.sending import send  # noqa: PLC0415 -- see above

        return send
    if name == "announce":
        from lifang.core.notify.webhooks import announce  # noqa: PLC0415 -- see above

        return announce
    raise AttributeError(name)
