"""Lists of devices and of what could not be read."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.core.search import matching
from lifang.core.web.tables import Choice, Column, Empty, Period, Table, in_areas
from lifang.orgs import selectors as orgs
from lifang.sensing import selectors
from lifang.sensing.catalogue import TYPES
from lifang.sensing.terms import DeviceState, Poison, Way
from lifang.sensing.web import shown

STATES = {
    "well": _("In order"),
    "silent": _("Silent"),
    "weak": _("Needs care"),
    "never": _("Not heard yet"),
    "planned": _("Planned"),
    "out": _("Out of service"),
    "unverified": _("Not registered"),
    "retired": _("Retired"),
}
POISON = {
    Poison.NOT_JSON.value: _("Not JSON"),
    Poison.NOT_XML.value: _("Not XML, or XML that is not read from strangers"),
    Poison.SHAPE.value: _("Not what this dialect sends"),
    Poison.TOO_LARGE.value: _("Too large"),
    Poison.NO_DEVICE.value: _("Names no device"),
    Poison.UNKNOWN_DEVICE.value: _("The device is not registered"),
    Poison.RETIRED.value: _("The device is retired"),
    Poison.NOT_YOURS.value: _("The key opens nothing"),
    Poison.NO_MEASURE.value: _("Nothing this type measures"),
    Poison.VALUE.value: _("A value that is none"),
    Poison.TOO_OLD.value: _("Older than what is kept"),
    Poison.TEMPLATE.value: _("A template that is not evaluated here"),
    Poison.PICTURE.value: _("Carries a picture or a template of a face"),
    Poison.NOT_STORED.value: _("Could not be stored; replay it once the cause is mended"),
    Poison.TOPIC.value: _("A topic that no dialect knows"),
}
WAYS = {Way.HTTP.value: "HTTP", Way.MQTT.value: "MQTT", Way.STA.value: "SensorThings", Way.HOOK.value: "Webhook", Way.VIID.value: "GA/T 1400", Way.SIP.value: "GB/T 28181", Way.PANEL.value: "GB/T 26875.3", Way.ONVIF.value: "ONVIF", Way.REPLAY.value: _("Replay")}  # fmt: skip


def area_choice(actor: Actor | None) -> Choice:
    """The parts of one's own area."""
    return Choice("area", _("Area"), orgs.parts_of(actor) if actor else {}, apply=in_areas)


def _types() -> dict[str, Any]:
    return {spec.key: spec.name for spec in TYPES}


def _makers(actor: Actor) -> dict[str, str]:
    return {str(one.pk): one.name for one in selectors.makers(actor)}


def _uuids(values: list[str]) -> list[UUID]:
    found = []
    for value in values:
        with suppress(ValueError):
            found.append(UUID(value))
    return found


class DeviceTable(Table):
    name = Column(_("Device"), value=str, link=shown.url, wide=True, sort="name")
    type = Column(_("Type"), value=lambda row: shown.type_name(row.type), sort="type")
    standing = Column(
        _("State"), cell="state", value=lambda row: shown.chip(row, row.seen_at, row.asked_at, weak=row.weak)
    )  # fmt: skip
    seen_at = Column(_("Last heard"), cell="time", sort="seen_at")
    where = Column(_("Where"), value=shown.where, wide=True)
    area = Column(_("Area"), value=lambda row: orgs.place_name(row.area, 2))
    maker = Column(_("Maker"), value=lambda row: str(row.maker or ""), shown=False)
    keeper = Column(_("Looked after by"), value=shown.keeper, shown=False)
    maintainer = Column(_("Maintained by"), value=shown.maintainer, shown=False)
    code = Column(_("Code"), shown=False)
    video_code = Column(_("Camera code"), shown=False)
    installed_on = Column(_("Installed"), cell="date", sort="installed_on", shown=False)
    expires_on = Column(_("End of life"), cell="date", sort="expires_on", shown=False)
    service_due_on = Column(_("Service due"), cell="date", sort="service_due_on", shown=False)

    key = "devices"
    order = "name"
    empty = Empty(
        _("No device of your areas is registered."),
        _("Plan one, register an installed one, or bring a list as a spreadsheet."),
        icon="cpu",
        act=(_("Register a device"), "sensing:new"),
    )

    def __init__(self, request: HttpRequest, rows: Any, *, prefix: str = "") -> None:
        super().__init__(request, rows, prefix=prefix)
        self.at = request.at  # type: ignore[attr-defined]
        self.filters = (  # type: ignore[misc]  # per request: areas and hours differ
            area_choice(self.actor),
            Choice("type", _("Type"), _types()),
            Choice("standing", _("State"), STATES, apply=self._standing, steady=False),
            Choice(
                "maker",
                _("Maker"),
                _makers,
                apply=lambda rows, values: rows.filter(maker__in=_uuids(values)),
            ),
            Period("installed_on", _("Installed")),
        )

    def _standing(self, rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
        actor = self.actor
        assert actor is not None  # noqa: S101 -- a list of the desk
        late = selectors.silent(actor, rows, self.at).values("pk")
        parts = {
            "silent": rows.filter(pk__in=late),
            "weak": rows.filter(state=DeviceState.INSTALLED, weak=True).exclude(pk__in=late),
            "never": rows.filter(state=DeviceState.INSTALLED, seen_at__isnull=True),
            "well": rows.filter(state=DeviceState.INSTALLED, seen_at__isnull=False, weak=False).exclude(pk__in=late),
        }  # fmt: skip
        found = rows.none()
        for value in values:
            found = found | parts.get(value, rows.filter(state=value))
        return found

    def search_in(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return matching(rows, text)


class PoisonTable(Table):
    last_at = Column(_("Last came"), cell="time", sort="last_at", link=lambda row: reverse("sensing:poison", args=[row.pk]))  # fmt: skip
    reason = Column(_("Why it could not be read"), value=lambda row: POISON.get(row.reason, row.reason), wide=True)  # fmt: skip
    detail = Column(_("Detail"), wide=True)
    way = Column(_("Way in"), value=lambda row: WAYS.get(row.way, row.way))
    count = Column(_("Times"), cell="number", sort="count")
    area = Column(_("Area"), value=lambda row: orgs.place_name(row.area, 2) if row.area else "—")

    key = "quarantine"
    search = ("detail", "topic", "source")
    order = "-last_at"
    filters = (Choice("reason", _("Why"), POISON), Choice("way", _("Way in"), WAYS))
    empty = Empty(
        _("No message waits in quarantine."),
        _("What a device sends and nobody can read lands here with the reason."),
        icon="shield-check",
    )
