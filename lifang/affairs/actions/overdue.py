"""What nobody ever closed ends by itself: supplements that never came, results nobody fetched, visits never finished."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from lifang.affairs.actions import tell
from lifang.affairs.actions.moves import held, moved
from lifang.affairs.catalogue import policy
from lifang.affairs.models import Application, Intake
from lifang.affairs.terms import State
from lifang.core.access import SYSTEM, Actor
from lifang.core.action import action

MOST = 500  # of each kind in one go; the next run takes the rest


@action("affairs.end_overdue", beyond=True)
def end_overdue(*, actor: Actor, at: datetime) -> dict[str, int]:
    """How many of each kind ended, or were reminded."""
    return {
        "reminded": _remind(actor, at),
        "lapsed": _end(actor, at, State.SUPPLEMENT, "supplement_days", "lapse", outcome="lapsed"),
        "shelved": _end(actor, at, State.DELIVERING, "collect_days", "shelve"),
        "visits": Intake.objects.filter(ended_at=None, begun_at__lt=at - timedelta(hours=policy("intake_hours"))).update(ended_at=at),
    }  # fmt: skip


def _since(state: str, before: datetime) -> QuerySet[Application]:
    return Application.objects.filter(state=state, state_since__lt=before).order_by("state_since")


def _end(actor: Actor, at: datetime, state: str, days: str, move: str, **more: Any) -> int:
    rows = _since(state, at - timedelta(days=policy(days)))[:MOST]
    for one in rows:
        row = held(one, move)
        row.closed_at = at
        for name, value in more.items():
            setattr(row, name, value)
        moved(row, move, actor=actor, at=at)
    return len(rows)


def _remind(actor: Actor, at: datetime) -> int:
    """Once: the message bears the step it belongs to, and the same one is sent but once."""
    days, warn = policy("supplement_days"), policy("supplement_warn_days")
    first, last = at - timedelta(days=days), at - timedelta(days=days - warn)
    rows = _since(State.SUPPLEMENT, last).filter(state_since__gte=first)[:MOST]
    for one in rows:
        tell.told(SYSTEM, one, "affairs.supplement_soon", at, by=one.state_since + timedelta(days=days))  # fmt: skip
    return len(rows)
