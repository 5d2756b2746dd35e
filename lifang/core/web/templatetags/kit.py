"""Every tag of the page kit: `{% load kit %}`."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any
from uuid import uuid4

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.base import Parser, Token
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from lifang.core.web import charts, times
from lifang.core.web.assets import asset_url, known_icon
from lifang.core.web.forms import control_attrs
from lifang.core.web.kept import PIECES, world
from lifang.core.web.panels import filled
from lifang.core.web.show import Chip, Clock, Entry, Photo

register = template.Library()


@register.simple_tag
def asset(name: str) -> str:
    """The address of a built file: `{% asset "app.js" %}`."""
    return asset_url(name)


@register.simple_tag
def static_file(name: str) -> str:
    """The address of a file in a `static` folder."""
    return f"{settings.STATIC_URL}{name}"


@register.simple_tag
def icon(name: str, label: Any = "") -> SafeString:
    """A Tabler outline icon; with a label it speaks, without it is silent beside its word."""
    url = f"{asset_url('icons.svg')}#{known_icon(name)}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, url
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', url)


@register.simple_tag
def named_icon(name: str, label: Any = "") -> SafeString | str:
    """An icon whose name comes from Python (`icon="..."` there); nothing for none."""
    return icon(name, label) if name else ""


@register.simple_block_tag
def island(content: str, name: str, props: Any = None) -> SafeString:
    """`{% island "map" props %}what stays without JavaScript{% endisland %}`"""
    shown = json.dumps(props or {}, cls=DjangoJSONEncoder, ensure_ascii=False)
    return format_html(
        '<div class="island island-{}" data-island="{}" data-props="{}">{}</div>',
        name,
        name,
        shown,
        content,
    )


NUMBERS = count()  # of the places that keep something


class KeptNode(template.Node):
    """A piece of a page, and what it is made of."""

    def __init__(self, facts: list[template.Variable], inner: template.NodeList) -> None:
        self.facts, self.nodelist, self.number = facts, inner, next(NUMBERS)

    def render(self, context: template.Context) -> SafeString:
        facts = [fact.resolve(context) for fact in self.facts]
        if None in facts:
            return self.nodelist.render(context)
        key = (self.number, world(), *facts)
        html = PIECES.get(key)
        if html is None:
            html = self.nodelist.render(context)
            PIECES.put(key, html, len(html))
        return mark_safe(html)  # noqa: S308 -- rendered templates


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """`{% kept nav.facts request.path %}…{% endkept %}`: drawn anew only when one of these, or the world, is another.

    Everything that stands inside must hang on the facts named; one that is not there is an error, and where one is None nothing is kept.
    """
    facts = [template.Variable(word) for word in token.split_contents()[1:]]
    inner = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(facts, inner)


@register.simple_tag(takes_context=True)
def panels(context: template.Context, slot: str, **facts: Any) -> SafeString:
    """What higher contexts put into this slot."""
    return format_html_join(
        "\n", "{}", ((html,) for html in filled(slot, context["request"], **facts))
    )


@register.simple_tag(takes_context=True)
def qs(context: template.Context, **changes: Any) -> str:
    """This address with query parameters changed; an empty value takes one away."""
    request = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in ("", None):
            query[name] = str(value)
    return f"{request.path}?{query.urlencode()}"


@register.simple_tag(name="chip")
def chip_tag(kind: Any, label: Any = "", icon: str = "") -> SafeString:
    """`{% chip case.chip %}` or `{% chip "waiting" _("Waiting") %}`."""
    return chip(kind if isinstance(kind, Chip) else Chip(str(kind), label, icon))


def chip(value: Chip) -> SafeString:
    return _chip(value.kind, value.sign, str(value.label))


@lru_cache(maxsize=500)
def _chip(kind: str, sign: str, label: str) -> SafeString:
    return format_html('<span class="chip {}">{}{}</span>', kind, icon(sign), label)


@register.simple_tag
def near(moment: datetime | None, now: datetime) -> SafeString | str:
    """Near and exact, kept up to date in the browser: "in 3 h (today 17:30)"."""
    if moment is None:
        return "—"
    local = timezone.localtime(moment).isoformat()
    return format_html('<time datetime="{}">{}</time>', local, times.near(moment, now))


@register.filter
def span(length: timedelta | None) -> str:
    return "—" if length is None else times.span(length)


@register.filter
def group(value: Any) -> str:
    """A number with its thousands apart, in both languages (Django's Chinese format parts ten thousands)."""
    return "" if value is None or value == "" else f"{value:,}"


@register.simple_tag(takes_context=True)
def form(context: template.Context, shown: Any) -> SafeString:
    """Error summary and every field."""
    parts = [errors(shown), *(field(bound) for bound in shown)]
    return mark_safe("".join(parts))  # noqa: S308 -- rendered templates


@register.simple_tag
def errors(shown: Any) -> SafeString | str:
    """What is wrong, each linked to its field."""
    if not shown.is_bound or not shown.errors:
        return ""
    return mark_safe(render_to_string("web/parts/errors.html", {"form": shown}))  # noqa: S308


@register.simple_tag
def field(bound: Any) -> SafeString:
    """Label, hint, errors, control."""
    if bound.is_hidden:
        return SafeString(bound.as_widget())
    widget = bound.field.widget
    several = getattr(widget, "input_type", "") in ("radio", "checkbox") and hasattr(
        widget, "choices"
    )
    control = bound.as_widget(attrs=control_attrs(bound))
    if several:  # the fieldset around it bears the id, once a page
        control = mark_safe(control.replace(f'<div id="{bound.auto_id}"', "<div", 1))  # noqa: S308 -- made by the widget
    facts = {
        "field": bound,
        "several": several,
        "ident": bound.id_for_label or bound.auto_id,
        "check": getattr(widget, "input_type", "") == "checkbox" and not several,
        "control": control,
        "optional": not bound.field.required and not getattr(bound.field, "sometimes", False),
    }
    return mark_safe(render_to_string("web/parts/field.html", facts))  # noqa: S308 -- a rendered template


@register.simple_tag(takes_context=True)
def table(context: template.Context, shown: Any) -> SafeString:
    html = render_to_string("web/table.html", {"table": shown}, request=context["request"])
    return mark_safe(html)  # noqa: S308 -- a rendered template


@register.inclusion_tag("web/parts/timeline.html", takes_context=True)
def timeline(
    context: template.Context, entries: Sequence[Entry], now: datetime | None = None
) -> dict[str, Any]:
    """What happened, newest first; waits between steps are shown."""
    return {"entries": list(entries), "now": now or getattr(context["request"], "at", None)}


@register.inclusion_tag("web/parts/clockbox.html")
def clockbox(
    due: datetime | None,
    now: datetime,
    since: datetime | None = None,
    note: Sequence[Any] | str = (),
    turn: Any = "",
    paused: Any = "",
    done_at: datetime | None = None,
) -> dict[str, Any]:
    """What is left, until exactly when, whose turn, and how that was counted."""
    clock = Clock(due, now, since, bool(paused), done_at) if due else None
    lines = [note] if isinstance(note, str) and note else list(note)
    used = round(clock.used * 100) if clock else 0
    return {
        "clock": clock,
        "lines": lines,
        "turn": turn,
        "paused": paused,
        "done_at": done_at,
        "used": used,
    }


@register.inclusion_tag("web/parts/empty.html")
def empty(
    title: Any, reason: Any = "", act: Any = "", url: str = "", icon: str = "mood-empty"
) -> dict[str, Any]:
    """Why there is nothing here, and what to do."""
    return {"title": title, "reason": reason, "act": act, "url": url, "icon": icon or "mood-empty"}


@register.inclusion_tag("web/parts/photos.html")
def photos(before: Sequence[Photo] = (), after: Sequence[Photo] = ()) -> dict[str, Any]:
    """Before and after, side by side."""
    return {"before": before, "after": after}


@register.inclusion_tag("web/parts/progress.html")
def progress(number: int, of: int) -> dict[str, Any]:
    """The line that tells how many questions are left."""
    return {"number": number, "of": of, "left": of - number}


@register.inclusion_tag("web/parts/kpi.html")
def kpi(
    label: Any,
    value: Any,
    unit: Any = "",
    of: Any = "",
    url: str = "",
    kind: str = "",
    note: Any = "",
) -> dict[str, Any]:
    """A number with its unit and what it is out of; it opens the list behind it."""
    number = isinstance(value, int | float)
    return {
        "label": label,
        "value": group(value) if number else value,
        "unit": unit,
        "of": of,
        "url": url,
        "kind": kind,
        "note": note,
    }


@register.inclusion_tag("web/parts/bars.html")
def bars(
    rows: Sequence[Sequence[Any]], caption: Any = "", unit: Any = "", label: Any = ""
) -> dict[str, Any]:
    """Bars in a table: the table is the chart."""
    return {"bars": charts.bars(rows), "caption": caption, "unit": unit, "label": label}


@register.inclusion_tag("web/parts/flow.html")
def flow_picture(picture: Any, caption: Any = "") -> dict[str, Any]:
    """A flow with what was measured on it (`core.flow.picture.drawn`); a table beside says the same."""
    return {"picture": picture, "caption": caption}


@register.inclusion_tag("web/parts/lines.html")
def lines(
    series: Sequence[Any], labels: Sequence[Any], caption: Any = "", unit: Any = ""
) -> dict[str, Any]:
    """Lines, labelled at their ends, with their table."""
    return {
        "chart": charts.lines(series, labels),
        "caption": caption,
        "unit": unit,
        "id": f"chart-{uuid4().hex[:8]}",
    }


@register.simple_tag
def spark(values: Sequence[float]) -> SafeString:
    return format_html(
        '<svg class="spark" viewBox="0 0 96 24" width="96" height="24" aria-hidden="true"><path d="{}"></path></svg>',
        charts.spark(values),
    )


@register.simple_tag
def share(part: float | None) -> SafeString | str:
    """A share as a small bar and a percentage."""
    if part is None:
        return "—"
    return format_html(
        '<span class="share num"><svg viewBox="0 0 60 8" width="60" height="8" aria-hidden="true"><rect class="track" width="60" height="8" rx="2">'
        '</rect><rect class="bar" width="{}" height="8" rx="2"></rect></svg>{}</span>',
        round(max(0.0, min(1.0, part)) * 60, 1),
        f"{part:.1%}",
    )


@register.filter(name="json")
def as_json(value: Any) -> str:
    """JSON for an attribute; the template escapes it."""
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
