"""The site overlays as they are written: they point to entries that exist."""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
BOSTON = ROOT / "sites" / "boston"
SITES = sorted(path.parent for path in (ROOT / "sites").glob("*/site.yaml"))


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def merged(site: Path, owner: str, name: str) -> dict[str, dict[str, Any]]:
    """Own file and overlay, merged by key as the catalogue does."""
    found: dict[str, dict[str, Any]] = {}
    own = ROOT / "lifang" / Path(*owner.split(".")) / "data" / f"{name}.yaml"
    for path in (own, site / "data" / owner / f"{name}.yaml"):
        for entry in read(path) or [] if path.is_file() else []:
            found[entry["key"]] = {**found.get(entry["key"], {}), **entry}
    return found


@pytest.fixture(scope="module")
def mapping() -> dict[str, Any]:
    return read(BOSTON / "import.yaml")


@pytest.fixture(scope="module")
def areas() -> dict[str, dict[str, Any]]:
    return {entry["key"]: entry for entry in read(BOSTON / "data/orgs/divisions.yaml")}


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_a_site_names_itself_and_lies_in_the_impossible_province(site):
    said = read(site / "site.yaml")
    assert said["name"]["zh"]
    assert said["name"]["en"]
    assert said["county"].startswith("99")
    assert len(said["county"]) == 6
    assert said["emergency"]


@pytest.mark.covers("S0-03")
@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_a_sites_matters_have_duty_limits_and_one_lead(site):
    matters = merged(site, "cases", "matters")
    duties = merged(site, "orgs", "duties").values()
    limits = merged(site, "cases", "limits")
    assert len(matters) >= 274
    for key, matter in matters.items():
        leads = [d["unit_kind"] for d in duties if d["role"] == "lead" and key in d["matters"]]
        assert leads == [matter["duty"]], key
        assert matter["limits"] in limits, key


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_every_stop_of_a_site_dials_a_number_the_site_has(site):
    first = {stop["numbers"][0]["number"] for stop in merged(site, "cases", "emergency").values()}
    assert first <= set(read(site / "site.yaml")["emergency"])


def test_boston_maps_only_to_entries_that_exist(mapping):
    assert set(mapping["matters"].values()) <= set(merged(BOSTON, "cases", "matters"))
    assert set(mapping["sources"].values()) <= set(merged(BOSTON, "cases", "sources"))
    outcomes = {rule["outcome"] for rule in mapping["outcomes"]}
    assert outcomes <= set(merged(BOSTON, "cases", "close_outcomes"))
    assert mapping["outcomes"][-1]["contains"] == ""
    units = merged(BOSTON, "orgs", "units")
    assert set(mapping["units"].values()) == set(units)
    assert {unit["kind"] for unit in units.values()} <= set(merged(BOSTON, "orgs", "unit_kinds"))


@pytest.mark.covers("S0-01")
def test_bostons_areas_form_one_tree(areas):
    lengths = {"city": 4, "county": 6, "street": 9, "community": 12, "grid": 15}
    for code, area in areas.items():
        assert len(code) == lengths[area["level"]]
        above = [other for other in areas if other != code and code.startswith(other)]
        assert len(above) == list(lengths).index(area["level"]), code
    assert Counter(area["level"] for area in areas.values()) == {
        "city": 1, "county": 1, "street": 18, "community": 42, "grid": 254,
    }  # fmt: skip


def test_every_precinct_of_boston_has_a_grid_with_a_shape(mapping, areas):
    grids = {code for code, area in areas.items() if area["level"] == "grid"}
    unknown = mapping["place"]["otherwise"]
    assert set(mapping["place"]["precincts"].values()) == grids - {unknown}
    for precinct, code in mapping["place"]["precincts"].items():
        assert int(precinct) == int(code[9:12]) * 100 + int(code[12:])
    shapes = json.loads((BOSTON / "areas.geojson").read_text("utf-8"))["features"]
    assert {shape["properties"]["code"] for shape in shapes} == grids - {unknown}
    west, south, east, north = read(BOSTON / "site.yaml")["bbox"]
    for shape in shapes:
        assert shape["geometry"]["type"] in {"Polygon", "MultiPolygon"}
        for lon, lat in corners(shape["geometry"]["coordinates"]):
            assert west <= lon <= east
            assert south <= lat <= north


def corners(part: Any) -> Any:
    if isinstance(part[0], float):
        yield part
    else:
        for inner in part:
            yield from corners(inner)


def test_bostons_neighbourhoods_are_streets(mapping, areas):
    for name, code in mapping["place"]["neighborhoods"].items():
        assert areas[code]["level"] == "street", name


def test_bostons_holidays_fall_on_weekdays():
    days = [date.fromisoformat(day["key"]) for day in read(BOSTON / "data/core.calendar/days.yaml")]
    assert len(days) == len(set(days)) == 13
    assert [day for day in days if day.weekday() > 4] == []
