"""Reading: lists, one case with its story and clock, what is near, what may be meant."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from ninja import Query, Schema
from pydantic import AwareDatetime

from lifang.cases import selectors
from lifang.cases.api import schemas
from lifang.cases.api.router import router
from lifang.cases.api.shown import LISTED, CasePage, One, both, found, shown
from lifang.cases.catalogue import MATTERS
from lifang.cases.models import Case
from lifang.cases.selectors.points import points as points_of
from lifang.cases.terms import OPEN, State
from lifang.core.access.scope import within
from lifang.core.api.faults import bad_input
from lifang.core.api.paging import Paging, listing
from lifang.core.geo.measure import Box
from lifang.core.search import matching


@router.get("", response=CasePage, summary="Cases you may see")
def list_cases(request: HttpRequest, filters: Query[schemas.Filters], page: Query[Paging]) -> Any:
    """Newest first, a page at a time; every filter of the desk's list."""
    rows = _filtered(Case.objects.visible_to(request.actor), filters, request)  # type: ignore[attr-defined]
    return listing(request, rows, LISTED, page, order="-opened_at")


def _filtered(rows: QuerySet[Case], asked: schemas.Filters, request: HttpRequest) -> QuerySet[Case]:
    at = request.at  # type: ignore[attr-defined]
    equal = {
        "state__in": asked.state, "matter__in": asked.matter, "level": asked.level,
        "lead": asked.unit, "source": asked.source, "reference": asked.reference,
        "opened_at__gte": asked.opened_from, "opened_at__lte": asked.opened_to,
    }  # fmt: skip
    given = {name: value for name, value in equal.items() if value}
    if given or asked.area:
        rows = rows.filter(within(asked.area), **given)
    late = Q(state__in=OPEN, due_at__lt=at) & ~Q(state=State.SUSPENDED)
    for choice, condition in ((asked.open, Q(state__in=OPEN)), (asked.overdue, late)):
        if choice is not None:
            rows = rows.filter(condition if choice else ~condition)
    return matching(rows, asked.q)


@router.get("points", response=dict[str, Any], summary="Open cases as GeoJSON")
def points(request: HttpRequest, area: str = "", bbox: str = "", limit: int = 2000) -> Any:
    """Points in WGS-84, soonest due first; `bbox=west,south,east,north`."""
    if not 1 <= limit <= 2000:
        raise bad_input("limit", limit="1-2000")
    if not area.isascii() or (area and not area.isdigit()):
        raise bad_input("area", area="digits")
    return points_of(
        request.actor, area[:15], request.at, box=_box(bbox), most=limit,  # type: ignore[attr-defined]
    )  # fmt: skip


def _box(text: str) -> Box | None:
    if not text:
        return None
    try:
        box = Box(*(float(part) for part in text.split(",")))
    except (TypeError, ValueError) as wrong:
        raise bad_input("bbox", bbox="west,south,east,north") from wrong
    if not (-180 <= box.west < box.east <= 180 and -90 <= box.south < box.north <= 90):
        raise bad_input("bbox", bbox="west,south,east,north")
    return box


class NearOne(Schema):
    id: UUID
    number: str
    matter: str
    place: str
    lon: float | None
    lat: float | None
    reports: int
    opened_at: AwareDatetime
    metres: int


@router.get("nearby", auth=None, response=list[NearOne], summary="Open cases around a point")
def nearby(
    request: HttpRequest, lon: schemas.Lon, lat: schemas.Lat, matter: schemas.Key = ""
) -> Any:
    """So that six neighbours make one case, not six. No person is shown."""
    near = selectors.nearby(request.actor, lon, lat, request.at, matter)  # type: ignore[attr-defined]
    names = ("id", "number", "matter", "place", "lon", "lat", "reports", "opened_at")
    return [
        {**{name: getattr(one.case, name) for name in names}, "metres": round(one.metres)}
        for one in near
    ]


@router.get("matters", auth=None, response=list[dict[str, Any]], summary="What can be wrong")
def matters(request: HttpRequest) -> Any:
    """The catalogue (GB/T 47678.5-2026 and local additions) this actor may choose from."""
    return [
        {
            "key": one.key, "name": both(one.name), "major": one.major, "level": one.level,
            "icon": one.icon, "photo": one.photo, "public": one.public,
        }
        for one in selectors.matters(request.actor)  # type: ignore[attr-defined]
    ]  # fmt: skip


@router.post("proposals", auth=None, response=dict[str, Any], summary="Which matter the words mean")
def propose(request: HttpRequest, body: schemas.Question) -> Any:
    """The likeliest matters with the words that decided; and the numbers to call where life is in danger."""
    stop = selectors.danger("", body.text)
    return {
        "matters": [
            {
                "matter": one.matter.key,
                "name": both(one.matter.name),
                "because": one.because,
                "moved": one.moved,
            }
            for one in selectors.propose(request.actor, body.text)  # type: ignore[attr-defined]
        ],
        "danger": stop
        and {"title": both(stop.title), "numbers": [number.number for number in stop.numbers]},
    }


@router.get("duties", response=list[dict[str, Any]], summary="Who answers for a matter at a place")
def units_for(request: HttpRequest, matter: schemas.Key, area: schemas.Area) -> Any:
    """The lead first, each with the reason the duties matrix gives."""
    if matter not in MATTERS or not area:
        raise bad_input("matter", matter="not in the catalogue")
    return [
        {
            "unit": one.unit.pk,
            "name": both(one.unit.name),
            "role": one.role,
            "reason": both(one.reason),
        }
        for one in selectors.units_for(request.actor, matter, area)  # type: ignore[attr-defined]
    ]


@router.get("{uuid:pk}", response=One, summary="One case")
def case(request: HttpRequest, pk: UUID) -> Any:
    return shown(request.actor, found(request, pk))  # type: ignore[attr-defined]


class Step(Schema):
    move: str
    at: AwareDatetime
    who: str
    person: str
    note: str
    facts: dict[str, Any]
    public: bool


@router.get("{uuid:pk}/timeline", response=list[Step], summary="What happened to it")
def timeline(request: HttpRequest, pk: UUID) -> Any:
    """Oldest first. A resident reads the public steps, without the names of officers."""
    actor = request.actor  # type: ignore[attr-defined]
    one = found(request, pk)
    steps = selectors.story(actor, one, public=not actor.may("cases.see", one.area))
    return [{**step._asdict(), "move": step.move.key} for step in steps]


@router.get(
    "{uuid:pk}/clock", response=dict[str, Any] | None, summary="The running clock, explained"
)
def clock(request: HttpRequest, pk: UUID) -> Any:
    """How the limit was counted, in sentences; null when no clock runs."""
    running = selectors.clock_of(request.actor, found(request, pk), request.at)  # type: ignore[attr-defined]
    if running is None:
        return None
    row = running.clock
    return {
        "stage": row.stage, "amount": str(row.amount.normalize()), "unit": row.unit,
        "started_at": row.started_at, "due_at": row.due_at, "paused": row.paused,
        "share": round(running.share, 4), "lines": [both(line.text) for line in running.lines],
    }  # fmt: skip


@router.get("{uuid:pk}/units", response=list[dict[str, Any]], summary="Who should handle it")
def units_of(request: HttpRequest, pk: UUID) -> Any:
    one = found(request, pk)
    return units_for(request, one.matter, one.area)
