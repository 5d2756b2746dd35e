"""Admission of outside systems: entered, looked at, decided, renewed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.core.access import Actor, Kind, Refusal, insist
from lifang.core.access.desks import Able, able
from lifang.core.api.models import ApiKey
from lifang.core.api.web.views import told as turned
from lifang.core.config import config
from lifang.core.flow import selectors as flow
from lifang.core.web.show import Chip, Entry
from lifang.core.web.tables import Choice, Column, Empty, Table
from lifang.core.web.views import only
from lifang.exchange import actions, rules, selectors
from lifang.exchange.actions.runs import findings, plain
from lifang.exchange.actions.systems import APPROVE
from lifang.exchange.catalogue import ACCESSES, CHECKS, DATA_KINDS, LEVELS, SYSTEM_ADMISSION
from lifang.exchange.models import OutsideSystem, Run
from lifang.exchange.terms import IN_FORCE, OPEN, UNDECIDED, Standing
from lifang.exchange.web.forms import AskForm, NoteForm, RenewalForm
from lifang.exchange.web.shown import chip, names_of
from lifang.orgs import selectors as orgs

page = require_http_methods(["GET", "POST"])
MOST = 10
SEE, ASK, RENEW = "exchange.see_systems", "exchange.ask_system", "exchange.renew_system"
DECISIONS: dict[str, tuple[Any, str, Any, tuple[str, ...]]] = {
    "opening": (actions.open_system, "exchange.open_system", gettext_lazy("Open the test"), (Standing.ASKED,)),
    "approval": (actions.approve_system, "exchange.approve_system", gettext_lazy("Approve"), (Standing.PASSED, Standing.HALFWAY)),
    "refusal": (actions.refuse_system, "exchange.refuse_system", gettext_lazy("Do not admit"), UNDECIDED),
    "end": (actions.end_system, "exchange.end_system", gettext_lazy("End the admission"), IN_FORCE),
}  # fmt: skip


def keeping(request: HttpRequest, needs: str = SEE) -> Actor:
    """Who asks, if outside systems are theirs. Raises `Refused("not_allowed")`."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    insist(None if actor.may(needs) else Refusal("not_allowed"))
    return actor


def moment(request: HttpRequest) -> datetime:
    at: datetime = request.at  # type: ignore[attr-defined]
    return at


class SystemTable(Table):
    name = Column(gettext_lazy("System"), wide=True, sort="name", link=lambda row: reverse("exchange:system", args=[row.pk]))  # fmt: skip
    answers = Column(gettext_lazy("Answers for it"), value="body")
    state = Column(gettext_lazy("State"), cell="state", value=chip)
    accesses = Column(gettext_lazy("Asks for"), value=lambda row: _(", ").join(names_of(row.accesses, ACCESSES)), narrow=False)  # fmt: skip
    area = Column(gettext_lazy("Area"), value=lambda row: orgs.place_name(row.area, 2))
    expires_at = Column(gettext_lazy("Valid until"), cell="date", sort="expires_at")
    asked_at = Column(gettext_lazy("Asked"), cell="time", sort="asked_at")
    number = Column(gettext_lazy("Number"), sort="number", shown=False)

    key = "systems"
    search = ("number", "name", "body")
    order = "-asked_at"
    filters = (
        Choice("state", gettext_lazy("State"), lambda actor: {one.key: one.name for one in SYSTEM_ADMISSION().states}),
        Choice("access", gettext_lazy("Asks for"), lambda actor: {one.key: one.name for one in ACCESSES}, apply=lambda rows, values: rows.filter(accesses__overlap=list(values))),
    )  # fmt: skip
    empty = Empty(
        gettext_lazy("No outside system has applied here."),
        gettext_lazy(
            "Operators apply at the public page “Connect a system”; or enter an application for one."
        ),
        icon="plug-connected",
    )


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def systems(request: HttpRequest) -> HttpResponseBase:
    actor = keeping(request)
    table = SystemTable(request, selectors.systems(actor))
    return table.response("exchange/desk/systems.html", {"may_ask": actor.may(ASK)})


@page
@never_cache
@only(Kind.STAFF)
def ask(request: HttpRequest) -> HttpResponse:
    """Enter an application; its test key is shown once."""
    actor, at = keeping(request, ASK), moment(request)
    form = AskForm(request.POST or None, actor=actor, at=at)
    if request.method == "POST" and form.is_valid():
        made = None
        with form.refusals():
            made = actions.ask_system(actor=actor, new=form.new(), area=form.cleaned_data["area"], at=at)  # fmt: skip
        if made is not None:
            return _told_once(request, made)
    return render(request, "exchange/desk/ask.html", {"form": form}, status=422 if form.errors else 200)  # fmt: skip


def _told_once(request: HttpRequest, made: OutsideSystem) -> HttpResponse:
    context = {"system": made, "key": made.__dict__["test_key"], **course()}
    return render(request, "exchange/desk/test_key.html", context)


def course() -> dict[str, Any]:
    return {"origin": config().origin, "checks": [(one.name, one.hint) for one in CHECKS]}


@require_GET
@only(Kind.STAFF)
def system(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One system: what it asks for, how it did, who decided, what its keys do."""
    actor, at = keeping(request), moment(request)
    found = selectors.system(actor, pk)
    listed = list(selectors.runs(actor, found)[:MOST])
    keys = list(selectors.keys_of(actor, found)[:MOST])
    shut = selectors.shut(actor, keys)
    decisions = [
        (word, label) for word, (_act, needs, label, states) in DECISIONS.items()
        if found.state in states and actor.may(needs, found.area) and (word != "approval" or _may_approve(actor, found))
    ]  # fmt: skip
    context = {
        "system": found, "chip": chip(found), "plain": SYSTEM_ADMISSION().state[found.state].plain, "place": orgs.place_name(found.area, 3),
        "accesses": [one for one in ACCESSES if one.key in found.accesses], "kept": _(", ").join(names_of(found.kept, DATA_KINDS)),
        "level": next((one.name for one in LEVELS if one.level == found.level), found.level), "decisions": decisions,
        "run": told_run(actor, listed[0], at) if listed else None, "runs": listed[1:],
        "keys": [_key(one, shut.get(one.pk, []), at) for one in keys],
        "may_renew": found.state in (*IN_FORCE, Standing.EXPIRED) and actor.may(RENEW, found.area),
        "may_key": found.state in (*OPEN, *IN_FORCE) and actor.may("exchange.replace_test_key", found.area),
        "entries": _entries(actor, found), "able": _able(found, at), **course(),
    }  # fmt: skip
    return render(request, "exchange/desk/system.html", context)


def _may_approve(actor: Actor, found: OutsideSystem) -> bool:
    """No button for whoever would be refused."""
    mine = [actor.id] if actor.id else []
    return (
        rules.may_approve(
            found.state, (found.asked_by_id, found.opened_by_id), found.first_by_id, mine
        )
        is None
    )


def _able(found: OutsideSystem, at: datetime) -> Able | None:
    """Who may approve it as things stand."""
    if found.state not in (Standing.PASSED, Standing.HALFWAY):
        return None
    need = 2 if found.personal and found.state == Standing.PASSED else 1
    return able(
        APPROVE,
        found.area,
        at,
        but=(found.asked_by_id, found.opened_by_id, found.first_by_id),
        need=need,
    )


def told_run(actor: Actor, run: Run, at: datetime) -> dict[str, Any]:
    """The last run, check by check; an open one as far as it has come."""
    told = run.findings if run.ended_at else [plain(one) for one in findings(selectors.seen(actor, run, at))]  # fmt: skip
    return {"run": run, "checks": [_check(one) for one in told]}


def _check(one: dict[str, Any]) -> dict[str, Any]:
    known = CHECKS[one["check"]]
    return {"name": known.name, "hint": "" if one["passed"] is not False else known.hint, "passed": one["passed"], "tried": one.get("tried", True), "facts": _facts(one)}  # fmt: skip


def _facts(one: dict[str, Any]) -> str:
    """What says that a check was not passed."""
    if one["passed"] is not False:
        return ""
    facts = one["facts"]
    said = [str(each) for each in facts.get("examples", ())]
    if "made" in facts:
        said.append(_("%(made)d of %(wanted)d made") % {"made": facts["made"], "wanted": facts["wanted"]})  # fmt: skip
        words = {"twice": _("sent under another key: %d"), "mixed": _("one key for different reports: %d"), "keyless": _("without a key: %d")}  # fmt: skip
        said += [text % facts[key] for key, text in words.items() if facts.get(key)]
    return " · ".join(said)


def _key(one: ApiKey, shut: Iterable[Any], at: datetime) -> dict[str, Any]:
    """A key as a line: its beginning, what for, until when; never more of it."""
    over = one.revoked_at is not None or one.expires_at <= at
    return {
        "key": one, "kind": _("Test key") if one.watched else _("Key"), "shut": [turned(each) for each in shut],
        "chip": Chip("idle", _("Ended")) if over else Chip("done", _("Valid")),
    }  # fmt: skip


def _entries(actor: Actor, found: OutsideSystem) -> list[Entry]:
    """What happened to it, newest first."""
    moves = SYSTEM_ADMISSION().move
    rows = flow.steps(actor, found.pk).select_related("account")
    return [Entry(at=one.at, title=str(moves[one.move].done), who=str(one.account or ""), text=one.note, kind="progress") for one in rows][::-1]  # fmt: skip


@page
@only(Kind.STAFF)
def decision(request: HttpRequest, pk: UUID, word: str) -> HttpResponse:
    actor = keeping(request)
    found = selectors.system(actor, pk)
    act, needs, label, states = DECISIONS[word]
    insist(None if actor.may(needs, found.area) else Refusal("not_allowed"))
    if found.state not in states:
        messages.info(request, _("The application is in another state now."))
        return redirect("exchange:system", pk)
    form = NoteForm(request.POST or None)
    good = word in ("opening", "approval")
    form.fields["note"].required = not good
    if request.method == "POST" and form.is_valid():
        with form.refusals("note"):
            act(actor=actor, system=found, note=form.cleaned_data["note"], at=moment(request))
        if not form.errors:
            messages.success(request, _("Decided."))
            return redirect("exchange:system", pk)
    context = {
        "form": form, "system": found, "label": label, "word": word, "danger": not good,
        "accesses": names_of(found.accesses, ACCESSES),
    }  # fmt: skip
    return render(request, "exchange/desk/decision.html", context, status=422 if form.errors else 200)  # fmt: skip


@page
@never_cache
@only(Kind.STAFF)
def renewal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What may have changed, and a new test key."""
    actor, at = keeping(request), moment(request)
    found = selectors.system(actor, pk)
    insist(None if actor.may(RENEW, found.area) else Refusal("not_allowed"))
    first = {"networks": "\n".join(found.networks), "level": found.level, "certificate": found.certificate, "assessed_on": found.assessed_on}  # fmt: skip
    form = RenewalForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        made = None
        with form.refusals():
            made = actions.renew_system(actor=actor, system=found, at=at, **form.cleaned_data)
        if made is not None:
            return _told_once(request, made)
    return render(request, "exchange/desk/renewal.html", {"form": form, "system": found}, status=422 if form.errors else 200)  # fmt: skip


@require_POST
@never_cache
@only(Kind.STAFF)
def test_key(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another test key, shown once."""
    actor = keeping(request)
    found = selectors.system(actor, pk)
    insist(None if actor.may("exchange.replace_test_key", found.area) else Refusal("not_allowed"))
    return _told_once(request, actions.replace_test_key(actor=actor, system=found, at=moment(request)))  # fmt: skip
