"""OGC API Features over the wire: the public layers, their pages, filters and refusals."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from lifang.cases.tests.make import HOUR, accepted, make_case
from lifang.cases.tests.test_public import LAT, LON
from lifang.core.testing import places
from lifang.core.testing.hostile import sample
from lifang.orgs.tests.make import make_county
from lifang.registry.tests.make import make_place

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S3-01")]
NOW = datetime.now(UTC)  # noqa: TID251 -- the layers under test read the real clock
LAYERS = ("streets", "communities", "grids", "places", "facilities", "cases")


@pytest.fixture
def client():
    make_county()
    return Client()


def fresh(**facts):
    return accepted(at=NOW - 3 * HOUR, **{"lon": LON, "lat": LAT, **facts})


def get(client, path="", status=200, **query):
    response = client.get(f"/ogc{path}", query)
    assert response.status_code == status, response.content
    return json.loads(response.content)


def items(client, layer, status=200, **query):
    return get(client, f"/collections/{layer}/items", status, **query)


def test_from_the_landing_page_every_link_leads_somewhere(client):
    fresh(), make_place()
    seen, waiting = set(), ["/ogc/"]
    while waiting:
        path = waiting.pop()
        response = client.get(path)
        assert response.status_code == 200, path
        seen.add(path)
        if "json" not in response["Content-Type"]:
            continue
        found = json.loads(response.content)
        rows = [found, *found.get("collections", ())]
        links = [link["href"] for row in rows for link in row.get("links", ())]
        assert all(href.startswith("http") for href in links)
        waiting += {f"/{href.split('/', 3)[3]}" for href in links} - seen - set(waiting)
    assert {f"/ogc/collections/{layer}/items" for layer in LAYERS} < seen


def test_it_conforms_to_core_geojson_and_openapi(client):
    said = {uri.rpartition("/")[2] for uri in get(client, "/conformance")["conformsTo"]}
    assert said == {"core", "crs", "geojson", "oas30"}
    document = get(client, "/api")
    assert document["openapi"].startswith("3.0")
    assert {f"/collections/{layer}/items" for layer in LAYERS} <= document["paths"].keys()
    rows = get(client, "/collections")["collections"]
    assert [row["id"] for row in rows] == list(LAYERS)
    west, south, east, north = rows[0]["extent"]["spatial"]["bbox"][0]
    assert west < LON < east
    assert south < LAT < north


def test_pages_together_are_the_whole_without_repeats(client):
    for _ in range(7):
        fresh()
    whole = items(client, "cases")
    assert (whole["numberMatched"], whole["numberReturned"]) == (7, 7)
    seen, query = [], {"limit": "3"}
    while True:
        page = items(client, "cases", **query)
        seen += [one["id"] for one in page["features"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not following:
            break
        query = dict(part.split("=") for part in following[0].partition("?")[2].split("&"))
    assert seen == [one["id"] for one in whole["features"]]
    assert len(set(seen)) == 7


def test_box_time_and_properties_narrow_a_layer(client):
    old = accepted(at=NOW - timedelta(days=30), lon=LON, lat=LAT)
    far = fresh(lon=LON + 0.01, lat=LAT, matter="06028")

    def numbers(**query):
        return {one["properties"]["number"] for one in items(client, "cases", **query)["features"]}

    assert numbers() == {old.number, far.number}
    assert numbers(bbox=f"{LON - 0.001},{LAT - 0.001},{LON + 0.001},{LAT + 0.001}") == {old.number}
    assert numbers(bbox=f"{LON - 0.001},{LAT - 0.001},0,{LON + 0.001},{LAT + 0.001},9") == {
        old.number
    }
    assert numbers(bbox="-180,-90,180,90") == numbers()
    assert numbers(bbox="170,-90,-170,90") == set()
    week = (NOW - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert numbers(datetime=f"{week}/..") == {far.number}
    assert numbers(datetime=f"../{week}") == {old.number}
    assert numbers(datetime=f"{old.opened_at:%Y-%m-%d}") == {old.number}
    assert numbers(matter="06028") == {far.number}
    assert numbers(reports="1", number=old.number) == {old.number}
    grids = items(
        client, "grids", bbox=f"{LON - 0.0001},{LAT - 0.0001},{LON + 0.0001},{LAT + 0.0001}"
    )
    assert [one["id"] for one in grids["features"]] == [places.GRID]
    assert grids["features"][0]["geometry"]["type"] in ("Polygon", "MultiPolygon")


def test_what_is_not_public_is_in_no_layer(client):
    waiting = make_case(at=NOW, lon=LON, lat=LAT)
    known = make_place(name="和平小区")
    house = make_place(kind="building", name="三号楼", parent=known)
    stair = make_place(kind="stair", name="一单元", parent=house)
    home = make_place(kind="dwelling", name="六〇二室", parent=stair)
    for layer in LAYERS:
        said = json.dumps(items(client, layer, limit="1000"), ensure_ascii=False)
        assert waiting.number not in said
        assert "六〇二室" not in said
    get(client, f"/collections/cases/items/{waiting.pk}", 404)
    get(client, f"/collections/places/items/{home.pk}", 404)
    one = get(client, f"/collections/places/items/{known.pk}")
    assert one["properties"]["name"] == "和平小区"


@pytest.mark.parametrize(("path", "query", "status"), [
    ("/collections/nothing", {}, 404), ("/collections/nothing/items", {}, 404),
    ("/collections/cases/items/x", {}, 404), ("/collections/cases/items/00000000-0000-7000-8000-000000000000", {}, 404),
    ("/collections/cases/items", {"unknown": "1"}, 400), ("/collections", {"unknown": "1"}, 400), ("", {"x": "1"}, 400),
    ("/collections/cases/items", {"limit": "0"}, 400), ("/collections/cases/items", {"limit": "x"}, 400),
    ("/collections/cases/items", {"bbox": "1,2,3"}, 400), ("/collections/cases/items", {"bbox": "a,b,c,d"}, 400),
    ("/collections/cases/items", {"bbox": "1,nan,3,4"}, 400), ("/collections/cases/items", {"bbox": "1,9,3,4"}, 400),
    ("/collections/cases/items", {"datetime": "soon"}, 400), ("/collections/cases/items", {"datetime": "2026-02-01/2026-01-01"}, 400),
    ("/collections/cases/items", {"datetime": "../.."}, 400), ("/collections/cases/items", {"after": "x"}, 400),
    ("/collections/cases/items", {"f": "gml"}, 400), ("/collections/cases/items", {"reports": "x"}, 400),
    ("/collections/cases/items", {"number": "\x00"}, 400), ("/collections/cases/items", {"bbox-crs": "EPSG:3857"}, 400),
])  # fmt: skip
def test_what_is_wrong_is_400_and_what_is_not_there_404(client, path, query, status):
    fresh()
    assert get(client, path, status, **query)["message"]


@pytest.mark.parametrize("layer", ["cases", "grids"])
def test_a_layer_costs_the_same_for_one_and_thirty(client, grows, layer):
    grows(fresh, lambda: client.get(f"/ogc/collections/{layer}/items"))


def test_hostile_words_break_no_layer(client):
    fresh()
    names = (
        "bbox",
        "datetime",
        "limit",
        "after",
        "matter",
        "number",
        "area",
        "f",
        "reports",
        "locale",
    )
    for number, (_, text) in enumerate(sample(200, "ogc")):
        for layer in ("cases", "communities"):
            response = client.get(
                f"/ogc/collections/{layer}/items", {names[number % len(names)]: text}
            )
            assert response.status_code < 500


def test_asking_with_boxes_finds_no_more_of_a_point_than_is_shown(client):
    """A case is found by the point that everybody gets, to the last digit, and by no finer one."""
    case = fresh(lon=LON + 0.000_031, lat=LAT - 0.000_027)
    (found,) = items(client, "cases")["features"]
    lon, lat = found["geometry"]["coordinates"]
    assert (lon, lat) == (round(case.lon, 4), round(case.lat, 4))
    tiny = 1e-7
    around = f"{lon - tiny},{lat - tiny},{lon + tiny},{lat + tiny}"
    assert len(items(client, "cases", bbox=around)["features"]) == 1
    exact = f"{case.lon - tiny},{case.lat - tiny},{case.lon + tiny},{case.lat + tiny}"
    assert items(client, "cases", bbox=exact)["features"] == []
    for x in range(-6, 7):  # any box between two shown points is empty, wherever the exact one lies
        west = lon + x * 1e-5
        wanted = 1 if west - tiny <= lon <= west + tiny else 0
        box = f"{west - tiny},{lat - tiny},{west + tiny},{lat + tiny}"
        assert len(items(client, "cases", bbox=box)["features"]) == wanted, x


def test_the_only_reference_system_is_named_and_another_refused(client):
    fresh()
    named = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    page = client.get("/ogc/collections/cases/items", {"crs": named})
    assert page["Content-Crs"] == f"<{named}>"
    items(client, "cases", status=400, crs="http://www.opengis.net/def/crs/EPSG/0/3857")
    items(client, "cases", status=400, **{"bbox-crs": "EPSG:3857"})
