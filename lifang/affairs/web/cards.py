"""A card at a terminal instead of a telephone typed: the code that is sent decides, never the card."""

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lifang.affairs import actions
from lifang.affairs.adapters import READERS
from lifang.affairs.web.kiosk import here
from lifang.affairs.web.own import acting
from lifang.core.access import Refused
from lifang.core.accounts import actions as accounts
from lifang.core.accounts.source import source_of
from lifang.core.accounts.web import admission as door
from lifang.core.accounts.web.forms import CodeForm
from lifang.core.api.rates import BUCKETS
from lifang.core.crypto.fields import clear
from lifang.core.web.forms import Form
from lifang.core.web.panels import panel

CARD = "card"  # in the sealed session
CARDS_A_MINUTE = 6  # of one network
NOBODY = "0"  # a telephone no code was ever sent to
READER = READERS["wedge"]


class CardForm(Form):
    called = gettext_lazy("Card at a terminal")
    elements = {"card": "person.identity"}
    card = forms.CharField(
        label=gettext_lazy("Lay your card on the reader"), max_length=400, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "none", "data-focus": ""}),
    )  # fmt: skip


@panel("kiosk.tiles", order=20)
def tile(request: HttpRequest) -> tuple[str, dict[str, object]] | None:
    """Only on a machine that is bound: elsewhere there is no reader."""
    return ("affairs/kiosk/card_tile.html", {}) if here(request) else None


@require_http_methods(["GET", "POST"])
def card(request: HttpRequest) -> HttpResponseBase:
    """The answer is the same whether somebody is known under the number or not, and never holds it."""
    actor, at = acting(request)
    if here(request) is None:
        raise Refused("not_found")
    form = CardForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        BUCKETS.take(f"card:{source_of(request)}", CARDS_A_MINUTE, at.timestamp()).insist()
        number = READER.number(form.cleaned_data["card"])
        if number:
            found = actions.present_card(actor=actor, number=number, source=source_of(request), language=get_language() or "", at=at)  # type: ignore[arg-type]  # fmt: skip
            request.session[CARD] = {"telephone": clear(found, "telephone"), "account": str(found.pk)} if found else {"telephone": NOBODY, "account": ""}  # fmt: skip
            return redirect("affairs:kiosk_card_code")
        form.add_error("card", _("That was no number of a card. Lay it on the reader once more, or sign in with your telephone."))  # fmt: skip
    return _shown(request, "affairs/kiosk/card.html", form)


@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponseBase:
    """The six figures that came to the telephone on record."""
    _actor, at = acting(request)
    laid = request.session.get(CARD)
    if here(request) is None or not laid:
        return redirect("affairs:kiosk_card" if here(request) else "web:kiosk")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.refusals("code"):
            account = accounts.ring(telephone=laid["telephone"], code=form.cleaned_data["code"], source=source_of(request), at=at, language=get_language() or "")  # type: ignore[arg-type]  # fmt: skip
            if str(account.pk) != laid["account"]:
                raise Refused("not_found")
            request.session.pop(CARD, None)
            door.enter(request, account)  # type: ignore[arg-type]
            return redirect("web:my")
    return _shown(request, "affairs/kiosk/card_code.html", form)


def _shown(request: HttpRequest, name: str, form: Form) -> HttpResponse:
    response = render(request, name, {"form": form, "reader": READER}, status=422 if form.errors else 200)  # fmt: skip
    response["Cache-Control"] = "no-store"
    return response
