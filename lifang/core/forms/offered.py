"""Which forms as data there are, so that somebody can compare what they ask."""

from collections.abc import Callable, Iterable, Iterator

from lifang.core.forms.shape import FormSpec

Source = Callable[[], Iterable[FormSpec]]
_SOURCES: dict[str, Source] = {}


def offers(owner: str) -> Callable[[Source], Source]:
    """Name the function that gives a context's forms."""

    def named(source: Source) -> Source:
        _SOURCES[owner] = source
        return source

    return named


def offered() -> Iterator[tuple[str, FormSpec]]:
    """(context, form) of every context that has forms as data."""
    for owner in sorted(_SOURCES):
        yield from ((owner, form) for form in _SOURCES[owner]())
