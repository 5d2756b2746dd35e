"""Our books beside the channel's."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from lifang.core.access import SYSTEM, Actor, Refusal, insist
from lifang.core.access.wall import behind
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.pay.adapters import ADAPTERS, online
from lifang.core.pay.catalogue import DIFFERENCES
from lifang.core.pay.events import DayDiffers
from lifang.core.pay.models import Difference, PayOrder, Reconciliation, Refund
from lifang.core.pay.terms import Notice, OrderState, RefundState
from lifang.core.site import site

AGAIN = timedelta(days=31)  # a day that differed is compared anew for so long


@action("pay.reconcile")
def reconcile(*, actor: Actor, way: str, day: datetime, at: datetime) -> Reconciliation:
    """Compare a day (its beginning) of one way line by line; the same day again is compared anew."""
    start, end = day, day + timedelta(days=1)
    theirs = {told.number: told.amount if told.notice is Notice.PAID else -told.amount for told in ADAPTERS[way].statement(start, end)}  # fmt: skip
    ours = _ours(way, start, end)
    differences: list[dict[str, Any]] = [
        {"number": number, "ours": ours.get(number), "theirs": theirs.get(number)}
        for number in sorted({*ours, *theirs})
        if ours.get(number) != theirs.get(number)
    ]
    made, _new = Reconciliation.objects.update_or_create(
        way=way, day=day.date(),
        defaults={
            "ours": sum(ours.values()), "theirs": sum(theirs.values()), "lines": len({*ours, *theirs}),
            "differences": differences, "at": at, "area": "",
        },
    )  # fmt: skip
    fresh = _kept(way, day.date(), differences, at)
    if fresh:
        publish(DayDiffers(way=way, day=f"{day:%Y-%m-%d}", differences=fresh, at=at))
    return made


def reconcile_yesterday(*, system: Actor, at: datetime) -> None:
    """Each way that keeps a statement, for the day that ended here last, and days that still differ anew."""
    yesterday = timezone.localtime(at).date() - timedelta(days=1)
    with behind(SYSTEM):
        again = Difference.objects.filter(
            settled_at=None, agreed_at=None, day__gte=yesterday - AGAIN
        )
        open_ = set(again.order_by().values_list("way", "day").distinct())
    for way, day in sorted(open_ | {(way.key, yesterday) for way in online()}):
        reconcile(actor=system, way=way, day=_midnight(day), at=at)


@action("pay.settle_difference", beyond=True)  # a number nobody knows lies with the county
def settle_difference(*, actor: Actor, difference: Difference, reason: str, note: str, at: datetime) -> Difference:  # fmt: skip
    """Looked into: why it differs, in a word of the catalogue and a sentence. The books stay as they are; what they lack is booked by its own action."""
    held = Difference.objects.hold(difference.pk)
    insist(
        None if held.open else Refusal("difference_over"),
        None if reason in DIFFERENCES else Refusal("difference_reason", {"field": "reason"}),
        None if note.strip() else Refusal("difference_note", {"field": "note"}),
    )
    held.settled_at, held.settled_by_id, held.reason, held.note = at, actor.id, reason, note.strip()[:200]  # fmt: skip
    held.save()
    return held


def _kept(way: str, day: date, found: list[dict[str, Any]], at: datetime) -> int:
    """Each difference as a row of whom it concerns; those that are none any more agree. How many are new or changed."""
    known = {row.number: row for row in Difference.objects.filter(way=way, day=day).select_for_update()}  # fmt: skip
    orders = _orders([one["number"] for one in found])
    fresh = 0
    for one in found:
        row = known.pop(one["number"], None) or Difference(way=way, day=day, number=one["number"], found_at=at)  # fmt: skip
        if not row._state.adding and (row.ours, row.theirs, row.agreed_at) == (one["ours"], one["theirs"], None):  # noqa: SLF001 -- is it new?  # fmt: skip
            continue
        order = orders.get(one["number"])
        row.order, row.ours, row.theirs = order, one["ours"], one["theirs"]
        row.area, row.holders = (order.book.area, list(order.book.holders)) if order else (site().county, [])  # fmt: skip
        row.agreed_at, row.settled_at, row.settled_by, row.reason, row.note = (
            None,
            None,
            None,
            "",
            "",
        )
        row.save()
        fresh += 1
    for row in known.values():
        if row.open:
            row.agreed_at = at
            row.save(update_fields=["agreed_at"])
    return fresh


def _orders(numbers: list[str]) -> dict[str, PayOrder]:
    """By the number of a payment or of a refund."""
    paid = {row.number: row for row in PayOrder.objects.filter(number__in=numbers).select_related("book")}  # fmt: skip
    back = {row.number: row.order for row in Refund.objects.filter(number__in=numbers).select_related("order__book")}  # fmt: skip
    return paid | back


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())


def _ours(way: str, start: datetime, end: datetime) -> dict[str, int]:
    paid = PayOrder.objects.filter(way=way, state=OrderState.PAID, paid_at__gte=start, paid_at__lt=end)  # fmt: skip
    back = Refund.objects.filter(order__way=way, state=RefundState.DONE, done_at__gte=start, done_at__lt=end)  # fmt: skip
    return dict(paid.values_list("number", "amount")) | {
        number: -amount for number, amount in back.values_list("number", "amount")
    }
