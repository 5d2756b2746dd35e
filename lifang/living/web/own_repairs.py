"""A household's repairs: order with the picture of the building, agree, rate."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import Kind
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.catalogue import REPAIR_KINDS
from lifang.living.terms import REPAIRS_FOR
from lifang.living.web import helping
from lifang.living.web import repair_shown as shown
from lifang.living.web.desk import page
from lifang.living.web.here import moment, who
from lifang.living.web.repair_forms import NoteForm, OrderForm, RateForm


@require_GET
@only(Kind.RESIDENT, Kind.STAFF)
def repairs(request: HttpRequest) -> HttpResponse:
    actor = who(request)
    rows = [
        (one, shown.chip(one), shown.where(one, _("My home")))
        for one in selectors.own_repairs(actor)[:60]
    ]
    return render(request, "living/my/repairs.html", {"rows": rows, "homes": selectors.homes(actor)})  # fmt: skip


@page
@only(Kind.RESIDENT, Kind.STAFF)
def order(request: HttpRequest) -> HttpResponse:
    """What, where, and it is sent: three taps."""
    actor = who(request)
    homes = selectors.own_homes(actor)
    chosen = request.GET.get("home", "")
    home = next((one for one in homes if str(one.door.pk) == chosen), homes[0] if homes else None)
    first = {"home": str(home.door.pk), "spot": "home"} if home else {}
    form = OrderForm(request.POST or None, request.FILES or None, homes=homes, initial=first)
    if request.method == "POST" and form.is_valid():
        made = None
        with form.refusals():
            made = actions.order_repair(actor=actor, at=moment(request), **form.order())
        if made is not None and not form.errors:
            messages.success(request, _("Sent to the property company. You are told of every step."))  # fmt: skip
            return redirect("living:own_repair", made.pk)
    facts = {
        "form": form, "homes": homes, "picture": shown.picture(home, _("My home")) if home else None, "kinds": REPAIR_KINDS.all(),
        "kind": form["kind"].value() or "", "spot": form["spot"].value() or "home",
    }  # fmt: skip
    return render(request, "living/my/order.html", facts)


@require_GET
@only(Kind.RESIDENT, Kind.STAFF)
def repair(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = who(request)
    if person := helping.led(request, REPAIRS_FOR, selectors.own_repairs, pk):
        return redirect("living:repair_for", person, pk)
    found = selectors.own_repair(actor, pk)
    facts = shown.facts(actor, found, _("My home"))
    if found.state == "done":
        facts["rate"] = RateForm()
    return render(request, "living/my/repair.html", facts)


@require_POST
@only(Kind.RESIDENT, Kind.STAFF)
def agreement(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = who(request)
    actions.answer_quote(actor=actor, repair=selectors.own_repair(actor, pk), agreed=True, note="", at=moment(request))  # fmt: skip
    messages.success(request, _("Agreed. Somebody comes at the time that was set."))
    return redirect("living:own_repair", pk)


@page
@only(Kind.RESIDENT, Kind.STAFF)
def objection(request: HttpRequest, pk: UUID) -> HttpResponse:
    """To the quote, or to the work: why, and the company has it again."""
    actor = who(request)
    found = selectors.own_repair(actor, pk)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        note, at = form.cleaned_data["note"], moment(request)
        with form.refusals():
            if found.state == "done":
                actions.reopen_repair(actor=actor, repair=found, note=note, at=at)
            else:
                actions.answer_quote(actor=actor, repair=found, agreed=False, note=note, at=at)
        if not form.errors:
            return redirect("living:own_repair", pk)
    label = _("It is not fixed") if found.state == "done" else _("I do not agree")
    return render(request, "living/my/repair_act.html", {"form": form, "repair": found, "label": label})  # fmt: skip


@require_POST
@only(Kind.RESIDENT, Kind.STAFF)
def withdrawal(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = who(request)
    actions.withdraw_repair(actor=actor, repair=selectors.own_repair(actor, pk), at=moment(request))
    messages.success(request, _("Taken back."))
    return redirect("living:own_repair", pk)


@page
@only(Kind.RESIDENT, Kind.STAFF)
def rating(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = who(request)
    found = selectors.own_repair(actor, pk)
    form = RateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.rate_repair(actor=actor, repair=found, at=moment(request), **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("Thank you. It counts in the company's score card."))
            return redirect("living:own_repair", pk)
    return render(
        request, "living/my/repair.html", {**shown.facts(actor, found, _("My home")), "rate": form}
    )
