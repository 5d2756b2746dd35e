"""Codes of earlier lists of matters: each leads to one of 2026, to several, or to none and says why."""

import csv
import gzip
import io
from collections import Counter
from pathlib import Path

import msgspec
import pytest
import yaml

from lifang.cases import selectors
from lifang.cases.catalogue import EDITIONS, MATTERS, NO_SUCCESSOR, OLD_MATTERS
from lifang.cases.management.commands.import_cases import Tally
from lifang.cases.management.mapping import Old
from lifang.cases.management.records import Reader, read_mapping
from lifang.cases.models import Case
from lifang.cases.selectors.editions import _led
from lifang.cases.tests.make import MONDAY, make_unit
from lifang.core.access import SYSTEM, Refused
from lifang.core.access.wall import behind
from lifang.core.catalogue.lines import Mistake
from lifang.core.testing import cast, hostile

pytestmark = pytest.mark.covers("S3-14")
DATA = Path(__file__).parents[1] / "data"
# The list of 2013 as it was read, two digits and two: how many minors each major has, and whether 99 (everything else) is among them.
READ = {"01": (18, True), "02": (5, False), "03": (5, True), "04": (9, True), "05": (13, True)}


def converted(code, edition="2013"):
    return selectors.converted(SYSTEM, code, edition)


def led(code, edition="2013"):
    return [matter.key for matter in converted(code, edition).matters]


# -- the facts ---------------------------------------------------------------------------------------


def test_every_code_of_2013_is_listed_and_leads_somewhere_or_says_why_not():
    written = [entry["key"] for entry in yaml.safe_load((DATA / "matters_2013.yaml").read_text())]
    wanted = [
        f"{major}{minor:02}"
        for major, (count, rest) in READ.items()
        for minor in [*range(1, count + 1), *([99] if rest else [])]
    ]
    assert written == wanted
    found = [converted(code) for code in written]
    counted = Counter(one.outcome for one in found)
    print(f"2013: {len(found)} codes, {dict(counted)}, how {dict(Counter(o.how for o in found))}")  # noqa: T201 -- the count is the proof
    assert counted == {"one": 43, "several": 5, "none": 6}
    assert len(found) == 54
    for one in found:
        assert len(one.matters) == {"one": 1, "none": 0}.get(one.outcome, len(one.matters))
        assert one.outcome != "several" or len(one.matters) > 1
        assert bool(one.why) == (one.outcome == "none")


def test_the_rule_of_2021_leads_to_every_behaviour_matter_and_its_known_pairs_agree():
    found = selectors.old_matters(SYSTEM, "2021")
    print(f"2021: {len(found)} codes by the rule, {len(OLD_MATTERS['2021'])} known pairs agree")  # noqa: T201 -- the same
    assert Counter(one.outcome for one in found) == {"one": 95}
    national = [m.key for m in MATTERS if m.major in ("06", "07", "08", "09") and not m.local]
    assert sorted(one.matters[0].key for one in found) == sorted(national)
    for pair in OLD_MATTERS["2021"]:
        assert _led(EDITIONS["2021"], pair.key) == pair.to
    assert [led(code, "2021") for code in ("0136", "0311", "0405")] == [["06036"], ["08011"], ["09005"]]  # fmt: skip


@pytest.mark.parametrize("edition", ["2013", "2021"])
def test_the_lists_point_to_what_there_is_and_nothing_unsure_is_called_confirmed(edition):
    for old in OLD_MATTERS[edition]:
        assert old.source == EDITIONS[edition].standard
        assert not old.confirmed
        for key in filter(None, [old.to, *old.candidates]):
            assert key in MATTERS, old.key
        assert not old.why or old.why in NO_SUCCESSOR


def test_where_the_name_is_the_same_it_leads_to_that_very_matter():
    by_name = {"".join(c for c in m.name.zh if c.isalnum()): m.key for m in MATTERS if not m.local}
    for old in OLD_MATTERS["2013"]:
        name = "".join(c for c in old.name.zh if c.isalnum())
        if name in by_name:
            assert (converted(old.key).how, old.to) == ("name", by_name[name])
        else:
            assert converted(old.key).how != "name"


def test_an_entry_that_says_nothing_stops_the_start(tmp_path, settings):
    shape = OLD_MATTERS["2013"].shape
    for wrong in ({}, {"candidates": ["06001"]}):
        entry = {"key": "0101", "source": "x", "confirmed": False, **wrong}
        with pytest.raises(Mistake, match="candidates"):
            OLD_MATTERS["2013"]._convert(tmp_path, 1, entry)
    assert shape(key="1", to="06001", source="x", confirmed=False).candidates == []


# -- the question ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    ["0504", "05-04", "05 04", " 0504 ", "504", "504.0", "０５０４", "05.04", "05/04", "05—04"],
)
def test_a_code_is_read_as_people_write_it(written):
    one = converted(written)
    assert (one.code, one.asked, one.name.zh) == ("0504", written, "店外经营")
    assert (led(written), one.how) == (["09005"], "name")


@pytest.mark.parametrize(
    ("code", "edition", "why"),
    [
        ("0199", "2013", "remainder"), ("0409", "2013", "gone"), ("2105", "2013", "own"), ("0119", "2013", "unknown"),
        ("0131", "2021", "empty_place"), ("0501", "2021", "outside_rule"), ("0199", "2021", "empty_place"),
        ("", "2013", "unreadable"), ("12345", "2013", "unreadable"), ("1", "2021", "unreadable"),
        ("١٢٣٤", "2013", "unreadable"),
    ],
)  # fmt: skip
def test_none_is_said_with_its_reason(code, edition, why):
    one = converted(code, edition)
    assert (one.outcome, one.why, one.matters, one.confirmed) == ("none", why, (), False)
    assert one.reason == NO_SUCCESSOR[why].name


def test_several_are_candidates_and_a_code_of_2026_stays_itself():
    assert led("0202") == ["07003", "07006", "07007"]
    assert (converted("0202").outcome, converted("0202").why) == ("several", "")
    assert (led("06010"), converted("06010").how) == (["06010"], "current")
    assert (led("0401"), converted("0401").how) == (["10985"], "local")


def test_an_edition_nobody_knows_is_not_found():
    for edition in ("2005", "", "x" * 99):
        with pytest.raises(Refused):
            converted("0101", edition)


@pytest.mark.parametrize("edition", ["2013", "2021"])
def test_any_text_has_an_answer(edition):
    outcomes = Counter(converted(one.text, edition).outcome for one in hostile.texts())
    assert outcomes.keys() <= {"one", "several", "none"}


# -- the interface -----------------------------------------------------------------------------------

CASES = "/api/v1/cases/conversions"


@pytest.mark.django_db
def test_a_program_asks_for_some_or_for_all(client):
    some = client.get(f"{CASES}?edition=2013&code=0504&code=0202&code=0199").json()
    assert [one["outcome"] for one in some] == ["one", "several", "none"]
    assert some[0]["matters"] == [
        {
            "key": "09005",
            "name": {"zh": "店外经营", "en": "Trading outside the shop door"},
            "local": False,
        }
    ]
    assert (some[2]["why"], some[2]["reason"]["en"][:6]) == ("remainder", "A code")
    assert len(client.get(f"{CASES}?edition=2013").json()) == 54
    assert len(client.get(f"{CASES}?edition=2021").json()) == 95
    many = client.post(CASES, {"edition": "2021", "codes": ["0405"] * 5000}, "application/json")
    assert {one["matters"][0]["key"] for one in many.json()} == {"09005"}
    assert len(many.json()) == 5000


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        {"edition": "2005", "codes": ["0101"]}, {"edition": "2013", "codes": []}, {"edition": "2013"},
        {"edition": "2013", "codes": ["0101"] * 5001}, {"edition": "2013", "codes": "0101"},
        {"edition": "2013", "codes": ["x" * 31]}, {"edition": "2013", "codes": [1]},
        {"edition": "2013", "codes": ["0101"], "keep": True},
    ],
    ids=lambda body: str(body)[:40],
)  # fmt: skip
def test_a_wrong_question_is_told_what_is_wrong(client, body):
    answer = client.post(CASES, body, "application/json")
    assert (answer.status_code, answer.json()["reason"]) == (422, "bad_input")


@pytest.mark.django_db
def test_a_question_in_the_address_is_checked_too(client):
    assert client.get(f"{CASES}?edition=1999").status_code == 422
    assert client.get(CASES).status_code == 422
    assert client.get(f"{CASES}?edition=2013" + "&code=0101" * 201).status_code == 422
    for one in hostile.sample(40, 7):
        assert client.get(CASES, {"edition": "2013", "code": one.text}).status_code in (
            200,
            400,
            422,
        )


# -- the pages ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_list_shows_old_and_new_and_finds_both(grid_worker):
    page = grid_worker.get("cases:conversions").text
    assert "149" in page
    assert "尚未与正式文本核对" in page
    for words in ("黑车拉客", "0509", "2026 年版没有对应的事项"):
        assert words in grid_worker.get("cases:conversions", query={"q": "0509"}).text
    for asked in ("09005", "店外经营", "Trading outside"):
        found = grid_worker.get("cases:conversions", query={"q": asked, "edition": "2013"}).text
        assert "0504" in found
        assert "0101" not in found
    none = grid_worker.get("cases:conversions", query={"outcome": "none", "export": "csv"})
    lines = b"".join(none.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 7
    assert sum("其他" in line for line in lines) >= 4


@pytest.mark.django_db
def test_many_codes_become_a_table_and_a_csv_line_for_line(grid_worker):
    pasted = "0504\n0504，02-02；0199 =1+1\n"
    page = grid_worker.post("cases:conversion", data={"edition": "2013", "codes": pasted})
    for words in ("店外经营", "× 2", "07006", "违规牌匾标识", "5 个编码"):
        assert words in page.text
    told = grid_worker.post(
        "cases:conversion", data={"edition": "2013", "codes": pasted, "csv": "1"}
    )
    rows = list(csv.reader(io.StringIO(b"".join(told.streaming_content).decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["0504", "0504", "02-02", "0199", "'=1+1"]
    assert [row[4] for row in rows[1:]] == ["09005", "09005", "07003, 07006, 07007", "", ""]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"codes": ""}, {"codes": "  ,; "}, {"edition": "2005"}, {"edition": ""}, {"codes": "0101 " * 5001},
        {"codes": "0" * 100_001},
    ],
    ids=lambda wrong: str(wrong)[:30],
)  # fmt: skip
def test_a_wrong_form_says_what_is_wrong(grid_worker, wrong):
    answer = grid_worker.post(
        "cases:conversion", data={"edition": "2013", "codes": "0101", "csv": "1", **wrong}
    )
    assert answer.status_code == 422
    assert "error" in answer.text


@pytest.mark.django_db
def test_whatever_is_pasted_has_an_answer(grid_worker):
    for one in hostile.sample(60, 3):
        answer = grid_worker.post("cases:conversion", data={"edition": "2021", "codes": one.text})
        assert answer.status_code in (200, 400, 422)


# -- the import --------------------------------------------------------------------------------------

MAPPING = """
file: {times: {format: iso, zone: Asia/Shanghai}}
columns: {number: 编号, opened_at: 上报时间, closed_at: 结案时间, state: 状态, matter: 小类代码, kind: 类别, unit: 部门, source: 来源}
matters: {"0203": "07006"}
units: {城管: environment}
sources: {采集: grid_patrol}
states: {已结案: closed, 办理中: open}
outcomes: [{contains: "", outcome: solved}]
on_time: {}
flags_as_of: "2020-01-13T00:00:00+08:00"
place: {order: [], otherwise: "990101"}
refuse: [{when: due_missing, reason: {zh: 没有时限, en: No target}, only: [none]}]
edition: {of: "2013", components: [部件]}
"""
HEAD = "编号,上报时间,结案时间,状态,小类代码,类别,部门,来源"


def row(number, code, kind="事件"):
    return f"{number},2019-03-04 09:00,2019-03-04 15:00,已结案,{code},{kind},城管,采集"


@pytest.fixture
def reader(tmp_path, db):
    cast.street_dispatcher()
    cast.county_dispatcher()
    cast.checker()
    (tmp_path / "map.yaml").write_text(MAPPING, "utf-8")
    with behind(SYSTEM):
        yield Reader(read_mapping(tmp_path / "map.yaml"), {"城管": make_unit().pk})


def records(reader, path, *lines):
    path.write_bytes(gzip.compress("\n".join([HEAD, *lines]).encode()))
    return list(reader.records(path, lambda read: None))


def test_rows_with_old_codes_come_in_under_the_new_matter(reader, tmp_path):
    codes = {"1": "0504", "2": "05-04", "3": "504", "4": "09005", "5": "0203", "6": "0401"}
    found = records(reader, tmp_path / "a.csv.gz", *(row(n, code) for n, code in codes.items()))
    matters = [one.past.matter for one in found]
    assert matters == ["09005", "09005", "09005", "09005", "07006", "10985"]
    assert (found[1].past.text, found[3].past.text) == ("店外经营 (05-04)", "店外经营 (09005)")
    assert all(not one.otherwise for one in found)
    tally = Tally(reader.mapped, MONDAY)
    tally.take(found, "a.csv.gz", MONDAY)
    assert "6 rows read, 6 placed, 0 already here, 0 refused" in tally.told(1.0, tmp_path)
    assert sorted(Case.objects.values_list("matter", flat=True)) == sorted(matters)


def test_a_row_that_is_not_sure_is_refused_with_its_candidates_or_its_reason(reader, tmp_path):
    found = records(
        reader, tmp_path / "a.csv.gz", row("1", "0202"), row("2", "0199"), row("3", "0509"), row("4", "0504", "部件"),
        row("5", "2101"), row("6", "店外经营"),
    )  # fmt: skip
    assert [one.reason for one in found] == [
        "matter_ambiguous", "matter_unknown", "matter_unknown", "matter_component", "matter_unknown", "matter_unknown",
    ]  # fmt: skip
    tally = Tally(reader.mapped, MONDAY)
    tally.take(found, "a.csv.gz", MONDAY)
    tally.write(tmp_path / "refused.csv")
    told = list(csv.DictReader((tmp_path / "refused.csv").open(encoding="utf-8")))
    assert told[0]["words"] == "07003 违规户外广告、07006 违规牌匾标识、07007 违规标语宣传品"
    assert told[1]["words"] == NO_SUCCESSOR["remainder"].name.zh
    assert not Case.objects.exists()


def test_what_has_no_successor_may_go_to_the_other_matter_but_what_has_several_may_not(
    reader, tmp_path
):
    other = msgspec.structs.replace(reader.mapped.otherwise, matter="10978")
    wide = Reader(msgspec.structs.replace(reader.mapped, otherwise=other), reader.units)
    none, several = records(wide, tmp_path / "a.csv.gz", row("1", "0509"), row("2", "0202"))
    assert (none.past.matter, none.past.text) == ("10978", "黑车拉客 (0509)")
    assert none.otherwise == (("matter", "0509"),)
    assert several.reason == "matter_ambiguous"


def test_a_mapping_of_an_unknown_edition_or_with_a_typing_error_is_told(reader, tmp_path):
    wrong = msgspec.structs.replace(reader.mapped, edition=Old("2005"))
    assert wrong.strangers() == ["2005"]
    (tmp_path / "b.yaml").write_text(MAPPING.replace("components:", "component:"), "utf-8")
    with pytest.raises(msgspec.ValidationError, match="component"):
        read_mapping(tmp_path / "b.yaml")
