from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.notify.models import Delivery, Endpoint
from lifang.core.notify.terms import State
from lifang.core.notify.web.tables import STATES
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Period, Table


def chip_of(row: Endpoint) -> Chip:
    if row.disabled_at:
        return Chip("danger", _("Disabled"))
    return Chip("late", _("Failing")) if row.failing_since else Chip("done", _("In force"))


class EndpointTable(Table):
    address = Column(
        _("Address"),
        value="url",
        sort="url",
        wide=True,
        link=lambda row: reverse("notify:webhook", args=[row.pk]),
    )
    note = Column(_("What it is for"))
    events = Column(_("Events"), value=lambda row: ", ".join(row.events))
    area = Column(_("Area"), sort="area")
    added_at = Column(_("Added"), cell="time", sort="added_at")
    state = Column(_("State"), cell="state", value=chip_of)

    key = "webhooks"
    search = ("url", "note")
    order = "-added_at"
    empty = Empty(
        _("No machine listens yet."),
        _("Add a webhook, and a system of yours hears of events as they happen."),
        act=(_("Add a webhook"), "notify:webhook_new"),
        icon="webhook",
    )  # fmt: skip


class DeliveryTable(Table):
    event = Column(
        _("Event"),
        sort="event",
        wide=True,
        link=lambda row: reverse("notify:webhook_delivery", args=[row.pk]),
    )
    asked_at = Column(_("When"), cell="time", sort="asked_at")
    state = Column(_("State"), cell="state", value=lambda row: Chip(*STATES[State(row.state)]))
    status = Column(_("Answer"), cell="number", sort="status")
    tries = Column(_("Attempts"), cell="number", sort="tries")
    tried_at = Column(_("Last attempt"), cell="time", sort="tried_at")
    due_at = Column(
        _("Next attempt"),
        cell="time",
        value=lambda row: None if row.state in (State.SENT, State.FAILED) else row.due_at,
    )
    error = Column(_("Error"), shown=False)

    key = "deliveries"
    search = ("event",)
    filters = (
        Choice("state", _("State"), {key: words for key, (_kind, words) in STATES.items()}),
        Period("asked_at", _("When")),
    )
    order = "-asked_at"
    empty = Empty(
        _("Nothing was sent yet."),
        _("The first event of these kinds in this area appears here."),
        icon="webhook",
    )  # fmt: skip


__all__ = ["Delivery", "DeliveryTable", "EndpointTable", "chip_of"]
