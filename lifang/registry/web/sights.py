"""People and households among the rows about which one may ask who can see them."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifang.core.access.sights import Place, RowKind, sighted
from lifang.registry.models import Household, Person

ACTS = ("registry.",)


def _finder(model: Any) -> Any:
    def find(text: str) -> Any:
        with suppress(ValueError):
            return model.objects.filter(pk=UUID(text)).first()
        return None

    return find


def _own(row: Any) -> Mapping[str, Any]:
    words = _("the person's own record")
    return {holder: words for holder in row.holders if holder.startswith("account:")}


def _lives(row: Any) -> Mapping[str, Any]:
    words = _("a member of the household")
    return {holder: words for holder in row.holders if holder.startswith("account:")}


def _place(row: Any) -> Place:
    return Place(row.area, row.holders)


def _area(row: Any) -> str:
    return str(row.area)


def _label(row: Any) -> str:
    return str(row.pk)


sighted(
    RowKind(
        key="person", name=gettext_lazy("Person"), find=_finder(Person), label=_label, place=_place, area=_area, acts=ACTS,
        explain=_own, url=lambda pk: reverse("registry:person", args=[pk]),
        note=gettext_lazy("Everybody reads names and numbers masked. One field in full asks for the act, a purpose and a piece of work, counts against a daily budget and is told to the person. Whether somebody stands in the restricted store is told to nobody but the viewers named there."),
    ),
    RowKind(
        key="household", name=gettext_lazy("Household"), find=_finder(Household), label=_label, place=_place, area=_area,
        acts=ACTS, explain=_lives, url=lambda pk: reverse("registry:household", args=[pk]),
    ),
)  # fmt: skip
