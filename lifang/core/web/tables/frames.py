"""The page around the rows of a table, kept by everything it was made of; the rows and the time are put in each time."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.dateformat import format as formatted
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime

from lifang.core.web.context import door_of
from lifang.core.web.kept import Kept, world
from lifang.core.web.nav import Nav

Frame = tuple[bytes, bytes, bytes]  # up to the time, up to the rows, the rest
FRAMES: Kept[Frame] = Kept()
ROWS = mark_safe("<!-- rows -->")


def page(table: Any, template: str, context: Any, facts: tuple[Any, ...]) -> HttpResponse:
    """The page of a kept table, from its frame where there is one."""
    request: HttpRequest = table.request
    key = _key(table, template, facts)
    frame = FRAMES.get(key) if key else None
    if frame is None:
        table.hollow = True
        html = render_to_string(template, table.shown(context), request=request)
        table.hollow = False
        frame = _cut(html, _now(request))
        if frame is None:
            return HttpResponse(html.replace(ROWS, table.body))
        if key and not request.session.modified:  # a message that is shown once is kept nowhere
            FRAMES.put(key, frame, sum(map(len, frame)))
    head, middle, rest = frame
    body = table.body.encode()
    return HttpResponse(b"".join((head, _now(request).encode(), middle, body, rest)))


def _cut(html: str, now: str) -> Frame | None:
    """Around the time, which must stand in it once, and the rows; nothing for a page without rows."""
    if html.count(now) != 1 or html.count(ROWS) != 1:
        return None
    head, _, others = html.partition(now)
    middle, _, rest = others.partition(ROWS)
    return head.encode(), middle.encode(), rest.encode()


def _now(request: HttpRequest) -> str:
    """As the head of every page says it."""
    return formatted(localtime(request.at), "c")  # type: ignore[attr-defined]


def _key(table: Any, template: str, facts: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """Nothing without a token for forms (each such browser is given one of its own), nor for a search by private words."""
    request = table.request
    token = request.COOKIES.get(settings.CSRF_COOKIE_NAME)
    written = getattr(request.session, "written", None)
    if not token or written is None or table.foot_facts is None:
        return None
    return (
        template, world(), token, written, request.get_host(), request.elder, request.kiosk,
        Nav(request, door_of(request.path)).facts, table.foot_facts, facts,
    )  # fmt: skip
