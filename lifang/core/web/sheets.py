"""Spreadsheets from people: CSV in the usual encodings, or XLSX; read as text, bounded, never calculated."""

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Final

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from lifang.core.access import Refused
from lifang.core.i18n import Text, text

MOST_BYTES: Final = 4_000_000
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 64
_UNPACKED: Final = 60_000_000
_CELL: Final = re.compile(rb'<(?:\w+:)?(?:c|row)\b[^>]{0,200}?\br="([A-Z]{0,3})(\d{1,9})"')

_WHY: Final[Mapping[str, Text]] = {
    "size": text("文件过大，上限 4 MB。", "The file is too large; 4 MB is the limit."),
    "rows": text(
        "表格太大，最多 20000 行、64 列。", "The sheet is too large: 20,000 rows and 64 columns."
    ),
    "kind": text("请使用 CSV 或 XLSX 文件。", "Please use a CSV or XLSX file."),
    "words": text(
        "文字编码无法识别，请另存为 UTF-8 的 CSV 或 XLSX。",
        "The characters cannot be read; save it as UTF-8 CSV or as XLSX.",
    ),
}


def _bad(why: str) -> Refused:
    return Refused("sheet_unreadable", why=str(_WHY[why]), fault=why, field="file")


def cells(data: bytes) -> list[list[str]]:
    """Every row of a CSV file or of the first sheet of an XLSX file, as text; `Refused` says what to do."""
    if len(data) > MOST_BYTES:
        raise _bad("size")
    return _xlsx(data) if data.startswith(b"PK") else _csv(data)


def _csv(data: bytes) -> list[list[str]]:
    if data.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG")):
        raise _bad("kind")
    words = _decoded(data)
    if "\x00" in words:
        raise _bad("words")
    first = words.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(words, newline=""), delimiter=mark):
            rows.append([cell.strip() for cell in row])
            if len(rows) > MOST_ROWS or len(row) > MOST_COLUMNS:
                raise _bad("rows")
    except csv.Error as error:
        raise _bad("rows") from error
    return rows


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]  # what Excel in China writes
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _bad("words")


def _xlsx(data: bytes) -> list[list[str]]:
    _bounded(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = book.get_sheet_by_index(0).to_python(nrows=MOST_ROWS + 1)
    except (CalamineError, ValueError, IndexError, OSError) as error:
        raise _bad("kind") from error
    if len(rows) > MOST_ROWS:
        raise _bad("rows")
    return [[_plain(cell) for cell in row] for row in rows]


def _plain(cell: object) -> str:
    # Codes and telephone numbers come as floats; whole ones lose nothing below sixteen digits.
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _bounded(data: bytes) -> None:
    """Refuse archives that unpack to much, and sheets whose one far cell would fill the memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > 500 or sum(part.file_size for part in parts) > _UNPACKED:
                raise _bad("size")
            for part in parts:
                if part.filename.startswith("xl/worksheets/"):
                    _near(archive, part)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise _bad("kind") from error


def _near(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    with archive.open(part) as unpacked:
        content = unpacked.read(_UNPACKED + 1)  # the stated size may lie
    if len(content) > _UNPACKED:
        raise _bad("size")
    for column, row in _CELL.findall(content):
        if int(row) > MOST_ROWS + 1 or _number(column) > MOST_COLUMNS:
            raise _bad("rows")


def _number(column: bytes) -> int:
    found = 0
    for letter in column:
        found = found * 26 + letter - ord("A") + 1
    return found


def template(
    heads: Sequence[str], choices: Mapping[int, Sequence[str]], lines: Sequence[Sequence[str]]
) -> bytes:
    """An empty list to fill in: titles, sample lines, and drop-downs for some columns."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"strings_to_formulas": False, "in_memory": True}) as book:
        sheet, hidden = book.add_worksheet(), book.add_worksheet("_")
        hidden.hide()
        as_text = book.add_format({"num_format": "@"})
        sheet.set_column(0, len(heads) - 1, 24, as_text)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, heads, book.add_format({"bold": True}))
        for number, line in enumerate(lines, 1):
            sheet.write_row(number, 0, line, as_text)
        for column, values in choices.items():
            hidden.write_column(0, column, values)
            letter = chr(ord("A") + column)
            source = f"=_!${letter}$1:${letter}${max(1, len(values))}"
            sheet.data_validation(1, column, 1000, column, {"validate": "list", "source": source})
    return made.getvalue()
