"""Rules: what is watched, in plain words; edited as a draft, tried on stored history, then published."""

from datetime import timedelta
from typing import Any

import msgspec
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.core.access import Kind, Refused
from lifang.core.web.forms import Form
from lifang.core.web.htmx import page
from lifang.core.web.show import Chip
from lifang.core.web.times import span
from lifang.core.web.views import only
from lifang.sensing import actions, selectors
from lifang.sensing.catalogue import RULES, AlarmRule
from lifang.sensing.models import Edition
from lifang.sensing.rules.limits import read
from lifang.sensing.terms import RuleState, Severity
from lifang.sensing.watch.rule import Kind as RuleKind
from lifang.sensing.web import said
from lifang.sensing.web.here import answering, moment

QUALITY_DAYS = 90
HISTORY_DAYS = (1, 7, 28)
STATES = {
    RuleState.DRAFT: Chip("waiting", gettext_lazy("Draft")),
    RuleState.PUBLISHED: Chip("done", gettext_lazy("In force")),
    RuleState.RETIRED: Chip("idle", gettext_lazy("Retired")),
}


class RuleForm(Form):
    """Only what the kind of rule asks for is shown."""

    severity = forms.ChoiceField(label=gettext_lazy("Severity"))
    above = forms.FloatField(label=gettext_lazy("Alarm above"), required=False)
    below = forms.FloatField(label=gettext_lazy("Alarm below"), required=False)
    deadband = forms.FloatField(
        label=gettext_lazy("Deadband"), required=False, min_value=0,
        help_text=gettext_lazy("How far it must come back before it counts as in order."),
    )  # fmt: skip
    by = forms.FloatField(label=gettext_lazy("Changes by"), required=False)
    count = forms.IntegerField(
        label=gettext_lazy("How many times"), required=False, min_value=1, max_value=100
    )
    window = forms.FloatField(
        label=gettext_lazy("Within (minutes)"), required=False, min_value=0, max_value=525_600
    )
    hold = forms.FloatField(
        label=gettext_lazy("Must last (minutes)"), required=False, min_value=0, max_value=525_600,
        help_text=gettext_lazy("0: at once. A short excursion that needs no answer should not be an alarm."),
    )  # fmt: skip
    linger = forms.FloatField(
        label=gettext_lazy("In order for (minutes) before it is cleared"), required=False, min_value=0, max_value=525_600,
    )  # fmt: skip
    latch = forms.BooleanField(
        label=gettext_lazy("It stays until somebody resets it, also when the cause is gone"), required=False
    )  # fmt: skip
    start = forms.TimeField(label=gettext_lazy("Only from"), required=False)
    to = forms.TimeField(label=gettext_lazy("until"), required=False)
    reason = forms.CharField(label=gettext_lazy("Why is it changed?"), max_length=300)

    def __init__(self, *args: Any, rule: AlarmRule, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": _initial(rule), **kwargs})
        self.rule = rule
        self.fields["severity"].choices = [  # type: ignore[attr-defined]
            (key.value, str(word)) for key, word in said.SEVERITIES.items()
        ]
        for name in set(self.fields) - _fields(rule):
            del self.fields[name]
        if rule.when.kind is RuleKind.SCORE:
            self.fields["above"] = _score_field()

    def body(self) -> dict[str, Any]:
        """The rule as written, for the action to judge."""
        facts = self.cleaned_data
        body: dict[str, Any] = msgspec.to_builtins(self.rule)
        body["severity"] = facts["severity"]
        when = body["when"]
        for name in ("above", "below"):
            if name in facts:
                when[name] = facts[name]
        for name, default in (("deadband", 0), ("by", 0), ("count", 1)):
            if name in facts:
                when[name] = default if facts[name] is None else facts[name]
        for name in ("window", "hold", "linger"):
            if name in facts:
                when[name] = (facts[name] or 0) * 60
        when["latch"] = facts["latch"]
        when["schedule"]["windows"] = _windows(facts)
        return body


def _fields(rule: AlarmRule) -> set[str]:
    when = rule.when
    found = {"severity", "hold", "linger", "latch", "start", "to", "reason"}
    if when.kind is RuleKind.SCORE:
        return found | {"above"}
    if when.above is not None or when.below is not None:
        found |= {"above", "below", "deadband"}
    if when.kind is RuleKind.CHANGE:
        found |= {"by", "window"}
    if when.kind is RuleKind.COUNT:
        found |= {"count", "window"}
    return found


def _score_field() -> forms.FloatField:
    return forms.FloatField(
        label=gettext_lazy("Score above"), min_value=0.05, max_value=0.99, widget=forms.NumberInput(attrs={"step": "0.01"}),
        help_text=gettext_lazy("From 0 to 1: how unusual a value is for its own series. The same number serves every series; 0.3 is a good beginning, a greater one means fewer alarms."),
    )  # fmt: skip


def _initial(rule: AlarmRule) -> dict[str, Any]:
    when = rule.when
    windows = when.schedule.windows
    return {
        "severity": rule.severity.value, "above": _plain(when.above), "below": _plain(when.below), "deadband": _plain(when.deadband), "by": _plain(when.by),
        "count": when.count, "window": _plain(when.window / 60), "hold": _plain(when.hold / 60), "linger": _plain(when.linger / 60),
        "latch": when.latch,
        "start": said.clock(windows[0].start) if windows else None,
        "to": said.clock(windows[0].to % 1440) if windows else None,
    }  # fmt: skip


def _plain(number: float | None) -> str | None:
    """As people write it: 30, 0.5."""
    return None if number is None else f"{number:.10g}"


def _windows(facts: dict[str, Any]) -> list[dict[str, Any]]:
    start, to = facts.get("start"), facts.get("to")
    if start is None or to is None:
        return []
    end = to.hour * 60 + to.minute
    return [{"start": start.hour * 60 + start.minute, "to": end or 1440, "days": list(range(8))}]


@require_GET
@only(Kind.STAFF)
def rules(request: HttpRequest) -> HttpResponse:
    """All rules with how good they have been."""
    actor = answering(request)
    since = moment(request) - timedelta(days=QUALITY_DAYS)
    quality = {one.rule: one for one in selectors.quality(actor, since)}
    drafts = set(
        selectors.editions(actor).filter(state=RuleState.DRAFT).values_list("rule", flat=True)
    )
    rows: list[dict[str, Any]] = [
        {"rule": one, "url": reverse("sensing:rule", args=[one.key]), "sentence": said.sentence(one),
         "severity": said.severity(one), "quality": quality.get(one.key), "draft": one.key in drafts}
        for one in selectors.in_force(actor).values()
    ]  # fmt: skip
    rows.sort(key=lambda row: (not row["rule"].life, row["rule"].hazard, row["rule"].key))
    return page(request, "sensing/desk/rules.html", {"rows": rows, "days": QUALITY_DAYS})


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def rule(request: HttpRequest, key: str) -> HttpResponse:
    """One rule: what it says, how good it was, its editions; the form writes a draft."""
    actor = answering(request)
    found = selectors.rule(actor, key)
    editions = list(selectors.editions(actor, key))
    draft = next((one for one in editions if one.state == RuleState.DRAFT), None)
    base = read(draft.body) if draft else found
    form = RuleForm(request.POST or None, rule=base)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            actions.draft_rule(
                actor=actor, key=key, body=form.body(), reason=form.cleaned_data["reason"], at=moment(request),
            )  # fmt: skip
            messages.success(
                request, _("Kept as a draft. Try it on the stored history before it is published.")
            )
            return redirect("sensing:rule", key)
    since = moment(request) - timedelta(days=QUALITY_DAYS)
    quality = next((one for one in selectors.quality(actor, since) if one.rule == key), None)
    return page(
        request, "sensing/desk/rule.html",
        {
            "rule": found, "sentence": said.sentence(found), "types": said.types(found), "severity": said.severity(found),
            "quality": quality, "days": QUALITY_DAYS, "editions": [(one, STATES[RuleState(one.state)], said.sentence(read(one.body))) for one in editions],
            "draft": draft, "draft_sentence": said.sentence(base) if draft else "", "form": form,
            "may_draft": actor.may("sensing.draft_rule"), "may_publish": actor.may("sensing.publish_rule"),
            "published": next((one for one in editions if one.state == RuleState.PUBLISHED), None),
        },
    )  # fmt: skip


@require_POST
@only(Kind.STAFF)
def preview(request: HttpRequest, key: str) -> HttpResponse:
    """What the form says now, as a sentence, while one writes; nothing is kept."""
    actor = answering(request)
    form = RuleForm(request.POST, rule=selectors.rule(actor, key))
    words, fault = "", ""
    form.fields["reason"].required = False
    if form.is_valid():
        try:
            words = said.sentence(actions.checked(key, form.body()))
        except Refused as refused:
            fault = str(refused)
    return page(
        request,
        "sensing/desk/preview.html",
        {"words": words, "fault": fault, "errors": form.errors},
    )


@require_GET
@only(Kind.STAFF)
def backtest(request: HttpRequest, key: str) -> HttpResponse:
    """The draft (or the rule in force) over stored readings: what it would have raised."""
    actor = answering(request)
    draft = selectors.editions(actor, key).filter(state=RuleState.DRAFT).first()
    tried = read(draft.body) if draft else selectors.rule(actor, key)
    asked = request.GET.get("days", "7")
    days = int(asked) if asked in {str(n) for n in HISTORY_DAYS} else 7
    until = moment(request)
    found = selectors.backtest(actor, tried, until - timedelta(days=days), until)
    return page(
        request, "sensing/desk/backtest.html",
        {
            "rule": tried, "draft": draft, "sentence": said.sentence(tried), "found": found, "days": days, "choices": HISTORY_DAYS,
            "rows": [(day.isoformat(), n) for day, n, _now in found.days],
            "day_rows": found.days, "may_publish": draft and actor.may("sensing.publish_rule"),
        },
    )  # fmt: skip


@require_POST
@only(Kind.STAFF)
def publication(request: HttpRequest, key: str, number: int) -> HttpResponse:
    actions.publish_rule(
        actor=answering(request), edition=_edition(request, key, number), at=moment(request)
    )
    messages.success(request, _("In force from now on."))
    return redirect("sensing:rule", key)


@require_POST
@only(Kind.STAFF)
def retirement(request: HttpRequest, key: str, number: int) -> HttpResponse:
    actions.retire_rule(
        actor=answering(request), edition=_edition(request, key, number), at=moment(request)
    )
    messages.success(
        request,
        _("Retired. The rule of the catalogue is in force again, if nothing else was published."),
    )
    return redirect("sensing:rule", key)


def _edition(request: HttpRequest, key: str, number: int) -> Edition:
    return selectors.edition(answering(request), key, number)


@require_GET
@only(Kind.STAFF)
def figures(request: HttpRequest) -> HttpResponse:
    """The load by ISA-18.2, and how good the rules have been."""
    actor = answering(request)
    until = moment(request)
    days = 30
    found = selectors.kpis(actor, until - timedelta(days=days), until)
    quality = selectors.quality(actor, until - timedelta(days=QUALITY_DAYS))
    early = selectors.leads(actor, until - timedelta(days=QUALITY_DAYS), until)
    return page(
        request, "sensing/desk/figures.html",
        {
            "kpis": found, "days": days, "quality_days": QUALITY_DAYS,
            "top": [(said.name(key), n) for key, n in found.top],
            "chattering": [(said.name(key), n) for key, n in found.chattering],
            "leads": early, "early": [(said.name(one.early), said.name(one.serious), one.times, span(one.before)) for one in early.pairs if one.early in RULES and one.serious in RULES],
            "early_median": span(early.before) if early.before is not None else "",
            "shares": [(said.SEVERITIES[key], found.shares[key.value], goal) for key, goal in _SHARES.items()],
            "quality": [(one, said.name(one.rule), reverse("sensing:rule", args=[one.rule])) for one in quality if one.rule in RULES],
        },
    )  # fmt: skip


_SHARES = {
    Severity.CRITICAL: "< 1 %",
    Severity.MAJOR: "5 %",
    Severity.MINOR: "15 %",
    Severity.WARNING: "80 %",
}
