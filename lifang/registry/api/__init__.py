"""`/api/v1/registry/`: places, households and persons as the desk sees them, masked; the register of data elements."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema

from lifang.core.access import Actor
from lifang.core.api.faults import bad_input
from lifang.core.api.paging import Paging, listing
from lifang.registry import selectors
from lifang.registry.catalogue import ELEMENTS
from lifang.registry.models import Household, Person

router = Router()
PLACE = ("id", "kind", "name", "address", "area", "lon", "lat", "parent_id", "floor", "number", "use")  # fmt: skip
HOUSEHOLD = ("id", "kind", "area", "visited_at", "visit_due_on", "valid_from")


class PersonOut(Schema):
    """A person, masked: the clear is asked for at the desk, for a purpose."""

    id: UUID
    area: str
    name: str
    document: str
    identity: str
    telephone: str
    sex: str
    born: str
    residence: str


class PersonPage(Schema):
    items: list[PersonOut]
    next: str | None


class MemberOut(Schema):
    person: PersonOut
    relation: str


class HouseholdOut(Schema):
    """A household with its members and its doors."""

    id: UUID
    area: str
    kind: str
    dwellings: list[UUID]
    members: list[MemberOut]


class ElementOut(Schema):
    """One data element: what forms and interfaces bind to."""

    key: str
    zh: str
    en: str
    type: str
    codes: str
    label: str
    keeper: str
    retention_years: int
    expires_days: int
    source: str
    confirmed: bool


def _area(text: str) -> str:
    if text and not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise bad_input("area", area="digits")
    return text


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def shown(row: Person) -> dict[str, Any]:
    """The masked columns; of a birthday only the year."""
    return {
        "id": row.pk, "area": row.area, "name": str(row.name), "document": row.document,
        "identity": str(row.identity or ""), "telephone": str(row.telephone or ""), "sex": row.sex,
        "born": f"{row.born:%Y}" if row.born else "", "residence": row.residence,
    }  # fmt: skip


@router.get("elements", response=list[ElementOut], summary="The data elements")
def elements(request: HttpRequest) -> Any:
    """Type, code list, label, keeper, retention and expiry of each."""
    return [
        {
            "key": e.key, "zh": e.name.zh, "en": e.name.en, "type": e.type, "codes": e.codes, "label": str(e.label),
            "keeper": e.keeper, "retention_years": e.retention_years, "expires_days": e.expires_days, "source": e.source,
            "confirmed": e.confirmed,
        }
        for e in ELEMENTS
    ]  # fmt: skip


class AskedOut(Schema):
    """One place where a data element is asked for."""

    element: str
    how: str
    place: str
    home: bool
    why_zh: str
    why_en: str


@router.get("elements/asked", response=list[AskedOut], summary="Where data elements are asked for")
def asked(request: HttpRequest) -> Any:
    """Read from forms, spreadsheets and interfaces; an element with two places is asked twice."""
    return [
        {
            "element": one.element.key, "how": one.how, "place": one.place, "home": one.home,
            "why_zh": one.why.zh if one.why else "", "why_en": one.why.en if one.why else "",
        }
        for one in selectors.asked(_actor(request))
    ]  # fmt: skip


@router.get("places", response=dict[str, Any], summary="Places you may see")
def list_places(request: HttpRequest, page: Query[Paging], area: str = "", kind: str = "") -> Any:
    """Estates, buildings, stairs, dwellings, key places, roads."""
    rows = selectors.places(_actor(request))
    if area or kind:
        rows = rows.filter(area__startswith=_area(area), **({"kind": kind} if kind else {}))
    return listing(request, rows, PLACE, page)


@router.get("households", response=dict[str, Any], summary="Households you may see")
def list_households(request: HttpRequest, page: Query[Paging], area: str = "") -> Any:
    """Without names: `households/{id}` has the members."""
    rows = Household.objects.visible_to(_actor(request)).filter(valid_to__isnull=True)
    if area:
        rows = rows.filter(area__startswith=_area(area))
    return listing(request, rows, HOUSEHOLD, page)


@router.get("households/{uuid:pk}", response=HouseholdOut, summary="One household")
def household(request: HttpRequest, pk: UUID) -> Any:
    """Members masked, the head first."""
    actor = _actor(request)
    house = selectors.household(actor, pk)
    members = selectors.members(actor, house)
    return {
        "id": house.pk, "area": house.area, "kind": house.kind,
        "dwellings": [door.dwelling_id for door in house.doors],  # type: ignore[attr-defined]
        "members": [{"person": shown(m.person), "relation": m.relation} for m in members],
    }  # fmt: skip


@router.get("persons", response=PersonPage, summary="Persons you may see, masked")
def list_persons(request: HttpRequest, page: Query[Paging], area: str = "") -> Any:
    """In the order of entry. No search by number here: looking somebody up is done at the desk."""
    rows = selectors.persons(_actor(request), _area(area)).order_by("id")
    if page.after:
        try:
            rows = rows.filter(pk__gt=UUID(page.after))
        except ValueError as wrong:
            raise bad_input("after", after="the `next` of the page before") from wrong
    found = list(rows[: page.limit + 1])
    items = found[: page.limit]
    more = str(items[-1].pk) if len(found) > page.limit else None
    return {"items": [shown(row) for row in items], "next": more}


@router.get("persons/{uuid:pk}", response=PersonOut, summary="One person, masked")
def person(request: HttpRequest, pk: UUID) -> Any:
    """A merged record answers as the one that was kept."""
    return shown(selectors.person(_actor(request), pk))
