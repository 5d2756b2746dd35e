"""Navigation of every door, filled by the contexts in `apps.ready()`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_urlconf, reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.access import ANONYMOUS, Actor, Kind
from lifang.core.site import site

DOORS = ("public", "my", "desk", "kiosk", "screen", "footer", "me")


Count = Callable[[HttpRequest], int | None]


@dataclass(frozen=True)
class Entry:
    """One line of a door's navigation; without the capability it is not there."""

    door: str
    key: str
    label: Any  # a lazy string
    url_name: str
    icon: str = ""
    capability: str = ""
    order: int = 50
    bar: bool = False
    count: Count | None = None
    short: Any = ""  # the word under the icon of a phone's bottom bar
    kinds: tuple[Kind, ...] = ()  # whose door it is; nobody named: everybody's


@dataclass(frozen=True)
class Link:
    label: Any
    url: str
    icon: str = ""
    here: bool = False
    count: int | None = None
    short: Any = ""


@dataclass(frozen=True)
class ScopeBar:
    """The area a desk looks at: the path to it, and the areas one may switch to."""

    crumbs: list[Link] = field(default_factory=list)
    choices: list[Link] = field(default_factory=list)

    @cached_property
    def facts(self) -> tuple[Any, ...]:
        """All that is shown of it."""
        return tuple((link.label, link.url, link.here) for link in (*self.crumbs, *self.choices))


@dataclass(frozen=True)
class Hit:
    """One find of the search over everything."""

    title: Any
    url: str
    note: Any = ""
    icon: str = ""


Source = Callable[[HttpRequest], ScopeBar | None]
Finder = Callable[[Any, str], Iterable[Hit]]

MOST_IN_BAR = 4  # and "more", which holds the others

_ENTRIES: dict[tuple[str, str], Entry] = {}
_FINDERS: dict[tuple[str, str], tuple[Any, Finder]] = {}
_SOURCE: list[Source] = []


def register(*entries: Entry) -> None:
    """Add navigation entries; the same door and key replaces."""
    for entry in entries:
        if entry.door not in DOORS:
            raise ValueError(f"no door {entry.door}: one of {DOORS}")
        _ENTRIES[entry.door, entry.key] = entry
    _open.cache_clear()


def unregister(door: str, key: str) -> None:
    """Take an entry away (tests, a site that lacks it)."""
    _ENTRIES.pop((door, key), None)
    _open.cache_clear()


def scope_source(source: Source) -> Source:
    """Name the one function that says which area a desk looks at."""
    _SOURCE[:] = [source]
    return source


def finder(label: Any, found: Finder, *, door: str = "desk", key: str = "") -> None:
    """Add a kind of thing to the search of a door (`desk` or `public`)."""
    _FINDERS[door, key or f"{found.__module__}.{found.__qualname__}"] = (label, found)


def finders(door: str) -> list[tuple[Any, Finder]]:
    return [known for (at, _), known in _FINDERS.items() if at == door]


def scope(request: HttpRequest) -> ScopeBar | None:
    return _SOURCE[0](request) if _SOURCE else None


def links(request: HttpRequest, door: str, *, bar: bool = False) -> list[Link]:
    """The entries of a door that this actor may use."""
    made = _of(request, door, bar=bar)
    here = _here(request.path, tuple(url for _, url in made))
    return [
        Link(
            entry.label,
            url,
            entry.icon,
            url == here,
            counted(request, entry.count),
            entry.short or entry.label,
        )
        for entry, url in made
    ]


def _of(request: HttpRequest, door: str, *, bar: bool = False) -> tuple[tuple[Entry, str], ...]:
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    return _open(door, bar, actor.kind, actor.capabilities, get_urlconf())


def counted(request: HttpRequest, count: Count | None) -> int | None:
    """A number beside an entry, asked for once a request."""
    if count is None:
        return None
    known: dict[Count, int | None] = request.__dict__.setdefault("_counted", {})
    if count not in known:
        known[count] = count(request)
    return known[count]


@lru_cache(maxsize=500)
def _open(
    door: str, bar: bool, kind: Kind, capabilities: frozenset[str], urls: str | None
) -> tuple[tuple[Entry, str], ...]:
    """The entries that such an actor may use, in their order, with their addresses."""
    found = [
        (entry, _url(entry))
        for entry in sorted(_ENTRIES.values(), key=lambda entry: (entry.order, entry.key))
        if entry.door == door
        and (entry.bar or not bar)
        and (not entry.capability or kind is Kind.SYSTEM or entry.capability in capabilities)
        and (not entry.kinds or kind in entry.kinds)
    ]
    return tuple((entry, url) for entry, url in found if url)


def _url(entry: Entry) -> str:
    """Empty for a page that this installation does not mount."""
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=2000)
def _here(path: str, urls: tuple[str, ...]) -> str:
    """The longest entry that the path lies under is where the reader is."""
    under = [url for url in urls if path == url or (path.startswith(url) and url.count("/") > 2)]
    return max(under, key=len, default="")


class Nav:
    """What the door templates ask for; each asked only when shown, and once."""

    def __init__(self, request: HttpRequest, door: str) -> None:
        self._request, self._door = request, door

    @cached_property
    def entries(self) -> list[Link]:
        return links(self._request, self._door)

    @cached_property
    def facts(self) -> tuple[Any, ...]:
        """All that is shown of the entries, but their words: those hang on the address and the language."""
        made = _of(self._request, self._door)
        urls = tuple(url for _, url in made)
        mine = _of(self._request, "me")
        counts = [counted(self._request, entry.count) for entry, _ in (*made, *mine) if entry.count]
        return (_here(self._request.path, urls), urls, tuple(url for _, url in mine), *counts)

    @cached_property
    def foot(self) -> tuple[Any, ...]:
        """All that is shown at the foot of a public page."""
        return (site(), *(link.url for link in self.footer))

    @cached_property
    def bar(self) -> list[Link]:
        return links(self._request, self._door, bar=True)[:MOST_IN_BAR]

    @cached_property
    def more(self) -> list[Link]:
        """What the phone's bar has no room for."""
        shown = {link.url for link in self.bar}
        return [link for link in self.entries if link.url not in shown]

    @cached_property
    def me(self) -> list[Link]:
        return links(self._request, "me")

    @cached_property
    def footer(self) -> list[Link]:
        return links(self._request, "footer")

    @cached_property
    def scope(self) -> ScopeBar | None:
        return scope(self._request)


# The doors themselves.
register(
    Entry("desk", "today", _("Today"), "web:desk", icon="sun-high", order=5),
    Entry("public", "desk", _("My desk"), "web:desk", icon="layout-board", order=95, kinds=(Kind.STAFF,)),
    Entry("my", "desk", _("My desk"), "web:desk", icon="layout-board", order=5, kinds=(Kind.STAFF,)),
)  # fmt: skip
