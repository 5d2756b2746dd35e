"""One timeline of one thing: each context tells what it knows of it, the page of the lowest one shows all."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from lifang.core.access import Actor

MOST = 200  # lines of one page


class Told(NamedTuple):
    """Something that happened, in words that its reader may read."""

    at: datetime
    what: Any
    sub: Any = ""
    url: str = ""


# Answers what this actor may see of this thing since then, newest first, at most so many.
Teller = Callable[[Actor, Any, datetime | None, int], Iterable[Told]]


@dataclass(frozen=True)
class Source:
    """Who tells, and how it is called in the filter."""

    kind: str
    name: Any
    icon: str
    order: int
    teller: Teller


@dataclass(frozen=True)
class Line:
    told: Told
    source: Source


_SOURCES: dict[str, dict[str, Source]] = {}


def tells(subject: str, kind: str, name: Any, *, icon: str, order: int = 50) -> Callable[[Teller], Teller]:  # fmt: skip
    """Name the function that tells of a subject: `@tells("place", "case", _("Cases"), icon="folders")`."""

    def register(teller: Teller) -> Teller:
        _SOURCES.setdefault(subject, {})[kind] = Source(kind, name, icon, order, teller)
        return teller

    return register


def sources(subject: str) -> list[Source]:
    """Who tells of it, in order."""
    return sorted(_SOURCES.get(subject, {}).values(), key=lambda one: (one.order, one.kind))


def lines(
    subject: str, actor: Actor, row: Any, since: datetime | None, kind: str = "", most: int = MOST
) -> list[Line]:
    """What all of them tell, newest first; of one kind where it is named. One more than `most` says that there is more."""
    found = [
        Line(told, one)
        for one in sources(subject)
        if kind in ("", one.kind)
        for told in one.teller(actor, row, since, most + 1)
    ]
    return sorted(found, key=lambda line: line.told.at, reverse=True)[: most + 1]


class Figure(NamedTuple):
    """A number of one stretch of time, and where its list is."""

    name: Any
    said: str
    url: str = ""


# Answers one figure for each of these stretches (each with `start` and `end`) of a thing's life.
Counter = Callable[[Actor, Any, Sequence[Any]], list[Figure]]
_COUNTERS: dict[str, list[tuple[int, Counter]]] = {}


def counts(subject: str, order: int) -> Callable[[Counter], Counter]:
    """Name the function that counts something in each stretch of a subject's life: `@counts("area", 10)`."""

    def register(counter: Counter) -> Counter:
        found = _COUNTERS.setdefault(subject, [])
        found.append((order, counter))
        found.sort(key=lambda one: one[0])
        return counter

    return register


def counters(subject: str) -> list[Counter]:
    """Who counts, in order."""
    return [counter for _order, counter in _COUNTERS.get(subject, [])]
