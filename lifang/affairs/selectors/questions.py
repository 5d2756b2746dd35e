"""What nothing was written about, and who wants to be phoned back; masked."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from lifang.affairs.models import CallBack, Unanswered
from lifang.core.access import Actor, Refused


def unanswered(actor: Actor) -> QuerySet[Unanswered]:
    """Those of one's areas, the most asked first."""
    return Unanswered.objects.visible_to(actor).order_by("-count", "-last_at")


def unanswered_one(actor: Actor, pk: UUID) -> Unanswered:
    found = unanswered(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def callback(actor: Actor, pk: UUID) -> CallBack:
    """One. Raises `Refused("not_found")`."""
    found = CallBack.objects.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def callbacks_by_ids(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, CallBack]:
    return CallBack.objects.visible_to(actor).in_bulk(list(ids))
