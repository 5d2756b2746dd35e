"""Dogs: registered with who keeps them, by page and by spreadsheet; what is not as a city asks it; notices looked at before they go."""

import io
from datetime import date, timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.jobs.testing import run_due
from lifang.core.notify.models import Message
from lifang.core.sheets.models import Import
from lifang.core.sheets.tests.make import csv
from lifang.core.testing import cast
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.proofs import grows, refused
from lifang.orgs.tests.make import COUNTY, make_county, make_unit
from lifang.registry import actions, rules, selectors
from lifang.registry.actions import NewDog
from lifang.registry.actions.moving import bring
from lifang.registry.catalogue import DOG_RULES
from lifang.registry.models import Dog, DogNotice, Tie
from lifang.registry.tests.make import (
    GRID,
    make_building,
    make_household,
    make_linked,
    make_person,
    number,
)
from lifang.registry.tests.test_acts import text_of

COMMUNITY, NEXT = GRID[:12], f"{COUNTY}001002001"
TODAY = MONDAY.date()
GOOD = {"licence": "99010000000001", "licensed_until": TODAY + timedelta(days=30), "vaccinated_on": TODAY - timedelta(days=30)}  # fmt: skip
everywhere = pytest.mark.django_db


def add(name="豆豆", size="large", keeper=None, area=GRID, **more) -> Dog:
    return actions.add_dog(
        actor=SYSTEM, dog=NewDog(name, size, keeper, **more), area=area, at=MONDAY
    )


@pytest.mark.covers("S3-10")
def test_what_a_city_asks_is_a_list_and_each_rule_finds_its_own():
    def found(**more) -> list[str]:
        kept = {
            "area": GRID,
            "size": "small",
            "licensed": True,
            "licensed_until": TODAY,
            "vaccinated_on": TODAY,
            **more,
        }
        return rules.dog_faults(rules.Kept(**kept), DOG_RULES, TODAY)

    assert found() == []
    assert found(licensed=False, licensed_until=None) == ["licence"]
    assert found(licensed_until=TODAY - timedelta(days=1)) == ["licence_day"]
    assert found(licensed_until=None) == [], "a licence without a day is not out of date"
    assert found(vaccinated_on=None) == found(vaccinated_on=date(2025, 11, 22)) == ["vaccination"]
    assert found(vaccinated_on=date(2025, 11, 23)) == [], "a year to the day holds"
    assert found(size="large") == ["large_here"]
    assert rules.months_after(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert rules.months_after(date(2025, 12, 31), 2) == date(2026, 2, 28)
    assert not any(rule.confirmed for rule in DOG_RULES)


@everywhere
@pytest.mark.covers("S3-10")
def test_a_dog_is_registered_with_its_keeper_and_shown_masked():
    make_county()
    worker = cast.grid_worker()
    make_person(name="欧秘密", telephone="10012345678")
    told = {"name": "大黄", "size": "large", "area": GRID, "licence": "99010012345678"}
    assert worker.post("registry:add", "dogs", data={**told, "size": "huge"}).status_code == 422
    assert worker.post("registry:add", "dogs", data={**told, "vaccinated_on": "2099-01-01"}).status_code == 422  # fmt: skip
    assert worker.post("registry:add", "dogs", data=told).status_code == 302
    dog = Dog.objects.get()
    assert worker.post("registry:add", "dogs", data=told).status_code == 422, "taken"
    worker.post("registry:tie", "dogs", dog.pk, data={"kind": "dog_keeper", "words": "10012345678"})
    for page in (
        worker.get("registry:thing", "dogs", dog.pk),
        worker.get("registry:things", "dogs"),
    ):
        shown = page.content.decode()
        assert "欧*" in shown
        assert "欧秘密" not in shown
        assert "99010012345678" not in shown
    assert "重点管理区内的大型犬" in text_of(worker.get("registry:thing", "dogs", dog.pk))
    listed = worker.get("registry:things", "dogs", query={"export": "csv"}).getvalue().decode()
    assert "欧*" in listed
    assert "12345678" not in listed
    worker.post("registry:dog_end", dog.pk)
    assert not Tie.objects.filter(dog=dog, valid_to__isnull=True).exists()
    assert "大黄" not in text_of(worker.get("registry:things", "dogs"))
    with refused("dog_ended"):
        actions.end_dog(actor=worker.actor, dog=dog, at=MONDAY)


@everywhere
@pytest.mark.covers("W-P4", "S3-10")
def test_notices_are_seen_before_they_go_and_reach_each_keeper_once_by_the_way_they_have():
    make_county()
    secretary = cast.community_secretary(COMMUNITY)
    resident = cast.resident()
    linked = make_linked(resident, name="甲某人")
    by_text, nobody = (
        make_person(name="乙某人", telephone="10012345678"),
        make_person(name="丙某人"),
    )
    one, two, three = (
        add("一号", keeper=linked),
        add("二号", keeper=by_text),
        add("三号", keeper=nobody),
    )
    add("好狗", "small", make_person(name="丁某人", telephone="10087654321"), **GOOD)
    road = {"area": COMMUNITY, "large": "1", "road": "文昌路北段"}
    page = secretary.get("registry:dog_notice_new", query=road)
    shown = text_of(page)
    assert [one_ in shown for one_ in ("一号", "二号", "三号", "好狗")] == [True, True, True, False]
    assert "甲*" in shown
    assert "甲某人" not in page.content.decode()
    assert "100****5678" in shown
    assert "文昌路北段近期多次出现大型犬" in shown
    assert Message.objects.count() == 0, "looked at, not sent"
    sent = secretary.post(
        "registry:dog_notice_new",
        data={
            **road,
            "send": "1",
            "words": "谢谢配合。",
            "dog": [one.pk, two.pk, three.pk, "x", NEXT],
        },
    )
    assert sent.status_code == 302
    with behind(SYSTEM):
        rows = {(row.recipient.partition(":")[0], row.channel) for row in Message.objects.all()}
        notice = DogNotice.objects.get()
        ways = dict(notice.told.values_list("dog__name", "way"))
    assert rows == {("account", "inbox"), ("tel", "sms")}
    assert ways == {"一号": "account", "二号": "text", "三号": "door"}
    after = text_of(secretary.get("registry:dog_notice", notice.pk))
    assert "1位养犬人无法书面通知" in after.replace(" ", "")
    again = secretary.get("registry:dog_notice_new", query=road).content.decode()
    assert again.count("checked>") == 1, (
        "only the choice of large dogs: whoever was told lately is not ticked"
    )
    actions.change(
        actor=secretary.actor, row=one, element="dog.size", value="small", source="visit", at=MONDAY
    )
    with refused("dogs_changed"):
        actions.notify_keepers(
            actor=secretary.actor, dogs=[one.pk], area=COMMUNITY, large=True, at=MONDAY
        )
    with refused("dogs_none"):
        actions.notify_keepers(actor=secretary.actor, dogs=[], area=COMMUNITY, at=MONDAY)
    with refused("not_allowed"):
        actions.notify_keepers(actor=secretary.actor, dogs=[two.pk], area=NEXT[:12], at=MONDAY)


@everywhere
@pytest.mark.covers("W-P4")
def test_a_property_manager_sees_the_dogs_of_the_own_estate_alone_and_nobodys_record():
    manager = cast.member("property_manager", COMMUNITY, unit=cast.FIRM, sees="unit")
    keeper = make_person(name="欧秘密", telephone="10012345678")
    with behind(SYSTEM):
        mine = add("本园", keeper=keeper)
        Dog.objects.filter(pk=mine.pk).update(holders=[f"unit:{cast.FIRM}"])
        add("别处", keeper=make_person(name="李四"), area=NEXT)
    page = text_of(manager.get("registry:dog_notice_new"))
    assert "本园" in page
    assert "欧*" in page
    assert "别处" not in page
    assert manager.get("registry:person", keeper.pk).status_code == 404
    assert selectors.dog_keepers(manager.actor, mine).count() == 0
    area = GRID
    sent = actions.notify_keepers(actor=manager.actor, dogs=[mine.pk], area=area, at=MONDAY)
    assert sent.holders == [f"unit:{cast.FIRM}"]


@everywhere
@pytest.mark.covers("S3-10")
def test_dogs_come_by_spreadsheet_are_brought_up_to_date_and_taken_back():
    make_county()
    secretary = cast.community_secretary(COMMUNITY)
    mine, other = number(sequence=101), number(sequence=103)
    keeper = make_person(name="欧秘密", identity=mine)
    make_person(name="李四", identity=other, area=NEXT)
    head = ("身份证号", "犬名", "体型", "品种", "犬证号", "免疫日期")

    def take(*lines) -> Import:
        given = io.BytesIO(csv(head, *lines))
        given.name = "dogs.csv"
        assert (
            secretary.post("sheets:sheet", "registry.dogs", data={"file": given}).status_code == 302
        )
        run_due(MONDAY)
        it = Import.objects.order_by("-pk").first()
        secretary.post("sheets:writing", it.pk)
        run_due(MONDAY)
        return it

    first = take((mine, "大黄", "大型", "金毛", "", "2026-01-02"), (other, "别处", "小型", "", "", ""), (mine, "小黑", "巨型", "", "", ""))  # fmt: skip
    dog = Dog.objects.get()
    assert (dog.name, dog.area, dog.vaccinated_on) == ("大黄", GRID, date(2026, 1, 2))
    assert Tie.objects.get(dog=dog).person == keeper
    second = take((mine, "大黄", "大型", "金毛", "99010000000009", "2026-11-01"))
    dog.refresh_from_db()
    assert dog.vaccinated_on == date(2026, 11, 1)
    assert Dog.objects.count() == 1
    secretary.post("sheets:undoing", second.pk, data={"confirmed": "1"})
    run_due(MONDAY)
    dog.refresh_from_db()
    assert (dog.vaccinated_on, dog.licence) == (date(2026, 1, 2), None)
    assert first.pk != second.pk


@everywhere
def test_dogs_near_a_place_are_found_by_their_keepers_door_with_the_same_questions_for_many():
    secretary = cast.community_secretary()
    doors = make_building(doors=2)
    building = doors[1]
    with behind(SYSTEM):
        type(building).objects.filter(pk=building.pk).update(lon=117.85, lat=36.5, cell=1)
    keeper = make_person(name="欧秘密")
    make_household(keeper, door=doors[3])
    dog = add("大黄", keeper=keeper)
    add("小白", "small", keeper)
    with behind(secretary.actor):
        near = selectors.dogs_near(secretary.actor, GRID, 117.852, 36.5, TODAY)
        assert [(one.dog, one.keeper.name, 170 < one.metres < 190) for one in near] == [
            (dog, "欧*", True)
        ]
        assert selectors.dogs_near(secretary.actor, GRID, 117.9, 36.5, TODAY) == []
    stranger = cast.stranger().actor
    with behind(stranger):
        assert selectors.dogs_near(stranger, GRID, 117.852, 36.5, TODAY) == []
    serial = iter(range(100))

    def more() -> None:
        one = make_person(name=f"甲{next(serial)}")
        make_household(one, door=doors[4])
        add("又一只", keeper=one)

    def ask() -> object:
        with behind(secretary.actor):
            return selectors.dogs_near(secretary.actor, GRID, 117.852, 36.5, TODAY)

    grows(more, ask)
    grows(more, lambda: secretary.get("registry:dog_notice_new"))


@everywhere
def test_a_dog_moves_along_with_its_keeper_and_a_company_learns_of_it():
    make_county()
    firm = make_unit(kind="property_company", area=NEXT[:12])
    keeper = make_person(name="欧秘密")
    dog = add(keeper=keeper)
    assert dog.holders == []
    with behind(SYSTEM):
        bring(keeper, NEXT)
        dog.refresh_from_db()
        assert (dog.area, dog.holders) == (NEXT, [firm.holder])
        assert Tie.objects.get(dog=dog).area == NEXT
