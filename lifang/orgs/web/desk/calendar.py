"""The working calendar: a year at a glance, one day, a year's notice."""

import datetime
from calendar import Calendar
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from lifang.core.access import Actor, Refused
from lifang.core.calendar import actions as days
from lifang.core.calendar import selectors as calendars
from lifang.core.calendar.catalogue import pattern
from lifang.core.calendar.notice import read
from lifang.core.calendar.selectors import Shown
from lifang.core.calendar.terms import Kind, Origin
from lifang.core.i18n import Text
from lifang.core.i18n.when import day_text
from lifang.core.web.htmx import page
from lifang.orgs import selectors
from lifang.orgs.selectors import home_of
from lifang.orgs.web.calendar_forms import DayForm, NoticeForm, SourceForm, rows
from lifang.orgs.web.desk.areas import may, staff

_WEEKS = Calendar()
WEEKDAYS = [
    Text(zh="一", en="Mo"),
    Text(zh="二", en="Tu"),
    Text(zh="三", en="We"),
    Text(zh="四", en="Th"),
    Text(zh="五", en="Fr"),
    Text(zh="六", en="Sa"),
    Text(zh="日", en="Su"),
]


@require_GET
@staff
def calendar(request: HttpRequest) -> HttpResponse:
    return redirect("orgs:calendar_year", localdate(request.at).year)  # type: ignore[attr-defined]


@require_GET
@staff
def year(request: HttpRequest, year: int) -> HttpResponse:
    actor, area = _here(request)
    first, last = _reach(actor, year)
    shown = {one.date: one for one in calendars.year(actor, year, area)}
    set_days = [one for one in shown.values() if one.origin]
    context = {
        "year": year,
        "before": year - 1 if year > first else None,
        "after": year + 1 if year < last else None,
        "known": calendars.is_known(actor, year, area),
        "chinese": pattern().holidays == "chinese",
        "place": selectors.place_name(area),
        "months": [_month(shown, year, month) for month in range(1, 13)],
        "weekdays": WEEKDAYS,
        "workdays": sum(_works(one) for one in shown.values()),
        "set_days": _stretches(set_days),
        "today": localdate(request.at),  # type: ignore[attr-defined]
        "may": may(actor, area, "calendar.set_day", "calendar.set_year"),
    }
    return page(request, "orgs/calendar.html", context)


@staff
def day(request: HttpRequest, date: str) -> HttpResponse:
    actor, area = _here(request)
    shown = calendars.day(actor, _date(actor, date), area)
    row = shown.decreed
    start = {"working": "no" if _works(shown) else "yes"}
    if row:
        start = {
            "working": "yes" if row.working else "no",
            "name_zh": row.name_zh,
            "name_en": row.name_en,
            "source": row.source,
        }
    form = DayForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            given = {key: form.cleaned_data[key] for key in ("working", "source")}
            days.set_day(
                actor=actor,
                date=shown.date,
                name=form.name(),
                area=area,
                at=request.at,  # type: ignore[attr-defined]
                **given,
            )
            messages.success(request, _("The day was set."))
            return redirect("orgs:calendar_year", shown.date.year)
    context = {
        **_line(shown),
        "words": day_text(shown.date),
        "form": form,
        "place": selectors.place_name(area),
        "wider": selectors.place_name(row.area) if row and row.area and row.area != area else "",
        "may": may(actor, area, "calendar.set_day")
        | {"end": bool(row) and actor.may("calendar.unset_day", row.area if row else area)},
    }
    return page(request, "orgs/calendar_day.html", context)


@require_POST
@staff
def day_ends(request: HttpRequest, date: str) -> HttpResponse:
    actor, area = _here(request)
    shown = calendars.day(actor, _date(actor, date), area)
    if shown.decreed is None:
        raise Refused("not_found")
    days.unset_day(actor=actor, day=shown.decreed, at=request.at)  # type: ignore[attr-defined]
    messages.success(request, _("Taken back. The day follows the published calendar again."))
    return redirect("orgs:calendar_year", shown.date.year)


@staff
def notice(request: HttpRequest, year: int) -> HttpResponse:
    actor, area = _here(request)
    _reach(actor, year)
    if request.method == "POST" and not actor.may("calendar.set_year", area):
        raise Refused("not_allowed")
    reading, saving = "read" in request.POST, "save" in request.POST
    paste = NoticeForm(request.POST if reading else None)
    source = SourceForm(request.POST if saving else None)
    lines = rows(year, request.POST if saving else None)
    context: dict[str, Any] = {"year": year, "paste": paste, "source": source}
    if reading and paste.is_valid():
        found = read(paste.cleaned_data["text"], year)
        lines = rows(year, breaks=found.breaks)
        context |= {"found": found, "days_found": len(found.breaks)}
    # Every row is checked, so that all that is wrong is said at once.
    if saving and all([source.is_valid(), *(line.is_valid() for line in lines)]):
        with source.refusals():
            plan = [made for line in lines if (made := line.made())]
            done = days.set_year(
                actor=actor,
                year=year,
                plan=plan,
                area=area,
                at=request.at,  # type: ignore[attr-defined]
                **source.cleaned_data,
            )
            messages.success(request, _said(done))
            return redirect("orgs:calendar_year", year)
    context |= {
        "lines": lines,
        "wrong": saving and any(line.errors for line in lines),
        "chinese": pattern().holidays == "chinese",
        "place": selectors.place_name(area),
        "may": may(actor, area, "calendar.set_year"),
    }
    return page(request, "orgs/calendar_notice.html", context)


def _said(done: days.YearSet) -> str:
    if not done.set and not done.taken_back:
        return _("Everything stood there already; nothing was changed.")
    said = ngettext("%(n)d day was set.", "%(n)d days were set.", done.set) % {"n": done.set}
    if done.taken_back:
        said += " " + ngettext(
            "%(n)d earlier day was taken back.",
            "%(n)d earlier days were taken back.",
            done.taken_back,
        ) % {"n": done.taken_back}
    return said


def _here(request: HttpRequest) -> tuple[Actor, str]:
    actor = request.actor  # type: ignore[attr-defined]
    return actor, home_of(actor)


def _reach(actor: Actor, year: int) -> tuple[int, int]:
    first, last = calendars.reach(actor)
    if not first <= year <= last:
        raise Refused("not_found")
    return first, last


def _date(actor: Actor, written: str) -> datetime.date:
    try:
        found = datetime.date.fromisoformat(written)
    except ValueError:
        raise Refused("not_found") from None
    _reach(actor, found.year)
    return found


def _works(one: Shown) -> bool:
    return one.kind in (Kind.WORKING, Kind.MAKE_UP)


def _month(shown: dict[datetime.date, Shown], year: int, month: int) -> dict[str, Any]:
    weeks = [
        [shown[one] if one.month == month else None for one in week]
        for week in _WEEKS.monthdatescalendar(year, month)
    ]
    days = [one for week in weeks for one in week if one]
    return {
        "first": datetime.date(year, month, 1),
        "weeks": [[_cell(one) for one in week] for week in weeks],
        "workdays": sum(_works(one) for one in days),
    }


def _cell(one: Shown | None) -> dict[str, Any] | None:
    if one is None:
        return None
    label = f"{day_text(one.date)} {_kind(one)}"
    return {**_line(one), "label": f"{label} {one.name}" if one.name else label}


def _line(one: Shown) -> dict[str, Any]:
    """One day in words."""
    return {
        "date": one.date,
        "words": day_text(one.date, one.date.year),
        "kind": str(one.kind),
        "kind_name": _kind(one),
        "name": one.name,
        "origin": one.origin,
        "origin_name": _origin(one),
        "decreed": one.decreed,
    }


def _stretches(days: list[Shown]) -> list[dict[str, Any]]:
    """Days of one name that follow one another, as one line from the first to the last."""
    lines: list[dict[str, Any]] = []
    for one in days:
        line = _line(one)
        before = lines[-1] if lines else None
        if before and _goes_on(before, line):
            before["last"] = line
        else:
            lines.append({**line, "last": line})
    return lines


def _goes_on(before: dict[str, Any], line: dict[str, Any]) -> bool:
    same = all(before[key] == line[key] for key in ("kind", "name", "origin"))
    sources = {row.source if row else "" for row in (before["decreed"], line["decreed"])}
    return same and len(sources) == 1 and (line["date"] - before["last"]["date"]).days == 1


def _kind(one: Shown) -> str:
    return {
        Kind.WORKING: _("Workday"),
        Kind.WEEKEND: _("Weekend"),
        Kind.HOLIDAY: _("Holiday"),
        Kind.MAKE_UP: _("Make-up workday"),
    }[one.kind]


def _origin(one: Shown) -> str:
    return {
        None: _("the usual week"),
        Origin.LIBRARY: _("State Council, with the software"),
        Origin.SITE: _("this site's settings"),
        Origin.ADMINISTRATOR: _("set by an administrator"),
    }[one.origin]
