"""What a report may be the same as: earlier open cases, the likeliest first, with the reason."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import numpy as np

from lifang.cases.catalogue import LIKENESS
from lifang.cases.models import Case, Fit
from lifang.cases.rules.lessons import score_rows
from lifang.cases.rules.likeness import FEATURES, Weighing, Why, reasons
from lifang.cases.rules.pairing import Field, Said, said_of
from lifang.cases.rules.senses import shipped_senses
from lifang.core.access import Actor
from lifang.core.learn import Senses


class Likely(NamedTuple):
    """An earlier case, how likely it is the same trouble, whether that is probable, and why."""

    case: Case
    likelihood: float
    probable: bool
    why: list[Why]


def shipped(actor: Actor) -> Weighing:
    """The weights that come with the product or its site."""
    weights = np.array([LIKENESS[name].weight if name in LIKENESS else 0.0 for name in FEATURES])
    return Weighing({"": weights}, {"": LIKENESS["line"].weight})


def weighing(actor: Actor) -> Weighing:
    """The weights in use: the latest that did better than those before it, or the shipped ones."""
    row = Fit.objects.filter(in_use=True).defer("senses").first()
    if row is None or set(row.weights.get("", ())) != set(
        FEATURES
    ):  # learnt for facts of another release
        return shipped(actor)
    weights = {key: np.array([of[name] for name in FEATURES]) for key, of in row.weights.items()}
    return Weighing(weights, row.lines)


@lru_cache(maxsize=2)
def _learnt(pk: UUID) -> Senses | None:
    data = Fit.objects.filter(pk=pk).values_list("senses", flat=True).first()
    return Senses.unpacked(bytes(data)) if data else None


def senses(actor: Actor) -> Senses:
    """What words mean by this site's own reports, as far as it was learnt; before that by the catalogue."""
    used = Fit.objects.filter(in_use=True).values_list("pk", flat=True).first()
    return (used and _learnt(used)) or shipped_senses()


def fits(actor: Actor, most: int = 30) -> list[Fit]:
    """What was learnt from corrections, the latest first."""
    return list(Fit.objects.order_by("-version").defer("senses")[:most])


def ranked(actor: Actor, said: Said, cases: Sequence[Case], weighing: Weighing) -> list[Likely]:
    """Cases by how likely a report is about the same trouble."""
    if not cases:
        return []
    field = Field([said, *(said_of(case) for case in cases)], senses(actor))
    older = np.arange(1, len(cases) + 1)
    pairs = field.between(np.zeros(len(cases), dtype=np.int64), older)
    likely = score_rows(pairs, [said.matter] * len(cases), weighing)
    line = weighing.line(said.matter)
    found = [
        Likely(case, float(likely[row]), bool(likely[row] >= line), reasons(pairs, row))
        for row, case in enumerate(cases)
    ]
    return sorted(found, key=lambda one: -one.likelihood)
