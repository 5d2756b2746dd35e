"""Past-tense facts: published into the outbox, told to listeners, passed on to the stream."""

from lifang.core.events.outbox import publish
from lifang.core.events.registry import event, listens

__all__ = ["event", "listens", "publish"]
