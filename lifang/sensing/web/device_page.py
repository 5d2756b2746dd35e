"""What the page of a device, the map and the coverage table show."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lifang.core.access import Actor
from lifang.core.config import config
from lifang.core.site import site
from lifang.core.web import htmx
from lifang.core.web.show import Entry as Line
from lifang.orgs import selectors as orgs
from lifang.sensing import rules, selectors
from lifang.sensing.catalogue import COMMANDS, MEASURES, TYPES, policy
from lifang.sensing.models import Command, Device, Series
from lifang.sensing.selectors.commands import commands_of
from lifang.sensing.terms import DeviceState, bad
from lifang.sensing.web import shown
from lifang.sensing.web.acts import NEEDS, acts_of

SPANS = {
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "year": timedelta(days=366),
    "years": timedelta(days=1096),
}
SLOTS, MOST_POINTS, MOST_LOG, MOST_WISHES = 48, 3000, 30, 8
_ICONS = {"install": "plug", "plan": "pencil", "move": "arrows-move", "service": "tool", "battery": "battery", "repair": "tool", "out": "player-pause", "back": "player-play", "retire": "archive", "edit": "pencil", "bind": "link", "release": "unlink"}  # fmt: skip
_PINS = {"well": "done", "weak": "waiting", "silent": "late", "never": "waiting", "planned": "open", "out": "open", "unverified": "danger"}  # fmt: skip


def context(request: HttpRequest, found: Device) -> dict[str, Any]:
    """Everything the page says."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    at: datetime = request.at  # type: ignore[attr-defined]
    listed = selectors.series(actor, found)
    latest = {row.measure: row.latest for row in listed if hasattr(row, "latest")}
    seen_at = max((one.arrived_at for one in latest.values()), default=None)
    said = shown.said_of(latest)
    faults = rules.faults(found.type, said, at, found.expires_on, found.service_due_on)
    spec = TYPES.get(found.type)
    line = selectors.line_of_device(actor, found)
    return {
        "device": found,
        "line": (shown.line_name(line), reverse("sensing:line", args=[line.pk])) if line else None,
        "type": spec,
        "power_loss_seconds": policy("power_loss_seconds"),
        "chip": shown.chip(found, seen_at, at, weak=bool(faults)),
        "seen_at": seen_at,
        "silent": found.state == DeviceState.INSTALLED and rules.silent(found.type, found.every_seconds, seen_at, at),
        "values": [_value(row, found.type) for row in listed if hasattr(row, "latest") and row.measure != "heartbeat"],
        "faults": [shown.fault(one) for one in faults],
        "chart": None if htmx.wants(request, "said") else _chart(request, listed, at),
        "log": [_line(one) for one in selectors.log(actor, found).select_related("account")[:MOST_LOG]],
        "where": shown.where(found),
        "place": orgs.place_name(found.area, 3),
        "keeper": shown.keeper(found),
        "maintainer": shown.maintainer(found),
        "children": found.children.visible_to(actor).filter(retired_at__isnull=True).count() if found.type == "gateway" else 0,
        "acts": [(reverse("sensing:act", args=[found.pk, word]), one) for word, one in acts_of(found).items() if actor.may(NEEDS[word], found.area)],
        "may_key": found.state != DeviceState.RETIRED and actor.may("sensing.issue_device_key", found.area),
        "commands": [_wish(one, at) for one in commands_of(actor, found).select_related("account")[:MOST_WISHES]],
        "pull": selectors.pull_of(actor, found),
        "map": _small_map(found),
        "stream": {"url": "", "poll": 5, "events": ["device"]},
    }  # fmt: skip


def _value(row: Series, kind: str) -> dict[str, Any]:
    one, spec = row.latest, MEASURES.get(row.measure)
    return {
        "name": shown.measure_name(row.measure),
        "value": shown.value_of(row.measure, one.value),
        "at": one.at,
        "bad": bad(one.quality),
        "danger": bool(spec and spec.life and one.value and not bad(one.quality)),
        "health": bool(spec and spec.health),
        "main": kind in TYPES and row.measure in TYPES[kind].main,
        "url": f"?measure={row.measure}",
    }


def _chart(request: HttpRequest, listed: list[Series], at: datetime) -> dict[str, Any] | None:
    """The history of one measure: a line of an amount, the changes of a flag."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not listed:
        return None
    span = request.GET.get("span", "day")
    span = span if span in SPANS else "day"
    by_key = {row.measure: row for row in listed}
    row = by_key.get(request.GET.get("measure", "")) or next(
        (one for one in listed if MEASURES[one.measure].kind == "number" and not MEASURES[one.measure].health), listed[0]
    )  # fmt: skip
    spec = MEASURES[row.measure]
    chart: dict[str, Any] = {
        "measure": row.measure,
        "name": spec.name,
        "span": span,
        "spans": list(SPANS),
        "choices": [(one.measure, shown.measure_name(one.measure)) for one in listed],
    }
    since = at - SPANS[span]
    if spec.kind == "number":
        points = {
            p.at: p for p in selectors.history(actor, row, since, at, points=SLOTS) if p.readings
        }
        slots = [since + SPANS[span] / SLOTS * n for n in range(SLOTS)]
        form = {"day": "%H:%M", "years": "%Y-%m"}.get(span, "%m-%d")
        means = [points[slot].mean if slot in points else None for slot in slots]
        chart["low"] = min((p.low for p in points.values()), default=None)
        chart["high"] = max((p.high for p in points.values()), default=None)
        chart["series"] = [(spec.symbol or spec.name, [None if v is None else round(v, 3) for v in means])]  # fmt: skip
        chart["labels"] = [f"{localtime(slot):{form}}" for slot in slots]
        chart["empty"] = not points
        chart["range"] = f"{spec.shown(chart['low'])} – {spec.shown(chart['high'])}" if points else ""  # fmt: skip
    else:
        chart["changes"] = [
            (one.at, shown.value_of(row.measure, one.value), bad(one.quality))
            for one in selectors.changes(actor, row, since)
        ]
        chart["empty"] = not chart["changes"]
    return chart


def _wish(one: Command, at: datetime) -> dict[str, Any]:
    """A command, and what became of it."""
    if one.answered_at is not None:
        chip = ("done", _("Done")) if one.done else ("danger", _("Not done"))
    elif one.until <= at:
        chip = ("danger", _("Fetched, not answered")) if one.fetched_at else ("danger", _("Never fetched"))  # fmt: skip
    else:
        chip = ("progress", _("Fetched")) if one.fetched_at else ("waiting", _("Waits for the device"))  # fmt: skip
    kind = COMMANDS.get(one.kind)
    who = one.account.name if one.account else _("by a rule")
    return {"name": kind.name if kind else one.kind, "text": one.text, "answer": one.answer, "at": one.asked_at, "who": who, "chip": chip}  # fmt: skip


def _line(one: Any) -> Line:
    told = [one.note, *shown.changes(one.facts)]
    return Line(
        at=one.at, title=shown.LOG.get(one.kind, one.kind), who=one.account.name if one.account else "",
        icon=_ICONS.get(one.kind, "point"), text="\n".join(part for part in told if part), kind="done" if one.kind in ("install", "back") else "progress",
    )  # fmt: skip


def _small_map(found: Device) -> dict[str, Any] | None:
    if found.lon is None or found.lat is None:
        return None
    return {
        "points": {"type": "FeatureCollection", "features": [_feature(found, "open")]},
        "centre": [found.lon, found.lat], "zoom": 16, "areas": reverse("orgs:shapes", args=[found.area[:12]]),
    }  # fmt: skip


def map_to_pick(actor: Actor, device: Device | None = None) -> dict[str, Any]:
    """A map on which one taps where it stands."""
    county = orgs.home_of(actor)[:6] or site().county
    here = (
        {"centre": [device.lon, device.lat], "zoom": 16}
        if device and device.lon is not None
        else {}
    )
    shapes = f"{reverse('orgs:shapes', args=[device.area[:12] if device else county])}"
    return {
        "areas": shapes if device else f"{shapes}?level=12",
        "pick": {"lat": "id_lat", "lon": "id_lon"},
        **here,
    }


def _feature(device: Device, state: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": str(device.pk),
        "geometry": {"type": "Point", "coordinates": [device.lon, device.lat]},
        "properties": {
            "id": str(device.pk), "number": device.code, "name": str(device), "state": state, "url": shown.url(device),
        },
    }  # fmt: skip


def points(request: HttpRequest, rows: QuerySet[Device]) -> HttpResponse:
    """The worst first: a map has room for so many."""
    at: datetime = request.at  # type: ignore[attr-defined]
    found = [
        _feature(row, _PINS[rules.standing(row.state, row.type, row.every_seconds, row.seen_at, row.weak, at)])  # type: ignore[attr-defined]
        for row in rows[:MOST_POINTS]
    ]  # fmt: skip
    return JsonResponse({"type": "FeatureCollection", "features": found})


def the_map(actor: Actor) -> dict[str, Any]:
    county = orgs.home_of(actor)[:6] or site().county
    return {
        "areas": f"{reverse('orgs:shapes', args=[county])}?level=12", "points": reverse("sensing:points"),
        "list": True, "tall": True, "link": True, "inside": True,
    }  # fmt: skip


def covered(row: selectors.Coverage, area: str) -> dict[str, Any]:
    """One line of the coverage table; each number opens its list."""
    spec = TYPES.get(row.type)
    listed = f"{reverse('sensing:devices')}?type={row.type}" + (f"&area={area}" if area else "")
    covering, connected, intact = row.rates
    return {
        "row": row,
        "name": shown.type_name(row.type),
        "video": bool(spec and spec.video),
        "url": listed,
        "gaps": f"{listed}&standing=silent&standing=never",
        "planned": f"{listed}&standing=planned",
        "rates": [
            (rate, rate is not None and rate < 0.9) for rate in (covering, connected, intact)
        ],
    }


def parts(actor: Actor, area: str) -> list[tuple[str, str, bool]]:
    """Areas to choose from."""
    return [(code, name, code == area) for code, name in orgs.parts_of(actor).items()]


def addresses() -> dict[str, str]:
    """Where devices send."""
    listen = config().mqtt_listen
    host, _, port = listen.rpartition(":")
    origin = f"{config().gate_origin}/api/sensing"
    return {"gate": f"{origin}/batches", "conformance": f"{origin}/conformance", "hooks_at": f"{origin}/hooks", "recordings_at": f"{origin}/recordings", "mqtt": f"{host or config().host}:{port}" if listen else "", "fire": config().fire_listen}  # fmt: skip
