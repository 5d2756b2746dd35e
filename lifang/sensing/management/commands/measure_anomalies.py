from argparse import ArgumentParser
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand

from lifang.sensing.watch import planted
from lifang.sensing.watch.detect import Detector

LOUD = 0.5


class Command(BaseCommand):
    help = "How well the anomaly detector finds planted anomalies, with one threshold for every series."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--each", type=int, default=3, help="series of each kind")

    def handle(self, *args: Any, seed: int, each: int, **options: Any) -> None:
        corpus = list(planted.corpus(seed, each))
        scored = [_scores(one) for one in corpus]
        threshold, best = planted.best(corpus, scored)
        self.stdout.write(planted.__doc__ or "")
        for name, limit in (("best", threshold), ("as rules use it", LOUD)):
            whole = planted.total(
                [planted.judge(one, mine, limit) for one, mine in zip(corpus, scored, strict=True)]
            )
            self.stdout.write(f"threshold {limit:.2f} ({name}): {_said(whole)}")
        for kind in planted.BACKGROUNDS:
            own = [n for n, one in enumerate(corpus) if one.name.startswith(kind)]
            part = planted.total([planted.judge(corpus[n], scored[n], threshold) for n in own])
            self.stdout.write(f"  {kind:10} {_said(part)}")
        del best


def _scores(one: planted.Planted) -> np.ndarray:
    detector = Detector()
    pairs = zip(one.at.tolist(), one.values.tolist(), strict=True)
    return np.array([detector.score(at, value) for at, value in pairs])


def _said(found: planted.Result) -> str:
    rate = 1000 * found.false / found.values
    return (
        f"{found.found} of {found.windows} found, {found.false} false in {found.values} values "
        f"({rate:.2f} in a thousand), score {found.score:.0f} of 100"
    )
