"""Precision, recall and F1, and the line above which a score counts."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_STEPS = 200


class Figures(NamedTuple):
    """What was claimed, what of it was right, and what there was to find."""

    claimed: float
    right: float
    wanted: float

    @property
    def precision(self) -> float | None:
        """None: nothing was claimed."""
        return self.right / self.claimed if self.claimed else None

    @property
    def recall(self) -> float | None:
        """None: there was nothing to find."""
        return self.right / self.wanted if self.wanted else None

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.claimed + self.wanted) if self.claimed + self.wanted else 0.0


def figures(scores: Floats, truth: Bools, line: Floats | float) -> Figures:
    """Count what lies on or above the line."""
    claimed = scores >= line
    return Figures(int(claimed.sum()), int((claimed & truth).sum()), int(truth.sum()))


def best_line(scores: Floats, truth: Bools) -> float:
    """The score from which on F1 is best, smoothed over its neighbours so that one lucky row does not decide."""
    found = np.unique(scores[scores > 0])
    if not len(found) or not truth.any():
        return 1.0
    lines = np.unique(np.quantile(found, np.linspace(0, 1, _STEPS)))
    values = np.array([figures(scores, truth, line).f1 for line in lines])
    wide = np.pad(values, 2, mode="edge")
    smooth = np.convolve(wide, np.ones(5) / 5, mode="valid")
    return float(lines[int(smooth.argmax())])
