"""What the walk of `access.yaml` needs a row of."""

from datetime import datetime
from uuid import UUID

from lifang.core.access import Actor, Refused
from lifang.core.flow.models import Todo
from lifang.core.offline.kinds import Thing, looks_up
from lifang.core.testing.rows import a_row


def _look(actor: Actor, pk: UUID, at: datetime) -> Thing:
    if not Todo.objects.visible_to(actor).filter(pk=pk).exists():
        raise Refused("not_found")
    return Thing("todo", str(pk), "")


def thing_of(area: str) -> tuple[str, UUID]:
    """A thing in this area, as a context above would offer one."""
    looks_up("todo", _look)
    return "todo", a_row(Todo, area=area).pk
