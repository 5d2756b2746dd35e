"""Whether a device may be what is asked of it."""

import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

from lifang.core.access import Refusal
from lifang.sensing.catalogue import TYPES
from lifang.sensing.terms import DeviceState

_CODE = re.compile(r"[^\x00-\x1f\x7f]{1,80}")
_VIDEO = re.compile(r"[0-9]{20}")


def type_known(kind: str) -> Refusal | None:
    return None if kind in TYPES else Refusal("device_type", {"type": kind, "field": "type"})


def name_fits(name: str) -> Refusal | None:
    fits = 0 < len(name.strip()) <= 120 and "\x00" not in name
    return None if fits else Refusal("device_name", {"field": "name"})


def code_fits(code: str) -> Refusal | None:
    """What messages call it: printable, no blanks around it."""
    fits = _CODE.fullmatch(code) and code == code.strip()
    return None if fits else Refusal("device_code", {"field": "code"})


def fitting(code: str) -> str:
    """A code that can be kept: itself, or its printable beginning and a digest."""
    if code_fits(code) is None:
        return code
    digest = blake2b(code.encode(errors="replace"), digest_size=6).hexdigest()
    plain = "".join(each for each in code if each.isprintable()).strip()
    return f"{plain[:60]}~{digest}"


def video_code_fits(kind: str, code: str) -> Refusal | None:
    """Twenty digits of GB/T 28181: of cameras, and of gateways (a recorder, a lower platform)."""
    if not code:
        return None
    spec = TYPES[kind]
    fits = (spec.video or spec.group == "link") and _VIDEO.fullmatch(code)
    return None if fits else Refusal("video_code", {"field": "video_code"})


def may_be_asked(kind: str) -> Refusal | None:
    """Cameras and recorders have events to ask for."""
    spec = TYPES[kind]
    return None if spec.video or spec.group == "link" else Refusal("no_camera")


def camera_address(url: str) -> Refusal | None:
    """Where a camera's device service answers; "" is none."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    fits = fits and "@" not in url and url.isascii() and url.isprintable() and " " not in url
    return None if fits and len(url) <= 300 else Refusal("camera_address", {"field": "url"})


WORDS = {
    "name": 120,
    "model": 60,
    "position": 120,
    "label": 20,
    "keeper_name": 120,
    "maintainer_name": 120,
}
SLOWEST = 31 * 86400


def described(given: Mapping[str, Any]) -> Iterator[Refusal]:
    """What a description may not say: too much, what is no text, an interval nobody would wait for."""
    for field, value in given.items():
        most = WORDS.get(field, 300)
        if isinstance(value, str) and (len(value.strip()) > most or "\x00" in value):
            yield Refusal("device_words", {"field": field, "most": most})
    every = given.get("every_seconds")
    if every is not None and not 1 <= every <= SLOWEST:
        yield Refusal("device_every", {"field": "every_seconds"})


def on_earth(lon: float | None, lat: float | None) -> Refusal | None:
    whole = (lon is None) == (lat is None)
    inside = lon is None or lat is None or (-180 <= lon <= 180 and -90 <= lat <= 90)
    return None if whole and inside else Refusal("device_point", {"field": "lon"})


def may_install(state: str) -> Refusal | None:
    fits = state in (DeviceState.PLANNED, DeviceState.UNVERIFIED)
    return None if fits else Refusal("device_stands")


def may_retire(state: str) -> Refusal | None:
    return Refusal("device_retired") if state == DeviceState.RETIRED else None


def is_line_address(code: str) -> bool:
    """Twelve hex digits in small letters, as GB/T 26875.3 names a transmission device."""
    return len(code) == 12 and set(code) <= set("0123456789abcdef")


def may_send(state: str) -> bool:
    """A planned one is not there yet; what sends under its name is looked at."""
    return state != DeviceState.RETIRED
