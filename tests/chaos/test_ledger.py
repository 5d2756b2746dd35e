"""The judge of a killed run sees what it is there to see."""

from typing import Any

import pytest
from django.db import connection

from benchmarks.ledger import Found
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing.cast import MONDAY
from lifang.living import actions
from lifang.living.tests.make import (
    bill_of,
    issued,
    lives_in,
    make_doors,
    make_firm,
    make_tariff,
    manager,
)
from lifang.orgs.tests.make import make_county

pytestmark = [pytest.mark.django_db, pytest.mark.covers("W-P3")]


def test_a_missing_bill_a_lost_fen_and_an_unknown_payment_are_seen(resident: Any):
    make_county()
    firm, doors = make_firm(), make_doors(2)
    make_tariff(firm)
    lives_in(resident, doors[0])
    run, asked = issued(firm), {door.pk: 14_800 for door in doors}
    paid = actions.take_part(actor=manager().actor, bill=bill_of(doors[0]), amount=5_000, at=MONDAY)
    said = [["cash", paid.number, "5000"]]
    with behind(SYSTEM):
        found = Found(run)
        assert (set(found.bills), found.doubled, found.otherwise(asked)) == (set(asked), 0, 0)
        assert (found.came, found.paid, found.cents_lost, found.off, found.unbalanced) == (5_000, 5_000, 0, {}, 0)  # fmt: skip
        assert (found.messages, found.concerned, found.ended) == (1, 1, 1)
        assert (found.has(*said[0][:2], 5_000), found.has(*said[0][:2], 4_999), found.beyond(said), found.beyond([])) == (True, False, 0, 1)  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("UPDATE living_bill SET paid = paid - 1 WHERE paid > 0")
            cursor.execute("UPDATE living_bill SET amount = amount + 1 WHERE paid = 0")
        found = Found(run)
        assert (found.cents_lost, found.otherwise(asked)) == (1, 1)
        assert found.off == {"receivable": (24_600, 24_602)}
