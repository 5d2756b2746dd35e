"""Files of all kinds, and what is refused before anything is read."""

import io
import zipfile

import openpyxl
import pytest
import xlsxwriter

from lifang.core.access import Refused
from lifang.core.sheets.reading import cells, opened
from lifang.core.sheets.tests.make import added, altered, packed, xlsx
from lifang.core.testing import hostile

LINES = "代码,名称\n990101001000,大街街道\n"
WANTED = [["代码", "名称"], ["990101001000", "大街街道"]]


def refused(data: bytes) -> str:
    with pytest.raises(Refused) as told:
        opened(data)
    assert len(str(told.value.refusal)) > 6
    return told.value.refusal.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_csv_is_read_in_the_encodings_people_have(encoding):
    assert cells(LINES.encode(encoding)) == WANTED


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_is_read_with_the_separators_people_have(mark):
    assert cells(LINES.replace(",", mark).encode()) == WANTED


def test_a_workbook_is_read_as_text_and_a_long_figure_is_known_to_have_lost_its_end():
    data = xlsx(
        ("代码", "名称"), (990101001000, "大街街道"), (370306198001011234, "x"), (1.5, True)
    )
    rows = cells(data)
    assert rows[1] == ["990101001000", "大街街道"]
    assert rows[2][0].startswith("\ufdd0")
    assert rows[3] == ["1.5", "true"]


def test_a_cell_merged_over_rows_counts_for_each():
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["address", "name"])
        page.merge_range(1, 0, 3, 0, "1-101")
        for line, name in enumerate("甲乙丙", 1):
            page.write_string(line, 1, name)
    assert [row[0] for row in cells(made.getvalue())] == ["address", "1-101", "1-101", "1-101"]


def test_a_formatted_last_row_of_a_million_is_no_million_rows():
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["code", "name"])
        page.write_row(1, 0, ["1", "x"])
        page.write_blank(1_048_575, 0, None, book.add_format({"bold": True}))
    assert cells(made.getvalue()) == [["code", "name"], ["1", "x"]]


def test_hidden_sheets_are_not_read_and_ours_says_what_it_is():
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.add_worksheet("a").write_row(0, 0, ["code"])
        hidden = book.add_worksheet("_lifang")
        hidden.write_row(0, 0, ["sheet", "orgs.accounts"])
        hidden.very_hidden()
        other = book.add_worksheet("b")
        other.write_row(0, 0, ["secret"])
        other.hide()
    book = opened(made.getvalue())
    assert [page.name for page in book.sheets] == ["a"]
    assert book.about == {"sheet": "orgs.accounts"}


GOOD = xlsx(("code", "name"), ("1", "x"))
BOMB = packed(**{"[Content_Types].xml": b"", "xl__worksheets__sheet1.xml": b" " * 301_000_000})
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "sheet_empty"),
        (b"\0\0  \n", "sheet_empty"),
        (b"%PDF-1.7 x", "sheet_kind"),
        (b"\x89PNG\r\n\x1a\n", "sheet_kind"),
        (b"\x1f\x8b\x08", "sheet_kind"),
        (OLE + b"x" * 600, "sheet_damaged"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "sheet_locked"),
        (OLE + "_VBA_PROJECT_CUR".encode("utf-16-le"), "sheet_macros"),
        (b"PK\x03\x04 not a zip", "sheet_damaged"),
        (GOOD[:-40], "sheet_damaged"),
        (GOOD[: len(GOOD) // 2], "sheet_damaged"),
        (packed(a=b"x"), "sheet_kind"),
        (packed(**{"[Content_Types].xml": b"<Types/>"}), "sheet_damaged"),
        (packed(**{f"p{n}": b"" for n in range(501)}), "sheet_bomb"),
        (BOMB, "sheet_bomb"),
        (added(GOOD, "xl/vbaProject.bin", b"x"), "sheet_macros"),
        (added(GOOD, "xl/embeddings/oleObject1.bin", b"x"), "sheet_macros"),
        (added(GOOD, "xl/activeX/activeX1.xml", b"x"), "sheet_macros"),
        (added(GOOD, "xl/macrosheets/sheet1.xml", b"x"), "sheet_macros"),
        (added(GOOD, "xl/externalLinks/externalLink1.xml", b"x"), "sheet_links"),
        (added(GOOD, "xl/connections.xml", b"x"), "sheet_links"),
        (added(GOOD, "../../etc/x", b"x"), "sheet_damaged"),
        (altered(GOOD, "sheet1.xml", b"<worksheet", b"<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet"), "sheet_damaged"),
        (altered(GOOD, "sheet1.xml", b'r="A2"', b'r="XFD1048576"'), "sheet_far"),
        (altered(GOOD, "sheet1.xml", b'r="A2"', b'r="A1048576"'), "sheet_far"),
        (altered(GOOD, "sheet1.xml", b'r="A2"', b'r="XFD2"'), "sheet_far"),
        (b"code,name\n1,\x00\n", "sheet_words"),
        (b"code,name\n1,\xff\xff\xff\n", "sheet_words"),
        (b"a,b\n" + b"1,x\n" * 100_200, "sheet_far"),
        (b"," * 100, "sheet_far"),
        (b'code,name\n1,"' + b"x" * 200_000, "sheet_damaged"),
        (b"x" * 20_000_001, "sheet_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_what_to_do(data, reason):
    assert refused(data) == reason


def test_a_stated_size_that_lies_does_not_help_a_bomb():
    """The head of the archive says one byte; the content unpacks to much more."""
    data = bytearray(BOMB)
    real = (301_000_000).to_bytes(4, "little")
    assert data.count(real) >= 2
    lying = bytes(data.replace(real, (1).to_bytes(4, "little")))
    assert refused(lying) in ("sheet_bomb", "sheet_damaged")


def test_a_nested_archive_is_no_workbook():
    inner = packed(**{"[Content_Types].xml": b"<Types/>", "x": b" " * 1000})
    assert (
        refused(packed(**{"[Content_Types].xml": b"<Types/>", "y.zip": inner})) == "sheet_damaged"
    )


def test_twice_the_same_name_in_an_archive_is_refused():
    with pytest.warns(UserWarning, match="Duplicate"):
        data = added(GOOD, "xl/worksheets/sheet1.xml", b"<worksheet/>")
    assert refused(data) == "sheet_damaged"


def sentence(data: bytes) -> str:
    """The reason of a refusal that says what to do, or nothing when the file was read."""
    try:
        opened(data)
    except Refused as told:
        return told.refusal.reason if len(str(told.refusal)) > 6 else "no sentence"
    return ""


@pytest.mark.covers("S3-26")
def test_hostile_workbooks_are_read_or_refused_and_never_break():
    """Cut, turned and garbled workbooks, and hostile texts in cells; the count is printed."""
    tried, said = 0, set()
    for place in range(0, len(GOOD), 97):
        for data in (GOOD[:place], GOOD[:place] + bytes([GOOD[place] ^ 0xFF]) + GOOD[place + 1 :]):
            tried += 1
            said.add(sentence(data))
    texts = [one.text for one in hostile.sample(300, "sheets") if "\x00" not in one.text]
    clean = ["".join(c for c in text if not 0xD800 <= ord(c) < 0xE000)[:30_000] for text in texts]
    for start in range(0, len(clean), 50):
        tried += 50
        data = xlsx(("code", "name"), *(("1", text) for text in clean[start : start + 50]))
        said.add(sentence(data))
    print(f"sheets: {tried} hostile workbooks, 0 errors")  # noqa: T201 -- the count is the proof
    assert tried > 400
    assert said <= {
        "",
        "sheet_empty",
        "sheet_damaged",
        "sheet_kind",
        "sheet_words",
        "sheet_far",
        "sheet_locked",
        "sheet_bomb",
    }


def test_old_and_other_formats_are_read_too():
    book = openpyxl.Workbook()
    book.active.append(["code", "name"])
    book.active.append(["1", "x"])
    made = io.BytesIO()
    book.save(made)
    assert cells(made.getvalue()) == [["code", "name"], ["1", "x"]]
    ods = _ods("<table:table-row><table:table-cell office:value-type='string'><text:p>code</text:p></table:table-cell></table:table-row>")  # fmt: skip
    assert cells(ods) == [["code"]]


def test_a_row_repeated_a_million_times_fills_no_memory():
    row = "<table:table-row table:number-rows-repeated='1048576'><table:table-cell table:number-columns-repeated='16384' office:value-type='string'><text:p>x</text:p></table:table-cell></table:table-row>"  # fmt: skip
    assert refused(_ods(row)) in ("sheet_far", "sheet_damaged")


def _ods(rows: str) -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="a">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    manifest = b'<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return made.getvalue()
