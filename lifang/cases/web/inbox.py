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
from lifang.core.web.htmx import page
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
    found = selectors.inbox(actor, request.at, MOST, only_task)  # type: ignore[attr-defined]
    total = sum(counts.values())
    first = [] if only_task else found[:FIRST]
    rest = found[len(first) :]
    at = request.at  # type: ignore[attr-defined]
    return {
        "first": [_line(one, at) for one in first],
        "groups": [group for key in shown.TASKS if (group := _group(key, rest, counts, at))],
        "tabs": _tabs(counts, only_task),
        "total": total,
        "more": (counts[only_task] if only_task else total) - len(found),
        "here": request.get_full_path(),
        "may_record": actor.may("cases.record"),
        "list_url": reverse("cases:list"),
        "stream": shown.stream(),
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


def _tabs(counts: dict[str, int], chosen: str) -> list[Facts]:
    home = reverse("cases:inbox")
    tabs = [{"label": "", "url": home, "count": sum(counts.values()), "here": not chosen}]
    for key, (heading, _means) in shown.TASKS.items():
        if counts.get(key):
            url = f"{home}?task={key.partition('.')[2]}"
            tabs.append({"label": heading, "url": url, "count": counts[key], "here": key == chosen})
    return tabs
