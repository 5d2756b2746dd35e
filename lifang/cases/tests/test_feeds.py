"""Feeds of public cases: what readers get, what they do not, and what nonsense is answered with."""

import json
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client

from lifang.cases.catalogue import MATTERS
from lifang.cases.tests.make import HOUR, accepted, closed, make_case, make_unit
from lifang.cases.tests.test_public import LAT, LON
from lifang.core.api.open.feeds import Feed, Item, atom, ics, rss
from lifang.core.testing import places
from lifang.core.testing.hostile import sample
from lifang.orgs.tests.make import make_county

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S0-05")]
NOW = datetime.now(UTC)  # noqa: TID251 -- the feeds under test read the real clock
SHAPES = {
    "rss": "application/rss+xml", "atom": "application/atom+xml",
    "ics": "text/calendar", "geojson": "application/geo+json",
}  # fmt: skip


@pytest.fixture
def client():
    make_county()
    return Client()


def fresh(**facts):
    return accepted(at=NOW - 3 * HOUR, **facts)


def feed(client, shape, **query):
    return client.get(f"/feeds/cases.{shape}", query)


@pytest.mark.parametrize(("shape", "kind"), SHAPES.items())
def test_each_kind_tells_public_cases_and_no_person(client, shape, kind):
    case = fresh(lon=LON, lat=LAT, name="王小明", phone="10000000001", text="私房话")
    waiting = make_case(at=NOW)
    response = feed(client, shape, locale="zh")
    assert response["Content-Type"].startswith(kind)
    assert response["Access-Control-Allow-Origin"] == "*"
    said = response.content.decode().replace("\r\n ", "")
    assert case.number in said
    assert MATTERS["06010"].name.zh in said
    for secret in ("王小明", "10000000001", "私房话", waiting.number):
        assert secret not in said


def test_points_are_rounded_and_in_the_order_of_each_standard(client):
    fresh(lon=LON + 0.00001234, lat=LAT)
    lon, lat = round(LON, 4), round(LAT, 4)
    (one,) = json.loads(feed(client, "geojson").content)["features"]
    assert one["geometry"]["coordinates"] == [lon, lat]
    for shape in ("rss", "atom"):
        found = ElementTree.fromstring(feed(client, shape).content)
        (point,) = found.iter("{http://www.georss.org/georss}point")
        assert point.text == f"{lat} {lon}"
    assert f"GEO:{lat};{lon}" in feed(client, "ics").content.decode()


def numbers(response):
    assert response.status_code == 200, response.content
    return [one["properties"]["number"] for one in json.loads(response.content)["features"]]


def test_a_feed_of_an_area_a_matter_a_state(client):
    done = closed(at=NOW - timedelta(days=2), unit=make_unit())
    here, there = fresh(), fresh(area=places.FAR_GRID, matter="06028")
    assert numbers(feed(client, "geojson")) == [there.number, here.number, done.number]
    assert numbers(feed(client, "geojson", area=places.NEXT_STREET)) == [there.number]
    assert numbers(feed(client, "geojson", matter="06028")) == [there.number]
    assert numbers(feed(client, "geojson", matter="06")) == [there.number, here.number]
    assert numbers(feed(client, "geojson", state="closed")) == [done.number]
    assert numbers(feed(client, "geojson", state="open", limit="1")) == [there.number]
    assert done.number not in feed(client, "ics").content.decode()


@pytest.mark.parametrize("shape", SHAPES)
def test_what_has_not_changed_is_not_sent_again(client, shape):
    fresh()
    first = feed(client, shape)
    for header, name in (("if-none-match", "ETag"), ("if-modified-since", "Last-Modified")):
        again = client.get(f"/feeds/cases.{shape}", headers={header: first[name]})
        assert (again.status_code, again.content) == (304, b"")
    fresh()
    changed = client.get(f"/feeds/cases.{shape}", headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200


@pytest.mark.parametrize("shape", SHAPES)
def test_a_feed_costs_the_same_for_one_and_thirty(client, grows, shape):
    grows(fresh, lambda: feed(client, shape))


@pytest.mark.parametrize("query", [
    {"area": "99"}, {"area": "９９０１０１"}, {"area": "990101'--"}, {"matter": "nothing"}, {"state": "late"},
    {"limit": "0"}, {"limit": "1001"}, {"limit": "１"}, {"limit": "-1"}, {"area": "\x00"},
    {"matter": next(one.key for one in MATTERS if not one.public)},
])  # fmt: skip
def test_nonsense_is_told_in_a_sentence(client, query):
    response = feed(client, "geojson", **query)
    assert response.status_code in (400, 422)
    assert json.loads(response.content)["message"]


def test_an_area_that_is_not_there_is_not_found(client):
    assert feed(client, "rss", area="999999").status_code == 404


def test_hostile_words_break_no_feed(client):
    fresh()
    names = ("area", "matter", "state", "limit", "locale", "lang")
    for number, (_, text) in enumerate(sample(150, "feeds")):
        for shape in SHAPES:
            assert feed(client, shape, **{names[number % len(names)]: text}).status_code < 500


def test_hostile_words_inside_an_item_leave_every_document_whole():
    at = NOW
    for _, text in sample(200, "inside"):
        item = Item("urn:uuid:1", text, text, "http://x/1", at, at, text, text, (1.0, 2.0), at)
        made = Feed(text, text, "http://x/", "http://x/feed", "zh-CN", [item])
        ElementTree.fromstring(rss(made))
        ElementTree.fromstring(atom(made))
        lines = ics(made).decode().split("\r\n")
        assert all(len(line.encode()) <= 75 for line in lines)
        assert [line for line in lines if line.startswith("BEGIN:")] == [
            "BEGIN:VCALENDAR",
            "BEGIN:VEVENT",
        ]
        assert all(line[:1] == " " or ":" in line for line in lines if line)


def test_pages_name_their_feeds(client):
    said = client.get("/cases", {"area": places.COMMUNITY}).content.decode()
    assert f'href="/feeds/cases.atom?area={places.COMMUNITY}' in said
    page = client.get("/open", {"area": places.COMMUNITY, "matter": "06010"}).content.decode()
    for shape in SHAPES:
        assert f"/feeds/cases.{shape}?area={places.COMMUNITY}&amp;matter=06010" in page
