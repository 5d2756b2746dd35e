"""The list of cases: what it shows, how it is narrowed. The board and the map are narrowed by the same address."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from lifang.cases.catalogue import CASE, MAJORS, MATTERS, OUTCOMES, SOURCES
from lifang.cases.models import Case
from lifang.cases.selectors import rollups
from lifang.cases.selectors.counts import month_before
from lifang.cases.terms import OPEN, State
from lifang.cases.web import shown
from lifang.core.access import Actor
from lifang.core.search import matching
from lifang.core.web.tables import Bulk, Choice, Column, Empty, Filter, Period, Table, in_areas
from lifang.orgs import selectors as orgs

Rows = QuerySet[Case]
_CODE = re.compile(r"[0-9]{4,15}")
SOLVED = [one.key for one in OUTCOMES if one.solved]

# Short lists, as the numbers of desk and screen call them: `?show=overdue`.
SHOW = {
    "open": _("Still open"),
    "overdue": _("Overdue"),
    "due_today": _("Due today"),
    "urgent": _("Urgent and dangerous"),
    "pressed": _("Pressed"),
    "reopened": _("Opened again"),
    "self_handled": _("Solved on the spot"),
    "new_today": _("New today"),
    "closed_today": _("Closed today"),
    "handled_month": _("Handled in 30 days"),
    "on_time_month": _("… of them in time"),
    "solved_month": _("Solved in 30 days"),
}

KEPT = {(): "cases", (("show", "open"),): "open"}


def show(at: datetime) -> dict[str, Q]:
    """What each short list means now."""
    midnight = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    running, month = Q(state__in=OPEN), month_before(midnight)
    handled = Q(handled_at__gte=month)
    return {
        "open": running,
        "overdue": running & Q(due_at__lt=at) & ~Q(state=State.SUSPENDED),
        "due_today": running
        & Q(due_at__gte=at, due_at__lt=midnight + timedelta(days=1))
        & ~Q(state=State.SUSPENDED),
        "urgent": running & ~Q(level="ordinary"),
        "pressed": running & Q(pressed_at__isnull=False),
        "reopened": Q(round__gt=1),
        "self_handled": Q(self_handled=True),
        "new_today": Q(opened_at__gte=midnight),
        "closed_today": Q(closed_at__gte=midnight),
        "handled_month": handled,
        "on_time_month": handled & Q(handled_at__lte=F("promised_at")),
        "solved_month": Q(closed_at__gte=month, outcome__in=SOLVED),
    }


class CaseTable(Table):
    number = Column(
        _("Number"), link=lambda case: reverse("cases:case", args=[case.pk]), sort="number"
    )
    matter = Column(_("Matter"), value="title", sort="matter")
    place = Column(_("Where"), value=shown.place, wide=True)
    state = Column(_("State"), cell="state", value=shown.chip, sort="state")
    level = Column(_("Level"), cell="state", value=shown.level_chip)
    turn = Column(_("Whose turn"), value=shown.turn)
    due_at = Column(
        _("Due"), cell="clock", value=lambda case: case.due_at if case.open else None, sort="due_at"
    )
    opened_at = Column(_("Reported at"), cell="time", sort="opened_at", narrow=False)
    reports = Column(_("Reports"), cell="number", sort="reports", narrow=False)
    source = Column(_("Source"), value=shown.source, shown=False)
    lead = Column(_("Leading unit"), value="lead.name", shown=False)
    promised_at = Column(_("Promised"), cell="time", sort="promised_at", shown=False)
    handled_at = Column(_("Handled at"), cell="time", sort="handled_at", shown=False)
    closed_at = Column(_("Closed at"), cell="time", sort="closed_at", shown=False)
    outcome = Column(
        _("Outcome"),
        value=lambda case: OUTCOMES[case.outcome].name if case.outcome else "",
        shown=False,
    )
    on_time = Column(_("In time"), cell="yes", shown=False)
    self_handled = Column(_("Solved on the spot"), cell="yes", shown=False)
    round = Column(_("Round"), cell="number", shown=False)

    key = "cases"
    private = True  # somebody's own words and telephones are looked for
    order = "-opened_at"
    bulk = (
        Bulk("accept", _("Accept"), "cases:bulk_acceptance", icon="check", capability="cases.accept"),
        Bulk("sign", _("Sign for"), "cases:bulk_signature", icon="signature", capability="cases.sign"),
        Bulk("archive", _("Archive"), "cases:bulk_archive", icon="archive", capability="cases.archive",
             confirm=_("Put the chosen cases away? They stay readable.")),
    )  # fmt: skip
    empty = Empty(
        _("No case yet."),
        _("Cases of your areas and units appear here by themselves."),
        act=(_("Report a case"), "cases:desk_report"),
    )

    def __init__(self, request: HttpRequest, rows: Any, *, prefix: str = "") -> None:
        super().__init__(request, rows, prefix=prefix)
        self.filters: Sequence[Filter] = self._filters()  # type: ignore[misc]  # per request: areas and units differ

    def search_in(self, rows: Rows, text: str) -> Rows:
        return matching(rows, text)

    def _filters(self) -> list[Filter]:
        return [
            Choice(
                "show",
                _("Only"),
                SHOW,
                apply=lambda rows, keys: rows.filter(*(show(self.now)[key] for key in keys)),
                steady=False,
            ),
            Choice(
                "state",
                _("State"),
                lambda _actor: {state.key: state.name for state in CASE().states},
            ),
            Choice(
                "major",
                _("Kind"),
                lambda _actor: {one.key: one.name for one in MAJORS},
                apply=_of_majors,
            ),
            Choice(
                "level",
                _("Level"),
                lambda _actor: {str(key): name for key, name in shown.LEVELS.items()},
            ),
            Choice("area", _("Area"), self._areas, apply=in_areas),
            Choice("unit", _("Unit"), self._units, field="lead"),
            Choice("source", _("Source"), lambda _actor: {one.key: one.name for one in SOURCES}),
            Period("opened_at", _("Reported at")),
            Period("closed_at", _("Closed at")),
        ]

    def _areas(self, actor: Actor | None) -> dict[str, str]:
        """The parts of one's own area, and whatever the address names besides."""
        if actor is None:
            return {}
        asked = (code for code in self.query.getlist("area") if _CODE.fullmatch(code))
        return orgs.parts_of(actor, asked)

    def _units(self, actor: Actor | None) -> dict[str, str]:
        return orgs.unit_choice(actor, orgs.home_of(actor)[:6]) if actor else {}


class CaseList(CaseTable):
    """All the cases one may see."""

    kept = True

    def at_least(self) -> int:
        """What is counted as it happens: all cases, and those still open, of an area or of all one sees."""
        chosen = [(one.name, one.value) for one, _url in self.removals]
        areas = [value for name, value in chosen if name == "area"]
        what = KEPT.get(tuple(one for one in chosen if one[0] != "area"))
        if self.actor is None or self.text or self.lost or what is None or len(areas) > 1:
            return 0
        return rollups.at_least(self.actor, what, *areas)


def _of_majors(rows: Rows, majors: list[str]) -> Rows:
    return rows.filter(matter__in=[matter.key for matter in MATTERS if matter.major in majors])
