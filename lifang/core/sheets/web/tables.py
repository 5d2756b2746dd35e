from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from lifang.core.sheets import selectors
from lifang.core.sheets.answer import said
from lifang.core.sheets.declare import SHEETS, Row
from lifang.core.sheets.handing import named_by
from lifang.core.sheets.models import Import, Line
from lifang.core.sheets.terms import State, Verdict
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Table

STATES = {
    State.READING: ("progress", _("Being checked")),
    State.CHECKED: ("waiting", _("Waits for your decision")),
    State.WRITING: ("progress", _("Being written")),
    State.DONE: ("done", _("Written")),
    State.UNDOING: ("progress", _("Being taken back")),
    State.UNDONE: ("idle", _("Taken back")),
    State.REFUSED: ("danger", _("Could not be read")),
    State.DROPPED: ("idle", _("Dropped")),
}
VERDICTS = {
    Verdict.NEW: ("open", _("Added")),
    Verdict.CHANGED: ("progress", _("Changed")),
    Verdict.SAME: ("idle", _("Same")),
    Verdict.WRONG: ("danger", _("Wrong")),
    Verdict.OUTSIDE: ("late", _("Outside my area")),
}


def state_chip(row: Import) -> Chip:
    return Chip(*STATES[State(row.state)])


def _sheet_name(row: Import) -> Any:
    return SHEETS[row.sheet].name if row.sheet in SHEETS else row.sheet


def _total(row: Import) -> int:
    return sum(row.counts.values()) or row.of


class ImportTable(Table):
    file = Column(_("File"), value="name", link=lambda row: reverse("sheets:import", args=[row.pk]), wide=True)  # fmt: skip
    kind = Column(_("Spreadsheet"), value=_sheet_name)
    state = Column(_("State"), cell="state", value=state_chip)
    total = Column(_("Rows"), cell="number", value=_total)
    written = Column(_("Written"), cell="number")
    asked_at = Column(_("Uploaded"), cell="time", sort="asked_at")

    key = "imports"
    private = True
    search = ("name",)
    filters = (
        Choice("state", _("State"), {key.value: name for key, (_kind, name) in STATES.items()}),
    )
    order = "-asked_at"
    empty = Empty(
        _("Nothing was uploaded yet."),
        _("Choose a spreadsheet above, download its template and fill it in."),
        icon="table-import",
    )


def _row(line: Line) -> Row:
    known = line.__dict__.get("_row")
    if known is None:
        known = line.__dict__["_row"] = selectors.row(_Own(line), line)  # type: ignore[arg-type]
    return known  # type: ignore[no-any-return]


class _Own:
    """The table's rows were asked for by their owner already."""

    def __init__(self, line: Line) -> None:
        self.id = line.of.account_id


def masked(line: Line, key: str, value: str) -> str:
    """A value as a reader may see it: choices by name, secrets of people covered."""
    column = SHEETS[line.of.sheet].by_key[key]
    if not value:
        return "—"
    return column.mask(value) if column.mask else value


def _about(line: Line) -> str:
    sheet, row = SHEETS[line.of.sheet], _row(line)
    keys = [key for key in named_by(sheet) if key in row.values]
    shown = [masked(line, key, row.values[key]) for key in keys]
    return " · ".join(shown[:3]) or "—"


def _told(line: Line) -> str:
    sheet, row = SHEETS[line.of.sheet], _row(line)
    if row.faults:
        return said(sheet, row.faults)
    return "; ".join(
        f"{sheet.by_key[key].name}: {masked(line, key, old)} → {masked(line, key, row.values[key])}"
        for key, old in row.before.items()
    )


def _shown(line: Line) -> Any:
    sheet, row = SHEETS[line.of.sheet], _row(line)
    if row.faults or not row.before:
        return _told(line) or "—"
    return format_html_join(
        "",
        "<div>{}</div>",
        (
            (
                format_html(
                    "{}: <s>{}</s> → <strong>{}</strong>",
                    sheet.by_key[key].name,
                    masked(line, key, old),
                    masked(line, key, row.values[key]),
                ),
            )
            for key, old in row.before.items()
        ),
    )


class LineTable(Table):
    """Rows of one import; values are masked as everywhere."""

    number = Column(_("Row"), cell="number", sort="number")
    verdict = Column(_("What it would do"), cell="state", value=lambda line: Chip(*VERDICTS[Verdict(line.verdict)]))  # fmt: skip
    about = Column(_("Who or what"), value=_about)
    told = Column(_("What is wrong, or what changes"), value=_told, cell=_shown, wide=True)  # fmt: skip

    key = "lines"
    filters = (Choice("verdict", _("What it would do"), {key.value: name for key, (_kind, name) in VERDICTS.items()}),)  # fmt: skip
    order = "number"
    per_page = 50
    empty = Empty(_("No such rows."), _("Choose another kind of row."))
