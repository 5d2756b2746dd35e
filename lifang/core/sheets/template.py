"""A workbook to fill in: notes, coloured titles, text columns, drop-downs from a hidden sheet, and what it is."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

from lifang.core.access import Actor
from lifang.core.sheets.declare import Column, Sheet, Values
from lifang.core.sheets.opened import ABOUT
from lifang.core.sheets.terms import Kind

LISTS: Final = "_lists"
FILLABLE: Final = 5_000  # rows below the titles that offer their choices
_PROMPT: Final = 255
_TITLE: Final = 32
_MUST, _MAY, _GROUP, _NOTE, _MARK = "#FCE4D6", "#DDEBF7", "#EDEDED", "#FFF9E5", "#FFC7CE"


class Writer:
    """One workbook in the making, row after row; the memory it takes does not grow with the rows."""

    def __init__(self, sheet: Sheet, actor: Actor, area: str, *, language: str) -> None:
        self.sheet, self.actor, self.area, self.language = sheet, actor, area, language
        self.made = io.BytesIO()
        options = {
            "constant_memory": True,
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.book = xlsxwriter.Workbook(self.made, options)
        self.lists: dict[str, str] = {}
        self.shown: dict[str, Mapping[str, str]] = {}
        self.page = self.book.add_worksheet(_page_name(str(sheet.name)))
        self.text = self.book.add_format({"num_format": "@"})
        self.marked = self.book.add_format({"num_format": "@", "bg_color": _MARK})

    def head(self, extra: Sequence[str] = ()) -> int:
        """Notes, groups and titles; the row on which data begins."""
        columns = self.sheet.columns
        width = len(columns) + len(extra)
        self._choices()
        self._widths(columns, extra)
        note = self.book.add_format({"bg_color": _NOTE, "text_wrap": True, "valign": "top", "font_size": 10})  # fmt: skip
        self.page.set_row(0, 66)
        self.page.merge_range(0, 0, 0, max(width, 4) - 1, self._notes(), note)
        line = 1
        if any(column.group for column in columns):
            self._groups(line)
            line += 1
        for at, column in enumerate(columns):
            self.page.write_string(line, at, _title(column), self._head(column))
        for at, title in enumerate(extra, len(columns)):
            self.page.write_string(line, at, title, self._head(None))
        self.page.freeze_panes(line + 1, 1)
        for at, column in enumerate(columns):
            self._validate(line + 1, at, column)
        return line + 1

    def row(self, line: int, cells: Sequence[str], marks: Mapping[int, str] | None = None) -> None:
        """One row of text; marked cells are coloured."""
        for at, cell in enumerate(cells):
            form = self.marked if marks and at in marks else self.text
            self.page.write_string(line, at, cell[:32_767], form)

    def comment(self, line: int, at: int, said: str) -> None:
        self.page.write_comment(line, at, said, {"x_scale": 1.6, "y_scale": 0.8})

    def done(self) -> bytes:
        self._about()
        self.book.close()
        return self.made.getvalue()

    def _notes(self) -> str:
        lines = [
            str(self.sheet.note),
            _("Titles in orange with a star must be filled in. An empty cell changes nothing; write (clear) to empty a field."),
            _("Keep numbers as text. Columns may be moved or left out. Uploading the same file again changes nothing."),
        ]  # fmt: skip
        return "\n".join(line for line in lines if line)

    def _head(self, column: Column | None) -> Any:
        colour = _MARK if column is None else _MUST if column.required else _MAY
        facts = {
            "bold": True,
            "bg_color": colour,
            "bottom": 1,
            "num_format": "@",
            "text_wrap": True,
        }
        return self.book.add_format({**facts, "valign": "vcenter"})

    def _groups(self, line: int) -> None:
        form = self.book.add_format(
            {"bold": True, "align": "center", "bg_color": _GROUP, "border": 1}
        )
        start, columns = 0, self.sheet.columns
        while start < len(columns):
            group, end = columns[start].group, start
            while end + 1 < len(columns) and columns[end + 1].group == group:
                end += 1
            if group is not None and end > start:
                self.page.merge_range(line, start, line, end, str(group), form)
            elif group is not None:
                self.page.write_string(line, start, str(group), form)
            start = end + 1

    def _widths(self, columns: Sequence[Column], extra: Sequence[str]) -> None:
        for at, column in enumerate(columns):
            form = None if column.kind is Kind.WHOLE else self.text
            self.page.set_column(at, at, column.width, form)
        for at in range(len(columns), len(columns) + len(extra)):
            self.page.set_column(at, at, 48, self.text)

    def _choices(self) -> None:
        """Choices stand in a sheet of their own: typed into the cell Excel takes 255 characters."""
        for column in self.sheet.columns:
            if column.choices is not None:
                self.shown[column.key] = column.choices(self.actor, self.area)
        offered = [(key, list(names.values())) for key, names in self.shown.items() if names]
        if not offered:
            return
        page = self.book.add_worksheet(LISTS)
        page.hide()
        for line in range(max(len(names) for _key, names in offered)):
            for at, (_key, names) in enumerate(offered):
                if line < len(names):
                    page.write_string(line, at, names[line], self.text)
        for at, (key, names) in enumerate(offered):
            letter = xl_col_to_name(at)
            self.lists[key] = f"={LISTS}!${letter}$1:${letter}${len(names)}"

    def _validate(self, first: int, at: int, column: Column) -> None:
        prompt = str(column.note or "")
        rule: dict[str, Any] = {"validate": "any"}
        if column.key in self.lists:
            rule = {
                "validate": "list",
                "source": self.lists[column.key],
                "error_type": "information" if column.loose else "stop",
                "error_title": str(column.name)[:_TITLE],
                "error_message": _("Please choose from the list."),
            }
        if prompt:
            rule |= {"input_title": str(column.name)[:_TITLE], "input_message": prompt[:_PROMPT]}
        if len(rule) > 1:
            self.page.data_validation(first, at, first + FILLABLE, at, rule)

    def _about(self) -> None:
        page = self.book.add_worksheet(ABOUT)
        page.very_hidden()
        said = {
            "sheet": self.sheet.key,
            "version": self.sheet.version,
            "area": self.area,
            "language": self.language,
        }
        for line, (key, value) in enumerate(said.items()):
            page.write_string(line, 0, key)
            page.write_string(line, 1, value)

    def names(self, row: Values) -> list[str]:
        """The cells of a row as a reader knows them: choices by name."""
        return [
            self.shown.get(column.key, {}).get(row.get(column.key, ""), row.get(column.key, ""))
            for column in self.sheet.columns
        ]


def template(
    sheet: Sheet, actor: Actor, area: str, rows: Iterable[Values] = (), *, language: str
) -> bytes:
    """The workbook of a sheet for this actor, its first rows filled with what is known."""
    writer = Writer(sheet, actor, area, language=language)
    first = writer.head()
    for line, row in enumerate(rows, first):
        masked = {
            column.key: column.mask(row[column.key])
            if column.mask and row.get(column.key)
            else row.get(column.key, "")
            for column in sheet.columns
        }
        writer.row(line, writer.names(masked))
    return writer.done()


def _title(column: Column) -> str:
    return f"{column.name}*" if column.required else str(column.name)


def _page_name(name: str) -> str:
    return "".join(c for c in name if c not in "[]:*?/\\'")[:31] or "Sheet"
