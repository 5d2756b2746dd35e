"""A fee: paid online, at the terminal or in cash at the window; it goes back where the guide says so."""

from datetime import datetime
from typing import Any
from uuid import UUID

from lifang.affairs import rules, selectors
from lifang.affairs.actions import tell
from lifang.affairs.actions.moves import moved, tripped
from lifang.affairs.models import Application
from lifang.affairs.terms import FEE
from lifang.core.access import SYSTEM, Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.geo.divisions import Level
from lifang.core.i18n import text
from lifang.core.pay import LedgerKind
from lifang.core.pay import actions as pay
from lifang.core.pay import selectors as money
from lifang.core.pay.adapters import ADAPTERS
from lifang.core.pay.models import PayOrder
from lifang.core.pay.rules import yuan
from lifang.orgs import selectors as orgs


@action("affairs.pay_fee", beyond=True)  # the books are the office's
def pay_fee(*, actor: Actor, application: Application, way: str, at: datetime) -> PayOrder:
    """Whoever applied pays; where to go next is `pay.adapters.address_of`."""
    insist(
        None if actor.holder and actor.holder in application.holders else Refusal("not_found"),
        rules.may_pay_fee(application.state, application.fee_left),
    )
    return pay.open_order(actor=actor, way=way, payer=actor.holder, at=at, **_facts(application, at))  # fmt: skip


@action("affairs.take_fee", beyond=True)  # likewise
def take_fee(*, actor: Actor, application: Application, at: datetime) -> PayOrder:
    """Cash at the window, the whole of it; what is paid already is not taken twice."""
    row = selectors.application(actor, application.pk)
    insist(rules.may_pay_fee(row.state, row.fee_left))
    payers = [holder for holder in row.holders if holder.startswith("account:")]
    made = pay.take_cash(actor=actor, payer=payers[0] if len(payers) == 1 else "", at=at, **_facts(row, at))  # fmt: skip
    insist(None if made.taken == made.amount else Refusal("fee_paid"))
    came = Application.objects.hold(row.pk)
    if came.channel != "visit":
        tripped(came, at)
        came.save(update_fields=["trips", "tripped_on"])
    return made


@action("affairs.settle_fee")
def settle_fee(*, actor: Actor, application: UUID, amount: int, at: datetime) -> int:
    """Money came: what the matter still wanted of it; nothing once it is over."""
    row = Application.objects.hold(application)
    wanted = min(amount, row.fee_left) if row.open else 0
    if wanted:
        row.fee_paid += wanted
        moved(row, "pay", actor=actor, at=at, note=f"¥ {yuan(wanted)}", amount=wanted)
    return wanted


@action("affairs.give_back_fee")
def give_back_fee(*, actor: Actor, application: UUID, amount: int, at: datetime) -> None:
    """Money went back, and whoever applied is told."""
    row = Application.objects.hold(application)
    row.fee_paid -= amount
    row.save(update_fields=["fee_paid"])
    tell.fee(actor, row, "affairs.fee_back", amount, at)


@action("affairs.return_fee")
def return_fee(*, actor: Actor, application: UUID, at: datetime) -> int:
    """Nothing came of it before the work began: what was paid goes back the way it came, cash at the window. How many fen go."""
    row = Application.objects.get(pk=application)
    if not selectors.fee_goes_back(actor, row):
        return 0
    paid = [one for one in money.orders_of(SYSTEM, [row.pk]) if one.left]
    for one in paid:
        if ADAPTERS[one.way].online:
            pay.ask_refund(actor=actor, order=one, amount=one.left, why=row.number, key=f"fee:{row.pk}:{one.number}", at=at)  # fmt: skip
    cash = sum(one.left for one in paid if not ADAPTERS[one.way].online)
    if cash:
        tell.fee(actor, row, "affairs.fee_cash_back", cash, at)
    return sum(one.left for one in paid) - cash


@action("affairs.hand_back_fee", beyond=True)  # likewise
def hand_back_fee(*, actor: Actor, application: Application, at: datetime) -> int:
    """Cash is handed back at the window; how many fen."""
    row = selectors.application(actor, application.pk)
    cash = selectors.cash_to_return(actor, row)
    insist(None if cash else Refusal("fee_nothing_back"))
    for one in cash:
        pay.ask_refund(actor=actor, order=one, amount=one.left, why=row.number, key=f"fee:{row.pk}:{one.number}", at=at)  # fmt: skip
    return sum(one.left for one in cash)


def _facts(row: Application, at: datetime) -> dict[str, Any]:
    """Whose book it goes to: the office that charges it, in the community's own book of it."""
    told = row.fee_told
    kind = told.payee if told else ""
    serving = orgs.units_serving(SYSTEM, row.area, kind) if kind else []
    unit = next(iter(serving or orgs.units_serving(SYSTEM, row.area, "street_office")), None)
    if unit is None:
        raise Refused("nobody_serves", unit=row.matter.name)
    book = pay.open_book(unit.holder, row.area[: Level.COMMUNITY], at)
    name = told.name if told else row.matter.name
    return {
        "purpose": FEE, "subject": row.pk, "book_": book, "into": pay.ledger(book, "fees", LedgerKind.INCOME, at), "amount": row.fee_left,
        "title": text(f"{row.matter.name.zh} {name.zh} {row.number}", f"{row.matter.name.en}: {name.en}, {row.number}"), "payee": unit.name,
    }  # fmt: skip
