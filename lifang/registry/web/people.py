"""People at the desk: found, masked, with where each value is from; one field in the clear for a purpose."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.web.views import only
from lifang.orgs.selectors import place_name
from lifang.registry import actions, selectors
from lifang.registry.catalogue import ELEMENTS, TIES, Element, policy
from lifang.registry.models import Person, Tie
from lifang.registry.selectors import Work
from lifang.registry.web import forms, shown
from lifang.registry.web.tables import PersonTable

Facts = dict[str, Any]
MOST_LOOKS = 20


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def people(request: HttpRequest) -> HttpResponseBase:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = selectors.with_homes(actor, selectors.persons(actor))
    return PersonTable(request, rows).response("registry/desk/people.html", {"tab": "people"})


@require_GET
@only(Kind.STAFF)
def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    at = request.at  # type: ignore[attr-defined]
    found = selectors.person(actor, pk)
    today = localtime(at).date()
    context: Facts = {
        "person": found,
        "place": place_name(found.area, 3),
        "age": found.age(today),
        "facts": shown.facts(actor, selectors.known(actor, found, today)),
        "may_look": actor.may("registry.unmask", found.area),
        "homes": _homes(actor, found),
        "tags": [(shown.tag_name(one.tag), one) for one in selectors.taggings(actor, found)],
        "ties": [_tie(one, found) for one in selectors.ties_of(actor, found)],
        "looks": selectors.looks_at(actor, found)[:MOST_LOOKS],
        "doubles": selectors.doubles(actor, found),
    }
    return render(request, "registry/desk/person.html", context)


def _homes(actor: Actor, found: Person) -> list[Facts]:
    rows = list(selectors.memberships(actor, found))
    homes = selectors.homes_by_id(actor, {row.household_id for row in rows})
    return [
        {"row": row, "relation": shown.code("relation", row.relation), "home": homes.get(row.household_id),
         "door": shown.doors(homes.get(row.household_id)) or place_name(row.area, 1),
         "ended": shown.code("end", row.ended) if row.ended else ""}
        for row in rows
    ]  # fmt: skip


def _tie(one: Tie, found: Person) -> Facts:
    """Whom or what it ties to, as it may be shown."""
    name = TIES[one.kind].name if one.kind in TIES else one.kind
    other = one.other if one.person_id == found.pk else one.person
    if other is not None:
        return {"tie": one, "name": name, "to": other.name, "url": shown.person_url(other)}
    to = one.place or one.vehicle or one.facility or one.body
    return {"tie": one, "name": name, "to": str(to or ""), "url": _place_url(one)}


def _place_url(one: Tie) -> str:
    return reverse("registry:place", args=[one.place_id]) if one.place_id else ""


def _element(key: str) -> Element:
    spec = ELEMENTS.get(key)
    if spec is None or spec.of != "person":
        raise Http404
    return spec


@require_GET
@only(Kind.STAFF)
def history(request: HttpRequest, pk: UUID, element: str) -> HttpResponse:
    """The values one field had, masked."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found, spec = selectors.person(actor, pk), _element(element)
    rows = shown.past(actor, spec, selectors.history(actor, found, spec.key))
    context = {"person": found, "element": spec, "rows": rows}
    return render(request, "registry/desk/history.html", context)


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def look(request: HttpRequest, pk: UUID, element: str) -> HttpResponse:
    """One field in the clear, for a purpose and a piece of work that are kept."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    found, spec = selectors.person(actor, pk), _element(element)
    insist(None if actor.may("registry.unmask", found.area) else Refusal("not_allowed"))
    work = [(str(one.id), _work(one)) for one in selectors.work_for(actor, found, at)]
    form = forms.LookForm(request.POST if request.method == "POST" else None, work=work)
    context: Facts = {"person": found, "element": spec, "form": form}
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            given = form.cleaned_data
            chosen = UUID(given["work"]) if given["work"] else None
            value = actions.unmask(actor=actor, row=found, element=spec.key, purpose=given["purpose"], work=chosen, at=at)  # fmt: skip
            context["clear"] = shown.code(spec.codes, value) if spec.codes else value
            context["shown"] = True
    context["used"], context["budget"] = selectors.looks_today(actor, at), policy("unmask_a_day")
    status = 422 if request.method == "POST" and form.errors else 200
    response = render(request, "registry/desk/look.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _work(one: Work) -> str:
    """A piece of work in words: what, and when or where."""
    row: Any = one.subject
    if one.kind == "todo":
        title = shown.visit_kind("") if row.flow == "missed" else row.title
        return _("To-do: %(title)s, %(place)s") % {"title": title, "place": place_name(row.area, 1)}
    if one.kind == "plan":
        return _("Planned visit: %(kind)s, due on %(day)s") % {
            "kind": shown.visit_kind(row.kind),
            "day": f"{row.due_on:%Y-%m-%d}",
        }
    return _("Visit made today: %(kind)s") % {"kind": shown.visit_kind(row.kind)}
