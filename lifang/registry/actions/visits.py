"""Visits: planned by category, made at the door, missed ones told."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, Min

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.files.store import keep
from lifang.core.files.voice import Voice
from lifang.core.flow import engine
from lifang.registry import rules
from lifang.registry.actions.knowing import office_of, today
from lifang.registry.catalogue import MISSED, VISITS
from lifang.registry.events import VisitMade, VisitMissed
from lifang.registry.models import Household, Membership, MissedVisit, Person, Visit, VisitPlan
from lifang.registry.terms import Missing

MET = ("met", "telephone")


@action("registry.visit")
def visit(
    *,
    actor: Actor,
    household: Household,
    kind: str,
    outcome: str,
    at: datetime,
    note: str = "",
    person: Person | None = None,
    next_on: date | None = None,
    token: UUID | None = None,
    seen_at: datetime | None = None,
    voices: Sequence[Voice] = (),
) -> Visit:
    """Write down a visit; a voice note is, like the sealed note, not for everybody: its maker alone hears it. `seen_at`: when it was, if a phone without a network kept it; the same `token` twice is one visit."""
    known = Visit.objects.filter(token=token).first() if token else None
    if known is not None:
        return known
    house = Household.objects.hold(household.pk)
    when = seen_at or at
    insist(
        rules.visit_known(kind),
        rules.code_fits("visit_outcome", outcome, "outcome")
        if outcome
        else Refusal("unknown_code", {"code": "", "field": "outcome"}),
        Refusal("visit_in_future", {"field": "at"}) if when > at + timedelta(minutes=5) else None,
        Refusal("value_long", {"most": 2000, "field": "note"}) if len(note) > 2000 else None,
        _belongs(house, person),
    )
    made = Visit(
        area=house.area, holders=[], household=house, person=person, kind=kind, outcome=outcome, note=note.strip() or None,
        office=office_of(actor, "registry.visit", house.area), account_id=actor.id, at=when, next_on=next_on, token=token,
    )  # fmt: skip
    made.save(force_insert=True)
    for voice in voices:
        keep(voice, subject=made, actor=actor, at=at, own=True)
    if outcome in MET:
        _met(actor, house, made, at)
    publish(VisitMade(visit=made.pk, household=house.pk, kind=kind, at=at), area=house.area)
    return made


def _belongs(house: Household, person: Person | None) -> Refusal | None:
    if person is None:
        return None
    lives = Membership.objects.filter(household=house, person=person, valid_to__isnull=True)
    return None if lives.exists() else Refusal("not_a_member", {"field": "person"})


def _met(actor: Actor, house: Household, made: Visit, at: datetime) -> None:
    """The plans this visit fulfils begin anew; what was missed is made up."""
    plans = VisitPlan.objects.filter(household=house, valid_to__isnull=True, kind=made.kind)
    if made.person_id:
        plans = plans.filter(person__isnull=True) | plans.filter(person=made.person_id)
    day = today(made.at)
    for plan in plans:
        plan.due_on = made.next_on or day + timedelta(days=plan.cycle_days)
        plan.save(update_fields=["due_on"])
        for missed in MissedVisit.objects.filter(plan=plan, state=Missing.MISSED):
            engine.move(MISSED(), MissedVisit.objects.hold(missed.pk), "visit", actor=actor, at=at)
    if house.visited_at is None or house.visited_at < made.at:
        house.visited_at = made.at
    _next_due(house)
    house.save(update_fields=["visited_at", "visit_due_on"])


def _next_due(house: Household) -> None:
    open_ = VisitPlan.objects.filter(household=house, valid_to__isnull=True)
    house.visit_due_on = open_.aggregate(first=Min("due_on"))["first"]


@action("registry.plan_visits")
def plan_visits(
    *,
    actor: Actor,
    household: Household,
    kind: str,
    at: datetime,
    person: Person | None = None,
    due_on: date | None = None,
) -> VisitPlan:
    """This household is called on regularly from now on, as its kind of visit says."""
    house = Household.objects.hold(household.pk)
    insist(rules.visit_known(kind), _belongs(house, person))
    return _plan(house, person, kind, at, due_on)


@action("registry.plan_many")
def plan_many(*, actor: Actor, area: str, kind: str, at: datetime) -> int:
    """Every household of an area that has no plan of this kind gets one, due one cycle after it was last seen."""
    insist(rules.visit_known(kind))
    cycle = timedelta(days=VISITS[kind].cycle_days)
    planned = VisitPlan.objects.filter(kind=kind, valid_to__isnull=True, person__isnull=True)
    houses = list(
        Household.objects.filter(area__startswith=area, valid_to__isnull=True)
        .exclude(pk__in=planned.values("household"))
        .only("pk", "area", "holders", "visited_at", "valid_from", "visit_due_on")
    )
    made = []
    for house in houses:
        due = today((house.visited_at or house.valid_from) + cycle)
        made.append(
            VisitPlan(area=house.area, household=house, kind=kind, cycle_days=cycle.days, due_on=due, valid_from=at)
        )  # fmt: skip
        house.visit_due_on = min(due, house.visit_due_on or due)
    VisitPlan.objects.bulk_create(made, batch_size=2000)
    Household.objects.bulk_update(houses, ["visit_due_on"], batch_size=2000)
    return len(made)


def plan_for(person: Person, kind: str, at: datetime) -> None:
    """Part of tagging: the person's household is called on as the tag says."""
    home = Membership.objects.filter(person=person, valid_to__isnull=True).order_by("-valid_from").first()  # fmt: skip
    if home is not None:
        _plan(Household.objects.hold(home.household_id), person, kind, at, None)


def unplan(person: UUID, kind: str, at: datetime) -> None:
    """Part of a tag's end: nobody is called on for it any more."""
    for plan in VisitPlan.objects.filter(person=person, kind=kind, valid_to__isnull=True):
        plan.valid_to = at
        plan.save(update_fields=["valid_to"])
        house = Household.objects.hold(plan.household_id)
        _next_due(house)
        house.save(update_fields=["visit_due_on"])


def _plan(
    house: Household, person: Person | None, kind: str, at: datetime, due_on: date | None
) -> VisitPlan:
    cycle = VISITS[kind].cycle_days
    plan, _ = VisitPlan.objects.get_or_create(
        household=house,
        person=person,
        kind=kind,
        valid_to=None,
        defaults={
            "area": house.area,
            "cycle_days": cycle,
            "due_on": due_on or today(at) + timedelta(days=cycle),
            "valid_from": at,
        },
    )
    _next_due(house)
    house.save(update_fields=["visit_due_on"])
    return plan


@action("registry.excuse_visit")
def excuse_visit(*, actor: Actor, missed: MissedVisit, note: str, at: datetime) -> MissedVisit:
    """Say why a planned visit could not be made; the plan goes on a cycle later."""
    held = MissedVisit.objects.hold(missed.pk)
    engine.move(
        MISSED(), held, "excuse", actor=actor, at=at, said=engine.Said(note=note, public=False)
    )
    plan = VisitPlan.objects.hold(held.plan_id)
    plan.due_on = today(at) + timedelta(days=plan.cycle_days)
    plan.save(update_fields=["due_on"])
    house = Household.objects.hold(plan.household_id)
    _next_due(house)
    house.save(update_fields=["visit_due_on"])
    return held


@action("registry.tell_missed")
def tell_missed(*, actor: Actor, at: datetime, most: int = 500) -> int:
    """Visits that are overdue by more than their kind allows become to-dos of their grid. How many."""
    if actor.kind != "system":
        raise Refused("not_allowed")
    told = 0
    for kind in VISITS:
        line = today(at) - timedelta(days=kind.warn_days)
        late = VisitPlan.objects.filter(kind=kind.key, valid_to__isnull=True, due_on__lt=line)
        fresh = late.exclude(missed__due_on=F("due_on")).select_related("household")
        for plan in fresh.order_by("due_on", "pk")[: most - told]:
            # A restricted reason stands in no to-do, not even unseen.
            said = MISSED().name if kind.key == "restricted" else kind.name
            _tell(actor, plan, said.zh, at)
            told += 1
    return told


def _tell(actor: Actor, plan: VisitPlan, name: str, at: datetime) -> None:
    row = MissedVisit(
        area=plan.area, holders=plan.holders, plan=plan, due_on=plan.due_on, told_at=at
    )
    engine.start(
        MISSED(), row, actor=actor, at=at, turn=engine.Turn(title=name), said=engine.Said()
    )
    publish(VisitMissed(plan=plan.pk, household=plan.household_id, at=at), area=plan.area)
