"""Bills of public utilities, as these send them."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.core.pay import LedgerKind, Leg
from lifang.core.pay import actions as pay
from lifang.living import rules
from lifang.living.actions.bills import books
from lifang.living.actions.issuing import Draft, Line, issue
from lifang.living.catalogue import ITEMS
from lifang.living.models import Bill
from lifang.registry import selectors as registry

if TYPE_CHECKING:
    from lifang.orgs.models import Unit


class Sent(NamedTuple):
    """One line of a utility's list."""

    reference: str
    item: str
    door: registry.Dwelling
    month: str
    amount: int


@action(
    "living.take_bills", beyond=True
)  # doors are found by their addresses in the area of the list
def take_bills(*, actor: Actor, unit: "Unit", bills: Sequence[Sent], area: str, at: datetime) -> dict[str, Bill]:  # fmt: skip
    """Issue what a utility sent: each of its numbers once; the bills by number."""
    for one in bills:
        utility = one.item in ITEMS and ITEMS[one.item].utility
        insist(
            rules.month_fits(one.month),
            None if utility else Refusal("bill_item", {"field": "item"}),
            None if one.amount > 0 else Refusal("bill_amount", {"field": "amount"}),
            None if one.door.area.startswith(area) else Refusal("not_found"),
        )
    numbers = [one.reference for one in bills]
    known = {bill.reference: bill for bill in Bill.objects.filter(unit_id=unit.pk, reference__in=numbers)}  # fmt: skip
    fresh = [one for one in bills if one.reference not in known]
    drafts = [Draft(one.door, [Line(one.item, one.amount)], one.month, one.reference, one.item) for one in fresh]  # fmt: skip
    made = issue(unit, area, drafts, at)
    return known | {bill.reference: bill for bill in made}


@action("living.drop_bills", beyond=True)  # likewise
def drop_bills(*, actor: Actor, bills: Sequence[Bill], area: str, at: datetime) -> set[str]:
    """Take a list back: credited in full where nobody paid yet; the references of those that stay."""
    left = set()
    for one in bills:
        held = Bill.objects.hold(one.pk)
        if held.paid or held.credited or not held.area.startswith(area):
            left.add(held.reference)
            continue
        book, owed = books(held, at)
        off = pay.ledger(book, "reductions", LedgerKind.EXPENSE, at)
        legs = [Leg(off.pk, held.amount), Leg(owed.pk, -held.amount)]
        pay.book(book, pay.Booking(f"drop:{held.number}", "living.dropped", held.pk, legs), at)
        held.credited = held.amount
        held.save(update_fields=["credited"])
    return left
