from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q

EVERYWHERE = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Area prefixes (12-digit division code + 3-digit grid, unpadded) and holders one acts for."""

    areas: frozenset[str] = frozenset()
    holders: frozenset[str] = frozenset()

    @property
    def everywhere(self) -> bool:
        return EVERYWHERE in self.areas

    def covers(self, area: str) -> bool:
        return any(area.startswith(prefix) for prefix in self.areas)

    def shows(self, area: str, holders: Iterable[str]) -> bool:
        """Does a row that lies there and concerns these exist? What `q` asks of the database, asked of one row."""
        return self.covers(area) or not self.holders.isdisjoint(holders)

    def q(self, area: str = "area", holders: str = "holders") -> Q:
        """Rows of these areas or of these holders; a range, so an index serves it."""
        if self.everywhere:
            return Q()
        parts = [within(prefix, area) for prefix in sorted(self.areas)]
        if self.holders:
            parts.append(Q(**{f"{holders}__overlap": sorted(self.holders)}))
        return reduce(or_, parts) if parts else Q(pk__in=[])


def within(prefix: str, area: str = "area") -> Q:
    """Rows whose area begins with `prefix`, as a range (`LIKE` would hide the index from the wall)."""
    if not prefix:
        return Q()
    return Q(**{f"{area}__gte": prefix, f"{area}__lt": prefix[:-1] + chr(ord(prefix[-1]) + 1)})
