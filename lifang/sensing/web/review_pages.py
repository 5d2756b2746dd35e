"""Weekly reviews of alarms: the list, and one with its sign-off."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind
from lifang.core.web.forms import Form
from lifang.core.web.htmx import page
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Period, Table
from lifang.core.web.times import span
from lifang.core.web.views import only
from lifang.orgs.selectors import place_name
from lifang.sensing import actions, selectors
from lifang.sensing.catalogue import PROPOSALS, REVIEW
from lifang.sensing.models import Device, Review
from lifang.sensing.rules.review import Body, Line, Proposed, body_of
from lifang.sensing.web import said, shown
from lifang.sensing.web.here import answering, moment
from lifang.sensing.web.tables import area_choice

TONES = {"written": "waiting", "signed": "done"}
SHORT = 120
SPANS = ("span", "was", "now", "median")


def weeks(monday: date) -> str:
    """The week as one says it: from the Monday to the Sunday."""
    sunday = monday + timedelta(days=6)
    return f"{monday:%Y-%m-%d} – {sunday:%m-%d}"


def chip(row: Review) -> Chip:
    return Chip(TONES[row.state], REVIEW().state[row.state].name)


class ReviewTable(Table):
    week = Column(
        gettext_lazy("Week"), value=lambda row: weeks(row.week), sort="week",
        link=lambda row: reverse("sensing:review", args=[row.pk]),
    )  # fmt: skip
    area = Column(gettext_lazy("Community"), value=lambda row: place_name(row.area, 2), wide=True)
    raised = Column(gettext_lazy("Raised"), cell="number", sort="raised")
    proposals = Column(gettext_lazy("Proposals"), cell="number", sort="proposals")
    state = Column(gettext_lazy("State"), cell="state", value=chip)
    signed_by = Column(gettext_lazy("Signed by"), value=lambda row: str(row.signed_by or ""))
    word = Column(gettext_lazy("Word"), shown=False, wide=True)

    key = "alarm-reviews"
    filters = (
        Choice("state", gettext_lazy("State"), lambda actor: {s.key: s.name for s in REVIEW().states}),
        area_choice(None),
        Period("week", gettext_lazy("Week")),
    )  # fmt: skip
    order = "-week"
    empty = Empty(
        gettext_lazy("No review yet."),
        gettext_lazy("On Monday morning each community that had alarms gets the review of its week. Until then the figures say how the rules are doing."),
        act=(gettext_lazy("To the figures"), "sensing:figures"),
        icon="clipboard-check",
    )  # fmt: skip


class SignForm(Form):
    word = forms.CharField(
        label=gettext_lazy("What will be done?"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("A word is enough: what is changed, who looks at which device, or why everything stays."),
    )  # fmt: skip


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def reviews(request: HttpRequest) -> HttpResponseBase:
    """A line a community and week."""
    table = ReviewTable(request, selectors.reviews(answering(request)))
    return table.response("sensing/desk/reviews.html")


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One week: what it proposes, every rule in figures, and the word it is signed with."""
    actor = answering(request)
    found = selectors.review(actor, pk)
    form = SignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.sign_review(
                actor=actor, review=found, word=form.cleaned_data["word"], at=moment(request)
            )
            messages.success(request, _("Signed."))
            return redirect("sensing:review", pk)
    body, before = body_of(found), selectors.before_it(actor, found)
    return page(
        request, "sensing/desk/review.html",
        {
            "review": found, "chip": chip(found), "week": weeks(found.week), "place": place_name(found.area, 2), "form": form,
            "may": not found.signed_at and actor.may("sensing.sign_review", found.area),
            "proposed": _proposed(actor, body), "lines": [_line(one) for one in body.lines], "before": before,
            "sums": _sums(body), "plain": REVIEW().state[found.state].plain,
        },
    )  # fmt: skip


def _proposed(actor: Actor, body: Body) -> list[dict[str, Any]]:
    devices = selectors.devices_named(actor, body)
    return [_proposal(one, devices) for one in body.proposed if one.key in PROPOSALS]


def _proposal(one: Proposed, devices: dict[str, Device]) -> dict[str, Any]:
    """A proposal as a sentence, with the way to where it can be followed."""
    facts = {key: _fact(key, value) for key, value in one.facts.items()}
    device = devices.get(str(one.facts.get("device", "")))
    if "device" in facts:
        facts["device"] = str(device or _("A device"))
    spec = PROPOSALS[one.key]
    link = shown.url(device) if device else _way(one)
    return {
        "name": spec.name, "text": str(spec.text).format(**facts), "rule": said.name(one.rule), "url": link,
        "act": _("To the device") if device else _ACTS.get(one.key, _("To the rule")),
    }  # fmt: skip


def _fact(key: str, value: Any) -> Any:
    if key not in SPANS:
        return value
    return _long(value)


def _way(one: Proposed) -> str:
    listed = reverse("sensing:alarms")
    asked = {
        "judge_them": f"{listed}?show=unjudged&rule={one.rule}",
        "close_stale": f"{listed}?show=open&rule={one.rule}",
        "ask_absences": reverse("sensing:vigils"),
        "answer_sooner": f"{listed}?rule={one.rule}",
    }
    return asked.get(one.key) or reverse("sensing:rule", args=[one.rule])


_ACTS = {
    "judge_them": gettext_lazy("To these alarms"),
    "close_stale": gettext_lazy("To these alarms"),
    "answer_sooner": gettext_lazy("To these alarms"),
    "ask_absences": gettext_lazy("Looked after"),
}


def _line(one: Line) -> dict[str, Any]:
    return {
        "line": one, "name": said.name(one.rule), "url": reverse("sensing:rule", args=[one.rule]), "precision": one.precision,
        "earlier": one.earlier, "rate": one.rate, "delay": _long(one.delay_seconds), "answer": _long(one.answer_seconds),
    }  # fmt: skip


def _long(seconds: float | None) -> str:
    """In seconds below two minutes: an on-delay is that short."""
    if seconds is None:
        return "–"
    return _("%(n)d s") % {"n": seconds} if seconds < SHORT else span(timedelta(seconds=seconds))


def _sums(body: Body) -> dict[str, Any]:
    right, wrong = sum(one.right for one in body.lines), sum(one.wrong for one in body.lines)
    return {
        "raised": sum(one.raised for one in body.lines), "judged": sum(one.judged for one in body.lines),
        "precision": right / (right + wrong) if right + wrong else None, "right": right, "wrong": wrong,
        "stale": sum(one.stale for one in body.lines), "chattering": sum(one.chattering for one in body.lines),
    }  # fmt: skip
