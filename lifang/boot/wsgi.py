"""Pages and API, served by granian."""

import os
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.urls import ResolverMatch, get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lifang.boot.settings")


class Handler(WSGIHandler):
    """Remembers where an address led: asking some hundred patterns in turn costs as much as a small query."""

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        request.resolver_match = found = _led(request.path_info)
        return found


@lru_cache(maxsize=2000)
def _led(path: str) -> ResolverMatch:
    return get_resolver().resolve(path)


django.setup(set_prefix=False)

from lifang.boot.passing import passed  # noqa: E402 -- Django must be set up first

_pages = Handler()


def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """WSGI: what is the gate's goes there, all else is Django's."""
    answer = passed(environ, start)
    return _pages(environ, start) if answer is None else answer
