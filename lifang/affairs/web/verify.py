"""Anybody who holds a result learns whether it is ours and unchanged."""

from hashlib import sha256
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lifang.affairs import selectors
from lifang.affairs.actions.paper import proven
from lifang.affairs.models import Result
from lifang.core.access import Refused
from lifang.core.crypto.stamps import Stamp
from lifang.core.files.darkroom import whole
from lifang.core.ids import read_code
from lifang.core.web.forms import Form


class PaperForm(Form):
    paper = forms.FileField(
        label=_("The PDF as you received it"),
        help_text=_("It is compared and not kept."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
    )


@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest, number: str = "") -> HttpResponse:
    """By the number on the paper, or by the paper itself."""
    actor = request.actor  # type: ignore[attr-defined]
    number = number or read_code(request.GET.get("number", ""))[:24]
    form = PaperForm(request.POST or None, request.FILES or None)
    facts: dict[str, Any] = {"form": form, "number": number}
    if number:
        facts |= _known(actor, number, localtime(request.at).date())  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        with form.refusals("paper"):
            facts |= _compared(actor, whole(form.cleaned_data["paper"]), number)
    status = 422 if form.is_bound and form.errors else 200
    response = render(request, "affairs/public/verify.html", facts, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _known(actor: Any, number: str, today: Any) -> dict[str, Any]:
    try:
        found = selectors.verified(actor, number)
    except Refused:
        return {"unknown": True}
    over = found.holds_until is not None and found.holds_until < today
    return {"result": found, "over": over, "name": found.application.name, "matter": found.application.matter.name}  # fmt: skip


def _compared(actor: Any, data: bytes, number: str) -> dict[str, Any]:
    """Byte for byte, and by the signature of the site."""
    digest = sha256(data).hexdigest()
    try:
        found = selectors.verified_file(actor, digest)
    except Refused:
        return {"changed": True}
    if not _ours(found, digest) or (number and found.number != number):
        return {"changed": True}
    return {"same": found, "result": found, "name": found.application.name, "matter": found.application.matter.name}  # fmt: skip


def _ours(found: Result, digest: str) -> bool:
    return proven(found.number, digest, Stamp(found.key, found.signature))
