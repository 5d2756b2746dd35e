from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, TypeVar, dataclass_transform

import msgspec

from lifang.core.access import Actor

T = TypeVar("T")
Heard = Callable[[Any, Actor], None]

EVENTS: dict[str, type[Any]] = {}
LISTENERS: dict[str, "Listener"] = {}


ANY = "*"


class Listener(NamedTuple):
    name: str
    event: str
    hear: Heard
    wanted: Callable[[Any], bool] = lambda _told: True


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(name: str) -> Callable[[type[T]], type[T]]:
    """Declare an event: a frozen record of ids, codes and times under a name that is for ever."""

    def declare(cls: type[T]) -> type[T]:
        made = dataclass(frozen=True, kw_only=True, slots=True)(cls)
        if EVENTS.get(name, made).__qualname__ != made.__qualname__:
            raise RuntimeError(f"two events are called {name}")
        made.event_name = name  # type: ignore[attr-defined]
        EVENTS[name] = made
        return made

    return declare


def listens(kind: type[Any]) -> Callable[[Heard], Heard]:
    """Hear an event: `def on_…(told: Kind, system: Actor) -> None`, one line, at least once, once in effect."""

    def declare(hear: Heard) -> Heard:
        name = f"{hear.__module__.removeprefix('lifang.')}.{hear.__name__}"
        LISTENERS[name] = Listener(name, kind.event_name, hear)
        return hear

    return declare


def overhears(wanted: Callable[[Any], bool]) -> Callable[[Heard], Heard]:
    """Hear every event as its row in the outbox, with area and id; only those that are `wanted`."""

    def declare(hear: Heard) -> Heard:
        name = f"{hear.__module__.removeprefix('lifang.')}.{hear.__name__}"
        LISTENERS[name] = Listener(name, ANY, hear, wanted)
        return hear

    return declare


def listeners_of(name: str) -> list[Listener]:
    """Those that listen to this event itself."""
    return [listener for listener in LISTENERS.values() if listener.event == name]


def encode(told: Any) -> dict[str, Any]:
    """The event's facts as plain JSON values."""
    facts: dict[str, Any] = msgspec.to_builtins(
        {part.name: getattr(told, part.name) for part in fields(told)}
    )
    return facts


def decode(name: str, facts: dict[str, Any]) -> Any:
    """The event a stored name and facts stand for."""
    return msgspec.convert(facts, EVENTS[name], strict=False)
