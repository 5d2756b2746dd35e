"""The register of cameras goes out as the list of a platform, and what one platform gives another takes; anything else is no list."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry
from lifang.core.testing import cast, hostile
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.places import FAR_GRID
from lifang.orgs.tests.make import make_county
from lifang.registry.tests.make import GRID
from lifang.sensing import actions
from lifang.sensing.adapters.gb28181 import catalog
from lifang.sensing.adapters.gb28181.catalog import Item
from lifang.sensing.models import Device
from lifang.sensing.rules import Refusing
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

OURS, PLATFORM = "99010100001320000001", "99010100002000000001"


def code(number: int, kind: str = "132") -> str:
    return f"9901010000{kind}{number:07}"


@pytest.mark.covers("S0-21")
@pytest.mark.django_db
def test_a_list_goes_out_and_another_platform_takes_what_it_lacks():
    make_county()
    seen = make_device(type="camera", code="N", video_code=OURS, name="北门 <1>&", position="北门", lon=116.1, lat=36.1, keeper_name="里坊物业")  # fmt: skip
    make_device(area=FAR_GRID, type="camera", code="F", video_code=code(2))
    make_device(type="camera", code="P")  # has no code of the standard
    series = make_series(seen, "online")
    with behind(SYSTEM):
        actions.store([observed(series, MONDAY, 1)], known_of(series), MONDAY)
    dispatcher = cast.street_dispatcher(GRID[:9])
    answer = dispatcher.post("sensing:camera_list", data={"area": GRID[:9]})
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="cameras-{GRID[:9]}-')  # fmt: skip
    found = catalog.read(answer.content)
    assert [one._replace(on=True) for one in found.items] == [
        Item(OURS, "北门 <1>&", "", "", "里坊物业", "990101", "北门", True, 116.1, 36.1)
    ]
    with behind(SYSTEM):
        assert Entry.objects.filter(action="sensing.give_cameras").count() == 1
    with behind(SYSTEM):
        assert [one.on for one in actions.give_cameras(actor=SYSTEM, area=GRID[:9], at=MONDAY)] == [
            True
        ]
    fresh = Item(code(9), "新装", address="东门")
    theirs = catalog.written([*found.items, fresh, Item(code(1, "215"), "分组")], PLATFORM)

    def send(**more: str):
        file = io.BytesIO(theirs)
        file.name = "list.xml"
        return dispatcher.post("sensing:cameras", data={"file": file, "area": GRID[:12], **more})

    looked = send().content.decode()
    assert "没有写入任何内容" in looked
    with behind(SYSTEM):
        assert not Device.objects.filter(video_code=code(9)).exists()
    assert send(enter="yes").status_code == 302
    assert send(enter="yes").status_code == 302  # twice: nothing more
    with behind(SYSTEM):
        made = Device.objects.get(video_code=code(9))
        assert (made.area, made.state, made.position, str(made)) == (
            GRID[:12],
            "installed",
            "东门",
            "新装",
        )
        assert Device.objects.filter(video_code=OURS).count() == 1


def test_lines_that_are_wrong_are_named_and_what_is_no_camera_is_counted():
    rows = [Item(code(1), "a"), Item(code(1), "again"), Item("123", "short"), Item(code(3, "111"), "NVR"), Item(code(4), "far", lon=200.0, lat=1.0), Item(code(5), "zero", lon=0.0, lat=0.0)]  # fmt: skip
    found = catalog.read(catalog.written(rows, PLATFORM))
    assert [one.code for one in found.items] == [code(1), code(5)]
    assert (found.items[1].lon, found.others) == (None, 1)
    assert found.wrong == [(2, "DeviceID"), (3, "DeviceID"), (5, "Longitude")]
    nan = catalog.written([Item(code(6), "n", lon=float("nan"), lat=1.0)], PLATFORM)
    assert catalog.read(nan).wrong == [(1, "Longitude")]


@settings(max_examples=150, deadline=None)
@given(name=st.text(max_size=40), lon=st.none() | st.floats(-180, 180))
def test_any_name_goes_out_and_comes_back(name, lon):
    one = Item(code(1), name, address=name, lon=lon, lat=None if lon is None else 45.0)
    back = catalog.read(catalog.written([one], PLATFORM)).items
    assert len(back) == 1
    assert back[0].name


@pytest.mark.parametrize("body", [b"", b"{}", b"<Response/>", b"<Notify><CmdType>Alarm</CmdType></Notify>", b'<!DOCTYPE r [<!ENTITY a "b">]><Response><CmdType>&a;</CmdType></Response>', b"<a>" * 40, b"x" * (catalog.MOST_BYTES + 1)], ids=range(7))  # fmt: skip
def test_what_is_no_list_is_refused(body):
    with pytest.raises(Refusing):
        catalog.read(body)


def test_hostile_files_are_read_or_refused():
    for one in hostile.sample(200, "cameras"):
        body = f"<Response><CmdType>Catalog</CmdType><DeviceList><Item><DeviceID>{one.text}</DeviceID></Item></DeviceList></Response>"
        try:
            assert not catalog.read(body.encode(errors="replace")).items
        except Refusing:
            continue
