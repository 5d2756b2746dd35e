"""The answer to an upload: the person's own workbook with its errors marked, or, where that cannot be, the same rows anew."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lifang.core.access import Actor
from lifang.core.sheets.catalogue import limits, says
from lifang.core.sheets.declare import Fault, Row, Sheet
from lifang.core.sheets.heads import Mapping
from lifang.core.sheets.opened import LOST
from lifang.core.sheets.template import Writer

_SCRIPT: Final = Path(__file__).with_name("marked.py")


def answered(
    data: bytes, heads: Mapping, sheet: Sheet, wrong: Sequence[Row], actor: Actor, area: str
) -> bytes:
    """An XLSX file in which every wrong row says why."""
    most = limits()
    cells = sum(len(row) for row in heads.page.rows)
    if data.startswith(b"PK\x03\x04") and b"xl/worksheets" in data and cells <= most.marked_cells:
        own = _own(data, heads, sheet, wrong)
        if own:
            return own
    return _anew(heads, sheet, wrong, actor, area)


def said(sheet: Sheet, faults: Sequence[Fault]) -> str:
    """What is wrong with a row, in a sentence each."""
    return " ".join(sentence(sheet, fault) for fault in faults)


def sentence(sheet: Sheet, fault: Fault) -> str:
    column = sheet.by_key.get(fault.column)
    return f"{column.name}：{fault.refusal}" if column else str(fault.refusal)


def _error_column(heads: Mapping) -> int:
    """Where the errors stand, from 0: the column of an earlier answer, else the first free one."""
    title = heads.page.rows[heads.row]
    for at, written in enumerate(title):
        if written.strip() and says("error", written):
            return at
    return max(len(row) for row in heads.page.rows[heads.row :])


def _own(data: bytes, heads: Mapping, sheet: Sheet, wrong: Sequence[Row]) -> bytes:
    most, columns = limits(), heads.columns
    head = {
        "sheet": heads.page.name,
        "head": heads.row + 1,
        "column": _error_column(heads) + 1,
        "title": _("Error note"),
        "comments": most.most_comments,
        "rows": [
            (
                row.number,
                said(sheet, row.faults),
                {
                    columns[fault.column] + 1: str(fault.refusal)
                    for fault in row.faults
                    if fault.column in columns
                },
            )
            for row in wrong
        ],
    }
    packed = json.dumps(head).encode()
    given = (most.read_memory_bytes, most.read_seconds)
    try:
        done = subprocess.run(  # noqa: S603 -- our own script, no shell, numbers from a catalogue
            [sys.executable, "-I", str(_SCRIPT), *map(str, given)],
            input=len(packed).to_bytes(4, "big") + packed + data,
            capture_output=True, timeout=2 * most.read_seconds, env={}, check=False, cwd="/",
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return b""
    return done.stdout if done.returncode == 0 else b""


def _anew(heads: Mapping, sheet: Sheet, wrong: Sequence[Row], actor: Actor, area: str) -> bytes:
    """The template's columns with the rows of the file in their order, and a last column of errors."""
    writer = Writer(sheet, actor, area, language=get_language() or "")
    line = writer.head([_("Error note")])
    faults = {row.number: row.faults for row in wrong}
    places = [heads.columns.get(column.key) for column in sheet.columns]
    keys = [column.key for column in sheet.columns]
    left = limits().most_comments
    for number, cells in enumerate(heads.page.rows[heads.row + 1 :], heads.row + 2):
        if not any(cell.strip() for cell in cells):
            continue
        told = faults.get(number, [])
        marks = {keys.index(f.column): str(f.refusal) for f in told if f.column in keys}
        row = [cells[at] if at is not None and at < len(cells) else "" for at in places]
        writer.row(line, [*(c.removeprefix(LOST) for c in row), said(sheet, told)], marks)
        for at, message in marks.items():
            left -= 1
            if left >= 0:
                writer.comment(line, at, message)
        line += 1
    return writer.done()
