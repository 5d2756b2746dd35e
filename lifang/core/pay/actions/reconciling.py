"""Our books beside the channel's."""

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from lifang.core.access import Actor
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.pay.adapters import ADAPTERS, online
from lifang.core.pay.events import DayDiffers
from lifang.core.pay.models import PayOrder, Reconciliation, Refund
from lifang.core.pay.terms import Notice, OrderState, RefundState


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
    if differences:
        publish(DayDiffers(way=way, day=f"{day:%Y-%m-%d}", differences=len(differences), at=at))
    return made


def reconcile_yesterday(*, system: Actor, at: datetime) -> None:
    """Each way that keeps a statement, for the day that ended here last."""
    here = timezone.localtime(at)
    midnight = datetime.combine(here.date(), time(), here.tzinfo) - timedelta(days=1)
    for way in online():
        reconcile(actor=system, way=way.key, day=midnight, at=at)


def _ours(way: str, start: datetime, end: datetime) -> dict[str, int]:
    paid = PayOrder.objects.filter(way=way, state=OrderState.PAID, paid_at__gte=start, paid_at__lt=end)  # fmt: skip
    back = Refund.objects.filter(order__way=way, state=RefundState.DONE, done_at__gte=start, done_at__lt=end)  # fmt: skip
    return dict(paid.values_list("number", "amount")) | {
        number: -amount for number, amount in back.values_list("number", "amount")
    }
