"""Who may act for whom."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from lifang.affairs import rules
from lifang.affairs.models import Mandate
from lifang.core.access import SYSTEM, Actor, Refused, insist
from lifang.core.access.errands import Entrusted, says_who_is_entrusted
from lifang.core.access.wall import behind
from lifang.core.crypto.fields import clear
from lifang.registry import selectors as registry


def mandates(actor: Actor) -> QuerySet[Mandate]:
    """Those one sees: one's own on both sides, at the desk those of one's areas; newest first."""
    return Mandate.objects.visible_to(actor).select_related("principal", "agent").order_by("-began_at")  # fmt: skip


def mandates_of(actor: Actor, principal: UUID) -> list[Mandate]:
    """Those in force of somebody, at the desk; the helper's name masked, wherever they live."""
    found = list(mandates(actor).filter(principal=principal, ended_at=None).values_list("pk", flat=True))  # fmt: skip
    with behind(SYSTEM):
        return list(Mandate.objects.filter(pk__in=found).select_related("principal", "agent").order_by("-began_at"))  # fmt: skip


def own_mandates(actor: Actor) -> list[Mandate]:
    """Both sides; the names masked."""
    if not actor.holder:
        return []
    with behind(SYSTEM):  # the other one's record lies out of sight; its name reads masked
        return list(Mandate.objects.filter(holders__contains=[actor.holder], ended_at=None).select_related("principal", "agent").order_by("-began_at"))  # fmt: skip


def mandate(actor: Actor, pk: UUID) -> Mandate:
    """One that one sees. Raises `Refused("not_found")`."""
    found = Mandate.objects.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def acting_for(actor: Actor, pk: UUID, guide: str, on: date) -> Mandate:
    """The mandate under which the actor applies for somebody, if it still allows this matter."""
    with behind(SYSTEM):  # the principal's record lies out of the agent's sight
        found = Mandate.objects.filter(pk=pk, account=actor.id).select_related("principal", "agent").first()  # fmt: skip
    if found is None:
        raise Refused("not_found")
    insist(rules.allows(found.guides, found.until, found.ended_at is not None, guide, on))
    return found


@says_who_is_entrusted
def entrusting(actor: Actor, key: str, on: date) -> list[Entrusted]:
    """Who entrusted an errand to the actor, as it stands on that day."""
    if actor.id is None:
        return []
    with behind(
        SYSTEM
    ):  # the principal's record lies out of the agent's sight; its name reads masked
        rows = Mandate.objects.filter(account=actor.id, ended_at=None, until__gte=on, guides__contains=[key])  # fmt: skip
        return [Entrusted(one.principal_id, str(one.principal.name), one.until) for one in rows.select_related("principal")]  # fmt: skip


def helper(actor: Actor, name: str, telephone: str) -> Any:
    """Who is meant: both the name and the telephone must be on record. Raises `Refused("helper_unknown")`."""
    with behind(SYSTEM):  # only whether both are right
        found = [one for one in registry.find_persons(SYSTEM, telephone, 5) if telephone.strip() and clear(one, "name") == name.strip()]  # fmt: skip
    if len(found) != 1:
        raise Refused("helper_unknown", field="telephone")
    return found[0]


def account_of(actor: Actor, person: Any) -> UUID | None:
    """The account of a person, if there is one."""
    keys = [one[8:] for one in person.holders if one.startswith("account:")]
    return UUID(keys[0]) if keys else None


def window_mandates(actor: Actor, person: Any, desk: str, on: date) -> dict[str, Mandate]:
    """Guide → the authority under which the window of that area acts for somebody now."""
    rows = Mandate.objects.filter(principal=person, agent=None, ended_at=None, until__gte=on).exclude(desk="")  # fmt: skip
    return {key: one for one in rows if desk.startswith(one.desk) or one.desk.startswith(desk) for key in one.guides}  # fmt: skip
