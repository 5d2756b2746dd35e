from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import models, transaction

from lifang.core.access import SYSTEM, Actor, Refusal, Refused
from lifang.core.access.once import changed_by
from lifang.core.access.wall import behind
from lifang.core.action.unit import Unit, running
from lifang.core.events.outbox import gathering, or_nothing

P = ParamSpec("P")
R = TypeVar("R")

ACTIONS: dict[str, Callable[..., Any]] = {}


def action(name: str, *, beyond: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function the only writer of one kind of change.

    `name` is the capability, the audit entry and the API operation. Keywords `actor` and `at` are required.
    Raises `Refused`; a refusal leaves its own audit line. Inside another action it joins that one.
    `beyond`: it may change rows out of the actor's sight (a reporter's own case, a case that moves away);
    the capability is still asked for, and the rules inside say why it is right.
    """

    def wrap(act: Callable[P, R]) -> Callable[P, R]:
        @wraps(act)
        def acting(*args: P.args, **kwargs: P.kwargs) -> R:
            if args:
                raise TypeError(f"{name}: actions take keywords only")
            actor, at = kwargs["actor"], kwargs["at"]
            assert isinstance(actor, Actor)  # noqa: S101 -- narrows the type
            assert isinstance(at, datetime)  # noqa: S101 -- narrows the type
            subject = _subject(kwargs)
            unit = Unit(name, actor, at, subject, area=_area(kwargs, subject), beyond=beyond)
            return _run(unit, lambda: act(**kwargs))  # type: ignore[call-arg]

        ACTIONS[name] = acting
        return acting

    return wrap


@contextmanager
def together(*, actor: Actor, at: datetime) -> Iterator[None]:
    """Several actions as one: one transaction, their audit lines and events written at its end."""
    unit = Unit("", actor, at, None)
    with behind(actor), transaction.atomic(), unit.on_the_record(), gathering():
        yield


@contextmanager
def attempt() -> Iterator[None]:
    """A part of `together` that may fail alone: rows, events and lines of all its actions are undone with it."""
    outer = running.get()
    before = len(outer.joined) if outer else 0
    try:
        with transaction.atomic(), or_nothing():
            yield
    except BaseException:
        if outer:
            del outer.joined[before:]
        raise


def _subject(kwargs: dict[str, Any]) -> models.Model | None:
    """The first thing named that lies somewhere, else the first thing named at all."""
    rows = [value for value in kwargs.values() if isinstance(value, models.Model)]
    return next((row for row in rows if hasattr(row, "area")), rows[0] if rows else None)


def _area(kwargs: dict[str, Any], subject: models.Model | None) -> str | None:
    """Where the act takes place: the area it names (a unit of the county may be given work in one street), else its subject's."""
    named = kwargs.get("area")
    return named if named and isinstance(named, str) else getattr(subject, "area", None) or None


def _run(unit: Unit, act: Callable[[], R]) -> R:
    outer = running.get()
    try:
        return _alone(unit, act) if outer is None else _inside(outer, unit, act)
    finally:
        changed_by(unit.name)


def _alone(unit: Unit, act: Callable[[], R]) -> R:
    with behind(SYSTEM if unit.beyond else unit.actor):
        try:
            with transaction.atomic(), unit.on_the_record(), gathering():
                _check(unit)
                return unit.keep(act())
        except Refused as refused:
            unit.note_refusal(refused.refusal.reason)
            raise


def _inside(outer: Unit, unit: Unit, act: Callable[[], R]) -> R:
    """A nested action: same wall, a savepoint, its own audit line. Undone alone, it takes its events along."""
    with outer.joined_by(unit), transaction.atomic(), or_nothing():
        _check(unit)
        return unit.keep(act())


def _check(unit: Unit) -> None:
    if not unit.actor.may(unit.name, unit.area):
        raise Refused(Refusal("not_allowed"))
