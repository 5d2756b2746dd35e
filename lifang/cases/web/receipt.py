"""The receipt: a page that opens without an account, for whoever holds its word."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from io import BytesIO
from typing import Any

import segno
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifang.cases import actions, rules, selectors
from lifang.cases.actions import thrift
from lifang.cases.catalogue import CASE, OUTCOMES, policy
from lifang.cases.selectors import Receipt
from lifang.cases.terms import State
from lifang.cases.web import plain
from lifang.cases.web.report import RECEIPTS, source_key
from lifang.cases.web.report_forms import photos_field
from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.core.config import config
from lifang.core.i18n import Text, text
from lifang.core.ids import read_code
from lifang.core.web.forms import Form

PHOTOS_HOLD = timedelta(hours=12)
View = Callable[..., HttpResponseBase]

# Why it is not solved, to be tapped; the office reads the Chinese.
UNSOLVED: dict[str, Text] = {
    "nothing": text("没有处理", "Nothing was done"),
    "partly": text("只处理了一部分", "Only a part was done"),
    "again": text("处理后又出现了", "It came back"),
    "other_place": text("处理的不是这个地方", "Another place was handled"),
}
STARS = {5: gettext_lazy("Very satisfied"), 4: gettext_lazy("Satisfied"), 3: gettext_lazy("So-so"),
         2: gettext_lazy("Dissatisfied"), 1: gettext_lazy("Very dissatisfied")}  # fmt: skip


class MoreForm(Form):
    text = forms.CharField(
        required=False, max_length=1000, label=gettext_lazy("What else should we know?"),
        widget=forms.Textarea,
    )  # fmt: skip
    photos = photos_field()


class UnsolvedForm(Form):
    reason = forms.ChoiceField(
        label=gettext_lazy("What is still wrong?"),
        widget=forms.RadioSelect,
        choices=lambda: [(key, str(words)) for key, words in UNSOLVED.items()],
    )
    text = forms.CharField(
        required=False, max_length=1000, label=gettext_lazy("In your own words"),
        widget=forms.Textarea,
    )  # fmt: skip

    @property
    def note(self) -> str:
        told = self.cleaned_data
        return "。".join(
            part for part in (UNSOLVED[told["reason"]].zh, told["text"].strip()) if part
        )


class RatingForm(Form):
    stars = forms.TypedChoiceField(
        label=gettext_lazy("How satisfied are you?"),
        coerce=int,
        widget=forms.RadioSelect,
        choices=lambda: [(n, f"{'★' * n} {words}") for n, words in STARS.items()],
    )
    text = forms.CharField(
        required=False, max_length=1000, label=gettext_lazy("In your own words"),
        widget=forms.Textarea,
    )  # fmt: skip


def held(view: View) -> View:
    """Give the view its receipt instead of the word; what nobody wrote is not found, like any address that is not there."""

    @wraps(view)
    def opened(request: HttpRequest, token: str, *args: Any) -> HttpResponseBase:
        got = selectors.receipt(request.actor, token)  # type: ignore[attr-defined]
        response = view(request, got, *args)
        # A shared computer must not keep it, a search engine must not find it.
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return opened


@require_safe
@held
def receipt(request: HttpRequest, got: Receipt) -> HttpResponse:
    return render(request, "cases/public/receipt.html", _facts(request, got))


@require_safe
@held
def sent(request: HttpRequest, got: Receipt) -> HttpResponse:
    """A page, not a toast: the number, the promise, the code to keep."""
    return render(request, "cases/public/sent.html", _facts(request, got))


@require_safe
@held
def sheet(request: HttpRequest, got: Receipt) -> HttpResponse:
    """The receipt on paper."""
    return render(request, "cases/public/sheet.html", _facts(request, got))


@require_safe
@held
def code(request: HttpRequest, got: Receipt) -> HttpResponse:
    """The QR code of the receipt's address."""
    drawn = BytesIO()
    made = segno.make(address(request, got), error="m", micro=False)
    made.save(drawn, kind="svg", xmldecl=False, scale=4, border=2)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")


@held
def more(request: HttpRequest, got: Receipt) -> HttpResponseBase:
    """Tell more, or show more."""
    at: datetime = request.at  # type: ignore[attr-defined]
    if request.method == "POST" and request.FILES.getlist("photos"):
        thrift.spend_photos(source_key(request), at, len(request.FILES.getlist("photos")))
    form = MoreForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.add(
                actor=request.actor,  # type: ignore[attr-defined]
                case=got.case,
                at=at,
                text=form.cleaned_data["text"],
                photos=[photo.believed(at) for photo in form.cleaned_data["photos"]],
            )
        if not form.errors:
            messages.success(request, _("Added. The office reads it with your report."))
            return redirect("cases:receipt", got.reporter.token)
    return _asked(request, got, form, "cases/public/more.html")


@held
def unsolved(request: HttpRequest, got: Receipt) -> HttpResponseBase:
    """Not solved: the case is opened again with the reason, or the way out is shown."""
    form = UnsolvedForm(request.POST or None)
    why_not = _no_reopening(got, request.at)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.not_solved(
                actor=request.actor,  # type: ignore[attr-defined]
                case=got.case,
                reporter=got.reporter,
                at=request.at,  # type: ignore[attr-defined]
                note=form.note,
            )
        if not form.errors:
            messages.success(request, _("It is opened again. The office has your reason."))
            return redirect("cases:receipt", got.reporter.token)
    return _asked(request, got, form, "cases/public/unsolved.html", why_not=why_not)


@held
def rating(request: HttpRequest, got: Receipt) -> HttpResponseBase:
    """Stars with words beside them, once."""
    form = RatingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.rate(
                actor=request.actor,  # type: ignore[attr-defined]
                case=got.case,
                reporter=got.reporter,
                at=request.at,  # type: ignore[attr-defined]
                stars=form.cleaned_data["stars"],
                note=form.cleaned_data["text"],
            )
        if not form.errors:
            messages.success(
                request, _("Thank you. Your stars count for the office, not for a person.")
            )
            return redirect("cases:receipt", got.reporter.token)
    return _asked(request, got, form, "cases/public/rating.html")


@held
def withdrawal(request: HttpRequest, got: Receipt) -> HttpResponseBase:
    """Take it back, after being told what that means."""
    if request.method == "POST":
        actions.withdraw(
            actor=request.actor,  # type: ignore[attr-defined]
            case=got.case,
            reporter=got.reporter,
            at=request.at,  # type: ignore[attr-defined]
        )
        messages.success(request, _("Taken back."))
        return redirect("cases:receipt", got.reporter.token)
    return render(request, "cases/public/withdrawal.html", _facts(request, got))


@require_POST
@held
def hiding(request: HttpRequest, got: Receipt) -> HttpResponseBase:
    """Take the receipt off this browser's list: for a telephone that others use."""
    kept = [known for known in request.session.get(RECEIPTS, []) if known != got.reporter.token]
    request.session[RECEIPTS] = kept
    messages.success(
        request, _("This browser has forgotten the receipt. Its address still opens it.")
    )
    return redirect("cases:receipts")


@require_http_methods(["GET", "HEAD", "POST"])
def receipts(request: HttpRequest) -> HttpResponseBase:
    """My reports without an account: what was sent from this browser, and a field for a code or number, which is posted: a code is a key."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    typed = request.POST.get("q", "").replace("\x00", "").strip()[:40]
    found = look_up(actor, typed) if typed else ""
    if found:
        return redirect(found)
    tokens = request.session.get(RECEIPTS, [])
    rows = [
        {"got": got, "chip": plain.chip_of(got.case), "place": plain.place_of(got.case)}
        for got in selectors.receipts(actor, tokens)
    ]
    return render(request, "cases/public/receipts.html", {"rows": rows, "typed": typed})


def look_up(actor: Actor, typed: str) -> str:
    """Where a receipt's code or a case's number leads; nothing for what is neither."""
    plain_code = read_code(typed)
    try:
        if len(plain_code) == CODE_LENGTH and not plain_code.isdigit():
            return reverse(
                "cases:receipt", args=[selectors.receipt(actor, plain_code).reporter.token]
            )
        return reverse(
            "cases:public_case", args=[selectors.public_by_number(actor, plain_code).number]
        )
    except Refused:
        return ""


CODE_LENGTH = 16


def address(request: HttpRequest, got: Receipt) -> str:
    path = reverse("cases:receipt", args=[got.reporter.token])
    return (
        f"{config().public_url.rstrip('/')}{path}"
        if config().public_url
        else request.build_absolute_uri(path)
    )


def _asked(
    request: HttpRequest, got: Receipt, form: Form, template: str, **facts: Any
) -> HttpResponse:
    shown = {**_facts(request, got), "form": form, **facts}
    return render(request, template, shown, status=422 if form.is_bound and form.errors else 200)


def _facts(request: HttpRequest, got: Receipt) -> dict[str, Any]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    at: datetime = request.at  # type: ignore[attr-defined]
    case, reporter = got.case, got.reporter
    with behind(SYSTEM):  # the receipt itself is the permission
        told = selectors.story(actor, case, public=True)
        before, after = plain.shown_photos(selectors.receipt_photos(actor, got), at + PHOTOS_HOLD)
    moves = {move.key for move in CASE().moves_from(case.state)}
    out = selectors.withdrawn(actor, reporter)
    return {
        "case": case,
        "reporter": reporter,
        "chip": plain.chip_of(case),
        "place": plain.place_of(case),
        "handler": plain.handler_of(case),
        "answer": _answer(case),
        "outcome": OUTCOMES[case.outcome].name if case.outcome else "",
        "entries": plain.entries(told),
        "before": before,
        "after": after,
        "url": address(request, got),
        "shared": {"text": address(request, got), "share": True, "title": case.number},
        "number": {"text": case.number},
        "joined": not reporter.first,
        "out": out,
        "may": {
            "add": "add" in moves and not out,
            "unsolved": "reopen" in moves,
            "rate": "rate" in moves and not reporter.stars,
            "withdraw": not out and ("withdraw" in moves or (case.reports > 1 and "add" in moves)),
        },
        "reopen_until": case.closed_at + timedelta(days=policy("reopen_days"))
        if case.closed_at
        else None,
        "no_reopening": _no_reopening(got, at),
        "kept": reporter.token in request.session.get(RECEIPTS, []),
    }


def _answer(case: Any) -> str:
    """The public answer; of a refused report the reason and where to go instead is in the timeline."""
    return "" if case.state == State.VOID else case.answered


def _no_reopening(got: Receipt, at: datetime) -> str:
    """Why it cannot be opened again from here; empty when it can."""
    if got.case.closed_at is None:
        return ""
    refusal = rules.may_reopen(got.case, at, policy("reopen_days"), policy("reopen_times"))
    return str(refusal) if refusal else ""
