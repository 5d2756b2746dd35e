"""People at the desk: found, masked, with where each value is from; one field in the clear for a purpose."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.web.views import only
from lifang.orgs.selectors import place_name
from lifang.registry import actions, selectors
from lifang.registry.catalogue import policy
from lifang.registry.models import Person
from lifang.registry.selectors import Work
from lifang.registry.web import forms, shown
from lifang.registry.web.kinds import element_of, kind_of
from lifang.registry.web.tables import PersonTable
from lifang.registry.web.things import tie_of

Facts = dict[str, Any]
MOST_LOOKS = 20


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def people(request: HttpRequest) -> HttpResponseBase:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = selectors.with_homes(actor, selectors.persons(actor))
    facts = {"tab": "people", "may_enter": actor.may("registry.move_in"), "keeps_restricted": selectors.keeps_restricted(actor)}  # fmt: skip
    return PersonTable(request, rows).response("registry/desk/people.html", facts)


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
        "today": today,
        "facts": shown.facts(actor, selectors.known(actor, found, today)),
        "slug": "people",
        "row": found,
        "may_look": actor.may("registry.unmask", found.area),
        "may_read": actor.may("registry.read_story", found.area),
        **_may(actor, found),
        "may_move": found.valid_to is None and actor.may("registry.move_in", found.area),
        "homes": _homes(actor, found),
        "tags": [(shown.tag_name(one.tag), one) for one in selectors.taggings(actor, found)],
        "merges": [one for one in selectors.merges(actor, found) if one.undone_at is None],
        "ties": [tie_of(one, found) for one in selectors.ties_of(actor, found)],
        "looks": selectors.looks_at(actor, found)[:MOST_LOOKS],
        "doubles": selectors.doubles(actor, found),
    }
    return render(request, "registry/desk/person.html", context)


def _may(actor: Actor, found: Person) -> Facts:
    """What this reader may do with a living record."""
    living = found.valid_to is None
    names = {
        "may_change": "change",
        "may_tag": "tag",
        "may_restrict": "restrict",
        "may_tie": "tie",
        "may_merge": "merge",
        "may_undo": "undo_merge",
    }
    return {
        key: living and actor.may(f"registry.{name}", found.area) for key, name in names.items()
    }


def _homes(actor: Actor, found: Person) -> list[Facts]:
    rows = list(selectors.memberships(actor, found))
    homes = selectors.homes_by_id(actor, {row.household_id for row in rows})
    return [
        {"row": row, "relation": shown.code("relation", row.relation), "home": homes.get(row.household_id),
         "door": shown.doors(homes.get(row.household_id)) or place_name(row.area, 1),
         "ended": shown.code("end", row.ended) if row.ended else ""}
        for row in rows
    ]  # fmt: skip


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def look(request: HttpRequest, kind: str, pk: UUID, element: str) -> HttpResponse:
    """One field in the clear, for a purpose and a piece of work that are kept."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    thing = kind_of(kind)
    found, spec = thing.get(actor, pk), element_of(thing, element)
    insist(None if actor.may("registry.unmask", found.area) else Refusal("not_allowed"))
    work = [(str(one.id), work_told(one)) for one in selectors.work_for(actor, found, at)]
    form = forms.LookForm(request.POST if request.method == "POST" else None, work=work)
    context: Facts = {
        "title": thing.title(found),
        "back": thing.url(found),
        "element": spec,
        "form": form,
    }
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


def work_told(one: Work) -> str:
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
