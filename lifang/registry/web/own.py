"""A resident's own record: what is known, from where, who looked; put right, taken back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.core.access import Actor, Kind, Refused
from lifang.core.web.show import TONES, Chip
from lifang.core.web.views import only
from lifang.registry import actions, selectors
from lifang.registry.catalogue import CORRECTION, ELEMENTS, TAGS, Element, policy
from lifang.registry.models import Correction, Tagging
from lifang.registry.selectors import Own
from lifang.registry.web import forms, shown

Facts = dict[str, Any]


@require_GET
@only(Kind.RESIDENT)
def record(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    at = request.at  # type: ignore[attr-defined]
    office = shown.Offices(actor)
    context: Facts = {
        "me": selectors.me(actor),
        "rows": [_row(one, office) for one in selectors.own_record(actor, localtime(at).date())],
        "corrections": [_asked(one) for one in selectors.corrections(actor)[:20]],
        "tags": [_tag(one) for one in selectors.own_tags(actor)],
        "looks": selectors.looks_at_me(actor, at),
        "days": policy("own_looks_days"),
    }
    response = render(request, "registry/my/record.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _row(one: Own, office: shown.Offices) -> Facts:
    known = one.known
    return {
        "name": known.element.name,
        "why": known.element.purpose,
        "key": known.element.key,
        "value": one.value,
        "source": shown.source(known.source) if one.value else "",
        "seen_at": known.seen_at,
        "office": office(known.office) if one.value else "",
        "expires_on": known.expires_on,
        "stale": known.stale,
        "open": one.open,
        "corrects": known.element.corrects,
    }


def _asked(one: Correction) -> Facts:
    state = CORRECTION().state[one.state]
    return {
        "row": one,
        "name": ELEMENTS[one.element].name,
        "chip": Chip(TONES[state.tone], state.name),
        "plain": state.plain,
    }


def _tag(one: Tagging) -> Facts:
    known = TAGS.get(one.tag)
    basis, consent = (known.basis, known.consent) if known else ("", False)
    return {"row": one, "name": shown.tag_name(one.tag), "basis": basis, "consent": consent}


def _element(key: str) -> Element:
    spec = ELEMENTS.get(key)
    if spec is None or not spec.corrects:
        raise Http404
    return spec


@require_http_methods(["GET", "POST"])
@only(Kind.RESIDENT)
def correction(request: HttpRequest, element: str) -> HttpResponse:
    """Say what is right instead."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    spec, me = _element(element), selectors.me(actor)
    if me is None:
        raise Refused("not_found")
    form = forms.WishForm(request.POST if request.method == "POST" else None, element=spec)
    if request.method == "POST" and form.is_valid():
        with form.refusals("value"):
            actions.ask_correction(actor=actor, person=me, element=spec.key, at=at, **form.given())
            messages.success(request, _("Received. Somebody of your grid verifies it."))
            return redirect("registry:record")
    context = {"element": spec, "form": form, "days": policy("correction_days")}
    return render(
        request, "registry/my/correction.html", context, status=422 if form.errors else 200
    )


@require_POST
@only(Kind.RESIDENT)
def correction_withdrawal(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.correction(actor, pk)
    actions.withdraw_correction(actor=actor, correction=found, at=request.at)  # type: ignore[attr-defined]
    messages.success(request, _("Taken back; everything stays as it was."))
    return redirect("registry:record")


@require_POST
@only(Kind.RESIDENT)
def consent_withdrawal(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.own_tags(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    actions.withdraw_consent(actor=actor, tagging=found, at=request.at)  # type: ignore[attr-defined]
    messages.success(request, _("Your consent is taken back; you are no longer in this group."))
    return redirect("registry:record")
