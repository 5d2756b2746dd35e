"""Files as people send them."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import xlsxwriter


def xlsx(*rows: Sequence[Any], name: str = "Sheet1", **options: Any) -> bytes:
    """A workbook of one sheet; figures stay figures, text stays text."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, **options}) as book:
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    page.write_string(number, column, cell)
                elif cell is not None:
                    page.write(number, column, cell)
    return made.getvalue()


def csv(*rows: Sequence[str]) -> bytes:
    return "\n".join(",".join(row) for row in rows).encode()


def packed(**parts: bytes) -> bytes:
    """An archive; `__` in a name is a slash."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


def altered(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with bytes of one part exchanged."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(made, "w") as after:
        for one in before.infolist():
            content = before.read(one)
            if one.filename.endswith(part):
                assert old in content
                content = content.replace(old, new)
            after.writestr(one.filename, content)
    return made.getvalue()


def added(data: bytes, name: str, content: bytes) -> bytes:
    """A workbook with one part more."""
    made = io.BytesIO(data)
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr(name, content)
    return made.getvalue()
