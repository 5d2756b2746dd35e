from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from lifang.cases.catalogue import MATTERS
from lifang.cases.rules.lessons import Verdict, judge, learn
from lifang.cases.rules.likeness import FEATURES, Bools, Weighing
from lifang.cases.rules.measure import MOST, measure
from lifang.cases.selectors.lessons import Taught, taught
from lifang.cases.selectors.likeness import shipped
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.learn import Figures

WORDS = """\
What is counted
  report     a report as it came in: only what was known then is used, and only cases that were open then are proposed.
  duplicate  a report that was closed as a duplicate or merged.
  proposal   made when the likeliest earlier case is as likely as the line of its matter; the line comes from training.
  right      the original is named and here: one of the best 1 (or 3) is it, or another of its own duplicates;
             it is not named: a case at the place is proposed, which is likely and no more.
  precision  right ÷ reports with a proposal.   recall  right ÷ duplicates.   F1  their harmonic mean.
  strict     only duplicates whose original is named and here; a proposal for a report that is no duplicate counts as
             wrong in the share that named ones have among all duplicates, so that the odds stay those of the file.
"""


class Command(BaseCommand):
    help = (
        "How well duplicates are recognised, on the reports this site's city closed as duplicates."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--matter",
            action="append",
            default=[],
            help="only this matter; may stand more than once",
        )
        parser.add_argument(
            "--weights", type=Path, help="write what the first half taught, as data of a site"
        )

    def handle(self, *args: Any, matter: list[str], weights: Path | None, **options: Any) -> None:
        with behind(SYSTEM):  # a measure over the whole site; only counts are printed
            found = taught(SYSTEM, matter, heard=0.5)
        if found is None or not found.lessons.duplicate.any():
            raise CommandError(
                "no report of this site was closed as a duplicate: import some first"
            )
        self.stdout.write(WORDS)
        for line in lines(found, shipped(SYSTEM)):
            self.stdout.write(line)
        if weights:
            _, early = halves(found)
            write(weights, learn(found.lessons, shipped(SYSTEM), early))


def halves(found: Taught) -> tuple[Bools, Bools]:
    """The later half of the reports, and the earlier one."""
    late = np.arange(len(found.opened)) >= len(found.opened) // 2
    return late, ~late


def lines(found: Taught, now: Weighing) -> Iterator[str]:
    """The whole report, line by line."""
    lessons = found.lessons
    late, early = halves(found)
    everything = np.ones(len(late), bool)
    yield "1. As shipped, all reports (the shipped weights saw the first half of Boston's lights and graffiti)"
    yield from table(found, now, everything)
    yield "2. As shipped, the later half of the reports"
    yield from table(found, now, late)
    verdict = judge(lessons, now, early)
    if verdict is None:
        yield "3. The earlier half holds too few duplicates to learn from."
        return
    yield f"3. Learnt from the earlier half, the later half of the reports ({kept(verdict)})"
    yield from table(found, verdict.learnt if verdict.better else now, late)
    matters = np.unique(lessons.matter[lessons.duplicate])
    if len(matters) > 1:
        yield "4. Learnt from all other matters, each matter as one never seen"
        for matter in matters:
            own = lessons.matter == matter
            blank = Weighing({"": np.zeros(len(FEATURES))}, {"": 0.5})
            yield from rows(str(matter), found, learn(lessons, blank, ~own), own)


def kept(verdict: Verdict) -> str:
    said = f"held out there in four stretches: F1 {verdict.new.f1:.3f} learnt, {verdict.old.f1:.3f} shipped"
    return said + ("" if verdict.better else "; not better, so the shipped weights stay")


def table(found: Taught, weighing: Weighing, which: Bools) -> Iterator[str]:
    lessons = found.lessons
    matters = [str(m) for m in np.unique(lessons.matter[lessons.duplicate & which])]
    for matter in matters:
        yield from rows(matter, found, weighing, which & (lessons.matter == matter))
    yield from rows("", found, weighing, which)


def rows(matter: str, found: Taught, weighing: Weighing, which: Bools) -> Iterator[str]:
    known = np.zeros(len(which), bool)
    known[list(found.original)] = True
    got = measure(found.lessons, weighing, which, known)
    name = f"{matter} {MATTERS[matter].name.en}" if matter in MATTERS else "together"
    yield (
        f"  {name}: {got.reports} reports, {got.duplicates} duplicates, {got.named} name an original that is here "
        f"({got.reachable} of these could be proposed)"
    )
    for most in MOST:
        yield f"    best {most}          {said(got.all[most])}"
    for most in MOST:
        yield f"    best {most}, strict  {said(got.strict[most])}"


def said(found: Figures) -> str:
    precision, recall = (
        "none" if x is None else f"{x:6.1%}" for x in (found.precision, found.recall)
    )
    return (
        f"precision {precision}  recall {recall}  F1 {found.f1:.3f}   "
        f"({found.right:g} right of {found.claimed:.0f} proposed, {found.wanted:g} to find)"
    )


def write(path: Path, learnt: Weighing) -> None:
    """The weights for all matters, as `data/cases/likeness.yaml` of a site or of the product."""
    entries = zip(FEATURES, learnt.weights[""], strict=True)
    text = "".join(f"- {{key: {name}, weight: {weight:.3f}}}\n" for name, weight in entries)
    path.write_text(f"{text}- {{key: line, weight: {learnt.lines['']:.3f}}}\n", "utf-8")
