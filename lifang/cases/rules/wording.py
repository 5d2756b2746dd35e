"""Which matter somebody means, learnt from what their reports turned out to be: pure, so that it can be measured."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lifang.core.learn import grams

FEWEST = 5  # reports that teach a matter anything
TRUSTS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)  # how much a point of the words' own proposal counts
Shipped = Mapping[str, float]  # matter → score of the words of the catalogue


class Report(NamedTuple):
    """What was said, what its reporter chose, and what it turned out to be."""

    text: str
    chosen: str
    final: str


@dataclass(frozen=True)
class Wording:
    """How often pairs of characters were said of each matter."""

    said: Mapping[str, Counter[str]]
    total: Mapping[str, int]
    reports: Mapping[str, int]
    known: int  # different pairs
    trust: float = 1.0

    def score(self, text: str, matter: str) -> float:
        """How well a text fits a matter: the logarithm of its likelihood, by pairs of characters."""
        said, total = self.said[matter], self.total[matter] + self.known
        fits = sum(math.log((said[pair] + 1) / total) for pair in grams(text))
        return math.log(self.reports[matter]) + fits

    def ranked(self, text: str, shipped: Shipped, most: int = 3) -> list[str]:
        """The likeliest matters: what was learnt, and what the catalogue's words say."""
        wanted = {*self.said, *shipped}
        floor = min((self.score(text, matter) for matter in self.said), default=0.0)
        scores = {
            matter: (self.score(text, matter) if matter in self.said else floor)
            + self.trust * shipped.get(matter, 0.0)
            for matter in wanted
        }
        return sorted(wanted, key=lambda matter: (-scores[matter], matter))[:most]


def learn(reports: Iterable[Report], trust: float = 1.0) -> Wording:
    """Count what was said of each matter that enough reports turned out to be."""
    said: dict[str, Counter[str]] = defaultdict(Counter)
    count: Counter[str] = Counter()
    for report in reports:
        count[report.final] += 1
        said[report.final].update(grams(report.text))
    kept = {matter: said[matter] for matter, n in count.items() if n >= FEWEST}
    pairs = len({pair for words in kept.values() for pair in words}) or 1
    totals = {matter: words.total() for matter, words in kept.items()}
    return Wording(kept, totals, {matter: count[matter] for matter in kept}, pairs, trust)


class Found(NamedTuple):
    """Of so many reports, in how many the right matter stood first, and among the first three."""

    reports: int
    first: int
    third: int

    @property
    def at_1(self) -> float | None:
        return self.first / self.reports if self.reports else None

    @property
    def at_3(self) -> float | None:
        return self.third / self.reports if self.reports else None


def found(reports: Sequence[Report], rankings: Iterable[Sequence[str]]) -> Found:
    """Count the right ones."""
    first = third = 0
    for report, ranking in zip(reports, rankings, strict=True):
        first += bool(ranking) and ranking[0] == report.final
        third += report.final in ranking[:3]
    return Found(len(reports), first, third)


def tuned(reports: Sequence[Report], shipped: Sequence[Shipped]) -> Wording:
    """Learn; how far the catalogue's own words are trusted is chosen on the last quarter, which did not teach."""
    cut = len(reports) * 3 // 4
    early, late, late_shipped = reports[:cut], reports[cut:], shipped[cut:]

    def right(trust: float) -> int:
        wording = learn(early, trust)
        ranked = [wording.ranked(one.text, own) for one, own in zip(late, late_shipped, strict=True)]  # fmt: skip
        return found(late, ranked).first

    return learn(reports, max(TRUSTS, key=lambda trust: (right(trust), -trust)))


def confusions(reports: Iterable[Report]) -> list[tuple[str, str, int]]:
    """What was chosen, what it turned out to be, and how often: the commonest first."""
    counted = Counter((one.chosen, one.final) for one in reports if one.chosen != one.final)
    return [(chosen, final, n) for (chosen, final), n in sorted(counted.items(), key=lambda one: (-one[1], one[0]))]  # fmt: skip
