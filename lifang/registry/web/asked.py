"""What is asked of people more than once, by whom, and why."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from lifang.core.access import Kind
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty
from lifang.core.web.tables.lists import ListTable
from lifang.core.web.views import only
from lifang.registry import selectors

HOW = {
    "form": _("Page"),
    "matter": _("Form of a matter"),
    "sheet": _("Spreadsheet"),
    "api": _("Interface"),
}


@dataclass(frozen=True)
class Line:
    element: Any
    called: Any
    how: str
    times: int
    state: Chip
    why: Any
    kind: str

    @property
    def how_name(self) -> Any:
        return HOW[self.how]


def _line(one: selectors.Asking, times: int) -> Line:
    if one.home:
        kind, chip = "home", Chip("done", _("Kept here"))
    elif one.filled:
        kind, chip = "filled", Chip("done", _("Filled in from the register"))
    elif times == 1:
        kind, chip = "once", Chip("idle", _("Asked once"))
    elif one.why:
        kind, chip = "decided", Chip("progress", _("Asked again, decided"))
    else:
        kind, chip = "new", Chip("danger", _("Asked again, nobody decided"))
    return Line(one.element.name, one.called, one.how, times, chip, one.why, kind)


def _called(line: Line) -> Any:
    """An interface by its address, which is the same in every language."""
    return format_html("<code>{}</code>", line.called) if line.how == "api" else line.called


class AskedTable(ListTable):
    element = Column(_("Data element"), sort="element")
    called = Column(_("Asked in"), wide=True, cell=_called)
    how_name = Column(_("How"))
    times = Column(_("How many places"), cell="number", sort="times")
    state = Column(_("State"), cell="state")
    why = Column(_("Why it is asked again"), wide=True)

    key = "asked"
    search = ("element", "called", "why")
    filters = (
        Choice("how", _("How"), HOW),
        Choice("kind", _("State"), {"home": _("Kept here"), "filled": _("Filled in from the register"), "once": _("Asked once"), "decided": _("Asked again, decided"), "new": _("Asked again, nobody decided")}),
    )  # fmt: skip
    order = ""
    per_page = 50
    empty = Empty(
        _("Nothing is asked twice with these filters."),
        _("Take a filter away to see every question."),
        icon="checks",
    )


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def asked(request: HttpRequest) -> HttpResponseBase:
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.asked(actor)
    again = selectors.asked_again(actor, found)
    lines = [_line(one, len(again.get(one.element.key, [one]))) for one in found]
    lines.sort(key=lambda line: -line.times)
    context = {"elements": len(again), "places": sum(map(len, again.values()))}
    return AskedTable(request, lines).response("registry/desk/asked.html", context)
