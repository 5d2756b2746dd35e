"""The timeline of a case in words, its clock explained, its photos."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from lifang.cases.catalogue import (
    CASE,
    DELAY_REASONS,
    OUTCOMES,
    REFUSE_REASONS,
    RETURN_REASONS,
    SUSPEND_REASONS,
)
from lifang.cases.models import Case
from lifang.core.access import Actor
from lifang.core.calendar import Line
from lifang.core.calendar.book import work_calendar
from lifang.core.files.models import Attachment
from lifang.core.flow.models import Clock, Step
from lifang.core.flow.shape import Move
from lifang.orgs.selectors import place_name, unit_names


class Told(NamedTuple):
    """One step as the reader may see it."""

    move: Move
    at: datetime
    who: str  # the office; staff also read the person's name
    person: str
    absent: str  # for whom, where a deputy acted
    note: str
    facts: dict[str, Any]
    public: bool
    waited: timedelta | None
    voice: bool = False  # a resident, whose name nobody reads here


def story(actor: Actor, case: Case, *, public: bool = False) -> list[Told]:
    """What happened, oldest first; `public` leaves out what is between offices."""
    rows = (
        Step.objects.filter(subject=case.pk).select_related("account", "lent_for").order_by("seq")
    )
    taken = [step for step in rows if step.public or not public]
    names = unit_names(_units_of(taken))
    told, before = [], None
    for step in taken:
        told.append(_told_of(step, case.desk, names, public=public, before=before))
        before = step.at
    return told


def _told_of(
    step: Step, desk: str, names: dict[UUID, str], *, public: bool, before: datetime | None = None
) -> Told:
    """One step in words; `desk` spoke where no unit did."""
    voice = step.account.kind == "resident" if step.account else step.move in _VOICES
    unit = UUID(step.body.removeprefix("unit:")) if step.body.startswith("unit:") else None
    who = names.get(unit, "") if unit else place_name(desk, 1)
    note = step.note if not public or step.move in _SHOWN else ""
    return Told(
        move=CASE().move[step.move],
        at=step.at,
        who=str(who),
        person="" if public or step.account is None or voice else step.account.name,
        absent="" if public or step.lent_for is None else step.lent_for.name,
        note=note,
        facts=_named({k: v for k, v in step.facts.items() if k != "made" or not public}, names),
        public=step.public,
        waited=step.at - before if before else None,
        voice=voice,
    )


# Written by a reporter, not by an office: the sender knows it, everybody else must not.
BY_REPORTERS = frozenset({"add", "reopen"})
# Without an account behind them: said by somebody who gave none.
_VOICES = {"start", "join", "rate", "withdraw"}
_SHOWN = {"refuse", "feed_back", "suspend", "add", "answer", "close", "pass_check", "reopen"}
_LISTS = (RETURN_REASONS, REFUSE_REASONS, SUSPEND_REASONS, DELAY_REASONS, OUTCOMES)


def _named(facts: dict[str, Any], names: dict[UUID, str]) -> dict[str, Any]:
    """Codes with their names: a reason, an outcome, a unit."""
    shown = dict(facts)
    for key in ("reason", "outcome"):
        code = facts.get(key)
        entry = next((kind[code] for kind in _LISTS if code and code in kind), None)
        if entry is not None:
            shown[key] = str(entry.name)
    for key in ("lead", "suggested", "unit"):
        if facts.get(key):
            shown[key] = str(names.get(UUID(facts[key]), ""))
    if facts.get("assists"):
        shown["assists"] = [str(names.get(UUID(unit), "")) for unit in facts["assists"]]
    return shown


def _units_of(taken: list[Step]) -> set[UUID]:
    """The units these steps name."""
    found = {step.body.removeprefix("unit:") for step in taken if step.body.startswith("unit:")}
    for step in taken:
        found |= {step.facts[key] for key in ("lead", "suggested", "unit") if step.facts.get(key)}
        found |= set(step.facts.get("assists", ()))
    return {UUID(text) for text in found}


class Running(NamedTuple):
    """The clock that counts now, and how it counted."""

    clock: Clock
    lines: list[Line]
    share: float  # of the limit that has passed


def clock_of(actor: Actor, case: Case, at: datetime) -> Running | None:
    """The running (or standing) clock of a case with its explanation."""
    clock = Clock.objects.filter(subject=case.pk, stopped_at__isnull=True).first()
    if clock is None:
        return None
    calendar = work_calendar(clock.hours, case.area)
    lines = [] if clock.paused else calendar.explain(clock.limit, clock.started_at, clock.spans)
    return Running(clock, lines, calendar.used(clock.limit, clock.started_at, at, clock.spans))


def photos(actor: Actor, case: Case) -> QuerySet[Attachment]:
    """Photos and papers of a case, in the order they came. A receipt's holder asks behind the system's wall."""
    return Attachment.objects.filter(subject=case.pk, subject_type="cases.case")
