"""Times as people say them: near and exact. The present is always an argument."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

MINUTE, HOUR, DAY = 60, 3600, 86400


def span(length: timedelta) -> str:
    """A length in the two largest units that matter: "2 h 5 min", "3 days 4 h"."""
    seconds = int(abs(length.total_seconds()))
    if seconds < MINUTE:
        return _("less than a minute")
    if seconds < HOUR:
        return _("%(count)d min") % {"count": seconds // MINUTE}
    if seconds < DAY:
        return _pair(
            _("%(count)d h") % {"count": seconds // HOUR},
            seconds % HOUR // MINUTE,
            _("%(count)d min"),
        )
    days = seconds // DAY
    shown = ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    return _pair(shown, seconds % DAY // HOUR if days < 7 else 0, _("%(count)d h"))


def _pair(large: str, count: int, small: str) -> str:
    return f"{large} {small % {'count': count}}" if count else large


def rough(length: timedelta) -> str:
    """A length in its largest unit: "3 h", "2 days"."""
    seconds = int(abs(length.total_seconds()))
    if seconds >= DAY:
        days = seconds // DAY
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if seconds >= HOUR:
        return _("%(count)d h") % {"count": seconds // HOUR}
    return _("%(count)d min") % {"count": seconds // MINUTE}


def exact(moment: datetime, now: datetime) -> str:
    """The clock time, with as much of the date as is needed from here."""
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    clock = local.strftime("%H:%M")
    days = (local.date() - today).days
    named = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
    if days in named:
        return f"{named[days]} {clock}"
    return f"{_day(local.date(), local.year == today.year, get_language())} {clock}"


@lru_cache(maxsize=2000)
def _day(day: date, this_year: bool, language: str | None) -> str:
    """A day of this year or another as the language, which is the reader's, writes it."""
    return date_format(day, _("M j") if this_year else _("M j, Y"))


def over(moment: datetime, now: datetime) -> str:
    """How far behind a limit is: "3 h over (today 10:30)"."""
    said = {"length": rough(now - moment), "exact": exact(moment, now)}
    return _("%(length)s over (%(exact)s)") % said


def near(moment: datetime, now: datetime) -> str:
    """Near and exact: "in 3 h (today 17:30)", "2 days ago (Mar 3 09:12)"."""
    length = moment - now
    words = _("in %(span)s") if length > timedelta() else _("%(span)s ago")
    said = _("now") if abs(length) < timedelta(minutes=1) else words % {"span": rough(length)}
    return _("%(near)s (%(exact)s)") % {"near": said, "exact": exact(moment, now)}
