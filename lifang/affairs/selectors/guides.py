"""The catalogue, as anybody may read and search it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from lifang.affairs.catalogue import GUIDES, TOPICS, Guide
from lifang.core.access import Actor, Refused
from lifang.core.search.words import name_terms, query_terms, terms


class Index:
    """Which guides hold which term; a name weighs more than what it is also called, that more than what is said of it."""

    def __init__(self, guides: Iterable[Guide]) -> None:
        self.places: Mapping[str, dict[str, int]] = defaultdict(dict)
        self.order: dict[str, int] = {}
        for place, one in enumerate(guides):
            self.order[one.key] = place
            self._add(one.key, terms(f"{one.lead.zh} {one.lead.en} {TOPICS[one.topic].name.zh}"), 1)
            for word in one.words:
                self._add(one.key, name_terms(word), 2)
            self._add(one.key, [*name_terms(one.name.zh), *name_terms(one.name.en)], 3)

    def _add(self, key: str, found: Iterable[str], weight: int) -> None:
        for term in found:
            self.places[term][key] = weight

    def find(self, text: str) -> list[str]:
        """Keys of those that hold every word, best first."""
        wanted = query_terms(text)
        if not wanted:
            return []
        rows = [self.places.get(term, {}) for term in wanted]
        both = set(rows[0]).intersection(*rows[1:])
        return sorted(both, key=lambda key: (-sum(row[key] for row in rows), self.order[key]))


@lru_cache(maxsize=1)
def _index() -> Index:
    return Index(GUIDES)


def guides(actor: Actor, topic: str = "") -> list[Guide]:
    """All matters, or those of one topic."""
    return [one for one in GUIDES if not topic or one.topic == topic]


def find_guides(actor: Actor, text: str, most: int = 50) -> list[Guide]:
    """By name, by what people call it, by pinyin and initials; best first."""
    return [GUIDES[key] for key in _index().find(text)[:most]]


def guide(actor: Actor, key: str) -> Guide:
    """One matter. Raises `Refused("not_found")`."""
    found = GUIDES.get(key)
    if found is None:
        raise Refused("not_found")
    return found
