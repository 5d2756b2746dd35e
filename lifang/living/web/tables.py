from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lifang.core.pay.rules import yuan
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Table
from lifang.living.models import Bill, Run
from lifang.living.terms import RunState
from lifang.living.web import shown
from lifang.orgs.selectors import place_name

RUNS: dict[str, tuple[str, Any]] = {
    RunState.WAITING: ("waiting", _("Waiting to begin")),
    RunState.RUNNING: ("progress", _("Being issued")),
    RunState.DONE: ("done", _("Issued")),
}


def run_chip(row: Run, *, stopped: bool = False) -> Chip:
    return Chip("late", _("Stopped")) if stopped else Chip(*RUNS[row.state])


def _standing(rows: QuerySet[Bill], values: list[str]) -> QuerySet[Bill]:
    owed = F("amount") - F("credited")
    ways = {
        "open": Q(paid__lt=owed),
        "late": Q(paid__lt=owed, due_on__lt=F("today")),
        "paid": Q(paid__gte=owed),
    }
    return rows.filter(reduce(or_, (ways[value] for value in values)))


class BillTable(Table):
    """Its rows carry `today`."""

    address = Column(_("Dwelling"), wide=True, value=lambda row: row.address or gettext("no longer known"), link=lambda row: reverse("living:desk_bill", args=[row.pk]))  # fmt: skip
    month = Column(_("Month"), sort="month")
    owed = Column(_("Amount"), value=lambda row: yuan(row.owed), sort="amount")
    left = Column(_("Still to pay"), value=lambda row: yuan(row.left))
    standing = Column(_("State"), cell="state", value=lambda row: shown.chip(row, row.today))
    due_on = Column(_("Due day"), cell="date", sort="due_on")
    number = Column(_("Number"), shown=False)

    key = "bills"
    search = ("address", "number", "month")
    order = "-month"
    empty = Empty(_("No bills yet."), _("Set what you charge, then issue the month."), act=(_("Issue a month"), "living:start"), icon="receipt")  # fmt: skip

    filters = (
        Choice("standing", _("State"), {"open": _("To pay"), "late": _("Past its day"), "paid": _("Paid")}, apply=_standing),
    )  # fmt: skip


class RunTable(Table):
    month = Column(_("Month"), link=lambda row: reverse("living:run", args=[row.pk]), sort="month")
    where = Column(_("Where"), value=lambda row: place_name(row.area, 1))
    state = Column(_("State"), cell="state", value=run_chip)
    bills = Column(_("Bills"), cell="number")
    amount = Column(_("Amount"), value=lambda row: yuan(row.amount), sort="amount")
    started_at = Column(_("Begun"), cell="time", sort="started_at")

    key = "bill_runs"
    search = ("month",)
    order = "-month"
    empty = Empty(_("No month was issued yet."), _("Set what you charge, then issue the month."), act=(_("Issue a month"), "living:start"), icon="receipt")  # fmt: skip


class TariffTable(Table):
    item = Column(_("Item"), value=lambda row: shown.item_name(row.item))
    where = Column(_("Where"), value=lambda row: place_name(row.area, 1))
    basis = Column(_("Charged by"), value=lambda row: shown.BASES[row.basis])
    price = Column(_("Price (yuan)"), value=lambda row: shown.price(row.price))
    since = Column(_("From month"))
    until = Column(_("To month"))

    key = "tariffs"
    search = ("item",)
    order = "-since"
    empty = Empty(_("Nothing is charged yet."), _("Enter each item with its price and the month it begins."), act=(_("Set a price"), "living:tariff"), icon="receipt")  # fmt: skip
