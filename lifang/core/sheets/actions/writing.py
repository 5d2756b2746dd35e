"""Rows are written in batches, and taken back in batches; each batch is one transaction that notes what it did."""

from collections.abc import Sequence
from datetime import datetime

from django.db import DataError, IntegrityError, connection

from lifang.core.access import Actor, Refused
from lifang.core.action import action, attempt, together
from lifang.core.sheets.actions.telling import counts, tell
from lifang.core.sheets.catalogue import limits
from lifang.core.sheets.checking import Check
from lifang.core.sheets.declare import SHEETS, Row, Sheet
from lifang.core.sheets.models import Import, Line
from lifang.core.sheets.sealed import open_row, seal_row
from lifang.core.sheets.terms import WRITES, State, Verdict

_WRITTEN = """
UPDATE sheets_line l SET written = true, target = v.target, verdict = v.verdict
FROM unnest(%s::int[], %s::text[], %s::text[]) AS v(number, target, verdict)
WHERE l.of_id = %s AND l.number = v.number
"""


def write_rows(of: Import, sheet: Sheet, actor: Actor, at: datetime) -> None:
    if of.whole:
        with together(actor=actor, at=at):
            while _write_batch(of, sheet, actor, at):
                pass
    else:
        more = True
        while more:
            with together(actor=actor, at=at):
                more = _write_batch(of, sheet, actor, at)
    _finish(actor=actor, of=of, state=State.DONE, at=at)


@action("sheets.finish")
def _finish(*, actor: Actor, of: Import, state: State, at: datetime) -> Import:
    """The last row is written or taken back: the one line of the log that counts them."""
    row = Import.objects.hold(of.pk)
    lines = Line.objects.filter(of=row, written=True)
    row.state, row.fault, row.counts = state, {}, counts(row)
    if state is State.DONE:
        row.finished_at, row.written = at, lines.count()
        facts = {"sheet": SHEETS[row.sheet].name, "count": row.written}
        tell(row, "sheets.done", facts, at)
    else:
        row.undone_at, row.left = at, lines.filter(undone=False).count()
    row.save()
    return row


def _write_batch(of: Import, sheet: Sheet, actor: Actor, at: datetime) -> bool:
    """The next rows; False when none is left."""
    if Import.objects.select_for_update().get(pk=of.pk).state != State.WRITING:
        return False
    waiting = Line.objects.filter(of=of, written=False, verdict__in=WRITES).order_by("number")
    rows = [open_row(line) for line in waiting[: sheet.batch or limits().batch_rows]]
    if not rows:
        return False
    planned = {row.number: (row.verdict, dict(row.before)) for row in rows}
    Check(sheet, actor, of.within, at).judge(rows)  # what stands may have changed since the check
    if of.whole and any(row.faults for row in rows):
        raise Refused("sheet_row_moved")
    _put(of, sheet, actor, [row for row in rows if row.verdict in WRITES], at)
    _note(of, rows, planned)
    of.done += len(rows)
    of.save(update_fields=["done"])
    return True


def _put(of: Import, sheet: Sheet, actor: Actor, rows: Sequence[Row], at: datetime) -> None:
    given = {"actor": actor, "area": of.within, "at": at, "source": str(of.pk)}
    if not rows:
        return
    try:
        with attempt():
            sheet.write(rows=rows, **given)  # type: ignore[arg-type]
    except (Refused, IntegrityError, DataError):  # a lost connection is no row's fault
        if of.whole:
            raise
        _put_singly(sheet, rows, given)


def _put_singly(sheet: Sheet, rows: Sequence[Row], given: dict[str, object]) -> None:
    """One of them was refused: write the others."""
    for row in rows:
        try:
            with attempt():
                sheet.write(rows=[row], **given)  # type: ignore[arg-type]
        except Refused as refused:
            row.target, row.verdict = "", Verdict.WRONG
            row.wrong(refused.refusal.reason, **refused.refusal.facts)
        except (IntegrityError, DataError):
            row.target, row.verdict = "", Verdict.WRONG
            row.wrong("sheet_row_moved")


def _note(
    of: Import, rows: Sequence[Row], planned: dict[int, tuple[Verdict, dict[str, str]]]
) -> None:
    """What became of each row; its content is sealed again only where it changed."""
    done = [row for row in rows if row.verdict in WRITES]
    with connection.cursor() as cursor:
        numbers = [row.number for row in done]
        targets = [str(row.target) for row in done]
        cursor.execute(_WRITTEN, [numbers, targets, [str(row.verdict) for row in done], of.pk])
    for row in rows:
        verdict, before = planned[row.number]
        if row.verdict != verdict or row.before != before or row.secret:
            Line.objects.filter(of=of, number=row.number).update(
                verdict=row.verdict, content=seal_row(row, of.pk)
            )


def take_back_rows(of: Import, sheet: Sheet, actor: Actor, at: datetime) -> None:
    last: int | None = None
    while True:
        with together(actor=actor, at=at):
            last = _take_back_batch(of, sheet, actor, last, at)
        if last is None:
            break
    _finish(actor=actor, of=of, state=State.UNDONE, at=at)


def _take_back_batch(
    of: Import, sheet: Sheet, actor: Actor, last: int | None, at: datetime
) -> int | None:
    """The rows before that one, from the end; the first of them, or None when none is left."""
    waiting = Line.objects.filter(of=of, written=True, undone=False).order_by("-number")
    if last is not None:
        waiting = waiting.filter(number__lt=last)
    rows = [open_row(line) for line in waiting[: sheet.batch or limits().batch_rows]]
    if not rows:
        return None
    left = sheet.take_back(actor=actor, rows=rows, area=of.within, at=at)
    back = [row.number for row in rows if row.number not in left]
    Line.objects.filter(of=of, number__in=back).update(undone=True)
    of.done += len(rows)
    of.save(update_fields=["done"])
    return rows[-1].number
