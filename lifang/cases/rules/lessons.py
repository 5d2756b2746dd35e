"""Learning from how reports ended: which weights and lines, how well, and whether they may replace the present ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lifang.cases.rules.likeness import (
    Bools,
    Floats,
    Ints,
    Pairs,
    Weighing,
    features,
)
from lifang.core.learn import Figures, best_line, chance, fit, tops
from lifang.core.learn.figures import figures

PULL = 2.0  # towards the weights before
OWN = 12  # so many duplicates teach a matter its own weights
FEWEST = 20  # so many duplicates, and as many others, before anything is learnt
BLOCKS = 4
_TURNS = 4


@dataclass(frozen=True)
class Lessons:
    """Reports in the order they came: their candidates, and whether they turned out to be duplicates."""

    pairs: Pairs  # `pairs.report` is a row of what follows
    matter: np.ndarray  # str
    duplicate: Bools
    named: Mapping[
        int, frozenset[int]
    ]  # of a report: the rows of `pairs` that are known to be right

    @property
    def numbers(self) -> Floats:
        if not hasattr(self, "_numbers"):
            object.__setattr__(self, "_numbers", features(self.pairs))
        return self._numbers  # type: ignore[attr-defined,no-any-return]

    def rows(self, which: Bools) -> Ints:
        """The pairs of these reports."""
        return np.flatnonzero(which[self.pairs.report])

    def enough(self, which: Bools, fewest: int = FEWEST) -> bool:
        found = int((self.duplicate & which).sum())
        return found >= fewest and int(which.sum()) - found >= fewest


def score(lessons: Lessons, weighing: Weighing) -> Floats:
    """How likely each pair is the same trouble."""
    return _score(lessons.numbers, lessons.matter[lessons.pairs.report], weighing)


def score_rows(pairs: Pairs, matters: Sequence[str], weighing: Weighing) -> Floats:
    """The same for a few pairs; `matters` are the reports', a row each."""
    return _score(features(pairs), np.array(matters), weighing)


def _score(numbers: Floats, matters: np.ndarray, weighing: Weighing) -> Floats:
    found = np.zeros(len(numbers))
    for matter in np.unique(matters):
        rows = np.flatnonzero(matters == matter)
        found[rows] = chance(numbers[rows], weighing.of(str(matter)))
    return found


def best(lessons: Lessons, scores: Floats) -> Floats:
    """Of each report its best candidate's likelihood; 0 without one."""
    found = np.zeros(len(lessons.duplicate))
    np.maximum.at(found, lessons.pairs.report, scores)
    return found


def lines_of(lessons: Lessons, weighing: Weighing) -> Floats:
    """The line that counts for each report."""
    return np.array([weighing.line(str(matter)) for matter in lessons.matter])


def learn(lessons: Lessons, now: Weighing, which: Bools) -> Weighing:
    """Weights and lines from these lessons: for all matters, then for each that teaches enough."""
    weights = {"": _weights(lessons, now.weights[""], which)}
    lines = {"": _line(lessons, now.weights[""], which)}
    for matter in np.unique(lessons.matter[which]):
        own = which & (lessons.matter == matter)
        if lessons.enough(own, OWN):
            weights[str(matter)] = _weights(lessons, weights[""], own)
            lines[str(matter)] = _line(lessons, weights[""], own)
    return Weighing(weights, lines)


def _line(lessons: Lessons, prior: Floats, which: Bools) -> float:
    """Found on reports the weights have not seen: each block is scored by the others.

    Over several matters it is their middle, so that the largest does not decide for all.
    """
    found = np.zeros(len(lessons.duplicate))
    for block in blocks(which):
        weights = _weights(lessons, prior, which & ~block)
        rows = lessons.rows(block)
        np.maximum.at(found, lessons.pairs.report[rows], chance(lessons.numbers[rows], weights))
    own = [which & (lessons.matter == matter) for matter in np.unique(lessons.matter[which])]
    taught = [part for part in own if lessons.enough(part, OWN)] or [which]
    lines = [best_line(found[part], lessons.duplicate[part]) for part in taught]
    return float(np.exp(np.mean(np.log(lines))))


def blocks(which: Bools) -> list[Bools]:
    """These reports cut into stretches of time."""
    found = []
    for part in np.array_split(np.flatnonzero(which), BLOCKS):
        block = np.zeros(len(which), bool)
        block[part] = True
        found.append(block)
    return found


def _weights(lessons: Lessons, prior: Floats, which: Bools) -> Floats:
    """Of a duplicate's candidates the likeliest is taken for the right one, unless the right one is named."""
    weights, rows = prior, lessons.rows(which)
    if not len(rows):
        return prior
    numbers, groups = lessons.numbers[rows], lessons.pairs.report[rows]
    named = np.array(
        [row in lessons.named.get(group, ()) for row, group in zip(rows, groups, strict=True)]
    )
    for _ in range(_TURNS):
        scores = chance(numbers, weights)
        top = tops(scores + named, groups)
        weights = fit(numbers[top], lessons.duplicate[groups[top]].astype(float), prior, PULL)
    return weights


def _claimed(lessons: Lessons, weighing: Weighing) -> Bools:
    found: Bools = best(lessons, score(lessons, weighing)) >= lines_of(lessons, weighing)
    return found


class Verdict(NamedTuple):
    """How old and new did on lessons held out, and whether the new ones may be used."""

    learnt: Weighing
    new: Figures
    old: Figures

    @property
    def better(self) -> bool:
        return self.new.f1 > self.old.f1


def judge(lessons: Lessons, now: Weighing, which: Bools) -> Verdict | None:
    """Learn, and compare on stretches of time that were held out one after the other. None: too few lessons."""
    if not lessons.enough(which):
        return None
    new, old = np.zeros(len(which), bool), np.zeros(len(which), bool)
    for block in blocks(which):
        new |= block & _claimed(lessons, learn(lessons, now, which & ~block))
        old |= block & _claimed(lessons, now)
    truth = lessons.duplicate

    def counted(claimed: Bools) -> Figures:
        return figures(claimed[which].astype(float), truth[which], 0.5)

    return Verdict(learn(lessons, now, which), counted(new), counted(old))
