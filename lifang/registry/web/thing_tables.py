"""Lists of vehicles, organisations, facilities."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.crypto.masks import plain_plate
from lifang.core.search import matching
from lifang.core.web.tables import Choice, Column, Empty, Filter, Table
from lifang.orgs import selectors as orgs
from lifang.registry.catalogue import CODES, component_name
from lifang.registry.web import shown
from lifang.registry.web.tables import area_choice


def link(slug: str) -> Any:
    return lambda row: reverse("registry:thing", args=[slug, row.pk])


def area_name(row: Any) -> str:
    return orgs.place_name(row.area, 2)


class ThingTable(Table):
    """By area, newest first."""

    order = "-id"
    paging = "more"
    codes = ""

    def __init__(self, request: HttpRequest, rows: Any, *, prefix: str = "") -> None:
        super().__init__(request, rows, prefix=prefix)
        kinds = [Choice("kind", _("Kind"), dict(CODES[self.codes].choices()))] if self.codes else []
        self.filters: Sequence[Filter] = [area_choice(self.actor), *kinds]  # type: ignore[misc]  # per request: areas differ


class VehicleTable(ThingTable):
    plate = Column(_("Plate"), value=lambda row: str(row.plate), link=link("vehicles"))
    kind = Column(_("Kind"), value=lambda row: shown.code("vehicle", row.kind))
    colour = Column(_("Colour"))
    model = Column(_("Make and model"))
    area = Column(_("Area"), value=area_name)

    key = "vehicles"
    private = True  # a plate is a number of somebody's
    codes = "vehicle"
    empty = Empty(
        _("No vehicle of your areas is registered."),
        _("Search by the whole plate. Register one with the button above."),
        icon="car",
    )

    def search_in(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(plate_key=plain_plate(text))


class OrganisationTable(ThingTable):
    name = Column(_("Name"), link=link("organisations"), wide=True)
    kind = Column(_("Kind"), value=lambda row: shown.code("organisation", row.kind))
    trade = Column(_("Trade"))
    address = Column(_("Address"))
    area = Column(_("Area"), value=area_name)

    key = "organisations"
    codes = "organisation"
    empty = Empty(
        _("No organisation of your areas is registered."),
        _("Search by name, pinyin, credit code or address. Register one with the button above."),
        icon="building-store",
    )

    def search_in(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return matching(rows, text)


class FacilityTable(ThingTable):
    name = Column(_("Name"), value=str, link=link("facilities"), wide=True)
    number = Column(_("Number"))
    component = Column(_("Component"), value=lambda row: component_name(row.component))
    state = Column(_("State"), value=lambda row: shown.code("facility_state", row.state))
    area = Column(_("Area"), value=area_name)

    key = "facilities"
    empty = Empty(
        _("No facility of your areas is registered."),
        _("Search by number, name or pinyin. Register one with the button above."),
        icon="traffic-cone",
    )

    def search_in(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return matching(rows, text)
