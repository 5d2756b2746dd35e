"""From an uploaded file to its cells as text: workbooks in a process of their own, CSV here."""

import csv
import io
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec

from lifang.core.access import Refused
from lifang.core.sheets.catalogue import Limits, limits
from lifang.core.sheets.guard import OLE, guard

_SCRIPT: Final = Path(__file__).with_name("opened.py")
# Characters of a cell; not the csv module's own limit, which anybody may move.
LONGEST: Final = 131_072


class Page(msgspec.Struct):
    """A visible sheet: its name, and its rows as text."""

    name: str
    rows: list[list[str]]


class Opened(msgspec.Struct):
    """A workbook as it was read; `about` is what our own template says of itself."""

    sheets: list[Page] = []
    about: dict[str, str] = {}
    refused: str = ""


def opened(data: bytes) -> Opened:
    """The cells of an XLSX, XLSM without macros, XLS, XLSB, ODS or CSV file; `Refused` says what to do."""
    most = limits()
    guard(data, most)
    if data.startswith((b"PK", OLE)):
        book = _apart(data, most)
    else:
        book = Opened([Page("", _csv(data, most))])
    if book.refused:
        raise Refused(book.refused, rows=most.most_rows, columns=most.most_columns, field="file")
    return book


def cells(data: bytes) -> list[list[str]]:
    """Every row of the first visible sheet, as text."""
    book = opened(data)
    rows = book.sheets[0].rows if book.sheets else []
    return [[cell.strip() for cell in row] for row in rows]


def _apart(data: bytes, most: Limits) -> Opened:
    given = (most.read_memory_bytes, most.read_seconds, most.most_rows, most.most_columns)
    command = [sys.executable, "-I", str(_SCRIPT), *map(str, given)]
    try:
        done = subprocess.run(  # noqa: S603 -- our own script, no shell, numbers from a catalogue
            command, input=data, capture_output=True, timeout=2 * most.read_seconds, env={}, check=False, cwd="/"
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Opened(refused="sheet_far")
    if done.returncode or not done.stdout:  # killed by its limits
        return Opened(refused="sheet_far")
    return msgspec.json.decode(done.stdout, type=Opened)


def _csv(data: bytes, most: Limits) -> list[list[str]]:
    words = _decoded(data)
    if "\x00" in words:
        raise Refused("sheet_words", field="file")
    first = words.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(words, newline=""), delimiter=mark):
            rows.append(row)
            if any(len(cell) > LONGEST for cell in row):  # most likely a quote that never ends
                raise Refused("sheet_damaged", field="file")
            if len(rows) > most.most_rows + 100 or len(row) > most.most_columns:
                raise Refused(
                    "sheet_far", rows=most.most_rows, columns=most.most_columns, field="file"
                )
    except csv.Error as error:
        raise Refused("sheet_damaged", field="file") from error
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
    raise Refused("sheet_words", field="file")
