"""Terminals: entered and bound by staff; they tell by themselves that they run."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import F, Q
from django.utils.timezone import localtime

from lifang.affairs.catalogue import SERVICES
from lifang.affairs.models import Point, Terminal, TerminalDay
from lifang.affairs.selectors import machines as ask
from lifang.core.access import SYSTEM, Actor, Refusal, Refused, insist
from lifang.core.access.wall import behind
from lifang.core.accounts import actions as accounts
from lifang.core.accounts.models import Account
from lifang.core.action import action, attempt
from lifang.core.calendar.book import work_calendar
from lifang.core.crypto.fields import clear
from lifang.core.ids import short_code

SETTINGS = ("name_zh", "name_en", "address", "lon", "lat", "owner", "funder", "keeper", "telephone", "hours")  # fmt: skip
BEAT = timedelta(seconds=50)  # a sign that comes sooner is not counted again


@action("affairs.set_terminal")
def set_terminal(*, actor: Actor, area: str, told: Mapping[str, Any], services: Sequence[str], at: datetime, point: Point | None = None, terminal: Terminal | None = None, running: bool = True) -> Terminal:  # fmt: skip
    """Enter a terminal, or change it. One that is taken out of service stays in the register and is not shown to residents."""
    row = Terminal.objects.hold(terminal.pk) if terminal else Terminal(area=area)
    for name in SETTINGS:
        if name in told:
            setattr(row, name, told[name])
    row.services = [key for key in dict.fromkeys(services) if key in SERVICES]
    row.point = point
    row.closed_at = None if running else row.closed_at or at
    row.save()
    return row


@action("affairs.pair_terminal")
def pair_terminal(*, actor: Actor, terminal: Terminal, at: datetime) -> str:
    """The word by which the machine says which one it is; shown this once, and the one before no longer counts."""
    row = Terminal.objects.hold(terminal.pk)
    insist(Refusal("terminal_closed") if row.closed_at else None)
    word = short_code(16)
    row.word = sha256(word.encode()).hexdigest()
    row.paired_at = row.paired_at or at  # uptime counts from the first time on
    row.save(update_fields=["word", "paired_at"])
    return word


def heard(*, actor: Actor, word: str, at: datetime) -> Terminal | None:
    """A terminal is on. No act of anybody, so no line of the log: once a minute, counted in the hours it should run."""
    found = ask.machine(actor, word)
    if found is None:
        return None
    with behind(SYSTEM):  # the word is the permission
        late = Q(heard_at=None) | Q(heard_at__lte=at - BEAT)
        fresh = Terminal.objects.filter(late, pk=found.pk).update(heard_at=at)
        if fresh and work_calendar(found.hours, found.area).is_open(at):
            day, _made = TerminalDay.objects.get_or_create(terminal=found, day=localtime(at).date())
            TerminalDay.objects.filter(pk=day.pk).update(minutes=F("minutes") + 1)
    return found


@action("affairs.present_card", beyond=True)
def present_card(*, actor: Actor, number: str, source: str, at: datetime, language: str = "") -> Account | None:  # fmt: skip
    """A card was laid on a reader: a code goes to the telephone of its holder's account, if there is one. The card alone opens nothing."""
    found = ask.cardholder(actor, number)
    if found is None:
        return None
    with (
        suppress(Refused),
        attempt(),
    ):  # one is on its way already: whoever stands there is told the same
        accounts.send_code(actor=actor, telephone=clear(found, "telephone"), source=source, at=at, language=language)  # fmt: skip
    return found
