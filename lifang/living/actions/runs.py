"""The month's run: tens of thousands of bills in the background, batch by batch. Killed anywhere it goes on, and bills nobody twice."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet

from lifang.core.access import SYSTEM, Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.jobs import JOBS
from lifang.living import rules
from lifang.living.actions.issuing import Draft, Line, issue
from lifang.living.actions.metering import company
from lifang.living.catalogue import policy
from lifang.living.events import RunEnded
from lifang.living.models import Bill, Reading, Run, Tariff
from lifang.living.selectors.bills import stopped
from lifang.living.terms import RunState, Source
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry

if TYPE_CHECKING:
    from lifang.orgs.models import Unit

Used = dict[tuple[UUID, str], int]


@action("living.start_run", beyond=True)  # counts doors that a company does not see one by one
def start_run(*, actor: Actor, unit: "Unit", month: str, area: str, at: datetime) -> Run:
    """Bill a month: once for each company and area."""
    insist(company(actor, unit), rules.inside(area, unit.area), rules.month_fits(month))
    doors = registry.count_doors(SYSTEM, area)
    priced = _tariffs(unit.pk, area, month).exists()
    insist(
        None if priced else Refusal("run_no_tariff", {"month": month}),
        None if 0 < doors <= policy("most_doors") else Refusal("run_doors", {"doors": doors, "most": policy("most_doors")}),
    )  # fmt: skip
    made = Run(unit_id=unit.pk, area=area, holders=[unit.holder], month=month, state=RunState.WAITING, doors=doors, started_at=at)  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("run_once", month=month) from error
    JOBS["living.jobs.work_run"].later(run=made.pk, once=f"run:{made.pk}")
    return made


@action("living.resume_run", beyond=True)  # likewise
def resume_run(*, actor: Actor, run: Run, at: datetime) -> Run:
    """Its job was given up: it goes on where it stopped."""
    held = Run.objects.hold(run.pk)
    insist(
        company(actor, orgs.unit(actor, held.unit_id)),
        Refusal("run_done") if held.state == RunState.DONE else None,
        Refusal("run_goes_on") if not stopped(actor, [held]) else None,
    )
    JOBS["living.jobs.work_run"].later(run=held.pk, once=f"run:{held.pk}")
    return held


def work_run(*, system: Actor, run: UUID, at: datetime) -> None:
    """Batch after batch until every dwelling was gone through."""
    while issue_batch(actor=system, run=Run.objects.get(pk=run), at=at):
        pass


@action("living.issue_batch")
def issue_batch(*, actor: Actor, run: Run, at: datetime) -> bool:
    """The next dwellings of a run. Its row is held: a second worker waits, then goes on where this one ended."""
    held = Run.objects.hold(run.pk)
    if held.state == RunState.DONE:
        return False
    doors = registry.doors_after(SYSTEM, held.area, held.cursor, policy("batch"))
    unit = orgs.unit(actor, held.unit_id)
    tariffs = list(_tariffs(held.unit_id, held.area, held.month))
    used = _used([door.pk for door in doors], held.month)
    known = set(Bill.objects.filter(source=Source.RUN, month=held.month, dwelling__in=[door.pk for door in doors]).values_list("dwelling_id", flat=True))  # fmt: skip
    drafts = [Draft(door, lines, held.month) for door in doors if door.pk not in known and (lines := _lines(door, tariffs, used))]  # fmt: skip
    made = issue(unit, held.area, drafts, at, held)
    held.state = RunState.RUNNING
    held.bills += len(made)
    held.unmeasured += len(doors) - len(drafts)
    held.amount += sum(bill.amount for bill in made)
    if doors:
        held.gone, held.cursor = min(held.doors, held.gone + len(doors)), doors[-1].pk
    else:
        held.state, held.ended_at, held.gone = RunState.DONE, at, held.doors
        publish(RunEnded(run=held.pk, month=held.month, bills=held.bills, at=at), area=held.area, holders=held.holders)  # fmt: skip
    held.save()
    return bool(doors)


def _tariffs(unit: UUID, area: str, month: str) -> QuerySet[Tariff]:
    running = Q(until="") | Q(until__gte=month)
    return Tariff.objects.filter(running, unit=unit, area=area, since__lte=month).order_by("item")


def _lines(door: registry.Dwelling, tariffs: list[Tariff], used: Used) -> list[Line]:
    lines = []
    for one in tariffs:
        quantity = rules.quantity(one.basis, door.area_m2, used.get((door.pk, one.item)))
        amount = rules.charge(one.price, quantity) if quantity else 0
        if amount > 0:
            lines.append(Line(one.item, amount, one.basis, quantity, one.price))
    return lines


def _used(doors: list[UUID], month: str) -> Used:
    """What each meter used in the month: this reading less the newest before."""
    rows = Reading.objects.filter(meter__place__in=doors)
    now = rows.filter(month=month).values_list("meter__place", "meter__item", "value")
    before = rows.filter(month__lt=month).order_by().values_list("meter__place", "meter__item").annotate(n=Max("value"))  # fmt: skip
    was = {(place, item): value for place, item, value in before}
    return {(place, item): value - was[place, item] for place, item, value in now if (place, item) in was}  # fmt: skip
