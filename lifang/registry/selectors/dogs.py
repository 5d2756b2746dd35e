"""Ask about dogs: which there are, who keeps them, whose keeper is to be told something, which live near a place."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.scope import within
from lifang.core.access.wall import behind
from lifang.core.geo.measure import metres_between
from lifang.registry.catalogue import policy
from lifang.registry.models import Dog, DogNotice, DogNotified, Membership, Occupancy, Place, Tie
from lifang.registry.rules.dogs import faults_of
from lifang.registry.terms import LARGE, Way

OPEN = Q(valid_to__isnull=True)
KEEPER = "dog_keeper"
MOST = 500  # dogs of one preview, or looked at around one place


class Keeper(NamedTuple):
    """Who keeps a dog, as far as whoever sees the dog may know: masked, and how they are reached."""

    name: str
    way: Way
    telephone: str = ""


class ToTell(NamedTuple):
    """A dog whose keeper is to be told something."""

    dog: Dog
    keeper: Keeper
    rules: list[str]
    told_at: datetime | None  # the last time, whatever it was about


class Near(NamedTuple):
    """A dog that lives so far away."""

    dog: Dog
    keeper: Keeper
    metres: int
    rules: list[str]


def dogs(actor: Actor, area: str = "", size: str = "") -> QuerySet[Dog]:
    """Dogs kept in the actor's areas, or in an estate of the actor's company."""
    rows = Dog.objects.visible_to(actor).filter(OPEN, within(area))
    return rows.filter(size=size) if size else rows


def dog(actor: Actor, pk: UUID | str) -> Dog:
    """One dog. Raises `Refused("not_found")`."""
    found = Dog.objects.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def dog_keepers(actor: Actor, dog: Dog) -> QuerySet[Tie]:
    """Who keeps a dog now."""
    rows = Tie.objects.visible_to(actor).filter(OPEN, dog=dog)
    return rows.select_related("person", "organisation").order_by("kind", "valid_from")


def kept_by(actor: Actor, dogs: Iterable[Dog]) -> dict[UUID, Keeper]:
    """Keepers of dogs that the actor sees, by dog."""
    with behind(SYSTEM):  # the dog is in sight: that somebody keeps it, masked, is part of it
        return {tie.dog_id: _keeper(tie) for tie in _ties(dogs) if tie.dog_id}


def _ties(dogs: Iterable[Dog]) -> QuerySet[Tie]:
    rows = Tie.objects.filter(OPEN, kind=KEEPER, dog__in=[one.pk for one in dogs])
    return rows.select_related("person", "organisation")


def _keeper(tie: Tie) -> Keeper:
    who = tie.person or tie.organisation
    if who is None:
        return NOBODY
    telephone = str(who.telephone or "")
    gone = who.valid_to is not None
    account = not gone and any(one.startswith("account:") for one in who.holders)
    way = Way.ACCOUNT if account else Way.TEXT if telephone and not gone else Way.DOOR
    return Keeper(str(who.name), way, telephone)


NOBODY = Keeper("", Way.DOOR)


def to_tell(actor: Actor, area: str, today: date, *, large: bool = False) -> list[ToTell]:
    """Dogs of an area of which something is not as it should be, those of which nobody was ever told first."""
    rows = dogs(actor, area, LARGE if large else "").annotate(told_at=Max("told__notice__sent_at"))
    found = [(one, faults_of(one, today)) for one in rows.order_by("area", "name", "id")[:MOST]]
    wrong = [(one, rules) for one, rules in found if rules]
    keepers = kept_by(actor, [one for one, _rules in wrong])
    told = [ToTell(one, keepers.get(one.pk, NOBODY), rules, one.told_at) for one, rules in wrong]
    return sorted(told, key=lambda one: (one.told_at is not None, one.told_at))


def dogs_near(
    actor: Actor, area: str, lon: float, lat: float, today: date, limit: int = 6
) -> list[Near]:
    """Large dogs registered in this community that live within the metres of the policy, nearest first."""
    rows = list(dogs(actor, area[:12], LARGE).order_by("id")[:MOST])
    homes = _homes(rows)
    most = policy("dog_near_metres")
    away = sorted(
        ((metres_between(lon, lat, *homes[one.pk]), one) for one in rows if one.pk in homes),
        key=lambda pair: pair[0],
    )
    near = [(metres, one) for metres, one in away if metres <= most][:limit]
    keepers = kept_by(actor, [one for _metres, one in near])
    return [Near(one, keepers.get(one.pk, NOBODY), round(metres), faults_of(one, today)) for metres, one in near]  # fmt: skip


def _homes(rows: Sequence[Dog]) -> dict[UUID, tuple[float, float]]:
    """Where they live: the house of whoever keeps them. Three questions, whatever there is."""
    with behind(SYSTEM):  # of dogs in sight; what comes out is a distance
        keepers = {tie.person_id: tie.dog_id for tie in _ties(rows) if tie.person_id}
        lives = dict(Membership.objects.filter(OPEN, person__in=keepers).values_list("household", "person"))  # fmt: skip
        doors = Occupancy.objects.filter(OPEN, household__in=lives)
        parts = ("dwelling", "dwelling__parent", "dwelling__parent__parent", "dwelling__parent__parent__parent")  # fmt: skip
        found = list(doors.select_related(*parts))
    homes = {}
    for one in found:
        place: Place | None = one.dwelling
        while place is not None and place.lon is None:
            place = place.parent
        if place is not None and place.lon is not None and place.lat is not None:
            homes[keepers[lives[one.household_id]]] = (place.lon, place.lat)
    return {dog: at for dog, at in homes.items() if dog is not None}


def dog_notices(actor: Actor) -> QuerySet[DogNotice]:
    """Notices that were sent together, newest first."""
    rows = DogNotice.objects.visible_to(actor).select_related("account")
    return rows.annotate(dogs_told=Count("told")).order_by("-sent_at")


def dog_notice(actor: Actor, pk: UUID | str) -> DogNotice:
    """One sending. Raises `Refused("not_found")`."""
    found = dog_notices(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def dog_notified(actor: Actor, notice: DogNotice) -> QuerySet[DogNotified]:
    """Whose keepers one sending told, and how."""
    seen = DogNotice.objects.visible_to(actor)
    rows = DogNotified.objects.filter(notice=notice, notice__in=seen)
    return rows.select_related("dog").order_by("way", "dog__area", "dog__name", "id")
