"""What words mean: by the catalogue, and by what was reported here."""

from collections.abc import Iterable
from functools import cache
from typing import Final

from lifang.cases.catalogue import MATTERS, SYNONYMS
from lifang.core.learn import Senses, learn_senses

MOST_TOLD: Final = 4000  # different texts that teach what words mean, the latest


@cache
def shipped_senses() -> Senses:
    """What words mean by the catalogue alone: the words of a matter, and those that mean the same, lie together."""
    return learn_senses(_catalogued())


def learnt_senses(texts: Iterable[tuple[str, str]]) -> Senses:
    """The same with this site's reports: what was said of a matter lies near its name, also where somebody else moved the report to it."""
    named = {matter.key: matter.name.zh for matter in MATTERS}
    told = [f"{text} {named.get(matter, '')}" for text, matter in dict.fromkeys(texts) if text]
    return learn_senses([*_catalogued(), *told[-MOST_TOLD:]]) if told else shipped_senses()


def _catalogued() -> list[str]:
    matters = [" ".join([one.name.zh, one.name.en, *one.words]) for one in MATTERS]
    return [*matters, *(" ".join(one.words) for one in SYNONYMS)]
