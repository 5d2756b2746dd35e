"""Safety: a police station tells the people of chosen buildings, once, after a look; everybody reads it; police and community share a board."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.ids import new_id
from lifang.core.notify.models import Message
from lifang.core.testing import cast, hostile
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.proofs import grows, refused
from lifang.orgs.models import Unit
from lifang.orgs.tests.make import make_county
from lifang.registry import selectors as registry
from lifang.registry.tests.make import GRID, make_building, make_household, make_linked, number
from lifang.sensing import actions, selectors
from lifang.sensing.models import SafetyNotice

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
AREA = GRID[:12]


@pytest.fixture
def station():
    make_county()
    with behind(SYSTEM):
        return Unit.objects.create(name_zh="和平派出所", name_en="Heping Police Station", kind="public_security", area=GRID[:9], opened=MONDAY.date())  # fmt: skip


def officer(station):
    return cast.member("department_handler", station.area, unit=station.pk, sees="unit")


def told(unit, at=MONDAY, actor=SYSTEM, **more):
    with behind(SYSTEM):
        found = registry.buildings_in(SYSTEM, AREA)
    given = {"kind": "fraud", "title": "冒充客服退款", "text": "近日多人接到冒充客服电话。", "until": at + 7 * DAY, "batch": new_id(), "buildings": found, "area": AREA}  # fmt: skip
    return actions.tell_safety(actor=actor, unit=unit, at=at, **(given | more))


def spread(row, *, ended=False):
    """What the background does, twice."""
    for _again in range(2):
        actions.spread_safety(actor=SYSTEM, notice=row.pk, ended=ended, at=MONDAY)
    with behind(SYSTEM):
        return list(Message.objects.filter(template__startswith="sensing.safety").order_by("pk").values_list("template", "recipient").distinct())  # fmt: skip


@pytest.mark.covers("S2-09")
def test_seen_before_it_is_told_told_once_and_read_by_everybody(station, resident, anonymous, community_secretary, stranger):  # fmt: skip
    _estate, building, _stair, *doors = make_building()
    make_household(make_linked(resident, identity=number()), door=doors[0])
    police = officer(station)
    chosen = {"unit": str(station.pk), "area": AREA}
    given = {"kind": "incident", "title": "电动车被盗", "text": "5 号楼下两辆电动车被盗。", "days": "7", "buildings": [str(building.pk)], "token": str(new_id())}  # fmt: skip
    today = timezone.localdate()
    refused_page = police.post("sensing:safety_new", query_params=chosen, data=given)
    assert "发生日期" in refused_page.content.decode(), "what happened has a day"
    given["happened_on"] = f"{today - DAY:%Y-%m-%d}"
    look = police.post("sensing:safety_new", query_params=chosen, data=given).content.decode()
    assert 'name="seen" value="yes"' in look
    assert f"{_estate.name} {building.name}" in look, "a building alone is one of many"
    assert '<dd class="num">1</dd>' in look, "one account"
    with behind(SYSTEM):
        assert not SafetyNotice.objects.exists(), "a look writes nothing"
    for _twice in range(2):
        answer = police.post("sensing:safety_new", query_params=chosen, data={**given, "seen": "yes"})  # fmt: skip
        assert answer.status_code == 302
    with behind(SYSTEM):
        row = SafetyNotice.objects.get()
    assert spread(row) == [("sensing.safety_told", resident.holder)]
    for reader, where in ((anonymous, "/safety"), (resident, "/my"), (anonymous, f"/areas/{AREA}")):
        assert "电动车被盗" in reader.client.get(where).content.decode(), where
    assert "电动车被盗" not in cast.resident().client.get("/my").content.decode()
    assert "电动车被盗" in community_secretary.get("sensing:safety_board").content.decode()
    assert stranger.get("sensing:safety_notice", row.pk).status_code == 404
    assert community_secretary.post("sensing:safety_notice", row.pk, data={"outcome": "x"}).status_code == 403  # fmt: skip
    assert police.post("sensing:safety_notice", row.pk, data={"outcome": "两辆车已追回。"}).status_code == 302  # fmt: skip
    assert spread(row, ended=True)[-1] == ("sensing.safety_ended", resident.holder)
    assert "电动车被盗" not in anonymous.client.get("/safety").content.decode()
    with refused("safety_over"):
        actions.end_safety(actor=SYSTEM, notice=row, at=MONDAY)


@pytest.mark.parametrize(("more", "reason"), [({"kind": "x"}, "safety_kind"), ({"title": " "}, "safety_text"), ({"text": "y" * 501}, "safety_text"), ({"text": "嫌疑人电话13812345678"}, "safety_person"), ({"title": "身份证 99010119900101001x"}, "safety_person"), ({"happened_on": MONDAY.date()}, "safety_day"), ({"kind": "incident"}, "safety_day"), ({"kind": "incident", "happened_on": (MONDAY + 3 * DAY).date()}, "safety_day"), ({"buildings": []}, "safety_buildings"), ({"until": MONDAY}, "safety_until"), ({"until": MONDAY + 91 * DAY}, "safety_until"), ({"area": "990102001001"}, "safety_place"), ({"area": AREA[:9]}, "safety_place")])  # fmt: skip
def test_what_is_not_told(station, more, reason):
    make_building()
    with refused(reason):
        told(station, **more)
    with behind(SYSTEM):
        assert not SafetyNotice.objects.exists()


def test_only_a_station_tells_and_only_its_own_people(station, community_secretary):
    make_building()
    with behind(SYSTEM):
        other = Unit.objects.create(name_zh="城管", name_en="Enforcement", kind="urban_management", area=GRID[:9], opened=MONDAY.date())  # fmt: skip
    foreign = officer(other).actor
    for more in ({"unit": other}, {"unit": station, "actor": foreign}):
        with refused("safety_station"):
            told(**more)
    assert officer(other).get("sensing:safety_new").status_code == 403
    assert community_secretary.get("sensing:safety_new").status_code == 403


def test_hostile_words_stay_words_and_the_board_costs_the_same(station, community_secretary):
    make_building()
    for one in hostile.sample(12, "safety"):
        text = one.text.strip()[:80]
        if text and "\x00" not in text:
            told(station, title=text, text=text)
    page = community_secretary.get("sensing:safety_board").content.decode()
    assert "<script>alert" not in page
    for wrong in ({"area": "\x00"}, {"area": "x" * 99}, {"kind": "x"}):
        assert community_secretary.get("sensing:safety_board", query=wrong).status_code in (200, 400)  # fmt: skip
    grows(lambda: told(station), lambda: community_secretary.get("sensing:safety_board"), many=6)
    grows(lambda: told(station), lambda: community_secretary.client.get("/safety"), many=6)


@pytest.mark.covers("S2-09")
def test_the_platform_of_the_police_tells_by_a_program(station, community_secretary):
    make_building()
    police = officer(station)
    now = timezone.now()  # noqa: TID251 -- the API is asked today
    body = {"id": str(new_id()), "area": AREA, "kind": "fraud", "title": "刷单诈骗", "text": "不要垫资。", "until": (now + DAY).isoformat()}  # fmt: skip
    for _twice in range(2):
        answer = police.send("POST", "api:sensing_tell", json=body)
        assert answer.status_code == 200, answer.content
    with behind(SYSTEM):
        row = SafetyNotice.objects.get()
        assert len(row.places) == len(selectors.buildings_of(SYSTEM, AREA)) > 0
    assert police.send("POST", "api:sensing_tell", json={**body, "id": str(new_id()), "buildings": [str(new_id())]}).status_code == 409  # fmt: skip
    assert community_secretary.send("POST", "api:sensing_tell", json=body).status_code == 403
    items = community_secretary.get("api:sensing_list_safety", query={"area": AREA}).json()["items"]
    assert [one["title"] for one in items] == ["刷单诈骗"]
    ended = police.send("POST", "api:sensing_end", str(row.pk), json={"outcome": "已处置"})
    assert ended.json()["outcome"] == "已处置"
