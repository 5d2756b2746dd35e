"""The clock: more time asked for and decided, standing still and going on, running out."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from lifang.cases import rules
from lifang.cases.actions.moves import at_desk, at_units, held, moved
from lifang.cases.actions.photos import keep_photos
from lifang.cases.actions.unit import own_part, parts_of
from lifang.cases.catalogue import CASE, DELAY_REASONS, SUSPEND_REASONS, policy
from lifang.cases.events import DelayAsked, DelayDecided
from lifang.cases.models import Case, Delay
from lifang.cases.terms import Photo
from lifang.core.access import Actor, Refusal, insist
from lifang.core.access.desks import desk
from lifang.core.action import action
from lifang.core.calendar import Limit, Unit
from lifang.core.events import publish
from lifang.core.files.darkroom import Print
from lifang.core.flow import clocks, engine
from lifang.core.flow.clocks import Allowance
from lifang.orgs import selectors as orgs


@action("cases.ask_delay")
def ask_delay(
    *,
    actor: Actor,
    case: Case,
    at: datetime,
    amount: Decimal,
    reason: str,
    note: str,
    photos: Sequence[Print] = (),
) -> Delay:
    """Ask for more time, in the unit the stage is limited in. The clock goes on meanwhile."""
    case = held(case, "ask_delay")
    part = own_part(actor, parts_of(case))
    insist(rules.may_ask_delay(part, pending_delay(case)))
    clock = clocks.of(case)
    insist(
        None if clock and reason in DELAY_REASONS and amount > 0 else Refusal("no_delay_pending")
    )
    assert part is not None and clock is not None  # noqa: S101, PT018 -- refused above
    delay = Delay.objects.create(
        case=case, unit=part.unit, reason=reason, note=note.strip(), asked=amount,
        measure=clock.unit, asked_at=at, asked_by_id=actor.id,
    )  # fmt: skip
    keep_photos(case, photos, Photo.OTHER, actor=actor, at=at)
    moved(case, "ask_delay", actor=actor, at=at, note=note, body=part.holder, amount=str(amount))
    engine.ask(
        CASE(), case, "cases.decide_delay", desk(case.desk),
        title=f"{case.matter}|{case.place}"[:200], at=at, due_at=case.due_at,
    )  # fmt: skip
    publish(DelayAsked(case=case.pk, delay=delay.pk, at=at), area=case.area, holders=case.holders)
    return delay


@action("cases.decide_delay")
def decide_delay(
    *, actor: Actor, case: Case, at: datetime, granted: Decimal, note: str = ""
) -> Delay:
    """Grant some or all of it (0 denies). The new due time is told to the reporter."""
    case = held(case, "grant_delay")
    delay, clock = pending_delay(case), clocks.of(case)
    assert clock is not None or delay is None  # noqa: S101 -- a delay is asked only while a clock runs
    most = Limit(
        (clock.amount if clock else Decimal(1)) * policy("delay_times"),
        Unit(delay.measure if delay else Unit.WORK_HOUR),
    )
    insist(rules.may_grant_delay(delay, granted, most))
    assert delay is not None and clock is not None  # noqa: S101, PT018 -- refused above
    delay.granted, delay.decided_at, delay.decided_by_id = granted, at, actor.id
    delay.save()
    if granted:
        longer = Allowance(Limit(clock.amount + granted, clock.unit), clock.hours)  # type: ignore[arg-type]
        due_at = clocks.lengthen(case, longer)
        assert due_at is not None  # noqa: S101 -- the clock is there
        engine.set_due(case, due_at)
        case.promised_at = due_at
    engine.close_turns(case, at, capability="cases.decide_delay")
    move = "grant_delay" if granted else "deny_delay"
    moved(case, move, actor=actor, at=at, note=note, amount=str(granted))
    publish(
        DelayDecided(
            case=case.pk, delay=delay.pk, granted=bool(granted), due_at=case.due_at, at=at
        ),
        area=case.area,
        holders=case.holders,
    )
    return delay


def pending_delay(case: Case) -> Delay | None:
    """The request that waits for a decision."""
    return Delay.objects.filter(case=case, decided_at__isnull=True).first()


@action("cases.suspend")
def suspend(*, actor: Actor, case: Case, at: datetime, reason: str, note: str) -> Case:
    """Let the clock stand still for a reason; the case comes back to the desk to be looked at."""
    case = held(case, "suspend")
    why = SUSPEND_REASONS.get(reason)
    insist(None if why else Refusal("bad_input", {"detail": reason}))
    assert why is not None  # noqa: S101 -- refused above
    moved(case, "suspend", actor=actor, at=at, turn=at_desk(case, "", at), note=note, reason=reason)
    engine.set_due(case, Allowance(why.review, area=case.area).due(at))
    case.save()
    return case


@action("cases.resume")
def resume(*, actor: Actor, case: Case, at: datetime, note: str = "") -> Case:
    """Let the clock go on where it stood."""
    case = held(case, "resume")
    parts = [part for part in parts_of(case) if part.pending]
    turn = at_units(case, parts, "", at, orgs.hours_of(case.lead) if case.lead else "")
    moved(case, "resume", actor=actor, at=at, turn=turn, note=note)
    case.promised_at = case.due_at or case.promised_at
    case.save()
    return case


@action("cases.tell_overdue")
def tell_overdue(*, actor: Actor, at: datetime) -> int:
    """Tell of every stage that has run out of time since the last look; how many."""
    return clocks.tell_overdue(at)
