"""Utility lines: a keeper's file is looked at before it is written, the line on the map opens, a device is tied, its page names the line."""

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from e2e.conftest import Meet
from e2e.devices import stamp
from e2e.person import Person

LINES = "/desk/devices/lines"
HALF = 0.0006  # degrees, half a line
PADDING = 24  # pixels round the whole, as the map keeps them


def told(person: Person, path: str) -> list[dict[str, Any]]:
    """A layer of the map, as the page gets it."""
    features: list[dict[str, Any]] = person.page.request.get(person.origin + path).json()["features"]  # fmt: skip
    return features


def lonely(devices: list[dict[str, Any]], lines: list[dict[str, Any]]) -> dict[str, Any]:
    """The device farthest from all lines."""
    corners = [corner for one in lines for corner in one["geometry"]["coordinates"]]
    return max(devices, key=lambda one: min((math.dist(one["geometry"]["coordinates"], corner) for corner in corners), default=1))  # fmt: skip


def mercator(lon: float, lat: float) -> tuple[float, float]:
    return lon / 360, -math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / math.tau


def on_the_map(person: Person, path: list[list[float]], lines: list[dict[str, Any]]) -> tuple[float, float]:  # fmt: skip
    """A pixel of the page where this line runs and no mark lies on it, while the map shows all lines."""
    corners = [mercator(*corner) for one in lines for corner in one["geometry"]["coordinates"]]
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    north, south = min(y for _, y in corners), max(y for _, y in corners)
    box = person.page.locator(".mapbox").bounding_box()
    assert box
    scale = min((box["width"] - 2 * PADDING) / (east - west), (box["height"] - 2 * PADDING) / (south - north))  # fmt: skip
    for (x0, y0), (x1, y1) in pairwise(mercator(*corner) for corner in path):
        for n in range(1, 20):
            x, y = x0 + (x1 - x0) * n / 20, y0 + (y1 - y0) * n / 20
            at = (
                box["x"] + box["width"] / 2 + (x - (west + east) / 2) * scale,
                box["y"] + box["height"] / 2 + (y - (north + south) / 2) * scale,
            )
            if person.page.evaluate("([x, y]) => document.elementFromPoint(x, y)?.tagName", list(at)) == "CANVAS":  # fmt: skip
                return at
    raise AssertionError("marks lie on all of it")


def takes_in(office: Person, file: Path, *, enter: bool) -> None:
    office.goes(f"{LINES}/file")
    office.page.locator("[name=file]").set_input_files(str(file))
    office.types(office.page.locator("[name=keeper]"), "里坊清源水务有限公司")
    office.types(office.page.locator("[name=source]"), "竣工图 2026-12")
    if enter:
        office.ticks(office.page.locator("[name=enter][value=yes]"))
    office.taps_on("Go")


@pytest.mark.covers("S0-28")
def test_a_keepers_file_is_looked_at_the_line_opens_on_the_map_and_a_device_names_it(
    meet: Meet, tmp_path: Path
) -> None:
    office, code = meet("zh01"), f"JS-{stamp()}"
    office.goes(LINES).looks("list")
    known = told(office, f"{LINES}/shapes")
    device = lonely(told(office, "/desk/devices/points?type=water_meter&type=manhole"), known)
    lon, lat = device["geometry"]["coordinates"]
    path = [[lon - HALF, lat], [lon + HALF, lat]]

    def feature(name: str, **facts: Any) -> dict[str, Any]:
        return {"type": "Feature", "geometry": {"type": "LineString", "coordinates": path}, "properties": {"kind": "给水", "code": name, "diameter": 200, **facts}}  # fmt: skip

    file = tmp_path / "lines.geojson"
    rows = [feature(code), feature(f"{code}-X", kind="滑梯")]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": rows}, ensure_ascii=False), "utf-8")  # fmt: skip

    # Looked at: one is new, one is wrong and says why; nothing is written.
    takes_in(office, file, enter=False)
    office.sees("What the file holds").sees(f"{code}-X").looks("looked-at")
    office.sees("Nothing was written. Choose the file again to enter the new lines.")
    assert len(told(office, f"{LINES}/shapes")) == len(known)
    takes_in(office, file, enter=True)
    office.sees("What the file holds").looks("entered")

    # On the map it stands beside it by name, and opens by a click.
    office.goes(f"{LINES}/map")
    office.page.locator(".maplist li").first.wait_for()
    drawn = told(office, f"{LINES}/shapes")
    assert len(drawn) == len(known) + 1
    url = next(one["properties"]["url"] for one in drawn if code in one["properties"]["name"])
    assert office.page.locator(f".maplist a[href='{url}']").count() == 1
    office.looks("map")
    x, y = on_the_map(office, path, drawn)
    office.page.mouse.click(x, y)
    office.page.wait_for_url(f"**{url}")
    office.page.locator(".mapbuttons").wait_for()
    office.sees("No device is tied to it yet.").looks("line")

    # What stands at it is offered; a person says that it belongs to it.
    office.ticks(office.page.locator(f"[name=devices][value='{device['id']}']"))
    office.sends("Tie them to this line").looks("tied")
    here = office.page.locator(f"aside a[href='{url}'], main a[href='{url}']")
    office.goes(device["properties"]["url"]).looks("device")
    assert code in here.first.inner_text()
    worker = meet("wg01").goes(device["properties"]["url"])
    assert code not in worker.page.content(), "whoever may not see lines reads none"

    # Out of use it leaves the map, and the device is of no line.
    office.goes(url).taps_on("Out of use").sends("Yes, do it")
    assert len(told(office, f"{LINES}/shapes")) == len(known)
    assert here.count() == 0
