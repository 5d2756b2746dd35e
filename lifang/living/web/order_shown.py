"""Orders in words, the same facts for whoever ordered and for the shop; why something is subsidised stands only with the household."""

from typing import Any

from django.utils.translation import gettext as _

from lifang.core.access import Actor
from lifang.core.flow import selectors as flow
from lifang.core.pay.rules import yuan
from lifang.core.web.show import TONES, Chip, Entry
from lifang.living.catalogue import ORDER
from lifang.living.models import Order

SIGNS = {
    "start": "send", "take": "check", "decline": "x", "withdraw": "x", "finish": "circle-check", "confirm": "star", "again": "arrow-back-up", "lapse": "clock",
    "call_off": "ban", "credit": "cash-banknote",
}  # fmt: skip


def chip(row: Order) -> Chip:
    return Chip(TONES[row.stage.tone], row.stage.name)


def entries(actor: Actor, row: Order) -> list[Entry]:
    """What happened, newest first."""
    made = [
        Entry(at=one.at, title=ORDER().move[one.move].done, who="", icon=SIGNS.get(one.move, "point"), text=one.note)
        for one in flow.steps(actor, row.pk)
    ]  # fmt: skip
    return made[::-1]


def where(row: Order) -> str:
    return row.address or _("At the shop")


def facts(actor: Actor, row: Order) -> dict[str, Any]:
    return {
        "order": row, "chip": chip(row), "where": where(row), "entries": entries(actor, row), "price": yuan(row.price), "amount": yuan(row.amount),
        "subsidy": yuan(row.subsidy) if row.subsidy else "", "own": yuan(row.own), "paid": yuan(row.paid), "left": yuan(row.left),
        "credited": yuan(row.credited) if row.credited else "",
    }  # fmt: skip


def line(row: Order) -> dict[str, Any]:
    return {
        "order": row,
        "chip": chip(row),
        "where": where(row),
        "own": yuan(row.own),
        "amount": yuan(row.amount),
    }
