"""Where the desk's pages of cases stand: in the rail, on the desk's home, in the search over everything."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from lifang.cases import selectors
from lifang.cases.web import shown
from lifang.cases.web.inbox import FIRST, other
from lifang.core.access import Actor
from lifang.core.flow.lines import told
from lifang.core.web.nav import Entry, Hit, counted, finder, register
from lifang.core.web.panels import panel
from lifang.orgs.selectors import home_of
from lifang.sensing import selectors as sensing
from lifang.sensing.catalogue import RULES, VERDICTS

Filling = tuple[str, dict[str, Any]] | None
SEE = "cases.see"
HITS = 8
MOST_PARTS = 12


def waiting(request: HttpRequest) -> int | None:
    """How much waits for the reader, cases and other flows."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    counts, others = selectors.waiting_counts(actor), selectors.others_counts(actor)
    return sum(counts.values()) + sum(others.values()) or None


register(
    Entry("desk", "cases.inbox", _("To do"), "cases:inbox", icon="checklist", capability=SEE, order=10, bar=True,
          count=waiting),
    Entry("desk", "cases.list", _("Cases"), "cases:list", icon="folders", capability=SEE, order=12, bar=True),
    Entry("desk", "cases.map", _("Map"), "cases:map", icon="map-2", capability=SEE, order=14, bar=True),
    Entry("desk", "cases.figures", _("Figures"), "cases:figures", icon="chart-bar", capability=SEE, order=18),
    Entry("desk", "cases.desk_report", _("Report"), "cases:desk_report", icon="camera-plus", capability="cases.record", order=16,
          bar=True),
    Entry("desk", "cases.limits", _("Time limits"), "cases:limits", icon="hourglass", order=65),
    Entry("desk", "cases.conversions", _("Old codes"), "cases:conversions", icon="arrows-exchange", order=66),
    Entry("desk", "cases.learning", _("Learning from corrections"), "cases:learning", icon="bulb",
          capability="cases.see_learning", order=90),
)  # fmt: skip


@panel("desk.home", order=10)
def today(request: HttpRequest) -> Filling:
    """The numbers of one's area, and the three things to begin with."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(SEE):
        return None
    at: datetime = request.at  # type: ignore[attr-defined]
    midnight = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    sees_area = any(grant.sees == "area" for grant in actor.grants)
    counts = selectors.counts(actor, home_of(actor) if sees_area else "", at, midnight)
    first = selectors.inbox(actor, at)[:FIRST]
    others = list(selectors.others(actor)[: FIRST - len(first)])
    return "cases/desk/home.html", {
        "first": [shown.line(one, at) for one in first],
        "others": [other(due, at) for due in told(actor, others)],
        "begin": len(first) + len(others),
        "total": counted(request, waiting) or 0,
        "numbers": _numbers(counts),
        "parts": _parts(actor, home_of(actor), at) if sees_area else [],
    }


def _parts(actor: Actor, home: str, at: datetime) -> list[dict[str, Any]]:
    """What is open in the parts of one's area, each number with its list."""
    listed = reverse("cases:list")
    return [
        {**part._asdict(), "url": f"{listed}?area={part.code}&show="}
        for part in selectors.open_by_part(actor, home, at)[:MOST_PARTS]
    ]


def _numbers(counts: selectors.Counts) -> list[dict[str, Any]]:
    """Each number opens the list behind it."""
    home = reverse("cases:list")
    rows: list[tuple[str, Any, int, str]] = [
        ("open", _("Still open"), counts.open, ""),
        ("overdue", _("Overdue"), counts.overdue, "late" if counts.overdue else "done"),
        ("due_today", _("Due today"), counts.due_today, "waiting" if counts.due_today else ""),
        ("new_today", _("New today"), counts.new_today, ""),
        ("closed_today", _("Closed today"), counts.closed_today, ""),
    ]
    return [
        {"label": label, "value": value, "url": f"{home}?show={key}", "kind": kind}
        for key, label, value, kind in rows
    ]


def _cases(actor: Actor, text: str) -> list[Hit]:
    if not actor.may(SEE):
        return []
    return [
        Hit(
            f"{case.title} · {shown.place(case)}", reverse("cases:case", args=[case.pk]),
            f"{case.number} · {case.stage.name}", case.kind.icon,
        )
        for case in selectors.find(actor, text)[:HITS]
    ]  # fmt: skip


finder(_("Cases"), _cases)


@panel("registry.grid.aside", order=10)
def risks_of_grid(request: HttpRequest, area: str) -> Filling:
    """What is not settled in a grid: open cases and alarms, each number with its list."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(SEE):
        return None
    at: datetime = request.at  # type: ignore[attr-defined]
    midnight = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    found = selectors.counts(actor, area, at, midnight)
    listed = f"{reverse('cases:list')}?area={area}&show="
    rows: list[tuple[Any, int, str, str]] = [
        (_("Open cases"), found.open, f"{listed}open", ""),
        (_("Overdue"), found.overdue, f"{listed}overdue", "late"),
        (_("Urgent and dangerous"), found.urgent, f"{listed}urgent", "late"),
    ]
    if actor.may("sensing.acknowledge"):
        alarms = sensing.wall(actor, area).count()
        rows.append((_("Open alarms"), alarms, f"{reverse('sensing:wall')}?area={area}", "late"))
    return "cases/desk/parts/of_grid.html", {"rows": rows}


@panel("cases.case.aside", order=5)
def alarms_of_case(request: HttpRequest, case: Any) -> Filling:
    """The alarms that the case is about."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.causes(actor, case)
    if not found:
        return None
    recorded = sensing.recorded(actor, [one.alarm for one in found])
    rows = [
        {"name": RULES[one.alarm.rule].name if one.alarm.rule in RULES else one.alarm.rule, "alarm": one.alarm,
         "verdict": VERDICTS[one.alarm.verdict].name if one.alarm.verdict else "", "recorded": one.alarm_id in recorded}
        for one in found
    ]  # fmt: skip
    fire = sensing.fire_calls_of(actor, [one.alarm_id for one in found])
    return "cases/desk/parts/alarms.html", {"rows": rows, "fire": fire}


@panel("sensing.alarm.aside", order=5)
def case_of_alarm(request: HttpRequest, alarm: Any) -> Filling:
    """The case that an alarm became."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.case_of_alarm(actor, alarm)
    if found is None:
        return None
    return "cases/desk/parts/of_alarm.html", {"case": found, "line": shown.row(found, request.at)}  # type: ignore[attr-defined]


@panel("sensing.safety.board", order=10)
def reported_to_police(request: HttpRequest, area: str, since: datetime) -> Filling:
    """What people reported and a police station answers for, by matter; the last of it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.may(SEE):
        return None
    at: datetime = request.at  # type: ignore[attr-defined]
    rows = selectors.of_police(actor, area, since)
    counted = selectors.by_matter(actor, rows)
    lines = [shown.row(case, at) for case in rows.order_by("-opened_at", "-pk")[:6]]
    return "cases/desk/parts/of_police.html", {"counted": counted, "total": sum(n for _name, n in counted), "lines": lines}  # fmt: skip


@panel("sensing.safety.public", order=10)
def report_something(request: HttpRequest) -> Filling:
    """The way to tell what one saw."""
    return "cases/public/report_safety.html", {}
