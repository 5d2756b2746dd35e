"""All matters to tick, by topic; folded, so that forty-nine of them fit on a telephone."""

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lifang.affairs.catalogue import GUIDES, TOPICS, Guide
from lifang.core.access.errands import ERRANDS


class Folded(forms.CheckboxSelectMultiple):
    """One fold for each topic; one with something ticked stands open."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        widget = self.get_context(name, value, attrs)["widget"]
        folds = [
            {"name": group, "options": options, "ticked": sum(one["selected"] for one in options)}
            for group, options, _index in widget["optgroups"]
        ]
        return mark_safe(render_to_string("affairs/picking.html", {"folds": folds}))  # noqa: S308 -- a rendered template


def by_topic(guides: list[Guide]) -> list[tuple[str, list[tuple[str, str]]]]:
    """As a field has choices in groups, in the order of the topics."""
    return [
        (str(topic.name), rows)
        for topic in TOPICS
        if (rows := [(one.key, str(one.name)) for one in guides if one.topic == topic.key])
    ]


def entrustable() -> list[tuple[str, list[tuple[str, str]]]]:
    """All that may be entrusted: matters by topic, then the errands of other contexts."""
    others = [(one.key, str(one.own or one.name)) for one in ERRANDS.values()]
    return [*by_topic(agent_guides()), *([(str(_("Beside matters")), others)] if others else [])]


def agent_guides() -> list[Guide]:
    """What somebody may do for somebody."""
    return [one for one in GUIDES if one.agent]
