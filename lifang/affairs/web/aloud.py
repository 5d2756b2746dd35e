"""Read aloud to whoever it concerns, who says that it is right: for those who cannot read it themselves."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from lifang.affairs import actions, selectors
from lifang.affairs.models import Application
from lifang.affairs.terms import Heard
from lifang.affairs.web.desk import may_see
from lifang.affairs.web.own import acting
from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.forms.fields import Papers
from lifang.core.web.forms import Form
from lifang.core.web.views import only

Facts = dict[str, Any]
WAYS = [
    ("mark", gettext_lazy("A thumb on the glass")), ("signature", gettext_lazy("A signature on the glass")),
    ("photo", gettext_lazy("A photo: an inked thumb, or the person agreeing")), ("words", gettext_lazy("Said aloud before a witness")),
]  # fmt: skip


class ConfirmForm(Form):
    called = gettext_lazy("Heard and confirmed")
    way = forms.ChoiceField(label=gettext_lazy("How did they say that it is right"), widget=forms.RadioSelect, choices=WAYS)  # fmt: skip
    present = forms.CharField(label=gettext_lazy("Who was there"), max_length=200, help_text=gettext_lazy("For example: he himself, his daughter, the grid worker."))  # fmt: skip
    witness = forms.CharField(label=gettext_lazy("Name of the witness, for words"), max_length=60, required=False)  # fmt: skip
    photo = Papers(kind="photo", most=1, required=False, label=gettext_lazy("Photo"))
    mark = Papers(kind="photo", most=1, required=False, label=gettext_lazy("On the glass"))


def _asked(request: HttpRequest, pk: UUID, of: str) -> tuple[Actor, Application]:
    actor, _at = acting(request)
    may_see(actor)
    if of not in {*Heard}:
        raise Http404
    row = selectors.application(actor, pk)
    insist(None if actor.may("affairs.read_aloud", row.area) else Refusal("not_allowed"))
    return actor, row


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def aloud(request: HttpRequest, pk: UUID, of: str) -> HttpResponse:
    """What it says, large, to be read by the worker or the machine. Posted: each look has its line in the log."""
    actor, row = _asked(request, pk, of)
    lines = actions.read_aloud(actor=actor, application=row, of=of, at=acting(request)[1]) if request.method == "POST" else None  # fmt: skip
    return _shown(request, actor, row, of, ConfirmForm(), lines)


@require_POST
@only(Kind.STAFF)
def confirming(request: HttpRequest, pk: UUID, of: str) -> HttpResponseBase:
    actor, row = _asked(request, pk, of)
    at = acting(request)[1]
    form = ConfirmForm(request.POST, request.FILES)
    if form.is_valid():
        told = dict(form.cleaned_data)
        photo, mark = told.pop("photo"), told.pop("mark")
        proof = {"photo": photo, "words": ()}.get(told["way"], mark)
        with form.refusals("way"):
            actions.confirm_aloud(actor=actor, application=row, of=of, proof=proof, at=at, **told)
        if not form.errors:
            messages.success(request, _("Kept: what was read, who was there, and how they agreed."))
            return redirect("affairs:application", row.pk)
    lines = actions.read_aloud(actor=actor, application=row, of=of, at=at)
    return _shown(request, actor, row, of, form, lines, status=422)


def _shown(request: HttpRequest, actor: Actor, row: Application, of: str, form: Form, lines: Any, status: int = 200) -> HttpResponse:  # fmt: skip
    facts: Facts = {"row": row, "guide": row.matter, "of": of, "form": form, "lines": lines, "earlier": selectors.confirmations(actor, row)}  # fmt: skip
    response = render(request, "affairs/desk/aloud.html", facts, status=status)
    response["Cache-Control"] = "no-store"
    return response
