"""Which matter somebody means, learnt from what their reports turned out to be: pure, so that it can be measured."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lifang.core.learn import grams

FEWEST = 5  # reports that teach a matter anything
PEOPLE = 3  # different reporters that teach a matter anything: one alone teaches nothing
HELD_OUT = 20  # reports that a learning is judged by, at least
TRUSTS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)  # how much a point of the words' own proposal counts
Shipped = Mapping[str, float]  # matter → score of the words of the catalogue


class Report(NamedTuple):
    """What was said, what its reporter chose, and what it turned out to be."""

    text: str
    chosen: str
    final: str
    who: str = ""  # a fingerprint of the reporter; empty where nobody is known
    day: str = ""


def once(reports: Iterable[Report]) -> list[Report]:
    """A matter counts once for a reporter and a day; of those nobody knows, the same words count once a day."""
    seen: dict[tuple[str, str, str], Report] = {}
    for place, one in enumerate(reports):
        key = (one.who or "".join(one.text.split()), one.day or str(place), one.final)
        seen.setdefault(key, one)
    return list(seen.values())


@dataclass(frozen=True)
class Wording:
    """How often pairs of characters were said of each matter."""

    said: Mapping[str, Counter[str]]
    total: Mapping[str, int]
    reports: Mapping[str, int]
    known: int  # different pairs
    trust: float = 1.0
    moved: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def knows(self, text: str) -> bool:
        """Was anything of this said before?"""
        return any(pair in words for pair in grams(text) for words in self.said.values())

    def times(self, text: str, matter: str) -> int:
        """How many reports that said the most telling of these words were moved to the matter."""
        words = self.moved.get(matter, {})
        return max((words.get(pair, 0) for pair in set(grams(text))), default=0)

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
    moved: dict[str, Counter[str]] = defaultdict(Counter)
    people: dict[str, set[str]] = defaultdict(set)
    for place, report in enumerate(once(reports)):
        count[report.final] += 1
        people[report.final].add(report.who or str(place))
        said[report.final].update(grams(report.text))
        if report.chosen != report.final:
            moved[report.final].update(set(grams(report.text)))
    taught = {
        matter for matter, n in count.items() if n >= FEWEST and len(people[matter]) >= PEOPLE
    }
    kept = {matter: said[matter] for matter in count if matter in taught}
    pairs = len({pair for words in kept.values() for pair in words}) or 1
    totals = {matter: words.total() for matter, words in kept.items()}
    shown = {matter: words for matter, words in moved.items() if matter in taught}
    return Wording(kept, totals, {matter: count[matter] for matter in kept}, pairs, trust, shown)


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


class Verdict(NamedTuple):
    """How a learning did on reports that did not teach it, beside the catalogue's words alone."""

    held_out: int
    new: float
    old: float

    @property
    def better(self) -> bool:
        return self.new > self.old


def judged(reports: Sequence[Report], shipped: Sequence[Shipped]) -> Verdict | None:
    """Learn from the earlier three quarters, ask about the last; `None` where there is too little."""
    cut = len(reports) * 3 // 4
    late, own = reports[cut:], shipped[cut:]
    if len(late) < HELD_OUT:
        return None
    wording = tuned(reports[:cut], shipped[:cut])
    learnt = found(
        late, [wording.ranked(one.text, said) for one, said in zip(late, own, strict=True)]
    )
    words = found(late, [sorted(said, key=lambda key: (-said[key], key)) for said in own])
    return Verdict(len(late), learnt.at_1 or 0.0, words.at_1 or 0.0)
