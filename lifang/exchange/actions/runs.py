"""Conformance runs: a system walks the course with its test key, and is judged by what the platform saw."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lifang.core.access import Actor, Refusal, insist
from lifang.core.access.desks import desk, desk_of
from lifang.core.action import action
from lifang.core.config import config
from lifang.core.events import publish
from lifang.core.flow import engine
from lifang.exchange import rules, selectors
from lifang.exchange.actions.systems import APPROVE
from lifang.exchange.catalogue import LIBRARIES, SYSTEM_ADMISSION
from lifang.exchange.events import SystemTested
from lifang.exchange.models import OutsideSystem, Run
from lifang.exchange.rules import Finding
from lifang.exchange.terms import Seen, Standing


@action("exchange.begin_run")
def begin_run(*, actor: Actor, system: OutsideSystem, at: datetime) -> Run:
    """Begin a run; one that is still open is given up, and counts as not passed."""
    held = OutsideSystem.objects.hold(system.pk)
    insist(_theirs(actor, held), rules.may_run(held.state))
    for old in Run.objects.filter(system=held, ended_at__isnull=True):
        _judge(actor, old, at, given_up=True)
    made = Run(area=held.area, holders=held.holders, system=held, began_at=at)
    made.save(force_insert=True)
    return made


@action("exchange.end_run")
def end_run(*, actor: Actor, system: OutsideSystem, run: Run, at: datetime) -> Run:
    """Judge a run. The first that is passed hands the turn to whoever decides."""
    held = OutsideSystem.objects.hold(system.pk)
    run = Run.objects.hold(run.pk)
    insist(
        _theirs(actor, held),
        rules.may_run(held.state),
        Refusal("run_closed") if run.ended_at is not None else None,
    )
    _judge(actor, run, at)
    if run.passed and held.state == Standing.TESTING:
        turn = engine.Turn(holders=(desk(desk_of(APPROVE, held.area, at)),), title=held.name)
        engine.move(SYSTEM_ADMISSION(), held, "pass", actor=actor, at=at, turn=turn)
    publish(SystemTested(system=held.pk, run=run.pk, passed=run.passed, at=at), area=held.area)
    return run


def findings(seen: Sequence[Seen]) -> list[Finding]:
    """What is found so far."""
    begins = [one for library in LIBRARIES for one in library.begins]
    return rules.conform(seen, tls=config().origin.startswith("https:"), libraries=begins)


def _judge(actor: Actor, run: Run, at: datetime, *, given_up: bool = False) -> None:
    found = findings(selectors.seen(actor, run, at))
    run.ended_at, run.passed = at, not given_up and rules.passed(found)
    run.findings = [plain(one) for one in found]
    run.save(update_fields=["ended_at", "passed", "findings"])


def plain(one: Finding) -> dict[str, Any]:
    return {"check": one.check, "passed": one.passed, "tried": one.tried, "facts": one.facts}


def _theirs(actor: Actor, held: OutsideSystem) -> Refusal | None:
    """A system is tested by itself."""
    return None if held.account_id == actor.id else Refusal("not_found")
