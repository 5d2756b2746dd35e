"""Forms as data: typed questions, routing, exits, drafts that are kept, answers that are known already."""

from lifang.core.forms.filled import Filled, Given
from lifang.core.forms.shape import Condition, Exit, FormSpec, Question

__all__ = ["Condition", "Exit", "Filled", "FormSpec", "Given", "Question"]
