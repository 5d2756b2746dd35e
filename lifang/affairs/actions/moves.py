"""What all actions on an application share: making a move, giving the turn, telling it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from lifang.affairs.catalogue import APPLICATION
from lifang.affairs.events import ApplicationMoved
from lifang.affairs.models import Application, Part
from lifang.affairs.rules import day_of
from lifang.core.access import Actor, Refused
from lifang.core.access.desks import desk
from lifang.core.calendar import Limit, Unit
from lifang.core.events import publish
from lifang.core.flow import engine
from lifang.core.flow.clocks import Allowance
from lifang.core.flow.engine import Said, Turn

STAGES = {
    "accept": Limit(Decimal(1), Unit.WORK_DAY),
    "decide": Limit(Decimal(1), Unit.WORK_DAY),
    "deliver": Limit(Decimal(5), Unit.WORK_DAY),
}


def held(application: Application, *moves: str) -> Application:
    """Lock the row; refused unless the flow has one of these moves from its state."""
    row = Application.objects.hold(application.pk)
    if not any(row.state in APPLICATION().move[key].from_ for key in moves):
        raise Refused("no_such_move", move=APPLICATION().move[moves[0]].name, state=row.stage.name)
    return row


def moved(
    row: Application,
    key: str,
    *,
    actor: Actor,
    at: datetime,
    turn: Turn | None = None,
    note: str = "",
    body: str = "",
    **facts: Any,
) -> Application:
    """Make one move and tell it."""
    said = Said(note=note.strip(), body=body, facts=facts)
    engine.move(APPLICATION(), row, key, actor=actor, at=at, turn=turn, said=said)
    publish(
        ApplicationMoved(application=row.pk, move=key, to_state=row.state, at=at),
        area=row.area,
        holders=row.holders,
    )
    return row


def at_window(row: Application, stage: str) -> Turn:
    """The turn of the application's own window."""
    return Turn((desk(row.desk),), Allowance(STAGES[stage], "", row.area), title(row))


def at_units(row: Application, parts: list[Part]) -> Turn:
    """The turn of every unit whose part is not done, for as long as the longest takes."""
    waiting = [one for one in parts if one.done_at is None]
    longest = max((part.limit for part in row.matter.parts), key=lambda limit: limit.amount)
    holders = tuple(dict.fromkeys(f"unit:{one.unit_id}" for one in waiting))
    return Turn(holders, Allowance(longest, "", row.area), title(row))


def title(row: Application) -> str:
    return f"{row.guide}|{row.number}"[:200]


def tripped(row: Application, at: datetime) -> None:
    """Somebody came for it today; twice on one day is once."""
    day = day_of(at)
    if row.trips is not None and row.tripped_on != day:
        row.trips, row.tripped_on = row.trips + 1, day
