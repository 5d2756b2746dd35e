"""The timeline of a place, of a person and of a household: what every context tells of it, within the reader's sight.

A place's stands open (`/desk/registry/places/<id>/story`); those of a person and of a household are looked at for a purpose, and
they read who did (`/desk/registry/people/<id>/story`, `/desk/registry/households/<id>/story`).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind
from lifang.core.web import story as telling
from lifang.core.web.story import Told, tells
from lifang.core.web.views import only
from lifang.registry import actions, selectors
from lifang.registry.catalogue import CORRECTION, ELEMENTS, PURPOSES, policy
from lifang.registry.models import Household, Person
from lifang.registry.web import shown
from lifang.registry.web.asking import may
from lifang.registry.web.forms import LookForm
from lifang.registry.web.people import work_told
from lifang.registry.web.things import tie_of

PERIODS = {"90": (90, gettext_lazy("90 days")), "365": (365, gettext_lazy("A year")), "all": (0, gettext_lazy("All"))}  # fmt: skip


@tells("place", "visit", gettext_lazy("Visits"), icon="home-heart", order=20)
def _visits(actor: Actor, place: Any, since: datetime | None, most: int) -> Iterator[Told]:
    for one in selectors.visits_at(actor, place, since, most):
        yield Told(one.at, shown.visit_kind(one.kind), shown.outcome(one.outcome).label)


@tells("place", "move", gettext_lazy("Moves"), icon="home-move", order=30)
def _moves(actor: Actor, place: Any, since: datetime | None, most: int) -> Iterator[Told]:
    for came in selectors.comings(actor, place, since, most, gone=False):
        yield Told(came.valid_from, _("A household moved in"), came.dwelling.number)
    for went in selectors.comings(actor, place, since, most, gone=True):
        if went.valid_to:
            yield Told(went.valid_to, _("A household moved out"), went.dwelling.number)


@tells("place", "change", gettext_lazy("Changes of the register"), icon="pencil", order=40)
def _changes(actor: Actor, place: Any, since: datetime | None, most: int) -> Iterator[Told]:
    """Which value, not what it is."""
    for one in selectors.changes_at(actor, place, since, most):
        if one.element in ELEMENTS:
            yield Told(one.seen_at, ELEMENTS[one.element].name, shown.source(one.source))


@require_GET
@only(Kind.STAFF)
def place_story(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.own_place(actor, pk)
    facts = {"spot": found, "above": shown.above(found), **_told(request, "place", found)}
    return render(request, "registry/desk/story.html", facts)


def _told(request: HttpRequest, subject: str, row: Any) -> dict[str, Any]:
    """The lines that are asked for, and what can be asked for."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    known = telling.sources(subject)
    kind = request.GET.get("kind", "")
    kind = kind if kind in {one.kind for one in known} else ""
    period = request.GET.get("period", "")
    period = period if period in PERIODS else "365"
    days = PERIODS[period][0]
    since = at - timedelta(days=days) if days else None
    lines = telling.lines(subject, actor, row, since, kind)
    return {
        "kind": kind,
        "period": period,
        "kinds": known,
        "periods": [(key, name) for key, (_days, name) in PERIODS.items()],
        "lines": lines[: telling.MOST],
        "more": len(lines) > telling.MOST,
        "most": telling.MOST,
    }


# -- a person ----------------------------------------------------------------------------------------


def _since(at: datetime, since: datetime | None) -> bool:
    return since is None or at >= since


@tells("person", "move", gettext_lazy("Moves"), icon="home-move", order=30)
def _lived(actor: Actor, person: Any, since: datetime | None, most: int) -> Iterator[Told]:
    for one in selectors.stays(actor, person)[:most]:
        door, url = one.door.address or one.door.name, reverse("registry:place", args=[one.door.pk])
        if _since(one.since, since):
            yield Told(one.since, _("Moved in"), door, url)
        if one.until and _since(one.until, since):
            yield Told(one.until, _("Moved out"), door, url)
    if _since(person.valid_from, since):
        yield Told(person.valid_from, _("Entered into the register"))
    if person.valid_to and _since(person.valid_to, since):
        yield Told(person.valid_to, _("The record ended"))


@tells("person", "visit", gettext_lazy("Visits"), icon="home-heart", order=20)
def _called_on(actor: Actor, person: Any, since: datetime | None, most: int) -> Iterator[Told]:
    for one in selectors.visits_to(actor, person, since, most):
        yield Told(one.at, shown.visit_kind(one.kind), shown.outcome(one.outcome).label, reverse("registry:household", args=[one.household_id]))  # fmt: skip


@tells("person", "change", gettext_lazy("Changes of the record"), icon="pencil", order=40)
def _written(actor: Actor, person: Any, since: datetime | None, most: int) -> Iterator[Told]:
    """Which value, not what it is."""
    for one in selectors.changes_of(actor, person, since, most):
        if one.element in ELEMENTS:
            yield Told(one.seen_at, ELEMENTS[one.element].name, shown.source(one.source), reverse("registry:history", args=["people", person.pk, one.element]))  # fmt: skip
    for merge in selectors.merges(actor, person)[:most]:
        if _since(merge.merged_at, since):
            yield Told(merge.merged_at, _("Two records became one"), _("undone") if merge.undone_at else "")  # fmt: skip


@tells("person", "correction", gettext_lazy("Corrections"), icon="message-2", order=50)
def _asked(actor: Actor, person: Any, since: datetime | None, most: int) -> Iterator[Told]:
    for one in selectors.corrections_of(actor, person, since, most):
        name = ELEMENTS[one.element].name if one.element in ELEMENTS else one.element
        state = CORRECTION().state[one.state].name
        yield Told(one.asked_at, _("Asked for a correction: %(field)s") % {"field": name}, state, reverse("registry:correction", args=[one.pk]))  # fmt: skip


@tells("person", "relation", gettext_lazy("Relations and groups"), icon="link", order=60)
def _bound(actor: Actor, person: Any, since: datetime | None, most: int) -> Iterator[Told]:
    for row in selectors.ties_of(actor, person, ended=True)[:most]:
        one = tie_of(row, person)
        for at, what in ((row.valid_from, one["name"]), (row.valid_to, _("Ended: %(what)s") % {"what": one["name"]})):  # fmt: skip
            if at and _since(at, since):
                yield Told(at, what, one["to"], one["url"])
    for tag in selectors.taggings(actor, person, ended=True)[:most]:
        name = shown.tag_name(tag.tag)
        for at, what in ((tag.valid_from, _("Entered into a group")), (tag.valid_to, _("Taken out of a group"))):  # fmt: skip
            if at and _since(at, since):
                yield Told(at, what, name)


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def person_story(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asked for a purpose; then open to this reader for a quarter of an hour."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    found = selectors.person(actor, pk)
    may(actor, "registry.read_story", found.area)
    opened = selectors.story_opened(actor, found, at)
    if opened is None or request.method == "POST":
        return _ask(request, found, "registry:person_story")
    facts = {
        "person": found,
        "opened": opened,
        "purpose": PURPOSES[opened.purpose].name if opened.purpose in PURPOSES else opened.purpose,
        **_told(request, "person", found),
    }
    return _unkept(render(request, "registry/desk/person_story.html", facts))


def _ask(request: HttpRequest, found: Person | Household, back: str) -> HttpResponse:
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    work = [(str(one.id), work_told(one)) for one in selectors.work_for(actor, found, at)]
    form = LookForm(request.POST if request.method == "POST" else None, work=work, home=isinstance(found, Household))  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            given = form.cleaned_data
            chosen = UUID(given["work"]) if given["work"] else None
            if isinstance(found, Person):
                actions.read_story(actor=actor, person=found, purpose=given["purpose"], work=chosen, at=at)  # fmt: skip
            else:
                actions.read_home_story(actor=actor, household=found, purpose=given["purpose"], work=chosen, at=at)  # fmt: skip
            return _unkept(redirect(back, found.pk))
    facts = {
        "person" if isinstance(found, Person) else "household": found,
        "form": form,
        "used": selectors.looks_today(actor, at),
        "budget": policy("unmask_a_day"),
    }
    status = 422 if form.errors else 200
    page = "person_story_asked" if isinstance(found, Person) else "household_story_asked"
    return _unkept(render(request, f"registry/desk/{page}.html", facts, status=status))


# -- a household -------------------------------------------------------------------------------------


@tells("household", "move", gettext_lazy("Moves"), icon="home-move", order=30)
def _housed(actor: Actor, household: Any, since: datetime | None, most: int) -> Iterator[Told]:
    """Where the household lived, and who joined or left it."""
    for stay in selectors.home_stays(actor, household)[:most]:
        door, url = stay.door.address or stay.door.name, reverse("registry:place", args=[stay.door.pk])  # fmt: skip
        if _since(stay.since, since):
            yield Told(stay.since, _("Moved in"), door, url)
        if stay.until and _since(stay.until, since):
            yield Told(stay.until, _("Moved out"), door, url)
    for one in selectors.members(actor, household, ended=True)[:most]:
        url = reverse("registry:person", args=[one.person_id])
        if _since(one.valid_from, since):
            yield Told(one.valid_from, _("Joined the household"), one.person.name, url)
        if one.valid_to and _since(one.valid_to, since):
            yield Told(one.valid_to, _("Left the household"), one.person.name, url)
    if household.valid_to and _since(household.valid_to, since):
        yield Told(household.valid_to, _("The household ended"))


@tells("household", "union", gettext_lazy("Unions"), icon="arrows-join-2", order=35)
def _united(actor: Actor, household: Any, since: datetime | None, most: int) -> Iterator[Told]:
    for one in selectors.joined(actor, household, since, most):
        other = one.ended_id if one.kept_id == household.pk else one.kept_id
        yield Told(one.united_at, _("Two households became one"), _("undone") if one.undone_at else "", reverse("registry:household", args=[other]))  # fmt: skip


@tells("household", "visit", gettext_lazy("Visits"), icon="home-heart", order=20)
def _visited(actor: Actor, household: Any, since: datetime | None, most: int) -> Iterator[Told]:
    for one in selectors.visits_in(actor, household, since, most):
        yield Told(one.at, shown.visit_kind(one.kind), shown.outcome(one.outcome).label)


@tells("household", "change", gettext_lazy("Changes of the record"), icon="pencil", order=40)
def _noted(actor: Actor, household: Any, since: datetime | None, most: int) -> Iterator[Told]:
    """Which value, not what it is."""
    for one in selectors.changes_in(actor, household, since, most):
        if one.element in ELEMENTS:
            yield Told(one.seen_at, ELEMENTS[one.element].name, shown.source(one.source), reverse("registry:history", args=["households", household.pk, one.element]))  # fmt: skip


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def household_story(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Asked for a purpose; then open to this reader for a quarter of an hour, as a person's."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    found = selectors.household(actor, pk)
    may(actor, "registry.read_home_story", found.area)
    opened = selectors.story_opened(actor, found, at)
    if opened is None or request.method == "POST":
        return _ask(request, found, "registry:household_story")
    facts = {
        "household": found,
        "opened": opened,
        "purpose": PURPOSES[opened.purpose].name if opened.purpose in PURPOSES else opened.purpose,
        **_told(request, "household", found),
    }
    return _unkept(render(request, "registry/desk/household_story.html", facts))


def _unkept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
