"""What leaves through open standards: one shape of row for Open311, feeds and maps. Public facts only, no person."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import DateTimeField, FloatField, Func, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from lifang.cases.catalogue import MATTERS, Matter, answer_of
from lifang.cases.models import Case
from lifang.cases.selectors.public import HIDDEN, _shown, public_cases
from lifang.cases.selectors.story import BY_REPORTERS, Told, _told_of, _units_of
from lifang.cases.terms import CLOSED, SAID, State
from lifang.core.access import ANONYMOUS, SYSTEM, Actor
from lifang.core.access.wall import behind
from lifang.core.flow.models import Step
from lifang.core.geo.measure import box_around, near
from lifang.orgs.selectors import place_name, unit_names

EXACT = 4  # decimals of a public point: some ten metres
BLUR = 15.0  # metres that rounding moves a point at most, and a little
_CHAIN = 5  # a case merged into one that was merged, and so on


class Open(NamedTuple):
    """A public case as its row says it; the words are made when they are asked for."""

    id: UUID
    number: str
    matter: str
    state: str
    area: str
    desk: str
    place: str
    lon: float | None
    lat: float | None
    opened_at: datetime
    promised_at: datetime | None
    closed_at: datetime | None
    updated_at: datetime
    outcome: str
    answer: str
    reports: int
    lead_zh: str | None
    lead_en: str | None
    asked: str = ""  # the number it was asked by, when that was merged into it

    @property
    def kind(self) -> Matter:
        return MATTERS[self.matter]

    @property
    def closed(self) -> bool:
        return self.state in CLOSED

    @property
    def said(self) -> str:
        """Its state in a resident's words, with the public answer once there is one."""
        words = str(SAID[State(self.state)])
        answer = answer_of(self.outcome, self.answer) if self.closed else ""
        return f"{words}: {answer}" if answer else words

    @property
    def where(self) -> str:
        return public_place(ANONYMOUS, self.area, self.place)

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude as the public may know them."""
        if self.lon is None or self.lat is None:
            return None
        return round(self.lon, EXACT), round(self.lat, EXACT)


_PATHS = (
    "id", "number", "matter", "state", "area", "desk", "place", "lon", "lat", "opened_at",
    "promised_at", "closed_at", "updated_at", "outcome", "answer", "reports",
    "lead__name_zh", "lead__name_en",
)  # fmt: skip


def public_place(actor: Actor, area: str, place: str) -> str:
    """Where, in words that are public: the named place, else its area."""
    name = place_name(area, 2)
    return f"{name} {place}".strip() if place else name


def in_charge(actor: Actor, case: Open, english: bool) -> str:
    """Who has it in hand: the unit in charge, before that the office that decides."""
    lead = case.lead_en if english else case.lead_zh
    return lead or place_name(case.desk, 1)


def _changing(rows: QuerySet[Case]) -> QuerySet[Any]:
    """With `updated_at`: when it was closed, before that when its state last changed."""
    return rows.annotate(
        updated_at=Coalesce("closed_at", "state_since", output_field=DateTimeField())
    )


def open_rows(actor: Actor, within: str = "") -> QuerySet[Any]:
    """Public cases for a standard to filter and order; hand them to `opened`."""
    return _changing(public_cases(actor, within))


class _Shown(Func):
    """A coordinate with the decimals that the public gets."""

    template = f"round((%(expressions)s)::numeric, {EXACT})::float8"
    output_field = FloatField()


def shown_near(
    actor: Actor, rows: QuerySet[Any], lon: float, lat: float, metres: float
) -> QuerySet[Any]:
    """Those within so many metres, nearest first, by the point the public gets: asking often finds no exact one."""
    box = box_around(lon, lat, metres + 2 * BLUR)
    rows = rows.filter(lon__range=(box.west, box.east), lat__range=(box.south, box.north))
    rows = rows.annotate(shown_lon=_Shown("lon"), shown_lat=_Shown("lat"))
    return near(rows, lon, lat, metres, fields=("shown_lon", "shown_lat"))


def opened(actor: Actor, rows: QuerySet[Any], start: int = 0, most: int = 1000) -> list[Open]:
    """These public cases as rows, in their order."""
    with behind(SYSTEM):  # public facts of accepted cases are everybody's
        return [Open(*row) for row in rows.values_list(*_PATHS)[start : start + most]]


def changed_at(actor: Actor, rows: QuerySet[Any]) -> datetime | None:
    """When the newest change among these happened."""
    with behind(SYSTEM):  # a time only
        found: datetime | None = rows.aggregate(last=Max("updated_at"))["last"]
    return found


def by_numbers(actor: Actor, numbers: Iterable[str]) -> list[Open]:
    """Public cases by their numbers, newest first; of a merged one, the case it was taken into."""
    asked = {number: number for number in numbers}
    found: dict[str, Open] = {}
    with behind(SYSTEM):  # public facts of accepted cases are everybody's
        for _ in range(_CHAIN):
            rows = _shown(Case.objects.exclude(state__in=HIDDEN)).filter(number__in=asked.keys())
            merged = dict(
                rows.filter(merged_into__isnull=False).values_list("number", "merged_into__number")
            )
            whole = _changing(rows.filter(merged_into__isnull=True)).values_list(*_PATHS)
            for row in (Open(*facts) for facts in whole):
                name = asked[row.number]
                found[name] = row._replace(asked=name if name != row.number else "")
            asked = {into: asked[number] for number, into in merged.items()}
            if not asked:
                break
    return sorted(found.values(), key=lambda row: (row.opened_at, row.id), reverse=True)


class News(NamedTuple):
    """A public step of a public case."""

    id: UUID
    case: Open
    told: Told
    to_state: str

    @property
    def text(self) -> str:
        """What was done, and what the office said about it."""
        note = "" if self.told.move.key in BY_REPORTERS else self.told.note
        return f"{self.told.move.done}: {note}" if note else str(self.told.move.done)


def news(
    actor: Actor,
    cases: Iterable[Open],
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[News]:
    """The public steps of these cases, oldest first; two queries however many there are."""
    known = {case.id: case for case in cases}
    within = Q(subject__in=known.keys(), public=True)
    within &= Q(at__gte=since) if since else Q()
    within &= Q(at__lte=until) if until else Q()
    with behind(SYSTEM):  # public steps of public cases
        steps = list(Step.objects.filter(within).select_related("account").order_by("at", "id"))
        names = unit_names(_units_of(steps))
    return [
        News(step.pk, case, _told_of(step, case.desk, names, public=True), step.to_state)
        for step in steps
        for case in [known[step.subject]]
    ]
