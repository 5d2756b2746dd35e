"""What homes need: one page to answer, sums for everybody, the community's desk."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.web.forms import Form, date_input
from lifang.core.web.show import Chip
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.catalogue import NEEDS, policy
from lifang.living.models import NeedSurvey
from lifang.living.rules import needs as rules
from lifang.living.web.desk import page
from lifang.living.web.forms import COMMUNITY
from lifang.living.web.here import asking, moment, today, who
from lifang.orgs.selectors import place_name

ASK = "living.ask_needs"


class AnswerForm(Form):
    chosen = forms.MultipleChoiceField(label=gettext_lazy("What your home misses most"), widget=forms.CheckboxSelectMultiple)  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].choices = [(one.key, str(one.name)) for one in NEEDS.all()]  # type: ignore[attr-defined]


class AskForm(Form):
    area = forms.ChoiceField(label=gettext_lazy("Community"))
    until = forms.DateField(label=gettext_lazy("Answers until the end of"), widget=date_input())

    def __init__(self, *args: Any, areas: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [(area, place_name(area, 2)) for area in areas]  # type: ignore[attr-defined]


@page
@only(Kind.RESIDENT, Kind.STAFF)
def own(request: HttpRequest) -> HttpResponse:
    """The survey of the community of one's home, if one runs: a few taps, to be changed until the end."""
    actor, day = who(request), today(request)
    homes = selectors.own_homes(actor)
    asked = selectors.surveys_of_homes(actor, [one.door for one in homes], day)
    chosen = request.GET.get("home", "")
    home, survey = next((pair for pair in asked if str(pair[0].pk) == chosen), asked[0] if asked else (None, None))  # fmt: skip
    facts: dict[str, Any] = {"homes": homes, "asked": [one for one, _survey in asked], "survey": survey, "past": selectors.own_communities(actor) if actor.id else []}  # fmt: skip
    facts["past"] = [(area, place_name(area, 1)) for area in facts["past"]]
    if survey is None or home is None:
        insist(Refusal("needs_over") if request.method == "POST" else None)
        return render(request, "living/needs/own.html", facts)
    said = selectors.own_needs(actor, survey, home)
    form = AnswerForm(request.POST or None, initial={"chosen": said})
    if request.method == "POST" and form.is_valid():
        with form.refusals("chosen"):
            actions.answer_needs(actor=actor, survey=survey, home=home, chosen=form.cleaned_data["chosen"], at=moment(request))  # fmt: skip
        if not form.errors:
            messages.success(
                request, _("Counted, once for your home. You may change it until the end.")
            )
            return redirect(f"{reverse('living:needs')}?home={home.pk}")
    return render(request, "living/needs/own.html", {**facts, "form": form, "home": home, "said": said, "most": policy("needs_most"), "where": place_name(survey.area, 1)})  # fmt: skip


@require_GET
def published(request: HttpRequest, area: str) -> HttpResponse:
    """What came of the surveys of a community that have ended. Anybody may read it."""
    actor = who(request)
    name = place_name(area, 2) if area.isascii() and area.isdigit() and len(area) == COMMUNITY else ""  # fmt: skip
    insist(None if name else Refusal("not_found"))
    rows = [_told(selectors.needs(actor, one), few=True) for one in selectors.ended_surveys(actor, area, today(request))]  # fmt: skip
    return render(request, "living/needs/published.html", {"name": name, "area": area, "surveys": rows})  # fmt: skip


@page
@only(Kind.STAFF)
def desk(request: HttpRequest) -> HttpResponse:
    """The community's surveys, and a new one."""
    actor = asking(request, ASK)
    areas = sorted({grant.area[:COMMUNITY] for grant in actor.grants if ASK in grant.capabilities and len(grant.area) >= COMMUNITY})  # fmt: skip
    form = AskForm(request.POST or None, areas=areas)
    if request.method == "POST" and form.is_valid():
        made = None
        with form.refusals("until"):
            made = actions.ask_needs(actor=actor, at=moment(request), **form.cleaned_data)
        if made is not None and not form.errors:
            messages.success(request, _("Asked. Every home reads it on its own page."))
            return redirect("living:desk_survey", made.pk)
    rows = [(one, place_name(one.area, 1), _chip(one, request)) for one in selectors.need_surveys(actor)[:30]]  # fmt: skip
    return render(request, "living/needs/desk.html", {"form": form, "rows": rows})


@require_GET
@only(Kind.STAFF)
def survey(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Its sums as they stand."""
    actor = asking(request, ASK)
    found = selectors.need_survey(actor, pk)
    runs = rules.runs(found.until, found.ended_at, today(request))
    told = _told(selectors.needs(actor, found))
    return render(request, "living/needs/survey.html", {**told, "name": place_name(found.area, 1), "chip": _chip(found, request), "runs": runs, "public": reverse("living:community_needs", args=[found.area])})  # fmt: skip


@require_POST
@only(Kind.STAFF)
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = asking(request, "living.end_needs")
    actions.end_needs(actor=actor, survey=selectors.need_survey(actor, pk), at=moment(request))
    messages.success(request, _("Ended. The sums are published."))
    return redirect("living:desk_survey", pk)


def asked(actor: Actor, request: HttpRequest) -> NeedSurvey | None:
    """A survey that one's home has not answered yet."""
    day = today(request)
    for one in selectors.own_homes(actor):
        found = selectors.running_survey(actor, one.door, day)
        if found and not selectors.own_needs(actor, found, one.door):
            return found
    return None


def _chip(one: NeedSurvey, request: HttpRequest) -> Chip:
    runs = rules.runs(one.until, one.ended_at, today(request))
    return Chip("progress", _("Running")) if runs else Chip("done", _("Ended"))


def _told(found: selectors.Needs, *, few: bool = False) -> dict[str, Any]:
    """Sums in words; for everybody, so few homes are not told exactly."""
    rows = [
        {
            "need": NEEDS[one.need], "homes": one.homes, "few": rules.FEW if few and one.few else 0, "share": "" if few and one.few else f"{one.share:.0%}",
            "reached": "" if one.reached is None else f"{one.reached:.0%}", "candidate": one.candidate,
        }
        for one in found.rows
    ]  # fmt: skip
    return {"survey": found.survey, "answered": found.answered, "rate": f"{found.rate:.1%}", "rows": rows}  # fmt: skip
