"""The business door for its readers: a shop, the terms. Every page says whose door it is."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lifang.living import selectors
from lifang.living.catalogue import operator
from lifang.living.web import shop_shown as shown
from lifang.living.web.here import moment, who


@require_GET
def shop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One shop: what it offers, when and where. Anybody may read it."""
    actor = who(request)
    found, at = selectors.listed_shop(actor, pk), moment(request)
    standing = selectors.standing(actor, [found.pk], at)[found.pk]
    facts = {**shown.facts(actor, found, at), "operator": operator(), "standing": standing, "reasons": shown.reasons(found, standing)}  # fmt: skip
    return render(request, "living/shops/shop.html", facts)


@require_GET
def terms(request: HttpRequest) -> HttpResponse:
    """Who runs the business door, and by which rules."""
    return render(request, "living/shops/terms.html", {"operator": operator()})
