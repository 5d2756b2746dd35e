from datetime import timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.grants import actor_of
from lifang.core.testing.proofs import refused
from lifang.core.testing.told import published
from lifang.orgs import actions
from lifang.orgs.events import (
    DutyEnded,
    DutySet,
    UnitAdded,
)
from lifang.orgs.models import Duty, Unit
from lifang.orgs.tests.make import (
    COUNTY,
    MONDAY,
    make_county,
    make_division,
    make_posting,
    make_unit,
)

pytestmark = pytest.mark.django_db
GRID = f"{COUNTY}001001001"
TUESDAY = MONDAY + timedelta(days=1)
ROWS = [
    {"code": "990100000000", "name": "试验市"},
    {"code": "990101000000", "name": "试验县"},
    {"code": "990101001000", "name": "大街街道"},
    {"code": "990101101000", "name": "小镇"},
    {"code": "990101001001", "name": "和平社区"},
    {"code": "990101101200", "name": "大村"},
]


def take(rows, **more):
    return actions.import_divisions(
        actor=more.pop("actor", SYSTEM), rows=rows, root=COUNTY, at=MONDAY, **more
    )


# units


def test_a_unit_is_told_and_its_credit_code_is_somebodys_once():
    make_division(COUNTY)
    unit = make_unit(credit_code="91990101ma00003300")
    assert published("orgs.UnitAdded") == [UnitAdded(unit=unit.pk, at=MONDAY)]
    with refused("credit_code_taken") as told:
        make_unit(name="第二家", credit_code="91990101MA00003300")
    assert told.facts["name"] == unit.name_zh
    assert make_unit(name="第三家").credit_code == make_unit(name="第四家").credit_code == ""


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"kind": "wizards"}, "unit_kind"),
        ({"area": "990199"}, "area_unknown"),
        ({"name": " ", "name_en": " "}, "unit_name"),
        ({"hours": "midnight"}, "hours_unknown"),
        ({"credit_code": "91990101MA00003301"}, "credit_code"),
    ],
)
def test_a_unit_that_cannot_be_is_refused(given, reason):
    make_division(COUNTY)
    with refused(reason):
        make_unit(**given)
    assert not Unit.objects.exists()


def test_a_street_leader_registers_units_of_the_own_street_only():
    make_county()
    leader = actor_of(make_posting("street_leader", f"{COUNTY}001").account_id, MONDAY)
    give = {
        "actor": leader,
        "name_zh": "物业",
        "name_en": "Firm",
        "kind": "property_company",
        "at": MONDAY,
    }
    ours = actions.add_unit(**give, area=f"{COUNTY}001001")
    for area in (f"{COUNTY}002", COUNTY):
        with refused("not_allowed"):
            actions.add_unit(**give, area=area)
        with refused("not_allowed"):
            actions.change_unit(actor=leader, unit=ours, area=area, at=MONDAY)


def test_a_unit_closes_when_nobody_is_posted_in_it_and_never_stands_above_itself():
    make_division(COUNTY)
    unit = make_unit()
    part = make_unit(name="分队", parent=unit)
    with refused("unit_parent"):
        actions.change_unit(actor=SYSTEM, unit=unit, parent=part, at=MONDAY)
    posting = make_posting("department_handler", unit=unit)
    with refused("unit_in_use"):
        actions.close_unit(actor=SYSTEM, unit=unit, at=TUESDAY)
    actions.end_posting(actor=SYSTEM, posting=posting, at=TUESDAY)
    assert actions.close_unit(actor=SYSTEM, unit=unit, at=TUESDAY).closed is not None
    with refused("unit_closed"):
        actions.change_unit(actor=SYSTEM, unit=unit, phone="10012345678", at=TUESDAY)


# duties


def test_a_new_lead_follows_the_old_one_and_setting_it_twice_is_one_line():
    make_division(COUNTY)
    first, second = make_unit(name="甲"), make_unit(name="乙")
    say = {"actor": SYSTEM, "matter": "09005", "area": COUNTY}
    old = actions.set_duty(**say, unit=first, at=MONDAY)
    assert actions.set_duty(**say, unit=first, at=TUESDAY) == old
    new = actions.set_duty(**say, unit=second, at=TUESDAY)
    old.refresh_from_db()
    assert (old.valid_to, new.valid_to) == (TUESDAY, None)
    assert [type(told) for told in published() if "Duty" in type(told).__name__] == [
        DutySet,
        DutyEnded,
        DutySet,
    ]


@pytest.mark.parametrize("matter", ["9005", "090051", "ab", "", "０９００５", "09005\n"])
def test_a_duty_names_a_matter_or_a_major(matter):
    make_division(COUNTY)
    unit = make_unit()
    with refused("matter_code"):
        actions.set_duty(actor=SYSTEM, matter=matter, area=COUNTY, unit=unit, at=MONDAY)


def test_a_street_leader_lays_duties_of_the_own_street_on_a_unit_of_the_county():
    make_county()
    unit = make_unit()
    leader = actor_of(make_posting("street_leader", f"{COUNTY}001").account_id, MONDAY)
    say = {"actor": leader, "matter": "09005", "unit": unit, "at": MONDAY}
    assert actions.set_duty(**say, area=f"{COUNTY}001").unit == unit
    for area in (COUNTY, f"{COUNTY}002"):
        with refused("not_allowed"):
            actions.set_duty(**say, area=area)


def test_a_unit_of_another_county_answers_for_nothing_here():
    make_division(COUNTY)
    make_division("990102")
    theirs = make_unit("990102")
    with refused("unit_elsewhere"):
        actions.set_duty(actor=SYSTEM, matter="09", area=COUNTY, unit=theirs, at=MONDAY)
    assert not Duty.objects.exists()
