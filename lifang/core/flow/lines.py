"""What a to-do is about, in words: each context says it of its own flows, the one list shows it."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import reverse

from lifang.core.access import Actor
from lifang.core.flow.models import Todo
from lifang.core.flow.shape import FLOWS, Flow


class Line(NamedTuple):
    """Whom or what it concerns, and where."""

    title: Any
    place: str = ""
    icon: str = ""


class Due(NamedTuple):
    """One to-do as any list shows it."""

    todo: Todo
    flow: Flow
    line: Line
    url: str


Teller = Callable[[Actor, list[UUID]], dict[UUID, Line]]
_TELLERS: dict[str, Teller] = {}


def tells(flow: str) -> Callable[[Teller], Teller]:
    """Name the function that puts subjects of a flow into words, many at once."""

    def register(teller: Teller) -> Teller:
        _TELLERS[flow] = teller
        return teller

    return register


def told(actor: Actor, todos: Iterable[Todo]) -> list[Due]:
    """To-dos with their words and their page, in the order given; of a flow nobody tells of, its title."""
    waiting = list(todos)
    lines: dict[UUID, Line] = {}
    for key in dict.fromkeys(todo.flow for todo in waiting):
        if teller := _TELLERS.get(key):
            lines |= teller(actor, [todo.subject for todo in waiting if todo.flow == key])
    return [_due(todo, lines.get(todo.subject)) for todo in waiting]


def _due(todo: Todo, line: Line | None) -> Due:
    flow = FLOWS[todo.flow]()
    url = reverse(flow.page, args=[todo.subject])
    return Due(todo, flow, line or Line(todo.title), url)
