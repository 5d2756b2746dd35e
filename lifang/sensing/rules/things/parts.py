"""A piece of a filter in SQL, and where its values go."""

from datetime import datetime
from typing import Any, NamedTuple, Protocol


class Part(NamedTuple):
    """An expression and its sort."""

    sql: str
    sort: str  # num text time span flag json point geo null
    value: Any = None  # of a literal


class Values(Protocol):
    """Where values become parameters."""

    def add(self, value: Any) -> str: ...


class Asking(Protocol):
    """The filter that calls a function: where values go, and what time it is."""

    @property
    def statement(self) -> Values: ...

    at: datetime
