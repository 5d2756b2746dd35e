"""Ask about matters and applications."""

from lifang.affairs.selectors.applications import (
    application,
    applications,
    by_ids,
    counts,
    files,
    filled,
    intake,
    intake_receipt,
    intakes,
    laid,
    open_of,
    own,
    own_application,
    own_parts,
    parts,
    receipt,
    result,
    verified,
    verified_file,
    windows,
)
from lifang.affairs.selectors.guides import find_guides, guide, guides
from lifang.affairs.selectors.needs import given, needs, unfit

__all__ = [
    "application", "applications", "by_ids", "counts", "files", "filled", "find_guides", "given", "guide", "guides", "intake", "intake_receipt",
    "intakes", "laid", "needs", "open_of", "own", "own_application", "own_parts", "parts", "receipt", "result", "unfit", "verified", "verified_file", "windows",
]  # fmt: skip
