"""No term without a shelf, no shelf without a term."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from lifang.core.retention.catalogue import terms
from lifang.core.retention.shelves import SHELVES


@register
def each_term_acts(**kwargs: Any) -> list[CheckMessage]:
    """A term nobody acts on would be a promise that nobody keeps."""
    known = terms()
    found = [f"{key}: {fault}" for key, term in known.items() for fault in term.faults()]
    found += [f"{key}: nothing acts on this term" for key in sorted(known.keys() - SHELVES.keys())]
    found += [f"{key}: no term says how long" for key in sorted(SHELVES.keys() - known.keys())]
    return [Error(fault, id="retention.E001") for fault in found]
