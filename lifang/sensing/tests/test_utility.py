"""Pipes and wires: drawn, taken in from a file, seen by few, tied to devices, counted in works."""

import json
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from lifang.core.access import SYSTEM, Refusal
from lifang.core.access.wall import behind
from lifang.core.geo.datums import Datum, wgs84_to_gcj02
from lifang.core.geo.measure import metres_between
from lifang.core.testing import hostile
from lifang.orgs.tests.make import MONDAY
from lifang.registry.tests.make import GRID
from lifang.sensing import actions, selectors
from lifang.sensing.models import Device, UtilityLine
from lifang.sensing.rules import utility as rules
from lifang.sensing.rules.utility import NewLine
from lifang.sensing.terms import LineState
from lifang.sensing.tests.make import make_device

COUNTY = GRID[:6]
TODAY = MONDAY.date()


@pytest.fixture
def drawn(monkeypatch, db):
    """Every place lies in our grid, but what is far in the east lies nowhere."""
    from lifang.sensing.actions import utility  # noqa: PLC0415 -- only here

    monkeypatch.setattr(utility.orgs, "locate_many", lambda xs, ys: [GRID if x < 118 else None for x in xs])  # fmt: skip


def new(code: str = "JS-1", **other: Any) -> NewLine:
    facts: dict[str, Any] = {"kind": "water", "code": code, "keeper": "清源水务", "path": ((117.0, 36.0), (117.001, 36.0)), "source": "竣工图 12 号"}  # fmt: skip
    return NewLine(**{**facts, **other})


def enter(**other: Any) -> UtilityLine:
    return actions.enter_line(actor=SYSTEM, new=new(**other), area=COUNTY, at=MONDAY)


def feature(code: str = "JS-1", path: Any = None, shape: str = "LineString", **facts: Any) -> Any:
    return {"type": "Feature", "geometry": {"type": shape, "coordinates": path or [[117.0, 36.0], [117.001, 36.0]]}, "properties": {"kind": "给水", "code": code, **facts}}  # fmt: skip


def file(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def take(body: bytes) -> Any:
    return actions.take_lines(actor=SYSTEM, body=body, datum=Datum.WGS84, keeper="清源水务", source="普查 2026", area=COUNTY, at=MONDAY)  # fmt: skip


@pytest.mark.covers("S0-28")
def test_a_file_is_taken_once_and_its_bad_rows_are_named(drawn):
    body = file(
        feature(diameter="200", laid_on="1990", material="球墨铸铁"),
        feature("JS-2", path=[[117.0, 36.0], [119.0, 36.0]]),
        feature("JS-1"),
        feature("JS-3", kind="滑梯"),
        feature("JS-4", shape="Point"),
        feature("JS-5", laid_on="soon"),
        feature("JS-6", path=[["a", 1], [1, 2]]),
        feature("JS-7", state="规划", 管径=300),
        7,
    )
    taken = take(body)
    assert [one.code for one in taken.new] == ["JS-1", "JS-7"]
    wrong = {one.row: one.refusal.reason for one in taken.wrong}
    assert wrong == {2: "line_length", 3: "line_twice", 4: "line_kind", 5: "line_shape", 6: "line_value", 7: "line_numbers", 9: "line_shape"}  # fmt: skip
    with behind(SYSTEM):
        old, planned = UtilityLine.objects.order_by("code")
    assert (old.area, old.kind, old.diameter, old.laid_on, old.state) == (GRID, "water", 200, date(1990, 1, 1), "installed")  # fmt: skip
    assert (planned.state, planned.diameter) == ("planned", 300)
    assert old.metres == pytest.approx(metres_between(117.0, 36.0, 117.001, 36.0), abs=0.01)
    again = take(body)
    assert (again.new, again.known) == ([], 2)
    with behind(SYSTEM):
        assert UtilityLine.objects.count() == 2


def test_a_shifted_map_is_put_right():
    shifted = [list(wgs84_to_gcj02(117.0, 36.0)), list(wgs84_to_gcj02(117.001, 36.0))]
    read = rules.read(file(feature(path=shifted)), Datum.GCJ02, "a", "b", TODAY)
    assert not isinstance(read, Refusal)
    assert read.lines[0][1].path[0] == pytest.approx((117.0, 36.0), abs=1e-6)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"kind": "slide"}, "line_kind"),
        ({"code": " "}, "line_blank"),
        ({"source": ""}, "line_blank"),
        ({"state": "dreamt"}, "line_state"),
        ({"path": ((117.0, 36.0),)}, "line_corners"),
        ({"path": ((117.0, 36.0), (float("nan"), 36.0))}, "line_numbers"),
        ({"path": ((117.0, 36.0), (117.0, 36.0))}, "line_length"),
        ({"path": ((117.0, 36.0), (117.5, 36.9))}, "line_length"),
        ({"diameter": 0}, "line_number"),
        ({"depth": float("inf")}, "line_number"),
        ({"laid_on": date(2027, 1, 1)}, "line_laid"),
        ({"laid_on": date(2026, 1, 1), "state": LineState.PLANNED}, "line_laid_planned"),
        ({"path": ((117.9999, 36.0), (118.0001, 36.0))}, "line_elsewhere"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(drawn, refused, wrong, reason):
    with refused(reason):
        enter(**wrong)


def test_a_line_is_entered_once(drawn, refused):
    enter()
    with refused("line_known"):
        enter()


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(body):
    read = rules.read(body, Datum.WGS84, "a", "b", TODAY)
    assert isinstance(read, Refusal) or not read.lines


def test_hostile_properties_are_judged(drawn):
    rows = [feature(one.text[:50], keeper=one.text[:100], diameter=one.text, state=one.text) for one in hostile.sample(150, "lines")]  # fmt: skip
    taken = take(file(*rows))
    assert len(taken.new) + len(taken.wrong) == len(rows)


def test_whoever_may_not_see_lines_sees_none(drawn, grid_worker, county_dispatcher, stranger):
    made = enter()
    with behind(grid_worker.actor):
        assert not selectors.lines(grid_worker.actor).exists()
    assert grid_worker.get("sensing:lines").status_code == 403
    assert "管线" not in grid_worker.get("sensing:devices").content.decode()
    assert stranger.get("sensing:line", made.pk).status_code == 404
    assert county_dispatcher.get("sensing:line", made.pk).status_code == 200
    shapes = county_dispatcher.get("sensing:line_shapes").json()
    [told] = [one["properties"] for one in shapes["features"]]
    assert (told["state"], told["name"], told["note"], told["url"]) == ("installed", "供水 JS-1", "清源水务 · 90 m", reverse("sensing:line", args=[made.pk]))  # fmt: skip
    assert stranger.get("sensing:line_shapes").json()["features"] == []
    told = county_dispatcher.get("api:sensing_list_lines").json()["items"]
    assert [one["code"] for one in told] == ["JS-1"]


def test_devices_nearby_are_offered_and_tied_by_a_person(drawn, county_dispatcher, grid_worker, refused):  # fmt: skip
    line = enter()
    near = make_device(GRID, "manhole", lon=117.0005, lat=36.00005)
    far = make_device(GRID, "manhole", lon=117.0005, lat=36.001)
    lamp = make_device(GRID, "smoke", lon=117.0005, lat=36.0)
    page = county_dispatcher.get("sensing:line", line.pk).content.decode()
    assert str(near.pk) in page
    assert str(far.pk) not in page
    assert str(lamp.pk) not in page
    with refused("line_devices"):
        actions.tie_devices(actor=county_dispatcher.actor, line=line, devices=[far.pk], at=MONDAY)
    county_dispatcher.post("sensing:line_devices", line.pk, data={"devices": [str(near.pk)]})
    with behind(SYSTEM):
        assert Device.objects.get(line=line) == near
    here = reverse("sensing:line", args=[line.pk])
    assert f'<a href="{here}" data-content>供水 JS-1</a>' in county_dispatcher.get("sensing:device", near.pk).content.decode()  # fmt: skip
    told = grid_worker.get("sensing:device", near.pk)  # sees the device, and no line
    assert (told.status_code, here in told.content.decode(), "JS-1" in told.content.decode()) == (200, False, False)  # fmt: skip
    actions.retire_line(actor=county_dispatcher.actor, line=line, at=MONDAY)
    with behind(SYSTEM):
        assert not Device.objects.filter(line__isnull=False).exists()


def test_the_map_opens_where_the_lines_are_with_what_may_stand_at_them(drawn, county_dispatcher):
    assert "bounds" not in county_dispatcher.get("sensing:line_map").context["map"]
    enter(), enter(code="JS-2", path=((117.002, 36.001), (117.003, 36.002)))
    map_ = county_dispatcher.get("sensing:line_map").context["map"]
    assert map_["bounds"] == [117.0, 36.0, 117.003, 36.002]
    hole = make_device(GRID, "manhole", lon=117.0, lat=36.0)
    make_device(GRID, "smoke", lon=117.0, lat=36.0)
    told = county_dispatcher.client.get(map_["points"]).json()["features"]
    assert [one["id"] for one in told] == [str(hole.pk)]


def test_distance_is_to_the_nearest_part():
    path = [[117.0, 36.0], [117.001, 36.0], [117.001, 36.001]]
    assert rules.distance(path, 117.0005, 36.0) == pytest.approx(0, abs=0.01)
    assert rules.distance(path, 117.0005, 36.0001) == pytest.approx(11.1, abs=0.1)
    assert rules.distance(path, 116.999, 36.0) == pytest.approx(metres_between(116.999, 36.0, 117.0, 36.0), abs=0.5)  # fmt: skip


@pytest.mark.parametrize(
    ("codes", "area"),
    [
        (["990101001001001", "990101001001001"], "990101001001001"),
        (["990101001001001", "990101001001002"], "990101001001"),
        (["990101001001001", "990101002001001"], "990101"),
        (["990101001001001", None], ""),
        (["990101001001001", "990102001001001"], ""),
        ([], ""),
    ],
)
def test_the_area_of_a_line_is_the_smallest_that_holds_it(codes, area):
    assert rules.area_of(codes) == area


@pytest.mark.covers("S0-28")
def test_works_count_metres_planned_and_laid(drawn, county_dispatcher, grid_worker, refused):
    works = actions.open_works(
        actor=county_dispatcher.actor, kind="new_estate", name="和苑", area=COUNTY, planned={"line:water": 150}, at=MONDAY
    )  # fmt: skip
    enter(), enter(code="JS-2", state=LineState.PLANNED)
    actions.fill_works(actor=county_dispatcher.actor, works=works, everything=True, at=MONDAY)
    with behind(county_dispatcher.actor):
        stand = next(one for one in selectors.stand_of(county_dispatcher.actor, works, MONDAY) if one.type == "line:water")  # fmt: skip
    assert (stand.planned, stand.installed, stand.whole) == (150, 90, False)
    with refused("works_gaps"):
        actions.check_works(actor=county_dispatcher.actor, works=works, verdict="passed", at=MONDAY)
    page = county_dispatcher.get("sensing:work", works.pk).content.decode()
    assert all(words in page for words in ("供水管线（米）", "还差 60 米未敷设", "供水 JS-2"))
    blind = grid_worker.get("sensing:work", works.pk)  # reads the metres, not which line lies there
    assert blind.status_code == 404 or "供水 JS-2" not in blind.content.decode()
    with behind(SYSTEM):
        second = UtilityLine.objects.get(code="JS-2")
    actions.lay_line(actor=county_dispatcher.actor, line=second, laid_on=TODAY, at=MONDAY)
    actions.check_works(actor=county_dispatcher.actor, works=works, verdict="passed", at=MONDAY)


def test_the_pages_draw_look_and_enter(drawn, county_dispatcher):
    form = {
        "path": "117.0, 36.0\n117.001, 36.0", "kind": "gas", "code": "RQ-1", "state": "installed", "keeper": "里坊燃气", "source": "竣工图", "diameter": "110",
    }  # fmt: skip
    assert county_dispatcher.post("sensing:line_new", data={**form, "path": "here"}).status_code == 422  # fmt: skip
    done = county_dispatcher.post("sensing:line_new", data=form)
    assert done.status_code == 302
    given_ = {"datum": "wgs84", "area": COUNTY, "keeper": "清源水务", "source": "普查"}

    def upload() -> Any:
        return SimpleUploadedFile("l.geojson", file(feature("JS-9"), feature("JS-8", kind="?")))

    looked = county_dispatcher.post("sensing:line_file", data={**given_, "file": upload()})
    assert "JS-8" in looked.content.decode()
    with behind(SYSTEM):
        assert not UtilityLine.objects.filter(code="JS-9").exists()
    county_dispatcher.post("sensing:line_file", data={**given_, "file": upload(), "enter": "yes"})
    with behind(SYSTEM):
        assert UtilityLine.objects.filter(code="JS-9").count() == 1
    bad = county_dispatcher.post("sensing:line_file", data={**given_, "file": SimpleUploadedFile("x", b"\x00")})  # fmt: skip
    assert bad.status_code == 422


def test_the_list_of_lines_does_not_grow(drawn, county_dispatcher, grows):
    made = iter(range(1000))
    grows(lambda: enter(code=f"L-{next(made)}"), lambda: county_dispatcher.get("sensing:lines"))
