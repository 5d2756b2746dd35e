"""Rows are written in batches, and taken back in batches; each batch is one transaction that notes what it did.

Each holds the row of its import: a slow worker and the one that took over from it do batch by batch in turn.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, connection

from lifang.core.access import Actor, Refused
from lifang.core.action import action, attempt, together
from lifang.core.sheets.actions.telling import counts, tell
from lifang.core.sheets.batches import batch
from lifang.core.sheets.catalogue import limits
from lifang.core.sheets.checking import Check
from lifang.core.sheets.declare import SHEETS, Row, Sheet
from lifang.core.sheets.models import Import, Line
from lifang.core.sheets.sealed import kept, open_row, seal_row
from lifang.core.sheets.terms import WRITES, State, Verdict

_WRITTEN = """
UPDATE sheets_line l SET written = true, target = v.target, verdict = v.verdict
FROM unnest(%s::int[], %s::text[], %s::text[]) AS v(number, target, verdict)
WHERE l.of_id = %s AND l.number = v.number
"""


GOING = {State.DONE: State.WRITING, State.UNDONE: State.UNDOING}


def write_rows(of: Import, sheet: Sheet, actor: Actor, at: datetime) -> None:
    last: int | None = 0
    if of.whole:
        with together(actor=actor, at=at):
            while last is not None:
                last = _write_batch(of, sheet, actor, last, at)
    else:
        while last is not None:
            with together(actor=actor, at=at):
                last = _write_batch(of, sheet, actor, last, at)
    _end(of, State.DONE, actor, at)


def _end(of: Import, state: State, actor: Actor, at: datetime) -> None:
    """Once, whichever worker comes to it first."""
    with together(actor=actor, at=at):
        if _mine(of, GOING[state]):
            _finish(actor=actor, of=of, state=state, at=at)


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


def _mine(of: Import, state: State) -> bool:
    """Hold the import for this batch, as far as any worker has come; False when it is no longer at that."""
    held = Import.objects.select_for_update().get(pk=of.pk)
    of.done = held.done
    return held.state == state


def _write_batch(of: Import, sheet: Sheet, actor: Actor, last: int, at: datetime) -> int | None:
    """The next rows after that one; the last of them, or None when none is left."""
    if not _mine(of, State.WRITING):
        return None
    with batch():
        return _written(of, sheet, actor, last, at)


def _written(of: Import, sheet: Sheet, actor: Actor, last: int, at: datetime) -> int | None:
    waiting = Line.objects.filter(of=of, number__gt=last, written=False, verdict__in=WRITES)
    lines = kept(waiting).order_by("number")[: sheet.batch or limits().batch_rows]
    rows = [open_row(line) for line in lines]
    if not rows:
        return None
    planned = {row.number: (row.verdict, dict(row.before)) for row in rows}
    Check(sheet, actor, of.within, at).judge(rows)  # what stands may have changed since the check
    if of.whole and any(row.faults for row in rows):
        raise Refused("sheet_row_moved")
    _put(of, sheet, actor, [row for row in rows if row.verdict in WRITES], at)
    _note(of, rows, planned)
    of.done += len(rows)
    of.save(update_fields=["done"])
    return rows[-1].number


Given = dict[str, Any]  # what every `write` of a sheet is told
PARTS = 8  # around a row that is refused


def _put(of: Import, sheet: Sheet, actor: Actor, rows: Sequence[Row], at: datetime) -> None:
    given = {"actor": actor, "area": of.within, "at": at, "source": str(of.pk)}
    try:
        _try(sheet, rows, given)
    except (Refused, IntegrityError, DataError):  # a lost connection is no row's fault
        if of.whole:
            raise
        _put_parts(sheet, rows, given)


def _try(sheet: Sheet, rows: Sequence[Row], given: Given) -> None:
    """All of them or none; refused, they name nothing that was made."""
    before = [(row.target, row.secret) for row in rows]
    try:
        with attempt():
            if rows:
                sheet.write(rows=rows, **given)
    except BaseException:
        for row, (target, secret) in zip(rows, before, strict=True):
            row.target, row.secret = target, secret
        raise


def _put_parts(sheet: Sheet, rows: Sequence[Row], given: Given) -> None:
    """One of them was refused: write the others, in smaller and smaller parts around it."""
    if len(rows) == 1:
        _put_one(sheet, rows[0], given)
        return
    size = -(-len(rows) // PARTS)
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        try:
            _try(sheet, part, given)
        except (Refused, IntegrityError, DataError):
            _put_parts(sheet, part, given)


def _put_one(sheet: Sheet, row: Row, given: Given) -> None:
    try:
        _try(sheet, [row], given)
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
    _end(of, State.UNDONE, actor, at)


def _take_back_batch(
    of: Import, sheet: Sheet, actor: Actor, last: int | None, at: datetime
) -> int | None:
    """The rows before that one, from the end; the first of them, or None when none is left."""
    if not _mine(of, State.UNDOING):
        return None
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
