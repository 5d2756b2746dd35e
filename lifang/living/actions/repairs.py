"""A repair from the order to the rating: what the household does, what its company does."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.timezone import localtime

from lifang.core.access import SYSTEM, Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.action.unit import seen
from lifang.core.events import publish
from lifang.core.files.darkroom import Print
from lifang.core.files.store import keep
from lifang.core.files.terms import Kind as Photo
from lifang.core.flow import engine
from lifang.core.flow.clocks import Allowance
from lifang.core.flow.engine import Said, Turn
from lifang.core.ids import short_code
from lifang.core.pay.rules import yuan
from lifang.living.actions.helping import begun_for, note_deed
from lifang.living.actions.issuing import Draft, Line, issue
from lifang.living.actions.metering import company
from lifang.living.catalogue import REPAIR
from lifang.living.events import RepairMoved, RepairOrdered
from lifang.living.models import Repair, RepairPart
from lifang.living.rules import repairs as rules
from lifang.living.selectors import helping
from lifang.living.selectors.serving import company_of
from lifang.living.terms import REPAIRS_FOR, Act, Source, Spot
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry

if TYPE_CHECKING:
    from lifang.registry.selectors import Home

ITEM = "repair"


@action("living.order_repair", beyond=True)  # the company's desk lies out of a household's sight
def order_repair(
    *, actor: Actor, home: "Home", kind: str, spot: str, floor: int | None, text: str, telephone: str,
    photos: Sequence[Print], at: datetime, person: UUID | None = None,
) -> Repair:  # fmt: skip
    """Something is broken at home or in one's building: the company that looks after it gets the order. `person`: who entrusted it."""
    whose = helping.whose(actor, REPAIRS_FOR, person, localtime(at).date()) if person else None
    doors = (
        {one.door.pk for one in whose.homes}
        if whose
        else {one.pk for one in registry.own_doors(actor)}
    )
    account, owners = (whose.account, whose.holders) if whose else (actor.id, [actor.holder])
    insist(
        None if home.door.pk in doors else Refusal("not_found"),
        rules.order_fits(kind, spot, floor, home.floors, text),
    )  # fmt: skip
    unit = company_of(SYSTEM, home.door.area)
    if unit is None:
        raise Refused("no_company_here")
    made = Repair(
        number=f"R{at:%y%m%d}{short_code(5)}", unit=unit, kind=kind, dwelling_id=home.door.pk, address=home.door.address, area=home.door.area,
        spot=spot, floor=floor if spot == Spot.FLOOR else None, text=text.strip()[:500], telephone=telephone.strip() or None,
        account_id=account, opened_at=at, holders=[unit.holder, *owners],
    )  # fmt: skip
    engine.start(REPAIR(), made, actor=actor, at=at, turn=_turn(made, "take"), said=Said(note=made.text, public=True))  # fmt: skip
    for photo in photos:
        keep(photo, subject=made, kind=Photo.BEFORE, actor=actor, at=at)
    if whose:
        note_deed(actor, whose, Act.REPORTED, made.pk, made.number, at)
    publish(RepairOrdered(repair=made.pk, kind=kind, at=at), area=made.area, holders=made.holders)
    return made


@action("living.take_repair", beyond=True)  # the building lies out of a company's sight
def take_repair(*, actor: Actor, repair: Repair, at: datetime) -> Repair:
    """The company takes the order; the time to fix it begins."""
    held = _held(actor, repair)
    return _moved(held, "take", actor, at, turn=_turn(held, "fix"))


@action("living.quote_repair", beyond=True)  # likewise
def quote_repair(
    *, actor: Actor, repair: Repair, amount: int, start: datetime | None, end: datetime | None, note: str, at: datetime
) -> Repair:  # fmt: skip
    """What it costs the household and when somebody comes. Nothing to pay: it is agreed at once."""
    held = _held(actor, repair)
    insist(
        rules.quote_fits(amount, held.spot),
        Refusal("quote_twice", {"field": "amount"}) if amount and held.bill_id else None,
        rules.window_fits(start, end, at),
    )
    held.visit_from, held.visit_to = start, end
    held.quoted = held.quoted if held.bill_id else amount
    if amount:
        return _moved(held, "quote", actor, at, note=note)
    return _moved(held, "free", actor, at, note=note, turn=_turn(held, "fix"))


@action("living.book_repair", beyond=True)  # likewise
def book_repair(*, actor: Actor, repair: Repair, start: datetime, end: datetime, note: str, at: datetime) -> Repair:  # fmt: skip
    """Another time to come."""
    held = _held(actor, repair)
    insist(rules.window_fits(start, end, at))
    held.visit_from, held.visit_to = start, end
    return _moved(held, "book", actor, at, note=note)


@action("living.finish_repair", beyond=True)  # likewise
def finish_repair(
    *, actor: Actor, repair: Repair, charged: int, parts: Sequence[tuple[str, int, int]], note: str, photos: Sequence[Print], at: datetime
) -> Repair:  # fmt: skip
    """It is fixed: what was done, what it took, what it costs within what was agreed. The household gets a bill of it."""
    held = _held(actor, repair)
    insist(rules.charge_fits(charged, held.quoted), rules.parts_fit(parts))
    billed = held.bill_id is not None  # said to be not fixed: nothing is charged a second time
    held.charged, held.fixed_at = held.charged if billed else charged, at
    _clear_late(held)
    for name, count, price in parts:
        RepairPart.objects.create(repair=held, name=name.strip()[:60], count=count, price=price)
    for photo in photos:
        keep(photo, subject=held, kind=Photo.AFTER, actor=actor, at=at)
    if charged and not billed:
        held.bill = _billed(held, at)
    return _moved(held, "finish", actor, at, note=note)


@action("living.refuse_repair", beyond=True)  # likewise
def refuse_repair(*, actor: Actor, repair: Repair, note: str, at: datetime) -> Repair:
    """Not the company's to repair, and whose it is."""
    held = _held(actor, repair)
    held.ended_at = at
    return _moved(held, "refuse", actor, at, note=note)


@action("living.see_repair_telephone")
def see_repair_telephone(*, actor: Actor, repair: Repair, area: str, at: datetime) -> str:
    """How to reach the household about this repair; the log keeps who asked."""
    insist(company(actor, orgs.unit(actor, repair.unit_id)), None if repair.stage.kind != "done" else Refusal("repair_over"))  # fmt: skip
    seen("repair")
    return repair.telephone or ""


@action("living.answer_quote", beyond=True)  # the company's desk
def answer_quote(*, actor: Actor, repair: Repair, agreed: bool, note: str, at: datetime) -> Repair:
    """The household, or the helper who reported it, agrees to the quote, or says why not and gets another."""
    held = _own(actor, repair, at, Act.AGREED if agreed else Act.OBJECTED)
    if agreed:
        return _moved(held, "agree", actor, at, turn=_turn(held, "fix"))
    held.quoted, held.visit_from, held.visit_to = 0, None, None
    return _moved(held, "object", actor, at, note=note, turn=_turn(held, "fix"))


@action("living.withdraw_repair", beyond=True)  # likewise
def withdraw_repair(*, actor: Actor, repair: Repair, at: datetime) -> Repair:
    held = _own(actor, repair)
    held.ended_at = at
    return _moved(held, "withdraw", actor, at)


@action("living.rate_repair", beyond=True)  # likewise
def rate_repair(*, actor: Actor, repair: Repair, stars: int, note: str, at: datetime) -> Repair:
    """How it was, from one to five; it counts for the company, never for whoever came."""
    held = _own(actor, repair)
    insist(rules.rating_fits(stars))
    held.stars, held.ended_at = stars, at
    return _moved(held, "rate", actor, at, note=note)


@action("living.reopen_repair", beyond=True)  # likewise
def reopen_repair(*, actor: Actor, repair: Repair, note: str, at: datetime) -> Repair:
    """It is not fixed after all: the company has it again, and quotes nothing a second time for the same."""
    held = _own(actor, repair)
    held.fixed_at = None
    return _moved(held, "again", actor, at, note=note, turn=_turn(held, "fix"))


@action("living.lapse_repair")
def lapse_repair(*, actor: Actor, repair: UUID, at: datetime) -> None:
    """Nobody said anything for a week: it is over."""
    held = Repair.objects.hold(repair)
    if held.state == "done":
        held.ended_at = at
        _moved(held, "lapse", actor, at)


def _held(actor: Actor, repair: Repair) -> Repair:
    held = Repair.objects.hold(repair.pk)
    insist(company(actor, orgs.unit(actor, held.unit_id)))
    return held


def _own(
    actor: Actor, repair: Repair, at: datetime | None = None, act: Act | None = None
) -> Repair:
    """The household's; where an act is named, also by the helper who reported it, while that is entrusted."""
    held = Repair.objects.hold(repair.pk)
    refusal = rules.own(actor.holder, held.holders)
    whose = begun_for(actor, REPAIRS_FOR, held.pk, at) if refusal and at and act else None
    if whose is None or act is None or at is None:
        insist(refusal)
        return held
    said = f"{held.number} ¥{yuan(held.quoted)}"
    note_deed(actor, whose, act, held.pk, said, at)
    return held


def _turn(row: Repair, stage: str) -> Turn:
    """The company's, for as long as the kind gives."""
    limit = row.what.take if stage == "take" else row.what.fix
    return Turn((f"unit:{row.unit_id}",), Allowance(limit, "", row.area), row.number, urgent=row.what.urgent)  # fmt: skip


def _moved(row: Repair, key: str, actor: Actor, at: datetime, turn: Turn | None = None, note: str = "") -> Repair:  # fmt: skip
    if turn:
        _clear_late(row)
    engine.move(REPAIR(), row, key, actor=actor, at=at, turn=turn, said=Said(note=note.strip()[:500], public=True))  # fmt: skip
    told: Any = RepairMoved(repair=row.pk, move=key, to_state=row.state, at=at)
    publish(told, area=row.area, holders=row.holders)
    return row


def _clear_late(row: Repair) -> None:
    row.warned_at = row.street_at = None


def _billed(row: Repair, at: datetime) -> Any:
    door = registry.Dwelling(row.dwelling_id, row.area, row.address, None)
    draft = Draft(door, [Line(ITEM, row.charged)], f"{localtime(at):%Y-%m}", row.number, ITEM)
    bill = issue(orgs.unit(SYSTEM, row.unit_id), row.area[:12], [draft], at, source=Source.REPAIR)[
        0
    ]
    if row.account_id and f"account:{row.account_id}" not in bill.holders:
        bill.concern([f"account:{row.account_id}"])
        bill.save(update_fields=["holders"])
    return bill
