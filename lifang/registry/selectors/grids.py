"""A grid at one look: what its new keeper has to know; and how far visits have come, grid by grid."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Aggregate, Count, Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Left

from lifang.core.access import Actor
from lifang.core.access.models import GrantRow
from lifang.core.access.scope import within
from lifang.registry.catalogue import TAGS, policy
from lifang.registry.models import (
    Correction,
    Facility,
    Household,
    Membership,
    MissedVisit,
    Organisation,
    Person,
    Place,
    Tagging,
    Visit,
    VisitPlan,
)
from lifang.registry.selectors.people import OPEN, doubles_in, persons
from lifang.registry.terms import Missing

HELPERS = ("stair_head", "volunteer", "first_aider", "medic", "electrician", "driver", "party_member")  # fmt: skip
MOST_HELPERS = 12
MET = ("met", "telephone")
RECENT = timedelta(days=30)
Counts = dict[str, Aggregate]
NO_RESTRICTED = ~Q(kind="restricted")


class Profile(NamedTuple):
    """What there is in an area, counted; who helps, by name (masked)."""

    people: dict[str, int]  # by residence, "" = all
    households: int
    places: dict[str, int]  # by kind
    expiring: int
    expired: int
    late: dict[str, int]  # overdue visits by kind
    missed: int
    corrections: int
    groups: dict[str, int]  # by tag
    never: int
    visited: int
    helpers: list[Tagging]
    bodies: int
    facilities: int
    broken: int
    no_number: int
    no_telephone: int
    twice: int
    came: int
    went: int


def profile(actor: Actor, area: str, at: datetime, on: date) -> Profile:
    """Everything of an area that its keeper should know on the first day."""
    here = within(area)
    living = persons(actor, area)
    homes = Household.objects.visible_to(actor).filter(OPEN, here)
    members = Membership.objects.visible_to(actor).filter(here)
    seen = homes.aggregate(
        households=Count("pk"),
        never=Count("pk", filter=Q(visited_at__isnull=True)),
        visited=Count("pk", filter=Q(visited_at__gte=at - timedelta(days=90))),
    )
    soon = on + timedelta(days=policy("expiry_reminder_days"))
    registered = members.filter(OPEN, expires_on__isnull=False).aggregate(
        soon=Count("pk", filter=Q(expires_on__gte=on, expires_on__lte=soon)),
        past=Count("pk", filter=Q(expires_on__lt=on)),
    )
    facilities = Facility.objects.visible_to(actor).filter(OPEN, here)
    return Profile(
        people=_counted(living, "residence"),
        households=seen["households"],
        places=_counted(Place.objects.visible_to(actor).filter(OPEN, here), "kind"),
        expiring=registered["soon"],
        expired=registered["past"],
        late=_counted(_late(actor, on).filter(here), "kind"),
        missed=MissedVisit.objects.visible_to(actor).filter(here, state=Missing.MISSED).count(),
        corrections=Correction.objects.visible_to(actor).filter(here, decided_at=None).count(),
        groups=_groups(actor, area),
        never=seen["never"],
        visited=seen["visited"],
        helpers=_helpers(actor, area),
        bodies=Organisation.objects.visible_to(actor).filter(OPEN, here).count(),
        facilities=facilities.count(),
        broken=facilities.exclude(state__in=["intact", ""]).count(),
        no_number=living.filter(identity_key__isnull=True).count(),
        no_telephone=living.filter(telephone_key__isnull=True).count(),
        twice=len(doubles_in(actor, area)) if len(area) >= 12 else 0,
        came=members.filter(valid_from__gte=at - RECENT).count(),
        went=members.filter(valid_to__gte=at - RECENT).count(),
    )


def _late(actor: Actor, on: date) -> QuerySet[VisitPlan]:
    return VisitPlan.objects.visible_to(actor).filter(OPEN, NO_RESTRICTED, due_on__lt=on)


def _counted(
    rows: "QuerySet[Person] | QuerySet[Place] | QuerySet[VisitPlan]", name: str
) -> dict[str, int]:
    found = rows.order_by().values_list(name).annotate(n=Count("pk"))
    counts = {str(key): int(n) for key, n in found}
    return {**counts, "": sum(counts.values())}


def _groups(actor: Actor, area: str) -> dict[str, int]:
    rows = Tagging.objects.visible_to(actor).filter(OPEN, within(area), person__valid_to=None)
    counts = dict(rows.order_by().values_list("tag").annotate(n=Count("person", distinct=True)))
    return {tag.key: counts[tag.key] for tag in TAGS if tag.key in counts}


def _helpers(actor: Actor, area: str) -> list[Tagging]:
    rows = Tagging.objects.visible_to(actor).filter(OPEN, within(area), tag__in=HELPERS)
    found = rows.filter(person__valid_to=None).select_related("person").order_by("valid_from", "id")
    return sorted(found[:200], key=lambda one: HELPERS.index(one.tag))[:MOST_HELPERS]


class Covered(NamedTuple):
    """Of one area: households (of a kind of visit), those met since a day, those never met, those overdue, the last visit."""

    area: str
    households: int
    visited: int
    never: int
    overdue: int
    last: datetime | None


def covered(
    actor: Actor, within_: str, level: int, since: datetime, on: date, kind: str = ""
) -> list[Covered]:
    """How far visits have come in each part of an area, of all households or of those a kind of visit is planned for."""
    rows = Household.objects.visible_to(actor).filter(OPEN, within(within_))
    if not kind:
        counts: Counts = {
            "visited": Count("pk", filter=Q(visited_at__gte=since)),
            "never": Count("pk", filter=Q(visited_at__isnull=True)),
            "overdue": Count("pk", filter=Q(visit_due_on__lt=on)),
            "last": Max("visited_at"),
        }
        return _parts(rows, level, counts)
    plans = VisitPlan.objects.visible_to(actor).filter(OPEN, kind=kind, household=OuterRef("pk"))
    made = Visit.objects.visible_to(actor).filter(
        kind=kind, outcome__in=MET, household=OuterRef("pk")
    )
    planned: QuerySet[Any] = rows.filter(Exists(plans)).annotate(
        fresh=Exists(made.filter(at__gte=since)), ever=Exists(made), late=Exists(plans.filter(due_on__lt=on)),
        newest=made.order_by().values("household").annotate(at_=Max("at")).values("at_")[:1],
    )  # fmt: skip
    counts = {
        "visited": Count("pk", filter=Q(fresh=True)),
        "never": Count("pk", filter=Q(ever=False)),
        "overdue": Count("pk", filter=Q(late=True)),
        "last": Max("newest"),
    }
    return _parts(planned, level, counts)


def _parts(rows: QuerySet[Any], level: int, counts: Counts) -> list[Covered]:
    grouped: QuerySet[Any] = rows.annotate(part=Left("area", level)).order_by().values("part")
    found = grouped.annotate(households=Count("pk"), **counts).order_by("part")
    return [Covered(*(one[name] for name in ("part", *Covered._fields[1:]))) for one in found]


def taken_over(actor: Actor, since: datetime) -> list[str]:
    """Grids that this actor keeps since lately: whose page of ten things they should read."""
    if actor.id is None:
        return []
    rows = GrantRow.objects.filter(account_id=actor.id, post="grid_worker", valid_to=None)
    return list(rows.filter(valid_from__gte=since).order_by("area").values_list("area", flat=True))
