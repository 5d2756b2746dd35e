"""Noted in one go, told with a code, handed over for it (or a neighbour's), reminded of, counted, forgotten."""

from datetime import date, timedelta

import pytest

from lifang.core.access import SYSTEM, Refusal
from lifang.core.access.wall import behind
from lifang.core.ids import new_id
from lifang.core.notify.models import Message
from lifang.core.testing import cast
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.told import deliver, published
from lifang.living import actions, selectors
from lifang.living.actions.retention import clear_parcels, drop_neighbours
from lifang.living.events import ParcelHanded
from lifang.living.models import Neighbour, Parcel
from lifang.living.selectors.retention import ended_neighbours, left_parcels
from lifang.living.tests.make import lives_in, make_firm, manager
from lifang.orgs.tests.make import make_county
from lifang.registry import selectors as registry
from lifang.registry.tests.make import make_building

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S4-24")]
UNTIL = date(2026, 12, 5)


@pytest.fixture
def house(resident):
    """A company, a building of four doors; the resident lives behind the first, a neighbour behind the second."""
    make_county()
    firm = make_firm()
    _estate, building, _stair, *doors = make_building()
    neighbour = cast.resident()
    lives_in(resident, doors[0])
    lives_in(neighbour, doors[1], 322)
    return firm, building, doors, neighbour


def dwelling(door):
    with behind(SYSTEM):
        return registry.doors_at(SYSTEM, door.area, [door.address])[door.address]


def noted(firm, *doors, at=MONDAY, **more):
    told = {"carrier": "sf", "shelf": "A1", "batch": new_id(), **more}
    return actions.note_parcels(actor=SYSTEM, unit=firm, pieces=[(dwelling(one), "8821") for one in doors], at=at, **told)  # fmt: skip


def now(row):
    with behind(SYSTEM):
        return Parcel.objects.get(pk=row.pk)


def told():
    with behind(SYSTEM):
        return sorted(Message.objects.values_list("template", "recipient"))


def counts(member):
    with behind(member.actor):
        return selectors.parcel_counts(member.actor, MONDAY)


def test_some_are_noted_in_the_picture_and_by_room_each_household_is_told_once(house, resident):
    _firm, building, doors, neighbour = house
    boss = manager()
    page = boss.get("living:parcel_new", query={"building": building.pk}).content.decode()
    assert all(str(one.pk) in page for one in doors)
    assert building.name in boss.get("living:parcel_new").content.decode()
    address = f"/desk/parcels/new?building={building.pk}"
    sent = {"token": str(new_id()), "doors": [str(doors[0].pk), str(doors[3].pk)], "rooms": "101 8821\n 1单元102 ab12 ", "carrier": "sf", "shelf": "A1"}  # fmt: skip
    for _twice in range(2):
        answer = boss.post(address, data=sent)
        assert answer.status_code == 302, answer.content.decode()[-1500:]
    with behind(SYSTEM):
        rows = list(Parcel.objects.order_by("piece"))
    assert [(row.dwelling_id, row.tail) for row in rows] == [(doors[0].pk, ""), (doors[3].pk, ""), (doors[0].pk, "8821"), (doors[1].pk, "AB12")]  # fmt: skip
    assert rows[0].code == rows[2].code != rows[3].code
    assert told() == sorted([("living.parcel_came", resident.holder), ("living.parcel_came", neighbour.holder)])  # fmt: skip
    with behind(SYSTEM):
        assert Message.objects.get(recipient=resident.holder).facts["count"] == 2
    mine = resident.get("living:parcels").content.decode()
    assert rows[0].code in mine
    assert rows[3].code not in mine
    assert "2 件快递待取" in resident.get("/my").content.decode()
    desk = boss.get("living:desk_parcels").content.decode()
    assert not any(row.code in desk + boss.get("living:parcel", row.pk).content.decode() for row in rows)  # fmt: skip


def test_the_right_code_takes_what_was_chosen_and_wrong_ones_lock(house, resident):
    firm, _building, doors, _neighbour = house
    first, second = noted(firm, doors[0], doors[0])
    (other,) = noted(firm, doors[1])
    boss = manager()

    def said(code, *chosen, at=None):
        return boss.post("living:parcel", first.pk, data={"code": code, "chosen": [str(one.pk) for one in chosen]})  # fmt: skip

    assert said(other.code, first).status_code == 200, "a neighbour's own code opens nothing here"
    assert now(second).tries == 1, "counted for the door, not for one parcel"
    assert said(f" {first.code[:3]}-{first.code[3:].lower()} ", first).status_code == 302
    assert (now(first).way, now(first).code, now(second).ended_at, now(second).tries) == ("code", None, None, 0)  # fmt: skip
    assert [(one.parcel, one.way) for one in published() if isinstance(one, ParcelHanded)] == [(first.pk, "code")]  # fmt: skip
    assert ("living.parcel_handed", resident.holder) in told()
    again = lambda code, at: actions.hand_parcels(actor=boss.actor, parcel=second, chosen={second.pk}, code=code, at=at)  # noqa: E731  # fmt: skip
    wrong = [again("WRONGX", MONDAY).reason for _n in range(5)]
    assert wrong == ["parcel_code"] * 4 + ["parcel_locked"]
    with pytest.raises(Exception, match="parcel_locked"):
        again(second.code, MONDAY + timedelta(minutes=29))
    assert now(second).ended_at is None
    assert again(second.code, MONDAY + timedelta(minutes=31)) is None
    with pytest.raises(Exception, match="parcel_over"):
        again(second.code, MONDAY + timedelta(minutes=32))
    assert now(other).ended_at is None


def test_a_neighbour_fetches_only_while_named_and_either_ends_it(house, resident, refused):
    firm, _building, doors, neighbour = house
    name = lambda member=resident, door=doors[0], address=doors[1].address, until=UNTIL: actions.name_neighbour(actor=member.actor, home=dwelling(door), address=address, until=until, at=MONDAY)  # noqa: E731  # fmt: skip
    for reason, wish in {"neighbour_own": {"address": doors[0].address}, "neighbour_home": {"address": "不存在"}, "neighbour_until": {"until": date(2027, 3, 1)}, "not_found": {"member": neighbour}}.items():  # fmt: skip
        with refused(reason):
            name(**wish)
    sent = resident.post("living:parcels", data={"home": str(doors[0].pk), "address": doors[1].address, "until": "2099-01-01"})  # fmt: skip
    assert sent.status_code == 200
    named = name()
    (row,) = noted(firm, doors[0])
    assert ("living.neighbour_parcel", neighbour.holder) in told()
    with behind(SYSTEM):  # the pages of this test are read today, not on that Monday
        Neighbour.objects.update(until=date(2099, 1, 1))
    page = neighbour.get("living:parcels").content.decode()
    assert named.code in page
    assert row.code not in page
    assert named.code in resident.get("living:parcels").content.decode()
    with behind(SYSTEM):
        Neighbour.objects.update(until=UNTIL)
    boss = manager()
    hand = lambda at: actions.hand_parcels(actor=boss.actor, parcel=row, chosen={row.pk}, code=named.code, at=at)  # noqa: E731  # fmt: skip
    assert isinstance(hand(MONDAY + timedelta(days=14)), Refusal), "past the last day"
    assert hand(MONDAY + timedelta(days=11)) is None
    assert now(row).way == "neighbour"
    assert ("living.parcel_handed", resident.holder) in told()
    stranger = cast.resident()
    assert stranger.post("living:neighbour_end", named.pk).status_code == 404
    assert neighbour.post("living:neighbour_end", named.pk).status_code == 302
    (more,) = noted(firm, doors[0], at=MONDAY + timedelta(days=1))
    assert isinstance(actions.hand_parcels(actor=boss.actor, parcel=more, chosen={more.pk}, code=named.code, at=MONDAY + timedelta(days=1)), Refusal)  # fmt: skip


def test_what_waits_is_reminded_of_then_counted_each_once(house, resident):
    firm, _building, doors, _neighbour = house
    (row,) = noted(firm, doors[0])
    for hours in (47, 49, 50, 119, 121, 122, 300):
        actions.see_to_parcels(system=SYSTEM, at=MONDAY + timedelta(hours=hours))
    assert [one for one, _to in told() if one != "living.parcel_came"] == ["living.parcel_overdue", "living.parcel_waits"]  # fmt: skip
    assert now(row).overdue_at == MONDAY + timedelta(hours=121)
    boss = manager()
    assert counts(boss) == (1, 1, 0)
    actions.return_parcel(actor=boss.actor, parcel=row, why="多日未取", at=MONDAY + timedelta(days=6))  # fmt: skip
    assert counts(boss) == (0, 0, 0)
    assert "多日未取" in resident.get("living:parcels").content.decode()


def test_without_an_account_the_desk_sees_whose_it_is_and_another_company_sees_nothing(house, resident, refused):  # fmt: skip
    firm, _building, doors, _neighbour = house
    row, hers = noted(firm, doors[2], doors[0])
    boss, other = manager(), cast.member("property_manager", firm.area, unit=cast.UNIT, sees="unit")
    assert other.get("living:parcel", row.pk).status_code == 404
    with refused("not_allowed"):
        actions.return_parcel(actor=other.actor, parcel=row, why="x", at=MONDAY)
    with refused("not_found"):
        actions.note_parcels(actor=boss.actor, unit=firm, pieces=[(dwelling(doors[0])._replace(area="990199999999001"), "")], carrier="sf", shelf="", batch=new_id(), at=MONDAY)  # fmt: skip
    with refused("parcel_seen"):
        actions.hand_without_code(actor=boss.actor, parcel=hers, chosen={hers.pk}, note="钥匙", at=MONDAY)  # fmt: skip
    assert boss.post("living:parcel_seen", row.pk, data={"chosen": [str(row.pk)], "note": "用钥匙开门"}).status_code == 302  # fmt: skip
    assert now(row).way == "seen"
    later = cast.resident()
    lives_in(later, doors[0], 323)  # linked after the parcel came
    deliver(MONDAY + timedelta(hours=1))
    assert later.holder in now(hers).holders


def test_a_year_later_nobody_knows_whose_it_was(house, resident):
    firm, _building, doors, _neighbour = house
    (row,) = noted(firm, doors[0])
    named = actions.name_neighbour(actor=resident.actor, home=dwelling(doors[0]), address=doors[1].address, until=UNTIL, at=MONDAY)  # fmt: skip
    boss = manager()
    actions.hand_parcels(actor=boss.actor, parcel=row, chosen={row.pk}, code=row.code, at=MONDAY)
    with behind(SYSTEM):
        assert not left_parcels(SYSTEM, MONDAY).exists()
        clear_parcels(list(left_parcels(SYSTEM, MONDAY + timedelta(days=1))), MONDAY)
        assert not ended_neighbours(SYSTEM, MONDAY + timedelta(days=1)).exists(), "it still stands"
        drop_neighbours(list(ended_neighbours(SYSTEM, MONDAY + timedelta(days=30))), MONDAY)
        assert not Neighbour.objects.filter(pk=named.pk).exists()
    left = now(row)
    assert (left.dwelling_id, left.address, left.tail, left.code, left.holders, left.way) == (None, "", "", None, [firm.holder], "code")  # fmt: skip
    assert boss.get("living:parcel", row.pk).status_code == 200


def test_hostile_input_is_answered_in_the_form(house, resident):
    firm, building, doors, _neighbour = house
    boss = manager()
    address = f"/desk/parcels/new?building={building.pk}"
    fine = {"token": str(new_id()), "doors": [str(doors[0].pk)], "carrier": "sf"}
    for wrong in (
        {"doors": [], "rooms": ""}, {"doors": ["x"]}, {"doors": [str(new_id())]}, {"carrier": "gold"}, {"token": "x"}, {"rooms": "999"}, {"rooms": "101 ';--"},
        {"rooms": "101 １２３４"}, {"rooms": "101\x00"}, {"rooms": "101\n" * 61}, {"shelf": "A" * 21}, {"rooms": "<b>101</b>"},
    ):  # fmt: skip
        answer = boss.post(address, data={**fine, **wrong})
        assert answer.status_code == 200, wrong
        assert "<b>101" not in answer.content.decode()
    for lost in ("x", str(new_id()), "1' OR '1'='1"):
        assert boss.post("/desk/parcels/new", data=fine, query_params={"building": lost}).status_code == 200  # fmt: skip
    with behind(SYSTEM):
        assert not Parcel.objects.exists()
    (row,) = noted(firm, doors[0])
    for code in ("", "\x00", "A" * 5000, "７９ＡＣＤＥ", "<script>", "' OR 1=1"):
        assert boss.post("living:parcel", row.pk, data={"code": code, "chosen": [str(row.pk)]}).status_code == 200  # fmt: skip
    for chosen in ([], ["x"], [str(new_id())]):
        assert boss.post("living:parcel", row.pk, data={"code": row.code, "chosen": chosen}).status_code == 200  # fmt: skip
    assert now(row).ended_at is None
    for wish in ({"address": "\x00"}, {"address": "x" * 300}, {"until": "2026-13-40"}, {"home": str(doors[1].pk)}, {"until": "0001-01-01"}):  # fmt: skip
        told = {
            "home": str(doors[0].pk),
            "address": doors[1].address,
            "until": "2026-12-05",
            **wish,
        }
        assert resident.post("living:parcels", data=told).status_code == 200


def test_lists_do_not_grow(house, resident, grows):
    firm, _building, doors, _neighbour = house
    boss = manager()
    grows(lambda: noted(firm, doors[0]), lambda: boss.get("living:desk_parcels"), many=6)
    grows(lambda: noted(firm, doors[0]), lambda: resident.get("living:parcels"), many=6)
