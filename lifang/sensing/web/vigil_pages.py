"""Those who are looked after: the board of the grid, and a person's own page."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.crypto.masks import mask_name, mask_telephone
from lifang.core.web.forms import Form
from lifang.core.web.htmx import page
from lifang.core.web.nav import Nav
from lifang.core.web.show import Chip
from lifang.core.web.views import only
from lifang.orgs.selectors import place_name
from lifang.sensing import actions, selectors
from lifang.sensing.actions import Contact
from lifang.sensing.catalogue import TYPES, policy
from lifang.sensing.models import Vigil
from lifang.sensing.rules.contacts import contacts as contacts_of
from lifang.sensing.selectors import Ward
from lifang.sensing.watch.person import Being
from lifang.sensing.web import said
from lifang.sensing.web.here import asking, moment
from lifang.sensing.web.picks import (
    Picking,
    chosen_field,
    find_residents,
    the_resident,
    words_field,
)

MAY = "sensing.begin_vigil"
BEINGS = {
    Being.HOME: ("done", gettext_lazy("At home")),
    Being.QUIET: ("progress", gettext_lazy("Quiet")),
    Being.ASLEEP: ("idle", gettext_lazy("Probably asleep")),
    Being.AWAY: ("open", gettext_lazy("Went out")),
    Being.UNKNOWN: ("late", gettext_lazy("Devices silent")),
    Being.PAUSED: ("idle", gettext_lazy("Away by notice")),
}


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}))


def telephone_field(label: Any) -> forms.RegexField:
    return forms.RegexField(
        r"^[0-9+ -]{5,20}$",
        label=label,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )


class BeginForm(Picking):
    called = gettext_lazy("Look after somebody who lives alone")
    elements = {
        "contact": "person.name", "telephone": "person.emergency_contact",
        "second_contact": "person.name", "second_telephone": "person.emergency_contact",
    }  # fmt: skip
    person_words = words_field(
        gettext_lazy("Who?"), gettext_lazy("Name, number of the document, telephone or door. Of your own areas."),
        required=True,
    )  # fmt: skip
    person = chosen_field()
    purpose = forms.CharField(label=gettext_lazy("Purpose"), max_length=200)
    consent_on = day_field(gettext_lazy("Consent given on"))
    until = day_field(gettext_lazy("Until"))
    contact = forms.CharField(label=gettext_lazy("Contact"), required=False, max_length=60)
    telephone = telephone_field(gettext_lazy("Telephone of the contact"))
    second_contact = forms.CharField(label=gettext_lazy("Second contact"), required=False, max_length=60, help_text=gettext_lazy("Asked when the first does not answer; then the grid worker."))  # fmt: skip
    second_telephone = telephone_field(gettext_lazy("Telephone of the second contact"))

    def __init__(self, *args: Any, actor: Actor, given: UUID | None = None, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.finds("person", find_residents, the_resident(actor, given) if given else ())

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        facts["person"] = self.picked(
            "person", _("Nobody of this name lives at a door of your area.")
        )
        facts.pop("person_words", None)
        return facts

    def given(self) -> dict[str, Any]:
        """As the action asks for it."""
        facts = dict(self.cleaned_data)
        facts["person"], facts["place"] = facts["person"]
        facts["contacts"] = [
            Contact(facts.pop("contact"), facts.pop("telephone")),
            Contact(facts.pop("second_contact"), facts.pop("second_telephone")),
        ]
        return facts


class ContactsForm(Form):
    """What is there is not shown in the clear: a line left empty stays as it is."""

    called = gettext_lazy("Contacts of somebody who lives alone")
    elements = {
        "first_name": "person.name", "first_telephone": "person.emergency_contact",
        "second_name": "person.name", "second_telephone": "person.emergency_contact",
    }  # fmt: skip
    first_name = forms.CharField(label=gettext_lazy("Asked first"), required=False, max_length=60, help_text=gettext_lazy("Empty: as it is."))  # fmt: skip
    first_telephone = telephone_field(gettext_lazy("Telephone of the contact"))
    second_name = forms.CharField(label=gettext_lazy("Asked second"), required=False, max_length=60, help_text=gettext_lazy("Empty: as it is."))  # fmt: skip
    second_telephone = telephone_field(gettext_lazy("Telephone of the second contact"))
    swap = forms.BooleanField(label=gettext_lazy("The other way round: ask the second one first"), required=False)  # fmt: skip
    without = forms.BooleanField(label=gettext_lazy("No second contact any more"), required=False)

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        for one in ("first", "second"):
            if facts.get(f"{one}_name") and not facts.get(f"{one}_telephone"):
                self.add_error(f"{one}_telephone", _("A contact needs a number."))
        return facts

    def given(self) -> dict[str, Any]:
        facts = self.cleaned_data

        def new(one: str) -> Contact | None:
            told = facts[f"{one}_telephone"]
            return Contact(facts[f"{one}_name"], told) if told else None

        second = Contact("", "") if facts["without"] else new("second")
        return {"first": new("first"), "second": second, "swap": facts["swap"]}


class AwayForm(Form):
    since = forms.DateField(label=gettext_lazy("First day away"), required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text=gettext_lazy("Empty: from now on."))  # fmt: skip
    until = day_field(gettext_lazy("Last day away"))

    def told(self) -> dict[str, Any]:
        """From the first day on; on the morning after the last one somebody is expected again."""
        first, last = self.cleaned_data["since"], self.cleaned_data["until"] + timedelta(days=1)
        return {
            "since": make_aware(datetime(first.year, first.month, first.day)) if first else None,  # noqa: DTZ001 -- made aware here
            "until": make_aware(datetime(last.year, last.month, last.day, 8)),  # noqa: DTZ001 -- as above
        }  # fmt: skip


def _staff(request: HttpRequest) -> Actor:
    actor = asking(request)
    insist(None if actor.may("sensing.acknowledge") else Refusal("not_allowed"))
    return actor


def _line(ward: Ward) -> dict[str, Any]:
    kind, word = BEINGS[ward.being]
    return {
        "ward": ward, "chip": Chip(kind, word), "place": ward.vigil.place.address or ward.vigil.place.name,
        "area": place_name(ward.vigil.area, 2), "chain": chain(ward.vigil), "alarm_url": said.url(ward.alarm) if ward.alarm else "",
    }  # fmt: skip


@require_GET
@only(Kind.STAFF)
def board(request: HttpRequest) -> HttpResponse:
    """Whoever needs somebody first; a state each, and no timeline."""
    actor = _staff(request)
    rows = [_line(one) for one in selectors.wards(actor, moment(request))]
    return page(
        request, "sensing/desk/vigils.html",
        {"rows": rows, "may": actor.may(MAY), "stream": said.stream()}, partial="vigils",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def begin(request: HttpRequest) -> HttpResponse:
    actor = _staff(request)
    insist(None if actor.may(MAY) else Refusal("not_allowed"))
    form = BeginForm(request.POST or None, actor=actor, given=_asked(request))
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.begin_vigil(actor=actor, at=moment(request), **form.given())
            messages.success(request, _("Entered. For two weeks the limit is learnt."))
            return redirect("sensing:vigils")
    return _form(request, form, _("Look after somebody"), reverse("sensing:vigils"))


def _asked(request: HttpRequest) -> UUID | None:
    """Whose page one comes from."""
    try:
        return UUID(request.GET.get("person", ""))
    except ValueError:
        return None


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF, Kind.RESIDENT)
def absence(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Away until a day: by the person, the family, the grid worker."""
    found = _vigil(request, pk)
    form = AwayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.pause_vigil(
                actor=asking(request), vigil=found, at=moment(request), **form.told()
            )
            messages.success(request, _("Noted. Nobody is asked for until then."))
            return redirect(_home(request))
    return _form(request, form, _("Note an absence"), _home(request), of=_of(request, found))


@require_http_methods(["GET", "POST"])
@only(Kind.RESIDENT)
def absence_for(request: HttpRequest, person: UUID) -> HttpResponse:
    """A helper notes it for somebody who entrusted just this; nothing else of the home is shown."""
    actor, at = asking(request), moment(request)
    found = selectors.entrusted_vigil(actor, person, localtime(at).date())
    back = "/my/mandates"
    if found is None:
        return render(request, "web/message.html", {"heading": _("Nothing looks after them"), "back": back, "what": _("Nobody there asked to be looked after by devices, so no absence need be noted.")})  # fmt: skip
    form = AwayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals("until"):
            actions.pause_vigil(actor=actor, vigil=found, at=at, **form.told())
            return render(request, "web/message.html", {"heading": _("Noted"), "back": back, "what": _("Nobody is asked for on these days; on the morning after, the devices look after them again.")})  # fmt: skip
    response = _form(request, form, _("Note an absence"), back, _("Acting for one another"))
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF, Kind.RESIDENT)
def contacts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who is asked before the grid worker, and in which order."""
    found = _vigil(request, pk)
    insist(None if asking(request).may("sensing.set_contacts") else Refusal("not_allowed"))
    form = ContactsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.set_contacts(
                actor=asking(request), vigil=found, at=moment(request), **form.given()
            )
            messages.success(request, _("Noted. From now on they are asked in this order."))
            return redirect(_home(request))
    response = _form(
        request,
        form,
        _("Contacts and their order"),
        _home(request),
        chain=chain(found),
        of=_of(request, found),
    )
    response["Cache-Control"] = "no-store"
    return response


def chain(vigil: Vigil) -> dict[str, Any]:
    """Who is asked, masked, and how long each has to answer."""
    asked = [(mask_name(one.name), mask_telephone(one.telephone)) for one in contacts_of(vigil)]  # fmt: skip
    return {"asked": asked, "minutes": policy("contact_minutes")}


@require_POST
@only(Kind.STAFF, Kind.RESIDENT)
def homecoming(request: HttpRequest, pk: UUID) -> HttpResponse:
    actions.resume_vigil(actor=asking(request), vigil=_vigil(request, pk), at=moment(request))
    messages.success(request, _("Noted. The devices look after you again."))
    return redirect(_home(request))


@require_POST
@only(Kind.STAFF, Kind.RESIDENT)
def ending(request: HttpRequest, pk: UUID) -> HttpResponse:
    actions.end_vigil(actor=asking(request), vigil=_vigil(request, pk), at=moment(request))
    messages.success(request, _("It has ended; what was learnt is deleted."))
    return redirect(_home(request))


@require_GET
@only(Kind.RESIDENT)
def mine(request: HttpRequest) -> HttpResponse:
    """My devices, my notice of absence, and where to read who looked."""
    actor = asking(request)
    wards = selectors.wards(actor, moment(request))
    rows = [
        {**_line(one), "devices": [(device, TYPES[device.type].name) for device in selectors.devices_of(actor, one.vigil)]}
        for one in wards
    ]  # fmt: skip
    response = render(
        request,
        "sensing/my/devices.html",
        {"rows": rows, "today": localtime(moment(request)).date() + timedelta(days=1)},
    )
    response["Cache-Control"] = "no-store"
    return response


def _of(request: HttpRequest, found: Vigil) -> str:
    """Whose, for staff who look after many; masked."""
    if asking(request).kind is Kind.RESIDENT:
        return ""
    return f"{found.person.name} · {found.place.address or found.place.name}"


def _vigil(request: HttpRequest, pk: UUID) -> Vigil:
    actor = asking(request)
    if actor.kind is Kind.STAFF:
        _staff(request)
    return selectors.vigil(actor, pk)


def _home(request: HttpRequest) -> str:
    return reverse(
        "sensing:my_devices" if asking(request).kind is Kind.RESIDENT else "sensing:vigils"
    )


def _form(
    request: HttpRequest, form: Form, heading: str, back: str, up: str = "", **more: Any
) -> HttpResponse:
    """`up`: the page one comes from, in the reader's own words."""
    at_desk = asking(request).kind is not Kind.RESIDENT
    context = {
        "form": form,
        "heading": heading,
        "back": back,
        "up": up or (_("Looked after") if at_desk else _("My devices")),
        "base": "web/desk.html" if at_desk else "web/public.html",
        **more,
    }
    if at_desk:  # its address is no desk's; the rail beside it is
        context["nav"] = Nav(request, "desk")
    return render(request, "sensing/vigil_form.html", context, status=422 if form.errors else 200)
