"""Learning from a few thousand answers on one core: weights that can be read, likeness of words and of what they mean."""

from lifang.core.learn.figures import Figures, best_line, figures
from lifang.core.learn.ridge import chance, fit, tops
from lifang.core.learn.senses import Senses, learn_senses
from lifang.core.learn.words import alike, grams

__all__ = [
    "Figures",
    "Senses",
    "alike",
    "best_line",
    "chance",
    "figures",
    "fit",
    "grams",
    "learn_senses",
    "tops",
]
