"""Days and instants as both languages write them."""

from datetime import date, datetime

from lifang.core.i18n.text import Text

_ZH_DAYS = "一二三四五六日"
_EN_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EN_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def day_text(day: date, year: int | None = None) -> Text:
    """`10月9日（周五）` and `Fri 9 Oct`; the year is said unless it is the one the reader expects."""
    zh = f"{day.month}月{day.day}日（周{_ZH_DAYS[day.weekday()]}）"
    en = f"{_EN_DAYS[day.weekday()]} {day.day} {_EN_MONTHS[day.month - 1]}"
    if day.year == year:
        return Text(zh=zh, en=en)
    return Text(zh=f"{day.year}年{zh}", en=f"{en} {day.year}")


def instant_text(at: datetime, year: int | None = None) -> Text:
    """`10月9日（周五）16:30` and `Fri 9 Oct 16:30`, in the time zone the instant carries."""
    day = day_text(at.date(), year)
    return Text(zh=f"{day.zh}{at:%H:%M}", en=f"{day.en} {at:%H:%M}")
