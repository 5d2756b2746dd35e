"""Applications among the rows about which one may ask who can see them, and that a legal hold may name."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from lifang.affairs import selectors
from lifang.affairs.models import Application
from lifang.core.access import SYSTEM
from lifang.core.access.sights import Place, RowKind, sighted
from lifang.core.retention.shown import Filling, holds_on
from lifang.core.web.panels import panel


def _find(text: str) -> Application | None:
    rows = selectors.applications(SYSTEM)
    with suppress(ValueError):
        return rows.filter(pk=UUID(text)).first()
    return rows.filter(number=text.upper()).first()


sighted(
    RowKind(
        key="application", name=gettext_lazy("Application"), find=_find, label=lambda row: str(row.number),
        place=lambda row: Place(row.area, row.holders), area=lambda row: str(row.area), acts=("affairs.",),
        url=lambda pk: reverse("affairs:application", args=[pk]),
        note=gettext_lazy("Whoever holds the printed receipt sees how it goes, without a name."),
    )
)  # fmt: skip


@panel("affairs.application.aside", order=95)
def of_application(request: HttpRequest, row: Any) -> Filling:
    """Legal holds on an application, on its own page."""
    return holds_on(request, "application", row)
