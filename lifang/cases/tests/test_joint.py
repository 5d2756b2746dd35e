"""A joint action: ordered from what rises or comes again, a to-do for each unit, measured after two weeks."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.utils.timezone import localtime

from lifang.cases import actions
from lifang.cases.models import Case, Joint, JointPart
from lifang.cases.selectors import joint as asked
from lifang.cases.tests.make import make_case, make_unit
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.flow import selectors as flow
from lifang.core.testing import cast, places
from lifang.core.testing.proofs import grows, refused
from lifang.orgs.tests.make import make_county

pytestmark = [pytest.mark.django_db, pytest.mark.covers("W-S3")]
NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real
DAY = timedelta(days=1)
TODAY = localtime(NOW).date()
OTHER = UUID(int=78)
LON, LAT = 110.301, 27.601


@pytest.fixture(autouse=True)
def _county(db):
    with behind(SYSTEM):
        make_county()
        make_unit()
        make_unit(OTHER, "城管", "urban_management")
        yield


def text_of(response) -> str:
    assert response.status_code == 200, response.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def cases(n: int, days_ago: float, **facts) -> int:
    """So many of one matter at one place; its square."""
    made = [make_case(lon=LON, lat=LAT, at=NOW - days_ago * DAY, **facts) for _ in range(n)]
    return made[0].cell


def ordered(on=TODAY, **facts) -> Joint:
    leader = cast.county_leader().actor
    given = {"area": places.COUNTY, "matter": "06010", "units": [cast.UNIT, OTHER], "words": "一起清理", **facts}  # fmt: skip
    return actions.order_joint(actor=leader, on=on, **{"at": NOW, **given})


def test_a_leader_orders_from_the_list_and_each_unit_has_it_in_its_to_dos():
    cell = cases(5, 1)
    leader = cast.member("county_leader", places.COUNTY)
    page = leader.get("cases:patterns", query={"from": f"{TODAY - 9 * DAY}", "to": f"{TODAY}"})
    link = re.search(r'href="(/desk/figures/joint/order\?[^"]*cell=[^"]*)"', page.content.decode())
    assert link, "the repeat place leads to an order"
    query = {"about": "06010", "cell": str(cell), "place": places.COUNTY}
    assert "和平路 1 号" in text_of(leader.get("cases:joint_order", query=query))
    url = link.group(1).replace("&amp;", "&")
    data = {"units": [str(cast.UNIT), str(OTHER)], "on": f"{TODAY}", "words": "一起清理"}
    for wrong in ({"units": [str(OTHER)]}, {"on": f"{TODAY - DAY}"}, {"on": "9999-99-99"}, {"words": " "}, {"units": ["x", str(UUID(int=1))]}):  # fmt: skip
        assert leader.client.post(url, data | wrong).status_code == 422, wrong
    assert not Joint.objects.exists()
    assert leader.client.post(url, data).status_code == 302
    one = Joint.objects.get()
    assert (one.cell, one.place, one.area) == (cell, "和平路 1 号", places.COUNTY)
    unit = cast.department_handler()
    part = JointPart.objects.get(joint=one, unit=cast.UNIT)
    other = JointPart.objects.get(joint=one, unit=OTHER)
    with behind(unit.actor):
        assert [todo.subject for todo in flow.todos(unit.actor).filter(flow="joint")] == [part.pk]
    assert "一起清理" in text_of(unit.get("cases:joint_part", part.pk))
    assert unit.get("cases:joint_part", other.pk).status_code == 404, "another unit's part"
    assert unit.post("cases:joint_part", part.pk, data={"note": "  "}).status_code == 422
    assert unit.post("cases:joint_part", part.pk, data={"note": "清了两车"}).status_code == 302
    assert unit.post("cases:joint_part", part.pk, data={"note": "再一次"}).status_code == 422
    told = text_of(leader.get("cases:joint", one.pk))
    assert "清了两车" in told
    assert "2 个中的 1 个" in text_of(leader.get("cases:joints"))
    assert "再一次" not in told
    with behind(unit.actor):
        assert not flow.todos(unit.actor).filter(flow="joint").exists()
    # A unit reads who takes part, not how many cases of others there are.
    assert "成效" not in text_of(unit.get("cases:joint", one.pk))


def test_the_effect_counts_both_fortnights_and_divides_by_nothing_never():
    leader = cast.county_leader()
    on = TODAY - 20 * DAY
    cell = cases(4, 25)
    cases(1, 12)  # after
    cases(9, 40)  # neither
    cases(2, 3)  # more than two weeks after
    make_case(lon=LON + 0.1, lat=LAT, at=NOW - 22 * DAY)  # elsewhere
    one = ordered(on, cell=cell, at=NOW - 22 * DAY)
    empty = ordered(on, matter="06020", at=NOW - 22 * DAY)
    young = ordered(TODAY - 3 * DAY, cell=cell, at=NOW - 4 * DAY)
    told = asked.effects(leader.actor, [one, empty, young], NOW)
    assert [(told[each.pk].before, told[each.pk].after) for each in (one, empty)] == [(4, 1), (0, 0)]  # fmt: skip
    assert told[one.pk].change == -0.75
    assert told[empty.pk].change is None
    assert not told[young.pk].over
    assert told[young.pk].change is None
    around = asked.same_elsewhere(leader.actor, one, NOW)
    assert (around.before, around.after) == (5, 1)
    page = leader.get("cases:joint", one.pk).content.decode()
    assert "-75%" in page
    assert "不适用" in text_of(leader.get("cases:joint", empty.pk))
    # Both numbers open exactly their cases.
    urls = [url.replace("&amp;", "&") for url in re.findall(r'href="(/desk/figures/cases/[^"]*cell=[^"]*)"', page)]  # fmt: skip
    lists = [leader.client.get(url).content.decode() for url in urls]
    numbers = set(Case.objects.values_list("number", flat=True))
    assert [len({n for n in numbers if n in page}) for page in lists] == [4, 1]


def test_who_may_not_orders_nothing_and_the_list_costs_the_same_for_many():
    worker = cast.grid_worker().actor
    with refused("not_allowed"):
        actions.order_joint(
            actor=worker, area=places.GRID, matter="06010", units=[cast.UNIT, OTHER], on=TODAY, words="x", at=NOW
        )  # fmt: skip
    leader = cast.county_leader()
    grows(lambda: ordered(cell=3), lambda: leader.get("cases:joints"), many=5)
