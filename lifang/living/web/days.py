"""Payments day by day beside what the channel says; what differs is settled with a reason."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from lifang.core.access import Kind, Refusal, insist
from lifang.core.pay import actions as pay
from lifang.core.pay import selectors as money
from lifang.core.pay.adapters import ADAPTERS
from lifang.core.pay.catalogue import DIFFERENCES
from lifang.core.pay.models import Difference
from lifang.core.pay.rules import yuan
from lifang.core.web.forms import Form
from lifang.core.web.show import Chip
from lifang.core.web.views import only
from lifang.living.web.desk import SEE, page
from lifang.living.web.here import asking, moment, today

DAYS = 31
LISTED = 100


class SettleForm(Form):
    reason = forms.ChoiceField(label=_("Why it differs"), widget=forms.RadioSelect)
    note = forms.CharField(label=_("What you found"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [(one.key, str(one.name)) for one in DIFFERENCES.all()]  # type: ignore[attr-defined]


def said(amount: int | None) -> str:
    return "—" if amount is None else f"¥ {yuan(amount)}"


def chip(row: Difference) -> Chip:
    if row.settled_at:
        return Chip("done", _("Settled"))
    return Chip("idle", _("Agrees by now")) if row.agreed_at else Chip("late", _("Differs"))


def way(key: str) -> str:
    return str(ADAPTERS[key].name) if key in ADAPTERS else key


@require_GET
@only(Kind.STAFF)
def days(request: HttpRequest) -> HttpResponse:
    """A month back; the sums are of one's own company, for the county of all."""
    actor = asking(request, "pay.see_days")
    since = today(request) - timedelta(days=DAYS)
    rows = [{"day": one, "way": way(one.way), "ours": said(one.ours), "theirs": said(one.theirs)} for one in money.days(actor, since)]  # fmt: skip
    listed = [
        {"row": one, "way": way(one.way), "ours": said(one.ours), "theirs": said(one.theirs), "chip": chip(one), "why": str(DIFFERENCES[one.reason].name) if one.reason in DIFFERENCES else ""}
        for one in money.differences(actor)[:LISTED]
    ]  # fmt: skip
    facts = {"rows": rows, "listed": listed, "tab": "days", "tabs": actor.may(SEE), "may": actor.may("pay.settle_difference")}  # fmt: skip
    return render(request, "living/desk/days.html", facts)


@page
@only(Kind.STAFF)
def difference(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One of them: looked into, settled."""
    actor = asking(request, "pay.settle_difference")
    row = money.difference(actor, pk)
    insist(None if row.open else Refusal("difference_over"))
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            pay.settle_difference(actor=actor, difference=row, at=moment(request), **form.cleaned_data)  # fmt: skip
        if not form.errors:
            messages.success(request, gettext("Settled. Who did it and why stands beside it."))
            return redirect("living:days")
    told = gettext("%(day)s, %(number)s: our books say %(ours)s, the channel says %(theirs)s.") % {"day": row.day, "number": row.number, "ours": said(row.ours), "theirs": said(row.theirs)}  # fmt: skip
    return render(request, "living/desk/plain_form.html", {"form": form, "label": gettext("Settle the difference"), "said": told, "back": reverse("living:days"), "up": gettext("Compared")})  # fmt: skip
