"""The pages of devices: what they show, to whom, and how they grow."""

from datetime import UTC, datetime, timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import hostile
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.proofs import grows, refused
from lifang.orgs.tests.make import make_county
from lifang.registry.tests.make import GRID
from lifang.sensing import actions, selectors
from lifang.sensing.actions import Register, take
from lifang.sensing.api.batches import parcel
from lifang.sensing.catalogue import MEASURES, TYPES
from lifang.sensing.models import Device, Quarantined
from lifang.sensing.selectors import ways
from lifang.sensing.terms import DeviceState
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

HOUR = timedelta(hours=1)


def say(device: Device, measure: str, value: float, at=MONDAY, **more) -> None:
    one = make_series(device, measure)
    with behind(SYSTEM):
        actions.store([observed(one, at, value, **more)], known_of(one), at)


def test_the_list_says_who_is_silent_and_exports_what_it_shows(grid_worker):
    quiet = make_device(type="breaker", code="QUIET", name="安静的空开")
    loud = make_device(type="breaker", code="LOUD", name="正常的空开")
    say(quiet, "power", 5, MONDAY - 3 * HOUR)
    say(loud, "power", 5, datetime.now(UTC))  # noqa: TID251 -- pages read the real clock
    page = grid_worker.get("sensing:devices").content.decode()
    assert "安静的空开" in page
    assert "失联" in page
    only = grid_worker.get("sensing:devices", query={"standing": "silent"}).content.decode()
    assert "安静的空开" in only
    assert "正常的空开" not in only
    answer = grid_worker.get("sensing:devices", query={"export": "csv"})
    sheet = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "安静的空开" in sheet


def test_the_list_costs_the_same_for_thirty(grid_worker):
    serial = iter(range(1000))

    def make() -> None:
        say(make_device(code=f"N{next(serial)}"), "battery", 50)

    grows(make, lambda: grid_worker.get("sensing:devices"))


def test_the_list_finds_by_code_name_and_pinyin(grid_worker):
    make_device(code="ZX-4711", name="北门摄像机", type="camera", video_code="99010100001310000001")
    for text in ("ZX-4711", "北门", "beimen", "99010100001310000001"):
        assert (
            "北门摄像机" in grid_worker.get("sensing:devices", query={"q": text}).content.decode()
        )


def test_a_point_that_nobody_chose_is_not_where_it_stands(grid_worker):
    county = make_county()
    there, here = county.inside(county.grids[-1].pk), county.inside(GRID)
    for code, (lon, lat), kept in (("FAR", there, None), ("NEAR", here, here[0])):
        form = {"type": "smoke", "code": code, "area": GRID, "lon": lon, "lat": lat}
        assert grid_worker.post("sensing:new", data=form).status_code == 302
        assert Device.objects.get(code=code).lon == kept


def test_a_device_page_says_values_history_and_health(grid_worker):
    device = make_device(type="smoke", name="厨房烟感")
    say(device, "smoke", 1)
    say(device, "battery", 9)
    page = grid_worker.get("sensing:device", device.pk).content.decode()
    for words in ("厨房烟感", "烟雾", "电量低", "9 %", "维护记录", "已安装"):
        assert words in page
    for query in ({"measure": "battery", "span": "week"}, {"measure": "smoke"}, {"measure": "x", "span": "y"}):  # fmt: skip
        assert grid_worker.get("sensing:device", device.pk, query=query).status_code == 200


def test_what_a_device_says_is_renewed_without_its_history(grid_worker):
    device = make_device(type="smoke")
    say(device, "smoke", 0)
    page = grid_worker.get("sensing:device", device.pk).content.decode()
    assert 'hx-trigger="live:device from:body"' in page
    assert 'name="span"' in page
    say(device, "battery", 9)
    asking = {"HX-Request": "true", "HX-Target": "said"}
    part = grid_worker.get("sensing:device", device.pk, headers=asking).content.decode()
    for words in ('id="said"', 'id="standing"', 'id="health"', "9 %", "电量低"):
        assert words in part
    assert 'name="span"' not in part


def test_a_device_without_a_word_says_what_to_do_next(community_secretary):
    page = community_secretary.get("sensing:device", make_device().pk).content.decode()
    assert "签发密钥" in page


def test_what_is_done_to_a_device_stands_in_its_log(community_secretary):
    device = make_device()
    done = community_secretary.post("sensing:act", device.pk, "service", data={"kind": "battery", "note": "两节"})  # fmt: skip
    assert done.status_code == 302
    done = community_secretary.post("sensing:act", device.pk, "rest", data={"until": "2026-11-30", "note": "装修"})  # fmt: skip
    assert done.status_code == 302
    with behind(SYSTEM):
        assert Device.objects.get(pk=device.pk).state == DeviceState.OUT
        assert [one.kind for one in selectors.log(SYSTEM, device)] == ["out", "battery", "install"]
        assert actions.wake_due(actor=SYSTEM, at=MONDAY + timedelta(days=9)) == 1
        assert Device.objects.get(pk=device.pk).state == DeviceState.INSTALLED
    late = community_secretary.post("sensing:act", device.pk, "waking", data={})
    assert late.status_code == 302  # in another state now: said, not broken


def test_a_planned_device_is_installed_and_a_retired_one_stays_so(community_secretary):
    make_county()
    form = {"planned": "yes", "type": "camera", "code": "P1", "area": GRID, "video_code": ""}
    assert community_secretary.post("sensing:new", data=form).status_code == 302
    with behind(SYSTEM):
        device = Device.objects.get(code="P1")
    assert device.state == DeviceState.PLANNED
    community_secretary.post("sensing:act", device.pk, "installation", data={"note": ""})
    community_secretary.post("sensing:act", device.pk, "retirement", data={"note": "损坏"})
    with behind(SYSTEM):
        device.refresh_from_db()
    assert device.state == DeviceState.RETIRED
    with refused("device_retired"):
        actions.retire_device(actor=community_secretary.actor, device=device, note="", at=MONDAY)


def test_the_same_code_twice_is_refused_in_the_form(grid_worker):
    make_county()
    make_device(code="ONCE")
    page = grid_worker.post("sensing:new", data={"type": "smoke", "code": "ONCE", "area": GRID})
    assert page.status_code == 200
    assert "已有这个编号" in page.content.decode()


def test_hostile_texts_in_the_form_and_the_search(grid_worker):
    make_county()
    for one in hostile.sample(60, "devices"):
        answer = grid_worker.post("sensing:new", data={"type": "smoke", "code": one.text, "name": one.text, "area": GRID, "position": one.text})  # fmt: skip
        assert answer.status_code in (200, 302, 400)
        assert grid_worker.get("sensing:devices", query={"q": one.text, "standing": one.text}).status_code in (200, 400)  # fmt: skip
        assert grid_worker.get("sensing:coverage", query={"area": one.text}).status_code in (200, 400)  # fmt: skip


def test_a_key_is_shown_once_and_ends_the_earlier_one(community_secretary):
    device = make_device(type="gateway")
    first = community_secretary.post("sensing:key", device.pk).content.decode()
    second = community_secretary.post("sensing:key", device.pk).content.decode()
    assert "lf_" in first
    assert "lf_" in second
    assert "lf_" not in community_secretary.get("sensing:key", device.pk).content.decode()
    with behind(SYSTEM):
        assert device.keys.filter(revoked_at__isnull=True).count() == 1


@pytest.mark.covers("S2-05", "S0-21", "S0-28")
def test_coverage_counts_planned_installed_connected_and_intact(grid_worker):
    for code in ("C1", "C2", "C3"):
        say(make_device(type="camera", code=code, position="小区大门"), "picture", 0 if code == "C3" else 1)  # fmt: skip
    make_device(type="camera", code="C4", position="小区大门")  # never heard
    new = actions.NewDevice(type="camera", code="C5", area=GRID, position="小区大门")
    actions.plan_device(actor=SYSTEM, new=new, area=GRID, at=MONDAY)
    with behind(SYSTEM):
        row = selectors.coverage(SYSTEM, "", MONDAY)[0]
    assert (row.wanted, row.installed, row.connected, row.intact) == (5, 4, 3, 2)
    assert row.rates == (0.8, 0.75, 0.5)
    page = grid_worker.get("sensing:coverage").content.decode()
    assert "小区大门" in page
    assert grid_worker.get("sensing:points").json()["features"] == []  # none has a point


def test_the_map_shows_a_point_with_its_state(grid_worker):
    device = make_device(lon=117.0, lat=36.0)
    found = grid_worker.get("sensing:points").json()["features"]
    assert [one["id"] for one in found] == [str(device.pk)]
    assert found[0]["properties"]["state"] == "waiting"


@pytest.mark.parametrize("registered", [True, False])
def test_a_message_in_quarantine_is_tried_again(community_secretary, registered):
    hub = make_device(type="gateway", code="HUB")
    key = actions.issue_device_key(actor=SYSTEM, device=hub, at=MONDAY)
    with behind(SYSTEM):
        owner = ways.owner_of_key(SYSTEM, key.token, MONDAY)
    assert owner is not None
    take(Register(), [parcel(owner, b'{"device": "LATE", "values": {"battery": 50}}')], MONDAY)
    with behind(SYSTEM):
        poison = Quarantined.objects.get()
    page = community_secretary.get("sensing:poison", poison.pk).content.decode()
    assert "设备未登记" in page
    if registered:
        make_device(type="smoke", code="LATE", gateway=hub.pk)
    community_secretary.post("sensing:replay", poison.pk)
    with behind(SYSTEM):
        assert Quarantined.objects.count() == (0 if registered else 1)


@pytest.mark.covers("S0-22", "S2-06", "S4-05", "S2-08", "S4-06", "S0-27", "S0-30", "S0-31", "S4-07")
@pytest.mark.parametrize("kind", [spec.key for spec in TYPES])
def test_every_type_of_device_has_a_page_with_its_values(grid_worker, kind):
    device = make_device(type=kind)
    spec = TYPES[kind]
    for measure in spec.measures[:3]:
        say(device, measure, 1)
    page = grid_worker.get("sensing:device", device.pk).content.decode()
    assert str(spec.name.zh) in page
    shown = [MEASURES[measure].name.zh for measure in spec.measures[:3] if measure != "heartbeat"]
    assert all(name in page for name in shown)
