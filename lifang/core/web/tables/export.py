"""Tables as CSV and XLSX, safe to open: no cell becomes a formula."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
SHEET_ROWS = 1_048_575


def plain(value: Any) -> str | int | float | date | datetime | None:
    """A value as a spreadsheet knows it: number, local time without zone, or text."""
    if value is None or isinstance(value, str | int | float):
        return value if not isinstance(value, bool) else str(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    return value if isinstance(value, date) else str(value)


def safe(value: Any) -> Any:
    """Text that a spreadsheet would calculate gets an apostrophe in front (OWASP, CSV injection)."""
    value = plain(value)
    if isinstance(value, str) and value.startswith(DANGEROUS):
        return f"'{value}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else value


class _Line:
    def write(self, line: str) -> str:
        return line


def as_csv(name: str, header: list[str], rows: Iterable[list[Any]]) -> StreamingHttpResponse:
    """Streamed, with the mark that makes Excel read Chinese right."""
    writer = csv.writer(_Line())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow([safe(cell) for cell in header])
        for row in rows:
            yield writer.writerow([safe(cell) for cell in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def as_xlsx(name: str, header: list[str], rows: Iterable[list[Any]]) -> HttpResponse:
    """A workbook whose strings stay strings; past a sheet's length the rest goes on a next sheet."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        },
    )
    bold = book.add_format({"bold": True, "bottom": 1})
    formats = {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    sheet, line = None, SHEET_ROWS
    for row in rows:
        if sheet is None or line >= SHEET_ROWS:
            sheet, line = _sheet(book, header, bold), 0
        line += 1
        for column, cell in enumerate(map(plain, row)):
            _write(sheet, line, column, cell, formats)
    if sheet is None:
        _sheet(book, header, bold)
    book.close()
    response = HttpResponse(buffer.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def _sheet(book: Any, header: list[str], bold: Any) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for column, label in enumerate(header):
        sheet.write_string(0, column, label, bold)
    sheet.set_column(0, max(0, len(header) - 1), 18)
    return sheet


def _write(sheet: Any, line: int, column: int, cell: Any, formats: dict[type[date], Any]) -> None:
    if cell is None:
        sheet.write_blank(line, column, None)
    elif isinstance(cell, int | float):
        sheet.write_number(line, column, cell)
    elif isinstance(cell, date):
        sheet.write_datetime(line, column, cell, formats[type(cell)])
    else:
        sheet.write_string(line, column, cell[:32767])
