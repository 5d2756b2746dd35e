"""What anybody may know: a public case has a place, a matter, a state and an answer, never a person."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from lifang.cases.catalogue import policy
from lifang.cases.models import CELL_METRES, Case, Reporter
from lifang.cases.terms import OPEN, State
from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.core.geo.measure import near

HIDDEN = (State.AWAITING_ACCEPTANCE, State.AWAITING_VERIFICATION, State.REFUSED, State.VOID)
SENSITIVE = ("life",)


class Near(NamedTuple):
    """An open case nearby: enough to say "that is the one I mean"."""

    case: Case
    metres: float


class Receipt(NamedTuple):
    case: Case
    reporter: Reporter


def public_cases(actor: Actor, within: str = "") -> QuerySet[Case]:
    """Cases that were accepted, for lists and maps anybody may read. Evaluate it inside `behind(SYSTEM)`."""
    rows = Case.objects.exclude(state__in=HIDDEN).exclude(level__in=SENSITIVE)
    return rows.filter(area__startswith=within) if within else rows


def public_case(actor: Actor, pk: UUID) -> Case:
    """One public case. Raises `Refused("not_found")`."""
    with behind(SYSTEM):  # public facts of accepted cases are everybody's
        found = public_cases(actor).select_related("lead").filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def nearby(actor: Actor, lon: float, lat: float, at: datetime, matter: str = "") -> list[Near]:
    """Open cases around a point, nearest first: "six neighbours already reported this"."""
    metres, days = policy("near_metres"), policy("near_days")
    rows = Case.objects.filter(state__in=OPEN, opened_at__gte=at - timedelta(days=days))
    rows = rows.exclude(level__in=SENSITIVE)
    if matter:
        rows = rows.filter(matter__in=[matter, *_alike(matter)])
    with behind(SYSTEM):  # whoever stands there may know that it was reported; no person is shown
        found = list(near(rows, lon, lat, metres, cells=("cell", CELL_METRES))[:10])
    return [Near(case, case.metres_away) for case in found]  # type: ignore[attr-defined]


def _alike(matter: str) -> list[str]:
    from lifang.cases.catalogue import MATTERS  # noqa: PLC0415 -- beside its only use

    return MATTERS[matter].confused if matter in MATTERS else []


def receipt(actor: Actor, token: str) -> Receipt:
    """The case a receipt belongs to. Raises `Refused("not_found")`. The token is the key: treat it as one."""
    with behind(SYSTEM):  # the receipt itself is the permission
        row = Reporter.objects.select_related("case", "case__lead").filter(token=token).first()
    if row is None:
        raise Refused("not_found")
    return Receipt(row.case, row)
