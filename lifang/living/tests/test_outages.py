"""Seen before it is told, told once to each account of its buildings, told again when it changes, read by everybody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.ids import new_id
from lifang.core.notify.models import Message
from lifang.core.testing import cast
from lifang.core.testing.cast import MONDAY
from lifang.living import actions, selectors
from lifang.living.models import Outage
from lifang.living.tests.make import lives_in, make_firm, manager
from lifang.orgs.models import Unit
from lifang.orgs.tests.make import make_county
from lifang.registry import selectors as registry
from lifang.registry.tests.make import make_building

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def house(resident):
    make_county()
    firm = make_firm()
    _estate, building, _stair, *doors = make_building()
    lives_in(resident, doors[0])
    return firm, building


def soon(hours):
    """So many hours from now, as a browser writes it: pages are read today, not on that Monday."""
    return f"{timezone.localtime(timezone.now() + hours * HOUR):%Y-%m-%dT%H:%M}"  # noqa: TID251 -- pages are read today


def noted(firm, building, at=MONDAY, **more):
    with behind(SYSTEM):
        found = [one for one in selectors.buildings(SYSTEM, firm) if one.pk == building.pk]
    told = {"kind": "water", "starts": at + HOUR, "ends": at + 5 * HOUR, "reason": "检修水泵，请储水。", "batch": new_id(), **more}  # fmt: skip
    return actions.note_outage(actor=SYSTEM, unit=firm, buildings=found, at=at, **told)


def told_of(row):
    """What the background does with the newest edition, twice."""
    with behind(SYSTEM):
        now = Outage.objects.get(pk=row.pk)
    for _again in range(2):
        actions.tell_outage(actor=SYSTEM, outage=row.pk, edition=now.edition, at=MONDAY)
    with behind(SYSTEM):
        return list(Message.objects.filter(template__startswith="living.outage").order_by("pk").values_list("template", "recipient"))  # fmt: skip


@pytest.mark.covers("S0-30")
def test_it_is_looked_at_then_told_once_and_everybody_reads_it(house, resident, anonymous):
    _firm, building = house
    boss = manager()
    with behind(SYSTEM):
        now = Message.objects.count()
    told = {"token": str(new_id()), "kind": "power", "buildings": [str(building.pk)], "starts": soon(1), "ends": soon(9), "reason": "更换变压器"}  # fmt: skip
    look = boss.post("living:outage_new", data=told)
    assert look.status_code == 200
    page = look.content.decode()
    assert 'name="seen" value="yes"' in page, page[-3000:]
    assert '<dd class="num">4</dd>' in page, "four dwellings"
    assert '<dd class="num">1</dd>' in page, "one account"
    with behind(SYSTEM):
        assert not Outage.objects.exists(), "a look writes nothing"
    for _twice in range(2):
        assert boss.post("living:outage_new", data={**told, "seen": "yes"}).status_code == 302
    with behind(SYSTEM):
        row = Outage.objects.get()
        assert Message.objects.count() == now, "told in the background"
    assert told_of(row) == [("living.outage_told", resident.holder)]
    for reader, where in ((anonymous, "/outages"), (resident, "/my"), (anonymous, f"/areas/{row.area}")):  # fmt: skip
        assert "更换变压器" in reader.get(where).content.decode(), where
    stranger = cast.resident()
    assert "更换变压器" not in stranger.get("/my").content.decode()
    assert row.reason in boss.get("living:outage", row.pk).content.decode()


def test_a_change_tells_again_and_an_end_is_an_end(house, resident, refused):
    firm, building = house
    row, boss = noted(firm, building), manager()
    told_of(row)
    actions.move_outage(actor=boss.actor, outage=row, ends=MONDAY + 9 * HOUR, at=MONDAY + 4 * HOUR)
    actions.move_outage(actor=boss.actor, outage=row, ends=MONDAY + 9 * HOUR, at=MONDAY + 4 * HOUR)
    assert actions.tell_outage(actor=SYSTEM, outage=row.pk, edition=1, at=MONDAY) == 0, "overtaken"
    told_of(row)
    actions.end_outage(actor=boss.actor, outage=row, at=MONDAY + 6 * HOUR)
    later = noted(firm, building, starts=MONDAY + 48 * HOUR, ends=MONDAY + 50 * HOUR)
    actions.end_outage(actor=boss.actor, outage=later, at=MONDAY + HOUR)
    told_of(row)
    assert [one for one, _to in told_of(later)] == ["living.outage_told", "living.outage_moved", "living.outage_ended", "living.outage_off"]  # fmt: skip
    with refused("outage_over"):
        actions.end_outage(actor=boss.actor, outage=row, at=MONDAY + 7 * HOUR)
    other = cast.member("property_manager", firm.area, unit=cast.UNIT, sees="unit")
    assert other.get("living:outage", row.pk).status_code == 404
    standing = noted(firm, building)
    with refused("not_allowed"):
        actions.end_outage(actor=other.actor, outage=standing, at=MONDAY)
    actions.end_outage(actor=boss.actor, outage=standing, at=MONDAY)
    assert not selectors.public_outages(SYSTEM, MONDAY + 7 * HOUR)


def test_hostile_outages_are_answered_in_the_form_and_lists_do_not_grow(house, resident, grows):
    firm, building = house
    boss = manager()
    fine = {"token": str(new_id()), "kind": "gas", "buildings": [str(building.pk)], "starts": soon(1), "ends": soon(9), "reason": "x", "seen": "yes"}  # fmt: skip
    for wrong in (
        {"kind": "gold"}, {"buildings": []}, {"buildings": [str(new_id())]}, {"buildings": ["'"]}, {"starts": "0001-01-01T00:00"}, {"ends": "9999-12-31T23:59"},
        {"ends": soon(0.5)}, {"starts": "x"}, {"reason": " "}, {"reason": "\x00"}, {"reason": "x" * 201}, {"token": "1"},
    ):  # fmt: skip
        assert boss.post("living:outage_new", data={**fine, **wrong}).status_code == 200, wrong
    with behind(SYSTEM):
        assert not Outage.objects.exists()
    now = timezone.now()  # noqa: TID251 -- likewise
    grows(lambda: noted(firm, building, now), lambda: boss.get("living:desk_outages"), many=6)
    grows(lambda: noted(firm, building, now), lambda: resident.get("living:outages"), many=6)
    grows(lambda: noted(firm, building, now), lambda: resident.get("/my"), many=6)


def test_of_two_companies_of_a_street_one_speaks_for_a_building(house, refused):
    firm, building = house
    with behind(SYSTEM):
        other = Unit.objects.create(name_zh="安居物业", name_en="Anju", kind="property_company", area=firm.area[:9], opened=MONDAY.date())  # fmt: skip
        doors = registry.doors_after(SYSTEM, firm.area, None, 1)
    assert [one.pk for one in selectors.buildings(SYSTEM, firm)] == [building.pk]
    assert selectors.buildings(SYSTEM, other) == []
    assert firm.area not in selectors.communities_kept(SYSTEM, other)
    ours = selectors.buildings(SYSTEM, firm)
    told = {"kind": "water", "starts": MONDAY + HOUR, "ends": MONDAY + 2 * HOUR, "reason": "检修水泵。", "batch": new_id(), "at": MONDAY}  # fmt: skip
    with refused("served_by_other"):
        actions.note_outage(actor=SYSTEM, unit=other, buildings=ours, **told)
    with refused("served_by_other"):
        actions.note_parcels(actor=SYSTEM, unit=other, pieces=[(doors[0], "1234")], carrier="sf", shelf="", batch=new_id(), at=MONDAY)  # fmt: skip
    with refused("served_by_other"):
        actions.set_gate(actor=SYSTEM, unit=other, kind="estate_walk", name="东门", area=firm.area, admits=["visitor"], at=MONDAY)  # fmt: skip
    # Who charges there looks after it, however near the other is.
    actions.set_tariff(actor=SYSTEM, unit=other, area=firm.area, item="property_fee", basis="area", price=1, since="2026-01", at=MONDAY)  # fmt: skip
    assert selectors.company_of(SYSTEM, building.area) == other
    assert (selectors.buildings(SYSTEM, firm), selectors.buildings(SYSTEM, other)) == ([], ours)
    assert actions.note_outage(actor=SYSTEM, unit=other, buildings=ours, **told).unit_id == other.pk


@pytest.mark.covers("S3-22", "W-R6")
def test_the_assistant_answers_from_what_is_off_as_long_as_it_is(house, resident, anonymous):
    firm, building = house
    _estate, _other, _stair, *doors = make_building()
    today = timezone.now()  # noqa: TID251 -- pages are read today
    row = noted(firm, building, at=today - 2 * HOUR)

    def asks(member, text):
        page = member.post("affairs:ask", data={"q": text}, QUERY_STRING="lang=en").content.decode()
        return page, f"/outages#outage-{row.pk}" in page

    page, told = asks(resident, "我家怎么没水了")
    assert told
    assert "It is for the building you live in." in page
    assert "检修水泵" in page
    page, told = asks(anonymous, "今天停水吗")
    assert told
    assert "Look whether your building is named in it." in page
    assert not asks(anonymous, "停电了吗")[1]
    neighbour = cast.resident()
    lives_in(neighbour, doors[0], 543)
    page, told = asks(neighbour, "今天停水吗")
    assert told
    assert "The building you live in is not named in it." in page
    actions.end_outage(actor=SYSTEM, outage=row, at=today)
    assert not asks(resident, "我家怎么没水了")[1]
