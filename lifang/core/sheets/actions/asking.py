"""What people do with their spreadsheets."""

from datetime import datetime

from lifang.core.access import Actor, Refused, insist
from lifang.core.action import action, seen
from lifang.core.jobs import JOBS
from lifang.core.sheets import rules
from lifang.core.sheets.catalogue import limits
from lifang.core.sheets.declare import Row, Sheet, Values
from lifang.core.sheets.guard import guard
from lifang.core.sheets.models import Import, Line, Paper
from lifang.core.sheets.sealed import fingerprint, open_row, seal_file, seal_row
from lifang.core.sheets.terms import State

WORK = "core.sheets.jobs.work"  # by name: the job calls what stands here
WAITING = (State.READING, State.CHECKED, State.WRITING)


@action("sheets.take_in")
def take_in(
    *, actor: Actor, sheet: Sheet, data: bytes, name: str, language: str, at: datetime
) -> Import:
    """Keep an uploaded file, sealed, and have it checked; nothing of it is written yet.

    The same file twice while the first one waits is one import.
    """
    if actor.id is None or not sheet.may(actor):
        raise Refused("not_allowed")
    guard(data, limits())
    mark = fingerprint(data)
    twin = Import.objects.filter(
        account_id=actor.id, sheet=sheet.key, fingerprint=mark, state__in=WAITING
    ).first()
    if twin is not None:
        return twin
    made = Import(
        within=sheet.home(actor),
        sheet=sheet.key,
        account_id=actor.id,
        language=language,
        name=shown_name(name),
        size=len(data),
        fingerprint=mark,
        state=State.READING,
        asked_at=at,
    )
    made.concern([actor.holder])
    made.save()
    Paper.objects.create(of=made, kind="upload", content=seal_file(data, made.pk, "upload"))
    _ask(made)
    return made


def shown_name(name: str) -> str:
    """A file's name without folders and invisible signs."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[-120:] or "-"


def _ask(of: Import) -> None:
    JOBS[WORK].later(of=of.pk, once=f"sheets:{of.pk}:{of.state}", lock=f"sheets:{of.pk}")


def _held(actor: Actor, of: Import) -> Import:
    row = Import.objects.hold(of.pk)
    insist(None if row.account_id == actor.id else Refused("not_found").refusal)
    return row


@action("sheets.write")
def write(*, actor: Actor, of: Import, whole: bool, at: datetime) -> Import:
    """Order the rows of a checked file to be written: the good ones, or all or nothing."""
    row = _held(actor, of)
    insist(rules.may_write(row.state, row.good, row.bad, whole=whole))
    row.state, row.whole, row.done, row.of = State.WRITING, whole, 0, row.good
    row.save(update_fields=["state", "whole", "done", "of"])
    _ask(row)
    return row


@action("sheets.undo")
def undo(*, actor: Actor, of: Import, at: datetime) -> Import:
    """Order a finished import to be taken back; what others changed since stays and is counted."""
    row = _held(actor, of)
    insist(rules.may_undo(row.state, lapsed=row.lapsed_at is not None))
    row.state, row.done, row.of = State.UNDOING, 0, row.written
    row.save(update_fields=["state", "done", "of"])
    _ask(row)
    return row


@action("sheets.drop")
def drop(*, actor: Actor, of: Import, at: datetime) -> Import:
    """Throw a checked file away unwritten."""
    row = _held(actor, of)
    insist(rules.may_drop(row.state))
    row.state, row.lapsed_at = State.DROPPED, at
    row.save(update_fields=["state", "lapsed_at"])
    forget(row)
    return row


def forget(of: Import) -> None:
    """Delete file and rows; the counts stay."""
    Line.objects.filter(of=of).delete()
    Paper.objects.filter(of=of).delete()


@action("sheets.hand_over")
def hand_over(*, actor: Actor, of: Import, at: datetime) -> list[Row]:
    """The rows with the secrets made for them, once; from then on the secrets are kept nowhere."""
    row = _held(actor, of)
    gone = row.lapsed_at is not None
    insist(rules.may_hand_over(row.state, handed=row.handed_at is not None, lapsed=gone))
    rows = wipe(row, at)
    seen("handed_over")
    return rows


def wipe(of: Import, at: datetime) -> list[Row]:
    """Take the secrets out of the rows of an import; what they were."""
    found: list[Row] = []
    for line in Line.objects.filter(of=of, written=True).order_by("number"):
        row = open_row(line)
        if row.secret:
            found.append(Row(row.number, dict(row.values), secret=row.secret))
            row.secret = ""
            line.content = seal_row(row, of.pk)
            line.save(update_fields=["content"])
    of.handed_at = at
    of.save(update_fields=["handed_at"])
    return found


@action("sheets.fill")
def fill(*, actor: Actor, sheet: Sheet, area: str, at: datetime) -> list[Values]:
    """What is known already, for the first rows of a template; a look that leaves its line."""
    insist(None if sheet.may(actor, area) else Refused("not_allowed").refusal)
    rows = [dict(row) for row in sheet.filled(actor, area, at)]
    seen("template")
    return rows
