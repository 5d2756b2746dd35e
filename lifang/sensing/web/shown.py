"""Devices as people read them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.web.show import Chip
from lifang.orgs import selectors as orgs
from lifang.sensing.catalogue import MEASURES, TYPES
from lifang.sensing.catalogue.lines import LINE_KINDS
from lifang.sensing.models import Device, Latest, UtilityLine
from lifang.sensing.rules import Fault, Said, standing

STANDINGS: dict[str, tuple[str, Any]] = {
    "planned": ("waiting", _("Planned")),
    "well": ("done", _("In order")),
    "weak": ("waiting", _("Needs care")),
    "silent": ("late", _("Silent")),
    "never": ("waiting", _("Not heard yet")),
    "out": ("idle", _("Out of service")),
    "unverified": ("danger", _("Not registered")),
    "retired": ("idle", _("Retired")),
}
FAULTS: dict[str, Any] = {
    "battery": _("The battery is low"),
    "link": _("The connection is weak"),
    "clock": _("Its clock is wrong"),
    "frozen": _("The value has not changed for long"),
    "expired": _("It is past its life and should be replaced"),
    "service_due": _("Service is due"),
    "tamper": _("Somebody has opened or moved it"),
}
LOG: dict[str, Any] = {
    "plan": _("Planned"),
    "install": _("Installed"),
    "move": _("Moved"),
    "service": _("Serviced"),
    "battery": _("Battery changed"),
    "repair": _("Repaired"),
    "out": _("Taken out of service"),
    "back": _("Back in service"),
    "retire": _("Retired"),
    "edit": _("Description changed"),
    "bind": _("Bound to its maker"),
    "release": _("Released from its maker"),
}
FIELDS: dict[str, Any] = {
    "name": _("Name"), "code": _("Code"), "model": _("Model"), "video_code": _("Camera code"), "position": _("Where exactly"),
    "keeper_name": _("Looked after by"), "maintainer_name": _("Maintained by"), "every_seconds": _("Seconds between words"),
    "installed_on": _("Installed on"), "service_due_on": _("Service due"), "expires_on": _("End of life"),
    "keeper": _("Looked after by"), "maintainer": _("Maintained by"), "maker": _("Maker"), "area": _("Area"), "place": _("Place"),
}  # fmt: skip


def changes(facts: Mapping[str, list[str]]) -> Iterator[str]:
    """What each field was and is, a line each."""
    for field, (was, now) in facts.items():
        before, after = (_area(was), _area(now)) if field == "area" else (was, now)
        if before != after:
            yield f"{FIELDS.get(field, field)}: {before or '—'} → {after or '—'}"


def _area(code: str) -> str:
    return orgs.place_name(code, 2) if code else ""


def type_name(kind: str) -> Any:
    return TYPES[kind].name if kind in TYPES else kind


def type_beside(device: Device) -> str:
    """The type, where the name does not say it already."""
    kind = str(type_name(device.type))
    return "" if str(device).startswith(kind) else kind


def measure_name(key: str) -> Any:
    return MEASURES[key].name if key in MEASURES else key


def value_of(key: str, value: float) -> str:
    return MEASURES[key].shown(value) if key in MEASURES else f"{value:g}"


def said_of(rows: dict[str, Latest]) -> dict[str, Said]:
    return {
        key: Said(row.value, row.at, row.arrived_at, row.since, row.quality)
        for key, row in rows.items()
    }


def chip(device: Device, seen_at: datetime | None, at: datetime, *, weak: bool = False) -> Chip:
    kind, word = STANDINGS[standing(device.state, device.type, device.every_seconds, seen_at, weak, at)]  # fmt: skip
    return Chip(kind, word)


def fault(one: Fault) -> str:
    """A sentence, with the value that says so."""
    said = str(FAULTS[one.key])
    if one.measure:
        return f"{said}: {measure_name(one.measure)} {value_of(one.measure, one.value)}"
    return said


def url(device: Device) -> str:
    return reverse("sensing:device", args=[device.pk])


def where(device: Device) -> str:
    """The place, and where exactly."""
    place = device.place.address or device.place.name if device.place else ""
    parts = [part for part in (place, device.position) if part]
    return " · ".join(parts) or orgs.place_name(device.area, 2)


def keeper(device: Device) -> str:
    return str(device.keeper) if device.keeper else device.keeper_name


def kind_name(key: str) -> str:
    """Of a line."""
    return str(LINE_KINDS[key].name) if key in LINE_KINDS else key


def line_name(one: UtilityLine) -> str:
    return f"{kind_name(one.kind)} {one.code}"


def maintainer(device: Device) -> str:
    return str(device.maintainer) if device.maintainer else device.maintainer_name
