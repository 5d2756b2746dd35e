"""The search words of a table that keeps them private (`private = True`): they are posted, and the address has a ticket."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponseRedirect

from lifang.core.web import private

if TYPE_CHECKING:
    from lifang.core.web.tables.table import Table

TOLD = "csrfmiddlewaretoken"
LONGEST = 8000  # characters of an address


def said(table: "Table") -> str | None:
    """What is searched for; `None` when the ticket of the address leads nowhere."""
    asked = private.plain(table.query.get("q", ""))
    if table.private and private.is_ticket(asked):
        return private.words(table.request, asked)
    return asked


def moved(table: "Table") -> HttpResponseRedirect | None:
    """Words that were posted, or stood in the address all the same, go into the session; on to the address without them."""
    posted = table.request.method == "POST" and f"{table.prefix}q" in table.request.POST
    if not table.private or not (posted or _bare(table)):
        return None
    query = (table.request.POST if posted else table.request.GET).copy()
    query.pop(TOLD, None)
    for name in [name for name in query if not any(query.getlist(name))]:
        del query[name]
    key = f"{table.prefix}q"
    text = private.plain(query.get(key, ""))
    query.pop(key, None)
    if text:
        query[key] = private.keep(table.request, text)
    if ",".join(query.getlist(f"{table.prefix}cols")) == table.default_columns:
        query.pop(f"{table.prefix}cols", None)
    shown = query.urlencode()
    if len(shown) > LONGEST:  # no honest choice is as long: what is searched for stays
        shown = urlencode({key: query[key]}) if key in query else ""
    return HttpResponseRedirect(f"{table.request.path}?{shown}" if shown else table.request.path)


def _bare(table: "Table") -> bool:
    asked = private.plain(table.query.get("q", ""))
    return bool(asked) and not private.is_ticket(asked)
