"""What is over goes: words, telephones, photos, whose it was. What was broken, where, when and how long it took stays."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from lifang.core.access import SYSTEM
from lifang.core.files import store
from lifang.core.flow import engine
from lifang.core.flow.models import Step
from lifang.core.pay import actions as pay
from lifang.core.retention import Shelf, shelf
from lifang.living.models import (
    Deed,
    Grant,
    Neighbour,
    Pass,
    Passage,
    Permit,
    ReceiptPaper,
    Repair,
    ShopLicence,
)
from lifang.living.selectors import retention as ask

Went = Mapping[str, int]


def clear_repairs(rows: Sequence[Any], at: datetime) -> Went:
    keys = [row.pk for row in rows]
    for row in rows:
        engine.unname(row.pk, row.account_id)
        row.text, row.telephone, row.account = "", None, None
        row.holders = [one for one in row.holders if not one.startswith("account:")]
        row.save()
    noted = Step.objects.filter(subject__in=keys).values_list("move", flat=True).distinct()
    return {"notes": engine.hush(keys, list(noted)), "files": store.remove(Repair._meta.label_lower, keys)}  # fmt: skip


def clear_parcels(rows: Sequence[Any], at: datetime) -> Went:
    for row in rows:
        row.dwelling, row.address, row.tail, row.note, row.code = None, "", "", "", None
        row.holders = [one for one in row.holders if not one.startswith("account:")]
        row.save()
    return {}


def drop_neighbours(rows: Sequence[Any], at: datetime) -> Went:
    Neighbour.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return {}


def clear_orders(rows: Sequence[Any], at: datetime) -> Went:
    keys = [row.pk for row in rows]
    for row in rows:
        engine.unname(row.pk, row.account_id)
        row.wish, row.telephone, row.address, row.account = "", None, "", None
        row.holders = []
        row.save()
    Grant.objects.filter(order__in=keys).update(account=None, group="", holders=[])
    noted = Step.objects.filter(subject__in=keys).values_list("move", flat=True).distinct()
    return {"notes": engine.hush(keys, list(noted))}


def clear_shops(rows: Sequence[Any], at: datetime) -> Went:
    papers = list(ShopLicence.objects.filter(shop__in=[row.pk for row in rows]).values_list("pk", flat=True))  # fmt: skip
    files = store.remove(ShopLicence._meta.label_lower, papers)
    ShopLicence.objects.filter(pk__in=papers).delete()
    for row in rows:
        engine.unname(row.pk, row.account_id)
        row.account, row.telephone = None, ""
        row.holders = [one for one in row.holders if not one.startswith("account:")]
        row.save()
    return {"licences": len(papers), "files": files}


def drop_passages(rows: Sequence[Any], at: datetime) -> Went:
    Passage.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return {}


def drop_passes(rows: Sequence[Any], at: datetime) -> Went:
    """With what their gates noted of them."""
    keys = [row.pk for row in rows]
    gone, _by = Passage.objects.filter(visit__in=keys).delete()
    Pass.objects.filter(pk__in=keys).delete()
    return {"passages": gone}


def drop_permits(rows: Sequence[Any], at: datetime) -> Went:
    Permit.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return {}


def clear_bookings(rows: Sequence[Any], at: datetime) -> Went:
    for row in rows:
        row.dwelling, row.address, row.account = None, "", None
        row.holders = [one for one in row.holders if not one.startswith("account:")]
        row.save()
    return {}


def drop_deeds(rows: Sequence[Any], at: datetime) -> Went:
    for row in rows:
        engine.unname(row.subject, row.account_id)
    Deed.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return {}


def clear_bills(rows: Sequence[Any], at: datetime) -> Went:
    for row in rows:
        row.dwelling, row.address = None, ""
        row.holders = [one for one in row.holders if not one.startswith("account:")]
        row.save()
    papers = list(ReceiptPaper.objects.filter(bill__in=[row.pk for row in rows]))
    for paper in papers:  # whether it was ours can still be asked; the sheet with the address goes
        paper.holders = [one for one in paper.holders if not one.startswith("account:")]
        paper.save(update_fields=["holders"])
    files = store.remove(ReceiptPaper._meta.label_lower, [one.pk for one in papers])
    return {"payments": pay.unname([row.pk for row in rows]), "files": files}


shelf(Shelf("living.repairs", ask.ended_repairs, clear_repairs, partial(ask.held, SYSTEM)))
shelf(Shelf("living.parcels", ask.left_parcels, clear_parcels, partial(ask.held_by_sight, SYSTEM)))
shelf(Shelf("living.neighbours", ask.ended_neighbours, drop_neighbours, partial(ask.held, SYSTEM)))
shelf(Shelf("living.shops", ask.ended_shops, clear_shops, partial(ask.held, SYSTEM)))
shelf(Shelf("living.orders", ask.ended_orders, clear_orders, partial(ask.held, SYSTEM)))
shelf(Shelf("living.passages", ask.old_passages, drop_passages, partial(ask.held_by_sight, SYSTEM)))
shelf(Shelf("living.passes", ask.ended_passes, drop_passes, partial(ask.held, SYSTEM)))
shelf(Shelf("living.permits", ask.ended_permits, drop_permits, partial(ask.held_by_sight, SYSTEM)))
shelf(Shelf("living.bookings", ask.past_bookings, clear_bookings, partial(ask.held, SYSTEM)))
shelf(Shelf("living.deeds", ask.old_deeds, drop_deeds, partial(ask.held_deeds, SYSTEM)))
shelf(Shelf("living.bills", ask.settled_bills, clear_bills, partial(ask.held_by_sight, SYSTEM)))
