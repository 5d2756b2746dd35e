"""Speak HTTP to hosts outside, and only to those a site has allowed.

The name is resolved once, every address it has is judged, and the connection goes to the judged address: a name
that changes its mind between check and use gains nothing. No redirects, no proxies of the environment, little read.
"""

import ipaddress
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from lifang.core.notify.catalogue import HOSTS, Host
from lifang.core.notify.terms import Undeliverable

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 10.0
READ_AT_MOST = 2048
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]


class Forbidden(Undeliverable):
    """We do not speak to that host."""


class Answer(NamedTuple):
    status: int
    text: str
    retry_after: str


class Target(NamedTuple):
    url: str
    host: str
    port: int
    address: str


def allowed(url: str) -> Host | None:
    """The catalogue's entry that lets us call this address, if there is one."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower().rstrip(".")
        _ = parts.port  # asked for, so that a wrong one is seen here
    except ValueError:
        return None
    entry = next((entry for entry in _candidates(host)), None)
    if entry is None or parts.username or parts.scheme not in ("https", "http"):
        return None
    return entry if parts.scheme == "https" or entry.plain else None


def _candidates(host: str) -> list[Host]:
    if not host:
        return []
    names = [host, *(f"*.{host.split('.', n)[n]}" for n in range(1, host.count(".") + 1)), "*"]
    return [entry for name in names if (entry := HOSTS.get(name))]


def resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def pin(url: str, resolver: Resolve = resolve) -> Target:
    """Decide which address to connect to. Raises `Forbidden`, or `Undeliverable` when the name is unknown."""
    entry = allowed(url)
    if entry is None:
        raise Forbidden(f"{url[:200]} is not on the list of allowed hosts")
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        addresses = resolver(host, port)
    except (OSError, ValueError) as error:
        raise Undeliverable(f"{host} cannot be found: {error}") from error
    if not addresses:
        raise Undeliverable(f"{host} has no address")
    for address in addresses:
        if not entry.private and not is_public(address):
            raise Forbidden(f"{host} leads to {address}, inside a network")
    return Target(url, host, port, addresses[0])


def is_public(text: str) -> bool:
    """An address out in the world; one wrapped in another (IPv4 in IPv6, 6to4, NAT64) is judged itself."""
    address: Address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or _nat64(address)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast and not address.is_reserved


def _nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    resolver: Resolve = resolve,
    seconds: float = TIMEOUT_SECONDS,
) -> Answer:
    """POST and read the first words of the answer. Raises `Undeliverable` when there is none."""
    with _asked("POST", url, headers, resolver, seconds, body) as (response, end):
        text = _read(response, READ_AT_MOST, end).decode("utf-8", "replace")
        return Answer(response.status_code, text, response.headers.get("retry-after", ""))


def fetch(
    url: str, most: int, resolver: Resolve = resolve, seconds: float = TIMEOUT_SECONDS
) -> bytes:
    """GET a file of at most so many bytes. Raises `Undeliverable` for anything but a whole one."""
    with _asked("GET", url, {}, resolver, seconds, None) as (response, end):
        if response.status_code != 200:
            raise Undeliverable(f"answered {response.status_code}")
        data = _read(response, most + 1, end)
    if len(data) > most:
        raise Undeliverable(f"larger than {most} bytes")
    return data


@contextmanager
def _asked(
    method: str,
    url: str,
    headers: Mapping[str, str],
    resolver: Resolve,
    seconds: float,
    body: bytes | None,
) -> Iterator[tuple["httpx.Response", float]]:
    """The answer of the judged address, and the moment by which it must be read."""
    import httpx  # noqa: PLC0415 -- takes most of a second to load, and many a process never speaks to anybody

    target = pin(url, resolver)
    parts = urlsplit(url)
    literal = f"[{target.address}]" if ":" in target.address else target.address
    pinned = parts._replace(netloc=f"{literal}:{target.port}").geturl()
    sent = {
        **headers,
        "host": parts.netloc.rpartition("@")[2],
        "user-agent": "lifang",
        "accept-encoding": "identity",  # nothing that grows when it is unpacked
    }
    end = time.monotonic() + seconds
    try:
        with (
            httpx.Client(timeout=seconds, follow_redirects=False, trust_env=False) as client,
            client.stream(
                method,
                pinned,
                content=body,
                headers=sent,
                extensions={"sni_hostname": target.host},
            ) as response,
        ):
            yield response, end
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise Undeliverable(f"{type(error).__name__}: {error}") from error


def _read(response: "httpx.Response", most: int, end: float) -> bytes:
    """So many bytes, and no longer than agreed: a trickle holds no worker."""
    taken = b""
    for part in response.iter_raw():
        taken += part
        if len(taken) >= most:
            break
        if time.monotonic() > end:
            raise Undeliverable("too slow")
    return taken[:most]
