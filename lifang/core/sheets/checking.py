"""From the cells of a file to rows with a verdict each; nothing is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.utils import translation
from django.utils.translation import get_language

from lifang.core.access import Actor
from lifang.core.sheets import values
from lifang.core.sheets.catalogue import says
from lifang.core.sheets.declare import Known, Row, Sheet
from lifang.core.sheets.heads import Mapping as Heads
from lifang.core.sheets.terms import Verdict


@dataclass
class Check:
    """One check of one file for one actor."""

    sheet: Sheet
    actor: Actor
    area: str
    at: datetime
    keys: dict[tuple[str, ...], int] = field(default_factory=dict)  # natural key → first row

    @cached_property
    def choices(self) -> dict[str, dict[str, str]]:
        """By column, what people may write for each code: asked by the reading of cells alone."""
        choices: dict[str, dict[str, str]] = {}
        for column in self.sheet.read:
            if column.choices is not None:
                found: dict[str, str] = {}
                for language in (
                    "en",
                    "zh-hans",
                    get_language() or "zh-hans",
                ):  # the reader's own wins
                    with translation.override(language):
                        found |= values.lookup(column.choices(self.actor, self.area))
                choices[column.key] = found
        return choices

    def rows(self, heads: Heads) -> Iterator[Row]:
        """Each row of data, its cells read; empty rows, totals and repeated headers are left out."""
        columns = [(self.sheet.by_key[key], at) for key, at in heads.columns.items()]
        title = heads.page.rows[heads.row]
        for number, cells in enumerate(heads.page.rows[heads.row + 1 :], heads.row + 2):
            if _beside(cells) or cells == title:
                continue
            row = Row(number, {})
            for column, at in columns:
                said = cells[at] if at < len(cells) else ""
                value, fault = values.read(column, said, self.choices.get(column.key, {}))
                if fault is not None:
                    row.wrong(fault.reason, column.key, **fault.facts)
                elif value:
                    row.values[column.key] = value
            if row.values or row.faults:
                self._once(row)
                yield row

    def _once(self, row: Row) -> None:
        key = tuple(row.values.get(name, "") for name in self.sheet.natural)
        if all(key):
            first = self.keys.setdefault(key, row.number)
            if first != row.number:
                row.wrong("row_twice", self.sheet.natural[0], number=first)

    def judge(self, rows: Sequence[Row]) -> None:
        """Give each row of a batch its verdict, and note what stood where it differs."""
        for row in rows:
            told = {fault.column for fault in row.faults}
            for name in self.sheet.natural:
                if name not in row.values and name not in told:
                    row.wrong("cell_required", name)
        sound = [row for row in rows if not row.faults]
        self.sheet.look(self.actor, sound, self.area, self.at)
        sound = [row for row in sound if not row.faults]
        known = self.sheet.standing(self.actor, sound, self.area, self.at) if sound else {}
        for row in sound:
            self._compare(row, known.get(row.number))
        for row in rows:
            if row.faults and row.verdict is not Verdict.OUTSIDE:
                row.verdict = Verdict.WRONG

    def _compare(self, row: Row, known: Known | None) -> None:
        if not self.sheet.may(self.actor, row.area) or (known is not None and not known.mine):
            row.verdict = Verdict.OUTSIDE
            row.wrong("row_outside")
        elif known is None:
            self._fresh(row)
        else:
            row.target = known.target
            row.before = self._differences(row, known.values)
            row.verdict = Verdict.CHANGED if row.before else Verdict.SAME

    def _fresh(self, row: Row) -> None:
        row.values = {key: said for key, said in row.values.items() if said != values.CLEARED}
        for column in self.sheet.read:
            if column.required and column.key not in row.values:
                row.wrong("cell_required", column.key)
        row.verdict = Verdict.NEW

    def _differences(self, row: Row, stands: Mapping[str, str]) -> dict[str, str]:
        """What stood, of the fields that the row would change; an empty cell changes nothing."""
        before: dict[str, str] = {}
        for key, said in list(row.values.items()):
            stood = stands.get(key, "")
            mask = self.sheet.by_key[key].mask
            if mask is not None and stood and said == mask(stood):
                row.values[key] = stood  # a masked value that came back untouched
            elif said == values.CLEARED:
                row.values[key] = ""
                self._clear(row, key, stood, before)
            elif said != stood:
                before[key] = stood
        return before

    def _clear(self, row: Row, key: str, stood: str, before: dict[str, str]) -> None:
        if self.sheet.by_key[key].required:
            row.wrong("cell_required", key)
        elif stood:
            before[key] = stood


def _beside(cells: Sequence[str]) -> bool:
    """Empty, or a total."""
    first = next((cell for cell in cells if cell.strip()), "")
    return not first or (len(first) < 16 and says("total", first))
