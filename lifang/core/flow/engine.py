"""Runs flows: checks the table, writes the step, hands the turn on, keeps the clock."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from lifang.core.access import Actor, Refusal, Refused
from lifang.core.access.pen import Pen
from lifang.core.action import absent
from lifang.core.flow import clocks
from lifang.core.flow.models import Clock, Step, Subject, Todo
from lifang.core.flow.shape import Flow, Move, State

Facts = dict[str, Any]
_CLOSE = "UPDATE flow_todo SET done_at = %s WHERE subject = %s AND done_at IS NULL"


@dataclass(frozen=True)
class Turn:
    """Whose turn it is next, and how long they have."""

    holders: tuple[str, ...] = ("",)  # "" = whoever has the state's capability in the area
    limit: clocks.Allowance | None = None
    title: str = ""
    urgent: bool = False


@dataclass(frozen=True)
class Said:
    """What goes on the timeline beside the move itself."""

    note: str = ""
    body: str = ""
    facts: Facts = field(default_factory=dict)
    public: bool | None = None  # None = as the flow says


def start(
    flow: Flow, subject: Subject, *, actor: Actor, at: datetime, turn: Turn, said: Said
) -> Step:
    """Put a new subject into the flow's first state. Saves the subject."""
    first = flow.states[0]
    subject.state, subject.state_since, subject.steps_taken = first.key, at, 0
    subject.concern(turn.holders)
    pen = Pen()
    step = _step(flow, subject, flow.move["start"], "", actor, at, said)
    pen.add(step)
    subject.due_at = clocks.begin(pen, flow.key, subject, first.stage, turn.limit, at)
    subject.save(force_insert=True)
    _open_turn(pen, flow, subject, first, at, turn)
    pen.write()
    return step


def move(
    flow: Flow,
    subject: Subject,
    key: str,
    *,
    actor: Actor,
    at: datetime,
    turn: Turn | None = None,
    said: Said | None = None,
) -> Step:
    """Make one move of a held subject. Raises `Refused("no_such_move")` when the table has none here."""
    made, said = flow.move[key], said or Said()
    before = subject.state
    if before not in made.from_:
        raise Refused(
            Refusal("no_such_move", {"move": made.name, "state": flow.state[before].name})
        )
    if made.note == "required" and not said.note.strip():
        raise Refused(Refusal("note_missing", {"move": made.name}))
    if turn:
        subject.concern(turn.holders)
    pen = Pen()
    step = _step(flow, subject, made, before, actor, at, said)
    pen.add(step)
    _keep_time(pen, flow, subject, made, turn, at)
    if made.to and made.to != before:
        subject.state, subject.state_since = made.to, at
    if made.to or turn:
        pen.say(_CLOSE, at, subject.pk)
        _open_turn(pen, flow, subject, flow.state[subject.state], at, turn or Turn())
    known = subject.write(pen)
    pen.write()
    if not known:
        subject.save()
    return step


def _keep_time(
    pen: Pen, flow: Flow, subject: Subject, made: Move, turn: Turn | None, at: datetime
) -> None:
    if made.clock == "pause":
        clocks.pause(subject, at)
    elif made.clock == "resume":
        subject.due_at = clocks.resume(subject, at)
    elif made.clock == "stop":
        clocks.stop(pen, subject, at, resting=subject.state in flow.resting)
        stage = flow.state[made.to or subject.state].stage
        limit = turn.limit if turn else None
        subject.due_at = clocks.begin(pen, flow.key, subject, stage, limit, at)


def _step(
    flow: Flow, subject: Subject, made: Move, before: str, actor: Actor, at: datetime, said: Said
) -> Step:
    subject.steps_taken += 1
    return Step(
        area=subject.area,
        holders=subject.holders,
        flow=flow.key,
        subject=subject.pk,
        seq=subject.steps_taken,
        move=made.key,
        from_state=before,
        to_state=made.to or before or flow.states[0].key,
        at=at,
        account_id=actor.id,
        lent_for_id=absent(actor, subject.area),
        body=said.body,
        note=said.note,
        facts=said.facts,
        public=made.public if said.public is None else said.public,
    )


def _open_turn(
    pen: Pen, flow: Flow, subject: Subject, state: State, at: datetime, turn: Turn
) -> None:
    """Open a to-do for each holder whose turn it is; none where it is nobody's."""
    for holder in turn.holders if state.todo else ():
        pen.add(
            Todo(
                area=subject.area,
                holders=subject.holders,
                flow=flow.key,
                subject=subject.pk,
                state=state.key,
                capability=state.todo,
                turn=holder,
                title=turn.title or str(subject),
                urgent=turn.urgent,
                opened_at=at,
                due_at=subject.due_at,
            )
        )


def ask(
    flow: Flow,
    subject: Subject,
    capability: str,
    holder: str,
    *,
    title: str,
    at: datetime,
    due_at: datetime | None,
) -> None:
    """Open a to-do beside the state's own, e.g. a decision on a delay."""
    Todo.objects.create(
        area=subject.area,
        holders=subject.holders,
        flow=flow.key,
        subject=subject.pk,
        state=subject.state,
        capability=capability,
        turn=holder,
        title=title,
        opened_at=at,
        due_at=due_at,
    )


def close_turns(subject: Subject, at: datetime, *, turn: str = "", capability: str = "") -> None:
    """Close the subject's open to-dos, or only those of one holder or capability."""
    found = Todo.objects.filter(subject=subject.pk, done_at__isnull=True)
    if turn:
        found = found.filter(turn=turn)
    if capability:
        found = found.filter(capability=capability)
    found.update(done_at=at)


def forget(subjects: Iterable[Any]) -> int:
    """Remove the steps, clocks and to-dos of subjects whose time is over; how many rows. Part of erasing them."""
    ids = list(subjects)
    return sum(part.objects.filter(subject__in=ids).delete()[0] for part in (Step, Clock, Todo))


def hush(subjects: Iterable[Any], moves: Iterable[str] = ()) -> int:
    """Take the notes off the timeline that only staff read, and those of these moves; how many. Part of anonymising."""
    inner = Step.objects.filter(
        Q(public=False) | Q(move__in=list(moves)), subject__in=list(subjects)
    )
    return inner.exclude(note="").update(note="")


def unname(subject: UUID, account: UUID) -> int:
    """Take an account off the timeline of one subject; how many steps. Part of anonymising."""
    return Step.objects.filter(subject=subject, account=account).update(account=None)


def set_due(subject: Subject, due_at: datetime) -> None:
    """Write a new due time of the running stage into the subject and its open to-dos."""
    subject.due_at = due_at
    Todo.objects.filter(subject=subject.pk, done_at__isnull=True).update(due_at=due_at)


def replay(flow: Flow, taken: Iterable[Step]) -> str:
    """The state that a history leads to; raises ValueError where it breaks the table."""
    state = ""
    for number, step in enumerate(taken, start=1):
        made = flow.move[step.move]
        if step.seq != number or step.from_state != state or (state and state not in made.from_):
            raise ValueError(f"step {step.seq} ({step.move}) does not follow from `{state}`")
        state = step.to_state
    return state


__all__ = [
    "Said",
    "Turn",
    "ask",
    "close_turns",
    "forget",
    "hush",
    "move",
    "replay",
    "set_due",
    "start",
    "unname",
]
