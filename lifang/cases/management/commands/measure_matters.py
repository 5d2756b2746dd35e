from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lifang.cases.catalogue import MATTERS
from lifang.cases.rules.wording import Found, Report, confusions, found, tuned
from lifang.cases.selectors.wording import MOST, shipped_scores, told
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind

WORDS = """\
What is counted
  report    a report with words that was accepted; right is the matter it had in the end, after every correction.
  at 1, 3   the right matter stood first, or among the first three, of what is proposed from the words alone.
  shipped   the words and synonyms of the catalogue, as the report form proposes today.
  learnt    pairs of characters of the earlier half of the reports, with the shipped words trusted as far as helps there.
"""
FEW = 40
LINES = 10


class Command(BaseCommand):
    help = "How well matters are proposed from the words of reports, and which are confused with which."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--most", type=int, default=MOST, help="the latest so many reports")

    def handle(self, *args: Any, most: int, **options: Any) -> None:
        with behind(SYSTEM):  # a measure over the whole site; only counts are printed
            reports = told(SYSTEM, most)
        if len(reports) < FEW:
            raise CommandError(f"{len(reports)} reports with words; at least {FEW} are needed")
        self.stdout.write(WORDS)
        for line in lines(reports):
            self.stdout.write(line)


def lines(reports: list[Report]) -> Iterator[str]:
    """The whole report, line by line."""
    scores = shipped_scores(SYSTEM, [report.text for report in reports])
    half = len(reports) // 2
    early, late = reports[:half], reports[half:]
    by_words = [sorted(one, key=lambda key: (-one[key], key)) for one in scores]
    texts = len({report.text for report in reports})
    yield f"{len(reports)} reports, {texts} different texts, {len({r.final for r in reports})} matters"
    yield f"  shipped, all              {said(found(reports, by_words))}"
    yield f"  shipped, the later half   {said(found(late, by_words[half:]))}"
    wording = tuned(early, scores[:half])
    ranked = [wording.ranked(one.text, own) for one, own in zip(late, scores[half:], strict=True)]
    yield f"  learnt,  the later half   {said(found(late, ranked))}   (trust {wording.trust:g})"
    seen = {report.text for report in early}
    fresh = [place for place, report in enumerate(late) if report.text not in seen]
    yield f"  learnt,  of it new texts  {said(found([late[p] for p in fresh], [ranked[p] for p in fresh]))}"
    mixed = confusions(reports)
    yield f"corrected: {sum(n for _, _, n in mixed)} of {len(reports)}"
    for chosen, final, n in mixed[:LINES]:
        yield f"  {n:4} {name(chosen)} → {name(final)}"


def name(matter: str) -> str:
    return f"{matter} {MATTERS[matter].name.en}" if matter in MATTERS else matter


def said(one: Found) -> str:
    first, third = ("none" if x is None else f"{x:6.1%}" for x in (one.at_1, one.at_3))
    return f"at 1 {first}  at 3 {third}   ({one.first} and {one.third} of {one.reports})"
