"""Ask about admissions and their conformance runs."""

from uuid import UUID

from django.db.models import QuerySet

from lifang.core.access import Actor, Refused
from lifang.sensing.models import Admission, Key, Maker, Run


def admissions(actor: Actor) -> QuerySet[Admission]:
    """Applications of the actor's areas."""
    return Admission.objects.visible_to(actor).select_related("maker")


def admission(actor: Actor, pk: UUID | str) -> Admission:
    """One of them. Raises `Refused("not_found")`."""
    found = admissions(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def runs(actor: Actor, of: Admission) -> QuerySet[Run]:
    """Conformance runs, newest first."""
    return Run.objects.visible_to(actor).filter(admission=of).order_by("-at", "-id")


def makers(actor: Actor) -> QuerySet[Maker]:
    """Companies whose devices are here."""
    return Maker.objects.visible_to(actor).order_by("name", "id")


def keys_of(actor: Actor, of: Admission) -> QuerySet[Key]:
    """The keys of an application the actor may see, newest first; never their secret."""
    return Key.objects.filter(admission=of).order_by("-issued_at")
