"""Who can see a row, for those who keep it and for those who watch over rights."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.sights import ROW_KINDS, Place, RowKind, Sight, sights
from lifang.core.access.wall import behind
from lifang.core.accounts.models import Account

MAY = "access.see_sights"


def row_kinds(actor: Actor) -> list[RowKind]:
    """The kinds of row one may ask about."""
    return sorted(ROW_KINDS.values(), key=lambda kind: kind.key)


class Sighted(NamedTuple):
    """A row that is asked about: what it is called, where it lies, why its holders are concerned."""

    kind: RowKind
    pk: Any
    label: str
    area: str
    place: Place
    told: Mapping[str, Any]  # holder → words


def sighted_row(actor: Actor, kind: str, text: str) -> Sighted:
    """A row by number or id: for those who watch over rights in its area, and for whoever sees it anyway.

    Raises `Refused("not_found")`, also for one that is neither.
    """
    known = ROW_KINDS.get(kind)
    if known is None:
        raise Refused("not_found")
    with behind(
        SYSTEM
    ):  # those who watch over rights see no rows; of this one they get its number and place
        row = known.find(text.strip()[:60])
        if row is None or not _may_ask(actor, known.area(row), known.place(row)):
            raise Refused("not_found")
        return Sighted(
            known, row.pk, known.label(row), known.area(row), known.place(row), known.explain(row)
        )


def _may_ask(actor: Actor, area: str, place: Place) -> bool:
    return actor.may(MAY, area) or actor.scope.shows(*place)


def who_sees(actor: Actor, row: Sighted, at: datetime) -> list[Sight]:
    """Every account for which the row exists, the widest area first."""
    found = sights(row.place, at)
    return sorted(found, key=_order)


def _order(sight: Sight) -> tuple[Any, ...]:
    first = sight.whys[0]
    area = first.grant.area if first.grant else ""
    return (first.how != "area", first.how, len(area), area, sight.actor.name)


def names_of_holders(actor: Actor, holders: Iterable[str]) -> dict[str, str]:
    """Names of colleagues for whom somebody stands in."""
    ids = [holder.removeprefix("account:") for holder in holders if holder.startswith("account:")]
    rows = Account.objects.filter(pk__in=ids).values_list("pk", "name") if ids else []
    return {f"account:{pk}": name for pk, name in rows}
