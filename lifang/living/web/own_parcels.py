"""A household's parcels: what waits with its code, what is to be fetched for a neighbour, who fetches one's own."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lifang.core.access import Kind
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.web import parcel_shown as shown
from lifang.living.web.desk import page
from lifang.living.web.here import moment, today, who
from lifang.living.web.parcel_forms import WEEK, NeighbourForm

PAST = 20


@page
@only(Kind.RESIDENT, Kind.STAFF)
def parcels(request: HttpRequest) -> HttpResponse:
    actor, day = who(request), today(request)
    homes = selectors.own_homes(actor)
    form = NeighbourForm(request.POST or None, homes=homes, initial={"until": day + WEEK})
    if request.method == "POST" and form.is_valid():
        with form.refusals("address"):
            told = form.cleaned_data
            actions.name_neighbour(actor=actor, home=form.homes[told["home"]], address=told["address"], until=told["until"], at=moment(request))  # fmt: skip
        if not form.errors:
            messages.success(request, _("Named. Your neighbour fetches parcels with the code below until that day."))  # fmt: skip
            return redirect("living:parcels")
    past = selectors.own_parcels(actor).filter(ended_at__isnull=False)[:PAST]
    facts = {
        "waiting": [(one, shown.carrier(one), shown.chip(one)) for one in selectors.own_waiting(actor)],
        "past": [(one, shown.carrier(one), shown.chip(one)) for one in past],
        "named": selectors.own_neighbours(actor, day), "errands": selectors.neighbours_of(actor, day), "homes": homes, "form": form,
    }  # fmt: skip
    answer = render(request, "living/my/parcels.html", facts)
    answer["Cache-Control"] = "no-store"  # codes stand on it
    return answer


@require_POST
@only(Kind.RESIDENT, Kind.STAFF)
def end_neighbour(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = who(request)
    actions.end_neighbour(actor=actor, neighbour=selectors.neighbour(actor, pk), at=moment(request))
    messages.success(request, _("Ended."))
    return redirect("living:parcels")
