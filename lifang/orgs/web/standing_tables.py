from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lifang.core.web.show import Chip
from lifang.core.web.tables import Bulk, Choice, Column, Empty, Period, Table
from lifang.orgs import selectors
from lifang.orgs.catalogue import SPANS
from lifang.orgs.terms import WATCH_NAMES, WatchRole
from lifang.orgs.web.tables import post_name


def _where(row: Any) -> str:
    return str(row.unit.name) if row.unit else selectors.place_name(row.area)


def _span(row: Any) -> Any:
    known = SPANS.get(row.span)
    return known.name if known else row.span


def deputy_chip(row: Any) -> Chip:
    if row.valid_to <= row.now:
        return Chip("idle", _("Over"))
    coming = row.valid_from > row.now
    return Chip("waiting", _("Coming")) if coming else Chip("progress", _("Stands in now"))


class DeputyTable(Table):
    absent = Column(_("Stands in for"), value="posting.account.name", sort="posting__account__name")
    post = Column(_("Post"), value=lambda row: post_name(row.posting.post), sort="posting__post")
    place = Column(_("Where"), value=lambda row: _where(row.posting), sort="area", wide=True)
    deputy = Column(_("Deputy"), value="account.name", sort="account__name")
    valid_from = Column(_("Begins"), cell="time", sort="valid_from")
    valid_to = Column(_("Ends"), cell="time", sort="valid_to")
    state = Column(_("State"), cell="state", value=deputy_chip)
    named_by = Column(_("Named by"), value="named_by.name", shown=False)

    key = "deputies"
    private = True
    search = ("posting__account__name", "account__name")
    filters = (Period("valid_from", _("First day")),)
    order = "-valid_from"
    bulk = (
        Bulk(
            "end", _("End now"), "orgs:deputy_ends", icon="x",
            confirm=_("The deputies' rights on these posts end at once."),
        ),
    )  # fmt: skip
    empty = Empty(
        _("Nobody stands in for a colleague."),
        _("Before leave, name a deputy beside the posting: to-dos and messages reach both, and the log names both."),
        act=(_("To the postings"), "orgs:postings"),
        icon="user-share",
    )  # fmt: skip


class WatchTable(Table):
    starts_at = Column(_("Begins"), cell="time", sort="starts_at")
    ends_at = Column(_("Ends"), cell="time", sort="ends_at")
    span = Column(_("Part of the day"), value=_span)
    place = Column(_("Where"), value=_where, sort="area", wide=True)
    name = Column(_("Full name"), value="account.name", sort="account__name")
    role = Column(_("Role"), value=lambda row: WATCH_NAMES[WatchRole(row.role)])

    key = "roster"
    private = True
    filters = (
        Period("starts_at", _("Day")),
        Choice("role", _("Role"), {role.value: name for role, name in WATCH_NAMES.items()}),
        Choice("span", _("Part of the day"), lambda actor: {one.key: one.name for one in SPANS}),
    )
    order = "starts_at"
    bulk = (
        Bulk(
            "drop", _("Take off the roster"), "orgs:watch_drops", icon="x", capability="orgs.drop_watch",
            confirm=_("They are no longer on the roster for these times."),
        ),
    )  # fmt: skip
    empty = Empty(
        _("Nobody is on the roster here."),
        _("Enter who is on watch at night and at the weekend, one by one or by a spreadsheet: urgent cases reach them."),
        icon="calendar-user",
    )  # fmt: skip

    def search_in(self, rows: Any, text: str) -> Any:
        for word in text.split():
            rows = rows.filter(
                Q(account__name__icontains=word) | Q(unit__name_zh__icontains=word) | Q(area__startswith=word)
            )  # fmt: skip
        return rows
