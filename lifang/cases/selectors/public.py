"""What anybody may know: a public case has a place, a matter, a state and an answer, never a person.

Photos and words of residents are not public: a picture of a gate shows plates, faces and doors, and nobody has
looked at it yet. They are on the receipt of whoever sent them, and at the desk.
"""

from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from lifang.cases.catalogue import COMMON, MATTERS, Matter, policy
from lifang.cases.models import CELL_METRES, Case, Reporter
from lifang.cases.rules.likeness import Why
from lifang.cases.rules.pairing import Said, kin_of
from lifang.cases.selectors.likeness import ranked, weighing
from lifang.cases.selectors.limits import limits
from lifang.cases.terms import CLOSED, OPEN, Photo, State
from lifang.core.access import SYSTEM, Actor, Kind, Refused
from lifang.core.access.scope import within as lies_within
from lifang.core.access.wall import behind
from lifang.core.files.models import Attachment
from lifang.core.flow.clocks import Allowance
from lifang.core.flow.models import Step
from lifang.core.geo.measure import near

HIDDEN = (State.AWAITING_ACCEPTANCE, State.AWAITING_VERIFICATION, State.REFUSED, State.VOID)
SENSITIVE = ("life",)
FREQUENT_DAYS = 90
COMPARED, SHOWN = 60, 10  # cases nearby


class Near(NamedTuple):
    """An open case nearby: enough to say "that is the one I mean"."""

    case: Case
    metres: float
    probable: bool = False
    why: tuple[Why, ...] = ()


class Receipt(NamedTuple):
    case: Case
    reporter: Reporter


class Summary(NamedTuple):
    """The last days of an area, as the public home tells them."""

    reported: int
    closed: int
    solved: int
    open: int


@cache
def _kept_back() -> tuple[str, ...]:
    """Matters that only staff record: about persons, alarms, security."""
    return tuple(matter.key for matter in MATTERS if not matter.public)


def _shown(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Without what only staff may know of."""
    return rows.exclude(level__in=SENSITIVE).exclude(matter__in=_kept_back())


def public_cases(actor: Actor, within: str = "") -> QuerySet[Case]:
    """Cases that were accepted, for lists and maps anybody may read. Evaluate it inside `behind(SYSTEM)`."""
    rows = _shown(Case.objects.exclude(state__in=(*HIDDEN, State.MERGED)))
    return rows.filter(lies_within(within)) if within else rows


def public_case(actor: Actor, pk: UUID) -> Case:
    """One public case. Raises `Refused("not_found")`."""
    return _public(Q(pk=pk))


def public_by_number(actor: Actor, number: str) -> Case:
    """The public case with this number; of a merged one, the case it was taken into. Raises `Refused("not_found")`."""
    return _public(Q(number=number))


def _public(which: Q) -> Case:
    with behind(SYSTEM):  # public facts of accepted cases are everybody's
        rows = _shown(Case.objects.exclude(state__in=HIDDEN))
        found = rows.select_related("lead", "merged_into__lead").filter(which).first()
        if found is not None and found.merged_into is not None:
            return _public(Q(pk=found.merged_into_id))
    if found is None:
        raise Refused("not_found")
    return found


def summary(actor: Actor, within: str, at: datetime, days: int) -> Summary:
    """What was reported and closed in an area in the last days, and what is open now."""
    since = at - timedelta(days=days)
    with behind(SYSTEM):  # numbers of public cases
        rows = public_cases(actor, within)
        past = rows.filter(closed_at__gte=since).aggregate(
            closed=Count("pk"),
            solved=Count("pk", filter=Q(outcome__in=["solved", "solved_on_spot", "mediated"])),
        )
        reported = rows.filter(opened_at__gte=since).count()
        open_ = rows.filter(state__in=OPEN).count()
    return Summary(reported, past["closed"], past["solved"], open_)


def frequent(actor: Actor, within: str, at: datetime, most: int = 8) -> list[Matter]:
    """The matters to offer first: what was reported most in this area lately, then what is common anywhere."""
    since = at - timedelta(days=FREQUENT_DAYS)
    with behind(SYSTEM):  # counts only
        rows = public_cases(actor, within).filter(opened_at__gte=since)
        counted = rows.values("matter").annotate(n=Sum("reports")).order_by("-n", "matter")
        keys = [row["matter"] for row in counted[:most]] if within else []
    keys += [entry.key for entry in COMMON if entry.key not in keys]
    return [MATTERS[key] for key in keys if MATTERS[key].public][:most]


def nearby(
    actor: Actor,
    lon: float,
    lat: float,
    at: datetime,
    matter: str = "",
    place: str = "",
    text: str = "",
) -> list[Near]:
    """Open cases around a point: "six neighbours already reported this". With a matter the likeliest first, else the nearest."""
    metres, days = policy("near_metres"), policy("near_days")
    rows = _shown(Case.objects.filter(state__in=OPEN, opened_at__gte=at - timedelta(days=days)))
    if matter:
        rows = rows.filter(matter__in=kin_of(matter))
    with behind(SYSTEM):  # whoever stands there may know that it was reported; no person is shown
        found = list(near(rows, lon, lat, metres, cells=("cell", CELL_METRES))[:COMPARED])
    if not matter:
        return [Near(case, case.metres_away) for case in found[:SHOWN]]  # type: ignore[attr-defined]
    by = "resident" if actor.kind in (Kind.ANONYMOUS, Kind.RESIDENT) else "staff"
    said = Said(
        opened=at.timestamp(), matter=matter, source="resident_web", by=by, lon=lon, lat=lat, place=place, text=text,
    )  # fmt: skip
    likely = ranked(actor, said, found, weighing(actor))[:SHOWN]
    return [Near(one.case, one.case.metres_away, one.probable, tuple(one.why)) for one in likely]  # type: ignore[attr-defined]


def expected(actor: Actor, matter: str, area: str, at: datetime) -> datetime:
    """By when a report made now in this area should be handled, stage after stage."""
    held = limits(actor, matter, area, at)
    for stage in ("accept", "dispatch", "sign", "handle"):
        limit = held[stage]
        at = Allowance(limit).due(at) if limit else at
    return at


def receipt(actor: Actor, token: str) -> Receipt:
    """The case a receipt belongs to. Raises `Refused("not_found")`. The token is the key: treat it as one."""
    with behind(SYSTEM):  # the receipt itself is the permission
        row = Reporter.objects.select_related("case", "case__lead").filter(token=token).first()
    if row is None:
        raise Refused("not_found")
    return Receipt(row.case, row)


def first_token(actor: Actor, case: Case) -> str:
    """The receipt of whoever has just opened this case."""
    with behind(SYSTEM):  # asked by the page that made it, in the same request
        return str(Reporter.objects.get(case=case, first=True).token)


def receipt_photos(actor: Actor, got: Receipt) -> QuerySet[Attachment]:
    """What the office shows of its work, and what this reporter sent; a neighbour's pictures are not among them.

    Evaluate it inside `behind(SYSTEM)`: the receipt is the permission.
    """
    own = Q(added_at=got.reporter.at)
    if got.reporter.account_id:
        own |= Q(account_id=got.reporter.account_id)
    shown = Q(kind=Photo.AFTER) | own
    return Attachment.objects.filter(shown, subject=got.case.pk, subject_type="cases.case")


def receipts(actor: Actor, tokens: list[str]) -> list[Receipt]:
    """The receipts of these tokens that still exist, newest first."""
    with behind(SYSTEM):  # each token is the permission for its own
        rows = Reporter.objects.select_related("case").filter(token__in=tokens).order_by("-at")
        return [Receipt(row.case, row) for row in rows]


def own_cases(actor: Actor) -> QuerySet[Case]:
    """A resident's own cases, newest first, each with `token` and `stars` of the own report."""
    rows = (
        Case.objects.visible_to(actor)
        .filter(reporters__account=actor.id)
        .annotate(token=F("reporters__token"), stars=Coalesce(F("reporters__stars"), 0))
        .order_by("-opened_at", "-pk")
    )
    return rows if actor.kind is Kind.RESIDENT else rows.none()


def waits_for_reporter(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Closed and not yet rated: the reporter has the word."""
    return rows.filter(Q(state__in=CLOSED, stars=0)).exclude(state=State.ARCHIVED)


def withdrawn(actor: Actor, reporter: Reporter) -> bool:
    """Did this reporter take the voice back before?"""
    with behind(SYSTEM):  # the reporter's own step
        steps = Step.objects.filter(subject=reporter.case_id, facts__withdrawn=str(reporter.pk))
        return steps.exists()
