"""The catalogue of matters: found, read, printed with its code."""

from io import BytesIO
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from lifang.affairs import selectors
from lifang.affairs.catalogue import MATERIALS, TOPICS, Guide, Needed
from lifang.affairs.rules import day_of
from lifang.affairs.web.shown import HOW
from lifang.core.access import Kind
from lifang.core.config import config
from lifang.core.pay.rules import yuan
from lifang.core.web import private
from lifang.orgs.catalogue import UNIT_KINDS
from lifang.registry import selectors as registry

Facts = dict[str, Any]


@require_GET
def guides(request: HttpRequest) -> HttpResponse:
    """All matters by topic, or those that a word finds."""
    actor = request.actor  # type: ignore[attr-defined]
    text = private.plain(request.GET.get("q", "")).strip()[:60]
    topic = request.GET.get("topic", "")
    found = selectors.find_guides(actor, text) if text else []
    chosen = TOPICS.get(topic)
    groups = [
        {"topic": one, "guides": selectors.guides(actor, one.key)}
        for one in TOPICS
        if chosen is None or one is chosen
    ]
    facts = {"text": text, "found": found, "groups": groups, "chosen": chosen, "topics": TOPICS.all()}  # fmt: skip
    return render(request, "affairs/public/guides.html", facts)


@require_GET
def guide(request: HttpRequest, key: str) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    one = selectors.guide(actor, key)
    facts = told(request, one)
    person = registry.me(actor) if actor.kind is Kind.RESIDENT else None
    if person is not None:
        day = day_of(request.at)  # type: ignore[attr-defined]
        facts["needs"] = [
            {"name": need.material.name, "hint": need.needed.note or need.material.hint, "free": need.free, "how": HOW[need.met], "later": need.needed.later, "declared": need.material.declared}
            for need in selectors.needs(actor, person, one, day)
        ]  # fmt: skip
        facts["free"] = sum(need["free"] for need in facts["needs"])
    response = render(request, "affairs/public/guide.html", facts)
    if person is not None:
        response["Cache-Control"] = "no-store"
    return response


@require_GET
def card(request: HttpRequest, key: str) -> HttpResponse:
    """One matter on a sheet of paper with its code, for the wall of the hall."""
    one = selectors.guide(request.actor, key)  # type: ignore[attr-defined]
    return render(request, "affairs/public/card.html", told(request, one))


@require_GET
def cards(request: HttpRequest) -> HttpResponse:
    """The codes of all matters of a topic, to be cut out."""
    topic = TOPICS.get(request.GET.get("topic", ""))
    found = selectors.guides(request.actor, topic.key if topic else "")  # type: ignore[attr-defined]
    return render(request, "affairs/public/cards.html", {"guides": found, "topic": topic, "topics": TOPICS.all()})  # fmt: skip


@require_safe
def code(request: HttpRequest, key: str) -> HttpResponse:
    """The QR code of a matter's page."""
    one = selectors.guide(request.actor, key)  # type: ignore[attr-defined]
    return drawn(address(request, reverse("affairs:guide", args=[one.key])))


def drawn(text: str) -> HttpResponse:
    """A QR code as a picture."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", xmldecl=False, scale=4, border=2)
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


def drawn_inside(text: str) -> str:
    """The same within a page."""
    return mark_safe(segno.make(text, error="m", micro=False).svg_inline(scale=3, border=2))  # noqa: S308 -- drawn by segno from our own address


def address(request: HttpRequest, path: str) -> str:
    """The whole address of a page of ours."""
    public = config().public_url.rstrip("/")
    return f"{public}{path}" if public else request.build_absolute_uri(path)


def told(request: HttpRequest, one: Guide) -> Facts:
    """Everything that a page says of a matter."""
    return {
        "guide": one,
        "topic": TOPICS[one.topic],
        "materials": [material(need) for need in one.materials],
        "parts": [(part, UNIT_KINDS[part.unit].name) for part in one.parts],
        "fees": [(each, yuan(each.cents)) for each in one.fees],
        "url": address(request, reverse("affairs:guide", args=[one.key])),
        "question_count": len(one.ask),
    }


def material(need: Needed) -> Facts:
    known = MATERIALS[need.key]
    ways = [
        _("may be known from the register") if known.elements else "",
        _("may be met by an earlier result") if known.results else "",
        _("a declaration may take its place") if known.declared else "",
        _("may be kept on file for next time") if known.keeps_months else "",
    ]
    return {
        "name": known.name, "hint": need.note or known.hint, "copies": need.copies, "ways": [way for way in ways if way],
        "sometimes": bool(need.when), "later": need.later,
    }  # fmt: skip
