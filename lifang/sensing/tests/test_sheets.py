"""Devices by spreadsheet: new, wrong, there already; written once, taken back unless they have spoken."""

import io

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.jobs.testing import run_due
from lifang.core.sheets.models import Import, Line
from lifang.core.sheets.tests.make import csv
from lifang.core.testing import cast
from lifang.core.testing.cast import MONDAY
from lifang.orgs.tests.make import make_county
from lifang.registry.tests.make import GRID
from lifang.sensing import actions
from lifang.sensing.models import Device
from lifang.sensing.terms import DeviceState
from lifang.sensing.tests.make import known_of, make_series, observed

pytestmark = pytest.mark.django_db
HEAD = ("设备类型", "序列号", "名称", "所属网格", "安装位置", "安装日期")


def upload(member, *rows: tuple[str, ...]) -> Import:
    given = io.BytesIO(csv(HEAD, *rows))
    given.name = "devices.csv"
    answer = member.post("sheets:sheet", "sensing.devices", data={"file": given})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    run_due(MONDAY)
    found = Import.objects.order_by("-pk").first()
    assert found is not None
    return found


@pytest.mark.covers("S0-28")
def test_devices_are_entered_once_planned_or_installed_and_taken_back_unless_they_spoke():
    make_county()
    secretary = cast.community_secretary(GRID[:12])
    rows = (
        ("独立式感烟探测器", "SN-1", "一单元烟感", GRID, "3 楼", "2026-03-01"),
        ("公共视频摄像机", "SN-2", "", GRID, "北门", ""),
        ("没有这种", "SN-3", "", GRID, "", ""),
    )
    it = upload(secretary, *rows)
    assert it.counts == {"new": 2, "wrong": 1}, [(one.number, one.verdict) for one in Line.objects.all()]  # fmt: skip
    assert secretary.post("sheets:writing", it.pk).status_code == 302
    run_due(MONDAY)
    with behind(SYSTEM):
        states = dict(Device.objects.values_list("code", "state"))
    assert states == {"SN-1": DeviceState.INSTALLED, "SN-2": DeviceState.PLANNED}
    again = upload(secretary, *rows[:2], ("门磁", "SN-4", "", GRID, "", ""))
    assert again.counts == {"same": 2, "new": 1}
    with behind(SYSTEM):
        spoke = make_series(Device.objects.get(code="SN-1"), "battery")
        actions.store([observed(spoke, MONDAY, 90)], known_of(spoke), MONDAY)
        both = list(Device.objects.values_list("pk", flat=True))
    left = actions.take_back_devices(actor=secretary.actor, devices=both, area=GRID[:12], at=MONDAY)
    assert left == {spoke.device_id}
    with behind(SYSTEM):
        assert [one.code for one in Device.objects.all()] == ["SN-1"]
