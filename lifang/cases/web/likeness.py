"""Why a case may be the same, in words; and what was learnt about it."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from lifang.cases import selectors
from lifang.cases.catalogue import policy
from lifang.cases.rules.likeness import Why
from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.web.views import only

HOUR, DAY = 3600, 86400


def because(why: Iterable[Why]) -> str:
    """The reasons as one line: the same address, 3 h earlier, still open, the same matter."""
    return _(", ").join(_said(one) for one in why)


def _said(why: Why) -> str:
    plain = {
        "same_photo": _("the same picture"), "same_address": _("the same address"), "same_spot": _("the same spot"),
        "open": _("still open"), "same_matter": _("the same matter"), "confused": _("a matter easily confused with it"),
        "same_words": _("similar words"), "same_sense": _("other words of much the same meaning"),
    }  # fmt: skip
    if why.key in plain:
        return plain[why.key]
    if why.key == "metres":
        return _("%(n)s m away") % {"n": max(5, round(why.amount / 5) * 5)}
    if why.key == "joined":
        n = int(why.amount)
        return ngettext("%(n)s neighbour reported it", "%(n)s neighbours reported it", n) % {"n": n}
    spoken = _("%(time)s earlier") if why.key == "earlier" else _("%(time)s later")
    return spoken % {"time": _span(why.amount)}


def _span(seconds: float) -> str:
    for unit, name in ((DAY, "day"), (HOUR, "hour")):
        if seconds >= unit:
            n = round(seconds / unit)
            days = ngettext("%(n)s day", "%(n)s days", n), ngettext("%(n)s hour", "%(n)s hours", n)
            return days[0 if name == "day" else 1] % {"n": n}
    n = max(1, round(seconds / 60))
    return ngettext("%(n)s minute", "%(n)s minutes", n) % {"n": n}


@require_GET
@only(Kind.STAFF)
def learning(request: HttpRequest) -> HttpResponse:
    """Which weights are in use, from how many reports, how measured."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    insist(None if actor.may("cases.see_learning") else Refusal("not_allowed"))
    fits = selectors.fits(actor)
    shown = {
        "fits": fits,
        "used": next((fit for fit in fits if fit.in_use), None),
        "lexicons": selectors.lexicons(actor),
        "learns": bool(policy("learns_matters")),
    }
    return render(request, "cases/desk/learning.html", shown)
