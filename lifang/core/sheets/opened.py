"""Read one spreadsheet from standard input in a process of its own, and write its cells as text.

Run as a script with hard limits of memory and time: whatever a reader does with a hostile file, it does it here. Nothing of
lifang is imported. Arguments: memory in bytes, seconds, most rows, most columns. Written: JSON of `{"sheets": [{"name",
"rows"}], "about": {…}}` or `{"refused": reason}`. Formulas are never calculated: their last result is what counts.
"""

import io
import json
import resource
import sys
from datetime import date, datetime
from typing import Any

ABOUT = "_lifang"  # the hidden sheet of our templates
LOST = "\ufdd0"  # stands before a number of more than fifteen digits: its last digits are gone
SHEETS, MERGED = 4, 200_000


def limit(memory: int, seconds: int) -> None:
    """No more memory, time or files than one spreadsheet needs."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def plain(cell: Any) -> str:
    """A cell as text; whole numbers without a point, days and times as ISO."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        if abs(cell) >= 1e15:
            return f"{LOST}{cell:.17g}"
        return str(int(cell)) if cell == int(cell) else repr(cell)
    if isinstance(cell, datetime):
        whole = cell.hour == cell.minute == cell.second == 0
        return cell.date().isoformat() if whole else cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def rows_of(sheet: Any, rows: int, columns: int) -> list[list[str]]:
    """Every row from the first line on, cut after the last cell that says something."""
    end = sheet.end
    if end is None:
        return []
    if end[0] > 4 * rows:
        raise OverflowError
    found: list[list[str]] = []
    kept = 0
    for line in sheet.to_python(skip_empty_area=False):
        texts = [plain(cell) for cell in line]
        while texts and not texts[-1].strip():
            texts.pop()
        if len(texts) > columns:
            raise OverflowError
        found.append(texts)
        if texts:
            kept = len(found)
    del found[kept:]
    if sum(1 for line in found if line) > rows:
        raise OverflowError
    spread(sheet, found)
    return found


def spread(sheet: Any, found: list[list[str]]) -> None:
    """A cell merged over several rows counts for each of them."""
    left = MERGED
    for (top, first), (bottom, _last) in sheet.merged_cell_ranges or ():
        if top >= len(found) or top == bottom or first >= len(found[top]):
            continue
        said = found[top][first]
        for row in range(top + 1, min(bottom + 1, len(found))):
            left -= 1
            if left < 0 or not said:
                return
            line = found[row]
            line.extend([""] * (first + 1 - len(line)))
            line[first] = line[first] or said


def opened(data: bytes, rows: int, columns: int) -> dict[str, Any]:
    """The visible sheets, and what our own template says of itself."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    about: dict[str, str] = {}
    sheets: list[dict[str, Any]] = []
    for meta in book.sheets_metadata:
        if meta.name == ABOUT:
            said = book.get_sheet_by_name(ABOUT).to_python(nrows=20)
            about = {str(line[0]): str(line[1]) for line in said if len(line) > 1}
        elif (
            meta.visible == SheetVisibleEnum.Visible
            and meta.typ == SheetTypeEnum.WorkSheet
            and len(sheets) < SHEETS
        ):
            sheets.append(
                {
                    "name": meta.name,
                    "rows": rows_of(book.get_sheet_by_name(meta.name), rows, columns),
                }
            )
    return {"sheets": sheets, "about": about}


def main() -> None:
    memory, seconds, rows, columns = map(int, sys.argv[1:5])
    data = sys.stdin.buffer.read()
    limit(memory, seconds)
    try:
        said = opened(data, rows, columns)
    except (OverflowError, MemoryError):
        said = {"refused": "sheet_far"}
    except BaseException as error:  # noqa: BLE001 -- readers raise anything, also a Rust panic
        locked = "assword" in str(error)
        said = {"refused": "sheet_locked" if locked else "sheet_damaged"}
    sys.stdout.buffer.write(json.dumps(said, ensure_ascii=False).encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
