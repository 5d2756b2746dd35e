import json
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from lifang.core.testing import cast
from lifang.core.testing.proofs import grows
from lifang.orgs import actions, selectors
from lifang.orgs.models import Division, Unit
from lifang.orgs.tests.files import file
from lifang.orgs.tests.make import (
    COUNTY,
    MONDAY,
    SOUTH,
    STEP,
    WEST,
    make_county,
    make_posting,
    make_unit,
    square,
)

pytestmark = pytest.mark.django_db
GRID = f"{COUNTY}001001001"


def test_every_desk_page_asks_an_outsider_to_sign_in_and_tells_a_resident_it_is_not_theirs():
    make_county()
    unit = make_unit()
    for who, status in ((cast.anonymous(), 302), (cast.resident(), 403)):
        for name, *args in desk_pages(unit):
            assert who.get(name, *args).status_code == status, (name, who.key)


def desk_pages(unit: Unit) -> list[tuple]:
    return [
        ("orgs:areas",),
        ("orgs:area", COUNTY),
        ("orgs:parts", COUNTY),
        ("orgs:outline", COUNTY),
        ("orgs:outlines", COUNTY),
        ("orgs:takeover", COUNTY),
        ("orgs:retirement", COUNTY),
        ("orgs:units",),
        ("orgs:new_unit",),
        ("orgs:unit", unit.pk),
        ("orgs:change_unit", unit.pk),
        ("orgs:duties",),
        ("orgs:calendar_year", 2027),
        ("orgs:calendar_day", "2027-01-01"),
        ("orgs:calendar_notice", 2027),
        ("orgs:postings",),
        ("orgs:new_posting",),
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_desk_page_opens_for_staff_in_both_languages(language):
    make_county()
    unit = make_unit()
    admin = cast.system_admin()
    admin.client.cookies["django_language"] = language
    for name, *args in desk_pages(unit):
        answer = admin.get(name, *args)
        assert answer.status_code == 200, (name, answer.content[:500])
    for code in (GRID, f"{COUNTY}001", f"{COUNTY}001001"):
        assert admin.get("orgs:area", code).status_code == 200


def test_pages_of_an_empty_county_say_what_to_do_next():
    admin = cast.system_admin()
    assert f"/desk/areas/{COUNTY}/list" in admin.get("orgs:areas").content.decode()
    for name in ("orgs:units", "orgs:duties", "orgs:postings", "orgs:communities"):
        assert 'class="empty"' in admin.get(name).content.decode(), name


def test_the_public_page_of_a_community_names_its_offices_and_no_person():
    make_county()
    office = make_unit(f"{COUNTY}001001", "community_committee", "和平居委会", phone="10012345678")
    worker = make_posting("grid_worker", GRID)
    page = cast.anonymous().get("orgs:community", f"{COUNTY}001001").content.decode()
    assert office.name_zh in page
    assert "10012345678" in page
    assert worker.account.name not in page
    assert worker.account.login not in page
    assert cast.anonymous().get("orgs:community", "990199001001").status_code == 404
    assert cast.anonymous().get("orgs:community", COUNTY).status_code == 404


def test_communities_are_found_by_a_part_of_their_name():
    make_county()
    found = cast.anonymous().client.post("/areas/", {"q": "和平"}, follow=True)
    assert found.request["QUERY_STRING"].startswith("q=~"), "the words stand in no address"
    page = found.content.decode()
    assert "和平社区" in page
    assert "光明社区" not in page


def test_shapes_are_geojson_with_a_version_that_changes_with_an_edit():
    county = make_county()
    reader = cast.anonymous()
    answer = reader.get("orgs:shapes", COUNTY, query={"level": "15"})
    assert answer["Content-Type"] == "application/geo+json"
    found = json.loads(answer.content)
    assert [one["id"] for one in found["features"]] == [grid.code for grid in county.grids]
    again = {"headers": {"If-None-Match": answer["ETag"]}}
    assert reader.get("orgs:shapes", COUNTY, query={"level": "15"}, **again).status_code == 304
    actions.draw(actor=cast.system_admin().actor, division=county.grids[0], outline=None, at=MONDAY)
    fresh = reader.get("orgs:shapes", COUNTY, query={"level": "15"}, **again)
    assert fresh.status_code == 200
    assert len(json.loads(fresh.content)["features"]) == 7


@pytest.mark.parametrize("code", ["x", "99010", "9901011", "%", "990101 OR 1=1", "９９０１０１"])
def test_shapes_of_what_is_no_code_are_not_found(code):
    assert cast.anonymous().client.get(f"/areas/{code}/shapes").status_code == 404


@pytest.mark.parametrize("level", ["-1", "7", "99999999999", "15)", "²", ""])
def test_a_strange_level_falls_back_to_the_next_smaller_one(level):
    county = make_county()
    found = cast.anonymous().get("orgs:shapes", COUNTY, query={"level": level})
    assert [f["id"] for f in json.loads(found.content)["features"]] == [
        s.code for s in county.streets
    ]


# drawing


@pytest.mark.covers("S0-32", "W-A1")
def test_an_outline_is_drawn_and_one_that_overlaps_is_refused_with_name_and_size():
    county = make_county()
    first, second = county.grids[0], county.grids[1]
    admin = cast.system_admin()
    wide = square(WEST, SOUTH, WEST + 1.5 * STEP, SOUTH + STEP)
    answer = admin.post("orgs:outline", first.code, data={"outline": json.dumps(wide)})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert second.name in page
    assert "平方米" in page
    assert Division.objects.get(pk=first.code).polygon == first.polygon
    fits = square(WEST, SOUTH, WEST + 0.5 * STEP, SOUTH + STEP)
    answer = admin.post("orgs:outline", first.code, data={"outline": json.dumps(fits)})
    assert answer.status_code == 302
    assert (
        Division.objects.get(pk=first.code).polygon["coordinates"] != first.polygon["coordinates"]
    )
    gaps = json.loads(admin.get("orgs:faults", first.parent_id).content)["features"]
    assert [gap["properties"]["kind"] for gap in gaps] == ["gap"]


def test_a_secretary_draws_grids_of_the_own_community_and_none_of_the_next():
    county = make_county()
    secretary = cast.community_secretary()
    ours, theirs = county.grids[0], county.grids[2]
    smaller = {
        row.code: json.dumps(square(row.west, row.south, row.east - 0.001, row.north))
        for row in (Division.objects.get(pk=ours.code), Division.objects.get(pk=theirs.code))
    }
    assert (
        secretary.post("orgs:outline", ours.code, data={"outline": smaller[ours.code]}).status_code
        == 302
    )
    answer = secretary.post("orgs:outline", theirs.code, data={"outline": smaller[theirs.code]})
    assert answer.status_code == 200  # the form again, with the reason
    assert "没有这项权限" in answer.content.decode()
    assert Division.objects.get(pk=theirs.code).polygon == theirs.polygon


def test_a_grid_is_added_with_the_next_number_and_waits_for_its_outline():
    make_county()
    admin = cast.system_admin()
    answer = admin.post(
        "orgs:parts", f"{COUNTY}001001", data={"name": "第3网格", "kind": "dedicated", "code": ""}
    )
    made = Division.objects.get(pk=f"{COUNTY}001001003")
    assert answer["Location"].endswith(f"/desk/areas/{made.code}/outline")
    assert (made.kind, made.drawn, made.parent_id) == ("dedicated", False, f"{COUNTY}001001")


def test_outlines_come_and_go_as_a_file():
    county = make_county()
    admin = cast.system_admin()
    saved = admin.get("orgs:shapes", COUNTY, query={"level": "15", "download": "1"})
    assert 'filename="990101-15.geojson"' in saved["Content-Disposition"]
    for grid in county.grids:
        actions.draw(actor=admin.actor, division=grid, outline=None, at=MONDAY)
    answer = admin.post("orgs:outlines", COUNTY, data={"file": file(saved.content, "x.geojson")})
    assert answer.status_code == 302
    assert Division.objects.filter(level=15, polygon__isnull=False).count() == 8
    assert selectors.fit_of(admin.actor, county.communities[0].code).gaps == ()


# lists


def test_a_list_with_faults_imports_nothing_and_names_each_row():
    admin = cast.system_admin()
    rows = "代码,名称\n990101,试验县\n990101001000,大街街道\n990101001001,=1+1\n990202001000,别县街道\n99010100,短码\n"
    answer = admin.post("orgs:takeover", COUNTY, data={"file": file(rows.encode("gb18030"))})
    page = answer.content.decode()
    assert answer.status_code == 200
    for number in (4, 5, 6):
        assert f'<td class="num">{number}</td>' in page
    assert not Division.objects.exists()


def test_a_list_is_imported_twice_and_the_second_time_changes_nothing():
    admin = cast.system_admin()
    rows = "代码,名称\n990101,试验县\n990101001000,大街街道\n990101001001,和平社区\n".encode(
        "utf-8-sig"
    )
    assert admin.post("orgs:takeover", COUNTY, data={"file": file(rows)}).status_code == 200
    first = list(Division.objects.values_list("code", "name", "valid_from"))
    assert [code for code, *_ in first] == ["990101", "990101001", "990101001001"]
    token = selectors.revision()
    admin.post("orgs:takeover", COUNTY, data={"file": file(rows)})
    assert list(Division.objects.values_list("code", "name", "valid_from")) == first
    selectors.forget()
    assert selectors.revision() == token


# costs


def test_the_lists_do_not_grow():
    make_county()
    admin = cast.security_admin()
    number = iter(range(10_000))
    grows(lambda: make_unit(name=f"单位{next(number)}"), lambda: admin.get("orgs:units"))
    grows(
        lambda: make_posting("department_handler", unit=make_unit(name=f"处{next(number)}")),
        lambda: admin.get("orgs:postings"),
    )


def test_the_matrix_does_not_grow():
    make_county()
    leader = cast.county_leader()
    number = iter(range(10_000))

    def line() -> None:
        unit = make_unit(name=f"单位{next(number)}")
        actions.set_duty(
            actor=leader.actor, matter="09005", area=COUNTY, unit=unit, role="assist", at=MONDAY
        )

    grows(line, lambda: leader.get("orgs:duties"))


def test_the_page_of_an_area_does_not_grow_with_its_parts():
    make_county()
    admin = cast.system_admin()
    parent = Division.objects.get(pk=f"{COUNTY}001001")
    grows(
        lambda: actions.add_division(actor=admin.actor, parent=parent, name="新网格", at=MONDAY),
        lambda: admin.get("orgs:area", parent.code),
    )


def test_an_unknown_unit_and_area_are_not_found():
    admin = cast.system_admin()
    assert admin.get("orgs:unit", UUID(int=7)).status_code == 404
    assert admin.get("orgs:area", "990199").status_code == 404
    assert admin.get("orgs:outline", "etc").status_code == 404


def test_the_command_takes_a_file_over_and_says_what_it_did(tmp_path, capsys):
    path = tmp_path / "list.csv"
    path.write_text("代码,名称\n990101,试验县\n990101001000,大街街道\n", "utf-8")
    call_command("import_divisions", str(path), "--root", COUNTY)
    call_command("import_divisions", str(path), "--root", COUNTY)
    told = capsys.readouterr().out
    assert "990101: 2 added, 0 changed, 0 abolished, 0 as before" in told
    assert "990101: 0 added, 0 changed, 0 abolished, 2 as before" in told
    with pytest.raises(CommandError):
        call_command("import_divisions", "no-such-file.csv")
    with pytest.raises(CommandError):
        call_command("import_divisions", str(path), "--root", "990102")
