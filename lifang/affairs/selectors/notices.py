"""Notices that are public and in force, told by whichever context publishes them, as sources of an answer."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from lifang.affairs.catalogue import NOTICE_WORDS, NOTICES, Notice
from lifang.core.access import Actor
from lifang.core.geo.divisions import Level
from lifang.core.search.words import plain
from lifang.core.site import site
from lifang.orgs.selectors import codes_inside, place_name
from lifang.registry import selectors as registry

ESTATE = re.compile(r"\s+|(?=\d)")  # of the name of a building: what stands before its number


class Fit(NamedTuple):
    notice: Notice
    length: int  # of the word that stands in the question
    mine: bool | None  # for the building the asker lives in; None: nobody knows where that is


def fitting(actor: Actor, text: str, at: datetime) -> list[Fit]:
    """Notices that a question is about: of the place it names, else of the asker's community, else of anywhere when that is not known."""
    asked = f" {plain(text)} "
    known = [(one, _length(one.words, asked)) for key, found in NOTICES.items() if _meant(key, asked) for one in found(actor, at)]  # fmt: skip
    about = [(one, length) for one, length in known if length]
    if not about:
        return []
    where = {code for code in codes_inside(site().county, Level.COMMUNITY) if plain(place_name(code, 1)).strip() in asked}  # fmt: skip
    homes = (
        {door.area[: Level.COMMUNITY] for door in registry.own_doors(actor)} if actor.id else set()
    )
    built = set(registry.own_buildings(actor)) if homes else set()
    named = [one for one in about if _named(one[0], asked) or one[0].communities & where]
    if not named and where:
        return []  # it asks of a community that no notice is for
    kept = named or [one for one in about if not homes or one[0].communities & homes]
    fits = [Fit(one, length, bool(one.buildings & built) if homes else None) for one, length in kept]  # fmt: skip
    return sorted(fits, key=lambda one: (not one.mine, -one.length, one.notice.key))


def _meant(key: str, asked: str) -> bool:
    """Does a word of this source stand in it at all? Else its notices need not be read."""
    words = NOTICE_WORDS.get(key)
    return words is None or _length(words(), asked) > 0


def _length(words: Iterable[str], asked: str) -> int:
    said = [plain(word).strip() for word in words]
    return max((len(word) for word in said if word and (f" {word} " if word.isascii() else word) in asked), default=0)  # fmt: skip


def _named(one: Notice, asked: str) -> bool:
    """Does the question say the estate of one of its buildings, or the whole of its name?"""
    estates = {ESTATE.split(place.strip(), maxsplit=1)[0] for place in one.places}
    return any(name in asked for name in map(str.strip, map(plain, estates)) if len(name) > 1)
