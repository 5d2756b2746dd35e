"""The figures of help against duplicates: what was proposed, what of it was right, what there was to find."""

from typing import NamedTuple

import numpy as np

from lifang.cases.rules.lessons import Lessons, best, lines_of, score
from lifang.cases.rules.likeness import Bools, Floats, Weighing
from lifang.core.learn import Figures, tops

MOST = (1, 3)


class Measured(NamedTuple):
    """One matter, or several together, by one weighing; figures by how many proposals are looked at."""

    reports: int
    duplicates: int
    named: int  # duplicates whose original is named and among these reports
    reachable: (
        int  # of these: it, or another of its duplicates, was open and near when the report came
    )
    all: dict[int, Figures]
    strict: dict[int, Figures]


def measure(lessons: Lessons, weighing: Weighing, which: Bools, known: Bools) -> Measured:
    """Count; `known` are the duplicates whose original is named and here."""
    scores = score(lessons, weighing)
    claimed = which & (best(lessons, scores) >= lines_of(lessons, weighing))
    duplicate, named = lessons.duplicate & which, known & which
    every, strict = {}, {}
    share = int(named.sum()) / max(int(duplicate.sum()), 1)
    false = int((claimed & ~lessons.duplicate).sum())
    for most in MOST:
        hit = _hits(lessons, scores, most)
        right = claimed & duplicate & (hit | ~known)
        every[most] = Figures(int(claimed.sum()), int(right.sum()), int(duplicate.sum()))
        found = int((claimed & named & hit).sum())
        strict[most] = Figures(
            int((claimed & named).sum()) + false * share, found, int(named.sum())
        )
    reachable = sum(1 for row in lessons.named if named[row])
    return Measured(
        int(which.sum()), int(duplicate.sum()), int(named.sum()), reachable, every, strict
    )


def _hits(lessons: Lessons, scores: Floats, most: int) -> Bools:
    """The reports with a case that is known to be right among their best so many."""
    hit = np.zeros(len(lessons.duplicate), bool)
    for pair in tops(scores, lessons.pairs.report, most).tolist():
        report = int(lessons.pairs.report[pair])
        hit[report] |= pair in lessons.named.get(report, ())
    return hit
