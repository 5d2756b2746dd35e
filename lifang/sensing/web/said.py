"""Alarms and rules in plain words."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifang.core.config import config
from lifang.core.web.show import Chip, Entry
from lifang.core.web.times import span
from lifang.orgs.selectors import place_name
from lifang.sensing.catalogue import (
    LOOK_PURPOSES,
    MATCH_PURPOSES,
    MEASURES,
    RULES,
    TYPES,
    VERDICTS,
    AlarmRule,
)
from lifang.sensing.models import Alarm, AlarmStep
from lifang.sensing.rules.alarms import waits_for_reset
from lifang.sensing.terms import MATCH, Severity
from lifang.sensing.watch.rule import Kind, Rule

SEVERITIES = {
    Severity.CRITICAL: gettext_lazy("Critical"),
    Severity.MAJOR: gettext_lazy("Major"),
    Severity.MINOR: gettext_lazy("Minor"),
    Severity.WARNING: gettext_lazy("Warning"),
}
TONES = {"critical": "danger", "major": "late", "minor": "waiting", "warning": "open"}
STEPS = {
    "raised": gettext_lazy("Raised"),
    "again": gettext_lazy("Raised again"),
    "reopened": gettext_lazy("Not cleared after all, say late readings"),
    "cleared": gettext_lazy("The condition is gone"),
    "moved": gettext_lazy("Late readings say that it began at another time"),
    "withdrawn": gettext_lazy("Late readings say that it never was"),
    "corroborated": gettext_lazy("Another kind of device says the same"),
    "acknowledged": gettext_lazy("Acknowledged"),
    "shelved": gettext_lazy("Shelved"),
    "unshelved": gettext_lazy("Brought back"),
    "returned": gettext_lazy("Came back by itself"),
    "note": gettext_lazy("Note"),
    "told": gettext_lazy("Staff told"),
    "family_told": gettext_lazy("The family was asked by a text message"),
    "second_told": gettext_lazy("No answer: the second contact was asked by a text message"),
    "no_contact": gettext_lazy("No contact is known; the grid worker is told next"),
    "fire_called": gettext_lazy("119 was told by telephone"),
    "fire_ordered": gettext_lazy("Ordered for the fire service by the interface"),
    "fire_sent": gettext_lazy("The interface took it"),
    "fire_failed": gettext_lazy("The interface did not take it: please telephone 119"),
    "fire_answered": gettext_lazy("119 answered"),
    "contact_seen": gettext_lazy("Looked up whom to call"),
    "reset": gettext_lazy("Reset: somebody was there, and it is in order"),
    "verdict": gettext_lazy("Judged"),
    "looked": gettext_lazy("Looked at"),
    "recorded": gettext_lazy("The camera's recording came"),
    "recording_seen": gettext_lazy("Looked at the recording"),
}


def name(key: str) -> str:
    found = RULES.get(key)
    return str(found.name) if found else key


def severity(alarm: Any) -> Chip:
    return Chip(TONES[alarm.severity], SEVERITIES[Severity(alarm.severity)])


def state(alarm: Alarm) -> Chip:
    """One of the states of ISA-18.2, in a word."""
    if alarm.verdict:
        return Chip("done", VERDICTS[alarm.verdict].name)
    if alarm.ended_at:
        return Chip("idle", _("Over"))
    if alarm.shelved_until:
        return Chip("idle", _("Shelved"))
    if alarm.acknowledged_at and alarm.cleared_at and waits_for_reset(alarm):
        return Chip("waiting", _("Cleared, to be reset"))
    if alarm.acknowledged_at:
        return Chip(
            "progress", _("Cleared, to be judged") if alarm.cleared_at else _("Being answered")
        )
    return (
        Chip("waiting", _("Cleared, to be reset"))
        if alarm.cleared_at and waits_for_reset(alarm)
        else Chip("waiting", _("Cleared, not answered"))
        if alarm.cleared_at
        else Chip("danger", _("Not answered"))
    )


def where(alarm: Alarm) -> str:
    """The place and the device, as somebody on the way needs it."""
    if alarm.hazard == MATCH:
        return _("Shown when you say what you look at it for")
    parts = [place_name(alarm.area, 2)]
    if alarm.place:
        parts.append(alarm.place.address or alarm.place.name)
    if alarm.device:
        parts += [alarm.device.position, str(alarm.device)]
    return " · ".join(part for part in dict.fromkeys(parts) if part)


def url(alarm: Alarm) -> str:
    """Its card; of a match the page that asks for the purpose first."""
    return reverse("sensing:match" if alarm.hazard == MATCH else "sensing:alarm", args=[alarm.pk])


def entry(step: AlarmStep) -> Entry:
    said = str(STEPS.get(step.kind, step.kind))
    if step.kind == "verdict":
        said = f"{said}: {VERDICTS[step.facts['verdict']].name}"
    if step.kind == "told":
        said = _("%(n)d people told, in %(area)s") % {
            "n": step.facts["told"],
            "area": place_name(step.facts["area"]),
        }
    who = str(step.account or "")
    text = _purpose(step) or step.note
    return Entry(at=step.at, title=said, who=who, text=text, kind=_KINDS.get(step.kind, "progress"))


def _purpose(step: AlarmStep) -> str:
    """What somebody looked for."""
    purpose = step.facts.get("purpose", "")
    if step.kind == "looked" and purpose in MATCH_PURPOSES:
        return str(MATCH_PURPOSES[purpose].name)
    if step.kind == "recording_seen" and purpose in LOOK_PURPOSES:
        return str(LOOK_PURPOSES[purpose].name)
    return ""


_KINDS = {"raised": "danger", "again": "danger", "verdict": "done", "cleared": "done"}


def readings(alarm: Alarm) -> list[tuple[str, str, Any]]:
    """What the device said when it was raised."""
    rows = alarm.evidence.get("readings", [])
    return [
        (
            str(MEASURES[row["measure"]].name),
            " · ".join(
                one
                for one in (MEASURES[row["measure"]].shown(row["value"]), row.get("said", ""))
                if one
            ),
            row["at"],
        )
        for row in rows
        if row["measure"] in MEASURES
    ]


SCORES = {
    "spike": gettext_lazy("A jump of a size that this series has hardly ever made."),
    "shift": gettext_lazy("Several readings in a row are off in one direction."),
    "unrest": gettext_lazy("It swings more than it is used to."),
    "range": gettext_lazy("It lies outside everything that was ever read."),
    "frozen": gettext_lazy("It has been the very same number for longer than ever."),
}


def score(alarm: Alarm) -> dict[str, Any] | None:
    """Why a value stood out, as one would say it."""
    told = alarm.evidence.get("score")
    if not told or told["measure"] not in MEASURES:
        return None
    measure = MEASURES[told["measure"]]
    return {
        "said": SCORES.get(told["reason"], ""), "measure": measure.name, "at": datetime.fromisoformat(told["at"]),
        "value": measure.shown(told["value"]), "expected": measure.shown(told["expected"]), "usual": measure.shown(told["usual"]),
        "score": f"{told['score']:.2f}", "seen": f"{told['seen']:,}",
    }  # fmt: skip


def stream() -> dict[str, Any]:
    return {
        "url": f"{config().streams_origin}/streams/events?names=sensing.Alarm",
        "poll": 15,
        "events": ["alarm"],
    }


def types(rule: AlarmRule) -> str:
    return _(", ").join(str(TYPES[key].name) for key in rule.types if key in TYPES)


def sentence(rule: AlarmRule) -> str:
    """When it is an alarm, as one would say it."""
    when = rule.when
    measure = str(MEASURES[when.measure].name) if when.measure in MEASURES else when.measure
    facts = {"measure": measure, "limit": _limit(when), "hold": span(timedelta(seconds=when.hold)),
             "window": span(timedelta(seconds=when.window)), "count": when.count, "by": _by(when)}  # fmt: skip
    if when.kind is Kind.COUNT:
        said = _("%(measure)s %(limit)s, %(count)d times within %(window)s") % facts
    elif when.kind is Kind.CHANGE:
        said = _("%(measure)s changes by %(by)s within %(window)s") % facts
    elif when.kind is Kind.SILENCE:
        said = _("no word of %(measure)s for %(hold)s") % facts
    elif when.kind is Kind.SEQUENCE:
        facts["then"] = str(MEASURES[when.then].name) if when.then in MEASURES else when.then
        said = _("%(measure)s %(limit)s, and no %(then)s within %(hold)s") % facts
    elif when.kind is Kind.SCORE:
        facts["score"] = f"{when.above or 0:g}"
        said = _("%(measure)s stands out from its own past: score above %(score)s of 1") % facts
        said += _(", for %(hold)s") % facts if when.hold else ""
    elif when.hold:
        said = _("%(measure)s %(limit)s, for %(hold)s") % facts
    else:
        said = _("%(measure)s %(limit)s, at once") % facts
    return said + "".join(_more(when))


def _limit(when: Rule) -> str:
    measure = MEASURES.get(when.measure)

    def shown(value: float) -> str:
        return measure.shown(value) if measure else f"{value:g}"

    parts = [_("above %s") % shown(when.above)] if when.above is not None else []
    parts += [_("below %s") % shown(when.below)] if when.below is not None else []
    parts += (
        [_("is %s") % _(", ").join(shown(value) for value in when.equals)] if when.equals else []
    )
    return _(" or ").join(parts)


def _by(when: Rule) -> str:
    measure = MEASURES.get(when.measure)
    return measure.shown(when.by) if measure else f"{when.by:g}"


def _more(when: Rule) -> Iterable[str]:
    if when.linger:
        yield _("; cleared after %s in order") % span(timedelta(seconds=when.linger))
    if when.deadband:
        yield _("; deadband %s") % f"{when.deadband:g}"
    if when.latch:
        yield _("; stays until somebody resets it")
    for window in when.schedule.windows:
        yield _("; only %(start)s–%(to)s") % {
            "start": clock(window.start),
            "to": clock(window.to),
        }


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
