"""`/desk/figures/samples`: closed cases drawn by a published seed, looked at once more, and what came of it."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from lifang.cases import actions
from lifang.cases.models import Sample
from lifang.cases.selectors import samples as asked
from lifang.cases.web import shown
from lifang.cases.web.figures import reader, said
from lifang.cases.web.frames import framed
from lifang.core.access import Actor, Kind
from lifang.core.web.forms import Form, date_input
from lifang.core.web.views import only
from lifang.orgs import selectors as orgs
from lifang.orgs.selectors import home_of

DAY = timedelta(days=1)


class DrawForm(Form):
    first = forms.DateField(
        label=gettext_lazy("Closed from"),
        widget=date_input(),
    )
    last = forms.DateField(
        label=gettext_lazy("Closed until"),
        widget=date_input(),
    )
    size = forms.IntegerField(
        label=gettext_lazy("How many"), min_value=1, max_value=500, initial=20
    )
    seed = forms.CharField(
        label=gettext_lazy("Seed"), min_length=4, max_length=40,
        help_text=gettext_lazy("Tell it before the draw, or take numbers nobody can choose, such as a lottery’s. With the same seed everybody draws the same cases."),
    )  # fmt: skip


class RecheckForm(Form):
    agrees = forms.TypedChoiceField(
        label=gettext_lazy("What a second look says"), coerce=lambda text: text == "yes", widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("Rightly closed")), ("no", gettext_lazy("It differs"))],
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("What was seen"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Needed where it differs."),
    )  # fmt: skip


def _at(request: HttpRequest) -> datetime:
    at: datetime = request.at  # type: ignore[attr-defined]
    return at


@only(Kind.STAFF)
def samples(request: HttpRequest) -> HttpResponse:
    actor = reader(request)
    area = home_of(actor)
    today = timezone.localtime(_at(request)).date()
    first = today.replace(day=1) - DAY
    usual = {"first": first.replace(day=1), "last": first, "size": 20, "seed": secrets.token_hex(6)}
    form = DrawForm(request.POST or None, initial=usual)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        with form.refusals():
            made = actions.draw_sample(
                actor=actor, at=_at(request), area=area, seed=facts["seed"], size=facts["size"],
                start=_midnight(facts["first"]), end=min(_midnight(facts["last"] + DAY), _at(request)),
            )  # fmt: skip
            messages.success(request, _("The sample is drawn."))
            return redirect("cases:sample", made.pk)
    found = [_line(one) for one in asked.samples(actor)[:50]]
    context = {
        "samples": found,
        "form": form if actor.may("cases.draw_sample", area) else None,
        "area": orgs.names_of([area], 1)[area],
        "look": framed(request),
    }
    return render(request, "cases/desk/samples.html", context)


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001 -- made aware at once


def _line(one: Sample) -> dict[str, Any]:
    done, agreed = one.done, one.agreed  # type: ignore[attr-defined]  # annotated by the selector
    return {
        "one": one,
        "area": orgs.names_of([one.area], 1)[one.area],
        "first": timezone.localtime(one.start).date(),
        "last": timezone.localtime(one.end - timedelta(seconds=1)).date(),
        "done": done,
        "agreed": agreed,
        "share": said(agreed / done if done else None),
        "url": reverse("cases:sample", args=[one.pk]),
    }


def _context(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    actor = reader(request)
    one = asked.sample(actor, pk)
    rows = [
        {"one": row, "case": row.case, "place": shown.place(row.case), "url": reverse("cases:case", args=[row.case_id])}
        for row in asked.rechecks(actor, one)
    ]  # fmt: skip
    return {
        **_line(one),
        "rows": rows,
        "may": actor.may("cases.recheck", one.area),
        "look": framed(request),
    }


@require_GET
@only(Kind.STAFF)
def sample(request: HttpRequest, pk: UUID) -> HttpResponse:
    context = _context(request, pk)
    return render(request, "cases/desk/sample.html", {**context, "form": RecheckForm()})


@require_GET
@only(Kind.STAFF)
def sheet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same on paper: seed, rule, list."""
    return render(request, "cases/desk/sample_sheet.html", _context(request, pk))


@require_POST
@only(Kind.STAFF)
def recheck(request: HttpRequest, pk: UUID, rank: int) -> HttpResponse:
    actor: Actor = reader(request)
    one = asked.sample(actor, pk)
    form = RecheckForm(request.POST)
    if form.is_valid():
        with form.refusals():
            actions.recheck(
                actor=actor, sample=one, rank=rank, at=_at(request), **form.cleaned_data
            )
            messages.success(request, _("Kept."))
    for errors in form.errors.values():
        messages.error(request, " ".join(map(str, errors)))
    return redirect(f"{reverse('cases:sample', args=[pk])}#r{rank}")
