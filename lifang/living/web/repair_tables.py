from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.pay.rules import yuan
from lifang.core.web.tables import Choice, Column, Empty, Period, Table
from lifang.living.catalogue import REPAIR, REPAIR_KINDS
from lifang.living.web import repair_shown as shown


class RepairTable(Table):
    number = Column(_("Number"), link=lambda row: reverse("living:repair", args=[row.pk]))
    kind = Column(_("What is broken"), value=lambda row: row.what.name)
    address = Column(_("Dwelling"), wide=True)
    where = Column(_("Where"), value=shown.where)
    state = Column(_("State"), cell="state", value=shown.chip)
    due_at = Column(_("Due day"), cell="clock", sort="due_at")
    opened_at = Column(_("Ordered"), cell="time", sort="opened_at")
    charged = Column(_("Charged (yuan)"), value=lambda row: yuan(row.charged), shown=False)

    key = "repairs"
    search = ("number", "address")
    order = "-opened_at"
    filters = (
        Choice("state", _("State"), {one.key: one.name for one in REPAIR().states}),
        Choice("kind", _("What is broken"), {one.key: one.name for one in REPAIR_KINDS.all()}),
        Period("opened_at", _("Ordered")),
    )
    empty = Empty(_("No repair was ordered yet."), _("What households order appears here by itself."), icon="tool")  # fmt: skip
