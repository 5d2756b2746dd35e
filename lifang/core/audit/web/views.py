"""The log at the audit administrator's desk."""

import re
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.core.access import Kind, Refused
from lifang.core.access.request import Request
from lifang.core.accounts.web.admission import listed_address
from lifang.core.audit import actions, export, selectors
from lifang.core.audit.log import Told
from lifang.core.audit.web.tables import LogTable
from lifang.core.web.forms import Form
from lifang.core.web.views import only

_TOLD = re.compile(r"(\d{1,18})\D+([0-9a-fA-F]{64})")


class VerifyForm(Form):
    told = forms.CharField(
        label=_("Number and digest from an earlier sheet or mail"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Line by line, e.g. 1204 3af0…. It finds a log that was rewritten whole."),
    )

    def clean_told(self) -> list[Told]:
        text: str = self.cleaned_data["told"]
        lines = [line for line in text.splitlines() if line.strip()]
        found = [_TOLD.fullmatch(line.strip()) for line in lines]
        if not all(found):
            raise forms.ValidationError(_("A number, a space, and 64 letters and figures."))
        return [(int(one[1]), bytes.fromhex(one[2])) for one in found if one]


def auditors(view: Any) -> Any:
    return listed_address(only(Kind.STAFF)(view))


@require_http_methods(["GET", "POST"])
@auditors
def log(request: Request) -> HttpResponseBase:
    return _page(request, VerifyForm())


@require_POST
@auditors
def verification(request: Request) -> HttpResponseBase:
    form = VerifyForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    verdict = actions.verify(actor=request.actor, at=request.at, told=form.cleaned_data["told"])
    return _page(request, form, verdict=verdict)


def _page(request: Request, form: VerifyForm, **more: Any) -> HttpResponseBase:
    request.path = reverse("audit:log")  # the list's own forms lead there
    table = LogTable(request, selectors.entries(request.actor))
    anchors = selectors.anchors(request.actor)[:5]
    return table.response("audit/log.html", {"form": form, "anchors": anchors, **more})


@require_POST
@auditors
def anchors(request: Request) -> HttpResponse:
    made = actions.anchor(actor=request.actor, at=request.at)
    return redirect("audit:anchor", made.pk)


@require_GET
@auditors
def anchor(request: Request, pk: int) -> HttpResponse:
    """A sheet to print, sign and keep outside."""
    found = selectors.anchor(request.actor, pk)
    digest = bytes(found.digest).hex()
    groups = [digest[place : place + 8] for place in range(0, len(digest), 8)]
    return render(
        request, "audit/anchor.html", {"anchor": found, "digest": digest, "groups": groups}
    )


@require_GET
@auditors
def exported(request: Request) -> StreamingHttpResponse:
    """The whole log as JSON lines, for `verifier.py`."""
    if not request.actor.may("audit.see"):
        raise Refused("not_allowed")
    response = StreamingHttpResponse(export.lines(), content_type="application/jsonl")
    response["Content-Disposition"] = 'attachment; filename="log.jsonl"'
    return response
