"""Erase what is over, batch by batch; set and lift legal holds."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils.timezone import localtime

from lifang.core.access import SYSTEM, Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.retention import rules, selectors
from lifang.core.retention.catalogue import terms
from lifang.core.retention.models import AREA, Erasure, LegalHold, Run
from lifang.core.retention.shelves import SHELVES
from lifang.core.retention.terms import BATCH, STALE_HOURS

_DOOR = "SELECT set_config('lifang.retention', %s, true)"
# A hold waits for the batch that runs, and the next batch for the hold: nothing slips between.
_SHARED = "SELECT pg_advisory_xact_lock_shared(hashtext('retention.hold'))"
_ALONE = "SELECT pg_advisory_xact_lock(hashtext('retention.hold'))"


def _say(statement: str, *values: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@action("retention.set_hold")
def set_hold(
    *,
    actor: Actor,
    kind: str,
    area: str,
    why: str,
    document: str,
    until: date,
    at: datetime,
    subject: UUID | None = None,
    label: str = "",
) -> LegalHold:
    """Keep a row, or all that lies in an area, from being erased until a day. The caller has seen the row."""
    on = localtime(at).date()
    insist(
        rules.hold_says(why, document),
        rules.hold_ends(until, on),
        rules.holds_area(area),
        None if actor.id and actor.scope.covers(area) else Refusal("not_allowed"),
    )
    assert actor.id is not None  # noqa: S101 -- insisted above
    _say(_ALONE)
    twice = LegalHold.objects.filter(kind=kind, subject=subject, area=area, document=document.strip(), lifted_at__isnull=True)  # fmt: skip
    insist(Refusal("hold_stands", {"field": "document"}) if twice.exists() else None)
    return LegalHold.objects.create(
        area=area, kind=kind, subject=subject, label=label[:60], why=why.strip(), document=document.strip(),
        until=until, set_by_id=actor.id, set_at=at,
    )  # fmt: skip


@action("retention.lift_hold")
def lift_hold(*, actor: Actor, hold: LegalHold, why: str, at: datetime) -> LegalHold:
    """Somebody else than who set it lifts a hold; what it kept goes with the next run."""
    _say(_ALONE)
    held = LegalHold.objects.hold(hold.pk)
    insist(
        Refusal("hold_lifted") if held.lifted_at else None,
        rules.lifted_by_another(held.set_by_id, actor.id),
        rules.lift_says(why),
    )
    held.lifted_by_id, held.lifted_at, held.lifted_why = actor.id, at, why.strip()
    held.save(update_fields=["lifted_by", "lifted_at", "lifted_why"])
    return held


@action("retention.begin")
def begin(*, actor: Actor, at: datetime, asked_by: UUID | None = None) -> Run:
    """Open a run over every term of which something is over; one that stands still is gone on with."""
    _system(actor)
    stands = Run.objects.select_for_update().filter(ended_at__isnull=True).first()
    if stands is not None and stands.started_at > at - timedelta(hours=STALE_HOURS):
        return stands
    if stands is not None:
        stands.ended_at, stands.left, stands.waiting = at, stands.waiting, []
        stands.save()
    waiting = selectors.waiting_terms(actor, at)
    ended = None if waiting else at
    return Run.objects.create(started_at=at, ended_at=ended, waiting=waiting, asked_by_id=asked_by)


@action("retention.erase")
def erase(*, actor: Actor, run: Run, key: str, at: datetime, most: int = BATCH) -> Erasure:
    """One batch of one term. The last one takes the term off the run, and the last term ends it."""
    _system(actor)
    held = Run.objects.select_for_update().get(pk=run.pk)
    insist(Refusal("run_over") if held.ended_at or key not in held.waiting else None)
    _say(_SHARED)
    shelf = SHELVES[key]
    before = terms()[key].before(held.started_at)
    made = Erasure.objects.create(run=held, key=key, before=before, at=at)
    _say(_DOOR, str(made.pk))
    over = shelf.over(actor, before)
    kept = shelf.held(selectors.standing(actor, localtime(at).date()))
    rows = list(over.exclude(kept).select_for_update(skip_locked=True, of=("self",))[:most])
    made.parts = {name: n for name, n in shelf.erase(rows, at).items() if n} if rows else {}
    made.rows = len(rows)
    if len(rows) < most:
        made.held = over.filter(kept).count()
        _worked_off(held, key, at)
    made.save(update_fields=["rows", "held", "parts"])
    _say(_DOOR, "")
    return made


def _worked_off(run: Run, key: str, at: datetime) -> None:
    run.waiting = [one for one in run.waiting if one != key]
    run.ended_at = None if run.waiting else at
    run.save(update_fields=["waiting", "ended_at"])


def _system(actor: Actor) -> None:
    if actor != SYSTEM:
        raise Refused("not_allowed")


def work_off(*, system: Actor, run: UUID, key: str, at: datetime, most: int = BATCH) -> int:
    """A whole term, batch by batch, each an act of its own; killed anywhere, it goes on with what is left. How many rows."""
    found, gone = Run.objects.get(pk=run), 0
    if found.ended_at or key not in found.waiting:
        return 0
    while True:
        made = erase(actor=system, run=found, key=key, at=at, most=most)
        gone += made.rows or 0
        if (made.rows or 0) < most:
            return gone


def work(*, system: Actor, at: datetime, most: int = BATCH) -> Run:
    """A whole run here and now."""
    run = begin(actor=system, at=at)
    for key in run.waiting:
        work_off(system=system, run=run.pk, key=key, at=at, most=most)
    run.refresh_from_db()
    return run


@action("retention.ask_run")
def ask_run(*, actor: Actor, at: datetime) -> Run | None:
    """Somebody does not want to wait for the night: the run that stands, if one does; the edge asks the queue."""
    return Run.objects.filter(ended_at__isnull=True).first()


__all__ = ["AREA", "ask_run", "begin", "erase", "lift_hold", "set_hold", "work", "work_off"]
