"""A household's bills: seen, paid whole or in part, with a receipt."""

from hashlib import sha256
from uuid import UUID

import segno
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import SYSTEM, Kind, Refused
from lifang.core.access.wall import behind
from lifang.core.crypto.seals import signature, signed
from lifang.core.crypto.stamps import Stamp
from lifang.core.files.darkroom import whole
from lifang.core.files.issued import proven
from lifang.core.pay import selectors as pay
from lifang.core.pay.adapters import address_of, online
from lifang.core.pay.models import PayOrder
from lifang.core.pay.rules import yuan
from lifang.core.pay.terms import OrderState
from lifang.core.web.forms import Form
from lifang.core.web.views import only
from lifang.living import actions, selectors
from lifang.living.models import Bill
from lifang.living.terms import BILL, BILLS_FOR
from lifang.living.web import helping, shown
from lifang.living.web.desk import page, sums_of
from lifang.living.web.forms import PartForm
from lifang.living.web.here import moment, today, who

MARK = 16  # of a receipt's signature
SIGNS = "living.receipt"


@require_GET
@only(Kind.RESIDENT, Kind.STAFF)
def bills(request: HttpRequest) -> HttpResponse:
    """Everything billed to one's own doors, what is to be paid first."""
    actor = who(request)
    owed, _first = selectors.owed_by_me(actor)
    day = today(request)
    rows = [{"bill": one, "chip": shown.chip(one, day), "amount": yuan(one.left or one.owed), "item": shown.item_name(one.item) if one.item else ""} for one in selectors.own_bills(actor).select_related("unit")[:60]]  # fmt: skip
    facts = {"rows": rows, "owed": yuan(owed), "owes": owed > 0, "homes": selectors.homes(actor)}
    return render(request, "living/my/bills.html", facts)


@page
@only(Kind.RESIDENT, Kind.STAFF)
def bill(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One bill; one tap goes on to pay it."""
    actor = who(request)
    if person := helping.led(request, BILLS_FOR, selectors.own_bills, pk):
        return redirect("living:bill_for", person, pk)
    found = selectors.own_bill(actor, pk)
    form = PartForm(request.POST or None, initial={"amount": yuan(found.left)})
    if request.method == "POST" and form.is_valid():
        order = None
        with form.refusals():
            order = actions.to_pay(
                actor=actor,
                bill=found,
                amount=form.cleaned_data["amount"],
                way=online()[0].key,
                at=moment(request),
            )
        if order is not None and not form.errors:
            return redirect(address_of(order.way, order.number, order.amount))
    facts = {
        "bill": found, "chip": shown.chip(found, today(request)), "lines": [shown.line(one) for one in found.lines.all()], "form": form,
        "owed": yuan(found.owed), "paid": yuan(found.paid), "left": yuan(found.left), "credited": yuan(found.credited), "way": online()[0],
        "payments": shown.payments(actor, found.pk),
    }  # fmt: skip
    return render(request, "living/my/bill.html", facts)


@require_GET
@only(Kind.RESIDENT, Kind.STAFF)
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """A sheet for one payment, for whoever paid and for the company, with a code that opens the same facts."""
    actor = who(request)
    order = pay.order(actor, number)
    with behind(SYSTEM):  # a household sees no books; whose it is decides who may
        theirs = actor.holder == order.payer or order.book.owner in actor.units
    if order.state != OrderState.PAID or order.purpose != BILL or not theirs:
        raise Refused("not_found")
    with behind(SYSTEM):  # the payment is in sight, and the bill is what it was for
        found = Bill.objects.select_related("unit").get(pk=order.subject)
        lines = [shown.line(one) for one in found.lines.all()]
        backs = [one for paid in shown.payments(SYSTEM, found.pk) if paid["order"].pk == order.pk for one in paid["backs"]]  # fmt: skip
    code = segno.make(_address(request, number), error="m").svg_inline(scale=3, border=2)
    facts = {"order": order, "bill": found, "lines": lines, "amount": yuan(order.amount), "backs": backs, "left": yuan(found.left), "code": mark_safe(code)}  # noqa: S308 -- drawn by segno from our own address  # fmt: skip
    return render(request, "living/my/receipt.html", facts)


@require_POST
@only(Kind.RESIDENT, Kind.STAFF)
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """The same as a signed PDF, made when it is first asked for."""
    actor = who(request)
    made = actions.issue_receipt(actor=actor, order=pay.order(actor, number), address=_address(request, number), at=moment(request))  # fmt: skip
    return redirect("files:file", made.file)


def _address(request: HttpRequest, number: str) -> str:
    return request.build_absolute_uri(reverse("living:check", args=[number, mark(number)]))


class PaperForm(Form):
    paper = forms.FileField(label=_("The PDF as you received it"), help_text=_("It is compared and not kept."), widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}))  # fmt: skip


@page
def check(request: HttpRequest, number: str, sign: str) -> HttpResponse:
    """Is this receipt ours? Whoever holds the paper sees amount, day, payee and what went back; no address, no name."""
    good = signed(number.encode(), SIGNS, sign + signature(number.encode(), SIGNS)[MARK:]) if len(sign) == MARK else False  # fmt: skip
    order = _paid(number) if good else None
    if order is None:
        raise Refused("not_found")
    form = PaperForm(request.POST, request.FILES) if request.method == "POST" else PaperForm()
    facts = {"order": order, "amount": yuan(order.amount), "back": yuan(order.refunded) if order.refunded else "", "form": form}  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with form.refusals("paper"):
            facts["same"] = _unchanged(number, whole(form.cleaned_data["paper"]))
    return render(request, "living/my/check.html", facts, status=422 if form.is_bound and form.errors else 200)  # fmt: skip


def _unchanged(number: str, data: bytes) -> bool:
    """Byte for byte what was issued, and signed by the site."""
    known = selectors.receipt_paper(SYSTEM, number)
    digest = sha256(data).hexdigest()
    return known is not None and known.sha256 == digest and proven(number, digest, Stamp(known.key, known.signature))  # fmt: skip


def mark(number: str) -> str:
    return signature(number.encode(), SIGNS)[:MARK]


def _paid(number: str) -> PayOrder | None:
    with behind(SYSTEM):  # the signature on the paper says that its holder may
        return PayOrder.objects.filter(number=number, state=OrderState.PAID).first()


@require_GET
@only(Kind.RESIDENT)
def sums(request: HttpRequest) -> HttpResponse:
    """What the company billed and got where one lives, month by month: sums, nobody's bill."""
    actor = who(request)
    told = ((unit, sums_of(actor, unit.pk, area)) for unit, area in selectors.companies(actor))
    found = [(unit, months) for unit, months in told if months]
    return render(request, "living/my/sums.html", {"found": found})
