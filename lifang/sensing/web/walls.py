"""The alarm wall, one alarm, and what may be done with it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.core.access import Actor, Kind
from lifang.core.site import site
from lifang.core.web.forms import Form
from lifang.core.web.htmx import page
from lifang.core.web.views import only
from lifang.orgs.selectors import place_name
from lifang.sensing import actions, selectors
from lifang.sensing.catalogue import VERDICTS
from lifang.sensing.models import Alarm
from lifang.sensing.rules.alarms import SHELF_HOURS, may_reset
from lifang.sensing.terms import MATCH, Severity
from lifang.sensing.web import dogs, fire_pages, recording_pages, said
from lifang.sensing.web.alarm_tables import AlarmTable
from lifang.sensing.web.here import answering, moment

MOST, MOST_POINTS = 60, 1000


class VerdictForm(Form):
    verdict = forms.ChoiceField(label=gettext_lazy("What was it?"), widget=forms.RadioSelect)
    cause = forms.CharField(
        label=gettext_lazy("What caused it?"), required=False, max_length=300,
        help_text=gettext_lazy("For example: cooking, at the daughter's, battery empty. The rule learns from it."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verdict"].choices = [(one.key, str(one.name)) for one in VERDICTS]  # type: ignore[attr-defined]


class ShelveForm(Form):
    hours = forms.TypedChoiceField(label=gettext_lazy("For how long?"), coerce=int)
    why = forms.CharField(label=gettext_lazy("Why?"), max_length=300)

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hours = [n for n in (1, 2, 4, 8, 24, 72, 168) if n <= most]
        self.fields["hours"].choices = [(n, _("%d h") % n) for n in hours]  # type: ignore[attr-defined]


class NoteForm(Form):
    note = forms.CharField(label=gettext_lazy("What was found out?"), max_length=300)


@require_GET
@only(Kind.STAFF)
def wall(request: HttpRequest) -> HttpResponse:
    """What somebody has to answer now; nothing else."""
    actor, area = answering(request), request.GET.get("area", "")
    area = area if area.isdigit() else ""
    rows = list(selectors.wall(actor, area)[: MOST + 1])
    cards = [_card(actor, one) for one in rows[:MOST]]
    return page(
        request, "sensing/desk/wall.html",
        {
            "life": [one for one in cards if one["alarm"].life],
            "others": [one for one in cards if not one["alarm"].life],
            "more": len(rows) > MOST, "area": area, "area_name": place_name(area, 2) if area else "",
            "parts": _parts(actor, area), "quiet": selectors.quiet(actor, area).count(),
            "floods": [(place_name(one.area, 2), one) for one in selectors.flooding(actor, area)],
            "unanswered": sum(not one["alarm"].acknowledged_at for one in cards),
            "newest": max((one["alarm"].pk.hex for one in cards if not one["alarm"].acknowledged_at), default=""),
            "stream": said.stream(), "chime": {},
        },
        partial="wall",
    )  # fmt: skip


def _parts(actor: Actor, area: str) -> list[dict[str, Any]]:
    """The next level of the division tree, so that a county sees its streets and a street its communities."""
    digits = next((n for n in (9, 12, 15) if n > len(area or _home(actor))), 15)
    return [
        {"area": code, "name": place_name(code, 1), "open": n, "life": life}
        for code, n, life in selectors.by_part(actor, area, digits)
        if code  # a match lies in no area
    ]


def _home(actor: Actor) -> str:
    areas = [grant.area for grant in actor.grants if grant.area]
    return min(areas, key=len, default="")


def _card(actor: Actor, alarm: Alarm) -> dict[str, Any]:
    return {
        "alarm": alarm, "name": said.name(alarm.rule), "severity": said.severity(alarm), "state": said.state(alarm),
        "where": said.where(alarm), "url": said.url(alarm), "may": actor.may("sensing.acknowledge", alarm.area or None),
    }  # fmt: skip


@require_GET
@only(Kind.STAFF)
def on_map(request: HttpRequest) -> HttpResponse:
    """Where something has to be answered now; what stands close together is one mark that opens."""
    actor = answering(request)
    county = _home(actor)[:6] or site().county
    context = {
        "map": {
            "areas": f"{reverse('orgs:shapes', args=[county])}?level=12", "points": reverse("sensing:alarm_points"),
            "list": True, "tall": True, "link": True, "inside": True, "refresh": "live:alarm",
        },
        "stream": said.stream(),
    }  # fmt: skip
    return render(request, "sensing/desk/alarm_map.html", context)


@require_GET
@only(Kind.STAFF)
def points(request: HttpRequest) -> HttpResponse:
    """Open alarms as points, danger to life first."""
    rows = selectors.wall(answering(request)).select_related("device", "place")[:MOST_POINTS]
    found = [point for point in map(_point, rows) if point]
    response = JsonResponse({"type": "FeatureCollection", "features": found})
    response["Cache-Control"] = "no-store"
    return response


def _point(alarm: Alarm) -> dict[str, Any] | None:
    stands = next((one for one in (alarm.device, alarm.place) if one and one.lon is not None), None)
    if stands is None:
        return None
    return {
        "type": "Feature", "id": str(alarm.pk), "geometry": {"type": "Point", "coordinates": [stands.lon, stands.lat]},
        "properties": {
            "id": str(alarm.pk), "name": said.name(alarm.rule), "state": "danger" if alarm.life else said.TONES[alarm.severity],
            "url": said.url(alarm), "note": said.where(alarm),
        },
    }  # fmt: skip


@require_GET
@only(Kind.STAFF)
def alarms(request: HttpRequest) -> HttpResponseBase:
    """All that ever were, narrowed as one likes."""
    table = AlarmTable(request, selectors.alarms(answering(request)))
    return table.response("sensing/desk/alarms.html")


@require_GET
@only(Kind.STAFF)
def alarm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The card: what, where, by which rule, what to do, what was done."""
    actor = answering(request)
    found = selectors.alarm(actor, pk)
    if found.hazard == MATCH:
        return redirect(said.url(found))
    rule = selectors.rule(actor, found.rule)
    return page(
        request, "sensing/desk/alarm.html",
        {
            **_card(actor, found), "rule": rule, "sentence": said.sentence(rule),
            "readings": said.readings(found), "score": said.score(found), "entries": [said.entry(one) for one in selectors.steps(actor, found)],
            "before": [_card(actor, one) for one in selectors.before(actor, found)],
            "under": [_card(actor, one) for one in selectors.grouped(actor, found)[:MOST]],
            "lead": _card(actor, found.lead) if found.lead else None,
            "cause": _card(actor, found.inhibited_by) if found.inhibited_by else None,
            "limits_of": found.evidence.get("limits_of"), "stream": said.stream(),
            "may_shelve": actor.may("sensing.shelve", found.area),
            "may_call": found.subject.startswith("vigil:") and not found.ended_at and actor.may("sensing.see_contact", found.area),
            "fire": fire_pages.shown(actor, found), "recorded": recording_pages.shown(actor, found),
            "ward": selectors.called(actor, found),
            "may_reset": may_reset(found) is None and actor.may("sensing.reset_alarm", found.area),
            "dogs": dogs.nearby(actor, found, localtime(moment(request)).date()),
            "may_judge": actor.may("sensing.give_verdict", found.area) and not found.verdict,
        },
        partial="alarm",
    )  # fmt: skip


@require_POST
@only(Kind.STAFF)
def acknowledgement(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = selectors.alarm(answering(request), pk)
    actions.acknowledge(actor=answering(request), alarm=found, at=moment(request))
    messages.success(request, _("Acknowledged. The others are not told any more."))
    return redirect((request.POST.get("next") == "wall" and "sensing:wall") or said.url(found))


@require_POST
@only(Kind.STAFF)
def reset(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = selectors.alarm(answering(request), pk)
    actions.reset_alarm(actor=answering(request), alarm=found, at=moment(request))
    messages.success(request, _("Reset."))
    return redirect(said.url(found))


@require_POST
@only(Kind.STAFF)
def contact(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whom to call: shown once, and noted that it was."""
    found = selectors.alarm(answering(request), pk)
    people = actions.see_contact(actor=answering(request), alarm=found, at=moment(request))
    context = {
        "name": said.name(found.rule),
        "where": said.where(found),
        "url": said.url(found),
        "people": people,
    }
    response = render(request, "sensing/desk/contact.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def verdict(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = selectors.alarm(answering(request), pk)
    form = VerdictForm(request.POST or None)

    def do() -> str:
        facts = form.cleaned_data
        actions.give_verdict(actor=answering(request), alarm=found, at=moment(request), **facts)
        return _("Noted. The rule is judged by it.")

    return _ask(request, found, form, do, _("What was it?"), _("Judge the alarm"))


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def shelf(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = selectors.alarm(answering(request), pk)
    form = ShelveForm(request.POST or None, most=SHELF_HOURS[Severity(found.severity)])

    def do() -> str:
        until = moment(request) + timedelta(hours=form.cleaned_data["hours"])
        actions.shelve(
            actor=answering(request), alarm=found, until=until, why=form.cleaned_data["why"], at=moment(request),
        )  # fmt: skip
        return _("Shelved. It comes back by itself.")

    return _ask(request, found, form, do, _("Shelve the alarm"), _("Shelve"))


@require_POST
@only(Kind.STAFF)
def unshelving(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = selectors.alarm(answering(request), pk)
    actions.unshelve(actor=answering(request), alarm=found, at=moment(request))
    messages.success(request, _("It is back on the wall."))
    return redirect(said.url(found))


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def note(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = selectors.alarm(answering(request), pk)
    form = NoteForm(request.POST or None)

    def do() -> str:
        actions.note_alarm(
            actor=answering(request),
            alarm=found,
            note=form.cleaned_data["note"],
            at=moment(request),
        )
        return _("Noted.")

    return _ask(request, found, form, do, _("Note something"), _("Note"))


def _ask(
    request: HttpRequest, alarm: Alarm, form: Form, do: Any, heading: str, go: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            messages.success(request, do())
            return redirect(said.url(alarm))
    context = {"form": form, "heading": heading, "go": go, "alarm": alarm, "name": said.name(alarm.rule),
               "where": said.where(alarm), "url": said.url(alarm)}  # fmt: skip
    return render(
        request, "sensing/desk/alarm_ask.html", context, status=422 if form.errors else 200
    )
