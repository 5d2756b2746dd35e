from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.notify.catalogue import outward
from lifang.core.notify.models import Delivery, Endpoint
from lifang.core.notify.terms import State
from lifang.core.notify.web.tables import STATES
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Period, Table

SHOWN = 3


def chip_of(row: Endpoint) -> Chip:
    if row.disabled_at:
        return Chip("danger", _("Disabled"))
    return Chip("late", _("Failing")) if row.failing_since else Chip("done", _("Delivering"))


def sent_chip(row: Delivery) -> Chip:
    return Chip(*STATES[State(row.state)])


def named(key: str) -> str:
    """An event as people say it; one that is offered no more, by its key."""
    known = outward().get(key)
    return str(known.name) if known else key


def _some(row: Endpoint) -> str:
    names = [named(key) for key in row.events]
    more = f" +{len(names) - SHOWN}" if len(names) > SHOWN else ""
    return " · ".join(names[:SHOWN]) + more


class EndpointTable(Table):
    address = Column(
        _("Address"),
        value="url",
        sort="url",
        wide=True,
        link=lambda row: reverse("notify:webhook", args=[row.pk]),
    )
    note = Column(_("What it is for"))
    events = Column(_("Events"), value=_some)
    area = Column(_("Area code"), sort="area", value=lambda row: row.area or _("Everywhere"))
    added_at = Column(_("Added on"), cell="time", sort="added_at")
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
        value=lambda row: named(row.event),
        sort="event",
        wide=True,
        link=lambda row: reverse("notify:webhook_delivery", args=[row.pk]),
    )
    asked_at = Column(_("When"), cell="time", sort="asked_at")
    state = Column(_("State"), cell="state", value=sent_chip)
    status = Column(_("Response"), cell="number", sort="status")
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
