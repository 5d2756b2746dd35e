"""Who leaves a household, who heads it, how it parts and becomes one: one question, one act."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.web.views import only
from lifang.registry import actions, selectors
from lifang.registry.models import Household, Membership
from lifang.registry.terms import HEAD
from lifang.registry.web import move_forms as forms
from lifang.registry.web import shown
from lifang.registry.web.asking import Done, ask, may, sent

page = require_http_methods(["GET", "POST"])


def _home(row: Household) -> str:
    return reverse("registry:household", args=[row.pk])


def _trail(actor: Actor, home: Household) -> tuple[tuple[Any, str], ...]:
    known = selectors.homes_by_id(actor, [home.pk]).get(home.pk, home)
    return ((_("People and homes"), reverse("registry:people")), (shown.door(known), _home(home)))


def _held(request: HttpRequest, pk: UUID, capability: str) -> tuple[Actor, Membership]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = selectors.membership(actor, pk)
    may(actor, capability, row.area)
    insist(Refusal("ended_already") if row.valid_to else None)
    return actor, row


def _others(actor: Actor, row: Membership) -> list[Membership]:
    return [one for one in selectors.members(actor, row.household) if one.pk != row.pk]


@page
@only(Kind.STAFF)
def departure(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A member leaves; when the head leaves, somebody else is the head."""
    actor, row = _held(request, pk, "registry.move_out")
    at = request.at  # type: ignore[attr-defined]
    others = _others(actor, row)
    form = forms.DepartureForm(sent(request), others=others if row.relation == HEAD else [])

    def do(form: Any) -> Done:
        ended, heir = form.cleaned_data["ended"], form.heir_row()
        actions.move_out(actor=actor, membership=row, ended=ended, heir=heir, at=at)
        if ended == "died":
            actions.end_person(actor=actor, person=row.person, ended=ended, at=at)
        return _("The move out is registered."), _home(row.household)

    lead = (
        "" if others else _("This is the last member: the home is free then, and its visits end.")
    )
    return ask(
        request, form, do, heading=_("Register a move out: %(who)s") % {"who": row.person.name}, go=_("Register the move out"),
        back=_home(row.household), trail=_trail(actor, row.household), lead=lead, icon="door-exit",
    )  # fmt: skip


@page
@only(Kind.STAFF)
def head(request: HttpRequest, pk: UUID) -> HttpResponse:
    """This member is the head from now on."""
    actor, row = _held(request, pk, "registry.name_head")
    former = next((one for one in _others(actor, row) if one.relation == HEAD), None)
    form = forms.HeadForm(sent(request), former=former)

    def do(form: Any) -> Done:
        said = form.cleaned_data.get("former") or "other_kin"
        actions.name_head(actor=actor, membership=row, former=said, at=request.at)  # type: ignore[attr-defined]
        return _("The household has another head."), _home(row.household)

    return ask(
        request, form, do, heading=_("Make the head: %(who)s") % {"who": row.person.name}, go=_("Make the head"),
        back=_home(row.household), trail=_trail(actor, row.household), icon="user-check",
    )  # fmt: skip


@page
@only(Kind.STAFF)
def renewal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A temporary resident stays longer."""
    actor, row = _held(request, pk, "registry.renew_registration")
    today = localtime(request.at).date()  # type: ignore[attr-defined]
    form = forms.RenewalForm(sent(request), today=today, until=row.expires_on)

    def do(form: Any) -> Done:
        actions.renew_registration(actor=actor, membership=row, expires_on=form.cleaned_data["expires_on"], at=request.at)  # type: ignore[attr-defined]  # fmt: skip
        return _("The registration is renewed."), _home(row.household)

    facts = [(_("Registered until"), f"{row.expires_on:%Y-%m-%d}" if row.expires_on else "—")]
    return ask(
        request, form, do, heading=_("Renew the registration: %(who)s") % {"who": row.person.name}, go=_("Renew"),
        back=_home(row.household), trail=_trail(actor, row.household), facts=facts, icon="calendar-plus",
    )  # fmt: skip


def _house(request: HttpRequest, pk: UUID, capability: str) -> tuple[Actor, Household]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.household(actor, pk)
    may(actor, capability, found.area)
    insist(Refusal("ended_already") if found.valid_to else None)
    return actor, found


@page
@only(Kind.STAFF)
def parting(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Some members keep house for themselves, behind this door or another."""
    actor, found = _house(request, pk, "registry.part")
    rows = list(selectors.members(actor, found))
    doors = [one.dwelling for one in found.doors]  # type: ignore[attr-defined]
    form = forms.PartForm(sent(request), actor=actor, rows=rows, doors=doors)

    def do(form: Any) -> Done:
        new = actions.part(actor=actor, household=found, at=request.at, **form.given())  # type: ignore[attr-defined]
        return _("They keep house for themselves now."), _home(new)

    return ask(
        request, form, do, heading=_("Part the household"), go=_("Part"), back=_home(found), trail=_trail(actor, found),
        lead=_("Who leaves keeps house for themselves from today; the first of them is the head. Uniting undoes it."), icon="arrows-split-2",
    )  # fmt: skip


@page
@only(Kind.STAFF)
def union(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another household behind the same doors joins this one."""
    actor, found = _house(request, pk, "registry.unite")
    doors = [one.dwelling for one in found.doors]  # type: ignore[attr-defined]
    near = {home.pk: home for door in doors for home in selectors.household_at(actor, door)}
    near.pop(found.pk, None)
    alone = not near and request.method == "GET"  # nothing to choose: only said, without a form
    form = forms.Nothing() if alone else forms.UnionForm(sent(request), homes=list(near.values()))

    def do(form: Any) -> Done:
        other = near[UUID(form.cleaned_data["other"])]
        joining = selectors.members(actor, other)
        said = {one.pk: form.cleaned_data["relation"] for one in joining}
        actions.unite(actor=actor, household=found, other=other, relations=said, at=request.at)  # type: ignore[attr-defined]
        return _("They are one household now."), _home(found)

    lead = _(
        "Its members join this household, the other one ends. The union can be undone on this page."
    )
    nobody = _("No other household is registered behind this door.")
    return ask(
        request, form, do, heading=_("Unite with another household"), go="" if alone else _("Unite"), back=_home(found),
        trail=_trail(actor, found), lead=lead if near else nobody, icon="arrows-join-2",
    )  # fmt: skip


@page
@only(Kind.STAFF)
def union_undoing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """They keep house apart after all."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = selectors.union(actor, pk)
    may(actor, "registry.undo_union", row.area)
    insist(Refusal("union_undone_already") if row.undone_at else None)
    found, form = selectors.household(actor, row.kept_id), forms.Nothing(sent(request))

    def do(form: Any) -> Done:
        actions.undo_union(actor=actor, union=row, at=request.at)  # type: ignore[attr-defined]
        return _("They are two households again, as they were before."), _home(found)

    lead = _(
        "Members, doors and planned visits stand as they did before the union. Visits made since then stay."
    )
    return ask(
        request, form, do, heading=_("Undo a union"), go=_("Undo the union"), back=_home(found),
        trail=_trail(actor, found), lead=lead, icon="arrow-back-up",
        facts=[*_apart(actor, row), (_("United on"), f"{localtime(row.united_at):%Y-%m-%d}")],
    )  # fmt: skip


def _apart(actor: Actor, union: Any) -> list[tuple[str, str]]:
    """Who goes back, and where to."""
    ended = selectors.household(actor, union.ended_id)
    gone = selectors.members(actor, ended, ended=True)
    names = [str(one.person.name) for one in gone if one.ended == "merged"]
    return [(_("Who goes back"), _(", ").join(names)), (_("Where to"), shown.door(ended))]
