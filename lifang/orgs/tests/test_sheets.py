import io
import zipfile

import pytest
import xlsxwriter

from lifang.core.access import Refused
from lifang.core.testing import hostile
from lifang.core.web import sheets
from lifang.orgs import rules

LINES = "代码,名称\n990101001000,大街街道\n"
WANTED = [{"code": "990101001000", "name": "大街街道"}]


def xlsx(*rows, **options) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, **options}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell)
    return made.getvalue()


def read(data: bytes, needed=()) -> list[dict[str, str]]:
    return rules.rows_of(sheets.cells(data), needed)


def refused(data: bytes, *needed: str) -> str:
    with pytest.raises(Refused) as told:
        read(data, needed or ("code", "name"))
    refusal = told.value.refusal
    assert len(str(refusal)) > 8
    return refusal.facts["fault"] if refusal.reason == "sheet_unreadable" else refusal.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_csv_is_read_in_the_encodings_people_have(encoding):
    assert read(LINES.encode(encoding), ("code", "name")) == WANTED


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_is_read_with_the_separators_people_have(mark):
    assert read(LINES.replace(",", mark).encode()) == WANTED


def test_a_code_that_a_spreadsheet_made_a_number_stays_a_code():
    data = xlsx(("code", "name"), (990101001000, "大街街道"), (990101001001001, "第1网格"))
    assert read(data) == [*WANTED, {"code": "990101001001001", "name": "第1网格"}]


def test_a_formula_is_text_and_never_calculated():
    data = xlsx(("code", "name"), ("990101001000", "=1+1"))
    assert read(data)[0]["name"] in ("0", "", "2")  # the stored result, not the formula
    assert read(b"code,name\n1,=1+1\n") == [{"code": "1", "name": "=1+1"}]


def test_columns_may_stand_in_any_order_and_unknown_ones_are_left_out():
    data = "备注,名称,代码\nx,大街街道,990101001000\n".encode()
    assert read(data) == WANTED


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "list_columns"),
        ("代码,名称\n".encode(), "list_empty"),
        ("代码,名称\n,\n".encode(), "list_empty"),
        ("号,名\n1,2\n".encode(), "list_columns"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "kind"),
        (b"%PDF-1.7", "kind"),
        (b"PK\x03\x04 not a zip", "kind"),
        (b"code,name\n1,\x00\n", "words"),
        (b"code,name\n1,\xff\xff\xff\n", "words"),
        (b"code,name\n" + b"1,x\n" * 20_001, "rows"),
        (b"," * 100, "rows"),
        (b'code,name\n1,"' + b"x" * 200_000, "rows"),
        (b"x" * 4_000_001, "size"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(data, fault):
    assert refused(data) == fault


def packed(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


def test_a_zip_bomb_is_refused_before_it_unpacks():
    bomb = packed(**{"xl__worksheets__sheet1.xml": b" " * 61_000_000})
    assert len(bomb) < 100_000
    assert refused(bomb) == "size"
    assert refused(packed(**{f"part{n}": b"" for n in range(501)})) == "size"


@pytest.mark.parametrize("cell", ["XFD1", "A1048576", "XFD1048576", "A99999999"])
def test_one_far_cell_does_not_fill_the_memory(cell):
    whole = io.BytesIO(xlsx(("code", "name"), ("1", "x")))
    made = io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                content = content.replace(b'r="A2"', f'r="{cell}"'.encode())
                assert cell.encode() in content
            new.writestr(part, content)
    assert refused(made.getvalue()) == "rows"


def test_hostile_cells_come_out_as_they_went_in_or_are_refused():
    for one in hostile.sample(200, "sheets"):
        text = one.text.replace('"', '""')
        data = f'code,name\n1,"{text}"\n'.encode("utf-8", "replace")
        if "\x00" in text:
            assert refused(data) == "words"
        elif len(text) > 131_072:
            assert refused(data) == "rows"
        else:
            assert read(data)[0]["code"] == "1"
