"""What happened at a place, and to a person: visits, moves, values that changed. Nobody's name, no value."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from lifang.core.access import Actor
from lifang.registry.models import (
    Correction,
    Fact,
    Household,
    Look,
    Membership,
    Occupancy,
    Person,
    Place,
    Resident,
    Union,
    Visit,
)
from lifang.registry.terms import HOME_STORY, STORY


def inside(actor: Actor, place: Place) -> QuerySet[Place]:
    """A place and all that stands in it, of the actor's areas."""
    part = Q(pk=place.pk) | Q(parent=place) | Q(parent__parent=place) | Q(parent__parent__parent=place)  # fmt: skip
    return Place.objects.visible_to(actor).filter(part)


def visits_at(actor: Actor, place: Place, since: datetime | None, most: int) -> list[Visit]:
    """Visits to households that live, or lived then, behind its doors. Those for a restricted reason are on no page."""
    homes = Occupancy.objects.visible_to(actor).filter(dwelling__in=inside(actor, place))
    rows = Visit.objects.visible_to(actor).filter(household__in=homes.values("household"))
    rows = rows.exclude(kind="restricted")
    return list((rows.filter(at__gte=since) if since else rows).order_by("-at", "-id")[:most])


def comings(actor: Actor, place: Place, since: datetime | None, most: int, *, gone: bool) -> list[Occupancy]:  # fmt: skip
    """Households that came to live behind its doors, or that went."""
    field = "valid_to" if gone else "valid_from"
    rows = Occupancy.objects.visible_to(actor).filter(dwelling__in=inside(actor, place))
    rows = rows.filter(**({f"{field}__gte": since} if since else {f"{field}__isnull": False}))
    return list(rows.select_related("dwelling").order_by(f"-{field}", "-id")[:most])


def changes_at(actor: Actor, place: Place, since: datetime | None, most: int) -> list[Fact]:
    """Values of the place, and of what stands in it, that were written anew."""
    rows = Fact.objects.visible_to(actor).filter(subject__in=inside(actor, place).values("pk"))
    return list(
        (rows.filter(seen_at__gte=since) if since else rows).order_by("-seen_at", "-id")[:most]
    )


# -- a person ----------------------------------------------------------------------------------------

OPEN_FOR = timedelta(minutes=15)


def story_opened(actor: Actor, row: Person | Household, at: datetime) -> Look | None:
    """The actor's own look that opened the timeline of this person or household just now."""
    if actor.id is None:
        return None
    element = STORY if isinstance(row, Person) else HOME_STORY
    rows = Look.objects.visible_to(actor).filter(subject=row.pk, element=element)
    own = rows.filter(account_id=actor.id, at__gt=at - OPEN_FOR, at__lte=at)
    return own.order_by("-at").first()


def records_of(actor: Actor, person: Person) -> QuerySet[Person]:
    """A person's record, and those that were merged into it."""
    return Person.objects.visible_to(actor).filter(Q(pk=person.pk) | Q(merged_into=person))


def visits_to(actor: Actor, person: Person, since: datetime | None, most: int) -> list[Visit]:
    """Visits to the households a person lived in while it lived there; to others of them not, for a restricted reason never."""
    lived = Membership.objects.visible_to(actor).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=OuterRef("at")),
        household=OuterRef("household"), person__in=records_of(actor, person), valid_from__lte=OuterRef("at"),
    )  # fmt: skip
    rows = Visit.objects.visible_to(actor).exclude(kind="restricted")
    rows = rows.filter(Exists(lived)).filter(Q(person__isnull=True) | Q(person__in=records_of(actor, person)))  # fmt: skip
    return list((rows.filter(at__gte=since) if since else rows).order_by("-at", "-id")[:most])


def changes_of(actor: Actor, person: Person, since: datetime | None, most: int) -> list[Fact]:
    """Values of a person's record that were written anew."""
    rows = Fact.objects.visible_to(actor).filter(subject__in=records_of(actor, person).values("pk"))
    return list(
        (rows.filter(seen_at__gte=since) if since else rows).order_by("-seen_at", "-id")[:most]
    )


def corrections_of(
    actor: Actor, person: Person, since: datetime | None, most: int
) -> list[Correction]:
    """What the person said is wrong in the record."""
    rows = Correction.objects.visible_to(actor).filter(person__in=records_of(actor, person))
    rows = rows.filter(asked_at__gte=since) if since else rows
    return list(rows.order_by("-asked_at", "-id")[:most])


class Stay(NamedTuple):
    """A door a person lived behind, from when to when."""

    door: Place
    since: datetime
    until: datetime | None


def stays(actor: Actor, person: Person) -> list[Stay]:
    """Where a person lived, newest first: two queries however often they moved."""
    lived = Membership.objects.visible_to(actor).filter(person__in=records_of(actor, person))
    spans: dict[UUID, list[tuple[datetime, datetime | None]]] = {}
    for home, since, until in lived.values_list("household", "valid_from", "valid_to"):
        spans.setdefault(home, []).append((since, until))
    rows = Occupancy.objects.visible_to(actor).filter(household__in=spans)
    rows = rows.select_related("dwelling__parent__parent__parent")
    both = [
        Stay(row.dwelling, max(since, row.valid_from), _earlier(until, row.valid_to))
        for row in rows
        for since, until in spans[row.household_id]
    ]
    found = [one for one in both if one.until is None or one.since < one.until]
    return sorted(found, key=lambda one: (one.since, str(one.door.pk)), reverse=True)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [at for at in (one, other) if at is not None]
    return min(known) if known else None


def accounts_of(actor: Actor, person: Person) -> list[UUID]:
    """The account of a person's own, where it is linked."""
    known = Resident.objects.visible_to(actor).filter(person__in=records_of(actor, person))
    return [pk for pk in known.values_list("account_id", flat=True) if pk]


# -- a household -------------------------------------------------------------------------------------


def home_stays(actor: Actor, household: Household) -> list[Stay]:
    """Behind which doors a household lived, newest first."""
    rows = Occupancy.objects.visible_to(actor).filter(household=household)
    rows = rows.select_related("dwelling__parent__parent__parent").order_by("-valid_from", "-id")
    return [Stay(one.dwelling, one.valid_from, one.valid_to) for one in rows]


def visits_in(actor: Actor, household: Household, since: datetime | None, most: int) -> list[Visit]:
    """Visits to a household, for a restricted reason never."""
    rows = Visit.objects.visible_to(actor).filter(household=household).exclude(kind="restricted")
    return list((rows.filter(at__gte=since) if since else rows).order_by("-at", "-id")[:most])


def joined(actor: Actor, household: Household, since: datetime | None, most: int) -> list[Union]:
    """Unions with other households, on either side, also those that were undone."""
    rows = Union.objects.visible_to(actor).filter(Q(kept=household) | Q(ended=household))
    rows = rows.filter(united_at__gte=since) if since else rows
    return list(rows.order_by("-united_at", "-id")[:most])


def changes_in(actor: Actor, household: Household, since: datetime | None, most: int) -> list[Fact]:
    """Values of the household's own record that were written anew."""
    rows = Fact.objects.visible_to(actor).filter(subject=household.pk)
    return list(
        (rows.filter(seen_at__gte=since) if since else rows).order_by("-seen_at", "-id")[:most]
    )
