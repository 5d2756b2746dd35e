from collections.abc import Callable
from datetime import date, datetime
from html import escape
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lifang.core.web import times
from lifang.core.web.tables import draw

Value = str | Callable[[Any], Any]
NUMERIC = frozenset({"number", "percent"})
NEVER_WRAPPED = frozenset({"clock", "time", "date", "state"})


class Column:
    """One column: where its value comes from, how it looks, how it sorts, how it is exported."""

    def __init__(
        self,
        label: Any,
        *,
        value: Value = "",
        cell: str | Callable[[Any], Any] = "text",
        sort: str = "",
        link: Value = "",
        shown: bool = True,
        wide: bool = False,
        exported: bool = True,
        narrow: bool = True,
    ) -> None:
        self.label, self.cell, self.sort, self.link = label, cell, sort, link
        self.shown, self.wide, self.exported = shown, wide, exported
        self.narrow = narrow  # also on a telephone, where a row is a card
        self.name = ""
        self._value = value

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def value(self, row: Any) -> Any:
        """The bare value, as the export takes it."""
        return value_of(row, self._value or self.name)

    def show(self, row: Any, now: datetime) -> Any:
        """The cell as HTML or text."""
        shown = self.cell(row) if callable(self.cell) else RENDER[self.cell](self.value(row), now)
        url = value_of(row, self.link) if self.link else ""
        if not url:
            return shown
        return mark_safe(f'<a href="{draw.html(url)}">{draw.html(shown)}</a>')  # noqa: S308 -- every part escaped

    @property
    def css(self) -> str:
        """Classes of the cell."""
        return f"{self._width} roomy".strip() if not self.narrow else self._width

    @property
    def _width(self) -> str:
        if self.wide:
            return "wide"
        if self.cell in NUMERIC:
            return "num"
        return "nowrap" if self.link or self.cell in NEVER_WRAPPED else ""


def value_of(row: Any, value: Value) -> Any:
    """A dotted path of attributes, keys and calls, or a function of the row."""
    if callable(value):
        return value(row)
    found = row
    for part in value.split("."):
        found = found.get(part) if isinstance(found, dict) else getattr(found, part, None)
        if callable(found):
            found = found()
        if found is None:
            return None
    return found


def _text(value: Any, now: datetime) -> Any:
    return "—" if value is None or value == "" else value


def _number(value: Any, now: datetime) -> str:
    return "—" if value is None else f"{value:,}"


def _percent(value: Any, now: datetime) -> str:
    return "—" if value is None else f"{value:.1%}"


def _time(value: datetime | None, now: datetime) -> Any:
    if value is None:
        return "—"
    local = timezone.localtime(value)
    words = escape(times.exact(value, now))
    return mark_safe(  # noqa: S308 -- every part escaped
        f'<time datetime="{local.isoformat()}" title="{local:%Y-%m-%d %H:%M:%S}">{words}</time>'
    )


def _date(value: date | None, now: datetime) -> str:
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return "—" if value is None else value.isoformat()


def _clock(value: datetime | None, now: datetime) -> Any:
    if value is None:
        return "—"
    late = value < now
    kind = "late" if late else "soon" if (value - now).total_seconds() < 4 * 3600 else ""
    words = times.over(value, now) if late else times.near(value, now)
    return mark_safe(  # noqa: S308 -- every part escaped
        f'<time class="due {kind}" datetime="{timezone.localtime(value).isoformat()}" data-island="clock">{escape(words)}</time>'
    )


def _yes(value: Any, now: datetime) -> str:
    return "—" if value is None else _("yes") if value else _("no")


def _state(value: Any, now: datetime) -> SafeString | str:
    from lifang.core.web.templatetags.kit import chip  # noqa: PLC0415 -- the tags render tables

    return chip(value) if value else "—"


RENDER: dict[str, Callable[[Any, datetime], Any]] = {
    "text": _text,
    "html": _text,
    "number": _number,
    "percent": _percent,
    "time": _time,
    "date": _date,
    "clock": _clock,
    "yes": _yes,
    "state": _state,
}
