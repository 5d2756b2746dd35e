"""What the job does with a spreadsheet: check, write, take back. Killed at any point, it goes on where it was."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import Error, transaction
from django.utils import translation

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.grants import actor_of
from lifang.core.access.rows import add_many
from lifang.core.access.wall import behind
from lifang.core.sheets.actions.telling import counts, tell
from lifang.core.sheets.actions.writing import take_back_rows, write_rows
from lifang.core.sheets.answer import answered
from lifang.core.sheets.batches import batch
from lifang.core.sheets.catalogue import limits
from lifang.core.sheets.checking import Check
from lifang.core.sheets.declare import SHEETS, Row, Sheet
from lifang.core.sheets.heads import mapped
from lifang.core.sheets.models import Import, Line, Paper
from lifang.core.sheets.reading import opened
from lifang.core.sheets.sealed import kept, open_file, open_row, seal_file, seal_row
from lifang.core.sheets.terms import State, Verdict

log = logging.getLogger(__name__)


class _Done(Exception):
    """Another worker has done all of it."""


BACK = {State.READING: State.REFUSED, State.WRITING: State.CHECKED, State.UNDOING: State.DONE}


def work(*, system: Actor, of: UUID, at: datetime) -> None:
    """Bring one import on as far as its state asks, as the person who uploaded it."""
    found = Import.objects.filter(pk=of).first()
    if found is None or found.state not in BACK:
        return
    was = State(found.state)
    with behind(system), translation.override(found.language):
        actor = actor_of(found.account_id, at)
    task = {State.READING: _check, State.WRITING: write_rows, State.UNDOING: take_back_rows}
    try:
        with behind(actor), translation.override(found.language):
            task[was](found, SHEETS[found.sheet], actor, at)
    except _Done:
        return
    except Error:
        raise  # the database went away: the job is tried again
    except Refused as refused:
        _stopped(found, was, refused.refusal.reason, dict(refused.refusal.facts))
    except Exception:
        log.exception("the import %s broke", found.pk)
        _stopped(found, was, "sheet_broken", {})


def _stopped(of: Import, was: State, reason: str, facts: dict[str, object]) -> None:
    """Back to where a person can decide, with the reason."""
    plain = {key: fact if isinstance(fact, int) else str(fact) for key, fact in facts.items()}
    with behind(SYSTEM):
        Import.objects.filter(pk=of.pk, state=was).update(
            state=BACK[was], fault={"reason": reason, "facts": plain}
        )


# The check


def _check(of: Import, sheet: Sheet, actor: Actor, at: datetime) -> None:
    data = open_file(bytes(Paper.objects.get(of=of, kind="upload").content), of.pk, "upload")
    book = opened(data)
    owner = SHEETS.get(book.about.get("sheet", sheet.key))
    if owner is not None and owner.key not in (sheet.key, *sheet.takes):
        raise Refused("sheet_other", name=str(owner.name))
    heads = mapped(book, sheet)
    check = Check(sheet, actor, of.within, at)
    with batch():
        rows = list(check.rows(heads))
    if not rows:
        raise Refused("sheet_rows")
    of.heads = [[head.written, head.column] for head in heads.heads]
    of.of, size = len(rows), limits().batch_rows
    known = of.done  # staged before the job was killed
    while known < len(rows):
        some = rows[known : known + size]
        with batch():
            check.judge(some)
            known = _stage(of, some, known)
    wrong = list(_opened(of, (Verdict.WRONG, Verdict.OUTSIDE)))
    answer = answered(data, heads, sheet, wrong, actor, of.within) if wrong else b""
    _checked(of, sheet, answer, at)


def _stage(of: Import, some: Sequence[Row], known: int) -> int:
    """Keep what was judged of a batch, unless another worker has by now; how many rows are kept."""
    with transaction.atomic():
        held = _held(of)
        if held.done != known:
            return held.done
        add_many(
            [
                Line(
                    of=of,
                    number=row.number,
                    verdict=row.verdict,
                    target=row.target,
                    content=seal_row(row, of.pk),
                )
                for row in some
            ]
        )
        of.done = known + len(some)
        of.save(update_fields=["done", "of", "heads"])
        return of.done


def _held(of: Import) -> Import:
    """The import held for a batch; `_Done` when another worker has come to the end of its check."""
    held = Import.objects.select_for_update().get(pk=of.pk)
    if held.state != State.READING:
        raise _Done
    return held


def _opened(of: Import, verdicts: Sequence[str]) -> Iterator[Row]:
    lines = Line.objects.filter(of=of, verdict__in=verdicts, written=False).order_by("number")
    for line in kept(lines).iterator(chunk_size=1000):
        yield open_row(line)


def _checked(of: Import, sheet: Sheet, answer: bytes, at: datetime) -> None:
    with transaction.atomic():
        _held(of)
        Paper.objects.filter(of=of, kind="answer").delete()
        if answer:
            Paper.objects.create(of=of, kind="answer", content=seal_file(answer, of.pk, "answer"))
        of.counts, of.state, of.checked_at = counts(of), State.CHECKED, at
        of.fault = {}
        of.save(update_fields=["counts", "state", "checked_at", "fault"])
        if of.of > limits().batch_rows:  # a small file is checked before anybody looks away
            facts = {"sheet": sheet.name, "good": of.good, "wrong": of.bad}
            tell(of, "sheets.checked", facts, at)
