"""Sites of charging and parking: what is free by their devices, what it costs and who says so; nothing is told that is not known now."""

from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import hostile
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.places import FAR_GRID
from lifang.core.testing.proofs import grows, refused
from lifang.orgs.tests.make import SOUTH, STEP, WEST, make_county
from lifang.registry.tests.make import GRID
from lifang.sensing import actions, selectors
from lifang.sensing.catalogue import RULES
from lifang.sensing.models import Device, Site
from lifang.sensing.rules.sites import Counted, counted
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

pytestmark = pytest.mark.django_db
HERE = {"lon": WEST + 0.001, "lat": SOUTH + 0.001}
TOLD = {"kind": "ebike_charging", "name": "东门充电棚", "spot": "东门内", "operator": "里坊充电", "price": "0.55 元/度", "price_source": "公示 2026-03-01"}  # fmt: skip


@pytest.fixture(autouse=True)
def county(db):
    make_county()


def opened(**more) -> Site:
    return actions.open_site(actor=SYSTEM, area=GRID, at=MONDAY, **(TOLD | HERE | more))


def port(code: str, value: float | None, at=MONDAY, measure="port", kind="ebike_port") -> Device:
    made = make_device(type=kind, code=code)
    if value is not None:
        series = make_series(made, measure)
        with behind(SYSTEM):
            actions.store([observed(series, at, value)], known_of(series), at)
    return made


@pytest.mark.covers("S2-08", "S0-22")
def test_residents_read_what_is_free_what_it_costs_and_who_says_so(community_secretary, stranger, anonymous):  # fmt: skip
    now = timezone.now()  # noqa: TID251 -- the page is read today
    row = opened()
    for n, state in enumerate((0, 0, 1, 2, 3, None)):
        port(f"P{n}", state, now)
    port("OLD", 0, now - timedelta(days=2))
    codes = "\n".join(f"P{n}" for n in range(6)) + "\nOLD"
    assert community_secretary.post("sensing:site_act", row.pk, "devices", data={"codes": codes}).status_code == 302  # fmt: skip
    assert selectors.free_at(SYSTEM, [row], now) == {row.pk: Counted(2, 2, 1, 2)}, "silent and never heard: not known"  # fmt: skip
    page = anonymous.client.get("/sites").content.decode()
    assert all(word in page for word in ("东门充电棚", "空 2 个", "0.55 元/度", "公示 2026-03-01"))
    assert "东门充电棚" in anonymous.client.get(f"/areas/{GRID[:12]}").content.decode()
    board = anonymous.get("sensing:site_board", row.pk)
    assert board["Refresh"] == "30"
    assert '<p class="gateboard-number num">2</p>' in board.content.decode()
    assert stranger.get("sensing:site", row.pk).status_code == 404
    assert stranger.post("sensing:site_act", row.pk, "closure").status_code == 404
    assert community_secretary.post("sensing:site_act", row.pk, "closure").status_code == 302
    assert anonymous.get("sensing:site_board", row.pk).status_code == 404
    with behind(SYSTEM):
        assert not Device.objects.filter(site__isnull=False).exists(), "free for another"
    with refused("site_closed"):
        actions.fill_site(actor=SYSTEM, site=row, codes=["P0"], at=MONDAY)


@pytest.mark.covers("S0-22")
def test_a_gate_that_counts_speaks_for_a_car_park_without_sensors():
    row = opened(kind="car_parking", name="地面停车场", spaces=120)
    gate = port("G1", 45, measure="spaces_free", kind="vehicle_gate")
    actions.fill_site(actor=SYSTEM, site=row, codes=[gate.code], at=MONDAY)
    assert selectors.free_at(SYSTEM, [row], MONDAY)[row.pk] == Counted(45, 75)
    assert selectors.free_at(SYSTEM, [row], MONDAY + timedelta(hours=3))[row.pk] == Counted(0, 0, 0, 120), "too old"  # fmt: skip


@pytest.mark.parametrize(("said", "spaces", "found"), [([], None, (0, 0, 0, 0)), ([], 9, (0, 0, 0, 9)), ([({"occupied": 1.0}, True), ({"occupied": 0.0}, True)], None, (1, 1, 0, 0)), ([({"occupied": 0.0}, False)], None, (0, 0, 0, 1)), ([({"port": 77.0}, True)], None, (0, 0, 0, 1)), ([({"spaces_free": 99.0}, True)], 50, (50, 0, 0, 0)), ([({"occupied": 0.0}, True)], 3, (1, 0, 0, 2)), ([({}, True)], None, (0, 0, 0, 1))])  # fmt: skip
def test_what_devices_say_is_counted(said, spaces, found):
    assert counted(said, spaces) == found


@pytest.mark.parametrize(("more", "reason"), [({"kind": "x"}, "site_kind"), ({"name": " "}, "site_name"), ({"operator": ""}, "site_who"), ({"price": ""}, "site_price"), ({"price_source": " "}, "site_price"), ({"spaces": 0}, "site_spaces"), ({"lon": WEST + 2.5 * STEP}, "site_place")])  # fmt: skip
def test_what_is_no_site(more, reason):
    with refused(reason):
        opened(**more)


def test_only_devices_of_its_community_and_types_count(community_secretary):
    row = opened()
    port("OK", 0)
    make_device(type="smoke", code="SMOKE")
    make_device(area=FAR_GRID, type="ebike_port", code="FAR")
    assert actions.fill_site(actor=community_secretary.actor, site=row, codes=["OK", "SMOKE", "FAR", "none"], at=MONDAY) == 1  # fmt: skip


def test_a_site_is_entered_by_a_form_and_hostile_words_stay_words(community_secretary, grid_worker, anonymous):  # fmt: skip
    given = {**TOLD, **HERE}
    page = community_secretary.get("sensing:site_new").content.decode()
    assert 'data-island="map"' in page  # chosen on the map; the numbers stand below it
    assert community_secretary.post("sensing:site_new", data=given).status_code == 302
    for one in hostile.sample(10, "sites"):
        answer = community_secretary.post("sensing:site_new", data={**given, "name": one.text[:80], "price": one.text[:200]})  # fmt: skip
        assert answer.status_code in (200, 302, 400)
    assert "<script>alert" not in anonymous.client.get("/sites").content.decode()
    for wrong in ({"lon": "nan"}, {"lat": "91"}, {"lon": "1"}, {"kind": "x"}, {"spaces": "-1"}):
        assert community_secretary.post("sensing:site_new", data={**given, **wrong}).status_code == 200, wrong  # fmt: skip
    assert grid_worker.get("sensing:site_new").status_code == 403
    for query in ({"area": "\x00"}, {"area": "x" * 99, "kind": "<b>"}):
        assert anonymous.client.get("/sites", query).status_code in (200, 400)


def test_pages_cost_the_same_for_more_sites(community_secretary, anonymous):
    numbers = count()

    def another() -> None:
        number = next(numbers)
        row = opened(name=f"甲{number}")
        one = port(f"N{number}", 0)
        actions.fill_site(actor=SYSTEM, site=row, codes=[one.code], at=MONDAY)

    grows(another, lambda: anonymous.client.get("/sites"), many=5)
    grows(another, lambda: community_secretary.get("sensing:sites"), many=5)


@pytest.mark.covers("S2-08")
def test_too_much_power_and_full_and_not_unplugged_are_rules():
    assert RULES["charge_power"].when.above == 800
    assert RULES["charge_full"].says is not None
