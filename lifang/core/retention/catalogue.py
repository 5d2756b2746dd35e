"""Terms: how long each kind of thing is kept, from when, on what ground, and what is left of it."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

import msgspec
from django.utils.timezone import localtime

from lifang.core.catalogue import gather
from lifang.core.i18n import Text

Way = Literal["erase", "anonymise", "delete"]


class Term(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long one kind of thing is kept; `years` or `days` after `since`."""

    key: str
    name: Text
    since: Text  # after what the time runs
    years: int = 0
    days: int = 0
    way: Way
    left: Text  # what stays
    keeper: Text  # who answers for it
    basis: Text
    confirmed: bool
    order: int = 50

    def before(self, at: datetime) -> datetime:
        """What ended before this instant is over; whole local years, so that a leap day costs nobody a day."""
        if not self.years:
            return at - timedelta(days=self.days)
        here = localtime(at)
        last = 28 if (here.month, here.day) == (2, 29) else here.day
        return here.replace(year=here.year - self.years, day=last)

    def faults(self) -> list[str]:
        """What is wrong with the entry."""
        return [] if (self.years > 0) != (self.days > 0) else ["either `years` or `days`"]


Offer = Callable[[], Iterable[Term]]
_OFFERS: list[Offer] = []


def offers(offer: Offer) -> Offer:
    """Name a function that gives more terms: a context's own catalogue says how long, and not a file of ours."""
    _OFFERS.append(offer)
    terms.cache_clear()
    return offer


@cache
def terms() -> dict[str, Term]:
    """Every context's `data/retention.yaml`, and what contexts offer of their own catalogues; in the order of erasing."""
    found = {**gather("retention", Term)}
    found |= {term.key: term for offer in _OFFERS for term in offer()}
    return dict(sorted(found.items(), key=lambda one: (one[1].order, one[0])))
