"""A repair that is late again after its manager was told becomes one case of the street, and names no household."""

from datetime import timedelta

import pytest

from lifang.cases.actions import answer_complaint, take_repair
from lifang.cases.models import Case
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.action import together
from lifang.core.flow import clocks
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.told import deliver
from lifang.living import actions as living
from lifang.living import selectors
from lifang.living.tests.make import lives_in, make_doors, make_firm
from lifang.orgs.tests.make import make_county

pytestmark = [pytest.mark.django_db, pytest.mark.covers("W-P1", "S4-23", "S3-15")]


def test_the_street_gets_one_case_of_a_late_repair(resident) -> None:
    make_county()
    make_firm()
    door = make_doors(1)[0]
    lives_in(resident, door)
    home = selectors.own_homes(resident.actor)[0]
    repair = living.order_repair(
        actor=resident.actor, home=home, kind="water_leak", spot="home", floor=None, text="", telephone="", photos=[], at=MONDAY,
    )  # fmt: skip
    for hours in (2, 7, 8):
        at = MONDAY + timedelta(hours=hours)
        with together(actor=SYSTEM, at=at):
            clocks.tell_overdue(at)
        living.see_to_repairs(system=SYSTEM, at=at)
        deliver(at)
    with behind(SYSTEM):
        case = Case.objects.get()
        assert (case.source, case.reference, case.matter, case.area) == ("property", repair.number, "10987", door.area)  # fmt: skip
        assert door.address not in case.text + case.place
        assert take_repair(actor=SYSTEM, repair=repair.pk, matter="10987", at=MONDAY) is None


def test_a_complaint_becomes_a_case_and_ends_with_it(resident) -> None:
    make_county()
    make_firm()
    door = make_doors(1)[0]
    lives_in(resident, door)
    home = selectors.own_homes(resident.actor)[0].door
    row = living.complain(
        actor=resident.actor, home=home, topic="cleaning", text="楼道没打扫", at=MONDAY
    )
    deliver(MONDAY)
    with behind(SYSTEM):
        case = Case.objects.get(source="property_complaint")
        row.refresh_from_db()
        assert row.case_number == case.number
        answer_complaint(SYSTEM, case.pk, MONDAY)
        row.refresh_from_db()
    assert row.ended_at == MONDAY
