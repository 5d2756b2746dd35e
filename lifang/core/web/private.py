"""Search words that stay out of addresses, histories and logs: the session keeps them for a while under a ticket."""

import secrets
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from django.http import HttpRequest

KEPT: Final = "searches"  # in the session, which lies sealed
MARK: Final = "~"  # what a ticket begins with
LIFE: Final = timedelta(minutes=30)
MOST: Final = 12  # of one browser; the oldest goes
LONGEST: Final = 200


def plain(text: str) -> str:
    """Words as a search takes them."""
    return text.replace("\x00", "").strip()[:LONGEST]


class Asked(NamedTuple):
    """What a search page was asked: the words, or where to go so that they stand in no address."""

    text: str = ""
    lost: bool = False  # the ticket is not (or no longer) of this browser
    away: str = ""


def asked(request: HttpRequest, longest: int = LONGEST) -> Asked:
    """Read the field `q` of a page that takes words by POST and shows what they find under a ticket."""
    given = plain((request.POST if request.method == "POST" else request.GET).get("q", ""))
    if not given:
        return Asked()
    if request.method == "POST" or not is_ticket(given):
        return Asked(away=f"{request.path}?q={keep(request, given)}")
    found = words(request, given)
    return Asked((found or "")[:longest], lost=found is None)


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
