"""Who applied for a system and how they are reached, once that is over for long."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from lifang.core.access import SYSTEM
from lifang.core.flow import engine
from lifang.core.retention import Shelf, shelf
from lifang.exchange import selectors
from lifang.exchange.models import OutsideSystem


def forget_reach(rows: Sequence[OutsideSystem], at: datetime) -> Mapping[str, int]:
    """What was asked for and what became of it stays, without anybody's name."""
    for row in rows:
        if row.applicant_id:
            engine.unname(row.pk, row.applicant_id)
            row.holders = [one for one in row.holders if one != f"account:{row.applicant_id}"]
            row.asked_by_id = None if row.asked_by_id == row.applicant_id else row.asked_by_id
        row.applicant, row.contact, row.telephone = None, None, None
        row.save()
    return {}


shelf(Shelf("exchange.applications", selectors.long_closed, forget_reach, partial(selectors.held, SYSTEM)))  # fmt: skip
