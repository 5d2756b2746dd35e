"""Search words that stay out of addresses, histories and logs: the session keeps them for a while under a ticket."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest

KEPT: Final = "searches"  # in the session, which lies sealed
MARK: Final = "~"  # what a ticket begins with
LIFE: Final = timedelta(minutes=30)
MOST: Final = 12  # of one browser; the oldest goes
LONGEST: Final = 200


def plain(text: str) -> str:
    """Words as a search takes them."""
    return text.replace("\x00", "").strip()[:LONGEST]


def keep(request: HttpRequest, text: str) -> str:
    """The ticket under which this browser finds these words again."""
    at: datetime = request.at  # type: ignore[attr-defined]
    kept = {ticket: one for ticket, one in _living(request).items() if one["text"] != text}
    ticket = MARK + secrets.token_urlsafe(9)
    fresh = [*kept.items(), (ticket, {"text": text, "at": at.isoformat()})]
    request.session[KEPT] = dict(fresh[-MOST:])
    return ticket


def words(request: HttpRequest, asked: str) -> str | None:
    """What was asked under a ticket; `None` when this browser does not (or no longer) know it."""
    found = _living(request).get(asked)
    return found["text"] if found else None


def is_ticket(asked: str) -> bool:
    return asked.startswith(MARK)


def _living(request: HttpRequest) -> dict[str, dict[str, Any]]:
    since = request.at - LIFE  # type: ignore[attr-defined]
    kept: dict[str, dict[str, Any]] = request.session.get(KEPT, {})
    return {
        ticket: one for ticket, one in kept.items() if datetime.fromisoformat(one["at"]) > since
    }
