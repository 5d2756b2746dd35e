"""Ask in plain words; the answer is quoted with its source, or a person phones back."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.affairs import actions, selectors
from lifang.affairs.actions import phrasing
from lifang.affairs.catalogue import CALLBACK, RULES
from lifang.affairs.models import CallBack, Unanswered
from lifang.affairs.web.own import acting
from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.accounts.source import source_of
from lifang.core.api.rates import BUCKETS
from lifang.core.flow.lines import Line, tells
from lifang.core.web import private
from lifang.core.web.forms import Form
from lifang.core.web.show import TONES, Chip
from lifang.core.web.tables import Choice, Column, Empty, Table
from lifang.core.web.views import only
from lifang.orgs.selectors import place_name

Facts = dict[str, Any]
QUESTIONS_A_MINUTE = 30
CALLS_A_MINUTE = 3


class CallForm(Form):
    called = gettext_lazy("Phone me back")
    telephone = forms.CharField(label=gettext_lazy("Your telephone"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}))  # fmt: skip
    text = forms.CharField(label=gettext_lazy("About which matter"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))  # fmt: skip


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """One field; the words are posted."""
    actor, at = acting(request)
    text = " ".join(private.plain(request.POST.get("q", "")).split())[:200]
    facts: Facts = {"text": text, "examples": [_("Elderly card: which papers?"), _("How long does a residence permit take?"), _("How do I register my newborn?")]}  # fmt: skip
    if text:
        BUCKETS.take(f"ask:{source_of(request)}", QUESTIONS_A_MINUTE, at.timestamp()).insist()
        found = selectors.answer(actor, text, at)
        if found is None:
            actions.note_question(actor=actor, text=text, language=get_language() or "", at=at)
            facts["nothing"] = True
        else:
            facts |= {
                "answer": found.passage, "source": source(found.passage), "also": [source(one) for one in found.also],
                "phrased": phrasing.phrased(text, selectors.passages(actor, found.passage.key)),
            }  # fmt: skip
    response = render(request, "affairs/ask/ask.html", facts)
    response["Cache-Control"] = "no-store"
    return response


def source(passage: Any) -> Facts:
    """Where it is written."""
    kind, key = passage.key.split(":", 1)
    if kind == "notice":
        return {"name": passage.title, "url": passage.url, "text": "", "notice": True, "mine": passage.mine}  # fmt: skip
    if kind == "guide":
        return {"name": passage.title, "url": reverse("affairs:guide", args=[key]), "text": ""}
    return {"name": passage.title, "url": "", "text": RULES[key].source}


@require_http_methods(["GET", "POST"])
def person(request: HttpRequest) -> HttpResponseBase:
    """Somebody phones back."""
    actor, at = acting(request)
    told = request.POST if request.method == "POST" and "telephone" in request.POST else None
    form = CallForm(told, initial={"text": request.POST.get("text", "")[:500]})
    if told is not None and form.is_valid():
        BUCKETS.take(f"call:{source_of(request)}", CALLS_A_MINUTE, at.timestamp()).insist()
        channel = "kiosk" if request.kiosk else "web"  # type: ignore[attr-defined]
        with form.refusals():
            actions.ask_person(actor=actor, channel=channel, at=at, **form.cleaned_data)
        if not form.errors:
            return render(request, "affairs/ask/called.html", {})
    response = render(request, "affairs/ask/person.html", {"form": form}, status=422 if form.errors else 200)  # fmt: skip
    response["Cache-Control"] = "no-store"
    return response


class UnansweredTable(Table):
    asked = Column(gettext_lazy("Question"), value="text", wide=True)
    times = Column(gettext_lazy("Times asked"), value="count", cell="number", sort="count")
    where = Column(
        gettext_lazy("Where it is done"), value=lambda row: place_name(row.area, 2), narrow=False
    )
    last_at = Column(gettext_lazy("Last"), cell="time", sort="last_at")
    settled_at = Column(gettext_lazy("Settled"), cell="time")
    note = Column(gettext_lazy("What came of it"), narrow=False)
    settle = Column(gettext_lazy("Settle"), value=lambda row: str(_("Settle")), link=lambda row: reverse("affairs:settling", args=[row.pk]))  # fmt: skip

    key = "unanswered"
    search = ("text",)
    filters = (
        Choice(
            "settled", gettext_lazy("State"), {"no": gettext_lazy("Not settled yet"), "yes": gettext_lazy("Settled")},
            apply=lambda rows, values: rows.filter(settled_at__isnull="no" in values) if len(values) == 1 else rows,
        ),
    )  # fmt: skip
    order = "-count"
    empty = Empty(gettext_lazy("No question was left without an answer."), gettext_lazy("What nothing is written about stands here."), icon="message-question")  # fmt: skip


def _may(actor: Actor, what: str) -> None:
    insist(None if actor.may(what) else Refusal("not_allowed"))


@require_GET
@only(Kind.STAFF)
def unanswered(request: HttpRequest) -> HttpResponseBase:
    actor, _at = acting(request)
    _may(actor, "affairs.settle_question")
    table = UnansweredTable(request, selectors.unanswered(actor))
    return table.response("affairs/ask/unanswered.html", {})


class SettleForm(Form):
    note = forms.CharField(label=gettext_lazy("What came of it"), max_length=200, help_text=gettext_lazy("For example: the guide says it now; or it is not ours."))  # fmt: skip


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def settling(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    actor, at = acting(request)
    _may(actor, "affairs.settle_question")
    row: Unanswered = selectors.unanswered_one(actor, pk)
    form = SettleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.settle_question(actor=actor, question=row, at=at, **form.cleaned_data)
        messages.success(request, _("Settled."))
        return redirect("affairs:unanswered")
    return render(request, "affairs/ask/settling.html", {"form": form, "row": row}, status=422 if form.errors else 200)  # fmt: skip


@tells("callback")
def callbacks_told(actor: Actor, ids: list[UUID]) -> dict[UUID, Line]:
    """Where somebody waits for a call; not who."""
    rows = selectors.callbacks_by_ids(actor, ids)
    return {pk: Line(str(_("Phone back")), place_name(row.area, 2), "phone-incoming") for pk, row in rows.items()}  # fmt: skip


def _chip(row: CallBack) -> Chip:
    state = CALLBACK().state[row.state]
    return Chip(TONES[state.tone], state.name)


class CloseForm(Form):
    reached = forms.TypedChoiceField(
        label=gettext_lazy("Reached?"), coerce=lambda value: value == "yes", widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("Reached, and answered")), ("no", gettext_lazy("Not reached after three calls"))],
    )  # fmt: skip
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=500, widget=forms.Textarea)  # fmt: skip


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def callback(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Whom to phone back; that they were phoned."""
    actor, at = acting(request)
    _may(actor, "affairs.phone_back")
    row = selectors.callback(actor, pk)
    form = CloseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.phone_back(actor=actor, callback=row, at=at, **form.cleaned_data)
        messages.success(request, _("Kept."))
        return redirect("affairs:callback", row.pk)
    facts = {"chip": _chip(row), "form": form, "row": row, "where": place_name(row.area, 2)}
    return render(request, "affairs/ask/callback.html", facts, status=422 if form.errors else 200)


@require_POST
@only(Kind.STAFF)
def callback_reading(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, at = acting(request)
    _may(actor, "affairs.phone_back")
    row = selectors.callback(actor, pk)
    telephone, text = actions.read_callback(actor=actor, callback=row, at=at)
    facts = {"chip": _chip(row), "form": CloseForm(), "row": row, "where": place_name(row.area, 2), "clear": telephone, "text": text}  # fmt: skip
    response = render(request, "affairs/ask/callback.html", facts)
    response["Cache-Control"] = "no-store"
    return response
