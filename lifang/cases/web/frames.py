"""Of which cases figures are made, as the address of the page says: `?place=&from=&to=&office=&about=&through=`."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifang.cases.catalogue import MATTERS, SOURCES
from lifang.cases.selectors.counts import DEPTH
from lifang.cases.selectors.measures import Frame
from lifang.core.access import Actor
from lifang.core.web.forms import Form
from lifang.orgs import selectors as orgs
from lifang.orgs.selectors import home_of

DAY = timedelta(days=1)
NAMES = ("place", "from", "to", "office", "about", "through", "cell")
MOST_DAYS = 3 * 366


class FrameForm(Form):
    """The choice of a period, a unit, a matter and a source."""

    about = forms.ChoiceField(label=gettext_lazy("Matter"), required=False)
    office = forms.ChoiceField(label=gettext_lazy("Unit"), required=False)
    through = forms.ChoiceField(label=gettext_lazy("Source"), required=False)


@dataclass(frozen=True)
class Framed:
    """A frame and how its address is written."""

    frame: Frame
    first: date
    last: date
    actor: Actor
    home: str

    def query(self, **changes: str) -> str:
        """The address of the same figures, or of figures next to them."""
        frame = self.frame
        facts = {
            "place": frame.area,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "office": str(frame.unit or ""),
            "about": frame.matter,
            "through": frame.source,
            "cell": "" if frame.cell is None else str(frame.cell),
            **changes,
        }
        return urlencode({name: value for name, value in facts.items() if value})

    @property
    def area_name(self) -> str:
        return orgs.names_of([self.frame.area], 1)[self.frame.area] or self.frame.area

    @property
    def above(self) -> list[tuple[str, str]]:
        """The way back up, as far as one may see: name and address."""
        codes = [self.frame.area[:n] for n in (4, 6, 9, 12) if len(self.home) <= n < len(self.frame.area)]  # fmt: skip
        names = orgs.names_of(codes, 1)
        return [(names[code] or code, self.query(place=code)) for code in codes]

    @property
    def parts(self) -> list[tuple[str, str]]:
        """The areas one level down: name and address."""
        if DEPTH.get(len(self.frame.area), 0) <= len(self.frame.area):
            return []
        rows = orgs.children(self.actor, self.frame.area)
        return [(row.shown, self.query(place=row.code)) for row in rows]

    @property
    def periods(self) -> list[dict[str, Any]]:
        """The usual periods that end with today, and the month before."""
        today = timezone.localtime(self.frame.at).date()
        return [
            {"label": label, "here": (first, last) == (self.first, self.last), "query": self.query(**{"from": first.isoformat(), "to": last.isoformat()})}
            for label, first, last in usual(today)
        ]  # fmt: skip

    @property
    def narrowed(self) -> list[str]:
        """What else narrows the figures, in words."""
        frame = self.frame
        unit = orgs.unit_names([frame.unit]) if frame.unit else {}
        told = [*unit.values()]
        told += [str(MATTERS[frame.matter].name)] if frame.matter else []
        told += [str(SOURCES[frame.source].name)] if frame.source else []
        return told + ([_("one place")] if frame.cell is not None else [])

    @property
    def form(self) -> FrameForm:
        form = FrameForm(initial={"about": self.frame.matter, "office": str(self.frame.unit or ""), "through": self.frame.source})  # fmt: skip
        any_ = [("", _("all"))]
        units = orgs.units(self.actor, area=self.home[:6])
        choices = {
            "about": [(one.key, str(one.name)) for one in MATTERS],
            "office": [(str(unit.pk), str(unit.name)) for unit in units],
            "through": [(one.key, str(one.name)) for one in SOURCES],
        }
        for name, found in choices.items():
            form.fields[name].choices = any_ + found  # type: ignore[attr-defined]
        return form

    @property
    def hidden(self) -> list[tuple[str, str]]:
        return [("place", self.frame.area)]


def usual(today: date) -> list[tuple[str, date, date]]:
    """Day, week, month, quarter and year up to today; and the month that is over."""
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    before = first - DAY
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    return [
        (_("Today"), today, today),
        (_("This week"), monday, today),
        (_("This month"), first, today),
        (_("Last month"), before.replace(day=1), before),
        (_("This quarter"), quarter, today),
        (_("This year"), today.replace(month=1, day=1), today),
    ]


def framed(request: HttpRequest) -> Framed:
    """The frame that an address names; what it names wrongly is as if it were not there."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    at: datetime = request.at  # type: ignore[attr-defined]
    given = {name: request.GET.get(name, "")[:60] for name in NAMES}
    home = home_of(actor)
    first, last = _period(given["from"], given["to"], timezone.localtime(at).date())
    frame = Frame(
        area=_area(actor, given["place"], home),
        start=_midnight(first),
        end=_midnight(last + DAY),
        at=at,
        unit=_unit(actor, given["office"]),
        matter=given["about"] if given["about"] in MATTERS else "",
        source=given["through"] if given["through"] in SOURCES else "",
        cell=_cell(given["cell"]),
    )
    return Framed(frame, first, last, actor, home)


def _area(actor: Actor, asked: str, home: str) -> str:
    """An area one may look at, else one's own."""
    plain = asked.isascii() and asked.isdigit() and len(asked) in (4, 6, 9, 12, 15)
    seen = [grant.area for grant in actor.grants if grant.area] or [home]
    return asked if plain and any(asked.startswith(area) for area in seen) else home


def _period(first: str, last: str, today: date) -> tuple[date, date]:
    """From a day to a day, both inside; without them, this month."""
    start, end = _date(first), _date(last)
    if start is None and end is None:
        return today.replace(day=1), today
    end = end or max(today, start or today)
    start = start or end
    start, end = min(start, end), max(start, end)
    return max(start, end - timedelta(days=MOST_DAYS)), end


def _date(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and 2000 <= found.year <= 2100 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001 -- made aware at once


def _unit(actor: Actor, asked: str) -> UUID | None:
    try:
        pk = UUID(asked)
    except ValueError:
        return None
    return pk if orgs.units(actor).filter(pk=pk).exists() else None


def _cell(asked: str) -> int | None:
    digits = asked.removeprefix("-")
    fits = digits.isascii() and digits.isdigit() and len(digits) <= 18
    return int(asked) if fits else None
