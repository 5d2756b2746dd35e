"""Somebody stands at the window with several matters: one intake, a form for each, one receipt."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lifang.affairs import actions, selectors
from lifang.affairs.actions.apply import forms_of
from lifang.affairs.catalogue import CHANNELS, GUIDES, Guide
from lifang.affairs.models import Intake
from lifang.affairs.rules import day_of
from lifang.affairs.web import shown
from lifang.affairs.web.own import acting, beside, form_for
from lifang.core.access import Actor, Kind, Refusal, Refused, insist
from lifang.core.forms import actions as filling
from lifang.core.forms.pages import REVIEW, FormPages
from lifang.core.pay.rules import yuan
from lifang.core.site import site
from lifang.core.web import private
from lifang.core.web.forms import Form
from lifang.core.web.views import only
from lifang.orgs.selectors import codes_inside, place_name
from lifang.registry import selectors as registry

Facts = dict[str, Any]
FOUND = 8


class SearchForm(Form):
    who = forms.CharField(
        label=gettext_lazy("Who is it?"), max_length=60,
        help_text=gettext_lazy("Identity number, telephone, name or pinyin; the words stay out of the address."),
    )  # fmt: skip


class MattersForm(Form):
    channel = forms.ChoiceField(label=gettext_lazy("How does it come"), widget=forms.RadioSelect)
    guides = forms.MultipleChoiceField(label=gettext_lazy("What for? As many as there are"), widget=forms.CheckboxSelectMultiple)  # fmt: skip

    despite = forms.CharField(
        label=gettext_lazy("Why it is recorded all the same"), required=False, max_length=200,
        help_text=gettext_lazy("For example: the date of birth on record is wrong; the identity card was shown."),
    )  # fmt: skip

    def __init__(self, *args: Any, asks: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        if not asks:
            del self.fields["despite"]
        else:
            self.order_fields(["despite"])
        ways = [(one.key, str(one.name)) for one in CHANNELS if one.typed_by == "staff"]
        self.fields["channel"].choices = ways  # type: ignore[attr-defined]
        self.fields["channel"].initial = "window"
        self.fields["guides"].choices = [(one.key, str(one.name)) for one in GUIDES]  # type: ignore[attr-defined]


class ElsewhereForm(MattersForm):
    called = gettext_lazy("Somebody who is not on record here")
    name = forms.CharField(label=gettext_lazy("Name of the applicant"), max_length=60)
    telephone = forms.CharField(label=gettext_lazy("Phone"), max_length=24, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"}))  # fmt: skip
    home = forms.ChoiceField(
        label=gettext_lazy("Lives in"),
        help_text=gettext_lazy("The window there gets the matter by itself, with what is filled in here; this window keeps sight of it."),
    )  # fmt: skip

    def __init__(self, *args: Any, own: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.own = own
        here = [(own, _("Not in this county, or lives here: this window does it"))]
        there = [(street, [(code, place_name(code, 1)) for code in codes]) for street, codes in _communities()]  # fmt: skip
        self.fields["home"].choices = [*here, *there]  # type: ignore[attr-defined]
        self.order_fields(["name", "telephone", "home", "channel", "guides"])


def _communities() -> list[tuple[str, list[str]]]:
    """Those of the county by street."""
    found: dict[str, list[str]] = {}
    for code in codes_inside(site().county, 12):
        found.setdefault(place_name(code[:9], 1), []).append(code)
    return list(found.items())


def _may(actor: Actor) -> None:
    insist(None if actor.may("affairs.receive") else Refusal("not_allowed"))


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def reception(request: HttpRequest) -> HttpResponse:
    """Find who it is. The words are posted."""
    actor, at = acting(request)
    _may(actor)
    form = SearchForm(request.POST if request.method == "POST" else None)
    found = None
    if request.method == "POST" and form.is_valid():
        rows = registry.find_persons(actor, form.cleaned_data["who"], FOUND)
        found = [{"person": one, "where": place_name(one.area, 2), "url": reverse("affairs:reception_of", args=[one.pk])} for one in rows]  # fmt: skip
    today = selectors.intakes(actor, day_of(at))[:10]
    return render(request, "affairs/desk/reception.html", {"form": form, "found": found, "today": today}, status=422 if form.errors else 200)  # fmt: skip


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def reception_of(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """What for: as many matters as there are, in one go; those that may fit come with what need not be brought."""
    actor, at = acting(request)
    _may(actor)
    person = registry.person(actor, pk)
    keys = [key for key in request.POST.getlist("guides") if key in GUIDES]
    unfit = any(selectors.unfit(actor, person, GUIDES[key], day_of(at)) for key in keys)
    form = MattersForm(
        request.POST if request.method == "POST" else None, asks=unfit, initial=_ticketed(actor)
    )
    if request.method == "POST" and form.is_valid():
        with form.refusals("guides"):
            made = actions.receive(actor=actor, person=person, area=person.area, at=at, **form.cleaned_data)  # fmt: skip
        if not form.errors:
            return redirect("affairs:intake", made.pk)
    if unfit:
        form.fields["despite"].required = True  # the refusal says more than "fill this in"
    told = {"form": form, "person": person, "where": place_name(person.area, 2)}
    return render(request, "affairs/desk/matters.html", told, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def elsewhere(request: HttpRequest) -> HttpResponseBase:
    """Whoever is not on record here is received all the same: any window takes any matter of the county."""
    actor, at = acting(request)
    _may(actor)
    own = next(grant.area for grant in actor.grants if "affairs.receive" in grant.capabilities)
    form = ElsewhereForm(request.POST if request.method == "POST" else None, own=own, initial=_ticketed(actor))  # fmt: skip
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        home = told.pop("home")
        area, home = (home, "") if home.startswith(own) else (own, home)
        with form.refusals("guides"):
            made = actions.receive(actor=actor, area=area, home=home, at=at, **told)
        if not form.errors:
            return redirect("affairs:intake", made.pk)
    response = render(request, "affairs/desk/elsewhere.html", {"form": form}, status=422 if form.errors else 200)  # fmt: skip
    response["Cache-Control"] = "no-store"
    return response


def _ticketed(actor: Actor) -> Facts:
    """What the ticket says that was called to one's counter."""
    mine = selectors.own_counter(actor)
    called = selectors.at_counter(actor, mine) if mine else None
    return {"guides": called.guides} if called and called.guides else {}


@require_GET
@only(Kind.STAFF)
def intake(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where this visit stands: which matters are recorded, which wait."""
    actor, at = acting(request)
    _may(actor)
    found = selectors.intake(actor, pk)
    done = {one.guide: one for one in found.applications.all()}
    rows = [
        {
            "guide": GUIDES[key], "row": done.get(key), "chip": shown.chip(done[key]) if key in done else None,
            "fee": yuan(done[key].fee) if key in done and done[key].fee else "", "url": shown.url(done[key]) if key in done else reverse("affairs:record", args=[found.pk, key]),
            "free": [] if key in done else [one.material.name for one in selectors.needs(actor, found.person, GUIDES[key], day_of(at)) if one.free],
        }
        for key in found.guides
        if key in GUIDES
    ]  # fmt: skip
    return render(request, "affairs/desk/intake.html", {"intake": found, "rows": rows, "channel": shown.channel(found.channel), "done": found.ended_at, "there": place_name(found.home, 2) if found.home else "", "ticket": selectors.ticket_of(actor, found)})  # fmt: skip


class Record(FormPages):
    """The pages of one matter of an intake: all on one page, what is known stands masked."""

    base = "web/desk.html"
    masked = True
    whole = True

    def __init__(self, request: HttpRequest, visit: Intake, guide: Guide, draft: Any) -> None:
        actor, at = acting(request)
        self.visit, self.guide = visit, guide
        super().__init__(request, form_for(actor, visit.person, guide, at), draft)

    def url(self, step: str) -> str:
        return reverse("affairs:record_step", args=[self.visit.pk, self.guide.key, step])

    def before(self) -> str:
        return reverse("affairs:intake", args=[self.visit.pk])

    def context(self, step: str) -> Facts:
        if step != REVIEW:
            return {"guide": self.guide, **beside(self, step)}
        free = [one for one in selectors.needs(self.actor, self.visit.person, self.guide, day_of(self.at)) if one.free]  # fmt: skip
        declared = [one.material.declared for one in free if one.met == "declared"]
        return {
            "guide": self.guide, "promise": "affairs/my/promise.html", "consent": "affairs/desk/consent.html", "unfit": self._unfit(), "free": [one.material.name for one in free],
            "declared": declared, "go": _("Record it"),
        }  # fmt: skip

    def done(self) -> HttpResponseBase:
        reuse = self.request.POST.get("reuse") == "1"
        despite = private.plain(self.request.POST.get("despite", ""))
        actions.record(actor=self.actor, intake=self.visit, draft=self.draft, guide=self.guide, reuse=reuse, despite=despite, at=self.at)  # fmt: skip
        messages.success(self.request, _("Recorded: %(matter)s") % {"matter": self.guide.name})
        return redirect("affairs:intake", self.visit.pk)

    def _unfit(self) -> Refusal | None:
        """What was answered speaks against it, and no word says why all the same."""
        if self.visit.despite:
            return None
        return selectors.unfit(self.actor, self.visit.person, self.guide, day_of(self.at), self.filled)  # fmt: skip


def _pages(request: HttpRequest, pk: UUID, key: str, *, begin: bool) -> Record:
    actor, at = acting(request)
    _may(actor)
    visit = selectors.intake(actor, pk)
    guide = selectors.guide(actor, key)
    subject = f"affairs:{visit.pk}:{key}"
    draft = next(iter(forms_of(actor, subject)), None)
    if draft is None and begin:
        day = day_of(at)
        known = selectors.given(actor, visit.person, day, "window") if visit.person else {}
        draft = filling.begin(actor=actor, form=guide.form, subject=subject, given=known, at=at)
    if draft is None:
        raise Refused("not_found")
    return Record(request, visit, guide, draft)


@require_GET
@only(Kind.STAFF)
def record(request: HttpRequest, pk: UUID, key: str) -> HttpResponseBase:
    return _pages(request, pk, key, begin=True).start()


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def record_step(request: HttpRequest, pk: UUID, key: str, step: str) -> HttpResponseBase:
    return _pages(request, pk, key, begin=False).run(step)


@require_GET
@only(Kind.STAFF)
def sheet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The receipt of the visit on paper: every matter with its number and promise, one code."""
    actor, _at = acting(request)
    _may(actor)
    found = selectors.intake(actor, pk)
    rows = [{"row": one, "fee": yuan(one.fee) if one.fee else ""} for one in found.applications.all()]  # fmt: skip
    return render(request, "affairs/desk/sheet.html", {"intake": found, "rows": rows, "fees": any(one["fee"] for one in rows)})  # fmt: skip
