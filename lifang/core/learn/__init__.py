"""Learning from a few thousand answers on one core: weights that can be read, and likeness of words."""

from lifang.core.learn.figures import Figures, best_line, figures
from lifang.core.learn.ridge import chance, fit, tops
from lifang.core.learn.words import alike, grams

__all__ = ["Figures", "alike", "best_line", "chance", "figures", "fit", "grams", "tops"]
