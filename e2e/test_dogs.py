"""W-P4: large dogs on a road; the third sighting within a month is a case, and keepers nearby get notices that were looked at before."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from e2e.conftest import Meet
from e2e.devices import line, listed, own_key, registers, sends, stamp, until
from e2e.living import Living
from e2e.register import agrees

GRID = "990101002003001"  # its own desk: ten alarms in ten minutes at one are a flood
MANAGER = "wm02"  # of the property company that serves the street
CASE = "aside a[href*='/desk/cases/']"


@pytest.mark.covers("W-P4", "S3-10")
def test_the_third_large_dog_on_one_road_becomes_a_case(county: Living, meet: Meet) -> None:
    street, code = meet("jd02"), f"DOG{stamp()}"
    device = registers(street, "camera_ai", code, GRID, name=f"文昌路北段{code}", position="文昌路北段")  # fmt: skip
    key, now = own_key(street, device), datetime.now(UTC)
    for n, minutes in enumerate((300, 180, 30)):
        seen = now - timedelta(minutes=minutes)
        status, told = sends(
            county, key,
            line(code, 2 * n, seen, large_dog=1),
            line(code, 2 * n + 1, seen + timedelta(minutes=4), large_dog=0),
        )  # fmt: skip
        assert (status, told["refused"]) == (200, [])
        if n == 1:
            assert not listed(street, code, "large_dog_often"), "two are not three"
    often = until(lambda: listed(street, code, "large_dog_often"), 40, 1)
    street.goes(often).sees(re.compile("文昌路北段")).looks("often")
    until(lambda: street.goes(often).page.locator(CASE).count(), 60, 2)
    street.taps_on(street.page.locator(CASE).first)
    street.sees("Large dog against the rules").looks("case")

    # The manager of the property company tells those who keep a large dog there; who would get what is seen first.
    manager = meet(MANAGER, called="manager").goes("/desk/registry/dogs")
    manager.sees("Dogs").looks("dogs").taps_on("Notices to keepers")
    manager.chooses(manager.page.locator("[name=area]"), GRID)
    manager.ticks(manager.page.locator("[name=large]"))
    manager.types(manager.page.locator("[name=road]"), "文昌路北段")
    manager.taps_on("Show who would get what").sees(
        re.compile("文昌路北段近期多次出现大型犬")
    ).looks("preview")
    asked = manager.page.locator("[name=dog]")
    if not manager.page.locator(
        "[name=dog]:checked"
    ).count():  # a county that is kept was told by the last run
        manager.ticks(asked.first)
    names = manager.page.locator("ul.rows strong").all_inner_texts()
    agrees(manager.taps_on("Send to those ticked"))
    manager.page.wait_for_url(re.compile("/desk/registry/dogs/notices/[0-9a-f-]{36}$"))
    manager.sees("文昌路北段").looks("sent")
    assert set(manager.page.locator("ul.rows strong").all_inner_texts()) <= set(names)
    # They are asked once in a fortnight: nobody is ticked again.
    manager.goes(f"/desk/registry/dogs/notices/new?area={GRID}&large=1&road=文昌路北段")
    assert not manager.page.locator("[name=dog]:checked").count()
