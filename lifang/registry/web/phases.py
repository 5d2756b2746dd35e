"""The life of a community or a grid by phases (`/desk/registry/areas/<area>/phases`): noted by its office, with what is counted in each."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind, Refused
from lifang.core.web.forms import Form, date_input
from lifang.core.web.show import Chip
from lifang.core.web.story import Figure, counters
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs
from lifang.registry import actions, selectors
from lifang.registry.catalogue import CODES
from lifang.registry.selectors import Span
from lifang.registry.web.asking import Done, ask, may, sent

Facts = dict[str, Any]
page = require_http_methods(["GET", "POST"])
LEVELS = (12, 15)
ICONS = {"planned": "tools", "handed_over": "key", "running": "home-check", "renewal": "refresh"}


def _area(actor: Actor, area: str) -> str:
    """A community or a grid in sight."""
    plain = area.isascii() and area.isdigit() and len(area) in LEVELS
    if not plain or not actor.scope.covers(area) or not orgs.divisions(actor).filter(code=area).exists():  # fmt: skip
        raise Refused("not_found")
    return area


@require_GET
@only(Kind.STAFF)
def area_phases(request: HttpRequest, area: str) -> HttpResponse:
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    code = _area(actor, area)
    over = selectors.spans(actor, code, at)
    lived = selectors.lived(actor, code, over)
    others = [counter(actor, code, over) for counter in counters("area")]
    lines = [
        {
            **_said(one),
            "figures": [] if one.to_come else _counted(home, [each[number] for each in others]),
        }
        for number, (one, home) in enumerate(zip(over, lived, strict=True))
    ]
    changes = actor.may("registry.note_phase", code)
    context = {
        "area": code,
        "name": orgs.place_name(code, 2),
        "lines": lines[::-1],
        "may": changes,
        "parts": _parts(actor, code),
        "above": code[:12] if len(code) > 12 and actor.scope.covers(code[:12]) else "",
        "above_name": orgs.place_name(code[:12], 1),
    }
    return render(request, "registry/desk/phases.html", context)


def _said(one: Span) -> Facts:
    known = CODES["phase"].get(one.phase.kind)
    chip = None
    if one.running:
        chip = Chip("done", _("At present"))
    elif one.to_come:
        chip = Chip("waiting", _("To come"))
    return {
        "span": one,
        "row": one.phase,
        "kind": known.name if known else one.phase.kind,
        "icon": ICONS.get(one.phase.kind, "calendar"),
        "chip": chip,
        "until": "" if one.running or one.to_come else localtime(one.end).date(),
    }


def _counted(home: selectors.Lived, others: list[Figure]) -> list[Figure]:
    """What is counted in a phase; nothing at all where the register does not go back so far."""
    if not any(home) and not any(one.url for one in others):
        return []
    return [
        Figure(_("Homes in the register at its end"), f"{home.homes:,}"),
        Figure(_("People moved in"), f"{home.came:,}"),
        Figure(_("People moved out"), f"{home.went:,}"),
        Figure(_("Visits"), f"{home.visits:,}"),
        *others,
    ]


def _parts(actor: Actor, area: str) -> list[tuple[str, str]]:
    """The grids of a community, each with a life of its own."""
    if len(area) != LEVELS[0]:
        return []
    rows = orgs.children(actor, area)
    return [(row.shown, reverse("registry:phases", args=[row.code])) for row in rows]


class PhaseForm(Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Which phase begins?"), widget=forms.RadioSelect, choices=CODES["phase"].choices,
    )  # fmt: skip
    since = forms.DateField(
        label=gettext_lazy("From which day on?"), widget=date_input(),
        help_text=gettext_lazy("It lasts until the next one begins; a day to come is a plan."),
    )  # fmt: skip
    source = forms.CharField(
        label=gettext_lazy("Which paper says so?"), max_length=200,
        help_text=gettext_lazy("A planning permit, an acceptance certificate, a plan of renewal: name, number, day."),
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("What should be known of it?"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    elements = {"kind": "", "since": "", "source": "", "note": ""}


@page
@only(Kind.STAFF)
def note(request: HttpRequest, area: str) -> HttpResponse:
    """A phase is noted, with the paper that says so."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    code = _area(actor, area)
    may(actor, "registry.note_phase", code)
    back = reverse("registry:phases", args=[code])

    def do(form: Any) -> Done:
        actions.note_phase(actor=actor, area=code, at=at, **form.cleaned_data)
        return _("The phase is noted."), back

    trail = ((_("Life by phases"), back),)
    heading = _("Note a phase: %(area)s") % {"area": orgs.place_name(code, 2)}
    return ask(request, PhaseForm(sent(request)), do, heading=heading, go=_("Note it"), back=back, trail=trail)  # fmt: skip


class Nothing(Form):
    """Only whether."""


@page
@only(Kind.STAFF)
def strike(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Noted by mistake: struck out, and kept that it was."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    found = selectors.phase(actor, pk)
    may(actor, "registry.strike_phase", found.area)
    back = reverse("registry:phases", args=[found.area])

    def do(form: Any) -> Done:
        actions.strike_phase(actor=actor, phase=found, at=at)
        return _("The phase is struck out."), back

    facts = [(_("Phase"), CODES["phase"].known[found.kind].name), (_("Since"), f"{found.since:%Y-%m-%d}"), (_("Paper behind it"), found.source)]  # fmt: skip
    return ask(
        request, Nothing(sent(request)), do, heading=_("Strike out a phase"), go=_("Strike it out"), back=back, facts=facts,
        trail=((_("Life by phases"), back),), icon="x", lead=_("It leaves the page; that it was noted, and by whom it was struck out, stays in the log."),
    )  # fmt: skip
