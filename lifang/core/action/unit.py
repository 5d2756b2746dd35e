"""One running action: what it held, what it made, the lines it will leave."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Optional, TypeVar
from uuid import UUID

from django.db import models, transaction

from lifang.core.access import Actor, Refused
from lifang.core.access.models import on_hold
from lifang.core.audit.chain import Line
from lifang.core.audit.diff import DEPUTY_FOR, Snapshot, difference, snapshot
from lifang.core.audit.log import append

R = TypeVar("R")

running: ContextVar[Optional["Unit"]] = ContextVar("running_action", default=None)


class Unit:
    """Collects for one audit line; the outermost unit writes the lines of all, in order, at the end."""

    def __init__(
        self,
        name: str,
        actor: Actor,
        at: datetime,
        subject: models.Model | None,
        *,
        area: str | None = None,
        beyond: bool = False,
    ) -> None:
        self.name, self.actor, self.at = name, actor, at
        self.subject, self.area, self.beyond = subject, area, beyond
        self.held: list[tuple[models.Model, Snapshot]] = []
        self.made: models.Model | None = None
        self.joined: list[Unit] = []
        self.outcome, self.reason = "done", ""

    def notice(self, row: models.Model) -> None:
        self.held.append((row, snapshot(row)))

    def keep(self, result: R) -> R:
        """Remember a made row as the subject of the line."""
        if isinstance(result, models.Model):
            self.made = result
        return result

    @contextmanager
    def on_the_record(self) -> Iterator[None]:
        """Run as the outermost action and append every line at the end."""
        with self.current():
            yield
        append([unit.line() for unit in (self, *self.joined) if unit.name])

    @contextmanager
    def joined_by(self, inner: "Unit") -> Iterator[None]:
        before = len(self.joined)
        self.joined.append(inner)
        inner.joined = self.joined
        try:
            with inner.current():
                yield
        except BaseException as error:
            del self.joined[before:]  # what was undone was not done; that it was refused stays
            if isinstance(error, Refused):
                inner.undone(error.refusal.reason)
                self.joined.append(inner)
            raise

    def undone(self, reason: str) -> None:
        """The act was refused inside another that may go on."""
        self.held, self.made, self.outcome, self.reason = [], None, "refused", reason

    @contextmanager
    def current(self) -> Iterator[None]:
        """Be the running action, noticing held rows."""
        unit, note = running.set(self), on_hold.set(self.notice)
        try:
            yield
        finally:
            on_hold.reset(note)
            running.reset(unit)

    def line(self, outcome: str = "", reason: str = "") -> Line:
        outcome = outcome or self.outcome
        row = self.made or self.subject or (self.held[0][0] if self.held else None)
        return Line(
            at=self.at,
            account=str(self.actor.id) if self.actor.id else None,
            kind=str(self.actor.kind),
            action=self.name,
            outcome=outcome,
            subject_type=row._meta.label_lower if row is not None else "",
            subject=str(row.pk) if row is not None else "",
            area=str(getattr(row, "area", "") or ""),
            reason=reason or self.reason,
            changes=(self._changes() if outcome == "done" else {}) | self._stood_in(),
        )

    def _stood_in(self) -> dict[str, Any]:
        """A deputy's act names whose post it was done on."""
        holder = self.actor.standing_in(self.name, self.area)
        return {DEPUTY_FOR: holder.removeprefix("account:")} if holder else {}

    def _changes(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for row, before in self.held:
            found.update(difference(row, before))
        if self.made is not None and not any(row.pk == self.made.pk for row, _ in self.held):
            found.update(difference(self.made, None))
        return found

    def note_refusal(self, reason: str) -> None:
        """The act was undone; that it was tried and refused stays."""
        with transaction.atomic():
            append([self.line("refused", reason)])


def seen(reason: str) -> None:
    """The running action changes nothing and shows something sensitive: its line says so, and for what (a code)."""
    unit = running.get()
    if unit is None:
        raise RuntimeError("seen() belongs in an action")
    unit.outcome, unit.reason = "seen", reason


def absent(actor: Actor, area: str) -> UUID | None:
    """The account on whose post a deputy does what the running action does there; none where an own post gives it."""
    unit = running.get()
    holder = actor.standing_in(unit.name, area) if unit else ""
    return UUID(holder.removeprefix("account:")) if holder else None
