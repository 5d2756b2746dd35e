"""The local stand-in's cashier, and the door for what channels tell."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from lifang.core.access import SYSTEM, Kind, Refusal, Refused, insist
from lifang.core.pay import actions, selectors
from lifang.core.pay.adapters import ADAPTERS
from lifang.core.pay.adapters.local import Local
from lifang.core.pay.adapters.local.actions import charge
from lifang.core.pay.models import PayOrder
from lifang.core.pay.purposes import PURPOSES
from lifang.core.pay.rules import yuan
from lifang.core.pay.terms import OrderState, Unsigned
from lifang.core.web.views import only

LOCAL = Local()


@require_http_methods(["GET", "POST"])
@only(Kind.RESIDENT, Kind.STAFF)
def cashier(request: HttpRequest, number: str) -> HttpResponse:
    """What a payment channel would show. It says that it is a stand-in and that no money moves."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    order = selectors.order(actor, number)
    insist(None if order.way == LOCAL.key and order.payer == actor.holder else Refusal("not_found"))
    back = PURPOSES[order.purpose].page(order.subject)
    if order.state == OrderState.PAID:
        return redirect(back)
    if request.method == "POST" and at < order.expires_at:
        return redirect(_pay(order, at, back))
    facts = {
        "order": order,
        "amount": yuan(order.amount),
        "back": back,
        "over": at >= order.expires_at,
    }
    return render(request, "pay/cashier.html", facts)


def _pay(order: PayOrder, at: object, back: str) -> str:
    """The stand-in takes the money into its own book, then tells us as any channel would: signed."""
    charge(order.number, order.amount, at)  # type: ignore[arg-type]
    told = LOCAL.ask(order.number)
    assert told is not None  # noqa: S101 -- just charged
    body, mark = LOCAL.notification(told)
    actions.take_notice(actor=SYSTEM, way=LOCAL.key, told=LOCAL.read(body, mark), at=at)  # type: ignore[arg-type]
    return back


@csrf_exempt  # no session counts here: the signature does
@require_POST
def notice(request: HttpRequest, way: str) -> HttpResponse:
    """A channel tells that money came. What is not signed by it is not heard, and told nothing."""
    adapter = ADAPTERS.get(way, ADAPTERS["till"])  # which hears nothing
    try:
        told = adapter.read(request.body, request.headers.get("X-Pay-Signature", ""))
        actions.take_notice(actor=SYSTEM, way=way, told=told, at=request.at)  # type: ignore[attr-defined]
    except Unsigned:
        return JsonResponse({"taken": False}, status=403)
    except Refused as refused:
        return JsonResponse({"taken": False, "reason": refused.refusal.reason}, status=409)
    return JsonResponse({"taken": True})
