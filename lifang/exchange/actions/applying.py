"""An operator applies at the public door: nothing opens and no key exists until somebody of the office has looked."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils.timezone import localtime

from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.core.flow import engine
from lifang.exchange import rules
from lifang.exchange.actions.systems import faults_of, started, test_key_for, tidy, told, void
from lifang.exchange.catalogue import SYSTEM_ADMISSION, policy
from lifang.exchange.models import OutsideSystem
from lifang.exchange.rules import NewSystem
from lifang.exchange.terms import UNDECIDED
from lifang.orgs import selectors as orgs

MONTH = timedelta(days=30)


@action("exchange.apply_system", beyond=True)  # the desk that looks at it
def apply_system(*, actor: Actor, new: NewSystem, area: str, at: datetime) -> OutsideSystem:
    """Its operator applies, signed in by telephone. It waits for a look of the office."""
    new = tidy(new)
    insist(*faults_of(new, localtime(at).date()), *rules.reachable(new))
    known = area == orgs.home_of(actor) or area in orgs.parts_of(actor)
    insist(None if known else Refusal("system_area", {"field": "area"}))
    _one_by_one(actor)
    mine = OutsideSystem.objects.filter(applicant=actor.id)
    waiting = mine.filter(state__in=UNDECIDED).count()
    lately = mine.filter(asked_at__gt=at - MONTH).count()
    insist(rules.may_apply(waiting, lately, policy("own_waiting"), policy("own_a_month")))
    return started(actor, new, area, at, applicant=actor.id)


@action("exchange.take_test_key")
def take_test_key(*, actor: Actor, system: OutsideSystem, at: datetime) -> OutsideSystem:
    """The test key, by who applied; one before is void. On `.test_key` of the answer, once."""
    return test_key_for(_own(actor, system), at)


@action("exchange.withdraw_system", beyond=True)  # what the desk was to do about it
def withdraw_system(*, actor: Actor, system: OutsideSystem, at: datetime) -> OutsideSystem:
    """Taken back by who applied, before it was decided on."""
    held = _own(actor, system)
    engine.move(SYSTEM_ADMISSION(), held, "withdraw", actor=actor, at=at, said=engine.Said())
    void(held, at)
    return told(held, at)


def _one_by_one(actor: Actor) -> None:
    """Two applications of one applicant at once are counted one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"exchange.apply:{actor.id}"])


def _own(actor: Actor, system: OutsideSystem) -> OutsideSystem:
    held = OutsideSystem.objects.hold(system.pk)
    insist(None if actor.id and held.applicant_id == actor.id else Refusal("not_found"))
    return held
