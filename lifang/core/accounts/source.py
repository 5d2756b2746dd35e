"""Where a request comes from."""

from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

from django.http import HttpRequest

from lifang.core.config import config


def source_of(request: HttpRequest) -> str:
    """The address that speaks to us. A header sent by the client counts only behind our own proxy."""
    told: str = request.META.get("REMOTE_ADDR", "")
    if config().trusted_proxy:
        # The proxy appends the address it saw: only the last one is not the client's to choose.
        told = request.META.get("HTTP_X_FORWARDED_FOR", told).rsplit(",", 1)[-1].strip() or told
    return _address(told[:100])


@lru_cache(maxsize=1000)
def _address(told: str) -> str:
    try:
        return str(ip_address(told))
    except ValueError:
        return ""


def place_of(source: str) -> str:
    """The network a source belongs to: one IPv6 household has more addresses than anybody can count."""
    try:
        address: Any = ip_address(source)
    except ValueError:
        return ""
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else source


def within(source: str, networks: list[str]) -> bool:
    """Is the source in one of these networks? An empty list means anywhere."""
    if not networks:
        return True
    try:
        address = ip_address(source)
    except ValueError:
        return False
    return any(address in ip_network(network) for network in networks)
