"""The machine in the hall: which one it is, that it runs, its keys; the register of terminals at the desk."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.affairs import actions, selectors
from lifang.affairs.catalogue import SERVICES
from lifang.affairs.models import Terminal
from lifang.affairs.web.guides import address
from lifang.affairs.web.own import acting
from lifang.core.access import Actor, Kind, Refusal, Refused, insist
from lifang.core.accounts.source import source_of
from lifang.core.api.rates import BUCKETS
from lifang.core.calendar.catalogue import HOURS
from lifang.core.ids import ALPHABET, read_code
from lifang.core.web.forms import Form
from lifang.core.web.middleware import KIOSK, TERMINAL, YEAR
from lifang.core.web.panels import panel
from lifang.core.web.show import Chip
from lifang.core.web.views import only
from lifang.orgs.selectors import codes_inside, place_name

Facts = dict[str, Any]
LOOKS_A_MINUTE = 20  # of one network, at receipts by code
CODE = 16
STATES = {
    "new": Chip("idle", gettext_lazy("Not heard yet")),
    "on": Chip("done", gettext_lazy("Switched on")),
    "off": Chip("late", gettext_lazy("Not heard from")),
    "closed": Chip("idle", gettext_lazy("Out of service")),
}


def here(request: HttpRequest) -> Terminal | None:
    """The terminal this machine says it is."""
    return selectors.machine(acting(request)[0], request.COOKIES.get(TERMINAL, ""))


@panel("kiosk.foot", order=10)
def foot(request: HttpRequest) -> tuple[str, Facts] | None:
    """The machine's name, and its sign of life."""
    found = here(request)
    return ("affairs/kiosk/here.html", {"terminal": found}) if found else None


@require_GET
def start(request: HttpRequest, word: str) -> HttpResponse:
    """Where Chromium starts on the machine: it keeps its word and shows the keys."""
    if selectors.machine(acting(request)[0], word) is None:
        raise Refused("not_found")
    response = redirect("web:kiosk")
    secure = request.is_secure()
    response.set_cookie(TERMINAL, word, max_age=YEAR, httponly=True, secure=secure, samesite="Lax")
    response.set_cookie(KIOSK, "1", samesite="Lax")
    return response


@require_POST
def sign_of_life(request: HttpRequest) -> HttpResponse:
    actor, at = acting(request)
    if actions.heard(actor=actor, word=request.COOKIES.get(TERMINAL, ""), at=at) is None:
        raise Refused("not_found")
    return HttpResponse(status=204)


@require_GET
def take(request: HttpRequest) -> HttpResponse:
    """Tickets of the hall the machine stands in; elsewhere one chooses."""
    found = here(request)
    point = found.point if found else None
    return redirect("affairs:hall", point.pk) if point and not point.closed_at else redirect("affairs:halls")  # fmt: skip


@require_http_methods(["GET", "POST"])
def query(request: HttpRequest) -> HttpResponseBase:
    """How it goes, by the code of a receipt, a visit or a ticket, or by the number of a result. The code is posted."""
    actor, at = acting(request)
    typed = read_code(request.POST.get("code", ""))[:24] if request.method == "POST" else ""
    if typed:
        BUCKETS.take(f"query:{source_of(request)}", LOOKS_A_MINUTE, at.timestamp()).insist()
        where = _found(actor, typed)
        if where:
            return redirect(where)
    response = render(request, "affairs/kiosk/query.html", {"typed": typed}, status=422 if typed else 200)  # fmt: skip
    response["Cache-Control"] = "no-store"
    return response


def _found(actor: Actor, code: str) -> str:
    if len(code) == CODE and set(code) <= set(ALPHABET):
        for name, look in (("receipt", selectors.receipt), ("visit", selectors.intake_receipt), ("ticket", selectors.ticket)):  # fmt: skip
            try:
                look(actor, code)
            except Refused:
                continue
            return reverse(f"affairs:{name}", args=[code])
    try:
        number = selectors.verified(actor, code).number
    except Refused:
        return ""
    return reverse("affairs:verify_number", args=[number])


class TerminalForm(Form):
    called = gettext_lazy("Terminal")
    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=80)
    area = forms.ChoiceField(label=gettext_lazy("Looked after by"))
    address = forms.CharField(label=gettext_lazy("Address"), max_length=120)
    lon = forms.FloatField(label=gettext_lazy("Longitude"), min_value=-180, max_value=180)
    lat = forms.FloatField(label=gettext_lazy("Latitude"), min_value=-90, max_value=90)
    owner = forms.CharField(label=gettext_lazy("Owner"), max_length=80, help_text=gettext_lazy("The office or the company whose machine it is."))  # fmt: skip
    funder = forms.CharField(label=gettext_lazy("Paid for by"), max_length=80, required=False)
    keeper = forms.CharField(label=gettext_lazy("Who mends it"), max_length=60, required=False)
    telephone = forms.CharField(label=gettext_lazy("Telephone"), max_length=20, required=False)
    hours = forms.ChoiceField(label=gettext_lazy("Hours in which it should run"))
    services = forms.MultipleChoiceField(label=gettext_lazy("What it does"), widget=forms.CheckboxSelectMultiple)  # fmt: skip
    point = forms.ChoiceField(label=gettext_lazy("Gives tickets of"), required=False)
    running = forms.BooleanField(label=gettext_lazy("In service"), required=False, initial=True)

    def __init__(self, *args: Any, areas: list[str], points: list[Any], **more: Any) -> None:
        super().__init__(*args, **more)
        chosen: dict[str, list[tuple[str, str]]] = {
            "area": [(code, place_name(code, 2)) for code in areas],
            "hours": [(one.key, str(one.name)) for one in HOURS],
            "services": [(one.key, str(one.name)) for one in SERVICES],
            "point": [("", _("No service point")), *((str(one.pk), str(one.name)) for one in points)],
        }  # fmt: skip
        for name, choices in chosen.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.fields["hours"].initial = "service_hall"


def _may(actor: Actor, what: str = "affairs.see_terminals") -> None:
    insist(None if actor.may(what) else Refusal("not_allowed"))


@require_GET
@only(Kind.STAFF)
def register(request: HttpRequest) -> HttpResponse:
    """The terminals of one's areas: whose, where, what they do, whether they run."""
    actor, at = acting(request)
    _may(actor)
    rows = [_shown(one) for one in selectors.terminals_as_they_stand(actor, selectors.terminals(actor), at)]  # fmt: skip
    return render(request, "affairs/kiosk/terminals.html", {"rows": rows, "may_set": actor.may("affairs.set_terminal")})  # fmt: skip


def _shown(one: Any) -> Facts:
    row = one.terminal
    services = [SERVICES[key].name for key in row.services if key in SERVICES]
    return {"terminal": row, "chip": STATES[one.state], "uptime": one.uptime, "where": place_name(row.area, 2), "services": services}  # fmt: skip


def _areas(actor: Actor) -> list[str]:
    """Communities and streets where the actor may enter one."""
    codes = {grant.area for grant in actor.grants if "affairs.set_terminal" in grant.capabilities}
    inner = {one for code in codes if len(code) == 9 for one in codes_inside(code, 12)}
    return sorted(code for code in codes | inner if len(code) in (9, 12))


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def setting(request: HttpRequest, pk: UUID | None = None) -> HttpResponseBase:
    """Enter a terminal, or change it."""
    actor, at = acting(request)
    _may(actor, "affairs.set_terminal")
    row = selectors.own_terminal(actor, pk) if pk else None
    points = list(selectors.own_points(actor))
    known = _known(row) if row else None
    form = TerminalForm(request.POST if request.method == "POST" else None, areas=[row.area] if row else _areas(actor), points=points, initial=known)  # fmt: skip
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        area, services, running, chosen = (told.pop(name) for name in ("area", "services", "running", "point"))  # fmt: skip
        point = next((one for one in points if str(one.pk) == chosen), None)
        with form.refusals():
            actions.set_terminal(actor=actor, area=area, told=told, services=services, point=point, terminal=row, running=running, at=at)  # fmt: skip
        if not form.errors:
            messages.success(request, _("Kept."))
            return redirect("affairs:terminals")
    return render(request, "affairs/kiosk/setting.html", {"form": form, "terminal": row}, status=422 if form.errors else 200)  # fmt: skip


def _known(row: Terminal) -> Facts:
    plain = {name: getattr(row, name) for name in TerminalForm.base_fields if name not in ("running", "point")}  # fmt: skip
    return {**plain, "point": str(row.point_id or ""), "running": row.closed_at is None}


@require_POST
@only(Kind.STAFF)
def pairing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The address the machine starts with; shown this once."""
    actor, at = acting(request)
    _may(actor, "affairs.pair_terminal")
    row = selectors.own_terminal(actor, pk)
    word = actions.pair_terminal(actor=actor, terminal=row, at=at)
    where = address(request, reverse("affairs:kiosk_start", args=[word]))
    response = render(request, "affairs/kiosk/pairing.html", {"terminal": row, "where": where})
    response["Cache-Control"] = "no-store"
    return response
