from datetime import date, datetime

from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.core.calendar import book
from lifang.core.calendar.events import DayChanged
from lifang.core.calendar.models import Day
from lifang.core.events import publish
from lifang.core.i18n import Text


@action("calendar.set_day")
def set_day(
    *,
    actor: Actor,
    date: date,
    working: bool,
    name: Text,
    area: str = "",
    source: str = "",
    at: datetime,
) -> Day:
    """Decree one date as worked or not, in an area and all below it."""
    insist(_may(actor, "calendar.set_day", area))
    day, _ = Day.objects.update_or_create(
        date=date,
        area=area,
        defaults={
            "working": working,
            "name_zh": name.zh,
            "name_en": name.en,
            "source": source,
            "changed_at": at,
        },
    )
    _changed(date, area, at)
    return day


@action("calendar.unset_day")
def unset_day(*, actor: Actor, day: Day, at: datetime) -> None:
    """Take a decree back: the date follows the pattern again."""
    insist(_may(actor, "calendar.unset_day", day.area))
    date, area = day.date, day.area
    Day.objects.filter(pk=day.pk).delete()
    _changed(date, area, at)


def _may(actor: Actor, capability: str, area: str) -> Refusal | None:
    # An empty area is the whole site, so "any grant will do" is not enough.
    return None if actor.may(capability, area) else Refusal("not_allowed")


def _changed(day: date, area: str, at: datetime) -> None:
    book.forget()
    publish(DayChanged(day=day, area=area, at=at), area=area)
