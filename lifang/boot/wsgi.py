"""Pages and API, served by granian."""

import os
from functools import lru_cache

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
application = Handler()
