"""When a message leaves: pure functions of the manners and the clock."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from lifang.core.calendar.week import minutes
from lifang.core.notify.catalogue import Manners
from lifang.core.notify.terms import BACK_OFF, Channel, Pace

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def is_quiet(at: datetime, manners: Manners, zone: ZoneInfo) -> bool:
    clock = at.astimezone(zone).time()
    begins, ends = _clock(manners.quiet_from), _clock(manners.quiet_to)
    if begins <= ends:
        return begins <= clock < ends
    return clock >= begins or clock < ends


def next_clock(at: datetime, clock: str, zone: ZoneInfo) -> datetime:
    """The next time the local clock shows this, not before `at`."""
    local = at.astimezone(zone)
    shown = datetime.combine(local.date(), _clock(clock), zone)
    return shown if shown >= at else datetime.combine(local.date() + DAY, _clock(clock), zone)


def leaves_at(
    at: datetime, channel: Channel, *, urgent: bool, pace: Pace, manners: Manners, zone: ZoneInfo
) -> datetime:
    """When a new message may go: at once if urgent, with the digest if wished so, never ringing at night."""
    if urgent or channel is Channel.INBOX:
        return at
    if pace is Pace.DAILY:
        return next_clock(at, manners.digest_at, zone)
    if channel is Channel.SMS and is_quiet(at, manners, zone):
        return next_clock(at, manners.quiet_to, zone)
    return at


def room_at(at: datetime, sent: Sequence[datetime], manners: Manners) -> datetime:
    """When the address may get the next message, given when it got the last ones."""
    free = at
    for window, most in ((HOUR, manners.per_hour), (DAY, manners.per_day)):
        recent = sorted(moment for moment in sent if moment > at - window)
        if len(recent) >= most:
            free = max(free, recent[-most] + window)
    return free


def next_try(at: datetime, tries: int, server_wait: timedelta | None = None) -> datetime | None:
    """When to try again after so many failed tries; None: give up. A server may ask for more patience."""
    if tries > len(BACK_OFF):
        return None
    wait = timedelta(seconds=BACK_OFF[tries - 1])
    return at + max(wait, min(server_wait or wait, DAY))


def _clock(text: str) -> time:
    hour, minute = divmod(minutes(text) % (24 * 60), 60)
    return time(hour, minute)
