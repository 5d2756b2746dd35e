"""A context declares a `Sheet`: its columns, and four questions that only the context can answer."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import ClassVar, Final

from lifang.core.access import Actor, Refusal
from lifang.core.crypto.seals import digest
from lifang.core.i18n import Text
from lifang.core.sheets.terms import Kind, Verdict

Values = dict[str, str]  # by column; days as 2026-11-26, choices as their codes
Choices = Callable[
    [Actor, str], Mapping[str, str]
]  # code → the name shown, for an actor in an area


@dataclass(frozen=True)
class Column:
    """One column: what stands above it, what may stand in it, and the data element it is."""

    key: str
    name: Text
    kind: Kind = Kind.TEXT
    others: tuple[str, ...] = ()  # what else people write above it
    element: str = ""  # key of the data element
    required: bool = False
    most: int = 120  # characters
    note: Text | None = None
    choices: Choices | None = None
    loose: bool = False  # the choices are proposals; other words are taken too
    check: Callable[[str], Refusal | None] | None = None
    mask: Callable[[str], str] | None = None
    group: Text | None = None  # the title above several columns
    passive: bool = False  # part of the form, read by another sheet
    width: int = 16


@dataclass
class Fault:
    """What is wrong with a row, in which column ("" is the whole row)."""

    column: str
    refusal: Refusal


@dataclass
class Row:
    """A row of a file on its way in."""

    number: int  # as the spreadsheet counts, from 1
    values: Values
    faults: list[Fault] = field(default_factory=list)
    area: str = ""
    verdict: Verdict = Verdict.NEW
    target: str = ""  # key of what stands or was made
    before: Values = field(default_factory=dict)  # what stood, of the fields that differ
    secret: str = ""  # made on the way, to be handed over once

    def wrong(self, reason: str, column: str = "", **facts: object) -> None:
        self.faults.append(Fault(column, Refusal(reason, facts)))

    @property
    def differs(self) -> Values:
        """New values of the fields that differ."""
        return {key: self.values[key] for key in self.before}


@dataclass(frozen=True)
class Known:
    """What stands already for a row, as far as the actor sees it."""

    target: str
    values: Mapping[str, str]
    mine: bool = True  # False: it stands, but not within the actor's reach


class Sheet:
    """Subclass once for each kind of spreadsheet, in a context's `web/sheets.py`, with `@sheet`."""

    key: ClassVar[str]
    name: ClassVar[Text]
    note: ClassVar[Text]
    capability: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    natural: ClassVar[tuple[str, ...]]  # columns that together name what a row is about
    hands_over: ClassVar[bool] = False  # rows bring secrets (first passwords) to be handed over
    back: ClassVar[str] = ""  # url name of the page it belongs to
    batch: ClassVar[int] = 0  # rows of one transaction, where they are dear; else the limit of all
    takes: ClassVar[tuple[str, ...]] = ()  # other sheets whose template carries these columns too
    fills: ClassVar[bool] = False  # there is something known to fill a template with

    def look(self, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> None:
        """Say where each row lies (`row.area`) and what is wrong between columns or with what they name."""
        for row in rows:
            row.area = area

    def standing(
        self, actor: Actor, rows: Sequence[Row], area: str, at: datetime
    ) -> Mapping[int, Known]:
        """What stands already, by row number; asked once for each batch."""
        raise NotImplementedError

    def write(
        self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime, source: str
    ) -> None:
        """Write these rows by one action, new and changed ones; set `target` (and `secret`) of the new ones."""
        raise NotImplementedError

    def take_back(self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> set[int]:
        """Undo these rows by one action; the numbers of those that had changed since and were left."""
        raise NotImplementedError

    def filled(self, actor: Actor, area: str, at: datetime) -> Iterable[Values]:
        """What is known already, for a template whose first rows are filled."""
        return ()

    @cached_property
    def by_key(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns}

    @cached_property
    def read(self) -> tuple[Column, ...]:
        """The columns that this sheet takes in."""
        return tuple(column for column in self.columns if not column.passive)

    @cached_property
    def version(self) -> str:
        """Changes when the columns do."""
        said = "|".join(f"{c.key}:{c.kind}:{c.required}" for c in self.columns)
        return digest(said.encode()).hex()[:8]

    def may(self, actor: Actor, area: str | None = None) -> bool:
        return actor.may(self.capability, area)

    def home(self, actor: Actor) -> str:
        """The widest area in which the actor may do this."""
        areas = [grant.area for grant in actor.grants if self.capability in grant.capabilities]
        return min(areas, key=len, default="")


SHEETS: Final[dict[str, Sheet]] = {}


def sheet(declared: type[Sheet]) -> type[Sheet]:
    """Make a kind of spreadsheet known."""
    SHEETS[declared.key] = declared()
    return declared


def sheets_of(actor: Actor) -> list[Sheet]:
    """The spreadsheets this actor may upload."""
    return [known for known in SHEETS.values() if known.may(actor)]
