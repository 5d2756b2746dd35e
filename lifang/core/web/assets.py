"""Hashed names of what `frontend/` builds, and which icons its sprite holds."""

import json
import logging
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

LOG = logging.getLogger(__name__)
BUILD = Path(__file__).parent / "static" / "build"


class NotBuilt(Exception):
    """The front end has not been built."""


def manifest() -> dict[str, Any]:
    """The build's manifest; read again on every call while developing."""
    return _read() if settings.DEBUG else _kept()


@cache
def _kept() -> dict[str, Any]:
    return _read()


def _read() -> dict[str, Any]:
    path = BUILD / "manifest.json"
    if not path.is_file():
        raise NotBuilt("The front end is not built: run `make frontend` (npm ci && npm run build).")
    read: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return read


def asset_url(name: str) -> str:
    """The address of a built file, e.g. `app.js`."""
    return f"{settings.STATIC_URL}build/{manifest()['files'][name]}"


def known_icon(name: str) -> str:
    """The name itself, or a plain dot for an icon whose name the build did not find written anywhere."""
    if name in manifest()["icons"]:
        return name
    LOG.warning(
        "icon %r is not in the sprite: write its name literally, then run `make build`", name
    )
    return "point"
