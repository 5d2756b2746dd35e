"""What is published of a community: its income list, how its company does. Sums and units, never a person."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db.models import Avg, Count, F, Q, QuerySet, Sum
from django.utils.timezone import localtime

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.core.pay import selectors as pay
from lifang.living.catalogue import COMMUNITY_ITEMS
from lifang.living.models import Bill, Complaint, Inspection, LedgerLine, Repair
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry

if TYPE_CHECKING:
    from lifang.orgs.models import Unit

LOOKED_BACK = timedelta(days=90)
ENOUGH = 3  # ratings below that are nobody's average


class Sums(NamedTuple):
    income: int
    expense: int
    rows: list[tuple[str, str, int]]  # way, item, fen
    balanced: bool  # the book's entries sum to nothing


class Score(NamedTuple):
    """Of a company in a community, the last ninety days."""

    unit: "Unit"
    repairs: int
    on_time: float | None
    stars: float | None
    rated: int
    escalated: int
    complaints: int
    rounds: int
    rounds_done: float | None
    paid: float | None


def lines(actor: Actor, area: str) -> "QuerySet[LedgerLine]":
    """Every line of a community, newest first: public. Evaluate it inside `behind(SYSTEM)`."""
    rows = LedgerLine.objects.filter(area=area).select_related("countered", "counters")
    return rows.order_by("-day", "-entered_at", "id")


def own_lines(actor: Actor) -> "QuerySet[LedgerLine]":
    """Of the communities one works for."""
    rows = LedgerLine.objects.visible_to(actor).select_related("countered", "counters")
    return rows.order_by("-day", "-entered_at", "id")


def line(actor: Actor, pk: UUID) -> LedgerLine:
    found = own_lines(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def sums(actor: Actor, area: str) -> Sums:
    """Item by item, and whether the book behind it balances."""
    with behind(SYSTEM):  # published to everybody
        found = dict(LedgerLine.objects.filter(area=area).order_by().values("item").annotate(n=Sum("amount")).values_list("item", "n"))  # fmt: skip
        book = pay.books(SYSTEM).filter(owner=f"area:{area}", area=area).first()
        told = pay.balances(SYSTEM, book) if book else []
        balanced = sum(one.fen * one.ledger.sign for one in told) == 0
        booked = {one.ledger.code.partition(":")[2]: one.fen for one in told if ":" in one.ledger.code}  # fmt: skip
    rows: list[tuple[str, str, int]] = [(COMMUNITY_ITEMS[item].way, item, n) for item, n in sorted(found.items()) if item in COMMUNITY_ITEMS]  # fmt: skip
    income = sum(n for way, _item, n in rows if way == "income")
    expense = sum(n for way, _item, n in rows if way == "expense")
    same = all(booked.get(item, 0) == n for _way, item, n in rows)
    return Sums(income, expense, rows, balanced and same)


def communities_published(actor: Actor) -> list[str]:
    """Where something was published."""
    with behind(SYSTEM):  # likewise
        return sorted(set(LedgerLine.objects.order_by().values_list("area", flat=True)))


def scores(actor: Actor, area: str, at: datetime) -> list[Score]:
    """Companies of a community, the most repairs in time first."""
    serving = orgs.units_serving(actor, area, "property_company")
    with behind(SYSTEM):  # sums of units, published
        found = [one for unit in serving if (one := _score(unit, area, at)) is not None]
    return sorted(found, key=lambda one: (-(one.on_time or 0), str(one.unit.name)))


def _score(unit: "Unit", area: str, at: datetime) -> Score | None:
    since = at - LOOKED_BACK
    repaired = Repair.objects.filter(unit=unit, area__startswith=area, opened_at__gte=since).order_by().exclude(state="withdrawn").aggregate(
        n=Count("id"), late=Count("id", filter=Q(late__gt=0)), mean=Avg("stars"), rated=Count("stars"),
        street=Count("escalated_at"),
    )  # fmt: skip
    billed = Bill.objects.filter(unit=unit, area__startswith=area, issued_at__gte=since).order_by().aggregate(owed=Sum(F("amount") - F("credited")), paid=Sum("paid"))  # fmt: skip
    due = Inspection.objects.filter(unit=unit, area__startswith=area, due_on__gte=localtime(since).date(), due_on__lt=localtime(at).date()).order_by()  # fmt: skip
    rounds = due.aggregate(n=Count("id"), done=Count("done_at"))
    complaints = Complaint.objects.filter(unit=unit, area__startswith=area, made_at__gte=since).count()  # fmt: skip
    if not (repaired["n"] or billed["owed"] or rounds["n"] or complaints):
        return None
    stars = repaired["mean"] if repaired["rated"] >= ENOUGH else None
    return Score(
        unit, repaired["n"], _part(repaired["n"] - repaired["late"], repaired["n"]), stars, repaired["rated"], repaired["street"], complaints,
        rounds["n"], _part(rounds["done"], rounds["n"]), _part(billed["paid"] or 0, billed["owed"]),
    )  # fmt: skip


def _part(some: int, whole: int | None) -> float | None:
    return some / whole if whole else None


def rounds(actor: Actor) -> "QuerySet[Inspection]":
    """Of the companies one works for, what is due first."""
    rows = Inspection.objects.visible_to(actor).filter(
        holders__overlap=sorted(actor.units) or ["-"]
    )
    return rows.order_by("due_on", "kind", "id")


def all_rounds(system: Actor, unit: UUID) -> list[Inspection]:
    return list(Inspection.objects.filter(unit=unit).order_by("due_on", "kind"))


def one_round(actor: Actor, pk: UUID) -> Inspection:
    found = rounds(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def rounds_due(actor: Actor, today: date) -> "QuerySet[Inspection]":
    return rounds(actor).filter(done_at__isnull=True, due_on__lte=today + timedelta(days=14))


def complaint(system: Actor, pk: UUID) -> Complaint:
    return Complaint.objects.select_related("unit", "order__shop", "machine").get(pk=pk)


def own_complaints(actor: Actor) -> "QuerySet[Complaint]":
    if not actor.holder:
        return Complaint.objects.none()
    return Complaint.objects.filter(holders__contains=[actor.holder]).select_related(
        "unit", "order__shop", "machine"
    )


def own_communities(actor: Actor) -> list[str]:
    return sorted({door.area[:12] for door in registry.own_doors(actor)})
