from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils import timezone

from lifang.core.web.tables.columns import value_of
from lifang.core.web.tables.filters import Choice, Flag, Period
from lifang.core.web.tables.table import Table


class ListTable(Table):
    """A table over a list that was computed, not queried: the same kit, narrowed and sorted in memory."""

    @cached_property
    def rows(self) -> list[Any]:  # type: ignore[override]
        found = [row for row in self.given if self._matches(row)] if not self.lost else []
        field = self.sort.lstrip("-")
        if not field:
            return found
        known = [row for row in found if value_of(row, field) is not None]
        unknown = [row for row in found if value_of(row, field) is None]
        return (
            sorted(known, key=lambda row: value_of(row, field), reverse=self.sort.startswith("-"))
            + unknown
        )

    def _matches(self, row: Any) -> bool:
        words = self.text.lower().split()
        told = " ".join(str(value_of(row, name) or "") for name in self.search).lower()
        return all(word in told for word in words) and all(
            self._passes(row, each) for each in self.filters
        )

    def _passes(self, row: Any, each: Any) -> bool:
        if isinstance(each, Choice):
            chosen = each.chosen(self.query, self.actor)
            value = value_of(row, each.field)
            values = value if isinstance(value, list | tuple | set) else [value]
            return not chosen or any(str(one) in chosen for one in values)
        if isinstance(each, Flag):
            return self.query.get(each.name) != "1" or bool(value_of(row, each.name))
        if isinstance(each, Period):
            first, last = each.bound(self.query, "from"), each.bound(self.query, "to")
            return _within(value_of(row, each.field), first, last)
        return True


def _within(value: Any, first: date | None, last: date | None) -> bool:
    if first is None and last is None:
        return True
    if value is None:
        return False
    day = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return (first is None or day >= first) and (last is None or day <= last)
