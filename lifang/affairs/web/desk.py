"""Applications at the desk: the list, one of them, what may be done with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.affairs import actions, selectors
from lifang.affairs.catalogue import APPLICATION, MATERIALS
from lifang.affairs.models import Application
from lifang.affairs.web import paying, shown
from lifang.affairs.web.guides import address
from lifang.affairs.web.own import acting, wanted_form, wanted_sheet
from lifang.affairs.web.tables import ApplicationTable
from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.forms.filled import words
from lifang.core.pay.rules import yuan
from lifang.core.web.forms import Form
from lifang.core.web.htmx import page
from lifang.core.web.views import only

Facts = dict[str, Any]


def may_see(actor: Actor) -> None:
    insist(None if actor.may("affairs.see") else Refusal("not_allowed"))


@require_GET
@only(Kind.STAFF)
def applications(request: HttpRequest) -> HttpResponseBase:
    actor, _at = acting(request)
    may_see(actor)
    table = ApplicationTable(request, selectors.applications(actor))
    return table.response("affairs/desk/applications.html", {"may_receive": actor.may("affairs.receive")})  # fmt: skip


@require_GET
@only(Kind.STAFF)
def application(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, _at = acting(request)
    may_see(actor)
    return page(request, "affairs/desk/application.html", facts(actor, selectors.application(actor, pk)), partial="peek")  # fmt: skip


@require_POST
@only(Kind.STAFF)
def reading(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was written, in the clear: one line of the log."""
    actor, at = acting(request)
    row = selectors.application(actor, pk)
    filled = actions.read(actor=actor, application=row, at=at)
    clear = [
        (one.name, words(one, filled.answers.get(one.key)), filled.origins.get(one.key))
        for one in row.matter.form.questions
        if one.key in filled.answers and not one.key.startswith("m_")
    ]
    response = render(request, "affairs/desk/application.html", {**facts(actor, row), "clear": clear})  # fmt: skip
    response["Cache-Control"] = "no-store"
    return response


def facts(actor: Actor, row: Application) -> Facts:
    mine = selectors.own_parts(actor, row)
    open_ = [deed for deed in DEEDS.values() if deed.offered(actor, row)]
    return {
        "row": row, "guide": row.matter, "chip": shown.chip(row), "entries": shown.entries(actor, row),
        "materials": shown.materials(row, selectors.laid(actor, row), selectors.files(actor, row)),
        "fee": paying.fee(actor, row),
        "parts": selectors.parts(actor, row), "mine": mine, "result": selectors.result(actor, row), "channel": shown.channel(row.channel),
        "deeds": [{"deed": deed, "url": reverse("affairs:act", args=[row.pk, deed.key])} for deed in open_],
        "heard": [shown.heard(one) for one in selectors.confirmations(actor, row)], "may_aloud": actor.may("affairs.read_aloud", row.area),
        "hands": shown.hands(row), "may_read": actor.may("affairs.read", row.area), "known": row.known, "asked": row.asked,
    }  # fmt: skip


class NoteForm(Form):
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=1000, widget=forms.Textarea)  # fmt: skip


class WhyForm(Form):
    note = forms.CharField(
        label=gettext_lazy("Why, and what to do instead"), help_text=gettext_lazy("The applicant reads this."),
        max_length=1000, widget=forms.Textarea,
    )  # fmt: skip


class AcceptForm(NoteForm):
    seen = forms.MultipleChoiceField(label=gettext_lazy("Originals shown at the window"), required=False, widget=forms.CheckboxSelectMultiple)  # fmt: skip

    def __init__(self, *args: Any, row: Application, **more: Any) -> None:
        super().__init__(*args, **more)
        missing = [one.key for one in selectors.laid(SOMEBODY, row) if one.met == "missing"]
        self.fields["seen"].choices = [(key, str(MATERIALS[key].name)) for key in missing]  # type: ignore[attr-defined]
        if not missing:
            del self.fields["seen"]
        self.order_fields(["seen", "note"])


class SupplementForm(Form):
    wanted = forms.MultipleChoiceField(label=gettext_lazy("What is to be added"), widget=forms.CheckboxSelectMultiple)  # fmt: skip
    note = forms.CharField(label=gettext_lazy("In words the applicant understands"), max_length=1000, widget=forms.Textarea)  # fmt: skip

    def __init__(self, *args: Any, row: Application, **more: Any) -> None:
        super().__init__(*args, **more)
        known = [(one.key, str(MATERIALS[one.key].name)) for one in row.matter.materials]
        self.fields["wanted"].choices = known  # type: ignore[attr-defined]


class CashForm(Form):
    """The clerk says that the whole of it lies on the counter."""

    counted = forms.BooleanField(label="")

    def __init__(self, *args: Any, row: Application, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["counted"].label = _("I have ¥%(amount)s in cash in my hand") % {"amount": yuan(row.fee_left)}  # fmt: skip


class BackForm(Form):
    counted = forms.BooleanField(label="")

    def __init__(self, *args: Any, row: Application, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        back = sum(one.left for one in selectors.cash_to_return(actor, row))
        self.fields["counted"].label = _("The applicant has ¥%(amount)s in cash in the hand") % {"amount": yuan(back)}  # fmt: skip


class OpinionForm(Form):
    agrees = forms.TypedChoiceField(
        label=gettext_lazy("Opinion"), coerce=lambda value: value == "yes", widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("Agrees")), ("no", gettext_lazy("Does not agree"))],
    )  # fmt: skip
    note = forms.CharField(label=gettext_lazy("Reason"), max_length=1000, widget=forms.Textarea)


class DeliverForm(NoteForm):
    how = forms.ChoiceField(
        label=gettext_lazy("How"), widget=forms.RadioSelect,
        choices=[("window", gettext_lazy("Picked up")), ("post", gettext_lazy("Posted")), ("online", gettext_lazy("Downloaded"))],
    )  # fmt: skip


class HandOverForm(Form):
    window = forms.ChoiceField(label=gettext_lazy("Which window"))
    note = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea)

    def __init__(
        self, *args: Any, row: Application, actor: Actor, at: datetime, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.fields["window"].choices = selectors.windows(actor, row, at)  # type: ignore[attr-defined]


SOMEBODY = Actor(None, "", Kind.ANONYMOUS)  # the rows of an application in sight are asked for


@dataclass(frozen=True)
class Deed:
    """One act: its noun, its move, the capability, its form, what it calls."""

    key: str
    move: str
    capability: str
    verb: Any
    said: Any
    form: Callable[..., Any]
    do: Callable[..., Any]
    icon: str = "check"
    danger: bool = False
    needs: tuple[str, ...] = ()  # what the form is told: row, actor

    def offered(self, actor: Actor, row: Application) -> bool:
        if self.key == "returning":
            return actor.may(self.capability, row.area) and bool(
                selectors.cash_to_return(actor, row)
            )
        if self.key == "fee" and not row.fee_left:
            return False
        moves = {move.key for move in APPLICATION().moves_from(row.state)}
        if self.move not in moves or not actor.may(self.capability, row.area):
            return False
        return bool(selectors.own_parts(actor, row)) if self.key == "opinion" else True


def _deeds(*deeds: Deed) -> dict[str, Deed]:
    return {one.key: one for one in deeds}


DEEDS = _deeds(
    Deed("fee", "pay", "affairs.take_fee", gettext_lazy("Take the fee in cash"), gettext_lazy("Taken and booked; print the receipt below."), CashForm, actions.take_fee, icon="cash", needs=("row",)),
    Deed("returning", "pay", "affairs.hand_back_fee", gettext_lazy("Hand the cash back"), gettext_lazy("Handed back and booked."), BackForm, actions.hand_back_fee, icon="cash", needs=("row", "actor")),
    Deed("acceptance", "accept", "affairs.accept", gettext_lazy("Accept"), gettext_lazy("Accepted; the departments have it."), AcceptForm, actions.accept, needs=("row",)),
    Deed("opinion", "opine", "affairs.opine", gettext_lazy("Give the opinion"), gettext_lazy("Your opinion is on the record."), OpinionForm, actions.opine, icon="building"),
    Deed("grant", "grant", "affairs.decide", gettext_lazy("Grant"), gettext_lazy("Granted; the signed result is made."), NoteForm, actions.decide, icon="certificate"),
    Deed("handover", "deliver", "affairs.deliver", gettext_lazy("Hand the result over"), gettext_lazy("Handed over."), DeliverForm, actions.deliver, icon="package"),
    Deed("taking", "supplement", "affairs.add_supplement", gettext_lazy("Take what was brought"), gettext_lazy("Taken; look at it again."), NoteForm, actions.add_supplement, icon="file-plus"),
    Deed("request", "ask_supplement", "affairs.ask_supplement", gettext_lazy("Ask for a supplement"), gettext_lazy("The applicant is told."), SupplementForm, actions.ask_supplement, icon="message-question", needs=("row",)),
    Deed("transfer", "hand_over", "affairs.hand_over", gettext_lazy("Pass to another window"), gettext_lazy("Passed on."), HandOverForm, actions.hand_over, icon="transfer", needs=("row", "actor", "at")),
    Deed("refusal", "refuse", "affairs.decide", gettext_lazy("Do not grant"), gettext_lazy("The applicant reads why."), WhyForm, actions.decide, icon="x", danger=True),
    Deed("declining", "decline", "affairs.decline", gettext_lazy("Do not accept"), gettext_lazy("The applicant reads why."), WhyForm, actions.decline, icon="x", danger=True),
)  # fmt: skip


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def act(request: HttpRequest, pk: UUID, deed: str) -> HttpResponseBase:
    actor, _at = acting(request)
    may_see(actor)
    row = selectors.application(actor, pk)
    known = DEEDS.get(deed)
    if known is None:
        raise Http404
    insist(None if actor.may(known.capability, row.area) else Refusal("not_allowed"))
    form = wanted_sheet(request, row) if known.key == "taking" else _form(request, known, actor, row)  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            known.do(**_told(request, known, row, form))
        if not form.errors:
            messages.success(request, known.said)
            return redirect("affairs:application", row.pk)
    told = {"form": form, "deed": known, "row": row, "guide": row.matter, "chip": shown.chip(row), "wanted": wanted_form(row).questions if known.key == "taking" else [], "may_take_fee": DEEDS["fee"].offered(actor, row)}  # fmt: skip
    return render(request, "affairs/desk/act.html", told, status=422 if form.errors else 200)


def _form(request: HttpRequest, deed: Deed, actor: Actor, row: Application) -> Any:
    told = {"row": row, "actor": actor, "at": acting(request)[1]}
    more = {name: told[name] for name in deed.needs}
    return deed.form(request.POST if request.method == "POST" else None, **more)


def _told(request: HttpRequest, deed: Deed, row: Application, form: Any) -> Facts:
    actor, at = acting(request)
    told: Facts = {"actor": actor, "application": row, "at": at}
    if deed.key == "taking":
        return {**told, "files": form.sent(), "seen": request.POST.getlist("seen")}
    if deed.key in ("fee", "returning"):
        return told
    if deed.key == "grant":
        return {**told, **form.cleaned_data, "granted": True, "home": address(request, "/")}  # fmt: skip
    if deed.key == "refusal":
        return {**told, **form.cleaned_data, "granted": False}
    return {**told, **form.cleaned_data}
