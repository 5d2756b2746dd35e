"""Lists of divisions, accounts and postings by spreadsheet, from the file to the last row."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from django.utils import translation

from lifang.core.access import SYSTEM, Refused
from lifang.core.accounts.models import Account
from lifang.core.audit.models import Entry
from lifang.core.jobs.testing import run_due
from lifang.core.sheets import actions as imports
from lifang.core.sheets.declare import SHEETS
from lifang.core.sheets.models import Import, Line, Paper
from lifang.core.sheets.reading import cells
from lifang.core.sheets.tests.make import csv, xlsx
from lifang.core.testing import cast
from lifang.core.testing.cast import MONDAY
from lifang.orgs import rules
from lifang.orgs.models import Posting
from lifang.orgs.tests.make import COUNTY, make_county

GRID = f"{COUNTY}001001001"
HEAD = ("登录名", "姓名", "电话", "岗位", "任职地点")
ROWS = (
    ("grid-01", "甲一", "10012345678", "网格员", f"{GRID} 第1网格"),
    ("lead-01", "乙二", "", "街道负责人", f"{COUNTY}001"),
)


def read(data: bytes, needed=()) -> list[dict[str, str]]:
    return rules.rows_of(cells(data), needed)


def test_columns_of_a_list_may_stand_in_any_order_and_unknown_ones_are_left_out():
    data = "备注,名称,代码\nx,大街街道,990101001000\n".encode()
    assert read(data) == [{"code": "990101001000", "name": "大街街道"}]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("代码,名称\n".encode(), "list_empty"),
        ("代码,名称\n,\n".encode(), "list_empty"),
        ("号,名\n1,2\n".encode(), "list_columns"),
    ],
)
def test_a_list_without_its_columns_or_rows_is_refused(data, reason):
    with pytest.raises(Refused) as told:
        read(data, ("code", "name"))
    assert told.value.refusal.reason == reason


pytestmark = pytest.mark.django_db


def upload(member, key: str, data: bytes, name: str = "list.csv") -> Import:
    """Upload by the page and let the job check it."""
    given = io.BytesIO(data)
    given.name = name
    answer = member.post("sheets:sheet", key, data={"file": given})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    run_due(MONDAY)
    return Import.objects.order_by("-pk").first()


def write(member, it: Import, **data: str) -> Import:
    assert member.post("sheets:writing", it.pk, data=data).status_code == 302
    run_due(MONDAY)
    it.refresh_from_db()
    return it


def page(member, it: Import, **query: str) -> str:
    answer = member.get("sheets:import", it.pk, query=query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.covers("W-A1", "S3-26")
def test_one_list_opens_accounts_for_one_administrator_and_gives_posts_for_the_other():
    make_county()
    system, security = cast.system_admin(), cast.security_admin()
    data = csv(HEAD, *ROWS)
    it = upload(system, "orgs.accounts", data)
    assert (it.state, it.counts) == ("checked", {"new": 2})
    assert not Account.objects.filter(login="grid-01").exists()
    it = write(system, it)
    assert (it.state, it.written) == ("done", 2)
    account = Account.objects.get(login="grid-01")
    assert (account.name, account.telephone, account.area) == ("甲一", "10012345678", COUNTY)
    assert not Posting.objects.exists()

    shown = system.post("sheets:secrets", it.pk)
    assert shown["Cache-Control"] == "no-store"
    password = re.findall(r'<td class="num">([^<]+)</td>', shown.content.decode())[0]
    assert account.check_password(password)
    assert system.post("sheets:secrets", it.pk).status_code == 409  # once

    given = write(security, upload(security, "orgs.postings", data))
    assert given.written == 2
    assert sorted(Posting.objects.values_list("account__login", "post", "area")) == [
        ("grid-01", "grid_worker", GRID),
        ("lead-01", "street_leader", f"{COUNTY}001"),
    ]
    again = upload(security, "orgs.postings", data)
    assert again.counts == {"same": 2}
    assert "没有需要写入的内容" in page(security, again)
    assert security.post("sheets:writing", again.pk).status_code == 409
    assert Posting.objects.count() == 2


def test_wrong_rows_are_marked_in_the_own_workbook_and_mended_there():
    make_county()
    system = cast.system_admin()
    bad = ("x", "=HYPERLINK(1)", "12", "", "")
    twin = ("grid-01", "甲一", "", "", "")
    data = xlsx(("某县账号表",), HEAD, *ROWS, bad, twin, ("合计", "4"), name="花名册")
    it = upload(system, "orgs.accounts", data, "表.xlsx")
    assert it.counts == {"new": 2, "wrong": 2}
    text = page(system, it, verdict="wrong")
    assert "与第 3 行重复" in text
    assert "不能以 = + - @ 等符号开头" in text
    answer = system.get("sheets:workbook", it.pk).content
    book = openpyxl.load_workbook(io.BytesIO(answer))
    sheet = book["花名册"]
    assert sheet.cell(2, 6).value == "错误说明"
    assert [bool(sheet.cell(row, 6).value) for row in range(3, 8)] == [
        False,
        False,
        True,
        True,
        False,
    ]
    assert sheet.cell(5, 2).comment is not None
    assert sheet.cell(5, 2).fill.fgColor.rgb.endswith("FFC7CE")

    it = write(system, it)
    assert (it.written, it.counts) == (2, {"new": 2, "wrong": 2})
    sheet.cell(5, 1).value, sheet.cell(5, 2).value, sheet.cell(5, 3).value = "third", "丙三", ""
    sheet.delete_rows(6)
    mended = io.BytesIO()
    book.save(mended)
    it = upload(system, "orgs.accounts", mended.getvalue(), "表.xlsx")
    assert it.counts == {"same": 2, "new": 1}


def test_all_or_nothing_wants_every_row_right():
    make_county()
    system = cast.system_admin()
    it = upload(system, "orgs.accounts", csv(HEAD, *ROWS, ("!", "x", "", "", "")))
    assert system.post("sheets:writing", it.pk, data={"whole": "1"}).status_code == 409
    assert not Account.objects.filter(login="grid-01").exists()
    good = upload(system, "orgs.accounts", csv(HEAD, *ROWS))
    assert write(system, good, whole="1").written == 2


def test_an_import_is_taken_back_but_for_what_is_used_since():
    make_county()
    system, security = cast.system_admin(), cast.security_admin()
    it = write(system, upload(system, "orgs.accounts", csv(HEAD, *ROWS)))
    posts = upload(security, "orgs.postings", csv(HEAD, ROWS[0]))
    write(security, posts)
    assert system.post("sheets:undoing", it.pk).status_code == 200  # asks first
    assert system.post("sheets:undoing", it.pk, data={"confirmed": "1"}).status_code == 302
    run_due(MONDAY)
    it.refresh_from_db()
    assert (it.state, it.left) == ("undone", 1)
    assert Account.objects.get(login="grid-01").closed_at is None
    assert Account.objects.get(login="lead-01").closed_at is not None
    assert "1 行" in page(system, it)
    assert security.post("sheets:undoing", posts.pk, data={"confirmed": "1"}).status_code == 302
    run_due(MONDAY)
    assert Posting.objects.filter(valid_to__isnull=True).count() == 0


def test_a_name_that_stands_for_somebody_else_is_wrong_and_nothing_is_renamed():
    make_county()
    system = cast.system_admin()
    cast.account(login="grid-01", name="别人")
    it = upload(system, "orgs.accounts", csv(HEAD, *ROWS))
    assert it.counts == {"wrong": 1, "new": 1}


def test_every_import_leaves_its_lines_in_the_log_and_no_value_of_the_file():
    make_county()
    system = cast.system_admin()
    it = write(system, upload(system, "orgs.accounts", csv(HEAD, *ROWS)))
    lines = Entry.objects.filter(subject=str(it.pk)).order_by("pk")
    assert [line.action for line in lines] == ["sheets.take_in", "sheets.write", "sheets.finish"]
    assert lines.last().changes["written"] == [0, 2]
    for model in (Import, Line, Paper):
        for row in model.objects.values():
            assert "甲一" not in repr(row)
            assert "10012345678" not in repr(row)


def test_rights_that_ended_meanwhile_stop_the_writing():
    make_county()
    system = cast.system_admin()
    it = upload(system, "orgs.accounts", csv(HEAD, *ROWS))
    assert system.post("sheets:writing", it.pk).status_code == 302
    Account.objects.filter(pk=system.id).update(locked_at=MONDAY)
    run_due(MONDAY)
    assert not Account.objects.filter(login="grid-01").exists()
    it.refresh_from_db()
    assert it.state == "checked"


def test_somebody_elses_import_does_not_exist():
    make_county()
    it = upload(cast.system_admin(), "orgs.accounts", csv(HEAD, *ROWS))
    other = cast.system_admin()
    for name in ("import", "workbook", "upload"):
        assert other.get(f"sheets:{name}", it.pk).status_code == 404
    for name in ("writing", "undoing", "removal", "secrets"):
        data = {"confirmed": "1"}
        assert other.post(f"sheets:{name}", it.pk, data=data).status_code == 404


def test_a_grid_worker_neither_opens_nor_posts():
    make_county()
    worker = cast.grid_worker()
    for key in ("orgs.accounts", "orgs.postings"):
        given = io.BytesIO(csv(HEAD, *ROWS))
        given.name = "x.csv"
        assert worker.post("sheets:sheet", key, data={"file": given}).status_code == 403
    assert not Import.objects.exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_template_comes_back_as_it_was_filled_in(language):
    make_county()
    system, security = cast.system_admin(), cast.security_admin()
    system.client.cookies["django_language"] = language
    content = system.get("sheets:template", "orgs.accounts").content
    book = openpyxl.load_workbook(io.BytesIO(content))
    page_, lists = book.worksheets[0], book["_lists"]
    assert lists.sheet_state == "hidden"
    assert book["_lifang"].sheet_state == "veryHidden"
    rules_ = {str(rule.sqref).split(":")[0]: rule for rule in page_.data_validations.dataValidation}
    assert rules_["D3"].formula1.startswith("_lists!$A$1")
    assert page_.column_dimensions["A"].number_format == "@"
    with translation.override(language):
        titles = [str(column.name) for column in SHEETS["orgs.accounts"].columns]
    assert [str(cell.value).rstrip("*") for cell in page_[2]] == titles
    place = next(
        cell for cell in (row[1].value for row in lists.iter_rows()) if cell.startswith(GRID)
    )
    for column, value in enumerate(("new-1", "甲", "", lists["A1"].value, place), 1):
        page_.cell(3, column).value = value
    made = io.BytesIO()
    book.save(made)
    assert upload(system, "orgs.accounts", made.getvalue(), "t.xlsx").counts == {"new": 1}
    it = upload(security, "orgs.postings", made.getvalue(), "t.xlsx")
    assert it.counts == {"wrong": 1}  # the account is not open yet


def test_what_is_no_list_is_refused_on_the_page():
    system = cast.system_admin()
    for data in (b"%PDF-1.7", b"", b"PK\x03\x04x"):
        given = io.BytesIO(data)
        given.name = "x.xlsx"
        answer = system.post("sheets:sheet", "orgs.accounts", data={"file": given})
        assert answer.status_code == 200
        assert 'class="error"' in answer.content.decode()
    assert not Import.objects.exists()
    it = upload(system, "orgs.accounts", b"a,b\n1,2\n")
    assert it.state == "refused"
    assert "没有找到这些列" in page(system, it)


def test_the_page_shows_how_far_it_is_without_a_script(grows):
    make_county()
    system = cast.system_admin()
    given = io.BytesIO(csv(HEAD, *ROWS))
    given.name = "x.csv"
    answer = system.post("sheets:sheet", "orgs.accounts", data={"file": given})
    it = Import.objects.get()
    text = page(system, it)
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in text
    assert "<progress" in text
    asking = {"HX-Request": "true", "HX-Target": "progress"}
    part = system.get("sheets:import", it.pk, headers=asking)
    assert b"<html" not in part.content
    run_due(MONDAY)
    last = system.get("sheets:import", it.pk, headers=asking)
    assert last["HX-Refresh"] == "true"
    assert not last.content
    assert answer.url in system.get("sheets:sheets").content.decode()
    assert "<noscript" not in page(system, it)


def test_old_files_and_unclaimed_passwords_are_forgotten():
    make_county()
    system = cast.system_admin()
    it = write(system, upload(system, "orgs.accounts", csv(HEAD, *ROWS)))
    imports.sweep(system=SYSTEM, at=MONDAY + timedelta(days=4))
    it.refresh_from_db()
    assert it.handed_at is not None
    assert Line.objects.count() == 2
    imports.sweep(system=SYSTEM, at=it.asked_at + timedelta(days=31))
    assert not Line.objects.exists()
    assert not Paper.objects.exists()
    it.refresh_from_db()
    assert it.counts == {"new": 2}
    assert "不再保存" in page(system, it)
