"""A resident applies, follows, adds, takes the result."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.affairs import actions, selectors
from lifang.affairs.catalogue import GUIDES, MATERIALS, Guide
from lifang.affairs.models import Application, Mandate
from lifang.affairs.rules import day_of
from lifang.affairs.web import paying, shown
from lifang.affairs.web.guides import address, drawn
from lifang.affairs.web.scanned import fills
from lifang.core.access import SYSTEM, Actor, Kind, Refused
from lifang.core.access.wall import behind
from lifang.core.forms import FormSpec, Question
from lifang.core.forms import actions as forms
from lifang.core.forms import selectors as drafts
from lifang.core.forms.fields import Sheet
from lifang.core.forms.pages import REVIEW, FormPages
from lifang.core.web.views import only
from lifang.registry import selectors as registry

Facts = dict[str, Any]


def acting(request: HttpRequest) -> tuple[Actor, datetime]:
    return request.actor, request.at  # type: ignore[attr-defined]


def form_for(actor: Actor, person: Any, guide: Guide, at: datetime) -> FormSpec:
    """The guide's form without the papers that need not be brought."""
    needs = selectors.needs(actor, person, guide, day_of(at))
    return guide.form_without(frozenset(one.key for one in needs if one.free))


def mandate_of(request: HttpRequest, guide: Guide, draft: Any) -> Mandate | None:
    """The authority a draft was begun under, if it still allows this matter."""
    actor, at = acting(request)
    told = draft.subject.removeprefix(f"affairs:{guide.key}").removeprefix(":")
    return selectors.acting_for(actor, UUID(told), guide.key, day_of(at)) if told else None


def beside(pages: FormPages, step: str) -> Facts:
    """The button that reads a photo, where something of it may fit."""
    return {"beside": "affairs/scan/beside.html", "fills": fills(pages.typed(step))}


class Apply(FormPages):
    """The pages of one application of one's own."""

    base = "web/my.html"
    later = "affairs:mine"

    def __init__(self, request: HttpRequest, guide: Guide, draft: Any) -> None:
        actor, at = acting(request)
        self.guide, self.mandate = guide, mandate_of(request, guide, draft)
        self.person = self.mandate.principal if self.mandate else registry.me(actor)
        super().__init__(request, form_for(actor, self.person, guide, at), draft)
        self.masked = self.mandate is not None  # type: ignore[misc]

    def url(self, step: str) -> str:
        return reverse("affairs:apply_step", args=[self.draft.pk, step])

    def before(self) -> str:
        return reverse("affairs:guide", args=[self.guide.key])

    def context(self, step: str) -> Facts:
        if step != REVIEW:
            return beside(self, step)
        free = [one for one in selectors.needs(self.actor, self.person, self.guide, day_of(self.at)) if one.free]  # fmt: skip
        declared = [one.material.declared for one in free if one.met == "declared"]
        return {
            "guide": self.guide, "promise": "affairs/my/promise.html", "consent": "affairs/my/consent.html", "free": [one.material.name for one in free],
            "declared": declared, "go": _("Apply"),
        }  # fmt: skip

    def done(self) -> HttpResponseBase:
        reuse = self.request.POST.get("reuse") == "1"
        made = actions.apply(actor=self.actor, draft=self.draft, guide=self.guide, reuse=reuse, mandate=self.mandate, at_kiosk=self.request.kiosk, at=self.at)  # type: ignore[attr-defined]  # fmt: skip
        messages.success(self.request, _("Sent. Keep the number; we tell you of every step."))
        return redirect("affairs:own", made.pk)


@require_POST
@only(Kind.RESIDENT)
def beginning(request: HttpRequest, key: str) -> HttpResponseBase:
    actor, at = acting(request)
    guide = selectors.guide(actor, key)
    mandate = _named(request, guide)
    person = mandate.principal if mandate else registry.me(actor)
    against = selectors.unfit(actor, person, guide, day_of(at)) if person else None
    if against:
        told = {"guide": guide, "against": against}
        return _private(render(request, "affairs/my/unfit.html", told, status=409))
    draft = actions.begin(actor=actor, guide=guide, mandate=mandate, at=at)
    return Apply(request, guide, draft).start()


def _named(request: HttpRequest, guide: Guide) -> Mandate | None:
    """The authority that is named in the request."""
    actor, at = acting(request)
    told = request.POST.get("mandate", "")
    if not told:
        return None
    try:
        return selectors.acting_for(actor, UUID(told), guide.key, day_of(at))
    except ValueError:
        raise Refused("not_found") from None


@require_http_methods(["GET", "POST"])
@only(Kind.RESIDENT)
def apply_step(request: HttpRequest, pk: UUID, step: str) -> HttpResponseBase:
    actor, _at = acting(request)
    draft = drafts.draft(actor, pk)
    return Apply(request, selectors.guide(actor, draft.form), draft).run(step)


@require_POST
@only(Kind.RESIDENT)
def dropping(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    actor, at = acting(request)
    forms.drop(actor=actor, draft=drafts.draft(actor, pk), at=at)
    messages.success(request, _("Given up; nothing of it is kept."))
    return redirect("affairs:mine")


@require_GET
@only(Kind.RESIDENT)
def mine(request: HttpRequest) -> HttpResponse:
    """What one applied for, and what one began."""
    actor, _at = acting(request)
    rows = [{"row": one, "chip": shown.chip(one), "url": reverse("affairs:own", args=[one.pk])} for one in selectors.own(actor)[:50]]  # fmt: skip
    begun = [
        {"draft": one, "name": shown.matter(one.form), "url": reverse("affairs:apply_go_on", args=[one.pk])}
        for one in drafts.drafts(actor, "affairs:")[:20]
    ]  # fmt: skip
    return _private(
        render(
            request,
            "affairs/my/mine.html",
            {
                "rows": rows,
                "begun": begun,
                "tickets": selectors.own_tickets(actor, day_of(_at)),
                "due": [
                    {"benefit": one, "guide": GUIDES[one.guide]}
                    for one in selectors.own_due(actor, day_of(_at))
                ],
            },
        )
    )


@require_GET
@only(Kind.RESIDENT)
def go_on(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    actor, _at = acting(request)
    draft = drafts.draft(actor, pk)
    return Apply(request, selectors.guide(actor, draft.form), draft).start()


@require_GET
@only(Kind.RESIDENT)
def own(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How it goes."""
    actor, _at = acting(request)
    row = selectors.own_application(actor, pk)
    return _private(render(request, "affairs/my/application.html", {**_facts(actor, row), "own": True}))  # fmt: skip


def _facts(actor: Actor, row: Application) -> Facts:
    return {
        "row": row, "guide": row.matter, "chip": shown.chip(row), "entries": shown.entries(actor, row),
        "materials": shown.materials(row, selectors.laid(actor, row), selectors.files(actor, row)),
        "result": selectors.result(actor, row), "channel": shown.channel(row.channel),
        "fee": paying.fee(actor, row),
        "may_withdraw": row.state in ("submitted", "supplement", "handling", "deciding"),
    }  # fmt: skip


def wanted_form(row: Application) -> FormSpec:
    """One question for each material that is asked for."""
    asked = [
        Question(key=key, name=MATERIALS[key].name, hint=MATERIALS[key].hint, kind=MATERIALS[key].upload or "photo", most=MATERIALS[key].most, required=False)
        for key in row.wanted
    ]  # fmt: skip
    return FormSpec(key=row.guide, name=row.matter.name, questions=asked)


def wanted_sheet(request: HttpRequest, row: Application) -> Sheet:
    today = localtime(acting(request)[1]).date()
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    return Sheet(wanted_form(row).questions, *data, today=today)


@require_http_methods(["GET", "POST"])
@only(Kind.RESIDENT)
def supplement(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Add what was asked for."""
    actor, at = acting(request)
    row = selectors.own_application(actor, pk)
    sheet = wanted_sheet(request, row)
    if request.method == "POST" and sheet.is_valid():
        with sheet.refusals():
            actions.supplement(actor=actor, application=row, files=sheet.sent(), at=at)
        if not sheet.errors:
            messages.success(request, _("Added. The window looks at it."))
            return redirect("affairs:own", row.pk)
    status = 422 if sheet.is_bound and sheet.errors else 200
    return _private(render(request, "affairs/my/supplement.html", {"row": row, "form": sheet, "guide": row.matter}, status=status))  # fmt: skip


@require_http_methods(["GET", "POST"])
@only(Kind.RESIDENT)
def withdrawal(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    actor, at = acting(request)
    row = selectors.own_application(actor, pk)
    if request.method == "POST":
        actions.withdraw(actor=actor, application=row, at=at)
        messages.success(request, _("Taken back."))
        return redirect("affairs:own", row.pk)
    return render(request, "affairs/my/withdrawal.html", {"row": row, "guide": row.matter})


@require_GET
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """How it goes, for whoever holds the printed receipt: no name, no paper."""
    actor, _at = acting(request)
    row = selectors.receipt(actor, token)
    with behind(SYSTEM):  # the receipt itself is the permission
        facts = {**_facts(SYSTEM, row), "own": False, "materials": [], "may_withdraw": False, "result": None}  # fmt: skip
    return _private(render(request, "affairs/public/receipt.html", facts))


@require_GET
def visit(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt of one visit to a window: every matter of it."""
    actor, _at = acting(request)
    found = selectors.intake_receipt(actor, token)
    rows = [{"row": one, "chip": shown.chip(one), "url": reverse("affairs:receipt", args=[one.token])} for one in found.applications.all()]  # fmt: skip
    return _private(render(request, "affairs/public/visit.html", {"intake": found, "rows": rows}))


@require_GET
def visit_code(request: HttpRequest, token: str) -> HttpResponse:
    actor, _at = acting(request)
    found = selectors.intake_receipt(actor, token)
    return drawn(address(request, reverse("affairs:visit", args=[found.token])))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
