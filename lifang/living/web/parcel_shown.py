"""Parcels in words; a building as a picture of doors to tick."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.utils.translation import gettext_lazy as _

from lifang.core.web.show import Chip
from lifang.living.catalogue import CARRIERS
from lifang.living.models import Parcel
from lifang.living.terms import Way
from lifang.registry.selectors import Cell

LEFT: dict[str, tuple[str, Any]] = {
    Way.CODE: ("done", _("Given out")),
    Way.NEIGHBOUR: ("done", _("Fetched by a neighbour")),
    Way.SEEN: ("done", _("Handed over without a code")),
    Way.BACK: ("idle", _("Sent back")),
}


def chip(row: Parcel) -> Chip:
    if row.way:
        return Chip(*LEFT[row.way])
    return Chip("late", _("Not fetched in time")) if row.overdue_at else Chip("waiting", _("Waits to be fetched"))  # fmt: skip


def carrier(row: Parcel) -> str:
    """Who brought it and how its number ends."""
    name = str(row.by.name) if row.carrier in CARRIERS else row.carrier
    return f"{name} · {row.tail}" if row.tail else name


def name(cell: Cell) -> str:
    """How a door is written in its building."""
    return f"{cell.stair}{cell.number}"


def picture(cells: Iterable[Cell], ticked: Iterable[str]) -> list[tuple[int | None, list[tuple[str, str, bool]]]]:  # fmt: skip
    """Floors from the top; each door with its name and whether it is ticked."""
    chosen = set(ticked)
    return [
        (floor, [(str(one.door.pk), name(one), str(one.door.pk) in chosen) for one in row])
        for floor, row in groupby(cells, key=lambda one: one.floor)
    ]
