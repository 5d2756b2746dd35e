"""The list of applications."""

from django.utils.translation import gettext_lazy as _

from lifang.affairs.catalogue import APPLICATION, CHANNELS, GUIDES
from lifang.affairs.web import shown
from lifang.core.web.tables import Choice, Column, Empty, Period, Table
from lifang.orgs.selectors import place_name


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
        Period("submitted_at", _("Received")),
    )  # fmt: skip
    order = "-submitted_at"
    empty = Empty(
        _("No application here."),
        _("What residents apply for stands here, online or at the window."),
        act=(_("Receive somebody"), "affairs:reception"),
        icon="file-check",
    )
