"""A past case through the flow in memory: the rows `core.flow.engine` would have written, for one bulk insert.

`test_import` holds both against each other, move by move.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from lifang.cases.catalogue import CASE
from lifang.cases.models import Case, Check, Handling
from lifang.core.access import Refusal, insist
from lifang.core.calendar.terms import Limit, Unit
from lifang.core.flow.clocks import Allowance
from lifang.core.flow.engine import Turn
from lifang.core.flow.models import Clock, Step, Todo

_HOUR = Decimal(3600)


class Chronicle:
    """Steps, clocks and to-dos of one case, each with its own time."""

    def __init__(self, case: Case, part: Handling) -> None:
        self.flow, self.case, self.part = CASE(), case, part
        self.check: Check | None = None
        self.steps: list[Step] = []
        self.clocks: list[Clock] = []
        self.todos: list[Todo] = []

    def start(self, turn: Turn, at: datetime, note: str, **facts: Any) -> None:
        """Put the case into the flow's first state."""
        first = self.flow.states[0]
        self.case.state, self.case.state_since, self.case.steps_taken = first.key, at, 0
        self.case.concern(turn.holders)
        self._step("start", "", first.key, at, note=note, public=True, facts=facts)
        self.case.due_at = self._begin(first.stage, turn.limit, at)
        self._open(turn, at)

    def move(
        self,
        key: str,
        at: datetime,
        *,
        turn: Turn | None = None,
        note: str = "",
        body: str = "",
        public: bool | None = None,
        given: datetime | None = None,
        facts: dict[str, Any] | None = None,
    ) -> None:
        """Make one move; `given` is a due time of the next stage that somebody else had set."""
        made, before = self.flow.move[key], self.case.state
        where = {"move": made.name, "state": self.flow.state[before].name}
        insist(
            None if before in made.from_ else Refusal("no_such_move", where),
            Refusal("note_missing", where) if made.note == "required" and not note else None,
        )
        if turn:
            self.case.concern(turn.holders)
        shown = made.public if public is None else public
        self._step(
            key,
            before,
            made.to or before,
            at,
            note=note,
            body=body,
            public=shown,
            facts=facts or {},
        )
        if made.clock == "stop":
            self._stop(at)
            stage = self.flow.state[made.to or before].stage
            self.case.due_at = self._begin(stage, turn.limit if turn else None, at, given)
        if made.to and made.to != before:
            self.case.state, self.case.state_since = made.to, at
        if made.to or turn:
            self._close(at)
            self._open(turn or Turn(), at)

    def settle(self, now: datetime) -> None:
        """Who may see the case sees its past; what ran out before today is told to nobody."""
        for row in (*self.steps, *self.clocks, *self.todos):
            row.area, row.holders = self.case.area, self.case.holders
        for clock in self.clocks:
            if clock.stopped_at is None and clock.due_at < now:
                clock.overdue_told_at = now

    def _step(self, move: str, before: str, after: str, at: datetime, **said: Any) -> None:
        self.case.steps_taken += 1
        self.steps.append(
            Step(
                flow=self.flow.key, subject=self.case.pk, seq=self.case.steps_taken, move=move,
                from_state=before, to_state=after, at=at, **said,
            )
        )  # fmt: skip

    def _begin(
        self, stage: str, allowed: Allowance | None, at: datetime, given: datetime | None = None
    ) -> datetime | None:
        if not stage or allowed is None:
            return None
        limit, due_at = allowed.limit, given or allowed.due(at)
        if given:  # the limit behind a given time is unknown: what it comes to on the wall clock
            hours = Decimal(str((given - at).total_seconds())) / _HOUR
            limit = Limit(max(round(hours, 2), Decimal("0.01")), Unit.CALENDAR_HOUR)
        self.clocks.append(
            Clock(
                flow=self.flow.key, subject=self.case.pk, stage=stage, amount=limit.amount,
                unit=limit.unit, hours=allowed.hours, started_at=at, due_at=due_at,
            )
        )  # fmt: skip
        return due_at

    def _stop(self, at: datetime) -> None:
        for clock in self.clocks:
            if clock.stopped_at is None:
                clock.stopped_at = max(at, clock.started_at)

    def _open(self, turn: Turn, at: datetime) -> None:
        state = self.flow.state[self.case.state]
        if not state.todo:
            return
        self.todos += [
            Todo(
                flow=self.flow.key, subject=self.case.pk, state=state.key, capability=state.todo,
                turn=holder, title=turn.title or str(self.case), urgent=turn.urgent, opened_at=at,
                due_at=self.case.due_at,
            )
            for holder in turn.holders
        ]  # fmt: skip

    def _close(self, at: datetime) -> None:
        for todo in self.todos:
            todo.done_at = todo.done_at or at
