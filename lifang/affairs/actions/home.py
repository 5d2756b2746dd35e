"""Going to somebody's home for matters: ordered by them, their family or a worker; read aloud there and confirmed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_UP, Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from lifang.affairs import rules, selectors
from lifang.affairs.actions.apply import receive
from lifang.affairs.actions.decide import deliver
from lifang.affairs.actions.tell import visitor
from lifang.affairs.catalogue import GUIDES, HOME_VISIT, policy
from lifang.affairs.models import Application, Confirmation, HomeVisit, Intake, Mandate, Point
from lifang.affairs.rules import day_of
from lifang.affairs.selectors import retention as kept
from lifang.affairs.selectors.home import GOES
from lifang.affairs.terms import Confirmed, Heard
from lifang.core.access import SYSTEM, Actor, Refusal, Refused, insist
from lifang.core.access.desks import desk, desk_of
from lifang.core.action import action, seen
from lifang.core.calendar import Limit, Unit
from lifang.core.crypto.fields import clear
from lifang.core.crypto.masks import ERASED
from lifang.core.files import store
from lifang.core.flow import engine
from lifang.core.flow.clocks import Allowance
from lifang.core.flow.engine import Said, Turn
from lifang.core.ids import short_code
from lifang.core.retention import Shelf, shelf
from lifang.registry import selectors as people

ANSWERED = Limit(Decimal(1), Unit.WORK_DAY)  # until somebody is named who goes
MOMENT = Decimal("0.01")  # of an hour
OUTCOMES = {"done": "close", "missed": "miss", "declined": "turn_down"}


@action("affairs.order_home_visit", beyond=True)
def order_home_visit(
    *,
    actor: Actor,
    guides: Sequence[str],
    slot_at: datetime,
    telephone: str,
    at: datetime,
    home: str = "",
    note: str = "",
    mandate: Mandate | None = None,
) -> HomeVisit:
    """Somebody is to come: to oneself, or to whom one acts for. Beyond: the hall lies out of a resident's sight."""
    person = mandate.principal if mandate else people.me(actor)
    if mandate is not None:
        for key in guides:
            selectors.acting_for(actor, mandate.pk, key, day_of(at))
    insist(None if person else Refusal("no_record_here"))
    return _ordered(actor, person, guides, slot_at, telephone, home, note, at, account_id=actor.id, mandate=mandate, ordered_by="family" if mandate else "self")  # fmt: skip


@action("affairs.record_home_visit", beyond=True)
def record_home_visit(
    *,
    actor: Actor,
    person: Any,
    guides: Sequence[str],
    slot_at: datetime,
    telephone: str,
    at: datetime,
    home: str = "",
    note: str = "",
) -> HomeVisit:
    """Ordered by telephone, at the window, or because a worker saw that it is needed. Beyond: the hall may be the street's."""
    who = people.person(actor, person.pk)
    return _ordered(actor, who, guides, slot_at, telephone, home, note, at, ordered_by="staff")


def _ordered(actor: Actor, person: Any, guides: Sequence[str], slot_at: datetime, telephone: str, home: str, note: str, at: datetime, **more: Any) -> HomeVisit:  # fmt: skip
    known = [key for key in dict.fromkeys(guides) if key in GUIDES]
    point = selectors.visiting_point(actor, person.area)
    where = home.strip() or selectors.home_of(actor, person, day_of(at))
    insist(
        rules.at_home([GUIDES[key] for key in known]),
        rules.telephone_fits(telephone),
        None if where else Refusal("home_missing", {"field": "home"}),
        None if point else Refusal("nobody_visits", {"field": "slot"}),
    )
    row = HomeVisit(
        area=person.area, holders=sorted({*person.holders, *([f"account:{more['account_id']}"] if more.get("account_id") else [])}), person=person,
        number=f"H{localtime(at):%y%m%d}{short_code(6)}", guides=known, name=clear(person, "name"), telephone=telephone, home=where[:200], note=note.strip()[:500] or "—",
        ordered_at=at, **more,
    )  # fmt: skip
    _placed(actor, row, point, slot_at, at)
    turn = Turn(
        (desk(desk_of(GOES, row.area, at)),), Allowance(ANSWERED, "", row.area), _title(row)
    )
    try:
        with transaction.atomic():
            engine.start(HOME_VISIT(), row, actor=actor, at=at, turn=turn, said=Said(facts={"slot": slot_at.isoformat()}))  # fmt: skip
    except IntegrityError as error:
        why = "visited_already" if "homevisit_one_of_a_person" in str(error) else "slot_full"
        raise Refused(why, field="slot") from error
    return row


def _placed(actor: Actor, row: HomeVisit, point: Any, slot_at: datetime, at: datetime) -> None:
    """One of the hall's places at that time; the hall is held meanwhile, so that none goes twice."""
    held = Point.objects.hold(point.pk)
    day = localtime(slot_at).date()
    found = next((one for one in selectors.home_slots(actor, held, at, day) if one.at == slot_at), None)  # fmt: skip
    insist(
        None if found else Refusal("slot_unknown", {"field": "slot"}),
        None if found is None or found.free else Refusal("slot_full", {"field": "slot"}),
    )
    rows = HomeVisit.objects.filter(point=held, slot_at=slot_at, state__in=selectors.COMING)
    taken = set(rows.values_list("place", flat=True))
    row.point, row.slot_at = held, slot_at
    row.place = next(n for n in range(held.visits) if n not in taken)


def _title(row: HomeVisit) -> str:
    return f"{row.number}|{row.slot_at.isoformat()}"


def _until(due: datetime, at: datetime) -> Allowance:
    """As long as it is until then by the clock on the wall; a moment where that is over."""
    hours = Decimal((due - at) / timedelta(hours=1)).quantize(MOMENT, ROUND_UP)
    return Allowance(Limit(max(hours, MOMENT), Unit.CALENDAR_HOUR))


def _held(visit: HomeVisit) -> HomeVisit:
    return HomeVisit.objects.hold(visit.pk)  # type: ignore[no-any-return]


@action("affairs.cancel_home_visit", beyond=True)
def cancel_home_visit(*, actor: Actor, visit: HomeVisit, at: datetime) -> HomeVisit:
    """It is not needed any more; the time is free again."""
    row = _held(visit)
    mine = people.me(actor)
    insist(None if row.account_id == actor.id or (mine and row.person_id == mine.pk) else Refusal("not_found"))  # fmt: skip
    row.closed_at = at
    engine.move(HOME_VISIT(), row, "cancel", actor=actor, at=at, said=Said())
    return row


@action("affairs.assign_home_visit")
def assign_home_visit(*, actor: Actor, visit: HomeVisit, worker: Any, at: datetime) -> HomeVisit:
    """Who goes: oneself, or a colleague of the window. The person is told when and from where somebody comes."""
    row = _held(visit)
    known = {one.pk: one for one in selectors.goers(actor, row.area, at)}
    insist(None if worker in known else Refusal("worker_unknown", {"field": "worker"}))
    row.worker_id = worker
    turn = Turn((f"account:{worker}",), _until(row.slot_at + timedelta(minutes=policy("home_visit_minutes")), at), _title(row))  # fmt: skip
    row.late_at = None
    engine.move(HOME_VISIT(), row, "assign", actor=actor, at=at, turn=turn, said=Said(facts={"worker": str(worker)}))  # fmt: skip
    visitor(row, "affairs.home_visit_set", at)
    return row


@action("affairs.warn_late_visit")
def warn_late_visit(*, actor: Actor, flow: str, visit: UUID, at: datetime) -> None:
    """Its time is over and nobody said what came of it: whoever names who goes has it on the desk, too."""
    row = HomeVisit.objects.filter(pk=visit).first() if flow == HOME_VISIT().key else None
    if row is None:
        return
    row = _held(row)
    if row.state != "assigned" or row.late_at is not None:
        return
    due, row.late_at = row.due_at, at
    engine.move(HOME_VISIT(), row, "late", actor=actor, at=at)
    holder = desk(desk_of(GOES, row.area, at))
    row.concern((holder,))
    row.save()
    engine.ask(HOME_VISIT(), row, GOES, holder, title=_title(row), at=at, due_at=due)


@action("affairs.phone_home_visit")
def phone_home_visit(*, actor: Actor, visit: HomeVisit, reached: bool, at: datetime, note: str = "") -> HomeVisit:  # fmt: skip
    """They were phoned before somebody goes; reached or not, it is on the record."""
    row = _held(visit)
    if reached:
        row.phoned_at = at
    engine.move(HOME_VISIT(), row, "phone", actor=actor, at=at, said=Said(note=note.strip(), facts={"reached": reached}))  # fmt: skip
    return row


@action("affairs.read_home_visit")
def read_home_visit(*, actor: Actor, visit: HomeVisit, at: datetime) -> dict[str, str]:
    """Where to, whom to phone and what to mind, in the clear: a line of the log."""
    row = selectors.home_visit(actor, visit.pk)
    seen("case")
    return {"name": clear(row, "name"), "telephone": clear(row, "telephone") if row.telephone else "", "home": str(row.home), "note": str(row.note)}  # fmt: skip


@action("affairs.begin_home_visit")
def begin_home_visit(*, actor: Actor, visit: HomeVisit, at: datetime) -> Intake:
    """At the door: one intake for all its matters, as at the window."""
    row = _held(visit)
    insist(None if row.state == "assigned" else Refusal("home_visit_over"))
    if row.intake_id is None:
        row.intake = receive(actor=actor, person=row.person, guides=row.guides, area=row.area, channel="visit", at=at)  # fmt: skip
        engine.move(HOME_VISIT(), row, "arrive", actor=actor, at=at, said=Said())
    return row.intake  # type: ignore[return-value]


@action("affairs.end_home_visit")
def end_home_visit(*, actor: Actor, visit: HomeVisit, outcome: str, note: str, at: datetime) -> HomeVisit:  # fmt: skip
    """What came of it: done, nobody was there, or it cannot be made and why."""
    row = _held(visit)
    insist(None if outcome in OUTCOMES else Refusal("not_found"))
    row.closed_at = at
    engine.move(HOME_VISIT(), row, OUTCOMES[outcome], actor=actor, at=at, said=Said(note=note.strip()))  # fmt: skip
    if outcome != "done":
        visitor(row, "affairs.home_visit_off", at, why=note.strip())
    return row


@action("affairs.read_aloud")
def read_aloud(*, actor: Actor, application: Application, of: str, at: datetime) -> list[tuple[str, str]]:  # fmt: skip
    """What the form or the result says, line by line and in the clear, to be read to whoever it concerns: a line of the log."""
    row = selectors.application(actor, application.pk)
    seen("case")
    return selectors.lines_of(actor, row, of)


@action("affairs.confirm_aloud")
def confirm_aloud(
    *,
    actor: Actor,
    application: Application,
    of: str,
    way: str,
    present: str,
    at: datetime,
    witness: str = "",
    proof: Sequence[Any] = (),
) -> Confirmation:
    """They heard it and say that it is right: a mark or a signature on the glass, a photo, or words before a witness.

    A result that is confirmed so is handed over with it.
    """
    row = Application.objects.hold(application.pk)
    insist(
        None if of in {*Heard} and way in {*Confirmed} else Refusal("not_found"),
        None if present.strip() else Refusal("present_missing", {"field": "present"}),
        rules.proven(way, witness, bool(proof)),
    )
    lines = selectors.lines_of(actor, row, of)
    made = Confirmation.objects.create(
        application=row, area=row.area, holders=row.holders, of=of, way=way, words="\n".join(f"{name}：{text}" for name, text in lines),
        present=present.strip()[:200], witness=witness.strip()[:60] or None, account_id=actor.id, at=at,
    )  # fmt: skip
    for picture in proof[:1]:
        made.file = store.keep(picture, subject=made, actor=actor, at=at).pk
        made.save(update_fields=["file"])
    if of == Heard.RESULT and row.state == "delivering":
        deliver(actor=actor, application=row, how="read_aloud", at=at)
    return made


def empty_home_visits(rows: Sequence[Any], at: datetime) -> Mapping[str, int]:
    for row in rows:
        named = [one for one in row.holders if one.startswith("account:")]
        for holder in named:
            engine.unname(row.pk, holder.removeprefix("account:"))
        row.name, row.telephone, row.home, row.note, row.person, row.account, row.mandate = ERASED, None, "—", "—", None, None, None  # fmt: skip
        row.holders, row.emptied_at = [one for one in row.holders if one not in named], at
        row.save()
    moves = ["cancel", "phone", "close", "miss", "turn_down"]
    return {"notes": engine.hush([row.pk for row in rows], moves)}


shelf(Shelf("affairs.home_visits", kept.home_visits, empty_home_visits, lambda force: kept.held_home_visits(SYSTEM, force)))  # fmt: skip
