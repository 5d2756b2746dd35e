"""A page that nothing can have changed for is not made a second time."""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

SECONDS = 10  # pages say "in 3 h": they may be that much behind the clock
PAGE_BYTES, ALL_BYTES = 512 * 1024, 24 * 1024 * 1024
HEADERS = ("Content-Type", "Vary", "Content-Language")
Key = tuple[Any, ...]
View = Callable[..., HttpResponseBase]


class Kept:
    """Pages of this process by everything they depend on; the longest unused go first."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Key, tuple[bytes, dict[str, str]]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: Key) -> HttpResponse | None:
        with self._lock:
            found = self._pages.get(key)
            if found is None:
                return None
            self._pages.move_to_end(key)
        body, headers = found
        return HttpResponse(body, headers=headers)

    def put(self, key: Key, made: HttpResponseBase) -> None:
        if not isinstance(made, HttpResponse) or made.status_code != 200 or made.cookies:
            return
        body = made.content
        if len(body) > PAGE_BYTES:
            return
        headers = {name: made.headers[name] for name in HEADERS if name in made.headers}
        with self._lock:
            if key not in self._pages:
                self._bytes += len(body)
            self._pages[key] = (body, headers)
            while self._bytes > ALL_BYTES:
                self._bytes -= len(self._pages.popitem(last=False)[1][0])

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()
            self._bytes = 0


KEPT = Kept()


def unchanged(view: View) -> View:
    """Answer a GET from memory while neither the database nor anything else the page is made of has changed.

    The database's own snapshot is part of the key: any commit, by anybody, makes every kept page a stranger.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = _key(request)
        if key is None:
            return view(request, *args, **kwargs)
        found = KEPT.get(key)
        if found is not None:
            return found
        made = view(request, *args, **kwargs)
        KEPT.put(key, made)
        return made

    return answered


def _key(request: HttpRequest) -> Key | None:
    """Nothing for who is not signed in, writes, or has no token for forms yet; nor inside a transaction: it sees its own writes."""
    snapshot = getattr(request, "snapshot", "")
    token = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    if request.method != "GET" or not snapshot or not token or connection.in_atomic_block:
        return None
    return (
        snapshot,
        request.at.timestamp() // SECONDS,  # type: ignore[attr-defined]
        request.session.row,  # type: ignore[attr-defined]
        request.session.source,  # type: ignore[attr-defined]
        request.get_full_path(),
        request.get_host(),
        request.LANGUAGE_CODE,
        request.elder,  # type: ignore[attr-defined]
        request.kiosk,  # type: ignore[attr-defined]
        token,
        tuple(sorted(item for item in request.META.items() if item[0].startswith("HTTP_HX_"))),
    )
