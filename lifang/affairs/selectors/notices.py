"""Notices that are public and in force, told by whichever context publishes them, as sources of an answer."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from lifang.core.access import Actor
from lifang.core.i18n import Text
from lifang.core.search.words import plain
from lifang.core.site import site
from lifang.orgs.selectors import codes_inside, place_name
from lifang.registry import selectors as registry

COMMUNITY = 12  # digits
ESTATE = re.compile(
    r"\s+|(?=\d+\s*(?:号|栋|幢|座))"
)  # of the name of a building: what stands before its number


class Notice(NamedTuple):
    """One of them: what it says, whom it is for, and what people call it."""

    key: str
    title: Text
    text: Text
    url: str
    words: Sequence[str]  # one of them stands whole in a question about it
    places: Sequence[str]  # the names of the buildings or places it is for
    communities: frozenset[str]
    buildings: frozenset[UUID] = frozenset()


class Fit(NamedTuple):
    notice: Notice
    length: int  # of the word that stands in the question
    mine: bool | None  # for the building the asker lives in; None: nobody knows where that is


Found = Callable[[Actor, datetime], Iterable[Notice]]
NOTICES: Final[dict[str, Found]] = {}


def notices_from(key: str, found: Found) -> None:
    """A context says where its notices are: those that anybody may read and that have not ended at that time."""
    NOTICES[key] = found


def fitting(actor: Actor, text: str, at: datetime) -> list[Fit]:
    """Notices that a question is about: of the place it names, else of the asker's community, else of anywhere when that is not known."""
    asked = f" {plain(text)} "
    known = [(one, _length(one, asked)) for found in NOTICES.values() for one in found(actor, at)]
    about = [(one, length) for one, length in known if length]
    if not about:
        return []
    where = {code for code in codes_inside(site().county, COMMUNITY) if plain(place_name(code, 1)).strip() in asked}  # fmt: skip
    homes = {door.area[:COMMUNITY] for door in registry.own_doors(actor)} if actor.id else set()
    built = set(registry.own_buildings(actor)) if homes else set()
    named = [one for one in about if _named(one[0], asked) or one[0].communities & where]
    if not named and where:
        return []  # it asks of a community that no notice is for
    kept = named or [one for one in about if not homes or one[0].communities & homes]
    fits = [Fit(one, length, bool(one.buildings & built) if homes else None) for one, length in kept]  # fmt: skip
    return sorted(fits, key=lambda one: (not one.mine, -one.length, one.notice.key))


def _length(one: Notice, asked: str) -> int:
    said = [plain(word).strip() for word in one.words]
    return max((len(word) for word in said if word and (f" {word} " if word.isascii() else word) in asked), default=0)  # fmt: skip


def _named(one: Notice, asked: str) -> bool:
    """Does the question say the estate of one of its buildings, or the whole of its name?"""
    names = (plain(ESTATE.split(place.strip(), maxsplit=1)[0]).strip() for place in one.places)
    return any(name in asked for name in names if len(name) > 1)
