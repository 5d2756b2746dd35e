"""W-H3: a device that has said nothing for a day: maker told, ticket told, keeper told; heard again, it is over."""

from datetime import timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.notify.models import Message
from lifang.core.testing import cast
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.told import published
from lifang.orgs.tests.make import make_county, make_unit
from lifang.registry.tests.make import GRID
from lifang.sensing import actions
from lifang.sensing.actions import silence
from lifang.sensing.models import Alarm, Device
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

HOUR = timedelta(hours=1)


@pytest.fixture
def bound(db) -> Device:
    admission = actions.ask_admission(
        actor=SYSTEM, maker="静默电子", type="breaker", model="S", dialect="lifang", area=GRID[:9], telephone="10000004711", at=MONDAY
    )  # fmt: skip
    done = actions.bind_devices(actor=SYSTEM, admission=admission, codes=["Q1", "Q2"], grid=GRID, at=MONDAY)  # fmt: skip
    for device in done.made:
        say(device, MONDAY)
    return done.made[0]


def say(device: Device, at) -> None:
    one = make_series(device, "power")
    with behind(SYSTEM):
        actions.store([observed(one, at, 50)], known_of(one), at)


def opened() -> list[str]:
    with behind(SYSTEM):
        rows = Alarm.objects.filter(rule="silent_day", ended_at__isnull=True)
        return sorted(one.device.code for one in rows.select_related("device"))


@pytest.mark.covers("W-H3", "S2-08")
def test_after_a_day_of_silence_the_maker_is_told_once_and_a_ticket_is_asked_for(bound):
    late = MONDAY + 20 * HOUR
    actions.tell_silence(actor=SYSTEM, at=late)
    assert opened() == []
    actions.tell_silence(actor=SYSTEM, at=MONDAY + 25 * HOUR)
    assert opened() == ["Q1", "Q2"]
    matters = [one.matter for one in published("sensing.AlarmRaised") if one.rule == "silent_day"]
    assert matters == ["10987", "10987"]
    with behind(SYSTEM):
        sent = [one for one in Message.objects.all() if one.template == "sensing.maker_silent"]
    assert len(sent) == 1
    actions.tell_silence(actor=SYSTEM, at=MONDAY + 26 * HOUR)
    assert opened() == ["Q1", "Q2"]
    say(bound, MONDAY + 27 * HOUR)
    actions.tell_silence(actor=SYSTEM, at=MONDAY + 27 * HOUR)
    assert opened() == ["Q2"]


def test_the_company_that_keeps_a_device_sees_it_and_answers_its_alarms_and_no_other_company(db):
    make_county()
    unit, other = make_unit(GRID[:12], "property_company", "一号物业"), make_unit(GRID[:12], "property_company", "二号物业")  # fmt: skip
    theirs, stranger = cast.property_handler(unit.pk), cast.property_handler(other.pk)
    device = make_device(type="lift", code="L3")
    assert theirs.get("sensing:device", device.pk).status_code == 404
    actions.edit_device(actor=SYSTEM, device=device, given={"keeper_id": unit.pk}, at=MONDAY)
    series = make_series(device, "bike_in_lift")
    with behind(SYSTEM):
        actions.store([observed(series, MONDAY, 1)], known_of(series), MONDAY)
        alarm = Alarm.objects.get(device=device, rule="bike_in_lift")
    assert theirs.get("sensing:device", device.pk).status_code == 200
    assert theirs.get("sensing:alarm", alarm.pk).status_code == 200
    assert stranger.get("sensing:alarm", alarm.pk).status_code == 404
    assert theirs.post("sensing:acknowledgement", alarm.pk).status_code == 302
    done = theirs.post("sensing:verdict", alarm.pk, data={"verdict": "real", "cause": "已劝离"})
    assert done.status_code == 302
    actions.edit_device(actor=SYSTEM, device=device, given={"keeper_id": None}, at=MONDAY)
    assert theirs.get("sensing:device", device.pk).status_code == 404


def test_a_dead_gateway_is_one_alarm_however_many_are_silent_and_who_is_told_already_takes_nobodys_place(
    db, monkeypatch
):
    monkeypatch.setattr(silence, "MOST", 4)
    hubs = [make_device(type="gateway", code=f"hub{n}") for n in range(2)]
    for n, hub in enumerate(hubs):
        for k in range(10):
            say(make_device(type="breaker", code=f"b{n}{k}", gateway=hub.pk), MONDAY + n * HOUR)
    with behind(SYSTEM):
        for minute in range(7):
            actions.tell_silence(actor=SYSTEM, at=MONDAY + 20 * HOUR + minute * HOUR / 60)
        dead = Alarm.objects.filter(rule="gateway_silent")
        assert sorted(one.device.code for one in dead) == ["hub0", "hub1"]
        behind_them = Alarm.objects.filter(rule="device_silent", inhibited_by__in=dead)
        assert behind_them.values("device").distinct().count() == 20
        assert not Alarm.objects.filter(rule="device_silent", inhibited_by=None).exists()


def test_the_page_says_that_no_camera_is_asked_while_the_site_does_not(db, community_secretary):
    make_county()
    camera = make_device(type="camera", code="CAM1", at=MONDAY)
    page = community_secretary.client.get(f"/desk/devices/{camera.pk}/events")
    assert "LIFANG_ONVIF" in page.content.decode()
