"""Lists of the register: people, places, visits to make."""

from collections.abc import Sequence
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.search import matching
from lifang.core.web.tables import Choice, Column, Empty, Filter, Table, in_areas
from lifang.orgs import selectors as orgs
from lifang.registry import selectors
from lifang.registry.catalogue import CODES, TAGS
from lifang.registry.models import Person, Place, VisitPlan
from lifang.registry.terms import PLACE_NAMES, PUBLIC
from lifang.registry.web import shown


def area_choice(actor: Actor | None) -> Choice:
    """The parts of one's own area."""
    return Choice("area", _("Area"), orgs.parts_of(actor) if actor else {}, apply=in_areas)


class PersonTable(Table):
    name = Column(_("Full name"), value=lambda row: str(row.name), link=shown.person_url)
    sex = Column(_("Sex"), value=lambda row: shown.code("sex", row.sex) if row.sex else "")
    born = Column(_("Born in"), value=lambda row: f"{row.born:%Y}" if row.born else "")
    identity = Column(_("Number of the document"), value=lambda row: str(row.identity or ""))
    telephone = Column(_("Telephone number"), value=lambda row: str(row.telephone or ""))
    home = Column(_("Home"), value=shown.home_of, wide=True)
    residence = Column(
        _("Residence"), value=lambda row: shown.code("residence", row.residence) if row.residence else ""
    )  # fmt: skip
    groups = Column(
        _("Groups"),
        value=lambda row: gettext(", ").join(str(shown.tag_name(one.tag)) for one in row.groups),
    )

    key = "people"
    private = True
    order = "-id"
    paging = "more"
    empty = Empty(
        _("Nobody of your areas is found."),
        _("Search by name, pinyin, the whole number or telephone, or an address. People come in by a spreadsheet or a move in."),
        icon="users",
    )  # fmt: skip

    def __init__(self, request: HttpRequest, rows: Any, *, prefix: str = "") -> None:
        super().__init__(request, rows, prefix=prefix)
        tags = {one.key: one.name for one in TAGS}
        self.filters: Sequence[Filter] = [  # type: ignore[misc]  # per request: areas differ
            area_choice(self.actor),
            Choice("residence", _("Residence"), dict(CODES["residence"].choices())),
            Choice("tag", _("Group"), tags, apply=self._tagged),
        ]

    def _tagged(self, rows: QuerySet[Person], tags: list[str]) -> QuerySet[Person]:
        assert self.actor is not None  # noqa: S101 -- a desk has somebody at it
        found = (Q(pk__in=selectors.tagged(self.actor, tag).values("pk")) for tag in tags)
        return rows.filter(reduce(or_, found))

    def search_in(self, rows: QuerySet[Person], text: str) -> QuerySet[Person]:
        assert self.actor is not None  # noqa: S101 -- a desk has somebody at it
        return selectors.search_persons(self.actor, rows, text)


class PlaceTable(Table):
    name = Column(_("Name"), link=lambda row: reverse("registry:place", args=[row.pk]))
    kind = Column(_("Kind"), value=lambda row: shown.place_kind(row.kind))
    address = Column(_("Address"), wide=True)
    area = Column(_("Area"), value=lambda row: orgs.place_name(row.area, 2))

    key = "places"
    private = True
    order = "-id"
    paging = "more"
    empty = Empty(
        _("No place of your areas is found."),
        _("Search by name, pinyin or address."),
        icon="building",
    )

    def __init__(self, request: HttpRequest, rows: Any, *, prefix: str = "") -> None:
        super().__init__(request, rows, prefix=prefix)
        kinds = {str(kind): name for kind, name in PLACE_NAMES.items()}
        self.filters: Sequence[Filter] = [  # type: ignore[misc]  # per request: areas differ
            Choice("kind", _("Kind"), kinds),
            area_choice(self.actor),
        ]

    def search_in(self, rows: QuerySet[Place], text: str) -> QuerySet[Place]:
        return matching(rows, text)


def leading(rows: QuerySet[Place]) -> QuerySet[Place]:
    """Places that lead to others: no stairs, no doors."""
    return rows.filter(kind__in=PUBLIC)


class ExpiringTable(Table):
    who = Column(_("Registered person"), value=lambda row: row.who, link=lambda row: row.url)
    door = Column(_("Where"), value=lambda row: row.door, wide=True)
    state = Column(_("State"), cell="state", value=lambda row: row.chip)
    expires_on = Column(_("Registration until"), cell="date", sort="expires_on")
    renewal = Column(
        _("Renew"), value=lambda row: gettext("renew") if row.renewal else "", link=lambda row: row.renewal, exported=False
    )  # fmt: skip

    key = "expiring"
    order = "expires_on"
    empty = Empty(
        _("No registration runs out."),
        _("Temporary residents whose registration runs out appear here in time."),
        act=(_("People and homes"), "registry:people"),
        icon="calendar-check",
    )

    def __init__(self, request: HttpRequest, rows: Any, *, prefix: str = "") -> None:
        super().__init__(request, rows, prefix=prefix)
        self.filters: Sequence[Filter] = [area_choice(self.actor)]  # type: ignore[misc]  # per request: areas differ


class OutdatedTable(Table):
    what = Column(_("Value"), value=lambda row: row.what)
    who = Column(_("Of whom"), value=lambda row: row.who, link=lambda row: row.url)
    place = Column(_("Where"), value=lambda row: orgs.place_name(row.area, 1))
    state = Column(_("State"), cell="state", value=lambda row: row.chip)
    expires_on = Column(_("To be confirmed by"), cell="date", sort="expires_on")

    key = "outdated"
    order = "expires_on"
    empty = Empty(
        _("Every value was confirmed in time."),
        _("Values that nobody confirmed in time appear here, to be asked again at the next visit."),
        act=(_("Visits to make"), "registry:visits"),
        icon="calendar-check",
    )

    def __init__(self, request: HttpRequest, rows: Any, *, prefix: str = "") -> None:
        super().__init__(request, rows, prefix=prefix)
        self.filters: Sequence[Filter] = [area_choice(self.actor)]  # type: ignore[misc]  # per request: areas differ


DUE = {
    "late": _("Visit overdue"),
    "week": _("Within 7 days"),
    "month": _("Within 30 days"),
}


class VisitTable(Table):
    who = Column(_("Whom to visit"), value=lambda plan: plan.who, link=lambda plan: plan.url)
    door = Column(_("Where"), value=lambda plan: plan.door, wide=True)
    kind = Column(_("Visit for"), value=lambda plan: shown.visit_kind(plan.kind))
    state = Column(_("State"), cell="state", value=lambda plan: plan.chip)
    due_on = Column(_("Visit by"), cell="date", sort="due_on")
    seen_at = Column(_("Last visited"), cell="date", value="household.visited_at")

    key = "visits"
    order = "due_on"
    empty = Empty(
        _("Nobody is to be visited."),
        _("Planned visits of your areas appear here when they come near."),
        icon="home-heart",
    )

    def __init__(self, request: HttpRequest, rows: Any, *, prefix: str = "") -> None:
        super().__init__(request, rows, prefix=prefix)
        self.today = localtime(self.now).date()
        kinds = {one.key: one.name for one in shown.VISIT_KINDS}
        self.filters: Sequence[Filter] = [  # type: ignore[misc]  # per request: areas differ
            Choice("due", _("By when"), DUE, apply=self._due),
            Choice("kind", _("Visit for"), kinds),
            area_choice(self.actor),
        ]

    def _due(self, rows: QuerySet[VisitPlan], keys: list[str]) -> QuerySet[VisitPlan]:
        days = {"late": -1, "week": 7, "month": 30}
        return rows.filter(due_on__lte=self.today + timedelta(days=max(days[key] for key in keys)))
