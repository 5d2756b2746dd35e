"""Terminals: the register, which one a machine is, and how much of its hours it ran."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.utils.timezone import localtime

from lifang.affairs import rules
from lifang.affairs.catalogue import policy
from lifang.affairs.models import Terminal, TerminalDay
from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.core.accounts.models import Account
from lifang.core.calendar.book import work_calendar
from lifang.core.crypto.fields import clear
from lifang.registry import selectors as registry


class Standing(NamedTuple):
    """A terminal as it stands now."""

    terminal: Terminal
    state: str  # new, on, off, closed
    uptime: float | None  # share of its hours of the last days


def terminals(actor: Actor) -> QuerySet[Terminal]:
    """Those of one's areas."""
    rows = Terminal.objects.visible_to(actor).select_related("point")
    return rows.order_by("closed_at", "area", "name_zh")


def own_terminal(actor: Actor, pk: UUID) -> Terminal:
    found = terminals(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def machine(actor: Actor, word: str) -> Terminal | None:
    """The terminal that knows this word. Nothing if it knows an earlier one, or is out of service."""
    if not word:
        return None
    with behind(SYSTEM):  # the word is the permission
        digest = sha256(word.encode()).hexdigest()
        return Terminal.objects.filter(word=digest, closed_at=None).select_related("point").first()


def standing(actor: Actor) -> list[Terminal]:
    """Every terminal that is in service. Everybody may know where."""
    with behind(SYSTEM):  # where a terminal is, is no secret
        return list(Terminal.objects.filter(closed_at=None).order_by("area", "name_zh"))


def terminals_as_they_stand(actor: Actor, rows: Iterable[Terminal], at: datetime) -> list[Standing]:
    """How each stands and how much of its hours it was heard, in one query."""
    rows, quiet = list(rows), timedelta(minutes=policy("silent_minutes"))
    today = localtime(at).date()
    first = today - timedelta(days=policy("uptime_days"))
    with behind(SYSTEM):  # minutes only
        days = TerminalDay.objects.filter(terminal__in=rows, day__gte=first, day__lte=today)
        ran = dict(days.values_list("terminal").annotate(Sum("minutes")))
    return [
        Standing(one, rules.terminal_state(one.closed_at, one.heard_at, at, quiet), rules.uptime(ran.get(one.pk, 0), _hours(one, at)))
        for one in rows
    ]  # fmt: skip


def _hours(one: Terminal, at: datetime) -> timedelta:
    """For how long of the counted days it should have run, from when it was bound."""
    if one.paired_at is None:
        return timedelta(0)
    begin = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    since = max(begin - timedelta(days=policy("uptime_days")), one.paired_at)
    until = min(at, one.closed_at or at)
    return work_calendar(one.hours, one.area).open_time(since, until) if since < until else timedelta(0)  # fmt: skip


def cardholder(actor: Actor, number: str) -> Account | None:
    """The account with a telephone of whom this number of a card belongs to; looked up past the wall, nothing of it is shown."""
    with behind(SYSTEM):
        people = [one for one in registry.find_persons(SYSTEM, number, 3) if clear(one, "identity") == number]  # fmt: skip
        known = {pk for one in people for pk in registry.accounts_of(SYSTEM, one)}
        found = list(Account.objects.filter(pk__in=known, closed_at=None, telephone__isnull=False)[:2])  # fmt: skip
    return found[0] if len(found) == 1 else None
