from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from lifang.cases.models import CELL_METRES, Case, Reporter
from lifang.core.access import Actor, Refused
from lifang.core.crypto.fields import clear
from lifang.core.crypto.masks import mask_name, mask_telephone
from lifang.core.geo.measure import near
from lifang.core.search import matching
from lifang.registry.selectors import accounts_of


def cases(actor: Actor) -> QuerySet[Case]:
    """Every case this actor may see, the lead unit at hand."""
    return Case.objects.visible_to(actor).select_related("lead").order_by("-opened_at", "-pk")


def around(actor: Actor, lon: float, lat: float, metres: float) -> QuerySet[Case]:
    """Cases within so many metres of a point."""
    return near(cases(actor), lon, lat, metres, cells=("cell", CELL_METRES))


def case(actor: Actor, pk: UUID) -> Case:
    """One case. Raises `Refused("not_found")` alike for what is not there and what is not yours."""
    found = cases(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def find(actor: Actor, text: str) -> QuerySet[Case]:
    """Cases whose number, words or place match."""
    return matching(cases(actor), text)


def mine(actor: Actor) -> QuerySet[Case]:
    """The cases a resident reported or joined, newest first."""
    return (
        cases(actor).filter(reporters__account=actor.id).distinct()
        if actor.id
        else Case.objects.none()
    )


def reported_by(actor: Actor, person: Any) -> QuerySet[Case]:
    """Cases a person of the register reported or joined: with the account of their own, or naming their telephone."""
    own = Q(account__in=accounts_of(actor, person))
    if person.telephone:
        own |= Q(phone_index=clear(person, "telephone"))
    return cases(actor).filter(pk__in=Reporter.objects.filter(own).values("case"))


def contact(actor: Actor, case: Case) -> list[dict[str, str]]:
    """How the reporters can be reached, masked: name, telephone, what they said, when."""
    if not actor.may("cases.contact", case.area):
        return []
    return [
        {
            "id": str(row.pk),
            "name": mask_name(str(row.name)) if row.name else "",
            "phone": mask_telephone(str(row.phone)) if row.phone else "",
            "said": row.said,
            "at": row.at.isoformat(),
            "stars": str(row.stars or ""),
        }
        for row in Reporter.objects.filter(case=case).order_by("at")
    ]


def reporting_accounts(actor: Actor, case: Case) -> set[UUID]:
    """The accounts that reported or joined a case; who they are is not told."""
    rows = Reporter.objects.filter(case=case, account__isnull=False)
    return set(rows.values_list("account_id", flat=True))  # type: ignore[arg-type]  # not null
