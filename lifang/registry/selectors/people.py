"""Ask about people. Every row reads masked; the wall and the scope say which there are."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from lifang.core.access import Actor, Refused
from lifang.core.access.scope import within
from lifang.core.crypto.fields import clear
from lifang.core.geo.divisions import Level
from lifang.core.search import is_broad, matching_blind
from lifang.registry.models import (
    Household,
    Membership,
    Merge,
    Occupancy,
    Person,
    Place,
    Tagging,
    Tie,
    Union,
)
from lifang.registry.rules import Shape, reasons
from lifang.registry.selectors.places import find_dwellings

M = TypeVar("M", Merge, Tagging, Tie, Union)
OPEN = Q(valid_to__isnull=True)


def persons(actor: Actor, area: str = "") -> QuerySet[Person]:
    """Living records of the actor's areas, or of one area of them."""
    rows = Person.objects.visible_to(actor).filter(valid_to__isnull=True, merged_into__isnull=True)
    return rows.filter(within(area)) if area else rows


def person(actor: Actor, pk: UUID | str) -> Person:
    """One person; a merged record answers as the one that was kept. Raises `Refused("not_found")`."""
    found = Person.objects.visible_to(actor).filter(pk=pk).first()
    steps = 0
    while found is not None and found.merged_into_id and steps < 20:
        found, steps = Person.objects.visible_to(actor).filter(pk=found.merged_into_id).first(), steps + 1  # fmt: skip
    if found is None:
        raise Refused("not_found")
    return found


def find_persons(actor: Actor, text: str, limit: int = 20) -> list[Person]:
    """By identity number, telephone, name (characters or pinyin), plate-free address; inside the scope, newest last.

    Numbers are found whole, through their blind index; a name through fingerprints of its terms; an address through its doors.
    """
    if not text.strip():
        return []
    if is_broad(text) and any(0 < len(area) < Level.COMMUNITY for area in actor.scope.areas):
        some = _some(actor, text.strip(), limit)
        return some or list(persons(actor).filter(_behind_doors(actor, text.strip()))[:limit])
    answers = (list(found[:limit]) for found in _ways(actor, persons(actor), text))
    return next(filter(None, answers), [])


def _some(actor: Actor, text: str, limit: int) -> list[Person]:
    """Of the many who bear a surname the first of the actor's areas, read area by area and no further than that; then those whom it concerns."""
    scope, found = actor.scope, list[Person]()
    bearers = matching_blind(persons(actor), "name_terms", text)
    apart = [one for one in scope.areas if not any(one != other and one.startswith(other) for other in scope.areas)]  # fmt: skip
    for area in sorted(apart):  # no area twice, nor one inside another
        found += bearers.filter(within(area)).order_by("area", "id")[: limit - len(found)]
        if len(found) >= limit:
            return found
    if scope.holders:
        theirs = bearers.filter(holders__overlap=sorted(scope.holders))
        found += theirs.exclude(pk__in=[one.pk for one in found])[: limit - len(found)]
    return found


def search_persons(actor: Actor, rows: QuerySet[Person], text: str) -> QuerySet[Person]:
    """The same of some persons, for a list."""
    found = rows.none()
    for found in _ways(actor, rows, text):
        if found.exists():
            break
    return found


def _ways(actor: Actor, rows: QuerySet[Person], text: str) -> Iterator[QuerySet[Person]]:
    """By number, else by name, else by door."""
    text = text.strip()[:100]
    plain = "".join(c for c in text if c not in " -+()")
    if plain.isascii() and sum(c.isdigit() for c in plain) >= 6:
        yield rows.filter(Q(identity_key=text) | Q(telephone_key=text))
    scope = actor.scope
    yield matching_blind(rows, "name_terms", text, scope.areas, scope.holders)
    yield rows.filter(_behind_doors(actor, text))


def _behind_doors(actor: Actor, text: str) -> Q:
    doors = find_dwellings(actor, text, 50)
    if not doors:
        return Q(pk__in=[])
    living = Membership.objects.visible_to(actor).filter(
        OPEN, household__occupancies__dwelling__in=doors, household__occupancies__valid_to__isnull=True
    )  # fmt: skip
    return Q(pk__in=living.values("person"))


def memberships(actor: Actor, person: Person) -> QuerySet[Membership]:
    """All households a person lived in, newest first."""
    rows = Membership.objects.visible_to(actor).filter(person=person)
    return rows.select_related("household").order_by("-valid_from")


def taggings(actor: Actor, person: Person, *, ended: bool = False) -> QuerySet[Tagging]:
    """The groups a person belongs to; restricted ones are in no list."""
    rows = Tagging.objects.visible_to(actor).filter(person=person).order_by("valid_from", "id")
    return rows if ended else rows.filter(OPEN)


def groups_of(actor: Actor, people: Iterable[UUID]) -> set[tuple[UUID, str]]:
    """Who of these belongs to which group now; one query for all."""
    rows = Tagging.objects.visible_to(actor).filter(OPEN, person__in=list(people))
    return set(rows.values_list("person_id", "tag"))


def tagged(actor: Actor, tag: str, area: str = "") -> QuerySet[Person]:
    """The people of a group, e.g. volunteers to call up in an emergency."""
    rows = Tagging.objects.visible_to(actor).filter(OPEN, tag=tag)
    if area:
        rows = rows.filter(within(area))
    return persons(actor).filter(pk__in=rows.values("person"))


def ties_of(actor: Actor, person: Person, *, ended: bool = False) -> QuerySet[Tie]:
    """What a person owns, rents, keeps, stands for."""
    rows = Tie.objects.visible_to(actor).filter(Q(person=person) | Q(other=person))
    rows = rows.select_related("place", "vehicle", "facility", "dog", "body", "other", "person")
    return (rows if ended else rows.filter(OPEN)).order_by("-valid_from")


def owners(actor: Actor, place: Place) -> QuerySet[Tie]:
    """Who owns, rents or manages a place now."""
    rows = Tie.objects.visible_to(actor).filter(OPEN, place=place)
    return rows.select_related("person", "organisation").order_by("kind", "valid_from")


class Double(NamedTuple):
    """Somebody who may be the same person, and why (codes of `rules.WEIGHTS`), surest first."""

    person: Person
    reasons: list[str]


def doubles(actor: Actor, person: Person) -> list[Double]:
    """Records of the actor's areas that may be the same person."""
    keys = Q(name_key=person.name_key, born=person.born) | Q(name_key=person.name_key, telephone_key=person.telephone_key)  # fmt: skip
    if person.identity_key:
        keys |= Q(identity_key=person.identity_key)
    near = Q(name_key=person.name_key) & within(person.area[:12])
    rows = persons(actor).filter(keys | near).exclude(pk=person.pk)
    mine = _shape(person)
    found = [Double(row, reasons(mine, _shape(row))) for row in rows[:200]]
    return sorted((d for d in found if d.reasons), key=lambda d: (d.reasons[0], str(d.person.pk)))


def likely(
    actor: Actor,
    *,
    area: str,
    name: str,
    document: str = "",
    identity: str = "",
    telephone: str = "",
    born: date | None = None,
    sex: str = "",
) -> list[Double]:
    """Records of the actor's areas that may be somebody who is about to be entered, surest first."""
    keys = Q(name_key=name) & within(area[:12])
    if born:
        keys |= Q(name_key=name, born=born)
    if telephone:
        keys |= Q(name_key=name, telephone_key=telephone)
    mine = Shape(name, identity, born, telephone, sex)
    found = [Double(row, reasons(mine, _shape(row))) for row in persons(actor).filter(keys)[:50]]
    sure = [one for one in found if one.reasons]
    same_name = [one for one in found if not one.reasons and not identity]
    return sorted(sure, key=lambda one: (one.reasons[0], str(one.person.pk))) + same_name[:10]


def doubles_in(actor: Actor, area: str, limit: int = 100) -> list[tuple[Person, Person, list[str]]]:
    """Pairs of an area that may be one person: by number, by name and birthday, by name and telephone."""
    rows = list(
        persons(actor, area)
        .only("id", "area", "holders", "name", "identity", "telephone", "born", "sex", "document", "name_key", "identity_key", "telephone_key")
        .order_by("id")
    )  # fmt: skip
    groups: dict[tuple[object, ...], list[Person]] = {}
    for row in rows:
        name = bytes(row.name_key or b"")
        for key in (
            ("identity", bytes(row.identity_key)) if row.identity_key else None,
            ("born", name, row.born) if row.born else None,
            ("telephone", name, bytes(row.telephone_key)) if row.telephone_key else None,
        ):
            if key is not None:
                groups.setdefault(key, []).append(row)
    pairs: dict[tuple[UUID, UUID], tuple[Person, Person, list[str]]] = {}
    for same in groups.values():
        for one, other in _pairs(same):
            why = reasons(_shape(one), _shape(other))
            if why:
                pairs.setdefault((one.pk, other.pk), (one, other, why))
    return list(pairs.values())[:limit]


def _pairs(rows: list[Person]) -> list[tuple[Person, Person]]:
    few = rows[:20]
    return [(one, other) for n, one in enumerate(few) for other in few[n + 1 :]]


def _shape(row: Person) -> Shape:
    """What the rules compare; stays inside."""
    return Shape(clear(row, "name"), clear(row, "identity"), row.born, clear(row, "telephone"), row.sex)  # fmt: skip


def merges(actor: Actor, person: Person) -> QuerySet[Merge]:
    """Merges in which this record was the one that was kept, newest first."""
    rows = Merge.objects.visible_to(actor).filter(kept=person)
    return rows.select_related("dropped").order_by("-merged_at")


def merge(actor: Actor, pk: UUID | str) -> Merge:
    """One merge. Raises `Refused("not_found")`."""
    return _one(Merge.objects.visible_to(actor).select_related("kept", "dropped"), pk)


def unions(actor: Actor, household: UUID) -> QuerySet[Union]:
    """Unions that stand, in which this household was the one that went on, newest first."""
    rows = Union.objects.visible_to(actor).filter(kept=household, undone_at__isnull=True)
    return rows.order_by("-united_at")


def union(actor: Actor, pk: UUID | str) -> Union:
    """One union of households. Raises `Refused("not_found")`."""
    return _one(Union.objects.visible_to(actor).select_related("kept", "ended"), pk)


def merged_in(actor: Actor) -> QuerySet[Merge]:
    """Merges of the actor's areas, newest first."""
    rows = Merge.objects.visible_to(actor).select_related("kept", "dropped")
    return rows.order_by("-merged_at", "-id")


def tagging(actor: Actor, pk: UUID | str) -> Tagging:
    """One person's belonging to one group. Raises `Refused("not_found")`."""
    return _one(Tagging.objects.visible_to(actor).select_related("person"), pk)


def tie(actor: Actor, pk: UUID | str) -> Tie:
    """One relation. Raises `Refused("not_found")`."""
    return _one(Tie.objects.visible_to(actor), pk)


def _one(rows: "QuerySet[M]", pk: UUID | str) -> M:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def with_homes(actor: Actor, rows: QuerySet[Person]) -> QuerySet[Person]:
    """Each person with the open households (`homes`), their doors (`household.doors`) and tags (`groups`): for lists."""
    homes = Membership.objects.visible_to(actor).filter(OPEN).select_related("household")
    doors = Occupancy.objects.visible_to(actor).filter(OPEN).select_related("dwelling")
    homes = homes.prefetch_related(Prefetch("household__occupancies", doors, to_attr="doors"))
    tags = Tagging.objects.visible_to(actor).filter(OPEN)
    found = rows.prefetch_related(Prefetch("memberships", homes, to_attr="homes"))
    return found.prefetch_related(Prefetch("taggings", tags, to_attr="groups"))


def home_of(system: Actor, person: Person) -> tuple[Household | None, Place | None]:
    """The household a person lives in now and the door it lives behind; the first that has one. Two queries."""
    lived = Membership.objects.filter(OPEN, person=person).select_related("household")
    houses = [one.household for one in lived.order_by("valid_from", "id")]
    behind: dict[UUID, Place] = {}
    if houses:
        doors = Occupancy.objects.filter(OPEN, household__in=houses).select_related("dwelling")
        for one in doors.order_by("valid_from", "id"):
            behind.setdefault(one.household_id, one.dwelling)
    found = next((one for one in houses if one.pk in behind), houses[0] if houses else None)
    return found, behind.get(found.pk) if found else None


def expiring(actor: Actor, on: date) -> QuerySet[Membership]:
    """Temporary residents whose registration has run out or does so by a day."""
    rows = Membership.objects.visible_to(actor).filter(OPEN, expires_on__lte=on)
    return rows.select_related("person", "household").order_by("expires_on", "id")
