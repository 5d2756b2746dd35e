"""Ask about bills. A household sees its own, a company those it issued; staff of the area see sums alone."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.core.jobs import JOBS
from lifang.living.catalogue import REMINDERS
from lifang.living.models import Bill, Reading, ReceiptPaper, Run, Tariff
from lifang.living.terms import RunState, Source
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry

if TYPE_CHECKING:
    from lifang.orgs.models import Unit


COMMUNITY = 12  # digits of its code


class Month(NamedTuple):
    """A month of one company in one community, in sums."""

    month: str
    bills: int
    owed: int
    paid: int
    open: int  # bills not paid whole

    @property
    def left(self) -> int:
        return self.owed - self.paid

    @property
    def share(self) -> float:
        return self.paid / self.owed if self.owed else 0.0


def bills(actor: Actor) -> QuerySet[Bill]:
    """Of the companies one works for, newest first. What households owe is not shown to anybody else's staff."""
    return _theirs(Bill.objects.visible_to(actor), actor).order_by("-month", "address", "id")


def bill(actor: Actor, pk: UUID) -> Bill:
    """One of them. Raises `Refused("not_found")`."""
    found: Bill = _one(bills(actor), pk)
    return found


def own_bills(actor: Actor) -> QuerySet[Bill]:
    """One's own, newest first."""
    rows = Bill.objects.filter(holders__contains=[actor.holder]) if actor.holder else Bill.objects.none()  # fmt: skip
    return rows.exclude(amount=F("credited")).order_by("-month", "-issued_at", "id")


def own_bill(actor: Actor, pk: UUID) -> Bill:
    """One of one's own. Raises `Refused("not_found")`."""
    found: Bill = _one(own_bills(actor), pk)
    return found


def runs(actor: Actor) -> QuerySet[Run]:
    return _theirs(Run.objects.visible_to(actor), actor).order_by("-month", "-started_at")


def run(actor: Actor, pk: UUID) -> Run:
    found: Run = _one(runs(actor), pk)
    return found


def stopped(actor: Actor, rows: Iterable[Run]) -> set[UUID]:
    """Of these runs those that are not done, and nothing waits or works to go on with them; one query."""
    going = [one for one in rows if one.state != RunState.DONE]
    asked = {facts.get("run") for facts in JOBS["living.jobs.work_run"].standing()} if going else set()  # fmt: skip
    return {one.pk for one in going if str(one.pk) not in asked}


def tariffs(actor: Actor) -> QuerySet[Tariff]:
    return _theirs(Tariff.objects.visible_to(actor), actor).order_by("item", "-since")


def months(actor: Actor, unit: UUID, area: str, limit: int = 12) -> list[Month]:
    """What was billed and paid, month by month, newest first: sums that owners may read, no household's own."""
    # Sums of a whole community, published to those who live there; a bill of a neighbour is never shown.
    with behind(SYSTEM):
        rows = Bill.objects.filter(unit=unit, area__startswith=area).order_by()
        told = rows.values("month").annotate(
            bills=Count("id"), due=Sum(F("amount") - F("credited")), came=Sum("paid"),
            open=Count("id", filter=Q(paid__lt=F("amount") - F("credited"))),
        ).order_by("-month")[:limit]  # fmt: skip
        return [Month(row["month"], row["bills"], row["due"], row["came"], row["open"]) for row in told]  # fmt: skip


def arrears(actor: Actor, today: date) -> QuerySet[Bill]:
    """Not paid whole and past their day, the oldest first."""
    return bills(actor).filter(due_on__lt=today, paid__lt=F("amount") - F("credited")).order_by("due_on", "address", "id")  # fmt: skip


def to_remind(system: Actor, today: date, most: int) -> list[Bill]:
    """Bills that reached a stage their household was not told of yet; held for whoever asks, another worker gets others."""
    wanted = Q(pk__in=[])
    stages = sorted(REMINDERS.all(), key=lambda one: one.days)
    for n, one in enumerate(stages):
        told = Q(reminded__in=[later.key for later in stages[n:]])
        wanted |= Q(due_on__lte=today - timedelta(days=one.days)) & ~told
    rows = Bill.objects.filter(wanted, paid__lt=F("amount") - F("credited")).order_by("due_on", "dwelling", "id")  # fmt: skip
    return list(rows.select_for_update(skip_locked=True, of=("self",))[:most])


def owed_by_me(actor: Actor) -> tuple[int, Sequence[Bill]]:
    """What is still to be paid: the sum, and the newest bills."""
    rows = own_bills(actor).filter(paid__lt=F("amount") - F("credited"))
    found = rows.order_by().aggregate(n=Sum(F("amount") - F("credited") - F("paid")))["n"] or 0
    return found, list(rows[:3]) if found else []


def receipt_paper(system: Actor, number: str) -> ReceiptPaper | None:
    """The signed paper of a payment, if it was made; whoever asks has shown that they hold it."""
    with behind(SYSTEM):
        return ReceiptPaper.objects.filter(number=number).first()


def _theirs(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    if actor.kind == "system":
        return rows
    return rows.filter(holders__overlap=sorted(actor.units) or ["-"])


def _one(rows: QuerySet[Any], pk: UUID) -> Any:
    found = rows.filter(pk=pk).select_related("unit").first()
    if found is None:
        raise Refused("not_found")
    return found


def homes(actor: Actor) -> list[str]:
    """Where one lives, by address."""
    return [door.address for door in registry.own_doors(actor)]


def companies(actor: Actor) -> "list[tuple[Unit, str]]":
    """The property companies that serve the communities of one's homes."""
    areas = sorted({door.area[:COMMUNITY] for door in registry.own_doors(actor)})
    return [(unit, area) for area in areas for unit in orgs.units_serving(actor, area, "property_company")]  # fmt: skip


def readings(actor: Actor, doors: Sequence[UUID]) -> "dict[tuple[UUID, str, str], Reading]":
    """What meters of one's company said, by dwelling, item and month."""
    rows = Reading.objects.visible_to(actor).filter(meter__place__in=doors).select_related("meter")
    return {(row.meter.place_id, row.meter.item, row.month): row for row in rows}


def imported(actor: Actor, references: Sequence[str]) -> dict[tuple[str, str], Bill]:
    """Utilities' bills of one's area by their own numbers."""
    rows = Bill.objects.visible_to(actor).filter(source=Source.IMPORT, reference__in=references)
    return {(str(row.unit_id), row.reference): row for row in rows}


def imported_by_id(actor: Actor, ids: Sequence[UUID]) -> list[Bill]:
    rows = Bill.objects.visible_to(actor).filter(source=Source.IMPORT, pk__in=ids)
    return list(rows.order_by("pk"))
