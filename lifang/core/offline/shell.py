"""The page that a telephone keeps: the same for everybody, in both languages, under one version."""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from lifang.core.offline.kinds import kinds
from lifang.core.offline.terms import PART_BYTES
from lifang.core.site import site
from lifang.core.web.assets import BUILD, asset_url, manifest

LANGUAGES = {"zh": "zh-hans", "en": "en"}  # as addresses say it, as Django says it


def page(short: str) -> str:
    """The page in one language. Nothing in it is anybody's."""
    return _page(short) if not settings.DEBUG else _page.__wrapped__(short)


@cache
def _page(short: str) -> str:
    with translation.override(LANGUAGES[short]):
        forms = [
            {"kind": kind, "photos": ",".join(kind.photos), **kind.context()}
            for kind in kinds().values()
        ]
        facts = {
            "site": site(), "forms": forms, "short": short, "other": "en" if short == "zh" else "zh",
            "alone": [kind for kind in kinds().values() if not kind.of],
            "props": {"part": PART_BYTES // 2, "icons": asset_url("icons.svg"), "language": LANGUAGES[short]},
        }  # fmt: skip
        return render_to_string("offline/phone.html", facts)


def worker() -> str:
    """The service worker: what it keeps and under which version, then what the front end built."""
    kept = {"version": version(), "pages": pages(), "files": files()}
    script = (BUILD / manifest()["files"]["worker.js"]).read_text("utf-8")
    return f"self.KEPT = {json.dumps(kept)};\n{script}"


def pages() -> dict[str, str]:
    return {short: reverse("offline:phone_in", args=[short]) for short in LANGUAGES}


def files() -> Sequence[str]:
    built = [f"{settings.STATIC_URL}build/{name}" for name in manifest()["phone"]]
    return [*built, f"{settings.STATIC_URL}web/mark.svg"]


def version() -> str:
    """Another one when a page, a script or a style is another one."""
    whole = hashlib.sha256(json.dumps(manifest()["phone"]).encode())
    for short in LANGUAGES:
        whole.update(page(short).encode())
    return whole.hexdigest()[:12]


def webmanifest(short: str) -> dict[str, Any]:
    with translation.override(LANGUAGES[short]):
        name = str(site().name)
    return {
        "id": "/desk/phone", "name": name, "short_name": name[:12], "lang": "en" if short == "en" else "zh-Hans",
        "start_url": reverse("offline:phone"), "scope": "/desk", "display": "standalone",
        "background_color": "#faf8f4", "theme_color": "#1f6f5c",
        "icons": [{"src": f"{settings.STATIC_URL}web/mark.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }  # fmt: skip
