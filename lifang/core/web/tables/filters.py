from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lifang.core.access.scope import within

Rows = QuerySet[Any]
Choices = Mapping[str, Any] | list[tuple[str, Any]] | Callable[[Any], Any]


@dataclass(frozen=True)
class Removal:
    """A filter in force, as the chip that takes it away: which parameter and value leave the URL."""

    label: Any
    words: Any
    name: str
    value: str


class Filter:
    """A filter kept in the URL under its name."""

    kind = ""
    steady = True  # what it narrows to hangs on its values alone, not on the time of day

    def __init__(self, name: str, label: Any) -> None:
        self.name, self.label = name, label

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters it reads."""
        return (self.name,)

    def narrow(self, rows: Rows, query: QueryDict, actor: Any) -> Rows:
        raise NotImplementedError

    def removals(self, query: QueryDict, actor: Any) -> list[Removal]:
        raise NotImplementedError

    def facts(self, actor: Any) -> tuple[Any, ...]:
        """What its control is made of beside the address and the language."""
        return ()

    def control(self, query: QueryDict, actor: Any) -> dict[str, Any]:
        """What its template part needs."""
        return {"name": self.name, "label": self.label, "kind": self.kind}


class Choice(Filter):
    """One or several of some values; unknown values are ignored."""

    kind = "choice"

    def __init__(
        self,
        name: str,
        label: Any,
        choices: Choices,
        *,
        field: str = "",
        apply: Callable[[Rows, list[str]], Rows] | None = None,
        steady: bool = True,
    ) -> None:
        super().__init__(name, label)
        self.choices, self.field, self.apply = choices, field or name, apply
        self.steady = steady

    def options(self, actor: Any) -> dict[str, Any]:
        found = self.choices(actor) if callable(self.choices) else self.choices
        return {
            str(key): words
            for key, words in (found.items() if isinstance(found, Mapping) else found)
        }

    def chosen(self, query: QueryDict, actor: Any) -> list[str]:
        asked = dict.fromkeys(query.getlist(self.name))
        options = self.options(actor) if asked else {}
        return [value for value in asked if value in options]

    def facts(self, actor: Any) -> tuple[Any, ...]:
        """The values and their words; those of the product hang on the language alone."""
        options = self.options(actor).items()
        return tuple((key, None if isinstance(words, Promise) else words) for key, words in options)

    def narrow(self, rows: Rows, query: QueryDict, actor: Any) -> Rows:
        values = self.chosen(query, actor)
        if not values:
            return rows
        return (
            self.apply(rows, values) if self.apply else rows.filter(**{f"{self.field}__in": values})
        )

    def removals(self, query: QueryDict, actor: Any) -> list[Removal]:
        chosen = self.chosen(query, actor)
        options = self.options(actor) if chosen else {}
        return [Removal(self.label, options[value], self.name, value) for value in chosen]

    def control(self, query: QueryDict, actor: Any) -> dict[str, Any]:
        chosen = self.chosen(query, actor)
        options = [(key, words, key in chosen) for key, words in self.options(actor).items()]
        return {**super().control(query, actor), "options": options}


class Flag(Filter):
    """A yes that narrows: `?overdue=1`."""

    kind = "flag"

    def __init__(self, name: str, label: Any, apply: Callable[[Rows], Rows]) -> None:
        super().__init__(name, label)
        self.apply = apply

    def narrow(self, rows: Rows, query: QueryDict, actor: Any) -> Rows:
        return self.apply(rows) if query.get(self.name) == "1" else rows

    def removals(self, query: QueryDict, actor: Any) -> list[Removal]:
        return [Removal("", self.label, self.name, "1")] if query.get(self.name) == "1" else []

    def control(self, query: QueryDict, actor: Any) -> dict[str, Any]:
        return {**super().control(query, actor), "on": query.get(self.name) == "1"}


class Period(Filter):
    """From one day to another, both included, in local time: `?opened_at_from=2026-03-01&opened_at_to=2026-03-31`."""

    kind = "period"

    def __init__(self, name: str, label: Any, *, field: str = "") -> None:
        super().__init__(name, label)
        self.field = field or name

    @property
    def names(self) -> tuple[str, ...]:
        return f"{self.name}_from", f"{self.name}_to"

    def bound(self, query: QueryDict, end: str) -> date | None:
        try:
            return parse_date(query.get(f"{self.name}_{end}", ""))
        except ValueError:
            return None

    def narrow(self, rows: Rows, query: QueryDict, actor: Any) -> Rows:
        first, last = self.bound(query, "from"), self.bound(query, "to")
        if first:
            rows = rows.filter(**{f"{self.field}__gte": _midnight(first)})
        if last:
            rows = rows.filter(**{f"{self.field}__lt": _midnight(last + timedelta(days=1))})
        return rows

    def removals(self, query: QueryDict, actor: Any) -> list[Removal]:
        words = {"from": _("from %(day)s"), "to": _("until %(day)s")}
        found = ((end, self.bound(query, end)) for end in words)
        return [
            Removal(
                self.label,
                words[end] % {"day": day.isoformat()},
                f"{self.name}_{end}",
                str(query[f"{self.name}_{end}"]),
            )
            for end, day in found
            if day
        ]

    def control(self, query: QueryDict, actor: Any) -> dict[str, Any]:
        ends = [(f"{self.name}_{end}", self.bound(query, end)) for end in ("from", "to")]
        return {
            **super().control(query, actor),
            "ends": [(n, d.isoformat() if d else "") for n, d in ends],
        }


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def in_areas(rows: Rows, codes: list[str]) -> Rows:
    """`apply` of a choice of areas: rows that lie in one of them."""
    return rows.filter(reduce(or_, (within(code) for code in codes)))
