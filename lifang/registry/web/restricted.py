"""The restricted register at the desk: numbers for its named viewers, records only for a purpose and a piece of work."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lifang.core.access import Actor, Kind
from lifang.core.web.forms import Form, date_input
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs
from lifang.orgs.selectors import place_name
from lifang.registry import actions, selectors
from lifang.registry.catalogue import PURPOSES, RESTRICTED, policy
from lifang.registry.models import RestrictedRecord
from lifang.registry.selectors import Work
from lifang.registry.terms import RESTRICTED_PURPOSES
from lifang.registry.web import shown
from lifang.registry.web.asking import Done, ask, may, sent

page = require_http_methods(["GET", "POST"])
MOST_LOOKS = 20


def name_of(group: str) -> Any:
    known = RESTRICTED.get(group)
    return known.name if known else group


def _unkept(response: HttpResponse) -> HttpResponse:
    """No browser and nothing on the way keeps such a page."""
    response["Cache-Control"] = "no-store"
    return response


# -- numbers, and a look ----------------------------------------------------------------------------


@require_GET
@only(Kind.STAFF)
def groups(request: HttpRequest) -> HttpResponse:
    """Each group, with numbers alone."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = localtime(request.at).date()  # type: ignore[attr-defined]
    found = selectors.restricted_groups(actor, today)
    context = {
        "rows": [{"group": one, "known": RESTRICTED[one.key]} for one in found],
        "all": sum(one.records for one in found),
        "may_enter": actor.may("registry.restrict"),
        "unconfirmed": any(not one.confirmed for one in RESTRICTED),
    }
    return _unkept(render(request, "registry/desk/restricted.html", context))


class StoreForm(Form):
    purpose = forms.ChoiceField(
        label=gettext_lazy("What do you look for?"), widget=forms.RadioSelect,
        choices=lambda: [(key, PURPOSES[key].name) for key in RESTRICTED_PURPOSES],
    )  # fmt: skip
    work = forms.ChoiceField(label=gettext_lazy("For which piece of work?"), required=False)
    area = forms.ChoiceField(
        label=gettext_lazy("In which part of your area?"), required=False,
        help_text=gettext_lazy("In an emergency without a piece of work everybody of the group is shown; choose a part, and only those who live there are."),
    )  # fmt: skip

    elements = {"area": ""}

    def __init__(self, *args: Any, work: list[tuple[str, Any]], parts: dict[str, str], **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["work"].choices = [("", _("None of these")), *work]  # type: ignore[attr-defined]
        self.fields["work"].help_text = _("Only those of the group whom it concerns are shown: the household of a visit, the area of a to-do.")  # fmt: skip
        self.fields["area"].choices = [("", _("All of it")), *parts.items()]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {**said, "work": UUID(said["work"]) if said["work"] else None}


@page
@only(Kind.STAFF)
def group(request: HttpRequest, group: str) -> HttpResponse:
    """One group: records of it for a purpose and a piece of work, each look kept; and who looked."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    today = localtime(at).date()
    found = selectors.restricted_group(actor, group, today)
    form = StoreForm(sent(request), work=_work(actor, at), parts=orgs.parts_of(actor))
    context: dict[str, Any] = {"group": found, "known": RESTRICTED[group], "form": form}
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            rows = actions.look_restricted(actor=actor, group=group, at=at, **form.given())
            context["shown"], context["rows"] = True, [_row(one, today) for one in rows]
            context["purpose"] = PURPOSES[form.cleaned_data["purpose"]].name
            context["may_end"] = actor.may("registry.unrestrict")
    context["looks"] = _looks(actor, group)
    context["used"], context["budget"] = selectors.looks_today(actor, at), policy("unmask_a_day")
    status = 422 if form.errors else 200
    return _unkept(render(request, "registry/desk/restricted_group.html", context, status=status))


def _looks(actor: Actor, group: str) -> list[tuple[Any, str, Any]]:
    """Who looked, for which office and what."""
    rows = list(selectors.restricted_looks(actor, group)[:MOST_LOOKS])
    offices = {key: selectors.office_name(actor, key) for key in {one.office for one in rows}}
    known = {one.key: one.name for one in PURPOSES}
    return [(one, offices[one.office], known.get(one.purpose, one.purpose)) for one in rows]


def _row(one: actions.Shown, today: date) -> dict[str, Any]:
    who = one.person
    return {
        "record": one, "who": str(who.name) if who else "", "url": shown.person_url(who) if who else "",
        "place": place_name(who.area, 2) if who else "", "late": one.review_on <= today,
    }  # fmt: skip


def _work(actor: Actor, at: datetime) -> list[tuple[str, Any]]:
    """One's own work in words; a planned visit with the door, as the list of visits says it."""
    found = selectors.work_at_hand(actor, at)
    homes = selectors.homes_by_id(actor, {one.subject.household_id for one in found if one.kind != "todo"})  # type: ignore[union-attr]  # fmt: skip
    return [(str(one.id), _said(one, homes)) for one in found]


def _said(one: Work, homes: dict[UUID, Any]) -> str:
    row: Any = one.subject
    if one.kind == "todo":
        title = shown.visit_kind("") if row.flow == "missed" else row.title
        return _("To-do: %(title)s, %(place)s") % {"title": title, "place": place_name(row.area, 1)}
    home = homes.get(row.household_id)
    told = {"kind": shown.visit_kind(row.kind), "door": shown.door(home) if home else "—"}
    if one.kind == "plan":
        return _("Planned visit: %(kind)s, due on %(day)s, %(door)s") % {**told, "day": f"{row.due_on:%Y-%m-%d}"}  # fmt: skip
    return _("Visit made today: %(kind)s, %(door)s") % told


# -- entered, reviewed, handed over, ended ----------------------------------------------------------


class EnterForm(Form):
    group = forms.ChoiceField(label=gettext_lazy("Which restricted group?"))
    basis = forms.CharField(
        label=gettext_lazy("Decision or document on which it stands"), max_length=200,
        help_text=gettext_lazy("Its kind, number and day. Without it nobody is entered."),
    )  # fmt: skip
    detail = forms.CharField(
        label=gettext_lazy("What its viewers have to know"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept sealed; shown for a purpose alone."),
    )  # fmt: skip
    viewers = forms.MultipleChoiceField(
        label=gettext_lazy("Named viewers beside you"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("At most four more, as few as possible. Nobody else learns even that there is something."),
    )  # fmt: skip
    review_on = forms.DateField(
        label=gettext_lazy("To be reviewed by"), required=False, widget=date_input(),
        help_text=gettext_lazy("Left empty: as late as the group allows."),
    )  # fmt: skip

    elements = {"group": "", "basis": "", "detail": "", "viewers": "", "review_on": ""}

    def __init__(self, *args: Any, viewers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [  # type: ignore[attr-defined]
            (one.key, _("%(name)s · %(basis)s · review within %(n)d days") % {"name": one.name, "basis": one.basis, "n": one.review_days})
            for one in RESTRICTED
        ]  # fmt: skip
        self.fields["viewers"].choices = viewers  # type: ignore[attr-defined]


def _colleagues(actor: Actor, area: str, at: datetime) -> list[tuple[str, str]]:
    found = selectors.lookers(actor, area, at)
    return [(f"account:{one.pk}", str(one)) for one in found if one.pk != actor.id]


@page
@only(Kind.STAFF)
def enter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Somebody is entered, on a named ground, for named viewers, until a day of review."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    found = selectors.person(actor, pk)
    may(actor, "registry.restrict", found.area)
    form = EnterForm(sent(request), viewers=_colleagues(actor, found.area, at))
    back = shown.person_url(found)

    def do(form: Any) -> Done:
        actions.restrict(actor=actor, person=found, at=at, **form.cleaned_data)
        return _("Entered. It stands on no other page; its viewers see it for a purpose."), reverse("registry:restricted")  # fmt: skip

    return _unkept(ask(
        request, form, do, heading=_("Enter into a restricted group: %(who)s") % {"who": found.name}, go=_("Enter"), back=back,
        trail=((_("People and homes"), reverse("registry:people")), (found.name, back)), icon="lock",
        lead=_("In no search, list, map, screen, export or interface. Only the viewers named here see it, for a purpose and a piece of work, and each look is kept."),
    ))  # fmt: skip


def _held(request: HttpRequest, pk: UUID, capability: str) -> tuple[Actor, RestrictedRecord]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = selectors.restricted_record(actor, pk)
    may(actor, capability, None)
    return actor, row


def _about(row: RestrictedRecord) -> dict[str, Any]:
    """What the small pages say of a record: never whom it is about."""
    known = RESTRICTED.get(row.group)
    back = reverse("registry:restricted_group", args=[row.group])
    return {
        "back": back,
        "trail": ((_("Restricted register"), reverse("registry:restricted")), (name_of(row.group), back)),
        "facts": [
            (_("Group"), name_of(row.group)),
            (_("Law"), known.basis if known else "—"),
            (_("Entered on"), f"{localtime(row.valid_from):%Y-%m-%d}"),
            (_("To be reviewed by"), f"{row.review_on:%Y-%m-%d}"),
        ],
    }  # fmt: skip


def _home() -> str:
    return reverse("registry:restricted")  # the group may be empty now


class Nothing(Form):
    """Only whether."""


@page
@only(Kind.STAFF)
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The person no longer belongs to it."""
    actor, row = _held(request, pk, "registry.unrestrict")

    def do(form: Any) -> Done:
        actions.unrestrict(actor=actor, record=row, at=request.at)  # type: ignore[attr-defined]
        return _("The record has ended; nobody looks at it any more."), _home()

    return _unkept(ask(
        request, Nothing(sent(request)), do, heading=_("End a restricted record"), go=_("End it"), icon="circle-x", **_about(row),
        lead=_("The ground is gone. The record and who looked at it are kept for their term, then they go."),
    ))  # fmt: skip


class ReviewForm(Form):
    review_on = forms.DateField(label=gettext_lazy("To be reviewed again by"), widget=date_input())

    elements = {"review_on": ""}


@page
@only(Kind.STAFF)
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The ground was looked at: it still holds."""
    actor, row = _held(request, pk, "registry.review_restricted")
    at = request.at  # type: ignore[attr-defined]
    known = RESTRICTED.get(row.group)
    latest = localtime(at).date() + timedelta(days=known.review_days if known else 1)
    form = ReviewForm(sent(request), initial={"review_on": latest})

    def do(form: Any) -> Done:
        actions.review_restricted(actor=actor, record=row, at=at, **form.cleaned_data)
        return _("Reviewed; it is still so."), _home()

    return _unkept(ask(
        request, form, do, heading=_("Review a restricted record"), go=_("It is still so"), icon="checks", **_about(row),
        lead=_("You have looked at the decision or document, and it still holds."),
    ))  # fmt: skip


class ViewersForm(Form):
    viewers = forms.MultipleChoiceField(
        label=gettext_lazy("Named viewers"), widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("At least one, at most five. Whoever is not ticked sees nothing from now on, you too."),
    )  # fmt: skip

    elements = {"viewers": ""}

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["viewers"].choices = choices  # type: ignore[attr-defined]


@page
@only(Kind.STAFF)
def viewers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Others see it from now on."""
    actor, row = _held(request, pk, "registry.name_viewers")
    at = request.at  # type: ignore[attr-defined]
    me = (actor.holder, actor.name)
    named = selectors.restricted_colleagues(actor, row, at)
    choices = [me, *((f"account:{one.pk}", str(one)) for one in named if one.pk != actor.id)]
    form = ViewersForm(sent(request), choices=choices, initial={"viewers": row.viewers})

    def do(form: Any) -> Done:
        actions.name_viewers(actor=actor, record=row, at=at, **form.cleaned_data)
        return _("The viewers are named."), _home()

    return _unkept(ask(
        request, form, do, heading=_("Name the viewers of a restricted record"), go=_("Name them"), icon="users", **_about(row),
        lead=_("This record ends and one for its new viewers begins; who looked before stays written down."),
    ))  # fmt: skip
