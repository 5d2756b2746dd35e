"""Lists of vehicles, organisations, facilities."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from lifang.core.crypto.masks import plain_plate
from lifang.core.search import matching
from lifang.core.web.tables import Choice, Column, Empty, Filter, Table
from lifang.orgs import selectors as orgs
from lifang.registry import rules, selectors
from lifang.registry.catalogue import CODES, DOG_RULES, component_name
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


class DogTable(ThingTable):
    name = Column(_("Called"), link=link("dogs"), wide=True)
    size = Column(_("Size of the dog"), value=lambda row: shown.code("dog_size", row.size))
    breed = Column(_("Breed"))
    keeper = Column(_("Keeper"), value=lambda row: row.keeper.name)
    licence = Column(_("Licence"), value=lambda row: str(row.licence or ""))
    licensed_until = Column(_("Holds until"))
    vaccinated_on = Column(_("Vaccinated on"))
    faults = Column(_("Not as it should be"), value=lambda row: _and(row.faults), wide=True)
    area = Column(_("Area"), value=area_name)

    key = "dogs"
    private = True  # a licence is a number of somebody's
    empty = Empty(
        _("No dog of your areas is registered."),
        _("Search by its name or the whole number of its licence. Register one with the button above, or many by a spreadsheet."),
        icon="dog",
    )  # fmt: skip

    def __init__(self, request: HttpRequest, rows: Any, *, prefix: str = "") -> None:
        super().__init__(request, rows, prefix=prefix)
        sizes = Choice("size", _("Size of the dog"), dict(CODES["dog_size"].choices()))
        self.filters = [*self.filters, sizes]  # type: ignore[misc]  # per request, as above

    def search_in(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(Q(licence_key=text.strip()) | Q(name__icontains=text.strip()))

    def lines(self, rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
        return super().lines(self._kept(rows))

    def export(self, kind: str) -> HttpResponseBase:
        self.rows = self._kept(self.rows)  # type: ignore[assignment]  # a file has who keeps them, too
        return super().export(kind)

    def _kept(self, rows: Iterable[Any]) -> list[Any]:
        assert self.actor is not None  # noqa: S101 -- a desk has somebody at it
        found, today = list(rows), localtime(self.now).date()
        keepers = selectors.kept_by(self.actor, found)
        for row in found:
            row.keeper = keepers.get(row.pk, selectors.NOBODY)
            row.faults = [DOG_RULES[key].name for key in rules.faults_of(row, today)]
        return found


def _and(names: Sequence[Any]) -> str:
    return str(_("; ")).join(str(one) for one in names)


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
