"""Large dogs on a road (part of W-P4): each sighting is recorded, the third within a month becomes a case of the road section."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from e2e.conftest import Meet
from e2e.devices import line, listed, own_key, registers, sends, stamp, until
from e2e.living import Living

GRID = "990101002003001"  # its own desk: ten alarms in ten minutes at one are a flood
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
