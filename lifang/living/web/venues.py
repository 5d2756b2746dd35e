"""Places to book: a household chooses day and time and gives back; the company sets them up and sees which home comes when."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.pay.rules import yuan
from lifang.core.web.forms import Form
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Period, Table
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.catalogue import VENUE_KINDS
from lifang.living.models import Booking, Venue
from lifang.living.rules import venues as rules
from lifang.living.web.desk import page
from lifang.living.web.forms import own_units
from lifang.living.web.here import asking, moment, today, who
from lifang.living.web.repair_forms import Free
from lifang.orgs import selectors as orgs

SEE = "living.see_bookings"
TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
SHOWN_DAYS = 14


class VenueForm(Form):
    unit = forms.ChoiceField(label=_("Company"))
    area = forms.ChoiceField(label=_("Community"))
    kind = forms.ChoiceField(label=_("What it is"), widget=forms.RadioSelect)
    name = forms.CharField(label=_("Name"), max_length=60)
    about = forms.CharField(label=_("Where it is, what to bring"), max_length=200, required=False)
    opens = forms.TimeField(label=_("Open from"), widget=TIME)
    closes = forms.TimeField(label=_("until"), widget=TIME)
    slot_minutes = forms.TypedChoiceField(label=_("Minutes of one booking"), choices=[(n, str(n)) for n in rules.MINUTES], coerce=int)  # fmt: skip
    places = forms.IntegerField(label=_("Bookings at the same time"), min_value=1, max_value=200)
    days_ahead = forms.IntegerField(label=_("Days ahead"), min_value=0, max_value=60)
    per_week = forms.IntegerField(label=_("Bookings of one home a week"), min_value=1, max_value=50, help_text=_("So that everybody has a turn."))  # fmt: skip
    cancel_hours = forms.IntegerField(label=_("Given back until so many hours before"), min_value=0, max_value=240)  # fmt: skip
    fee = Free(label=_("Fee (yuan)"), required=False, help_text=_("Leave it empty when it is free of charge. A fee comes as a bill."))  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = own_units(actor)
        areas = dict.fromkeys(code for unit in self.units.values() for code in selectors.communities_kept(actor, unit))  # fmt: skip
        self.fields["unit"].choices = [(pk, str(unit.name)) for pk, unit in self.units.items()]  # type: ignore[attr-defined]
        self.fields["area"].choices = [(code, orgs.place_name(code, 2)) for code in areas]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [(one.key, str(one.name)) for one in VENUE_KINDS.all()]  # type: ignore[attr-defined]
        if len(self.units) == 1:
            self.fields["unit"].widget = forms.HiddenInput()
            self.fields["unit"].initial = next(iter(self.units))


def _in_states(rows: "QuerySet[Booking]", values: list[str]) -> "QuerySet[Booking]":
    wanted = Q(pk__in=[])
    for value in values:
        wanted |= Q(ended_at__isnull=value == "booked")
    return rows.filter(wanted)


class BookingTable(Table):
    slot_at = Column(_("When"), cell="time", sort="slot_at")
    address = Column(_("Dwelling"), wide=True, value=lambda row: row.address or gettext("no longer known"))  # fmt: skip
    state = Column(_("State"), cell="state", value=lambda row: Chip("idle", _("Given back")) if row.ended_at else Chip("progress", _("Booked")))  # fmt: skip

    key = "bookings"
    search = ("address",)
    order = "-slot_at"
    filters = (
        Choice("state", _("State"), {"booked": _("Booked"), "back": _("Given back")}, apply=_in_states),
        Period("slot_at", _("When")),
    )  # fmt: skip
    empty = Empty(_("Nobody booked it yet."), _("Households of the community book it themselves."), icon="calendar")  # fmt: skip


def fee(row: Venue) -> str:
    return f"¥\u00a0{yuan(row.fee)}" if row.fee else gettext("free of charge")


@require_GET
@only(Kind.RESIDENT, Kind.STAFF)
def venues(request: HttpRequest) -> HttpResponse:
    """What can be booked where one lives, and one's own times."""
    actor = who(request)
    at = moment(request)
    own = [
        (one, f"¥\u00a0{yuan(one.bill.left)}" if one.bill and one.bill.left else "", rules.may_give_back(one.slot_at, one.venue.cancel_hours, at) is None)
        for one in selectors.own_bookings(actor, at - timedelta(hours=4))
    ]  # fmt: skip
    facts = {"rows": [(one, fee(one)) for one in selectors.near_venues(actor)], "own": own, "homes": selectors.own_homes(actor)}  # fmt: skip
    return render(request, "living/my/venues.html", facts)


@require_GET
@only(Kind.RESIDENT, Kind.STAFF)
def venue(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Its days and times; a tap books one."""
    actor = who(request)
    found = selectors.near_venue(actor, pk)
    first = today(request)
    days = [first + timedelta(days=n) for n in range(min(found.days_ahead, SHOWN_DAYS) + 1)]
    chosen = _day(request.GET.get("day", ""), days)
    facts = {
        "venue": found, "fee": fee(found), "days": days, "chosen": chosen, "slots": selectors.free_slots(actor, found, chosen, moment(request)),
        "homes": [one for one in selectors.own_homes(actor) if one.door.area.startswith(found.area)],
    }  # fmt: skip
    return render(request, "living/my/venue.html", facts)


def _day(text: str, days: list[date]) -> date:
    return next((one for one in days if one.isoformat() == text), days[0])


@require_POST
@only(Kind.RESIDENT, Kind.STAFF)
def book(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = who(request)
    found = selectors.near_venue(actor, pk)
    homes = {str(one.door.pk): one.door for one in selectors.own_homes(actor)}
    home, slot = homes.get(request.POST.get("home", "")), _slot(request.POST.get("slot", ""))
    insist(None if home else Refusal("not_found"), None if slot else Refusal("slot_none"))
    assert home is not None and slot is not None  # noqa: S101, PT018 -- insisted above
    actions.book_venue(actor=actor, venue=found, home=home, slot_at=slot, at=moment(request))
    messages.success(request, gettext("Booked. It stands below; give it back if you do not need it."))  # fmt: skip
    return redirect("living:venues")


def _slot(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text[:40])
    except ValueError:
        return None
    return found if found.tzinfo is not None and 2000 < found.year < 2200 else None


@require_POST
@only(Kind.RESIDENT, Kind.STAFF)
def give_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = who(request)
    actions.give_back_booking(actor=actor, booking=selectors.own_booking(actor, pk), at=moment(request))  # fmt: skip
    messages.success(request, gettext("Given back. Somebody else may have it now."))
    return redirect("living:venues")


@require_GET
@only(Kind.STAFF)
def desk(request: HttpRequest) -> HttpResponse:
    actor = asking(request, SEE)
    rows = list(selectors.venues(actor))
    counted = selectors.booked_today(actor, rows, today(request))
    facts = {"rows": [(one, fee(one), orgs.place_name(one.area, 1), counted.get(one.pk, 0)) for one in rows], "may_set": actor.may("living.set_venue")}  # fmt: skip
    return render(request, "living/desk/venues.html", facts)


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def bookings(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    actor = asking(request, SEE)
    found = selectors.venue(actor, pk)
    facts = {"venue": found, "fee": fee(found), "may_set": actor.may("living.set_venue")}
    return BookingTable(request, selectors.bookings(actor, found)).response("living/desk/bookings.html", facts)  # fmt: skip


@page
@only(Kind.STAFF)
def new(request: HttpRequest) -> HttpResponse:
    actor = asking(request, "living.set_venue")
    start = {"opens": "08:00", "closes": "21:00", "slot_minutes": 60, "places": 1, "days_ahead": 7, "per_week": 3, "cancel_hours": 2}  # fmt: skip
    return _set(request, actor, None, VenueForm(request.POST or None, actor=actor, initial=start))


@page
@only(Kind.STAFF)
def setting(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.set_venue")
    row = selectors.venue(actor, pk)
    before = {name: getattr(row, name) for name in ("area", "kind", "name", "about", "opens", "closes", "slot_minutes", "places", "days_ahead", "per_week", "cancel_hours")}  # fmt: skip
    before |= {"unit": str(row.unit_id), "fee": yuan(row.fee) if row.fee else ""}
    return _set(request, actor, row, VenueForm(request.POST or None, actor=actor, initial=before))


def _set(request: HttpRequest, actor: Actor, row: Venue | None, form: VenueForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        made = None
        told = dict(form.cleaned_data)
        unit, area = form.units[told.pop("unit")], told.pop("area")
        with form.refusals("name"):
            made = actions.set_venue(actor=actor, unit=unit, area=area, told=told, venue=row, at=moment(request))  # fmt: skip
        if made is not None and not form.errors:
            messages.success(request, gettext("Kept. Households may book it."))
            return redirect("living:bookings", made.pk)
    label = gettext("Settings") if row else gettext("Set up a place to book")
    back = reverse("living:bookings", args=[row.pk]) if row else reverse("living:desk_venues")
    return render(request, "living/desk/plain_form.html", {"form": form, "label": label, "said": "", "back": back, "up": row.name if row else gettext("Bookings")})  # fmt: skip


@require_POST
@only(Kind.STAFF)
def closing(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.close_venue")
    count = actions.close_venue(actor=actor, venue=selectors.venue(actor, pk), at=moment(request))
    messages.success(request, gettext("Closed. %(n)d bookings were given back and told.") % {"n": count})  # fmt: skip
    return redirect("living:desk_venues")
