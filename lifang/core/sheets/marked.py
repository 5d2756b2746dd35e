"""Mark what is wrong in a person's own workbook, in a process of its own: cells coloured, comments, a column of errors.

Run as a script with hard limits. Arguments: memory in bytes, seconds. Read from standard input: the length of a JSON head (4 bytes), the
head `{"sheet", "head", "column", "title", "rows": [[number, text, {column: message}]], "comments"}`, the workbook. Written: the
workbook. Formulas are replaced by their last result, so nothing of the file is calculated anywhere.
"""

import io
import json
import resource
import sys
from typing import Any


def limit(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def marked(head: dict[str, Any], data: bytes) -> bytes:
    """The same workbook with the rows of `head` marked."""
    from openpyxl import load_workbook  # noqa: PLC0415 -- after the limits
    from openpyxl.comments import Comment  # noqa: PLC0415 -- after the limits
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 -- after the limits

    book = load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
    page = book[head["sheet"]]
    red = PatternFill("solid", fgColor="FFC7CE")
    column, comments = head["column"], head["comments"]
    title = page.cell(head["head"], column)
    title.value, title.font, title.fill = head["title"], Font(bold=True), red
    page.column_dimensions[title.column_letter].width = 48
    for line in page.iter_rows(min_row=head["head"] + 1, min_col=column, max_col=column):
        for cell in line:
            cell.value = None  # what an earlier answer said
    for number, said, cells in head["rows"]:
        told = page.cell(number, column)
        told.value, told.fill, told.alignment = said, red, Alignment(wrap_text=True)
        for at, message in cells.items():
            cell = page.cell(number, int(at))
            cell.fill = red
            comments -= 1
            if comments >= 0:
                cell.comment = Comment(message, "lifang", width=260, height=80)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def main() -> None:
    memory, seconds = map(int, sys.argv[1:3])
    given = sys.stdin.buffer.read()
    limit(memory, seconds)
    start = 4 + int.from_bytes(given[:4], "big")
    sys.stdout.buffer.write(marked(json.loads(given[4:start]), given[start:]))


if __name__ == "__main__":
    main()
