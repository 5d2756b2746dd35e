"""Call-ups that were sent: who was called to what, who comes; a person's own answer."""

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

from lifang.core.access import Actor, Kind
from lifang.core.web.forms import Form
from lifang.core.web.show import Chip
from lifang.core.web.tables import Column, Empty, Table
from lifang.core.web.views import only
from lifang.orgs.selectors import place_name
from lifang.registry import actions, selectors
from lifang.registry.models import CallUp
from lifang.registry.terms import Answer, Way
from lifang.registry.web import shown
from lifang.registry.web.asking import may, sent
from lifang.registry.web.dog_pages import WAYS
from lifang.registry.web.tables import area_choice

ANSWERS = {
    Answer.COMING: Chip("done", gettext_lazy("Is coming")),
    Answer.CANNOT: Chip("idle", gettext_lazy("Cannot come")),
}
WAITS = Chip("waiting", gettext_lazy("No answer yet"))


def chip_of(answer: str) -> Chip:
    return ANSWERS[Answer(answer)] if answer else WAITS


class CallTable(Table):
    sent_at = Column(
        gettext_lazy("Sent"), cell="time", sort="sent_at", link=lambda row: reverse("registry:callup", args=[row.pk])
    )  # fmt: skip
    title = Column(gettext_lazy("To what"), wide=True)
    area = Column(gettext_lazy("Area"), value=lambda row: place_name(row.area, 2))
    called = Column(gettext_lazy("Called up"), cell="number", value="n")
    coming = Column(gettext_lazy("Is coming"), cell="number", value="coming")
    cannot = Column(gettext_lazy("Cannot come"), cell="number", value="cannot")
    account = Column(gettext_lazy("Sent by"), value=lambda row: str(row.account or ""))

    key = "call-ups"
    search = ("title", "words")
    order = "-sent_at"
    empty = Empty(
        gettext_lazy("Nobody was called up yet."),
        gettext_lazy("On the page of a case, call those who agreed to help: by area and by what they can do."),
        icon="speakerphone",
    )  # fmt: skip

    def __init__(self, request: HttpRequest, rows: Any, *, prefix: str = "") -> None:
        super().__init__(request, rows, prefix=prefix)
        self.filters = [area_choice(self.actor)]  # type: ignore[misc]  # per request: areas differ


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def calls(request: HttpRequest) -> HttpResponseBase:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return CallTable(request, selectors.call_ups(actor)).response("registry/desk/callups.html", {})


@require_GET
@only(Kind.STAFF)
def sent_call(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One call-up: whom it reached by which way, and what each answered. By way, then as they were called: nobody is ranked."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.call_up(actor, pk)
    rows = selectors.called(actor, found)
    lines = [
        {
            "row": one, "who": str(who.name) if who else "", "url": shown.person_url(who) if who else "",
            "place": place_name(who.area, 1) if who else "", "tags": [shown.tag_name(tag) for tag in one.tags],
            "way": WAYS[Way(one.way)], "answer": chip_of(one.answer),
        }
        for one, who in rows
    ]  # fmt: skip
    context = {
        "call": found,
        "place": place_name(found.area, 2),
        "lines": lines,
        "tags": [shown.tag_name(tag) for tag in found.tags],
        "doors": sum(one.way == Way.DOOR and not one.answer for one, _who in rows),
        "silent": found.n - found.coming - found.cannot,  # type: ignore[attr-defined]
        "may_note": actor.may("registry.note_call", found.area),
    }
    return render(request, "registry/desk/callup.html", context)


class AnswerForm(Form):
    coming = forms.TypedChoiceField(
        label=gettext_lazy("Do you come?"), widget=forms.RadioSelect, coerce=lambda said: said == "yes",
        choices=[("yes", gettext_lazy("I am coming")), ("no", gettext_lazy("I cannot come"))],
    )  # fmt: skip


@require_POST
@only(Kind.STAFF)
def noted(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was answered by telephone or at the door."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = selectors.called_one(actor, pk)
    may(actor, "registry.note_call", row.area)
    form = AnswerForm(request.POST)
    if form.is_valid():
        actions.note_call(actor=actor, called=row, at=request.at, **form.cleaned_data)  # type: ignore[attr-defined]
        messages.success(request, _("The answer is written down."))
    return redirect("registry:callup", row.call_id)


@require_http_methods(["GET", "POST"])
@only(Kind.RESIDENT)
def own(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whoever was called reads to what, and says whether they come."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = selectors.own_call(actor, pk)
    form = AnswerForm(sent(request))
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.answer_call(actor=actor, called=row, at=request.at, **form.cleaned_data)  # type: ignore[attr-defined]
            messages.success(request, _("Thank you; your answer has arrived."))
            return redirect("registry:call", pk)
    call: CallUp = row.call
    context = {
        "call": call, "row": row, "form": form, "answer": chip_of(row.answer), "place": place_name(call.area, 2),
        "tags": [shown.tag_name(tag) for tag in row.tags],
    }  # fmt: skip
    return render(request, "registry/my/call.html", context, status=422 if form.errors else 200)
