"""How long things are kept: what goes tonight, what is under hold, what the last runs did. By number; no value is shown."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import Actor
from lifang.core.access.sights import ROW_KINDS
from lifang.core.retention import Shelf, Term, actions, jobs
from lifang.core.retention import selectors as retention
from lifang.core.retention.catalogue import terms as known_terms
from lifang.core.retention.models import Run
from lifang.core.retention.terms import LISTED
from lifang.core.web.show import Chip
from lifang.orgs import selectors
from lifang.orgs.web.desk.areas import staff
from lifang.orgs.web.retention_tables import OverTable, TermTable

Facts = dict[str, Any]
RUNS = 7


def length(term: Term) -> str:
    """How long, in words."""
    if term.years:
        return ngettext("%(n)d year", "%(n)d years", term.years) % {"n": term.years}
    return ngettext("%(n)d day", "%(n)d days", term.days) % {"n": term.days}


class Line(NamedTuple):
    """One term as the table shows it."""

    name: str
    url: str
    length: str
    since: str
    way: str
    due: int | None
    due_url: str
    oldest: datetime | None
    held: int | None
    held_url: str
    went: str
    went_at: datetime | None
    basis: str
    confirmed: bool
    keeper: str


def _line(one: retention.Outlook) -> Line:
    url = reverse("orgs:retention_term", args=[one.term.key])
    return Line(
        str(one.term.name), url, length(one.term), str(one.term.since), one.term.way,
        one.due, url if one.due else "", one.oldest, one.held, f"{url}?held=1" if one.held else "",
        _gone(one.went) if one.last else "", one.last, str(one.term.basis), one.term.confirmed, str(one.term.keeper),
    )  # fmt: skip


def _gone(rows: int) -> str:
    return ngettext("%(n)d row", "%(n)d rows", rows) % {"n": rows}


@require_GET
@staff
def terms(request: HttpRequest) -> HttpResponseBase:
    """Every term, with what a run now would erase: a dry run."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = retention.outlook(actor, request.at)  # type: ignore[attr-defined]
    table = TermTable(request, [_line(one) for one in found])
    runs = list(retention.runs(actor)[:RUNS])
    context: Facts = {
        "due": sum(one.due or 0 for one in found),
        "held": sum(one.held or 0 for one in found),
        "terms": len(found),
        "unconfirmed": sum(not one.term.confirmed for one in found),
        "runs": [_run(one) for one in runs],
        "standing": next((one for one in runs if one.ended_at is None), None),
        "may_run": actor.may("retention.ask_run"),
    }
    return table.response("orgs/retention.html", context)


def _run(one: Any) -> Facts:
    if one.ended_at is None:
        chip = Chip("progress", _("Running"))
    elif one.left:
        chip = Chip("late", _("Not finished"))
    else:
        chip = Chip("done", _("Done"))
    return {"run": one, "chip": chip, "rows": one.rows or 0}


class Over(NamedTuple):
    """One row that is over, without anything it says."""

    what: str
    url: str
    place: str
    since: datetime


@require_GET
@staff
def term(request: HttpRequest, key: str) -> HttpResponseBase:
    """The rows behind a number: where they lie and since when they are over; by name only for who sees them anyway."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    shelf = retention.shelf_of(actor, key)
    held = request.GET.get("held") == "1"
    rows = retention.over(actor, key, request.at, held=held)  # type: ignore[attr-defined]
    table = OverTable(request, list(_told(actor, shelf, rows)))
    found = shelf.term
    context: Facts = {
        "term": found,
        "length": length(found),
        "before": found.before(request.at),  # type: ignore[attr-defined]
        "held": held,
        "hidden": shelf.hidden,
        "most": LISTED if len(rows) >= LISTED else 0,
    }
    return table.response("orgs/retention_term.html", context)


def _told(actor: Actor, shelf: Shelf, rows: list[Any]) -> Iterable[Over]:
    areas = [str(getattr(row, shelf.area)) if shelf.area else "" for row in rows]
    places = selectors.names_of({area for area in areas if area}, 2)
    kind = ROW_KINDS.get(shelf.kind)
    for row, area in zip(rows, areas, strict=True):
        sees = bool(area) and actor.scope.covers(area)
        url = kind.url(getattr(row, shelf.subject)) if sees and kind and kind.url else ""
        name = str(row) if sees and shelf.subject == "pk" and kind else ""
        yield Over(name or (str(kind.name) if kind else _("A row")), url, places.get(area, ""), row.over)  # fmt: skip


@require_POST
@staff
def runs(request: HttpRequest) -> HttpResponse:
    """Somebody does not want to wait for the night."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    stands = actions.ask_run(actor=actor, at=request.at)  # type: ignore[attr-defined]
    if stands is None:
        jobs.asked.later(by=str(actor.id), once="retention.asked")
        messages.success(request, _("It begins at once; this page shows how far it is."))
    else:
        messages.info(request, _("A run is at work already."))
    return redirect("orgs:retention")


@require_GET
@staff
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What one run did, term by term: counts, never values."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found: Run = retention.run(actor, pk)
    done = retention.done(actor, pk)
    names = {key: one.name for key, one in known_terms().items()}
    context: Facts = {
        **_run(found),
        "done": [{"one": one, "name": names.get(one.key, one.key), "parts": _parts(one.parts)} for one in done],
        "waiting": [names.get(key, key) for key in found.waiting],
        "left": [names.get(key, key) for key in found.left],
        "at": localtime(found.started_at),
    }  # fmt: skip
    return render(request, "orgs/retention_run.html", context)


def _parts(parts: dict[str, int]) -> list[tuple[Any, int]]:
    names = {
        "facts": _("values of the history"), "merges": _("merges that can no longer be undone"), "corrections": _("corrections"),
        "looks": _("looks"), "reporters": _("reporters"), "notes": _("notes"), "files": _("files"),
        "preferences": _("preferences"), "parts": _("parts of photos"),
    }  # fmt: skip
    return [(names.get(name, name), n) for name, n in parts.items() if n]
