"""How long things are kept: terms, what stands on their shelves, legal holds, the nightly run that erases."""

from lifang.core.retention.catalogue import Term
from lifang.core.retention.shelves import SHELVES, Shelf, Standing, shelf, speaks_for

__all__ = ["SHELVES", "Shelf", "Standing", "Term", "shelf", "speaks_for"]
