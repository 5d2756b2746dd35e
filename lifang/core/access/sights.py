"""Who sees a row, and why: asked of the grants, the scope and the capabilities that decide, of nothing else."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.db.models import Q

from lifang.core.access.actor import Actor, Grant, scope_of
from lifang.core.access.grants import actors_of
from lifang.core.access.models import GrantRow

How = Literal["area", "unit", "self"]
_ACCOUNT = "account:"


class Place(NamedTuple):
    """Where a row lies and whom it concerns: all that decides who sees it."""

    area: str
    holders: Collection[str]


class Why(NamedTuple):
    """One reason: a post there, a unit it concerns, or the account itself."""

    how: How
    grant: Grant | None = None


class Sight(NamedTuple):
    """Somebody for whom the row exists."""

    actor: Actor
    whys: tuple[Why, ...]

    def acts(self, prefixes: tuple[str, ...], area: str) -> list[str]:
        """What of some contexts' acts they may do there."""
        known = sorted(name for name in self.actor.capabilities if name.startswith(prefixes))
        return [name for name in known if self.actor.may(name, area)]


def sights(place: Place, at: datetime) -> list[Sight]:
    """Every account for which a row there exists at a moment."""
    actors = actors_of(_candidates(place, at), at)
    return [Sight(one, _whys(one, place)) for one in actors if one.scope.shows(*place)]


def _candidates(place: Place, at: datetime) -> set[UUID]:
    """Accounts of which it is worth asking; the scope decides."""
    above = [place.area[:n] for n in range(len(place.area) + 1)]
    now = Q(valid_to__isnull=True) | Q(valid_to__gt=at)
    rows = GrantRow.objects.filter(now, valid_from__lte=at)
    rows = rows.filter(Q(area__in=above) | Q(holder__in=[h for h in place.holders if h]))
    own = {UUID(h.removeprefix(_ACCOUNT)) for h in place.holders if h.startswith(_ACCOUNT)}
    return own.union(rows.values_list("account_id", flat=True))


def _whys(actor: Actor, place: Place) -> tuple[Why, ...]:
    assert actor.id is not None  # noqa: S101 -- it has an account
    found = []
    for grant in actor.grants:
        alone = scope_of((grant,), actor.id)
        if alone.covers(place.area):
            found.append(Why("area", grant))
        elif grant.holder in place.holders:
            found.append(Why("unit", grant))
    return (*found, Why("self")) if actor.holder in place.holders else tuple(found)


@dataclass(frozen=True)
class RowKind:
    """A kind of row that may be asked about; the context that owns it registers one."""

    key: str
    name: Any  # a lazy string
    find: Callable[[str], Any]  # by number or id: the row or nothing
    label: Callable[[Any], str]  # says which row it is, and nothing of a person
    place: Callable[[Any], Place]
    area: Callable[[Any], str]  # whose administrators may ask
    acts: tuple[str, ...]  # beginnings of the capabilities that are about it
    explain: Callable[[Any], Mapping[str, Any]] = lambda row: {}  # holder → why it is concerned
    note: Any = ""  # what the page says of it
    url: Callable[[UUID], str] | None = None  # its own page, for who sees it


ROW_KINDS: dict[str, RowKind] = {}


def sighted(*kinds: RowKind) -> None:
    """Let these kinds of row be asked about."""
    ROW_KINDS.update({kind.key: kind for kind in kinds})
