"""Logistic regression drawn towards earlier weights: a few answers move it a little, many decide."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_ROUNDS = 25
_STILL = 1e-6
_STEP = 2.0  # the longest step a weight takes in a round


def chance(features: Floats, weights: Floats) -> Floats:
    """How likely each row is a yes."""
    found: Floats = 1.0 / (1.0 + np.exp(-np.clip(features @ weights, -30.0, 30.0)))
    return found


def fit(
    features: Floats, truth: Floats, prior: Floats, pull: float, counts: Floats | None = None
) -> Floats:
    """Weights that explain the answers; `pull` is how strongly they stay with the earlier ones."""
    weights = prior.copy()
    much = np.ones(len(truth)) if counts is None else counts
    for _ in range(_ROUNDS):
        likely = chance(features, weights)
        slope = features.T @ (much * (truth - likely)) - pull * (weights - prior)
        bend = (features * (much * likely * (1 - likely))[:, None]).T @ features
        step = np.linalg.solve(bend + pull * np.eye(len(weights)), slope)
        weights = weights + np.clip(step, -_STEP, _STEP)
        if np.abs(step).max() < _STILL:
            break
    return weights


def tops(scores: Floats, groups: Ints, most: int = 1) -> Ints:
    """The rows with the best scores of each group, best first; the earlier row wins a tie."""
    order = np.lexsort((np.arange(len(scores)), -scores, groups))
    ordered = groups[order]
    first = np.searchsorted(ordered, ordered, side="left")
    found: Ints = order[np.arange(len(order)) - first < most]
    return found
