"""A page that nothing can have changed for is not made a second time."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from lifang.core.web.kept import Kept

SECONDS = 10  # pages say "in 3 h": they may be that much behind the clock
HEADERS = ("Content-Type", "Vary", "Content-Language")
Key = tuple[Any, ...]
View = Callable[..., HttpResponseBase]
KEPT: Kept[tuple[bytes, dict[str, str]]] = Kept()


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
            return HttpResponse(found[0], headers=found[1])
        made = view(request, *args, **kwargs)
        if isinstance(made, HttpResponse) and made.status_code == 200 and not made.cookies:
            headers = {name: made.headers[name] for name in HEADERS if name in made.headers}
            KEPT.put(key, (made.content, headers), len(made.content))
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
