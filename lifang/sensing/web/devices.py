"""The register of devices, a device, and what is done to it."""

from uuid import UUID

from django.contrib import messages
from django.db.models import DateTimeField, Value
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Kind, Refusal, insist
from lifang.core.config import config
from lifang.core.web import htmx
from lifang.core.web.views import only
from lifang.orgs.selectors import place_name
from lifang.sensing import actions, rules, selectors
from lifang.sensing.catalogue import HOOKS
from lifang.sensing.rules.recordings import records
from lifang.sensing.terms import DeviceState, KeyKind
from lifang.sensing.web import device_page, forms
from lifang.sensing.web.acts import NEEDS, acts_of
from lifang.sensing.web.here import asking
from lifang.sensing.web.tables import DeviceTable

page = require_http_methods(["GET", "POST"])


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def devices(request: HttpRequest) -> HttpResponseBase:
    """All devices of one's areas: filtered, searched, exported."""
    actor = asking(request)
    gone = DeviceState.RETIRED in request.GET.getlist("standing")
    listed = selectors.devices(actor, retired=gone).select_related("place", "maker", "keeper", "maintainer")  # fmt: skip
    rows = selectors.with_seen(actor, listed)
    asked_at = Value(request.at, DateTimeField())  # type: ignore[attr-defined]
    table = DeviceTable(request, rows.annotate(asked_at=asked_at))
    return table.response(
        "sensing/desk/devices.html",
        {
            "may_add": actor.may("sensing.install_device"),
            "may_list": actor.may("sensing.install_many"),
        },
    )


@require_GET
@only(Kind.STAFF)
def device(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One device: what it says now, how it is, its history, its service log."""
    found = selectors.device(asking(request), pk)
    return htmx.page(request, "sensing/desk/device.html", device_page.context(request, found))


@page
@only(Kind.STAFF)
def new(request: HttpRequest) -> HttpResponse:
    """Register a device that stands, or plan one."""
    actor = asking(request)
    insist(None if actor.may("sensing.install_device") else Refusal("not_allowed"))
    form = forms.NewForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        told = form.new()
        act = actions.plan_device if form.cleaned_data["planned"] else actions.install_device
        with form.refusals():
            made = act(actor=actor, new=told, area=told.area, at=request.at)  # type: ignore[attr-defined]
        if not form.errors:
            messages.success(request, _("Registered."))
            return redirect("sensing:device", made.pk)
    context = {"form": form, "map": device_page.map_to_pick(actor)}
    return render(request, "sensing/desk/new.html", context)


@page
@only(Kind.STAFF)
def act(request: HttpRequest, pk: UUID, word: str) -> HttpResponse:
    """Ask what is needed, do it, go back to the device."""
    actor = asking(request)
    found = selectors.device(actor, pk)
    insist(None if actor.may(NEEDS[word], found.area) else Refusal("not_allowed"))
    wanted = acts_of(found).get(word)
    if wanted is None:
        messages.info(request, _("The device is in another state now."))
        return redirect("sensing:device", pk)
    form = wanted.asks(actor, found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            given = (
                form.given() | form.cleaned_data if hasattr(form, "given") else form.cleaned_data
            )
            wanted.act(actor, found, given, request.at)  # type: ignore[attr-defined]
        if not form.errors:
            messages.success(request, wanted.done)
            return redirect("sensing:device", pk)
    picked = device_page.map_to_pick(actor, found) if wanted.map else None
    return render(
        request,
        "sensing/desk/act.html",
        {
            "form": form,
            "device": found,
            "act": wanted,
            "map": picked,
            "idle": word == "events" and not config().onvif,
        },
    )


@page
@only(Kind.STAFF)
def key(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A key for a device or gateway: issued, shown once."""
    actor = asking(request)
    found = selectors.device(actor, pk)
    insist(None if actor.may("sensing.issue_device_key", found.area) else Refusal("not_allowed"))
    made = None
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        insist(None if kind in list(KeyKind) else Refusal("key_kind_unknown"))
        at = request.at  # type: ignore[attr-defined]
        made = actions.issue_device_key(actor=actor, device=found, at=at, kind=KeyKind(kind))
    context = {
        "device": found,
        "key": made,
        "hooks": HOOKS.all(),
        "line_fits": rules.is_line_address(found.code),
        "records": records(found.type),
        **device_page.addresses(),
    }
    return render(request, "sensing/desk/key.html", context)


@require_GET
@only(Kind.STAFF)
def coverage(request: HttpRequest) -> HttpResponse:
    """Planned, installed, connected, intact: by type, and cameras by where they look."""
    actor = asking(request)
    area = request.GET.get("area", "")
    area = area if area.isascii() and area.isdigit() and len(area) <= 15 else ""
    rows = selectors.coverage(actor, area, request.at)  # type: ignore[attr-defined]
    listed = [device_page.covered(row, area) for row in rows]
    context = {
        "cameras": [row for row in listed if row["video"]],
        "others": [row for row in listed if not row["video"]],
        "area": area,
        "place": place_name(area, 3) if area else "",
        "choices": device_page.parts(actor, area),
        "may_exchange": actor.may("sensing.give_cameras") or actor.may("sensing.take_cameras"),
    }
    return render(request, "sensing/desk/coverage.html", context)


@require_GET
@only(Kind.STAFF)
def points(request: HttpRequest) -> HttpResponse:
    """Devices as points of a map; `type` narrows them."""
    actor = asking(request)
    rows = selectors.with_seen(actor, selectors.devices(actor)).filter(lon__isnull=False)
    if types := request.GET.getlist("type"):
        rows = rows.filter(type__in=types[:50])
    return device_page.points(request, rows)


@require_GET
@only(Kind.STAFF)
def on_map(request: HttpRequest) -> HttpResponse:
    """Where the devices stand, and how they are."""
    return render(request, "sensing/desk/map.html", {"map": device_page.the_map(asking(request))})
