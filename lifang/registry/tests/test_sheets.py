"""People by spreadsheet: new, changed, the same, wrong, elsewhere; written, written again, taken back."""

import io

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry
from lifang.core.crypto.fields import clear
from lifang.core.jobs.testing import run_due
from lifang.core.sheets.models import Import, Line
from lifang.core.sheets.tests.make import csv, xlsx
from lifang.core.testing import cast
from lifang.core.testing.cast import MONDAY
from lifang.orgs.tests.make import COUNTY, make_county
from lifang.registry import actions
from lifang.registry.models import Fact, Household, Membership, Person
from lifang.registry.tests.make import GRID, make_building, make_person, number

pytestmark = pytest.mark.django_db
HEAD = ("姓名", "身份证", "手机", "文化程度", "所属网格", "现住址", "与户主关系")
COMMUNITY = GRID[:12]
NEXT = f"{COUNTY}001002001"
ONE, TWO, THREE = number(sequence=101), number(sequence=102), number(sequence=103)


def upload(member, data: bytes) -> Import:
    given = io.BytesIO(data)
    given.name = "people.xlsx"
    answer = member.post("sheets:sheet", "registry.persons", data={"file": given})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    run_due(MONDAY)
    return Import.objects.order_by("-pk").first()


def write(member, it: Import) -> Import:
    answer = member.post("sheets:writing", it.pk)
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    run_due(MONDAY)
    it.refresh_from_db()
    return it


def living() -> list[str]:
    rows = Person.objects.filter(valid_to__isnull=True)
    return sorted(clear(row, "name") for row in rows)


@pytest.mark.covers("S3-26", "S0-12")
def test_people_are_entered_behind_their_door_and_the_same_file_changes_nothing():
    make_county()
    make_building()
    secretary = cast.community_secretary(COMMUNITY)
    data = csv(
        HEAD,
        ("张一", ONE, "10012345678", "大学本科", GRID, "和平小区1号楼1单元101", "户主"),
        ("李二", TWO, "", "", GRID, "和平小区1号楼1单元101", "配偶"),
        ("王三", THREE, "", "", GRID, "", ""),
    )
    it = upload(secretary, data)
    assert it.counts == {"new": 3}, [(line.number, line.verdict) for line in Line.objects.all()]
    it = write(secretary, it)
    assert (it.state, it.written) == ("done", 3)
    assert living() == ["张一", "李二", "王三"]
    house = Household.objects.get()
    assert sorted(house.members.values_list("relation", flat=True)) == ["head", "spouse"]
    person = Person.objects.get(identity_key=ONE)
    assert (clear(person, "telephone"), person.sex, str(person.born), person.area) == (
        "10012345678", "male", "1990-03-07", GRID,
    )  # fmt: skip
    assert person.batch.source == "sheet"

    again = upload(secretary, data)
    assert again.counts == {"same": 3}
    assert secretary.post("sheets:writing", again.pk).status_code == 409
    assert (Person.objects.count(), Fact.objects.count()) == (3, 0)


def test_choices_are_understood_in_both_languages_whatever_the_reader_reads():
    make_county()
    make_building()
    secretary = cast.community_secretary(COMMUNITY)
    secretary.client.cookies["django_language"] = "en"
    door = "和平小区1号楼1单元101"
    rows = (("张一", ONE, "", "", GRID, door, "户主"), ("李二", TWO, "", "", GRID, door, "Spouse"))
    assert upload(secretary, csv(HEAD, *rows)).counts == {"new": 2}


def test_a_household_goes_on_where_another_file_began_it():
    make_county()
    make_building()
    secretary = cast.community_secretary(COMMUNITY)
    door = "和平小区1号楼1单元101"
    write(secretary, upload(secretary, csv(HEAD, ("张一", ONE, "", "", GRID, door, "户主"))))
    it = upload(
        secretary,
        csv(
            HEAD,
            ("李二", TWO, "", "", GRID, door, "配偶"),
            ("王三", THREE, "", "", GRID, door, "户主"),
        ),
    )
    assert it.counts == {"new": 1, "wrong": 1}  # a second head
    write(secretary, it)
    assert Household.objects.count() == 1
    assert Membership.objects.filter(valid_to__isnull=True).count() == 2


def test_changes_are_shown_field_by_field_masked_written_with_history_and_taken_back():
    make_county()
    secretary = cast.community_secretary(COMMUNITY)
    person = make_person(name="张一", identity=ONE, telephone="10012345678", area=GRID)
    data = csv(
        HEAD[:4] + HEAD[4:5], ("张一", ONE, "10087654321", "", GRID), ("王三", THREE, "", "", GRID)
    )
    it = upload(secretary, data)
    assert it.counts == {"changed": 1, "new": 1}
    shown = secretary.get("sheets:import", it.pk).content.decode()
    assert "100****5678" in shown
    assert "100****4321" in shown
    assert "10087654321" not in shown
    assert ONE not in shown
    write(secretary, it)
    person.refresh_from_db()
    assert clear(person, "telephone") == "10087654321"
    assert Fact.objects.filter(subject=person.pk, element="person.telephone").count() == 2
    assert secretary.post("sheets:undoing", it.pk, data={"confirmed": "1"}).status_code == 302
    run_due(MONDAY)
    person.refresh_from_db()
    assert clear(person, "telephone") == "10012345678"
    assert living() == ["张一"]
    it.refresh_from_db()
    assert (it.state, it.left) == ("undone", 0)


def test_who_was_touched_since_is_left_by_an_undo():
    make_county()
    secretary = cast.community_secretary(COMMUNITY)
    it = write(
        secretary,
        upload(secretary, csv(HEAD[:5], ("张一", ONE, "", "", GRID), ("李二", TWO, "", "", GRID))),
    )
    person = Person.objects.get(identity_key=ONE)
    actions.change(
        actor=secretary.actor,
        row=person,
        element="person.telephone",
        value="10012345678",
        source="visit",
        at=MONDAY,
    )
    secretary.post("sheets:undoing", it.pk, data={"confirmed": "1"})
    run_due(MONDAY)
    it.refresh_from_db()
    assert it.left == 1
    assert living() == ["张一"]


def test_what_people_write_wrong_is_said_row_by_row():
    make_county()
    secretary = cast.community_secretary(COMMUNITY)
    make_person(name="远人", identity=TWO, area=NEXT)
    bad = ONE[:-1] + ("0" if ONE[-1] != "0" else "1")
    data = xlsx(
        HEAD,
        ("张一", bad, "", "", GRID, "", ""),
        ("李二", TWO, "", "", GRID, "", ""),  # stands in the next community
        ("王三", int(THREE[:17]) * 10, "", "", GRID, "", ""),  # a figure: its end is gone
        ("赵四", number(sequence=104), "", "", NEXT, "", ""),  # not ours
        ("", number(sequence=105), "", "", GRID, "", ""),
        ("钱五", number(sequence=106), "", "博士后", GRID, "", ""),
        ("孙六", number(sequence=107), "", "", GRID, "没有的房子", "户主"),
        ("周七", number(sequence=108), "", "", "", "", ""),
        ("吴八", "", "", "", GRID, "", ""),
        ("郑九", number(birth="20990101", sequence=109), "", "", GRID, "", ""),
    )
    it = upload(secretary, data)
    assert it.counts == {"wrong": 9, "outside": 1}
    text = secretary.get("sheets:import", it.pk).content.decode()
    for said in (
        "末尾几位已经丢失",
        "不在您负责的范围内",
        "必填",
        "只能从下拉列表中选择",
        "没有这个地址的房屋",
    ):
        assert said in text
    assert secretary.post("sheets:writing", it.pk).status_code == 409
    with behind(SYSTEM):
        assert living() == ["远人"]


def test_a_stranger_enters_nobody_in_our_grid():
    make_county()
    it = upload(cast.stranger(), csv(HEAD[:5], ("张一", ONE, "", "", GRID)))
    assert set(it.counts) <= {"wrong", "outside"}


def test_no_line_of_the_log_and_no_row_kept_names_anybody():
    make_county()
    secretary = cast.community_secretary(COMMUNITY)
    write(secretary, upload(secretary, csv(HEAD[:5], ("张一", ONE, "10012345678", "", GRID))))
    for model in (Import, Line, Entry):
        said = repr(list(model.objects.values()))
        for value in ("张一", ONE, "10012345678"):
            assert value not in said
