"""What the contexts let a telephone carry, and what they take from it. Registered when they are loaded."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from lifang.core.access import Actor
from lifang.core.files.darkroom import Print
from lifang.core.files.voice import Voice
from lifang.core.offline.rules import Made


@dataclass(frozen=True)
class Thing:
    """One thing a telephone carries, in words of the reader: only what its work needs, nobody's number."""

    kind: str
    id: str
    title: str
    place: str = ""
    icon: str = ""
    why: tuple[str, str, str] | None = None  # kind, icon and word of the reason it is a to-do
    task: str = ""
    due_at: datetime | None = None
    url: str = ""
    facts: list[tuple[str, str, str]] = field(default_factory=list)  # key, label, value
    forms: list[str] = field(default_factory=list)  # what may be written about it
    start: dict[str, str] = field(default_factory=dict)  # what its forms begin with


@dataclass(frozen=True)
class Load:
    """What one context gives along: things in their order, and lists to choose from."""

    todos: list[Thing] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    lists: dict[str, list[dict[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Taking:
    """A record as an action needs it."""

    key: UUID  # made by the telephone
    actor: Actor
    at: datetime
    made: Made
    facts: Any  # of the kind's shape
    photos: dict[str, list[Print]]
    voices: list[Voice] = field(default_factory=list)


@dataclass(frozen=True)
class Taken:
    """What a record became."""

    kind: str
    id: UUID
    name: str
    url: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of record: its shape, its photo fields, the template of its form, who does what with it."""

    key: str
    label: Any
    icon: str
    shape: type[BaseModel]
    take: Callable[[Taking], Taken]
    template: str
    photos: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    of: str = ""  # the kind of thing it is about; "" stands alone
    short: Any = ""  # for the bar at the bottom
    instead: str = ""  # the kind it can be sent as when it comes too late
    context: Callable[[], dict[str, Any]] = dict
    offers: Callable[[Actor, Any], list[str]] | None = (
        None  # what its facts suggest to do next at the desk; told, never kept
    )


Loader = Callable[[Actor, datetime], Load]
Looker = Callable[[Actor, UUID, datetime], Thing]

_KINDS: dict[str, Kind] = {}
_LOADERS: dict[str, Loader] = {}
_LOOKERS: dict[str, Looker] = {}


def takes(*kinds: Kind) -> None:
    """Let telephones write these."""
    for kind in kinds:
        _KINDS[kind.key] = kind


def carries(owner: str, loader: Loader) -> Loader:
    """Let telephones take this along."""
    _LOADERS[owner] = loader
    return loader


def looks_up(kind: str, looker: Looker) -> Looker:
    """How one thing is now; raises `Refused` when it does not exist for the actor."""
    _LOOKERS[kind] = looker
    return looker


def kinds() -> dict[str, Kind]:
    return dict(_KINDS)


def loads(actor: Actor, at: datetime) -> list[Load]:
    return [_LOADERS[owner](actor, at) for owner in sorted(_LOADERS)]


def looker(kind: str) -> Looker | None:
    return _LOOKERS.get(kind)
