"""Cases among the rows about which one may ask who can see them."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifang.cases import selectors
from lifang.cases.models import Case
from lifang.cases.terms import Role
from lifang.core.access import SYSTEM
from lifang.core.access.sights import Place, RowKind, sighted


def _find(text: str) -> Case | None:
    rows = selectors.cases(SYSTEM)
    with suppress(ValueError):
        return rows.filter(pk=UUID(text)).first()
    return rows.filter(number=text.upper()).first()


def _explain(case: Case) -> Mapping[str, Any]:
    """Why each unit and each account is concerned: its part in the case, the line of the duties matrix, a report."""
    told: dict[str, Any] = {}
    for part in sorted(selectors.parts(SYSTEM, case), key=lambda part: part.round):
        words = _("leads") if part.role == Role.LEAD else _("assists")
        day = f"{localtime(part.handed_at):%Y-%m-%d}"
        said = _("%(role)s since %(day)s") % {"role": words, "day": day}
        told[part.holder] = f"{said} · {part.reason}" if part.reason else said
    for account in selectors.reporting_accounts(SYSTEM, case):
        told[f"account:{account}"] = _("reported it or joined the report")
    return told


sighted(
    RowKind(
        key="case",
        name=gettext_lazy("Case"),
        find=_find,
        label=lambda case: str(case.number),
        place=lambda case: Place(case.area, case.holders),
        area=lambda case: str(case.area),
        acts=("cases.",),
        explain=_explain,
        url=lambda pk: reverse("cases:case", args=[pk]),
        note=gettext_lazy("The public page of an accepted case shows matter, place and answer to everybody; names, telephones and words of reporters never."),
    )
)  # fmt: skip
