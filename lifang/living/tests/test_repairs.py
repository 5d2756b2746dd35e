"""W-P1: ordered with the picture of the building, quoted, agreed, fixed, billed, rated; what is late goes to the manager, then to the street."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.action import together
from lifang.core.flow import clocks, engine
from lifang.core.flow import selectors as flow
from lifang.core.flow.models import Clock
from lifang.core.notify.models import Message
from lifang.core.testing import cast
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.told import deliver, published
from lifang.living import actions, selectors
from lifang.living.actions.retention import clear_repairs
from lifang.living.catalogue import REPAIR
from lifang.living.events import RepairEscalated
from lifang.living.models import Bill, Repair
from lifang.living.selectors.retention import ended_repairs
from lifang.living.tests.make import lives_in, make_doors, make_firm, manager
from lifang.orgs import actions as posts
from lifang.orgs.tests.make import make_county

pytestmark = [pytest.mark.django_db, pytest.mark.covers("W-P1", "S4-23")]


@pytest.fixture
def home(resident):
    make_county()
    firm = make_firm()
    doors = make_doors(2)
    lives_in(resident, doors[0])
    return firm, doors


def ordered(resident, **more):
    told = {"kind": "drain", "spot": "home", "floor": None, "text": "厨房", "telephone": "10099000123", "photos": [], "at": MONDAY, **more}  # fmt: skip
    own = selectors.own_homes(resident.actor)[0]
    return actions.order_repair(actor=resident.actor, home=own, **told)


def later(repair):
    with behind(SYSTEM):
        return Repair.objects.select_related("unit", "bill").get(pk=repair.pk)


def overdue(at):
    with together(actor=SYSTEM, at=at):
        clocks.tell_overdue(at)


def stamp(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"


def test_a_household_orders_agrees_gets_a_bill_and_rates(home, resident):
    firm, doors = home
    page = resident.get("living:order").content.decode()
    assert 'value="floor:1"' in page
    assert "10099000123" not in page
    made = resident.post("living:order", data={"home": str(doors[0].pk), "kind": "drain", "spot": "home", "telephone": "10099000123"})  # fmt: skip
    assert made.status_code == 302, made.content.decode()[-1500:]
    with behind(SYSTEM):
        repair = Repair.objects.get()
    assert repair.holders == sorted([firm.holder, resident.holder]) or set(repair.holders) == {firm.holder, resident.holder}  # fmt: skip
    boss = manager()
    assert repair.number in boss.get("living:repair_list").content.decode()
    assert str(repair.pk) in boss.get("living:board").content.decode()
    card = boss.get("living:repair", repair.pk).content.decode()
    assert "10099000123" not in card
    assert "10099000123" in boss.post("living:repair_telephone", repair.pk).content.decode()
    assert boss.post("living:take", repair.pk).status_code == 302
    now = later(repair).state_since
    told = {"amount": "120", "start": stamp(now + timedelta(hours=2)), "end": stamp(now + timedelta(hours=4)), "note": "换水管"}  # fmt: skip
    assert boss.post("living:quote", repair.pk, data=told | {"end": ""}).status_code == 200
    assert boss.post("living:quote", repair.pk, data=told).status_code == 302
    assert "120.00" in resident.get("living:own_repair", repair.pk).content.decode()
    assert resident.post("living:agreement", repair.pk).status_code == 302
    over = boss.post("living:finish", repair.pk, data={"note": "换了水管", "charged": "120.01"})
    assert over.status_code == 200
    done = boss.post("living:finish", repair.pk, data={"note": "换了水管", "charged": "100", "part1": "水管", "count1": "2", "price1": "15.5"})  # fmt: skip
    assert done.status_code == 302, done.content.decode()[-1500:]
    with behind(SYSTEM):
        bill = Bill.objects.get()
        assert (bill.amount, bill.source, bill.item, set(bill.holders)) == (10_000, "repair", "repair", {firm.holder, resident.holder})  # fmt: skip
    assert "31.00" in resident.get("living:own_repair", repair.pk).content.decode()
    assert resident.get("living:bill", bill.pk).status_code == 200
    assert resident.post("living:rating", repair.pk, data={"stars": "5"}).status_code == 302
    end = later(repair)
    assert (end.state, end.stars, end.charged) == ("closed", 5, 10_000)
    deliver(MONDAY + timedelta(days=1))
    with behind(SYSTEM):
        told = list(Message.objects.order_by("pk").values_list("template", "recipient"))
        assert engine.replay(REPAIR(), flow.steps(SYSTEM, repair.pk)) == "closed"
    assert [one for one, _to in told if one != "living.billed"] == ["living.repair_taken", "living.repair_quoted", "living.repair_fixed"]  # fmt: skip
    assert {to for _one, to in told} == {resident.holder}


def test_a_late_repair_is_told_to_its_manager_then_once_to_the_street(home, resident):
    firm, _doors = home
    boss = manager()
    posts.post(actor=SYSTEM, account=boss.account, post="property_manager", at=MONDAY, area=firm.area, unit=firm)  # fmt: skip
    repair = ordered(resident, kind="water_leak")
    with behind(SYSTEM):
        clock = Clock.objects.get(subject=repair.pk, stopped_at=None)
        assert clock.due_at == MONDAY + timedelta(hours=1)  # the house's own clock, counted round the clock for a leak  # fmt: skip
    overdue(MONDAY + timedelta(hours=2))
    deliver(MONDAY + timedelta(hours=2))
    row = later(repair)
    assert (row.warned_at, row.street_at) == (MONDAY + timedelta(hours=2), MONDAY + timedelta(hours=6))  # fmt: skip
    with behind(SYSTEM):
        assert list(Message.objects.filter(template="living.repair_late").values_list("recipient", flat=True)) == [boss.holder]  # fmt: skip
    for hours in (5, 6, 7):
        actions.see_to_repairs(system=SYSTEM, at=MONDAY + timedelta(hours=hours))
    told = [one for one in published() if isinstance(one, RepairEscalated)]
    assert [(one.repair, one.matter) for one in told] == [(repair.pk, "10987")]
    assert later(repair).escalated_at == MONDAY + timedelta(hours=6)


def test_taken_in_time_nobody_is_told(home, resident):
    repair = ordered(resident, kind="water_leak")
    boss = manager()
    actions.take_repair(actor=boss.actor, repair=repair, at=MONDAY + timedelta(minutes=30))
    overdue(MONDAY + timedelta(hours=2))
    deliver(MONDAY + timedelta(hours=2))
    assert later(repair).warned_at is None


def test_common_parts_cost_no_household_and_another_company_sees_nothing(home, resident, refused):
    repair = ordered(resident, kind="lighting", spot="floor", floor=1)
    boss, other = manager(), cast.member("property_manager", home[0].area, unit=cast.UNIT, sees="unit")  # fmt: skip
    actions.take_repair(actor=boss.actor, repair=repair, at=MONDAY)
    with refused("quote_common"):
        actions.quote_repair(actor=boss.actor, repair=repair, amount=1, start=None, end=None, note="", at=MONDAY)  # fmt: skip
    with refused("not_allowed"):
        actions.quote_repair(actor=other.actor, repair=repair, amount=0, start=None, end=None, note="", at=MONDAY)  # fmt: skip
    assert other.get("living:repair", repair.pk).status_code == 404
    neighbour = cast.resident()
    assert neighbour.get("living:own_repair", repair.pk).status_code == 404
    with refused("not_found"):
        actions.answer_quote(actor=neighbour.actor, repair=repair, agreed=True, note="", at=MONDAY)
    with refused("repair_where"):
        ordered(resident, kind="lighting", spot="home")
    with refused("not_found"):
        actions.order_repair(actor=neighbour.actor, home=selectors.own_homes(resident.actor)[0], kind="drain", spot="home", floor=None, text="", telephone="", photos=[], at=MONDAY)  # fmt: skip


def test_what_is_not_fixed_is_charged_once(home, resident, refused):
    repair, boss = ordered(resident), manager()
    at = MONDAY + timedelta(hours=1)
    actions.take_repair(actor=boss.actor, repair=repair, at=at)
    actions.quote_repair(actor=boss.actor, repair=repair, amount=5_000, start=None, end=None, note="", at=at)  # fmt: skip
    actions.answer_quote(actor=resident.actor, repair=repair, agreed=False, note="太贵", at=at)
    actions.quote_repair(actor=boss.actor, repair=repair, amount=3_000, start=None, end=None, note="", at=at)  # fmt: skip
    actions.answer_quote(actor=resident.actor, repair=repair, agreed=True, note="", at=at)
    finish = lambda: actions.finish_repair(actor=boss.actor, repair=repair, charged=3_000, parts=[], note="好了", photos=[], at=at)  # noqa: E731  # fmt: skip
    finish()
    actions.reopen_repair(actor=resident.actor, repair=repair, note="又漏", at=at)
    with refused("quote_twice"):
        actions.quote_repair(actor=boss.actor, repair=repair, amount=1, start=None, end=None, note="", at=at)  # fmt: skip
    actions.quote_repair(actor=boss.actor, repair=repair, amount=0, start=None, end=None, note="", at=at)  # fmt: skip
    finish()
    with behind(SYSTEM):
        assert list(Bill.objects.values_list("amount", flat=True)) == [3_000]
    actions.see_to_repairs(system=SYSTEM, at=at + timedelta(days=8))
    assert later(repair).state == "closed"
    with behind(SYSTEM):  # and after three years nobody knows whose it was
        rows = list(ended_repairs(SYSTEM, at + timedelta(days=9)))
        clear_repairs(rows, at + timedelta(days=9))
        row = later(repair)
    assert (row.text, row.telephone, row.account_id, row.holders) == ("", None, None, [home[0].holder])  # fmt: skip


@pytest.mark.parametrize("spot", ["", "attic", "floor:99", "floor:-9", "floor:1;drop", "home\x00", "floor:１"])  # fmt: skip
def test_hostile_places_are_refused_in_the_form(home, resident, spot):
    sent = resident.post("living:order", data={"home": str(home[1][0].pk), "kind": "water_leak", "spot": spot, "text": "x"})  # fmt: skip
    assert sent.status_code in (200, 400)
    with behind(SYSTEM):
        assert not Repair.objects.exists()


def test_the_board_and_the_list_do_not_grow(home, resident, grows):
    boss = manager()
    grows(lambda: ordered(resident), lambda: boss.get("living:board"), many=6)
    grows(lambda: ordered(resident), lambda: boss.get("living:repair_list"), many=6)
    grows(lambda: ordered(resident), lambda: resident.get("living:repairs"), many=6)
