"""Ask about drafts: everybody their own."""

from uuid import UUID

from django.db.models import QuerySet

from lifang.core.access import Actor, Refused
from lifang.core.forms.filled import Filled
from lifang.core.forms.models import Draft


def drafts(actor: Actor, subject: str = "") -> QuerySet[Draft]:
    """The actor's own drafts, newest first; of one subject, or of those that begin with `subject`."""
    rows = Draft.objects.filter(holders__contains=[actor.holder]).order_by("-saved_at", "-id")
    return rows.filter(subject__startswith=subject) if actor.holder else rows.none()


def draft(actor: Actor, pk: UUID) -> Draft:
    """One of them. Raises `Refused("not_found")`."""
    found = drafts(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def filled(actor: Actor, draft: Draft) -> Filled:
    """What has been answered in it."""
    return Filled.read(str(draft.body))
