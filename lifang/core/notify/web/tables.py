from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from lifang.core.crypto import mask_telephone
from lifang.core.notify import compose, selectors
from lifang.core.notify.models import Message
from lifang.core.notify.terms import Channel, State
from lifang.core.web.show import Chip
from lifang.core.web.tables import Bulk, Choice, Column, Empty, Period, Table

CHANNELS: dict[str, Any] = {Channel.SMS: _("Text message"), Channel.EMAIL: _("E-mail")}
STATES = {
    State.QUEUED: ("waiting", _("Waiting")),
    State.SENDING: ("progress", _("On its way")),
    State.SENT: ("done", _("Sent")),
    State.FAILED: ("danger", _("Not delivered")),
}


def _unread(rows: Any, values: list[str]) -> Any:
    return rows if len(values) == 2 else rows.filter(read_at__isnull=values == ["new"])


def _read_chip(row: Message) -> Chip:
    return Chip("idle", _("Already read")) if row.read_at else Chip("open", _("Unread"))


def _masked(row: Message) -> str:
    address = row.address or ""
    if row.channel == Channel.SMS:
        return mask_telephone(address)
    name, _at, host = address.partition("@")
    return f"{name[:1]}***@{host}"


def _text(row: Message) -> str:
    short = row.channel == Channel.SMS
    # A stand-in's outbox is the telephone; what really left shows no secret.
    at_hand = selectors.stands_in(row)
    body = compose.letter_of(row, short=short)[1] if at_hand else compose.body_of(row, short=short)
    return compose.speak(body, row.language)


def _as_sent(row: Message) -> Any:
    return format_html('<span data-content lang="{}">{}</span>', row.language, _text(row))


def _carrier(row: Message) -> Any:
    if not row.via:
        return "—"
    return _("Local stand-in, nothing left the house") if selectors.stands_in(row) else row.via


class InboxTable(Table):
    title = Column(_("Message"), value=compose.title_of, link="link", wide=True)
    told = Column(_("Text"), value=compose.body_of, wide=True)
    asked_at = Column(_("When"), cell="time", sort="asked_at")
    read = Column(_("Read"), cell="state", value=_read_chip)

    key = "inbox"
    private = True
    search = ("facts", "template")
    filters = (
        Choice("read", _("Read"), {"new": _("Unread"), "read": _("Already read")}, apply=_unread),
        Period("asked_at", _("When")),
    )
    order = "-asked_at"
    bulk = (Bulk("read", _("Mark as read"), "notify:reading", icon="mail-opened"),)
    empty = Empty(
        _("No messages."),
        _("What happens to your matters is told here."),
        act=(_("Choose how to be told"), "notify:notifications"),
        icon="mail",
    )


class OutboxTable(Table):
    asked_at = Column(_("When"), cell="time", sort="asked_at")
    channel = Column(_("Channel"), value=lambda row: CHANNELS[Channel(row.channel)], sort="channel")
    address = Column(_("To"), value=_masked)
    title = Column(_("Message"), value=compose.title_of, wide=True)
    said = Column(_("Text"), value=_text, cell=_as_sent, wide=True)
    state = Column(_("State"), cell="state", value=lambda row: Chip(*STATES[State(row.state)]))
    via = Column(_("Carried by"), value=_carrier)
    due_at = Column(_("Next attempt"), cell="time", sort="due_at", shown=False)
    tries = Column(_("Attempts"), cell="number", sort="tries", shown=False)
    error = Column(_("Error"), shown=False)

    key = "outbox"
    private = True
    search = ("facts", "template")
    filters = (
        Choice("state", _("State"), {key: words for key, (_kind, words) in STATES.items()}),
        Choice("channel", _("Channel"), CHANNELS),
        Period("asked_at", _("When")),
    )
    order = "-asked_at"
    empty = Empty(
        _("Nothing was sent yet."),
        _("Text messages and mail of your area appear here as soon as somebody is told something."),
        icon="send",
    )
