"""What a long batch need not ask again: who holds a desk, who answers for a matter, which limits hold."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar, cast

T = TypeVar("T")
Changers = tuple[
    str, ...
]  # beginnings of the names of actions after which an answer may be another

_answers: ContextVar[dict[Changers, dict[Hashable, object]] | None] = ContextVar(
    "answers", default=None
)


@contextmanager
def asking_once() -> Iterator[None]:
    """In the block `once` remembers: for a batch in a database that nobody else changes meanwhile."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def once(changers: Changers, key: Hashable, ask: Callable[[], T]) -> T:
    """The answer; inside `asking_once` asked again only after an action whose name begins with one of these."""
    kept = _answers.get()
    if kept is None:
        return ask()
    answers = kept.setdefault(changers, {})
    if key not in answers:
        answers[key] = ask()
    return cast("T", answers[key])


def changed_by(action: str) -> None:
    """This action has run or was undone: what it may have changed is asked again."""
    for changers, answers in (_answers.get() or {}).items():
        if action.startswith(changers):
            answers.clear()
