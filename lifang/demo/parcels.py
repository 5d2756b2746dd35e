"""Parcels that wait at the desks of the demo county's property companies: new, reminded of, overdue, fetched, sent back."""

import random
from datetime import datetime, timedelta
from typing import Any

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.grants import actor_of
from lifang.core.ids import new_id
from lifang.demo.people import Cast
from lifang.living import actions, selectors
from lifang.living.catalogue import CARRIERS
from lifang.living.models import Parcel

HOURS = (3, 20, 30, 60, 75, 150, 190, 26, 5, 100)  # ago
FATES = ("waits", "waits", "code", "waits", "neighbour", "waits", "back", "code", "waits", "code")


def leave(cast: Cast, at: datetime, seed: int, most: int = 40) -> int:
    """As of today: the last week; how many."""
    dice = random.Random(seed)
    made = 0
    for grid in sorted(cast.residents):
        unit = selectors.company_of(SYSTEM, grid)
        if unit is None or made >= most:
            continue
        doors = [(account, homes[0].door) for account in cast.residents[grid][:5] if (homes := selectors.own_homes(actor_of(account.pk, at)))]  # fmt: skip
        for n, (account, door) in enumerate(doors):
            fate, when = FATES[made % len(FATES)], at - timedelta(hours=HOURS[made % len(HOURS)])
            carrier, tail = dice.choice(CARRIERS.all()).key, f"{dice.randrange(10_000):04d}"
            tails = [tail, f"{dice.randrange(10_000):04d}"][: 1 + (n == 0)]
            rows = actions.note_parcels(
                actor=SYSTEM, unit=unit, pieces=[(door, one) for one in tails], carrier=carrier, shelf=dice.choice("ABCD") + str(dice.randint(1, 6)),
                batch=new_id(), at=when,
            )  # fmt: skip
            _lived(rows, fate, account, door, doors[n - 1][1], when, at)
            made += len(rows)
    actions.see_to_parcels(system=SYSTEM, at=at)
    return made


def _lived(rows: list[Parcel], fate: str, account: Any, door: Any, beside: Any, when: datetime, now: datetime) -> None:  # fmt: skip
    first, chosen, later = rows[0], {row.pk for row in rows}, min(when + timedelta(hours=9), now)
    if fate == "code":
        actions.hand_parcels(actor=SYSTEM, parcel=first, chosen=chosen, code=first.code or "", at=later)  # fmt: skip
    elif fate == "back":
        for row in rows:
            actions.return_parcel(actor=SYSTEM, parcel=row, why="多日未取，联系后由快递员收回。", at=now)  # fmt: skip
    elif fate == "neighbour" and beside.pk != door.pk:
        try:
            named = actions.name_neighbour(
                actor=actor_of(account.pk, when), home=door, address=beside.address, until=(when + timedelta(days=14)).date(), at=when,
            )  # fmt: skip
        except Refused:
            return  # an address of two doors
        actions.hand_parcels(actor=SYSTEM, parcel=first, chosen=chosen, code=named.code, at=later)
