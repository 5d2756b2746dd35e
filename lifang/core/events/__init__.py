"""Past-tense facts: published into the outbox, told to listeners, passed on to the stream."""

from lifang.core.events.registry import event, listens
from lifang.core.events.outbox import publish

__all__ = ["event", "listens", "publish"]
