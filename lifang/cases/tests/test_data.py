"""The catalogue files as they are written, read without any code of ours."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

CASES = Path(__file__).parents[1] / "data"
REGISTRY = Path(__file__).parents[2] / "registry" / "data"
ORGS = Path(__file__).parents[2] / "orgs" / "data"
CASE_FILES = (
    "appraisal", "close_outcomes", "delay_reasons", "emergency", "limits", "majors",
    "matters", "refuse_reasons", "return_reasons", "sources", "suspend_reasons", "synonyms",
)  # fmt: skip
ORG_FILES = ("duties", "grid_kinds", "posts", "unit_kinds")
FILES = (
    [CASES / f"{name}.yaml" for name in CASE_FILES]
    + [ORGS / f"{name}.yaml" for name in ORG_FILES]
    + [REGISTRY / "components.yaml"]
)
STAGES = ["accept", "dispatch", "sign", "handle", "check", "callback"]
UNITS = {"work_hour", "work_day", "calendar_hour", "calendar_day"}
MATTER_FIELDS = {
    "key", "kind", "name", "major", "level", "icon", "words", "public", "photo", "confused",
    "duty", "limits", "source", "confirmed", "local",
}  # fmt: skip


def read(path: Path) -> list[dict[str, Any]]:
    return yaml.safe_load(path.read_text("utf-8"))


def keys(path: Path) -> list[str]:
    return [entry["key"] for entry in read(path)]


def texts(value: Any) -> Iterator[dict[str, str]]:
    """Every {zh, en} below a value."""
    if isinstance(value, dict):
        if set(value) == {"zh", "en"}:
            yield value
        else:
            for part in value.values():
                yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


def chinese(text: str) -> bool:
    return any("\u3400" <= letter <= "\u9fff" for letter in text)


@pytest.fixture(scope="module")
def matters() -> list[dict[str, Any]]:
    return read(CASES / "matters.yaml")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_entry_has_its_own_key(path):
    assert [key for key, times in Counter(keys(path)).items() if times > 1] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_text_is_in_both_languages(path):
    found = list(texts(read(path)))
    assert bool(found) == (path.stem != "synonyms")
    assert [text for text in found if not chinese(text["zh"]) or not text["en"].strip()] == []
    assert [text for text in found if chinese(text["en"])] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_name_is_given_twice(path):
    names = [entry["name"] for entry in read(path) if "name" in entry]
    for language in ("zh", "en"):
        many = Counter(name[language].lower() for name in names)
        assert [name for name, times in many.items() if times > 1] == []


@pytest.mark.covers("S3-14")
def test_the_component_list_is_the_complete_one_of_2026():
    entries = read(REGISTRY / "components.yaml")
    assert Counter(entry["major"] for entry in entries) == {
        "01": 76, "02": 44, "03": 16, "04": 14, "05": 3,
    }  # fmt: skip
    assert "01016" not in keys(REGISTRY / "components.yaml")
    assert {entry["kind"] for entry in entries} == {"component"}


def test_the_matter_list_is_the_complete_one_of_2026(matters):
    standard = [entry for entry in matters if not entry["local"]]
    assert len(standard) == 250
    assert Counter(entry["major"] for entry in standard) == {
        "01": 76, "02": 44, "03": 16, "04": 14, "05": 3, "06": 51, "07": 7, "08": 16, "09": 21, "10": 2,
    }  # fmt: skip
    assert not {"06031", "07005", "09007"} & {entry["key"] for entry in matters}


def test_every_component_has_its_matter_of_the_same_code(matters):
    by_key = {entry["key"]: entry for entry in matters}
    for component in read(REGISTRY / "components.yaml"):
        matter = by_key[component["key"]]
        assert matter["name"]["zh"] == component["name"]["zh"] + "异常"
        assert matter["duty"] == component["duty"]


def test_every_code_has_five_digits_and_begins_with_its_major(matters):
    majors = keys(CASES / "majors.yaml")
    assert majors == [f"{number:02}" for number in range(1, 11)]
    for entry in matters + read(REGISTRY / "components.yaml"):
        assert entry["key"].isdigit()
        assert len(entry["key"]) == 5
        assert entry["key"][:2] == entry["major"]
        assert entry["major"] in majors


def test_local_matters_are_flagged_and_counted_down_from_999(matters):
    local = [entry for entry in matters if entry["local"]]
    for major in {entry["major"] for entry in local}:
        minors = [int(entry["key"][2:]) for entry in local if entry["major"] == major]
        assert minors == list(range(999, 999 - len(minors), -1))
        standard = [int(e["key"][2:]) for e in matters if e["major"] == major and not e["local"]]
        assert min(minors) > max(standard)
    assert {entry["source"] for entry in local} == {"local"}
    assert {entry["source"] for entry in matters} == {"local", "GB/T 47678.5-2026"}


def test_nothing_read_in_a_copy_calls_itself_confirmed(matters):
    assert [entry["key"] for entry in matters if entry["confirmed"]] == []


def test_matters_have_the_agreed_fields_and_values(matters):
    for entry in matters:
        assert set(entry) - {"hint"} == MATTER_FIELDS, entry["key"]
        assert entry["kind"] == "matter"
        assert entry["level"] in {"ordinary", "urgent", "life"}
        assert entry["photo"] in {"report", "after", "both", "none"}
        assert all(type(entry[flag]) is bool for flag in ("public", "confirmed", "local"))


def test_every_matter_has_a_duty_and_limits_that_exist(matters):
    kinds, limits = set(keys(ORGS / "unit_kinds.yaml")), set(keys(CASES / "limits.yaml"))
    for entry in matters:
        assert entry["duty"] in kinds, entry["key"]
        assert entry["limits"] in limits, entry["key"]
    assert limits == {entry["limits"] for entry in matters}


def test_residents_words_point_to_one_matter(matters):
    owners = Counter(word.lower() for entry in matters for word in entry["words"])
    assert [word for word, times in owners.items() if times > 1] == []
    for entry in matters:
        behaves = entry["major"] >= "06"
        assert (3 if behaves or entry["public"] else 1) <= len(entry["words"]) <= 8, entry["key"]
        assert any(chinese(word) for word in entry["words"])
        assert any(not chinese(word) for word in entry["words"]) or behaves, entry["key"]


def test_confusion_is_mutual_and_comes_with_hints(matters):
    by_key = {entry["key"]: entry for entry in matters}
    for entry in matters:
        for other in entry["confused"]:
            assert entry["key"] in by_key[other]["confused"]
        assert bool(entry["confused"]) == ("hint" in entry), entry["key"]
        assert entry["key"] not in entry["confused"]
    for first, second in [
        ("06010", "06011"), ("06010", "06042"), ("06011", "06042"), ("06017", "06045"),
        ("06036", "08006"), ("09005", "09006"), ("07001", "07003"),
    ]:  # fmt: skip
        assert second in by_key[first]["confused"]


def test_every_danger_to_life_stops_with_a_number(matters):
    stops = read(CASES / "emergency.yaml")
    life = {entry["key"] for entry in matters if entry["level"] == "life"}
    assert Counter(key for stop in stops for key in stop["matters"]) == dict.fromkeys(life, 1)
    for stop in stops:
        assert stop["numbers"]
        assert stop["numbers"][0]["number"] in {"110", "119", "120"}
        assert stop["steps"]


def test_no_harmless_report_says_a_word_that_stops_the_form(matters):
    stopping = {word for stop in read(CASES / "emergency.yaml") for word in stop["words"]}
    stopping |= {word for entry in matters if entry["level"] == "life" for word in entry["words"]}
    for entry in (entry for entry in matters if entry["level"] != "life"):
        said = [word.lower() for word in [*entry["words"], *entry["name"].values()]]
        assert [stop for stop in stopping if any(stop.lower() in word for word in said)] == []


def test_every_set_of_limits_covers_every_stage():
    for entry in read(CASES / "limits.yaml"):
        assert list(entry["stages"]) == STAGES
        for season in entry["seasons"]:
            assert set(season) == {"from", "to", "stages"}
            assert set(season["stages"]) <= set(STAGES)
        every = [entry["stages"], *(season["stages"] for season in entry["seasons"])]
        for limit in (limit for stages in every for limit in stages.values()):
            assert limit["amount"] > 0
            assert limit["unit"] in UNITS
            assert not limit["unit"].endswith("_day") or limit["amount"] == int(limit["amount"])


def test_every_matter_has_one_lead_in_the_duties_matrix(matters):
    duties = read(ORGS / "duties.yaml")
    kinds = set(keys(ORGS / "unit_kinds.yaml"))
    known = {entry["key"] for entry in matters} | set(keys(CASES / "majors.yaml"))
    assert {duty["role"] for duty in duties} == {"lead", "assist"}
    assert {key for duty in duties for key in duty["matters"]} <= known
    assert {duty["unit_kind"] for duty in duties} <= kinds
    for entry in matters:
        exact = [d for d in duties if d["role"] == "lead" and entry["key"] in d["matters"]]
        assert [duty["unit_kind"] for duty in exact] == [entry["duty"]], entry["key"]
        assists = [d for d in duties if d["role"] == "assist" and entry["key"] in d["matters"]]
        assert entry["duty"] not in {duty["unit_kind"] for duty in assists}, entry["key"]
    for major in keys(CASES / "majors.yaml"):
        assert len([d for d in duties if d["role"] == "lead" and major in d["matters"]]) == 1


def test_the_posts_are_the_agreed_ones():
    posts = read(ORGS / "posts.yaml")
    assert [post["key"] for post in posts] == [
        "grid_worker", "grid_leader", "community_worker", "community_secretary",
        "street_dispatcher", "street_leader", "department_handler", "department_leader",
        "property_handler", "property_manager", "county_dispatcher", "county_leader",
        "city_leader", "hotline_agent", "checker", "system_admin", "security_admin", "audit_admin",
    ]  # fmt: skip
    for post in posts:
        assert set(post) == {"key", "name", "sees", "level", "staff"}
        assert post["sees"] in {"area", "unit", "self"}
        assert set(post["level"]) <= {"grid", "community", "street", "county", "city", "unit"}
        assert post["staff"] is True


def test_a_rate_shows_what_it_divides():
    rates = {entry["key"]: entry for entry in read(CASES / "appraisal.yaml")}
    assert len(rates) == 24
    assert [key for key, rate in rates.items() if rate["confirmed"]] == [
        "closing_rate",
        "on_time_closing_rate",
    ]
    for rate in rates.values():
        assert set(rate["numerator"]) == set(rate["denominator"]) == {"measure", "name"}
        assert rate["numerator"]["measure"] != rate["denominator"]["measure"]
        assert rate["better"] in {"high", "low"}
        assert set(rate["views"]) <= {"area", "unit", "matter", "source", "period"}
