from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from lifang.core.access.scope import EVERYWHERE, Scope


class Kind(StrEnum):
    STAFF = "staff"
    RESIDENT = "resident"
    ANONYMOUS = "anonymous"
    MACHINE = "machine"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Grant:
    """What one post gives one account: capabilities in an area, and sight of the area or of a unit."""

    post: str
    area: str
    capabilities: frozenset[str]
    sees: str = "area"  # "area": every row there; "unit": only rows of `holder`
    holder: str = ""
    lent_for: str = ""  # "account:…" of whom this one stands in for, with their post

    def gives(self, capability: str, area: str | None) -> bool:
        return capability in self.capabilities and (area is None or area.startswith(self.area))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. Passed explicitly to every selector and action, never ambient."""

    id: UUID | None
    name: str
    kind: Kind
    grants: tuple[Grant, ...] = ()
    basic: frozenset[str] = frozenset()  # capabilities everybody of this kind has, anywhere
    scope: Scope = field(default_factory=Scope)

    @property
    def holder(self) -> str:
        return f"account:{self.id}" if self.id else ""

    @property
    def units(self) -> frozenset[str]:
        """Holders of the units this actor stands for."""
        return frozenset(grant.holder for grant in self.grants if grant.holder)

    @property
    def capabilities(self) -> frozenset[str]:
        return self.basic.union(*(grant.capabilities for grant in self.grants))

    def may(self, capability: str, area: str | None = None) -> bool:
        """Does a grant (or the kind) give this capability, there if an area is named?"""
        if self.kind is Kind.SYSTEM or capability in self.basic:
            return True
        return any(grant.gives(capability, area) for grant in self.grants)

    def standing_in(self, capability: str, area: str | None = None) -> str:
        """The holder for whom a deputy does this; empty where an own post or the kind gives it."""
        if self.kind is Kind.SYSTEM or capability in self.basic:
            return ""
        giving = [grant.lent_for for grant in self.grants if grant.gives(capability, area)]
        return "" if not giving or "" in giving else giving[0]

    def posts(self) -> Iterable[str]:
        return (grant.post for grant in self.grants)


SYSTEM = Actor(None, "system", Kind.SYSTEM, scope=Scope(areas=frozenset({EVERYWHERE})))
NOBODY = Actor(None, "", Kind.ANONYMOUS)
ANONYMOUS = NOBODY


def scope_of(grants: Iterable[Grant], account: UUID) -> Scope:
    """The rows a set of grants lets its account see; always its own."""
    grants = tuple(grants)
    return Scope(
        areas=frozenset(grant.area for grant in grants if grant.sees == "area"),
        holders=frozenset({f"account:{account}"} | {g.holder for g in grants if g.holder}),
    )
