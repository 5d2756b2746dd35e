"""What a term acts on: which rows are over, how they are erased, which legal holds keep them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from lifang.core.access import Actor
from lifang.core.access.scope import within
from lifang.core.retention.catalogue import Term, terms

Over = Callable[[Actor, datetime], "QuerySet[Any]"]
Erase = Callable[[Sequence[Any], datetime], Mapping[str, int]]


@dataclass(frozen=True)
class Standing:
    """The legal holds in force: of areas, of rows by kind, and of the accounts that those rows speak for."""

    areas: frozenset[str] = frozenset()
    rows: Mapping[str, frozenset[UUID]] = field(default_factory=dict)
    accounts: frozenset[UUID] = frozenset()

    def of(self, kind: str) -> frozenset[UUID]:
        return self.rows.get(kind, frozenset())

    @property
    def holders(self) -> list[str]:
        return sorted(f"account:{account}" for account in self.accounts)

    def in_areas(self, column: str = "area") -> Q:
        """Rows that lie in an area under hold."""
        return any_of(within(area, column) for area in sorted(self.areas))


def any_of(parts: Iterable[Q]) -> Q:
    """Any of these; nothing where there is none."""
    return reduce(or_, parts, Q(pk__in=[]))


def by_area(standing: Standing) -> Q:
    return standing.in_areas()


def never(standing: Standing) -> Q:
    """What no hold can name: it lies nowhere and concerns nobody in particular."""
    return Q(pk__in=[])


@dataclass(frozen=True)
class Shelf:
    """Rows of one term. `over(system, before)`: those that ended before, with `over` (when), the oldest first."""

    key: str
    over: Over
    erase: Erase  # part of the action; what else went with the rows, by name
    held: Callable[[Standing], Q]
    area: str = "area"  # the column that says where a row lies; "": nowhere
    kind: str = ""  # of `access.sights`: how a row of it is called and opened
    subject: str = "pk"  # the column with that kind's id
    hidden: bool = False  # its store shows itself to nobody: counted only while it is erased
    also: tuple[str, ...] = ()  # other models that lose with these rows what they hold of a person

    @property
    def term(self) -> Term:
        return terms()[self.key]


SHELVES: dict[str, Shelf] = {}


def shelf(*shelves: Shelf) -> None:
    """Let these be acted on."""
    SHELVES.update({one.key: one for one in shelves})


Speaker = Callable[[frozenset[UUID]], Iterable[UUID]]
SPEAKERS: dict[str, Speaker] = {}


def speaks_for(kind: str) -> Callable[[Speaker], Speaker]:
    """Name the function that gives the accounts of rows of a kind: a hold on somebody keeps what the account left elsewhere."""

    def register(speaker: Speaker) -> Speaker:
        SPEAKERS[kind] = speaker
        return speaker

    return register
