"""Tables of what is kept how long, and of legal holds."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from lifang.core.retention.models import LegalHold
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Flag, ListTable
from lifang.core.web.templatetags.kit import chip
from lifang.orgs import selectors

WAYS = {
    "erase": _("The value goes"),
    "anonymise": _("Whose it was goes"),
    "delete": _("The row goes"),
}


def _basis(row: Any) -> Any:
    if row.confirmed:
        return row.basis
    return format_html("{} {}", row.basis, chip(Chip("waiting", _("Not confirmed"))))


def _count(number: int | None, url: str) -> Any:
    if number is None:
        return _("not shown")
    return format_html('<a href="{}">{}</a>', url, f"{number:,}") if url else "0"


class TermTable(ListTable):
    name = Column(_("What is kept"), link="url", sort="name")
    length = Column(_("How long"), sort="length")
    since = Column(_("From when"), narrow=False)
    due = Column(_("Goes tonight"), sort="due", cell=lambda row: _count(row.due, row.due_url))
    oldest = Column(_("Over since"), cell="date", sort="oldest", narrow=False)
    held = Column(
        _("Under hold"), sort="held", cell=lambda row: _count(row.held, row.held_url), narrow=False
    )
    went_at = Column(_("Last erased"), cell="date", sort="went_at", narrow=False)
    went = Column(_("How many then"), narrow=False)
    basis = Column(_("Ground"), cell=_basis, wide=True, narrow=False)
    way = Column(_("What happens"), value=lambda row: WAYS[row.way], shown=False)
    keeper = Column(_("Who answers for it"), shown=False)

    key = "retention"
    search = ("name", "basis", "keeper")
    filters = (
        Choice("way", _("What happens"), WAYS),
        Flag("due", _("Only what goes tonight"), lambda rows: rows),
        Flag("held", _("Only what is under hold"), lambda rows: rows),
    )
    order = "-due"  # what goes tonight first
    per_page = 15
    empty = Empty(
        _("Nothing of it goes tonight."),
        _("Take a filter away to see every term."),
        icon="hourglass",
    )


class OverTable(ListTable):
    what = Column(_("A row"), link="url")
    place = Column(_("Where"), sort="place")
    since = Column(_("Over since"), cell="date", sort="since")

    key = "over"
    search = ("what", "place")
    order = "since"
    per_page = 50
    empty = Empty(
        _("No row is over."),
        _("What is over appears here the evening before it goes."),
        act=(_("All terms"), "orgs:retention"),
        icon="hourglass",
    )


def hold_chip(row: LegalHold, today: Any) -> Chip:
    if row.lifted_at:
        return Chip("idle", _("Lifted"))
    return Chip("idle", _("Ended")) if row.until < today else Chip("progress", _("In office"))


class HoldTable(ListTable):
    what = Column(_("On what"), link="url")
    state = Column(_("State"), cell="state", value="chip")
    document = Column(_("Document"), sort="document")
    why = Column(_("Why"), wide=True)
    place = Column(_("Where"), sort="place")
    until = Column(_("Last day"), cell="date", sort="until")
    set_by = Column(_("Set by"))

    key = "holds"
    private = True
    search = ("what", "document", "why", "place", "set_by")
    filters = (Choice("how", _("State"), {"force": _("In office"), "over": _("Lifted or ended")}),)
    order = ""
    per_page = 50
    empty = Empty(
        _("Nothing is under hold."),
        _("A hold keeps a person, a household, a case or an area from being erased. Set one on its page, or here on an area."),
        act=(_("Set a hold on an area"), "orgs:new_hold"),
        icon="lock",
    )  # fmt: skip


def hold_line(row: LegalHold, what: str, today: Any) -> dict[str, Any]:
    """One hold as the table shows it."""
    standing = row.lifted_at is None and row.until >= today
    return {
        "what": what, "url": reverse("orgs:hold", args=[row.pk]), "chip": hold_chip(row, today), "document": row.document,
        "why": row.why, "place": selectors.place_name(row.area, 2), "until": row.until, "set_by": row.set_by.name,
        "how": "force" if standing else "over", "set_at": localtime(row.set_at),
    }  # fmt: skip
