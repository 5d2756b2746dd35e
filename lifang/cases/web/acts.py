"""Acts on a case: an address with a noun, a form, one call. Opened in place, or as a page of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lifang.cases import actions, selectors
from lifang.cases.catalogue import CASE
from lifang.cases.models import Case
from lifang.cases.web import case as casepage
from lifang.cases.web import choice_forms, forms, offers, time_forms
from lifang.cases.web.forms import ActForm
from lifang.cases.web.nouns import BULK, NOUNS, url_name, verb
from lifang.cases.web.shown import SIGNS
from lifang.cases.web.tables import CaseTable
from lifang.core.access import Actor, Kind, Refused, insist
from lifang.core.web.htmx import asks, toasts
from lifang.core.web.views import only

# About how things stand, not about what was written: said on a page of its own, never as a fault of the form.
STANDING = frozenset({"not_allowed", "not_found", "no_such_move", "not_handling", "not_your_turn"})
Facts = dict[str, Any]
PHOTOS = {"max": 6, "fields": {"lat": "id_lat", "lon": "id_lon", "taken_at": "id_taken_at"}}


@dataclass(frozen=True)
class Deed:
    """One act: its address, its move in the flow, its form, the action it calls."""

    move: str
    form: type[ActForm]
    do: Callable[..., Any]
    said: Any
    means: Any = ""  # what will happen, in a sentence
    template: str = ""
    offers: Callable[[HttpRequest, Case, Any], Facts] | None = None
    own_noun: str = ""
    own_verb: Any = ""

    @property
    def noun(self) -> str:
        return self.own_noun or NOUNS[self.move]

    @property
    def name(self) -> str:
        """Of its url."""
        return url_name(self.noun)

    @property
    def url(self) -> str:
        return f"cases:{self.name}"

    @property
    def icon(self) -> str:
        return SIGNS.get(self.move, "point")

    @property
    def danger(self) -> bool:
        return CASE().move[self.move].tone == "danger"

    @property
    def verb(self) -> Any:
        return self.own_verb or verb(self.move)


DEEDS = [
    Deed(
        "accept", forms.RemarkForm, actions.accept, _("Accepted. The reporter is told.")
    ),
    Deed(
        "refuse", forms.RefuseForm, actions.refuse, _("Not accepted. The reporter reads why."),
        means=_("The case ends here. The reporter is told the reason and where to go instead."),
    ),
    Deed(
        "ask_verification", forms.RemarkForm, actions.ask_verification,
        _("The grid worker of the place was asked."), means=_("The grid worker of the place goes and has a look first."),
    ),
    Deed(
        "verify", forms.VerifyForm, actions.verify, _("Noted. The desk decides."),
        means=_("What you saw goes to the desk, which accepts or refuses."),
    ),
    Deed(
        "correct", choice_forms.CorrectForm, actions.correct, _("Corrected."),
        means=_("Limits follow from the next stage on; another place may be another desk's."),
        template="cases/desk/correction.html", offers=offers.correction,
    ),
    Deed(
        "dispatch", choice_forms.DispatchForm, actions.dispatch, _("Dispatched."),
        means=_("One unit leads and answers for the whole; others help. All are told at once."),
        template="cases/desk/dispatch.html", offers=offers.dispatch,
    ),
    Deed(
        "sign", forms.NothingForm, actions.sign, _("Signed for. The handling clock runs."),
        means=_("From here the handling clock runs, on your unit's opening hours."),
    ),
    Deed(
        "return", choice_forms.ReturnForm, actions.return_, _("Returned to the desk."),
        template="cases/desk/return.html", offers=offers.returning,
    ),
    Deed(
        "arbitrate", choice_forms.ArbitrateForm, actions.arbitrate, _("Settled and dispatched."),
        means=_("Your word is binding: it cannot be returned as somebody else's duty again."),
        template="cases/desk/dispatch.html", offers=offers.dispatch,
    ),
    Deed(
        "feed_back", forms.FeedbackForm, actions.feed_back, _("Fed back. Somebody else checks it now."),
        means=_("Somebody else checks whether it was done; then it is closed."),
    ),
    Deed(
        "ask_delay", time_forms.DelayForm, actions.ask_delay, _("Asked. The clock runs on until it is decided."),
        means=_("The clock runs on while the desk decides. The reporter is told of a new time only when it is granted."),
    ),
    Deed(
        "grant_delay", time_forms.DelayDecisionForm, actions.decide_delay, _("Decided."),
        means=_("The reporter is told the new time."), template="cases/desk/delay_decision.html",
        offers=offers.delay,
    ),
    Deed(
        "suspend", time_forms.SuspendForm, actions.suspend, _("Suspended. The clock stands still."),
        means=_("The clock stands still; the case comes back to this desk to be looked at."),
    ),
    Deed(
        "resume", forms.RemarkForm, actions.resume, _("Resumed. The clock runs on."),
        means=_("The clock runs on from where it stood."),
    ),
    Deed(
        "press", forms.PressForm, actions.press, _("Pressed. Whoever has it was told."),
        means=_("It goes to the top of the list of whoever has it, and the next step answers you."),
    ),
    Deed(
        "escalate", forms.EscalateForm, actions.escalate, _("Passed to the level above."),
        means=_("The desk of the level above has it then; the clock goes on."),
    ),
    Deed(
        "split_off", choice_forms.SplitForm, actions.split, _("Split: the second case waits for acceptance."),
        means=_("A second case with its own number is opened at the same place."),
        template="cases/desk/correction.html", offers=offers.splitting,
    ),
    Deed(
        "merge", choice_forms.MergeForm, actions.merge, _("Merged. Every reporter stays informed."),
        means=_("This case ends in the other one; its reporters go along and stay informed."),
        template="cases/desk/merge.html", offers=offers.merging,
    ),
    Deed(
        "pass_check", forms.CheckForm, actions.check, _("Checked."),
        means=_("Passed, it is closed and the answer is public. Not passed, it goes back with a new clock."),
        template="cases/desk/check.html", offers=offers.checking,
    ),
    Deed(
        "call_back", forms.CallBackForm, actions.call_back, _("Noted.")),
    Deed(
        "reopen", forms.ReopenForm, actions.reopen, _("Opened again."),
        means=_("It is dispatched anew. What was done stays in the story."),
    ),
    Deed(
        "archive", forms.NothingForm, actions.archive, _("Archived."),
         means=_("It is put away and stays readable.")),
    Deed(
        "answer", forms.AnswerForm, actions.answer, _("The answer is public.")),
]  # fmt: skip
BY_MOVE = {deed.move: deed for deed in DEEDS}


def _view(deed: Deed) -> Callable[..., HttpResponseBase]:
    @require_http_methods(["GET", "POST"])
    @only(Kind.STAFF)
    def view(request: HttpRequest, pk: UUID) -> HttpResponse:
        return answer(request, pk, deed)

    return view


def answer(request: HttpRequest, pk: UUID, deed: Deed) -> HttpResponse:
    """The form of an act, or the act itself."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    case = selectors.case(actor, pk)
    sent = request.method == "POST" and "look" not in request.POST
    form = deed.form(
        request.POST if request.method == "POST" else None, request.FILES or None,
        actor=actor, case=case, at=request.at,  # type: ignore[attr-defined]
    )  # fmt: skip
    if sent and form.is_valid() and _done(request, case, deed, form):
        messages.success(request, str(deed.said))
        return after(request, case)
    insist(selectors.why_not(actor, case, deed.move))
    return shown(request, case, deed, form, 422 if sent else 200)


def _done(request: HttpRequest, case: Case, deed: Deed, form: ActForm) -> bool:
    try:
        deed.do(actor=request.actor, case=case, at=request.at, **form.given())  # type: ignore[attr-defined]
    except Refused as refused:
        if refused.refusal.reason in STANDING:
            raise
        form.add_error(None, str(refused.refusal))
        return False
    return True


def after(request: HttpRequest, case: Case) -> HttpResponse:
    """The case as it is now: in place, or its page. What left one's sight leads back to the inbox."""
    try:
        now = selectors.case(request.actor, case.pk)  # type: ignore[attr-defined]
    except Refused:
        if not asks(request):
            return redirect("cases:inbox")
        return HttpResponse(toasts(request), headers={"HX-Redirect": casepage.inbox_url()})
    if not asks(request):
        return redirect("cases:case", case.pk)
    html = render_to_string(
        "cases/desk/case_body.html", casepage.context(request, now), request=request
    )
    return HttpResponse(html + toasts(request), headers={"HX-Trigger": "live:case"})


def shown(
    request: HttpRequest, case: Case, deed: Deed, form: ActForm, status: int = 200
) -> HttpResponse:
    """The form in the place of the page that htmx asks for, or as a page."""
    place = request.headers.get("HX-Target", "") if asks(request) else ""
    context = {
        "case": case,
        "deed": deed,
        "form": form,
        "here": bool(place),
        "line": casepage.headline(case, request.at),  # type: ignore[attr-defined]
        "photo_props": PHOTOS,
        "looked": form.is_bound and "look" in request.POST,
        **(deed.offers(request, case, form) if deed.offers else {}),
    }
    if not place:
        return render(request, "cases/desk/act.html", context, status=status)
    response = render(request, deed.template or "cases/desk/act_form.html", context, status=status)
    if place == "case":  # the act went to the whole case and came back unfinished
        response["HX-Retarget"], response["HX-Reswap"] = "#act", "innerHTML"
    response["Vary"] = "HX-Request, HX-Target, Cookie"
    return response


def bulk(deed: Deed) -> Callable[..., HttpResponseBase]:
    """Several cases at once, where nothing has to be said of each: what was refused is counted, not hidden."""

    @require_http_methods(["POST"])
    @only(Kind.STAFF)
    def view(request: HttpRequest) -> HttpResponse:
        actor, at = request.actor, request.at  # type: ignore[attr-defined]
        done, refused = 0, []
        for case in CaseTable.selected(request, selectors.cases(actor))[:MOST]:
            try:
                deed.do(actor=actor, case=case, at=at)
                done += 1
            except Refused as told:
                refused.append(f"{case.number}: {told.refusal}")
        _tell(request, deed, done, refused)
        back = request.POST.get("back", "")
        return redirect("cases:inbox" if back == "inbox" else "cases:list")

    return view


MOST = 200
SHOWN = 3


def _tell(request: HttpRequest, deed: Deed, done: int, refused: list[str]) -> None:
    if done:
        messages.success(request, gettext("%(verb)s: %(n)d done.") % {"verb": deed.verb, "n": done})
    if refused:
        told = " ".join(refused[:SHOWN]) + (" …" if len(refused) > SHOWN else "")
        messages.warning(
            request, gettext("%(n)d not done. %(why)s") % {"n": len(refused), "why": told}
        )
    if not done and not refused:
        messages.warning(request, gettext("Nothing was selected."))


# Anybody at work on it may add what they know: no capability of an act, only the flow decides.
ADDITION = Deed(
    "add", forms.MoreForm, actions.add, _("Added."), own_noun="addition", own_verb=_("Add a note or photos"),
    means=_("For the offices only. For the public there is the answer."),
)  # fmt: skip


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def addition(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    case = selectors.case(actor, pk)
    if case.state not in CASE().move["add"].from_:
        raise Refused("no_such_move", move=CASE().move["add"].name, state=case.stage.name)
    sent = request.method == "POST"
    form = forms.MoreForm(
        request.POST if sent else None, request.FILES or None, actor=actor, case=case, at=request.at  # type: ignore[attr-defined]
    )  # fmt: skip
    if sent and form.is_valid() and _done(request, case, ADDITION, form):
        messages.success(request, str(ADDITION.said))
        return after(request, case)
    return shown(request, case, ADDITION, form, 422 if sent else 200)


urlpatterns: list[URLPattern] = [
    *(path(f"desk/cases/<uuid:pk>/{deed.noun}", _view(deed), name=deed.name) for deed in DEEDS),
    path("desk/cases/<uuid:pk>/addition", addition, name="addition"),
    *(
        path(f"desk/cases/{NOUNS[move]}", bulk(BY_MOVE[move]), name=f"bulk_{url_name(NOUNS[move])}")
        for move in BULK
    ),
]
