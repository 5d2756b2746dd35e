"""The money of works: what was agreed, what is due, what was paid and by whom signed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.pay.rules import fen, yuan
from lifang.core.web.forms import Form, date_input
from lifang.core.web.show import Chip
from lifang.core.web.views import only
from lifang.sensing import actions, selectors
from lifang.sensing.models import Works, WorksMoney
from lifang.sensing.rules.works_money import Instalment, Sums, instalments, sums
from lifang.sensing.terms import MoneyKind
from lifang.sensing.web.here import asking, moment

KINDS = {
    MoneyKind.CONTRACT: gettext_lazy("Contract"),
    MoneyKind.SUPPLEMENT: gettext_lazy("Supplement"),
    MoneyKind.INSTALMENT: gettext_lazy("Instalment"),
    MoneyKind.PAID: gettext_lazy("Payment"),
}
AGREES, PLANS, PAYS, STRIKES = (
    "sensing.agree_works_money", "sensing.plan_works_money", "sensing.pay_works_money", "sensing.strike_works_money",
)  # fmt: skip
page = require_http_methods(["GET", "POST"])


class MoneyForm(Form):
    elements = {"title": "", "paper": ""}  # of works

    title = forms.CharField(label=gettext_lazy("What for"), max_length=120)
    amount = forms.CharField(label=gettext_lazy("Amount (yuan)"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"}))  # fmt: skip
    on = forms.DateField(label=gettext_lazy("Day"), widget=date_input())
    paper = forms.CharField(label=gettext_lazy("Number of the contract or voucher"), max_length=80)

    def clean_amount(self) -> int:
        found = fen(self.cleaned_data["amount"])
        if found is None:
            raise forms.ValidationError(_("Please write an amount in yuan, with two digits after the point at most."))  # fmt: skip
        return found


class PlanForm(MoneyForm):
    paper = forms.CharField(label=gettext_lazy("Number of the contract or voucher"), max_length=80, required=False)  # fmt: skip
    retention = forms.BooleanField(label=gettext_lazy("Retention money: kept back until this day"), required=False)  # fmt: skip


class PayForm(MoneyForm):
    of = forms.ChoiceField(label=gettext_lazy("Of which instalment"))
    field_order = ("of", "title", "amount", "on", "paper")

    def __init__(self, *args: Any, due: list[Instalment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.due = {str(one.line.pk): one.line for one in due}
        self.fields["of"].choices = [(str(one.line.pk), _("%(title)s: %(rest)s yuan left") % {"title": one.line.title, "rest": yuan(one.rest)}) for one in due]  # type: ignore[attr-defined]  # fmt: skip

    def clean_of(self) -> WorksMoney:
        return self.due[self.cleaned_data["of"]]


class StrikeForm(Form):
    why = forms.CharField(label=gettext_lazy("Why is it wrong?"), max_length=200)


@require_GET
@only(Kind.STAFF)
def money(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Agreed, planned against paid, the remainder, and every line with who signed it."""
    actor = asking(request)
    found = selectors.works(actor, pk)
    lines = list(selectors.works_money(actor, found))
    totals = sums(lines)
    acts = [(word, label) for word, (needs, label, shows) in ACTS.items() if actor.may(needs, found.area) and shows(totals, lines)]  # fmt: skip
    today = localtime(moment(request)).date()
    context = {
        "works": found, "sums": {name: yuan(value) for name, value in _figures(totals).items()}, "any": bool(lines), "acts": acts,
        "due": [{"line": one.line, "amount": yuan(one.line.amount), "paid": yuan(one.paid), "rest": yuan(one.rest), "chip": _chip(one, today)} for one in instalments(lines)],
        "lines": [{"line": one, "kind": KINDS[MoneyKind(one.kind)], "amount": yuan(one.amount), "plain": one.struck_at is None} for one in reversed(lines)],
        "may_strike": actor.may(STRIKES, found.area),
    }  # fmt: skip
    return render(request, "sensing/desk/works_money.html", context)


def short(actor: Actor, found: Works) -> dict[str, str]:
    """For the page of the works: agreed, paid, left; nothing before there is a contract."""
    totals = sums(selectors.works_money(actor, found))
    return {name: yuan(value) for name, value in _figures(totals).items()} if totals.contract else {}  # fmt: skip


@page
@only(Kind.STAFF)
def line(request: HttpRequest, pk: UUID, word: str) -> HttpResponse:
    """One more line."""
    actor = asking(request)
    found = selectors.works(actor, pk)
    needs, label, _shows = ACTS[word]
    insist(None if actor.may(needs, found.area) else Refusal("not_allowed"))
    form = _form_of(actor, found, word, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            _write(actor, found, word, form.cleaned_data, request)
            messages.success(request, _("Entered and signed."))
            return redirect("sensing:works_money", pk)
    context = {"form": form, "works": found, "label": label, "back": "sensing:works_money"}
    return render(request, "sensing/desk/works_act.html", context, status=422 if form.errors else 200)  # fmt: skip


@page
@only(Kind.STAFF)
def strike(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A line that was wrong."""
    actor = asking(request)
    found = selectors.works_line(actor, pk)
    insist(None if actor.may(STRIKES, found.area) else Refusal("not_allowed"))
    form = StrikeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals("why"):
            actions.strike_works_money(actor=actor, line=found, at=moment(request), **form.cleaned_data)  # fmt: skip
            messages.success(request, _("It is struck and stays to be read."))
            return redirect("sensing:works_money", found.works_id)
    context = {"form": form, "works": found.works, "label": _("Strike this line"), "what": f"{found.title} · {yuan(found.amount)}"}  # fmt: skip
    return render(request, "sensing/desk/works_act.html", context, status=422 if form.errors else 200)  # fmt: skip


def _figures(totals: Sums) -> dict[str, int]:
    return {**totals._asdict(), "agreed": totals.agreed, "unplanned": totals.unplanned, "remainder": totals.remainder}  # fmt: skip


def _chip(one: Instalment, today: Any) -> Chip:
    if not one.rest:
        return Chip("done", _("Paid out"))
    if one.line.retention and one.line.on > today:
        return Chip("idle", _("Kept back"))
    return (
        Chip("late", _("Past its day")) if one.line.on < today else Chip("waiting", _("To be paid"))
    )


def _form_of(actor: Actor, found: Works, word: str, data: Any) -> MoneyForm:
    if word == "payment":
        due = [one for one in instalments(selectors.works_money(actor, found)) if one.rest]
        return PayForm(data, due=due)
    return PlanForm(data) if word == "instalment" else MoneyForm(data)


def _write(actor: Actor, found: Works, word: str, facts: dict[str, Any], request: HttpRequest) -> None:  # fmt: skip
    at = moment(request)
    if word == "payment":
        actions.pay_works_money(actor=actor, works=found, at=at, **facts)
    elif word == "instalment":
        actions.plan_works_money(actor=actor, works=found, at=at, **facts)
    else:
        actions.agree_works_money(actor=actor, works=found, kind=word, at=at, **facts)


def _unpaid(lines: list[WorksMoney]) -> bool:
    return any(one.rest for one in instalments(lines))


# word of the address → (capability, label, whether it is to be offered now)
ACTS: dict[str, tuple[str, Any, Callable[[Sums, list[WorksMoney]], bool]]] = {
    "payment": (PAYS, gettext_lazy("Enter a payment"), lambda _sums, lines: _unpaid(lines)),
    "instalment": (PLANS, gettext_lazy("Plan an instalment"), lambda found, _lines: found.unplanned > 0),
    "contract": (AGREES, gettext_lazy("Enter the contract"), lambda found, _lines: not found.contract),
    "supplement": (AGREES, gettext_lazy("Enter a supplement"), lambda found, _lines: bool(found.contract)),
}  # fmt: skip
