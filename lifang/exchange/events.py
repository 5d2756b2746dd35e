from datetime import datetime
from uuid import UUID

from lifang.core.events import event


@event("exchange.SystemAsked")
class SystemAsked:
    """An outside system applied for admission."""

    system: UUID
    at: datetime


@event("exchange.SystemTested")
class SystemTested:
    """A conformance run of an outside system was judged."""

    system: UUID
    run: UUID
    passed: bool
    at: datetime


@event("exchange.SystemChanged")
class SystemChanged:
    """An outside system was approved, admitted, refused, ended, or its time is (nearly) over."""

    system: UUID
    state: str
    at: datetime
