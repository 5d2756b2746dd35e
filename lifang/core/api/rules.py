"""What a key may carry, and what is left of an actor behind one."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from lifang.core.access import Actor, Grant, Refusal, Scope
from lifang.core.api import terms

_AREA = re.compile(r"[0-9]{2,15}")


def may_issue(actor: Actor, account: UUID, machine: bool) -> Refusal | None:
    """For oneself; for a machine's account only who keeps machines."""
    if account == actor.id or (machine and actor.may(terms.KEEP)):
        return None
    return Refusal("key_of_another")


def may_revoke(actor: Actor, account: UUID) -> Refusal | None:
    """One's own; any, for who keeps machines."""
    return None if account == actor.id or actor.may(terms.KEEP) else Refusal("not_found")


def fits_account(capabilities: Iterable[str], given: frozenset[str]) -> Refusal | None:
    """A key carries nothing that its account has not."""
    beyond = sorted(set(capabilities) - given)
    return Refusal("key_beyond_account", {"capability": beyond[0]}) if beyond else None


def areas_are_codes(areas: Iterable[str]) -> Refusal | None:
    wrong = [area for area in areas if not _AREA.fullmatch(area)]
    return Refusal("key_area_wrong", {"area": wrong[0][:40]}) if wrong else None


def lasts(span: timedelta) -> Refusal | None:
    """No key for ever."""
    if timedelta(0) < span <= terms.LONGEST:
        return None
    return Refusal("key_lasts_too_long", {"days": terms.LONGEST.days})


def narrowed(actor: Actor, areas: Iterable[str], capabilities: Iterable[str]) -> Actor:
    """The actor behind a key: the account's grants as they are now, cut to the key.

    A key with areas sees only by area: what its account sees as a person or for a unit may lie anywhere.
    """
    areas, kept = tuple(areas), frozenset(capabilities)
    grants = tuple(replace(grant, capabilities=grant.capabilities & kept) for grant in actor.grants)
    basic = actor.basic & kept
    if not areas:
        return replace(actor, grants=grants, basic=basic)
    # `basic` reaches everywhere, which a key with areas must not.
    inside = tuple(cut for grant in grants for cut in _cut(grant, areas))
    scope = Scope(areas=frozenset(grant.area for grant in inside))
    return replace(actor, grants=inside, basic=frozenset(), scope=scope)


def _cut(grant: Grant, areas: tuple[str, ...]) -> list[Grant]:
    if grant.sees != "area":
        return []
    smaller = {max(grant.area, area, key=len) for area in areas if _nested(grant.area, area)}
    return [replace(grant, area=area, holder="") for area in sorted(smaller)]


def _nested(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
