"""Those who agreed to help are called up to a case: who would get what by which way, before anything is sent."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lifang.cases import selectors
from lifang.cases.models import Case
from lifang.cases.terms import OPEN
from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.web.forms import Form
from lifang.core.web.panels import Filling, panel
from lifang.core.web.show import Chip
from lifang.core.web.views import only
from lifang.orgs.selectors import names_of, place_name
from lifang.registry import actions as registry
from lifang.registry import selectors as register
from lifang.registry.catalogue import TAGS
from lifang.registry.terms import Way

CALL = "registry.call_up"
STREET, COMMUNITY, GRID = 9, 12, 15
WAYS = {
    Way.ACCOUNT: Chip("done", gettext_lazy("By the account")),
    Way.TEXT: Chip("progress", gettext_lazy("By text message")),
    Way.DOOR: Chip("waiting", gettext_lazy("At the door")),
}
SAID = {
    "coming": Chip("done", gettext_lazy("Is coming")),
    "cannot": Chip("idle", gettext_lazy("Cannot come")),
    "": Chip("waiting", gettext_lazy("No answer yet")),
}


class CallForm(Form):
    """Whom, and what for."""

    elements = {"area": "", "skills": "", "words": ""}

    area = forms.ChoiceField(label=gettext_lazy("People of"))
    skills = forms.MultipleChoiceField(
        label=gettext_lazy("Who helps, or can do what"), widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only those who agreed to it stand in these groups. Whoever is in one of those ticked is listed."),
    )  # fmt: skip
    words = forms.CharField(
        label=gettext_lazy("What is needed, and where to come"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("They read exactly this. Names and numbers of residents do not belong here."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, actor: Actor, parts: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = parts  # type: ignore[attr-defined]
        self.fields["skills"].choices = [(key, TAGS[key].name) for key in register.skills(actor)]  # type: ignore[attr-defined]


def _parts(actor: Actor, case: Case) -> list[tuple[str, str]]:
    """The grid, community and street of the case, as far as one may call people there."""
    codes = dict.fromkeys(case.area[:n] for n in (COMMUNITY, GRID, STREET) if len(case.area) >= n)
    mine = [code for code in codes if actor.may(CALL, code)]
    named = names_of(mine, 2)
    return [(code, named.get(code) or code) for code in mine]


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def call_up(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whoever is left ticked is called."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    case = selectors.case(actor, pk)
    parts = _parts(actor, case)
    insist(None if parts else Refusal("not_allowed"))
    insist(None if case.state in OPEN else Refusal("call_case_over"))
    form = CallForm(request.POST if request.method == "POST" else None, actor=actor, parts=parts)
    rows: list[dict[str, Any]] = []
    chosen = request.POST.getlist("person") if "send" in request.POST else None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if chosen is not None:
            with form.refusals():
                made = registry.call_up(
                    actor=actor, incident=case.pk, title=str(case.title), area=given["area"], tags=given["skills"],
                    people=_whole(chosen), words=given["words"], at=request.at,  # type: ignore[attr-defined]
                )  # fmt: skip
                n = made.called.count()
                messages.success(request, _("%(n)d people are called.") % {"n": n})
                return redirect("registry:callup", made.pk)
        rows = [_row(one, chosen) for one in register.to_call(actor, given["area"], given["skills"], case.pk)]  # fmt: skip
    fresh = [row for row in rows if not row["one"].called]
    context = {
        "case": case, "form": form, "rows": rows, "fresh": len(fresh), "asked": request.method == "POST" and not (form.errors and not rows),
        "ways": [(WAYS[way], sum(row["one"].way == way for row in fresh)) for way in Way],
    }  # fmt: skip
    return render(request, "cases/desk/callup.html", context, status=422 if form.errors else 200)


def _whole(texts: list[str]) -> list[UUID]:
    found = []
    for one in texts:
        with suppress(ValueError):
            found.append(UUID(one))
    return found


def _row(one: register.ToCall, chosen: list[str] | None) -> dict[str, Any]:
    return {
        "one": one, "place": place_name(one.person.area, 1), "tags": [TAGS[tag].name for tag in one.tags], "way": WAYS[one.way],
        "said": SAID[one.answer] if one.called else None,
        "ticked": not one.called and (chosen is None or str(one.person.pk) in chosen),
    }  # fmt: skip


@panel("cases.case.aside", order=40)
def helpers_of_case(request: HttpRequest, case: Case) -> Filling:
    """Who was called to a case and comes; the way to call them."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    may = case.state in OPEN and actor.may(CALL, case.area)
    tally = register.answers(actor, case.pk)
    if not may and not tally.called:
        return None
    calls = list(register.calls_to(actor, case.pk)[:5]) if tally.called else []
    return "cases/desk/parts/helpers.html", {
        "case": case,
        "tally": tally,
        "calls": calls,
        "may": may,
    }


@panel("registry.callup.aside", order=10)
def case_of_call(request: HttpRequest, call: Any) -> Filling:
    """The case to which people were called, and what all of them answered."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.cases(actor).filter(pk=call.incident).first()
    if found is None:
        return None
    tally = register.answers(actor, found.pk)
    url = reverse("cases:case", args=[found.pk])
    return "cases/desk/parts/of_call.html", {"case": found, "url": url, "tally": tally}
