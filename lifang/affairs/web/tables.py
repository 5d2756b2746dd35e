"""The list of applications."""

from django.utils.translation import gettext_lazy as _

from lifang.affairs.catalogue import APPLICATION, CHANNELS, GUIDES
from lifang.affairs.web import shown
from lifang.core.access import Actor
from lifang.core.web.tables import Choice, Column, Empty, Period, Table, in_areas
from lifang.core.web.tables.filters import Rows
from lifang.orgs.selectors import codes_inside, place_name

DEEPER = {6: 9, 9: 12, 12: 15}
TRIPS = {"0": _("Not once"), "1": _("Once"), "2": _("Twice or more")}


def areas_of(actor: Actor, capability: str) -> dict[str, str]:
    """Where one may, and the parts of it."""
    codes = sorted({grant.area for grant in actor.grants if capability in grant.capabilities})
    inside = (one for code in codes if len(code) in DEEPER for one in codes_inside(code, DEEPER[len(code)]))  # fmt: skip
    return {code: place_name(code, 2) for code in dict.fromkeys([*codes, *inside])}


def _came(rows: Rows, chosen: list[str]) -> Rows:
    often = [int(one) for one in chosen]
    counted = rows.filter(state="done", trips__isnull=False)
    return counted.exclude(trips__in={0, 1} - {*often}) if 2 in often else counted.filter(trips__in=often)  # fmt: skip


class ApplicationTable(Table):
    number = Column(_("Ticket number"), link=shown.url)
    matter = Column(_("Matter"), value=lambda row: str(row.matter.name), link=shown.url, wide=True)
    name = Column(_("Applicant"), value=lambda row: str(row.name))
    state = Column(_("State"), cell="state", value=shown.chip)
    channel = Column(_("How it came"), value=lambda row: shown.channel(row.channel), narrow=False)
    where = Column(_("Where it is done"), value=lambda row: place_name(row.area, 2), narrow=False)
    due_at = Column(_("Due"), cell="time", sort="due_at")
    submitted_at = Column(_("Received"), cell="time", sort="submitted_at")

    key = "applications"
    search = ("number",)
    filters = (
        Choice("state", _("State"), lambda actor: {one.key: str(one.name) for one in APPLICATION().states}),
        Choice("guide", _("Matter"), lambda actor: {one.key: str(one.name) for one in GUIDES}),
        Choice("channel", _("How it came"), lambda actor: {one.key: str(one.name) for one in CHANNELS}),
        Choice("area", _("Area"), lambda actor: areas_of(actor, "affairs.see"), apply=in_areas),
        Choice("trips", _("How often somebody had to come"), TRIPS, apply=_came),
        Period("submitted_at", _("Received")),
    )  # fmt: skip
    order = "-submitted_at"
    empty = Empty(
        _("No application here."),
        _("What residents apply for stands here, online or at the window."),
        act=(_("Receive somebody"), "affairs:reception"),
        icon="file-check",
    )
