from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from lifang.core.web.htmx import toasts, wants
from lifang.core.web.tables import draw, frames, marks, words
from lifang.core.web.tables.acts import Bulk, Empty
from lifang.core.web.tables.columns import Column
from lifang.core.web.tables.export import as_csv, as_xlsx
from lifang.core.web.tables.filters import Filter, Removal
from lifang.core.web.tables.paging import Page, keyset, numbered

Rows = QuerySet[Any]
Context = dict[str, Any] | Callable[[], dict[str, Any]] | None
OWN = ("q", "sort", "page", "after", "cols", "dense", "export")


class Table:
    """Declare columns as attributes; make one per request; `response()` answers page, swap and export."""

    key: ClassVar[str] = "table"
    search: ClassVar[Sequence[str]] = ()
    private: ClassVar[bool] = False  # search words are personal: posted, never in an address
    filters: ClassVar[Sequence[Filter]] = ()
    order: ClassVar[str] = ""
    per_page: ClassVar[int] = 30
    paging: ClassVar[str] = "pages"
    bulk: ClassVar[Sequence[Bulk]] = ()
    empty: ClassVar[Empty | None] = None
    peek: ClassVar[Callable[[Any], str] | None] = None
    # The rows given hang on the reader alone, cells on their row, the minute and the world: what was drawn is kept.
    kept: ClassVar[bool] = False
    hollow = False  # while a frame is made, the rows are left out
    declared: ClassVar[dict[str, Column]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = {name: made for name, made in vars(cls).items() if isinstance(made, Column)}
        if taken := sorted(own.keys() & set(dir(Table))):
            raise TypeError(
                f"{cls.__name__}: a table has {taken} of its own; name the column otherwise"
            )
        cls.declared = {**cls.declared, **own}

    def __init__(self, request: HttpRequest, rows: Any, *, prefix: str = "") -> None:
        self.request, self.given, self.prefix = request, rows, prefix
        self.actor = getattr(request, "actor", None)
        self.now: datetime = request.at  # type: ignore[attr-defined]
        self.query = self._own(request.GET)

    def _own(self, query: QueryDict) -> QueryDict:
        if not self.prefix:
            return query
        own = QueryDict(mutable=True)
        for name in query:
            if name.startswith(self.prefix):
                own.setlist(name.removeprefix(self.prefix), query.getlist(name))
        return own

    # what is chosen

    @property
    def id(self) -> str:
        return f"{self.prefix}{self.key}-table"

    @cached_property
    def columns(self) -> list[Column]:
        """As chosen by `?cols=a,b` (or `cols=a&cols=b`), else those shown from the start."""
        asked = {name for value in self.query.getlist("cols") for name in value.split(",")}
        if asked & self.declared.keys():
            return [column for name, column in self.declared.items() if name in asked]
        return [column for column in self.declared.values() if column.shown]

    @property
    def default_columns(self) -> str:
        """Names shown from the start, as the browser compares them to keep the URL short."""
        return ",".join(name for name, column in self.declared.items() if column.shown)

    @property
    def column_choice(self) -> list[tuple[Column, bool]]:
        return [(column, column in self.columns) for column in self.declared.values()]

    @property
    def dense(self) -> bool:
        return self.query.get("dense") == "1"

    @property
    def text(self) -> str:
        return self._said or ""

    @property
    def lost(self) -> bool:
        """Does the address name a search that is not, or no longer, known here?"""
        return self._said is None

    @cached_property
    def _said(self) -> str | None:
        return words.said(self)

    @cached_property
    def sort(self) -> str:
        """The field in force, with its minus; only declared ones."""
        asked = self.query.get("sort", "")
        column = self.declared.get(asked.lstrip("-"))
        if column is None or not column.sort:
            return self.order
        return f"-{column.sort.lstrip('-')}" if asked.startswith("-") else column.sort

    @property
    def sorted_by(self) -> dict[str, str]:
        """Column name → "ascending" or "descending"."""
        field = self.sort.lstrip("-")
        down = self.sort.startswith("-")
        return {
            name: "descending" if down else "ascending"
            for name, column in self.declared.items()
            if column.sort and column.sort.lstrip("-") == field
        }

    @property
    def heads(self) -> list[dict[str, Any]]:
        """Header cells with the link that sorts by them."""
        by = self.sorted_by
        return [
            {
                "column": column,
                "sorted": by.get(column.name, ""),
                "url": self.url(
                    sort=f"{'-' if by.get(column.name) == 'ascending' else ''}{column.name}"
                )
                if column.sort
                else "",
            }
            for column in self.columns
        ]

    @cached_property
    def removals(self) -> list[tuple[Removal, str]]:
        """Filters in force, each with the URL without it."""
        found = [
            removal for each in self.filters for removal in each.removals(self.query, self.actor)
        ]
        return [(removal, self._without(removal)) for removal in found]

    @property
    def narrowed(self) -> bool:
        return bool(self.text or self.removals or self.lost)

    @property
    def narrowing(self) -> tuple[Any, ...]:
        """What is asked for, by the parameters that narrow and sort."""
        names = [name for each in self.filters for name in each.names if name in self.query]
        return (self.sort, self.text, *((name, *self.query.getlist(name)) for name in names))

    @property
    def steady(self) -> bool:
        """Are the rows asked for the same at any hour, and not by words somebody typed?"""
        asked = (
            name in self.query for each in self.filters if not each.steady for name in each.names
        )
        return not self.text and not any(asked)

    @cached_property
    def facts(self) -> tuple[Any, ...] | None:
        """What the tools above and below the rows are made of, beside the world; private words are kept nowhere."""
        # A private form is posted with the token of its own browser.
        token = self.private and self.request.COOKIES.get(settings.CSRF_COOKIE_NAME)
        if self.private and (not token or self.text or self.lost):
            return None
        if self.kept:
            return (type(self), self.id, self.request.get_full_path(), self.actor, token)
        choices = tuple(each.facts(self.actor) for each in self.filters)
        acts = tuple(act.key for act in self.acts)
        return (type(self), self.id, self.request.get_full_path(), choices, acts, token)

    @property
    def foot_facts(self) -> tuple[Any, ...] | None:
        """What stands under the rows."""
        page = self.page
        return self.facts and (
            *self.facts,
            page.total,
            page.number,
            page.pages,
            page.beyond,
            page.after,
        )

    @cached_property
    def controls(self) -> list[dict[str, Any]]:
        shown = [each.control(self.query, self.actor) for each in self.filters]
        for control in shown:
            if "options" in control:
                control["boxes"] = draw.options(
                    f"{self.prefix}{control['name']}", control["options"]
                )
        return shown

    @cached_property
    def acts(self) -> list[Bulk]:
        return [
            act
            for act in self.bulk
            if not act.capability or (self.actor and self.actor.may(act.capability))
        ]

    @property
    def searchable(self) -> bool:
        return bool(self.search) or type(self).search_in is not Table.search_in

    # rows

    def search_in(self, rows: Rows, text: str) -> Rows:
        """Every word in one of the `search` fields."""
        for word in text.split():
            matches = Q()
            for name in self.search:
                matches |= Q(**{f"{name}__icontains": word})
            rows = rows.filter(matches)
        return rows

    @cached_property
    def rows(self) -> Rows:
        """Everything that matches, sorted."""
        rows: Rows = self.given.none() if self.lost else self.given
        for each in self.filters:
            rows = each.narrow(rows, self.query, self.actor)
        if self.text:
            rows = self.search_in(rows, self.text)
        return rows.order_by(self.sort, *self._tie()) if self.sort else rows

    def _tie(self) -> list[str]:
        """Equal rows keep their order from page to page."""
        try:
            self.given.model._meta.get_field("id")
        except FieldDoesNotExist:
            return []
        return ["-pk"] if self.sort.startswith("-") else ["pk"]

    def at_least(self) -> int:
        """So many rows there are surely, where somebody has counted them already (`kept` tables ask)."""
        return 0

    @cached_property
    def page(self) -> Page:
        if self.kept:
            return marks.page(self, self.query.get("page", "1"))
        if self.paging == "more":
            return keyset(self.rows, self.per_page, self.sort, self.query.get("after", ""))
        return numbered(self.rows, self.per_page, self.query.get("page", "1"))

    def lines(self, rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
        """Rows with their shown cells."""
        peek = type(self).peek
        for row in rows:
            cells = [(column, column.show(row, self.now)) for column in self.columns]
            yield {"row": row, "cells": cells, "peek": peek(row) if peek else ""}

    @property
    def body(self) -> SafeString:
        """The rows of the page as HTML."""
        if self.hollow:
            return frames.ROWS
        if self.kept:
            return marks.body(self)
        return mark_safe("".join(draw.rows(self, self.page.rows)))  # noqa: S308 -- every part escaped

    # addresses

    def url(self, **changes: str | None) -> str:
        """This address with parameters changed; paging starts anew unless it is what changes."""
        query = self.request.GET.copy()
        for name in ("page", "after", "export", "part"):
            query.pop(f"{self.prefix}{name}", None)
        for name, value in changes.items():
            query.pop(f"{self.prefix}{name}", None)
            if value:
                query[f"{self.prefix}{name}"] = value
        return f"{self.request.path}?{query.urlencode()}"

    def _without(self, removal: Removal) -> str:
        query = self.request.GET.copy()
        name = f"{self.prefix}{removal.name}"
        kept = [value for value in query.getlist(name) if value != removal.value]
        query.setlist(name, kept)
        query.pop(f"{self.prefix}page", None)
        return f"{self.request.path}?{query.urlencode()}"

    @property
    def bare_url(self) -> str:
        """Without search and filters."""
        own = {f"{self.prefix}{name}" for name in ("sort", "cols", "dense")}
        query = self.request.GET.copy()
        for name in {name for name in query if name.startswith(self.prefix)} - own:
            del query[name]
        return f"{self.request.path}?{query.urlencode()}"

    @property
    def page_links(self) -> list[tuple[int | None, str]]:
        return [
            (number, self.url(page=str(number)) if number else "") for number in self.page.window
        ]

    @property
    def previous_url(self) -> str:
        return self.url(page=str(self.page.previous)) if self.page.previous else ""

    @property
    def next_url(self) -> str:
        if self.page.after:
            return self.url(after=self.page.after)
        return self.url(page=str(self.page.next)) if self.page.next else ""

    @property
    def export_urls(self) -> dict[str, str]:
        return {kind: self.url(export=kind) for kind in ("xlsx", "csv")}

    @property
    def dense_url(self) -> str:
        return self.url(dense=None if self.dense else "1")

    @property
    def kept_query(self) -> list[tuple[str, str]]:
        """What the filter form carries along: whatever in the address it has no controls for."""
        names = {*OWN, "lang", "part", *(name for each in self.filters for name in each.names)}
        shown = {f"{self.prefix}{name}" for name in names - {"sort", "dense"}}
        return [
            (name, value)
            for name in self.request.GET
            if name not in shown
            for value in self.request.GET.getlist(name)
        ]

    # answers

    def response(
        self, template: str, context: Context = None, *, facts: tuple[Any, ...] | None = None
    ) -> HttpResponseBase:
        """The page; the table alone for htmx; a file for `?export=`; private words are taken out of sight first.

        With `facts` the page around the rows is kept: they and the address are all that the context hangs on.
        """
        if onward := words.moved(self):
            return onward
        if self.query.get("export") in ("csv", "xlsx"):
            return self.export(str(self.query["export"]))
        if wants(self.request, self.id):
            html = render_to_string("web/table.html", {"table": self}, request=self.request)
            response = HttpResponse(html + toasts(self.request))
        elif facts is not None:
            response = frames.page(self, template, context, facts)
        else:
            response = render(self.request, template, self.shown(context))
        response["Vary"] = "HX-Request, HX-Target, Cookie"
        return response

    def shown(self, context: Context) -> dict[str, Any]:
        """The whole context of the page."""
        return {"table": self, **((context() if callable(context) else context) or {})}

    def export(self, kind: str) -> HttpResponseBase:
        """All matching rows, in this order, with these columns."""
        columns = [column for column in self.columns if column.exported]
        header = [str(column.label) for column in columns]
        found = (
            self.rows.iterator(chunk_size=2000)
            if isinstance(self.rows, QuerySet)
            else iter(self.rows)
        )
        rows = ([column.value(row) for column in columns] for row in found)
        return as_csv(self.key, header, rows) if kind == "csv" else as_xlsx(self.key, header, rows)

    @classmethod
    def selected(cls, request: HttpRequest, rows: Rows) -> Rows:
        """The rows a bulk POST means: those ticked, or all that matched when "all" was ticked; never more than `rows`."""
        if request.POST.get("all") == "1":
            matching = cls(request, rows)
            matching.query = QueryDict(request.POST.get("query", ""))
            return matching.rows
        key = rows.model._meta.pk
        return rows.filter(pk__in=[pk for pk in request.POST.getlist("row") if _valid(key, pk)])


def _valid(field: Any, value: str) -> bool:
    try:
        field.to_python(value)
    except ValidationError:
        return False
    return True
