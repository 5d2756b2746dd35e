"""Who stands in for whom, and who is on watch."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.db.models import DateTimeField, Value
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from lifang.core.access import Actor
from lifang.core.sheets.declare import SHEETS
from lifang.core.site import site
from lifang.core.web.forms import Form, date_input
from lifang.core.web.htmx import page
from lifang.orgs import actions, selectors
from lifang.orgs.catalogue import SPANS
from lifang.orgs.terms import WATCH_NAMES, WatchRole
from lifang.orgs.web.desk.areas import staff
from lifang.orgs.web.forms import AreaField, area_list
from lifang.orgs.web.standing_tables import DeputyTable, WatchTable
from lifang.orgs.web.tables import post_name

Facts = dict[str, Any]


def _login() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Login of the colleague"),
        max_length=64,
        widget=forms.TextInput(attrs={"list": "colleagues", "autocomplete": "off"}),
        help_text=gettext_lazy("Type a name or a login and choose from the list."),
    )


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=date_input())


class DeputyForm(Form):
    login = _login()
    since = _day(gettext_lazy("First day"))
    until = _day(gettext_lazy("Last day"))


class WatchForm(Form):
    area = AreaField(required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), required=False)
    day = _day(gettext_lazy("Day"))
    span = forms.ChoiceField(label=gettext_lazy("Part of the day"))
    login = _login()
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), widget=forms.RadioSelect, initial=WatchRole.WATCH.value
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        within = selectors.home_of(actor)[:6]
        units = [(str(one.pk), str(one.name)) for one in selectors.units(actor, area=within)]
        self.fields["unit"].choices = [("", "—"), *units]  # type: ignore[attr-defined]
        self.fields["span"].choices = [  # type: ignore[attr-defined]
            (one.key, f"{one.name} {one.start}–{one.end}") for one in SPANS
        ]
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.value, str(name)) for role, name in WATCH_NAMES.items()
        ]

    def clean(self) -> Facts:
        given: Facts = super().clean() or self.cleaned_data
        if not given.get("area") and not given.get("unit"):
            raise forms.ValidationError(_("Choose an area or a unit."))
        return given


@require_http_methods(["GET", "POST"])
@staff
def deputies(request: HttpRequest) -> HttpResponseBase:
    actor, at = request.actor, request.at  # type: ignore[attr-defined]

    rows = selectors.deputies(actor).annotate(now=Value(at, DateTimeField()))
    return DeputyTable(request, rows).response("orgs/deputies.html", {"heading": _("Deputies")})


@require_http_methods(["GET", "POST"])
@staff
def new_deputy(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    posting = selectors.posting(actor, pk)
    form = DeputyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with form.refusals():
            made = actions.name_deputy(
                actor=actor, posting=posting, account=_colleague(actor, given["login"]), since=_morning(given["since"]),
                until=_morning(given["until"] + timedelta(days=1)), at=at,
            )  # fmt: skip
            words = {"deputy": made.account.name, "absent": posting.account.name}
            messages.success(request, _("%(deputy)s stands in for %(absent)s.") % words)
            return redirect("orgs:deputies")
    place = posting.unit.name if posting.unit else selectors.place_name(posting.area)
    words = {"name": posting.account.name, "post": post_name(posting.post), "place": str(place)}
    context = {
        "heading": _("Name a deputy"),
        "lead": _("For %(name)s, %(post)s, %(place)s.") % words,
        "note": _("The deputy gets the rights of this post for these days and nothing more, hears what is told to its holder, and both names stand in the log."),
        "form": form, "button": _("Name the deputy"), "back": "orgs:postings", "colleagues": _colleagues(actor, at),
    }  # fmt: skip
    return page(request, "orgs/standing_form.html", context)


@require_POST
@staff
def deputy_ends(request: HttpRequest) -> HttpResponse:
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    rows = list(DeputyTable.selected(request, selectors.deputies(actor)))
    for row in rows:
        actions.end_deputy(actor=actor, deputy=row, at=at)
    messages.success(request, _("%(count)d ended.") % {"count": len(rows)})
    return redirect("orgs:deputies")


@require_http_methods(["GET", "POST"])
@staff
def roster(request: HttpRequest) -> HttpResponseBase:
    """Who is on watch now, then the plan from today on."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    rows = selectors.watches(actor)
    if not any(key.startswith("starts_at") for key in request.GET):
        rows = rows.filter(ends_at__gt=at)
    now = [
        {"row": one, "place": one.unit.name if one.unit else selectors.place_name(one.area), "role": WATCH_NAMES[WatchRole(one.role)]}
        for one in selectors.watches(actor).filter(starts_at__lte=at, ends_at__gt=at).order_by("area", "role")[:20]
    ]  # fmt: skip
    context = {
        "now": now,
        "may": actor.may("orgs.set_roster"),
        "sheet": SHEETS["orgs.roster"].may(actor),
    }
    return WatchTable(request, rows).response("orgs/roster.html", context)


@require_http_methods(["GET", "POST"])
@staff
def new_watch(request: HttpRequest) -> HttpResponse:
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    form = WatchForm(request.POST or None, actor=actor, initial={"day": localtime(at).date()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with form.refusals():
            unit = selectors.unit(actor, given["unit"]) if given["unit"] else None
            row = actions.WatchRow(
                _colleague(actor, given["login"]), "" if unit else given["area"], unit, given["day"], given["span"],
                WatchRole(given["role"]),
            )  # fmt: skip
            area = unit.area if unit else given["area"]
            (made,) = actions.set_roster(actor=actor, rows=[row], area=area, at=at)
            messages.success(request, _("%(name)s is on the roster.") % {"name": made.account.name})
            return redirect("orgs:roster")
    context = {
        "heading": _("Enter a watch"),
        "note": _("The roster is a plan. Nobody checks in here, and who came is not kept."),
        "form": form, "button": _("Put on the roster"), "back": "orgs:roster", "colleagues": _colleagues(actor, at),
        "areas": area_list(actor, selectors.home_of(actor)),
    }  # fmt: skip
    return page(request, "orgs/standing_form.html", context)


@require_POST
@staff
def watch_drops(request: HttpRequest) -> HttpResponse:
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    rows = list(WatchTable.selected(request, selectors.watches(actor)))
    for row in rows:
        actions.drop_watch(actor=actor, watch=row, at=at)
    messages.success(request, _("%(count)d taken off the roster.") % {"count": len(rows)})
    return redirect("orgs:roster")


def _colleague(actor: Actor, written: str) -> Any:
    """The field offers login and name."""
    return selectors.colleague(actor, written.strip().split(" ")[0])


def _colleagues(actor: Actor, at: datetime) -> list[tuple[str, str]]:
    """Login and name of those whose postings one sees: what the field offers."""
    rows = selectors.postings(actor, at=at).order_by("account__login")
    found = rows.values_list("account__login", "account__name").distinct()
    return list(found[:500])


def _morning(day: Any) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(site().timezone))
