"""An alarm of fire is handed over to 119: the words to read out, what was told, what was answered."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.web.forms import Form
from lifang.core.web.show import Chip
from lifang.core.web.views import only
from lifang.sensing import actions, selectors
from lifang.sensing.adapters.fire_service import fire_service
from lifang.sensing.models import Alarm, FireCall
from lifang.sensing.rules.fire import of_fire
from lifang.sensing.terms import FireState, FireWay
from lifang.sensing.web import said
from lifang.sensing.web.here import answering, moment

MAY = "sensing.call_fire"
STATES = {
    FireState.TOLD: Chip("done", gettext_lazy("Told by telephone")),
    FireState.QUEUED: Chip("waiting", gettext_lazy("On its way to the fire service")),
    FireState.SENT: Chip("done", gettext_lazy("Taken by the fire service")),
    FireState.FAILED: Chip("danger", gettext_lazy("Not taken: please telephone")),
}
STOOD_IN = Chip("waiting", gettext_lazy("In the local outbox: nobody was told"))
page = require_http_methods(["GET", "POST"])


class FireForm(Form):
    called = gettext_lazy("Hand over to 119")
    elements = {"words": "", "answer": "", "number": ""}  # about a place

    way = forms.ChoiceField(label=gettext_lazy("How?"), widget=forms.RadioSelect)
    called_at = forms.TimeField(
        label=gettext_lazy("Called at"), required=False, widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=gettext_lazy("Empty: now."),
    )  # fmt: skip
    words = forms.CharField(label=gettext_lazy("What 119 was told"), max_length=1000, widget=forms.Textarea(attrs={"rows": 5}))  # fmt: skip
    answer = forms.CharField(label=gettext_lazy("What 119 said"), max_length=300, required=False)  # fmt: skip
    number = forms.CharField(label=gettext_lazy("Their number of it"), max_length=40, required=False)  # fmt: skip

    def __init__(self, *args: Any, ways: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["way"].choices = ways  # type: ignore[attr-defined]
        self.fields["way"].initial = FireWay.TELEPHONE

    def given(self, at: datetime) -> dict[str, Any]:
        """The time of day is the last one that is not to come."""
        facts = dict(self.cleaned_data)
        told = facts.pop("called_at")
        if told is not None:
            local = localtime(at)
            called = local.replace(hour=told.hour, minute=told.minute, second=0, microsecond=0)
            facts["called_at"] = called if called <= local else called - timedelta(days=1)
        return facts


class AnswerForm(Form):
    called = gettext_lazy("What 119 answered")
    elements = {"answer": "", "number": ""}  # of the fire service

    answer = forms.CharField(label=gettext_lazy("What 119 said"), max_length=300, required=False)  # fmt: skip
    number = forms.CharField(label=gettext_lazy("Their number of it"), max_length=40, required=False)  # fmt: skip


@page
@only(Kind.STAFF)
def handing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The words to read out, and the form to note what came of it."""
    actor, at = answering(request), moment(request)
    found = selectors.alarm(actor, pk)
    insist(None if of_fire(found) else Refusal("not_found"), None if actor.may(MAY, found.area) else Refusal("not_allowed"))  # fmt: skip
    scene = selectors.fire_scene(actor, found, localtime(at).date())
    words = selectors.fire_words(actor, found, scene)
    form = FireForm(request.POST or None, ways=_ways(actor, found), initial={"words": words})
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.call_fire(actor=actor, alarm=found, at=at, **form.given(at))
            messages.success(request, _("Noted in the history of the alarm."))
            return redirect(said.url(found))
    context = {
        "form": form, "alarm": found, "name": said.name(found.rule), "url": said.url(found), "scene": scene, "words": words.splitlines(),
        "blocked": [said.where(one) for one in scene.blocked], "local": fire_service().local,
    }  # fmt: skip
    return render(request, "sensing/desk/fire.html", context, status=422 if form.errors else 200)


@page
@only(Kind.STAFF)
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Of the fire service, to what it was told."""
    actor = answering(request)
    call = selectors.fire_call(actor, pk)
    insist(None if actor.may("sensing.answer_fire", call.area) else Refusal("not_allowed"))
    form = AnswerForm(request.POST or None)
    alarm = selectors.alarm(actor, call.alarm_id)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.answer_fire(actor=actor, call=call, at=moment(request), **form.cleaned_data)
            messages.success(request, _("Noted in the history of the alarm."))
            return redirect(said.url(alarm))
    context = {"form": form, "heading": _("What 119 answered"), "go": _("Note"), "alarm": alarm, "name": said.name(alarm.rule),
               "where": said.where(alarm), "url": said.url(alarm)}  # fmt: skip
    return render(request, "sensing/desk/alarm_ask.html", context, status=422 if form.errors else 200)  # fmt: skip


def shown(actor: Actor, found: Alarm) -> dict[str, Any] | None:
    """Of the card: what 119 was told; nothing for what is no fire."""
    if not of_fire(found):
        return None
    return {
        "calls": [line(one) for one in selectors.fire_calls(actor, found)],
        "may": actor.may(MAY, found.area), "may_answer": actor.may("sensing.answer_fire", found.area),
    }  # fmt: skip


def line(call: FireCall) -> dict[str, Any]:
    stood_in = call.state == FireState.SENT and call.via == "fire_local"
    return {"call": call, "chip": STOOD_IN if stood_in else STATES[FireState(call.state)]}


def _ways(actor: Actor, found: Alarm) -> list[tuple[str, str]]:
    ways = [(FireWay.TELEPHONE.value, _("I have telephoned 119"))]
    sent = any(one.way == FireWay.INTERFACE and one.state != FireState.FAILED for one in selectors.fire_calls(actor, found))  # fmt: skip
    if not sent:
        local = fire_service().local
        ways.append((FireWay.INTERFACE.value, _("Send it by the interface (stand-in: it stays in this house)") if local else _("Send it by the interface")))  # fmt: skip
    return ways
