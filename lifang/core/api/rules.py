"""What a key may carry, and what is left of an actor behind one."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from uuid import UUID

from lifang.core.access import Actor, Grant, Refusal, Scope
from lifang.core.api import terms

_AREA = re.compile(r"[0-9]{2,15}")


def may_issue(actor: Actor, account: UUID, area: str, *, machine: bool) -> Refusal | None:
    """For oneself; for a machine's account only who keeps machines in its area."""
    if account == actor.id or (machine and actor.may(terms.KEEP, area)):
        return None
    return Refusal("key_of_another")


def may_revoke(actor: Actor, account: UUID, area: str, *, machine: bool) -> Refusal | None:
    """One's own; in an area a machine's, for who keeps machines there, and any, for who watches over keys."""
    keeps = machine and actor.may(terms.KEEP, area)
    may = account == actor.id or keeps or actor.may(terms.OVERSEE, area)
    return None if may else Refusal("not_found")


def fits_account(capabilities: Iterable[str], given: frozenset[str]) -> Refusal | None:
    """A key carries nothing that its account has not."""
    beyond = sorted(set(capabilities) - given)
    return Refusal("key_beyond_account", {"capability": beyond[0]}) if beyond else None


def areas_are_codes(areas: Iterable[str]) -> Refusal | None:
    wrong = [area for area in areas if not _AREA.fullmatch(area)]
    return Refusal("key_area_wrong", {"area": wrong[0][:40]}) if wrong else None


def networks_are_narrow(networks: Iterable[str]) -> Refusal | None:
    """Networks in CIDR, not too many, none so wide that half the world lies in it."""
    networks = list(networks)
    if len(networks) > terms.NETWORKS:
        return Refusal("key_networks_many", {"most": terms.NETWORKS, "field": "networks"})
    for text in networks:
        made = network_of(text)
        if made is None:
            return Refusal("key_network_wrong", {"network": text[:50], "field": "networks"})
        widest = terms.WIDEST_V4 if made.version == 4 else terms.WIDEST_V6
        if made.prefixlen < widest:
            return Refusal(
                "key_network_wide", {"network": str(made), "prefix": widest, "field": "networks"}
            )
    return None


@lru_cache(maxsize=1000)
def network_of(text: str) -> IPv4Network | IPv6Network | None:
    """The network that is meant; an address alone is one of its own."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def comes_from(networks: Iterable[str], source: str) -> Refusal | None:
    """A key with networks opens nothing from elsewhere."""
    networks = list(networks)
    if not networks:
        return None
    try:
        address = ip_address(source)
    except ValueError:
        return Refusal("key_network_other", {"source": source or "?"})
    if mapped := getattr(address, "ipv4_mapped", None):
        address = mapped
    inside = any((found := network_of(one)) is not None and address in found for one in networks)
    return None if inside else Refusal("key_network_other", {"source": source})


def goes_to(ways: Iterable[str], method: str, path: str) -> Refusal | None:
    """A key with ways opens these alone: `GET api/v1/cases` is that address and what lies below it."""
    ways = list(ways)
    method = "GET" if method in ("HEAD", "OPTIONS") else method
    path = path.strip("/")
    for way in ways:
        verb, _, below = way.partition(" ")
        if verb == method and (path == below or path.startswith(f"{below}/")):
            return None
    return Refusal("key_way_other", {"way": f"{method} /{path[:100]}"}) if ways else None


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
