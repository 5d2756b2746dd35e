"""Help in choosing: the matter from the words, the unit from the duties matrix."""

from functools import lru_cache
from typing import NamedTuple

from lifang.cases.catalogue import EMERGENCIES, MATTERS, SYNONYMS, Emergency, Matter
from lifang.cases.selectors.lexicon import lexicon
from lifang.core.access import Actor, Kind
from lifang.core.search.words import terms
from lifang.orgs.selectors import Answer, answerers

MANY = 20  # proposals of the catalogue's words that are weighed anew


class Proposal(NamedTuple):
    """A matter that may be meant, and the words that say so."""

    matter: Matter
    because: list[str]
    score: float
    moved: int = 0  # so many reports that said this were moved to it at the desk


def matters(actor: Actor) -> list[Matter]:
    """The matters this actor may choose."""
    if actor.kind in (Kind.ANONYMOUS, Kind.RESIDENT):
        return [matter for matter in MATTERS if matter.public]
    return MATTERS.all()


def propose(actor: Actor, text: str, most: int = 5) -> list[Proposal]:
    """Matters by the words somebody used and by what such reports turned out to be, the likeliest first, with the reason."""
    found, learnt = by_words(actor, text, most), lexicon(actor)
    if learnt is None or not learnt.knows(text):
        return found
    known = {one.matter.key: one for one in by_words(actor, text, MANY)}
    may = {matter.key for matter in matters(actor)}
    ranked = learnt.ranked(text, {key: one.score for key, one in known.items()}, MANY)
    told = [
        known.get(key, Proposal(MATTERS[key], [], 0.0))._replace(moved=learnt.times(text, key))
        for key in ranked
        if key in may
    ]
    # Where the words name a danger to life, no habit of reports comes before it.
    told.sort(key=lambda one: not (one.because and one.matter.level == "life"))
    return told[:most]


def by_words(actor: Actor, text: str, most: int = 5) -> list[Proposal]:
    """Matters by the words of the catalogue alone, the likeliest first, with the words that decided."""
    said = text.lower()
    expanded = said + " " + " ".join(_synonyms(said))
    grams = set(terms(said))
    found = [_score(matter, expanded, grams) for matter in matters(actor)]
    found = [one for one in found if one.score > 0]
    return sorted(found, key=lambda one: (-one.score, one.matter.key))[:most]


def _score(matter: Matter, said: str, grams: set[str]) -> Proposal:
    hits = [word for word in _words(matter.key) if word in said]
    # A colloquial word that is there says most; a shared pair of characters a little.
    whole = sum(len(word) if _chinese(word) else len(word) / 3 for word in hits)
    shared = len(grams & _grams(matter.key)) * 0.4
    return Proposal(matter, hits, whole * 2 + shared)


def _chinese(word: str) -> bool:
    return word[:1] >= "\u4e00"


@lru_cache(maxsize=2000)
def _words(key: str) -> tuple[str, ...]:
    matter = MATTERS[key]
    return tuple({word.lower() for word in (*matter.words, matter.name.zh, matter.name.en)})


@lru_cache(maxsize=2000)
def _grams(key: str) -> frozenset[str]:
    return frozenset(gram for word in _words(key) for gram in terms(word) if len(gram) > 1)


def _synonyms(said: str) -> list[str]:
    return [
        word
        for group in SYNONYMS
        if any(word in said for word in group.words)
        for word in group.words
        if word not in said and _chinese(word) and len(word) > 1
    ]


def danger(matter: str, text: str) -> Emergency | None:
    """Where life may be in danger the form stops and shows a number instead."""
    said = text.lower()
    for entry in EMERGENCIES:
        if matter in entry.matters or any(word.lower() in said for word in entry.words):
            return entry
    return None


def units_for(actor: Actor, matter: str, area: str) -> list[Answer]:
    """Which units the duties matrix proposes, lead first, with its reason."""
    return answerers(matter, area)
