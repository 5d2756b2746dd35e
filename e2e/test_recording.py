"""W-G4, S0-23: something falls from a height; the camera's box hands in its clip, which is looked at for a purpose and leads from the case."""

import random
import re
from datetime import UTC, datetime, timedelta

import pytest

from e2e.conftest import Meet
from e2e.devices import line, on_the_wall, own_key, posts, registers, sends, stamp, until
from e2e.living import Living

HERE = "990101002002001"  # its own desk: ten alarms in ten minutes at one are a flood


@pytest.mark.covers("S0-23")
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_what_fell_is_seen_by_whoever_says_what_for(lang: str, county: Living, meet: Meet) -> None:
    from lifang.demo.falling import film  # noqa: PLC0415 -- its drawing

    keeper, code = meet("zh01", lang=lang, called="keeper"), f"BOX{stamp()}"
    device = registers(keeper, "camera_ai", code, HERE, name=f"球机盒{code}", position="3号楼对面")
    key = own_key(keeper, device)
    keeper.sees("Recordings of alarms").looks("key")

    # The box tells, and a moment later hands in its clip: once. Another one, and what is none, it may not.
    now = datetime.now(UTC) - timedelta(seconds=5)
    told = line(code, 1, now, thrown=1, floor_min=6, floor_max=8)
    assert sends(county, key, told)[1]["taken"] == 1
    clip, way = film(7, random.Random(7)), f"recordings/{code}/{code}-1"
    assert posts(county, way, key, b"<html>", media="video/mp4")[0] == 422
    assert posts(county, way, key, clip, media="video/mp4")[0] == 201
    assert posts(county, way, key, clip, media="video/mp4")[0] == 200
    assert posts(county, way, key, film(5, random.Random(5)), media="video/mp4")[0] == 409
    assert posts(county, f"recordings/{code}/{code}-9", key, clip, media="video/mp4")[0] == 404

    # The desk says what it looks for, and then it plays; the address alone shows nothing.
    desk = meet("zh01", lang=lang, called="desk").goes("/desk/alarms")
    alarm = on_the_wall(desk, code)
    desk.goes(alarm).sees("What the camera recorded").looks("card")
    assert not desk.page.locator("video").count()
    desk.sends("To go there and act").looks("film")
    film_shown = desk.page.locator("video")
    file = film_shown.get_attribute("src") or ""
    film_shown.evaluate("(one) => { one.muted = true; return one.play(); }")
    until(lambda: film_shown.evaluate("(one) => one.readyState >= 2 && one.currentTime > 0.5"), 20)
    assert film_shown.evaluate("(one) => one.duration") == pytest.approx(6, abs=0.5)
    film_shown.evaluate("(one) => { one.currentTime = 5; }")
    until(lambda: film_shown.evaluate("(one) => one.currentTime >= 5 && !one.seeking"), 20)
    desk.looks("playing")
    other = meet("jd02", lang=lang, called="other")
    asked = other.page.request.get(county.origin + file)
    assert asked.url == f"{county.origin}{alarm}/recordings", "the address alone shows nothing"

    # The look stands in the history; the case leads to it.
    desk.goes(alarm).sees("Looked at the recording").looks("history")
    found = "aside a[href*='/desk/cases/']"
    until(lambda: desk.goes(alarm).page.locator(found).count(), 60, 2)
    desk.taps_on(desk.page.locator(found).first)
    link = desk.page.locator(f"a[href='{alarm}/recordings']")
    link.wait_for()
    desk.looks("case").taps_on(link)
    desk.page.wait_for_url(re.compile("/recordings$"))
    phone = meet("jd02", lang=lang, phone=True, called="phone").goes(f"{alarm}/recordings")
    phone.looks("asked").sends("To check it and say what it was").looks("film")
