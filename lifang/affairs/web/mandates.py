"""Somebody acts for somebody: agreed at home or at the window, seen and ended by either."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from lifang.affairs import actions, selectors
from lifang.affairs.catalogue import GUIDES
from lifang.affairs.models import Mandate
from lifang.affairs.rules import LONGEST_MANDATE_DAYS, day_of
from lifang.affairs.web.own import acting
from lifang.affairs.web.picking import Folded, entrustable
from lifang.core.access import Kind, Refusal, insist
from lifang.core.access.errands import ERRANDS
from lifang.core.api.rates import BUCKETS
from lifang.core.forms.fields import Papers, Spoken
from lifang.core.web.forms import Form
from lifang.core.web.views import only
from lifang.orgs.selectors import place_name
from lifang.registry import selectors as registry

TRIES_A_MINUTE = 5  # of one account: nobody finds out whose telephone it is
USUAL_DAYS = 90


class MandateForm(Form):
    called = gettext_lazy("Let somebody act for you")
    name = forms.CharField(label=gettext_lazy("Name of the helper"), max_length=60)
    telephone = forms.CharField(label=gettext_lazy("Telephone of the helper, as on record"), max_length=24, widget=forms.TextInput(attrs={"inputmode": "tel"}))  # fmt: skip
    guides = forms.MultipleChoiceField(label=gettext_lazy("For which matters"), widget=Folded)  # fmt: skip
    until = forms.DateField(label=gettext_lazy("In force until"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))  # fmt: skip

    def __init__(self, *args: Any, today: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["guides"].choices = entrustable()  # type: ignore[attr-defined]
        self.fields["until"].initial = today + timedelta(days=USUAL_DAYS)
        self.fields["until"].widget.attrs |= {"min": today.isoformat(), "max": (today + timedelta(days=LONGEST_MANDATE_DAYS)).isoformat()}  # fmt: skip


class WindowMandateForm(MandateForm):
    called = gettext_lazy("Record an authority")
    who = forms.ChoiceField(
        label=gettext_lazy("Who acts"), widget=forms.RadioSelect, initial="helper", required=False,
        choices=[("helper", gettext_lazy("Somebody of the family or a friend")), ("window", gettext_lazy("The workers of this window"))],
    )  # fmt: skip
    way = forms.ChoiceField(
        label=gettext_lazy("How did the person agree"), widget=forms.RadioSelect,
        choices=[("written", gettext_lazy("A signed paper (take a photo)")), ("photo", gettext_lazy("A photo of the person agreeing")), ("voice", gettext_lazy("Said to me aloud, by the telephone on record or face to face"))],
    )  # fmt: skip
    proof = Papers(kind="photo", most=1, required=False, label=gettext_lazy("Photo"))
    voice = Spoken(label=gettext_lazy("Voice note"), required=False)

    def clean_who(self) -> str:
        return self.cleaned_data["who"] or "helper"

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["name"].required = self.fields["telephone"].required = False
        for name in ("name", "telephone"):
            self.fields[name].help_text = gettext_lazy("Only if the family or a friend acts.")
        self.order_fields(["who", "name", "telephone", "guides", "until", "way", "proof", "voice"])


def _shown(row: Mandate, mine: Any) -> dict[str, Any]:
    own = mine is not None and row.principal_id == mine.pk
    return {"row": row, "own": own, "other": (row.agent.name if row.agent else place_name(row.desk, 2)) if own else row.principal.name, "guides": [GUIDES[key] for key in row.guides if key in GUIDES], "errands": [{"errand": ERRANDS[key], "name": (own and ERRANDS[key].own) or ERRANDS[key].name, "url": reverse(ERRANDS[key].url, args=[row.principal_id])} for key in row.guides if key in ERRANDS]}  # fmt: skip


@require_http_methods(["GET", "POST"])
@only(Kind.RESIDENT)
def mandates(request: HttpRequest) -> HttpResponseBase:
    """Who may act for me, and for whom I may act."""
    actor, at = acting(request)
    today = day_of(at)
    form = MandateForm(request.POST if request.method == "POST" else None, today=today)
    if request.method == "POST" and form.is_valid():
        BUCKETS.take(f"helper:{actor.holder}", TRIES_A_MINUTE, at.timestamp()).insist()
        with form.refusals():
            actions.entrust(actor=actor, at=at, **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("Agreed. Both of you can end it at any time."))
            return redirect("affairs:mandates")
    mine = registry.me(actor)
    rows = [_shown(row, mine) for row in selectors.own_mandates(actor) if row.until >= today]
    facts = {"form": form, "mine": mine, "for_me": [one for one in rows if one["own"]], "for_others": [one for one in rows if not one["own"]]}  # fmt: skip
    response = render(request, "affairs/mandate/mandates.html", facts, status=422 if form.errors else 200)  # fmt: skip
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@only(Kind.RESIDENT, Kind.STAFF)
def ending(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    actor, at = acting(request)
    row = selectors.mandate(actor, pk)
    actions.end_mandate(actor=actor, mandate=row, at=at)
    messages.success(request, _("Ended."))
    if actor.kind is Kind.STAFF:
        return redirect("affairs:mandates_of", row.principal_id)
    return redirect("affairs:mandates")


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def mandates_of(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """At the window, or in the person's home: the authority of somebody in one's area."""
    actor, at = acting(request)
    insist(None if actor.may("affairs.record_mandate") else Refusal("not_allowed"))
    person = registry.person(actor, pk)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = WindowMandateForm(*posted, today=day_of(at))
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.record_mandate(actor=actor, principal=person, area=person.area, at=at, **form.cleaned_data)  # fmt: skip
        if not form.errors:
            messages.success(request, _("Recorded. Both can end it at any time."))
            return redirect("affairs:mandates_of", person.pk)
    rows = [_shown(row, person) for row in selectors.mandates_of(actor, person.pk)]
    facts = {"form": form, "person": person, "rows": rows}
    response = render(request, "affairs/mandate/mandates_of.html", facts, status=422 if form.errors else 200)  # fmt: skip
    response["Cache-Control"] = "no-store"
    return response
