"""How past reports ended, as lessons for the likeness of reports."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from lifang.cases.models import Case
from lifang.cases.rules.lessons import Lessons
from lifang.cases.rules.pairing import Field, Said, by_of, kin
from lifang.cases.rules.senses import learnt_senses
from lifang.cases.terms import State
from lifang.core.access import Actor
from lifang.core.flow.models import Step
from lifang.core.learn import Senses

DUPLICATE = "duplicate"
MOST = 60_000  # the latest so many reports teach
_NUMBER = re.compile(r"\d{6,}")
_COLUMNS = (
    "pk", "opened_at", "closed_at", "state_since", "state", "matter", "source", "lon", "lat", "place", "text",
    "reports", "outcome", "merged_into_id", "reference",
)  # fmt: skip


class Taught(NamedTuple):
    """Lessons with what a measure has to know besides: which case each row is, and the other side of each pair."""

    lessons: Lessons
    opened: np.ndarray
    older: np.ndarray  # of each pair: the row of the earlier report
    original: dict[int, int]  # of a duplicate whose original is named and here: its row
    senses: Senses  # what the words of these reports mean
    cluster: np.ndarray  # rows with one number are about one trouble, as far as it is named


def taught(
    actor: Actor, matters: Iterable[str] = (), most: int = MOST, *, heard: float = 1.0
) -> Taught | None:
    """The past reports of this site, in the order they came; None where there is none. `heard`: the first share of them teaches what words mean."""
    rows = Case.objects.visible_to(actor).exclude(state=State.VOID)
    if wanted := list(matters):
        rows = rows.filter(matter__in=wanted)
    found = list(rows.order_by("-opened_at", "-pk").values(*_COLUMNS)[:most])[::-1]
    if not found:
        return None
    first = found[: round(len(found) * heard)]
    senses = learnt_senses((row["text"], row["matter"]) for row in first)
    field = Field([_said(row) for row in found], senses)
    newer, older = field.candidates(kin)
    duplicate = np.array([_is_duplicate(row) for row in found], bool)
    original = _originals(actor, found, duplicate)
    cluster = _clusters(len(found), original)
    named: dict[int, set[int]] = defaultdict(set)
    for pair, (new, old) in enumerate(zip(newer.tolist(), older.tolist(), strict=True)):
        if new in original and cluster[new] == cluster[old]:
            named[new].add(pair)
    lessons = Lessons(
        field.between(newer, older),
        np.array([row["matter"] for row in found]),
        duplicate,
        {new: frozenset(pairs) for new, pairs in named.items()},
    )
    return Taught(lessons, field.opened, older, original, senses, cluster)


def _said(row: dict[str, Any]) -> Said:
    closed = row["closed_at"]
    if closed is None and row["state"] in (State.MERGED, State.REFUSED):
        closed = row["state_since"]
    return Said(
        opened=row["opened_at"].timestamp(),
        closed=closed.timestamp() if closed else math.inf,
        matter=row["matter"],
        source=row["source"],
        by=by_of(row["source"]),
        lon=row["lon"],
        lat=row["lat"],
        place=row["place"],
        text=row["text"],
    )  # fmt: skip  -- how many joined it later was not known then


def _is_duplicate(row: dict[str, Any]) -> bool:
    return bool(row["outcome"] == DUPLICATE or row["state"] == State.MERGED)


def _originals(actor: Actor, found: list[dict[str, Any]], duplicate: np.ndarray) -> dict[int, int]:
    """Merged into which, or which number the closing note names; of those that are here."""
    place = {row["pk"]: i for i, row in enumerate(found)}
    numbers = {row["reference"]: i for i, row in enumerate(found) if row["reference"]}
    tails: dict[str, set[int]] = defaultdict(set)
    for number, i in numbers.items():
        for length in range(6, len(number)):
            tails[number[-length:]].add(i)
    originals = {}
    notes = _notes(actor, [found[i]["pk"] for i in np.flatnonzero(duplicate)])
    for i in np.flatnonzero(duplicate).tolist():
        row = found[i]
        other = place.get(row["merged_into_id"])
        for number in _NUMBER.findall(notes.get(row["pk"], "")) if other is None else ():
            ends = tails.get(number, set())
            other = numbers.get(number, next(iter(ends)) if len(ends) == 1 else None)
            if other is not None and other != i:
                break
        if other is not None and other != i:
            originals[i] = other
    return originals


def _notes(actor: Actor, cases: list[Any]) -> dict[Any, str]:
    notes: dict[Any, str] = defaultdict(str)
    steps = Step.objects.visible_to(actor).filter(subject__in=cases, public=False)
    for subject, note in steps.values_list("subject", "note"):
        notes[subject] += f"\n{note}"
    return notes


def _clusters(count: int, original: dict[int, int]) -> np.ndarray:
    """Whoever is named by the same reports is one trouble."""
    root = list(range(count))

    def top(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for one, other in original.items():
        root[top(one)] = top(other)
    return np.array([top(i) for i in range(count)])
