"""A household's visitors: invited with a code to show, taken back; its own code and cards; what the visitor sees."""

from datetime import datetime, timedelta
from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import Kind, Refused, insist
from lifang.core.access.refusal import Refusal
from lifang.core.crypto.seals import signature, signed
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.models import Pass
from lifang.living.terms import Medium
from lifang.living.web.desk import page
from lifang.living.web.gate_forms import InviteForm
from lifang.living.web.gates import MEDIA, pass_chip
from lifang.living.web.here import moment, who
from lifang.living.web.repair_forms import local

SIGNS = "living.pass"
MARK = 24  # characters of the link's signature
PAST = 20
LATE = 20  # after this hour a pass made in haste goes on till the next night


@page
@only(Kind.RESIDENT, Kind.STAFF)
def visitors(request: HttpRequest) -> HttpResponse:
    """Invite in one tap for today; those that hold, and those of before."""
    actor, at = who(request), moment(request)
    homes = selectors.own_homes(actor)
    form = InviteForm(request.POST or None, homes=homes, initial={"starts": local(at), "ends": local(_tonight(at)), "entries": 1})  # fmt: skip
    if request.method == "POST" and form.is_valid():
        made = None
        with form.refusals("starts"):
            told = form.cleaned_data
            made = actions.make_pass(
                actor=actor, home=form.homes[told["home"]], starts=told["starts"], ends=told["ends"], entries=told["entries"], plate=told["plate"],
                called=told["word"], at=at,
            )  # fmt: skip
        if made is not None and not form.errors:
            return redirect("living:visit", made.pk)
    rows = [(one, pass_chip(one, at), one.revoked_at is None and one.ends_at > at and one.used < one.entries) for one in selectors.own_passes(actor)[: PAST * 2]]  # fmt: skip
    permits = selectors.own_permits(actor)
    facts = {
        "form": form, "homes": homes, "standing": [row for row in rows if row[2]], "past": [row for row in rows if not row[2]][:PAST],
        "codes": [one for one in permits if one.medium == Medium.CODE], "cards": [(one, MEDIA[one.medium]) for one in permits if one.medium == Medium.CARD],
    }  # fmt: skip
    return _unkept(render(request, "living/my/visitors.html", facts))


def _tonight(at: datetime) -> datetime:
    here = timezone.localtime(at)
    day = here + timedelta(days=1) if here.hour >= LATE else here
    return day.replace(hour=23, minute=59, second=0, microsecond=0)


@require_GET
@only(Kind.RESIDENT, Kind.STAFF)
def visit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The code to show or say, and the page to send on."""
    found = selectors.own_pass(who(request), pk)
    link = request.build_absolute_uri(reverse("living:pass", args=[found.pk, mark(found.pk)]))
    chip = pass_chip(found, moment(request))
    facts = {"visit": found, "chip": chip, "link": link, "share": {"text": link, "share": True}, "code": drawn(found), "holds": chip.kind in ("waiting", "progress")}  # fmt: skip
    return _unkept(render(request, "living/my/visit.html", facts))


@require_POST
@only(Kind.RESIDENT, Kind.STAFF)
def revocation(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = who(request)
    actions.revoke_pass(actor=actor, visit=selectors.own_pass(actor, pk), at=moment(request))
    messages.success(request, _("Taken back. No gate opens for it any more."))
    return redirect("living:visitors")


@require_POST
@only(Kind.RESIDENT, Kind.STAFF)
def own_code(request: HttpRequest) -> HttpResponse:
    """A code of one's own in place of a card or a face."""
    actor = who(request)
    homes = {str(one.door.pk): one.door for one in selectors.own_homes(actor)}
    home = homes.get(request.POST.get("home", ""))
    if home is None:
        raise Refused("not_found")
    actions.make_code(actor=actor, home=home, at=moment(request))
    messages.success(request, _("Your new code holds from now on; the one before does not."))
    return redirect("living:visitors")


@require_POST
@only(Kind.RESIDENT, Kind.STAFF)
def end_own(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A card of one's home was lost."""
    actor = who(request)
    found = next((one for one in selectors.own_permits(actor) if one.pk == pk), None)
    if found is None:
        raise Refused("not_found")
    actions.end_permit(actor=actor, permit=found, why=_("ended by the household"), at=moment(request))  # fmt: skip
    messages.success(request, _("Ended. No gate opens for it any more."))
    return redirect("living:visitors")


@require_GET
def shown(request: HttpRequest, pk: UUID, sign: str) -> HttpResponse:
    """What the visitor shows at the gate: the code, from when until when; the building, no name."""
    good = len(sign) == MARK and signed(pk.bytes, SIGNS, sign + signature(pk.bytes, SIGNS)[MARK:])
    found = selectors.shown_pass(who(request), pk) if good else None
    insist(None if found else Refusal("not_found"))
    assert found is not None  # noqa: S101 -- insisted above
    chip = pass_chip(found, moment(request))
    holds = chip.kind in ("waiting", "progress")
    facts = {"visit": found, "chip": chip, "holds": holds, "code": drawn(found) if holds else ""}
    answer = _unkept(render(request, "living/public/pass.html", facts))
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def mark(pk: UUID) -> str:
    return signature(pk.bytes, SIGNS)[:MARK]


def drawn(row: Pass) -> SafeString:
    """The code as readers read it."""
    return mark_safe(segno.make(row.code or "", error="m", micro=False).svg_inline(scale=6, border=3, omitsize=True))  # noqa: S308 -- drawn by segno from a code of our own  # fmt: skip


def _unkept(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"  # codes stand on it
    return answer
