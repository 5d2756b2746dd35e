"""Self-service machines: the label everybody scans, the community's record of papers, looks, complaints and removal."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.site import site
from lifang.core.web.forms import Form
from lifang.core.web.panels import panel
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Table
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.catalogue import MACHINE_KINDS, TOPICS
from lifang.living.models import Machine
from lifang.living.web import machine_forms as shown
from lifang.living.web.desk import page
from lifang.living.web.here import asking, moment, who
from lifang.living.web.order_forms import ComplainForm
from lifang.living.web.shop_shown import collection, point
from lifang.orgs.selectors import place_name
from lifang.sensing import selectors as sensing
from lifang.sensing.catalogue import RULES

SEE = "living.see_machines"
COMMUNITY = 12


class MachineTable(Table):
    number = Column(gettext_lazy("Number"), link=lambda row: reverse("living:desk_machine", args=[row.pk]), sort="number")  # fmt: skip
    kind = Column(gettext_lazy("What it is"), value=lambda row: row.what.name, sort="kind")
    where = Column(gettext_lazy("Community"), value=lambda row: place_name(row.area[:COMMUNITY], 1))
    spot = Column(gettext_lazy("Where it stands"), wide=True)
    operator = Column(gettext_lazy("Who runs it"))
    state = Column(gettext_lazy("State"), cell="state", value=shown.chip)
    checked_on = Column(gettext_lazy("Last look"), cell="date", sort="checked_on")

    key = "machines"
    search = ("number", "spot", "operator", "code")
    order = "-number"
    filters = (Choice("kind", gettext_lazy("What it is"), {one.key: one.name for one in MACHINE_KINDS.all()}),)  # fmt: skip
    empty = Empty(gettext_lazy("No machine is on record yet."), gettext_lazy("Set up each parcel locker, vending or water machine that stands here: its label says who answers for it."), act=(gettext_lazy("Set one up"), "living:machine_new"), icon="shopping-bag")  # fmt: skip


@require_GET
def published(request: HttpRequest) -> HttpResponse:
    """Those that stand in a community, one's own first. Anybody may read it."""
    actor, asked = who(request), request.GET.get("area", "")
    areas = selectors.machine_communities(actor)
    own = selectors.own_communities(actor) if actor.id else []
    chosen = next((one for one in (asked, *own, *areas) if one in areas), "")
    here = selectors.published_machines(actor, chosen) if chosen else []
    facts = {
        "rows": [(row, shown.chip(row)) for row in here], "areas": [(one, place_name(one, 2)) for one in areas], "chosen": chosen,
        "map": _map(here),
    }  # fmt: skip
    return render(request, "living/machines/machines.html", facts)


@require_GET
def label(request: HttpRequest, number: str) -> HttpResponse:
    """What whoever scans the label reads: who runs it, on which papers, when it was looked at last."""
    actor = who(request)
    found = selectors.published_machine(actor, number)
    facts = _facts(actor, found, request)
    return render(request, "living/machines/machine.html", facts)


@page
@only(Kind.RESIDENT, Kind.STAFF)
def complaint(request: HttpRequest, number: str) -> HttpResponse:
    """To the street office, not to the operator alone."""
    actor = who(request)
    found = selectors.published_machine(actor, number)
    insist(Refusal("machine_removed") if found.removed_at else None)
    form = ComplainForm(request.POST or None, of="machine")
    if request.method == "POST" and form.is_valid():
        with form.refusals("text"):
            actions.complain_machine(actor=actor, machine=found, at=moment(request), **form.cleaned_data)  # fmt: skip
        if not form.errors:
            messages.success(request, _("Sent to the street office."))
            return redirect("living:complaints")
    return render(request, "living/machines/complain.html", {"form": form, "machine": found})


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def machines(request: HttpRequest) -> HttpResponseBase:
    """Above the list, what somebody has to see to."""
    actor = asking(request, SEE)
    table = MachineTable(request, selectors.machines(actor))
    wanting = [(one.machine, shown.wants(one)) for one in selectors.wanting_machines(actor, moment(request))]  # fmt: skip
    return table.response("living/machines/list.html", {"wanting": wanting, "may": actor.may("living.add_machine")})  # fmt: skip


@page
@only(Kind.STAFF)
def new(request: HttpRequest) -> HttpResponse:
    actor = asking(request, "living.add_machine")
    form = shown.MachineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = None
        with form.refusals("lat"):
            made = actions.add_machine(actor=actor, told=form.told(), at=moment(request))
        if made is not None and not form.errors:
            messages.success(request, _("Set up. Note its papers, and print its label."))
            return redirect("living:desk_machine", made.pk)
    return render(request, "living/machines/new.html", {"form": form, "map": _pick(actor)})


def _pick(actor: Actor) -> dict[str, Any]:
    """One's own area whole; the cross writes nothing until the map was moved."""
    own = sorted(grant.area for grant in actor.grants if "living.add_machine" in grant.capabilities)
    area = own[0][:COMMUNITY] if own else site().county
    return {"pick": {"lat": "id_lat", "lon": "id_lon"}, "areas": f"{reverse('orgs:shapes', args=[area])}?level=15"}  # fmt: skip


@require_GET
@only(Kind.STAFF)
def machine(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, SEE)
    found = selectors.machine(actor, pk)
    link = request.build_absolute_uri(reverse("living:machine", args=[found.number]))
    code = mark_safe(segno.make(link, error="m", micro=False).svg_inline(scale=4, border=2, omitsize=True))  # noqa: S308 -- drawn by segno from an address of our own  # fmt: skip
    facts = {**_facts(actor, found, request), "may": actor.may("living.check_machine", found.area), "may_remove": actor.may("living.remove_machine", found.area), "code": code, "link": link}  # fmt: skip
    return render(request, "living/machines/desk.html", facts)


@page
@only(Kind.STAFF)
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.note_machine_paper")
    found = selectors.machine(actor, pk)
    form = shown.PaperForm(request.POST or None, kind=found.what)
    return _done(request, found, form, _("Note a paper"), lambda: actions.note_machine_paper(actor=actor, machine=found, at=moment(request), **form.cleaned_data), "number")  # fmt: skip


@page
@only(Kind.STAFF)
def look(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.check_machine")
    found = selectors.machine(actor, pk)
    form = shown.LookForm(request.POST or None)
    return _done(request, found, form, _("Note a look"), lambda: actions.check_machine(actor=actor, machine=found, at=moment(request), **form.cleaned_data))  # fmt: skip


@page
@only(Kind.STAFF)
def stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.stop_machine")
    found = selectors.machine(actor, pk)
    form = shown.WordsForm(request.POST or None)
    return _done(request, found, form, _("Put it out of use"), lambda: actions.stop_machine(actor=actor, machine=found, at=moment(request), **form.cleaned_data))  # fmt: skip


@page
@only(Kind.STAFF)
def resumption(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.resume_machine")
    found = selectors.machine(actor, pk)
    form = shown.BackForm(request.POST or None)
    return _done(request, found, form, _("In use again"), lambda: actions.resume_machine(actor=actor, machine=found, at=moment(request), **form.cleaned_data))  # fmt: skip


@page
@only(Kind.STAFF)
def removal(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.remove_machine")
    found = selectors.machine(actor, pk)
    form = shown.WordsForm(request.POST or None)
    return _done(request, found, form, _("Remove it for good"), lambda: actions.remove_machine(actor=actor, machine=found, at=moment(request), **form.cleaned_data))  # fmt: skip


def _done(request: HttpRequest, found: Machine, form: Form, label: str, act: Callable[[], Any], field: str = "words") -> HttpResponse:  # fmt: skip
    back = reverse("living:desk_machine", args=[found.pk])
    if request.method == "POST" and form.is_valid():
        with form.refusals(field):
            act()
        if not form.errors:
            return redirect(back)
    said = f"{found.what.name} · {found.number} · {found.spot}"
    return render(request, "living/desk/plain_form.html", {"form": form, "label": label, "said": said, "back": back, "up": found.number})  # fmt: skip


def _facts(actor: Actor, found: Machine, request: HttpRequest) -> dict[str, Any]:
    told = selectors.machine_facts(actor, [found], moment(request))[0]
    blame = [
        (one, TOPICS[one.topic].name if one.topic in TOPICS else one.topic, Chip("done", _("Answered")) if one.ended_at else Chip("progress", _("Being handled")))
        for one in selectors.machine_blame(actor, found)
    ]  # fmt: skip
    return {
        "machine": found, "chip": shown.chip(found), "papers": shown.papers(told.papers), "wants": shown.wants(told), "blame": blame,
        "entries": shown.entries(selectors.machine_notes(actor, found)), "where": place_name(found.area[:COMMUNITY], 2), "map": _map([found], 16),
        "runs": _runs(actor, found, request),
    }  # fmt: skip


def _map(rows: list[Machine], zoom: int = 0) -> dict[str, Any]:
    if not rows:
        return {}
    points = [point(row.lon, row.lat, str(row.pk), n, f"{row.what.name} · {row.spot}", shown.chip(row).kind, reverse("living:machine", args=[row.number])) for n, row in enumerate(rows, 1)]  # fmt: skip
    areas = f"{reverse('orgs:shapes', args=[rows[0].area[:COMMUNITY]])}?level=15"
    return {"points": collection(points), "areas": areas} | ({"centre": [rows[0].lon, rows[0].lat], "zoom": zoom} if zoom else {})  # fmt: skip


def _runs(actor: Actor, found: Machine, request: HttpRequest) -> dict[str, Any] | None:
    """What its device says of it, for everybody; the device itself for those who see it."""
    said = None if found.removed_at else sensing.labelled(actor, found.number, found.area[:COMMUNITY], moment(request))  # fmt: skip
    if said is None:
        return None
    chip = Chip("waiting", _("It does not answer")) if said.silent else Chip("danger", _("Out of order")) if said.outage else Chip("done", _("It works"))  # fmt: skip
    mine = sensing.devices(actor).filter(pk=said.device).first()
    open_ = list(sensing.alarms(actor).filter(device=said.device, ended_at__isnull=True)[:5]) if mine else []  # fmt: skip
    return {"chip": chip, "at": said.at, "device": mine, "alarms": [(RULES[one.rule].name if one.rule in RULES else one.rule, one) for one in open_]}  # fmt: skip


@panel("sensing.device.aside", order=30)
def of_device(request: HttpRequest, device: Any) -> tuple[str, dict[str, Any]] | None:
    """The record of the machine that a device is: its papers and what somebody has to see to."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not device.label or not actor.may(SEE):
        return None
    found = selectors.machines(actor).filter(number=device.label).first()
    if found is None:
        return None
    told = selectors.machine_facts(actor, [found], moment(request))[0]
    return "living/machines/of_device.html", {"machine": found, "chip": shown.chip(found), "wants": shown.wants(told)}  # fmt: skip
