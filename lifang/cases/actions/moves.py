"""What all actions on a case share: making a move, giving the turn, telling it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lifang.cases.catalogue import CASE
from lifang.cases.events import CaseMoved
from lifang.cases.models import Case, Handling
from lifang.cases.selectors.limits import limit_for
from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.desks import desk, desk_of
from lifang.core.events import publish
from lifang.core.flow import engine
from lifang.core.flow.clocks import Allowance
from lifang.core.flow.engine import Said, Turn

Late = Mapping[str, object]  # when and by which clock something was written that came later


def late(made: Late | None) -> dict[str, Any]:
    """The same as a fact of a step."""
    return {"made": dict(made)} if made else {}


def held(case: Case, *moves: str) -> Case:
    """Lock the row for this action; refused unless the flow has one of these moves from its state."""
    row = Case.objects.hold(case.pk)
    if not any(row.state in CASE().move[key].from_ for key in moves):
        raise Refused("no_such_move", move=CASE().move[moves[0]].name, state=row.stage.name)
    return row


def moved(
    case: Case,
    key: str,
    *,
    actor: Actor,
    at: datetime,
    turn: Turn | None = None,
    note: str = "",
    body: str = "",
    public: bool | None = None,
    **facts: Any,
) -> Case:
    """Make one move and tell it. Facts are codes and ids for the timeline."""
    before = case.state
    said = Said(note=note.strip(), body=body, facts=facts, public=public)
    engine.move(CASE(), case, key, actor=actor, at=at, turn=turn, said=said)
    publish(
        CaseMoved(case=case.pk, move=key, from_state=before, to_state=case.state, at=at),
        area=case.area,
        holders=case.holders,
    )
    return case


def allowance(case: Case, stage: str, at: datetime, hours: str = "") -> Allowance | None:
    """How long a stage of this case may take, if it is limited."""
    limit = limit_for(SYSTEM, case, stage, at)
    return Allowance(limit, hours, case.area) if limit else None


def at_desk(case: Case, stage: str, at: datetime, *, of: str = "") -> Turn:
    """The turn of the case's own desk, or of the nearest one that holds a capability."""
    area = desk_of(of, case.area, at) if of else case.desk
    return Turn((desk(area),), allowance(case, stage, at), _title(case), case.level != "ordinary")


def at_units(case: Case, parts: list[Handling], stage: str, at: datetime, hours: str) -> Turn:
    """The turn of every unit whose part is not done."""
    holders = tuple(dict.fromkeys(part.holder for part in parts if part.pending))
    return Turn(holders, allowance(case, stage, at, hours), _title(case), case.level != "ordinary")


def promise(case: Case, stages: tuple[str, ...], at: datetime, hours: str = "") -> datetime:
    """When these stages, one after another, are over."""
    for stage in stages:
        given = allowance(case, stage, at, hours)
        at = given.due(at) if given else at
    return at


def _title(case: Case) -> str:
    return f"{case.matter}|{case.place}"[:200]
