"""What waits for the reader: three to begin with, then everything by what is to be done."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from lifang.cases import selectors
from lifang.cases.selectors import Waiting
from lifang.cases.web import shown
from lifang.cases.web.nouns import NOUNS, url_name
from lifang.core.access import Actor, Kind
from lifang.core.flow.lines import Due, told
from lifang.core.flow.shape import FLOWS
from lifang.core.web.htmx import page
from lifang.core.web.show import TONES, Chip
from lifang.core.web.tables.columns import RENDER
from lifang.core.web.unchanged import unchanged
from lifang.core.web.views import only

Facts = dict[str, Any]
FIRST = 3
MOST = 300
# What may be done to several at once, by the capability that waits.
TOGETHER = {"cases.accept": "accept", "cases.sign": "sign"}


@require_GET
@only(Kind.STAFF)
@unchanged
def inbox(request: HttpRequest) -> HttpResponse:
    return page(request, "cases/desk/inbox.html", context(request), partial="inbox-list")


def context(request: HttpRequest) -> Facts:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    counts = selectors.waiting_counts(actor)
    task = f"cases.{request.GET.get('task', '')}"
    only_task = task if task in shown.TASKS and task in counts else ""
    at: datetime = request.at  # type: ignore[attr-defined]
    others = _others(actor, request.GET.get("flow", ""), bool(only_task), at)
    found = [] if others["flow"] else selectors.inbox(actor, at, MOST, only_task)
    first = [] if only_task else found[:FIRST]
    rest = found[len(first) :]
    cases = 0 if others["flow"] else counts.get(only_task, 0) or sum(counts.values())
    return {
        "first": [_line(one, at) for one in first],
        "groups": [group for key in shown.TASKS if (group := _group(key, rest, counts, at))],
        "others": others["groups"],
        "tabs": _tabs(counts, only_task, others),
        "total": sum(counts.values()) + sum(others["counts"].values()),
        "more": cases - len(found) + others["more"],
        "here": request.get_full_path(),
        "may_record": actor.may("cases.record"),
        "list_url": reverse("cases:list"),
        "stream": shown.stream(),
    }


def _others(actor: Actor, flow: str, aside: bool, at: datetime) -> Facts:
    """To-dos of other flows, each with its own page: all, of one flow, or none while one task of cases is shown."""
    counts = selectors.others_counts(actor)
    flow = flow if flow in counts else ""
    rows = selectors.others(actor).filter(flow=flow) if flow else selectors.others(actor)
    found = [] if aside or not counts else told(actor, rows[:MOST])
    groups = []
    for key in dict.fromkeys(due.flow.key for due in found):
        mine = [due for due in found if due.flow.key == key]
        groups.append({"flow": mine[0].flow, "count": counts[key], "rows": [other(due, at) for due in mine]})  # fmt: skip
    wanted = 0 if aside else counts[flow] if flow else sum(counts.values())
    return {"groups": groups, "counts": counts, "flow": flow, "more": wanted - len(found)}


def other(due: Due, at: datetime) -> Facts:
    """One row of the inbox that is no case."""
    late = due.todo.due_at is not None and due.todo.due_at < at
    state = due.flow.state[due.todo.state]
    return {
        "line": due.line,
        "url": due.url,
        "icon": due.line.icon or "checklist",
        "why": shown.WHY["overdue"] if late else None,
        "state": Chip(TONES[state.tone], state.name),
        "due": RENDER["clock"](due.todo.due_at, at) if due.todo.due_at else "",
    }


def _line(waiting: Waiting, at: datetime) -> Facts:
    found = shown.line(waiting, at)
    return {**found, "peek": found["url"]}


def _group(key: str, found: list[Waiting], counts: dict[str, int], at: datetime) -> Facts | None:
    rows = [_line(one, at) for one in found if one.todo.capability == key]
    if not rows:
        return None
    heading, means = shown.TASKS[key]
    move = TOGETHER.get(key, "")
    act = {"url": reverse(f"cases:bulk_{url_name(NOUNS[move])}"), "move": move} if move else None
    return {
        "key": key.partition(".")[2],
        "heading": heading,
        "means": means,
        "rows": rows,
        "count": counts[key],
        "bulk": act,
    }


def _tabs(counts: dict[str, int], chosen: str, others: Facts) -> list[Facts]:
    home = reverse("cases:inbox")
    total = sum(counts.values()) + sum(others["counts"].values())
    tabs = [{"label": "", "url": home, "count": total, "here": not chosen and not others["flow"]}]
    for key, (heading, _means) in shown.TASKS.items():
        if counts.get(key):
            url = f"{home}?task={key.partition('.')[2]}"
            tabs.append({"label": heading, "url": url, "count": counts[key], "here": key == chosen})
    for key, count in others["counts"].items():
        name, here = FLOWS[key]().name, key == others["flow"]
        tabs.append({"label": name, "url": f"{home}?flow={key}", "count": count, "here": here})
    return tabs
