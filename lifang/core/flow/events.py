from datetime import datetime
from uuid import UUID

from lifang.core.events import event


@event("flow.StageOverdue")
class StageOverdue:
    """A stage's clock ran out while the subject was still in it."""

    flow: str
    subject: UUID
    stage: str
    due_at: datetime
    at: datetime
