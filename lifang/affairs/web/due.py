"""Who may be due something and does not claim it; from here a visit or an application begins."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lifang.affairs import actions, selectors
from lifang.affairs.catalogue import BENEFITS, GUIDES
from lifang.affairs.rules import day_of
from lifang.affairs.web.own import acting
from lifang.affairs.web.tables import areas_of
from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.web.forms import Form
from lifang.core.web.views import only
from lifang.orgs.selectors import place_name


class DueForm(Form):
    area = forms.ChoiceField(label=gettext_lazy("Where it is done"))
    purpose = forms.ChoiceField(
        label=gettext_lazy("What for"), widget=forms.RadioSelect,
        choices=[("visit", gettext_lazy("To visit them and tell them")), ("case", gettext_lazy("To begin the application with them"))],
    )  # fmt: skip

    def __init__(self, *args: object, areas: dict[str, str], **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["area"].choices = list(areas.items())  # type: ignore[attr-defined]


def _may(actor: Actor) -> None:
    insist(None if actor.may("affairs.find_due") else Refusal("not_allowed"))


@require_GET
@only(Kind.STAFF)
def benefits(request: HttpRequest) -> HttpResponse:
    """Each benefit with how many it may be due to: numbers, nobody's name."""
    actor, at = acting(request)
    _may(actor)
    area = next(iter(areas_of(actor, "affairs.find_due")))
    rows = [{"benefit": one, "guide": GUIDES[one.guide], "count": n} for one, n in selectors.due_counts(actor, area, day_of(at))]  # fmt: skip
    return render(request, "affairs/due/benefits.html", {"rows": rows, "where": place_name(area, 2)})  # fmt: skip


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def benefit(request: HttpRequest, key: str) -> HttpResponse:
    """Who they are, for a purpose."""
    actor, at = acting(request)
    _may(actor)
    one = BENEFITS.get(key)
    if one is None:
        raise Http404
    form = DueForm(
        request.POST if request.method == "POST" else None,
        areas=areas_of(actor, "affairs.find_due"),
    )
    facts = {"benefit": one, "guide": GUIDES[one.guide], "form": form, "may_receive": actor.may("affairs.receive")}  # fmt: skip
    if request.method == "POST" and form.is_valid():
        found = actions.find_due(actor=actor, benefit=one, at=at, **form.cleaned_data)
        facts["rows"] = [{"person": row, "age": row.age(day_of(at)), "where": place_name(row.area, 2)} for row in found]  # fmt: skip
    response = render(request, "affairs/due/benefit.html", facts, status=422 if form.errors else 200)  # fmt: skip
    response["Cache-Control"] = "no-store"
    return response
