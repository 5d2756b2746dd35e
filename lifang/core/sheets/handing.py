"""What was made for the rows of an import, as a workbook to hand over."""

import io
from collections.abc import Sequence

import xlsxwriter
from django.utils.translation import gettext as _

from lifang.core.sheets.declare import Row, Sheet
from lifang.core.sheets.terms import Kind


def named_by(sheet: Sheet) -> list[str]:
    """The columns that say who or what a row is."""
    given = (c.key for c in sheet.read if c.required and c.kind is not Kind.CHOICE)
    return list(dict.fromkeys((*sheet.natural, *given)))


def handed(sheet: Sheet, rows: Sequence[Row]) -> bytes:
    """Who or what each is, and its secret."""
    made = io.BytesIO()
    keys = named_by(sheet)
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet()
        bold, plain = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        page.set_column(0, len(keys), 24, plain)
        for at, title in enumerate([*(str(sheet.by_key[key].name) for key in keys), _("Password")]):
            page.write_string(0, at, title, bold)
        for line, row in enumerate(rows, 1):
            for at, cell in enumerate([*(row.values.get(key, "") for key in keys), row.secret]):
                page.write_string(line, at, cell, plain)
    return made.getvalue()
