"""Vehicles, organisations, facilities: listed, looked at, entered; and who is what to whom."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.web.forms import Form
from lifang.core.web.views import only
from lifang.orgs.selectors import place_name
from lifang.registry import actions, selectors
from lifang.registry.catalogue import TIES
from lifang.registry.models import Dog, Facility, Organisation, Tie, Vehicle
from lifang.registry.web import dog_pages, shown, thing_tables
from lifang.registry.web import thing_forms as forms
from lifang.registry.web.asking import Done, ask, may, sent
from lifang.registry.web.kinds import KINDS, NAMES, kind_of

page = require_http_methods(["GET", "POST"])
TABLES = {
    "vehicles": (thing_tables.VehicleTable, selectors.vehicles),
    "dogs": (thing_tables.DogTable, selectors.dogs),
    "organisations": (thing_tables.OrganisationTable, selectors.organisations),
    "facilities": (thing_tables.FacilityTable, selectors.facilities),
}
ADDS = {
    "vehicles": ("registry.add_vehicle", forms.VehicleForm, actions.add_vehicle),
    "dogs": ("registry.add_dog", forms.DogForm, forms.enter_dog),
    "organisations": ("registry.add_organisation", forms.OrganisationForm, actions.add_organisation),
    "facilities": ("registry.add_facility", forms.FacilityForm, actions.add_facility),
}  # fmt: skip
TITLES = {
    "vehicles": gettext_lazy("Register a vehicle"),
    "dogs": gettext_lazy("Register a dog"),
    "organisations": gettext_lazy("Register an organisation"),
    "facilities": gettext_lazy("Register a facility"),
}
# What a tie can lead to, by the word of an address.
SUBJECTS = {"vehicles": "vehicle", "dogs": "dog", "organisations": "organisation", "facilities": "facility", "places": "place", "people": "person"}  # fmt: skip

ENDS = {"person": "people", "organisation": "organisations", "other": "people", "place": "places", "vehicle": "vehicles", "dog": "dogs",
        "facility": "facilities", "body": "organisations"}  # fmt: skip


def _slug(kind: str) -> str:
    if kind not in TABLES:
        raise Http404
    return kind


@page
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def things(request: HttpRequest, kind: str) -> HttpResponseBase:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    table, rows = TABLES[_slug(kind)]
    facts: dict[str, Any] = {
        "tab": kind,
        "heading": NAMES[kind],
        "add": ADDS[kind][0],
        "title": TITLES[kind],
    }
    facts["may_add"] = actor.may(ADDS[kind][0])
    facts["may_notify"] = kind == "dogs" and actor.may("registry.notify_keepers")
    return table(request, rows(actor)).response("registry/desk/things.html", facts)  # type: ignore[operator]


@require_GET
@only(Kind.STAFF)
def thing(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """One vehicle, organisation or facility: what is known, who is what to it, since when."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = kind_of(_slug(kind)).get(actor, pk)
    today = localtime(request.at).date()  # type: ignore[attr-defined]
    context = {
        "thing": found,
        "slug": kind,
        "row": found,
        "may_look": actor.may("registry.unmask", found.area),
        "kind": kind,
        "kind_name": NAMES[kind],
        "place": place_name(found.area, 3),
        "facts": shown.facts(actor, selectors.known(actor, found, today)),
        "ties": [tie_of(one, found) for one in _ties(actor, found)],
        "may_change": actor.may("registry.change", found.area),
        "may_move": kind == "facilities" and actor.may("registry.move_facility", found.area),
        "may_tie": actor.may("registry.tie", found.area) and bool(forms.kinds_to(SUBJECTS[kind])),
        "map": _map(found),
        "dog": dog_pages.of_dog(actor, found, today) if isinstance(found, Dog) else None,
    }
    return render(request, "registry/desk/thing.html", context)


def _ties(actor: Actor, found: Any) -> list[Tie]:
    if isinstance(found, Vehicle):
        return list(selectors.keepers(actor, found))
    if isinstance(found, Dog):
        return list(selectors.dog_keepers(actor, found))
    if isinstance(found, Organisation):
        return list(selectors.people_of(actor, found))
    return list(selectors.ties_to(actor, found))


def tie_of(one: Tie, found: Any) -> dict[str, Any]:
    """The other end of a tie: a person masked, a place, an organisation."""
    name = TIES[one.kind].name if one.kind in TIES else one.kind
    other = next((end for end in ENDS if getattr(one, f"{end}_id") not in (None, found.pk)), "")
    slug, row = (ENDS[other], getattr(one, other)) if other else ("", None)
    if row is None:
        return {"tie": one, "name": name, "to": "—", "url": ""}
    kind = KINDS[slug]
    return {"tie": one, "name": name, "to": kind.title(row), "url": kind.url(row)}


def _map(found: Any) -> dict[str, Any] | None:
    if not isinstance(found, Facility) or found.lon is None or found.lat is None:
        return None
    point = {"type": "Feature", "id": str(found.pk), "geometry": {"type": "Point", "coordinates": [found.lon, found.lat]},
             "properties": {"id": str(found.pk), "number": 1, "name": found.name, "state": "open"}}  # fmt: skip
    return {"points": {"type": "FeatureCollection", "features": [point]}, "centre": [found.lon, found.lat], "zoom": 16, "areas": reverse("orgs:shapes", args=[found.area[:12]])}  # fmt: skip


@page
@only(Kind.STAFF)
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """A vehicle, an organisation, a facility enters the register."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    capability, form_class, act = ADDS[_slug(kind)]
    insist(None if actor.may(capability) else Refusal("not_allowed"))
    form = form_class(sent(request), actor=actor, capability=capability)
    back = reverse("registry:things", args=[kind])

    def do(form: Any) -> Done:
        made = act(actor=actor, at=request.at, **form.given())  # type: ignore[attr-defined,operator]
        return _("Registered."), reverse("registry:thing", args=[kind, made.pk])

    return ask(
        request,
        form,
        do,
        heading=TITLES[kind],
        go=_("Register"),
        back=back,
        trail=((NAMES[kind], back),),
    )


@page
@only(Kind.STAFF)
def position(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A facility is moved: on the map under the cross, or by its numbers."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.facility(actor, pk)
    may(actor, "registry.move_facility", found.area)
    here = {"lon": found.lon, "lat": found.lat} if found.lon is not None else {}
    form = forms.PositionForm(sent(request), initial=here)
    back = reverse("registry:thing", args=["facilities", pk])

    def do(form: Any) -> Done:
        actions.move_facility(actor=actor, facility=found, at=request.at, **form.cleaned_data)  # type: ignore[attr-defined]
        return _("Moved; where it stood before stays in its history."), back

    centre = {"centre": [found.lon, found.lat], "zoom": 17} if here else {}
    shapes = f"{reverse('orgs:shapes', args=[found.area[:12]])}?level=15"
    return ask(
        request,
        form,
        do,
        heading=_("Move on the map"),
        go=_("It stands here now"),
        back=back,
        trail=(
            (NAMES["facilities"], reverse("registry:things", args=["facilities"])),
            (str(found), back),
        ),
        lead=_(
            "Move the map until the cross lies where it stands, or write longitude and latitude (WGS-84)."
        ),
        chart={"areas": shapes, "pick": {"lat": "id_lat", "lon": "id_lon"}, **centre},
        icon="map-pin",
    )


# -- ties -------------------------------------------------------------------------------------------


@page
@only(Kind.STAFF)
def tie(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Somebody becomes something to this: found by words that stay out of the address, then chosen."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    subject = SUBJECTS.get(kind)
    if subject is None:
        raise Http404
    end = kind_of(kind)
    row = end.get(actor, pk)
    may(actor, "registry.tie", row.area)
    form = forms.TieForm(sent(request), actor=actor, subject=subject, skip=row.pk)

    def do(form: Any) -> Done:
        actions.tie(actor=actor, kind=form.cleaned_data["kind"], who=form.who, what=row, at=request.at)  # type: ignore[attr-defined]  # fmt: skip
        return _("The relation is registered."), end.url(row)

    return ask(
        request, form, do, heading=_("Register a relation: %(what)s") % {"what": end.title(row)}, go=_("Continue"),
        back=end.url(row), trail=((_("People and homes"), reverse("registry:people")), (end.title(row), end.url(row))), icon="link",
    )  # fmt: skip


class Nothing(Form):
    """Only whether."""


@page
@only(Kind.STAFF)
def tie_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The relation ends; that it was stays."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = selectors.tie(actor, pk)
    may(actor, "registry.untie", row.area)
    insist(Refusal("ended_already") if row.valid_to else None)
    slug, what = next((slug, end) for slug, end in _ends(row) if end is not None)
    one = tie_of(row, what)

    def do(form: Any) -> Done:
        actions.untie(actor=actor, tie=row, at=request.at)  # type: ignore[attr-defined]
        return _("The relation has ended; that it was stays in the history."), KINDS[slug].url(what)

    facts = [(one["name"], one["to"]), (_("Since"), f"{row.valid_from:%Y-%m-%d}")]
    return ask(
        request, Nothing(sent(request)), do, heading=_("End a relation"), go=_("End it"), back=KINDS[slug].url(what), facts=facts,
        trail=((KINDS[slug].title(what), KINDS[slug].url(what)),), icon="unlink",
    )  # fmt: skip


def _ends(row: Tie) -> tuple[tuple[str, Any], ...]:
    """What is tied to."""
    return (("places", row.place), ("vehicles", row.vehicle), ("dogs", row.dog), ("facilities", row.facility), ("organisations", row.body), ("people", row.other))  # fmt: skip
