"""What somebody may do for somebody beside applying: contexts name their errands, one context says who is entrusted.

Neither imports the other: both meet here.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from lifang.core.access.actor import Actor


class Errand(NamedTuple):
    """`url`: the name of the page that does it, told the id of the person it is done for. `own`: as the person reads it who entrusts it."""

    key: str
    name: Any
    url: str
    icon: str
    own: Any = ""


class Entrusted(NamedTuple):
    """For whom, as the name reads, and until which day."""

    person: UUID
    name: str
    until: date


Ask = Callable[[Actor, str, date], Iterable[Entrusted]]

ERRANDS: dict[str, Errand] = {}
_ASKED: list[Ask] = []


def errand(one: Errand) -> Errand:
    """Something that may be entrusted."""
    ERRANDS[one.key] = one
    return one


def says_who_is_entrusted(ask: Ask) -> Ask:
    _ASKED.append(ask)
    return ask


def entrusted(actor: Actor, key: str, on: date) -> list[Entrusted]:
    """For whom the actor may do it on that day; asked anew each time."""
    return [one for ask in _ASKED for one in ask(actor, key, on)]
