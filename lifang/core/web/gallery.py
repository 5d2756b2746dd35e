"""Every component in every state, on made-up rows: `/gallery`, where things are looked at."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.config import config
from lifang.core.web.errors import not_found
from lifang.core.web.forms import Form, date_input
from lifang.core.web.show import Chip, Entry, Photo
from lifang.core.web.tables import Bulk, Choice, Column, Empty, Flag, ListTable, Period

KINDS = {
    "open": _("New"),
    "progress": _("Being handled"),
    "waiting": _("Waiting for dispatch"),
    "late": _("Overdue"),
    "danger": _("Danger to life"),
    "done": _("Closed"),
    "idle": _("Suspended"),
}
TITLES = (
    _("Street lamp does not light"),
    _("Rubbish beside the bin"),
    _("Water pipe leaks in the yard"),
    _("Manhole cover is missing"),
    _("Noise from a building site at night"),
)
LONG = _(
    "The very long name of a matter that somebody described with all its circumstances, its neighbours, its history and its wishes"
)
PLACES = (_("Lane 3, gate 2"), _("Behind the school"), _("Market, east side"))


@dataclass(frozen=True)
class Row:
    pk: int
    number: str
    title: Any
    kind: str
    due_at: datetime | None
    opened_at: datetime
    reports: int
    place: Any
    url: str

    @property
    def chip(self) -> Chip:
        return Chip(self.kind, KINDS[self.kind])

    @property
    def late(self) -> bool:
        return self.kind == "late"

    def __str__(self) -> str:
        return self.number


def rows(now: datetime, count: int) -> list[Row]:
    kinds = list(KINDS)
    return [
        Row(
            n,
            f"990101-{n:05d}",
            LONG if n % 11 == 3 else TITLES[n % len(TITLES)],
            kinds[n % len(kinds)],
            None
            if kinds[n % len(kinds)] in ("done", "idle")
            else now + timedelta(minutes=-90 if n % 7 == 3 else 47 * n + 20),
            now - timedelta(hours=5 * n + 1),
            (n * 7) % 23 + 1,
            PLACES[n % len(PLACES)],
            reverse("web:gallery_part", args=["detail"]),
        )
        for n in range(1, count + 1)
    ]


class GalleryTable(ListTable):
    number = Column(_("Number"), link="url", sort="number")
    title = Column(_("Title"), wide=True)
    state = Column(_("State"), cell="state", value="chip")
    due_at = Column(_("Due"), cell="clock", sort="due_at")
    reports = Column(_("Reports"), cell="number", sort="reports")
    opened_at = Column(_("Opened"), cell="time", sort="opened_at", shown=False)
    place = Column(_("Place"), shown=False)

    key = "gallery"
    search = ("number", "title", "place")
    filters = (
        Choice("kind", _("State"), KINDS),
        Period("opened_at", _("Opened")),
        Flag("late", _("Overdue only"), lambda found: found),
    )
    order = "number"
    per_page = 10
    bulk = (
        Bulk("sign", _("Sign for"), "/gallery/table", icon="signature"),
        Bulk(
            "close",
            _("Close the case"),
            "/gallery/table",
            icon="circle-check",
            confirm=_("Close the chosen cases? Everybody who reported is told."),
        ),
    )
    empty = Empty(
        _("No case waits here."),
        _("New cases of your streets appear here by themselves."),
        act=(_("Report a trouble"), "/gallery/step"),
    )


class GalleryForm(Form):
    title = forms.CharField(label=_("What is wrong?"), help_text=_("A few words are enough."))
    kind = forms.ChoiceField(
        label=_("How urgent is it?"),
        widget=forms.RadioSelect,
        choices=[("a", _("It can wait")), ("b", _("Today")), ("c", _("Somebody may be hurt"))],
    )
    where = forms.MultipleChoiceField(
        label=_("Who may see it?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("x", _("Neighbours")), ("y", _("The office"))],
    )
    unit = forms.ChoiceField(
        label=_("Unit"), choices=[("1", _("City management")), ("2", _("Water company"))]
    )
    day = forms.DateField(label=_("Since when?"), required=False, widget=date_input())
    text = forms.CharField(label=_("More words"), required=False, widget=forms.Textarea)
    agree = forms.BooleanField(
        label=_("Show my name to the office"),
        required=False,
        help_text=_("Your neighbours never see it."),
    )


def areas() -> dict[str, Any]:
    """Six made-up communities of four grids each."""
    features: list[dict[str, Any]] = []
    names = ("青石", "柳巷", "东桥", "北渠", "南园", "槐荫")
    for c, name in enumerate(names):
        west, south = 117.80 + c % 3 * 0.014, 36.78 + c // 3 * 0.011
        features.append(_box(west, south, 0.014, 0.011, f"{name}社区", "community"))
        features += [
            _box(
                west + g % 2 * 0.007,
                south + g // 2 * 0.0055,
                0.007,
                0.0055,
                f"{name}{g + 1}",
                "grid",
            )
            for g in range(4)
        ]
    return {"type": "FeatureCollection", "features": features}


def _box(
    west: float, south: float, wide: float, high: float, name: str, level: str
) -> dict[str, Any]:
    ring = [
        [west, south],
        [west + wide, south],
        [west + wide, south + high],
        [west, south + high],
        [west, south],
    ]
    ring = [
        [round(x + 0.0006 * math.sin(y * 900), 6), round(y + 0.0004 * math.sin(x * 900), 6)]
        for x, y in ring
    ]
    return {
        "type": "Feature",
        "properties": {"name": name, "level": level},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def points(now: datetime, count: int = 60) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "properties": {
                "id": row.pk,
                "number": row.pk,
                "name": str(row.title),
                "state": row.kind,
                "note": str(row.place),
                "url": row.url,
            },
            "geometry": {
                "type": "Point",
                "coordinates": [
                    117.801 + (row.pk * 37 % 100) * 0.0004,
                    36.781 + (row.pk * 61 % 100) * 0.0002,
                ],
            },
        }
        for row in rows(now, count)
    ]
    return {"type": "FeatureCollection", "features": features}


def entries(now: datetime) -> list[Entry]:
    before = [Photo("/static/web/gallery-before.svg", _("Lamp, dark"), now)]
    return [
        Entry(
            now - timedelta(minutes=12),
            _("Signed for"),
            _("City management, team 2"),
            icon="signature",
            kind="progress",
            waited=timedelta(minutes=41),
        ),
        Entry(
            now - timedelta(minutes=53),
            _("Dispatched"),
            _("Street command centre"),
            icon="send",
            text=str(_("Nearest team that mends lamps.")),
            kind="waiting",
            waited=timedelta(minutes=7),
        ),
        Entry(
            now - timedelta(hours=1),
            _("Note"),
            _("Street command centre"),
            icon="note",
            text=str(_("The caller is hard of hearing: write, do not call.")),
            private=True,
        ),
        Entry(
            now - timedelta(hours=26),
            _("Reported"),
            _("Resident"),
            icon="message-2",
            text=str(_("The lamp at the gate has been dark for three nights.")),
            kind="open",
            photos=before,
        ),
    ]


def facts(request: HttpRequest) -> dict[str, Any]:
    """Everything the parts show."""
    now = request.at  # type: ignore[attr-defined]
    bound = GalleryForm({"text": "…", "kind": "z"}) if request.GET.get("wrong") else GalleryForm()
    hours = [f"{h}:00" for h in range(8, 20)]
    many = rows(now, 30)
    collection, places = areas(), points(now)
    return {
        "now": now,
        "kinds": [Chip(kind, label) for kind, label in KINDS.items()],
        "form": bound,
        "rows": many,
        "entries": entries(now),
        "before": [Photo("/static/web/gallery-before.svg", _("Lamp, dark"), now)],
        "after": [Photo("/static/web/gallery-after.svg", _("Lamp, lit"), now)],
        "due_soon": now + timedelta(hours=3),
        "due_close": now + timedelta(minutes=25),
        "due_past": now - timedelta(minutes=95),
        "since": now - timedelta(hours=4),
        "ago": now - timedelta(days=2),
        "lines": [
            _("Received on Monday at 16:30."),
            _("Counts in working hours, 8:30 to 17:30."),
            _("Saturday is a make-up workday and counts."),
        ],
        "bars": [(title, 37 - 6 * n, "#") for n, title in enumerate(TITLES)],
        "series": [
            (_("Opened"), [3, 5, 9, 12, 7, 6, 8, 14, 11, 6, 4, 2]),
            (_("Closed"), [1, 4, 6, 9, 9, 7, 6, 8, 12, 10, 6, 5]),
            (_("Overdue"), [0, 0, 1, None, None, 2, 2, 1, 0, 0, 0, 1]),
        ],
        "hours": hours,
        "map": {"areas": collection, "points": places, "list": True, "link": True},
        "pick": {
            "areas": collection,
            "pick": {"lat": "lat", "lon": "lon", "name": "place-name"},
            "centre": [117.815, 36.788],
            "zoom": 15,
        },
        "screen_map": {"areas": collection, "points": places, "link": True},
        "editor": {
            "field": "geometry",
            "neighbours": {"type": "FeatureCollection", "features": collection["features"][5:]},
            "faults": {
                "type": "FeatureCollection",
                "features": [
                    {
                        **_box(117.813, 36.782, 0.0012, 0.004, "", ""),
                        "properties": {"kind": "overlap"},
                    }
                ],
            },
        },
        "geometry": collection["features"][0]["geometry"],
        "photo": {
            "max": 6,
            "fields": {"lat": "photo-lat", "lon": "photo-lon", "taken_at": "photo-at"},
        },
    }


def _table(count: int) -> Callable[[HttpRequest], HttpResponseBase]:
    def show(request: HttpRequest) -> HttpResponseBase:
        found = rows(request.at, count)  # type: ignore[attr-defined]
        if request.method == "POST":
            chosen = len(request.POST.getlist("row"))
            messages.success(
                request,
                _("Nothing happened to %(count)d rows: this is the gallery.") % {"count": chosen},
            )
        return GalleryTable(request, found).response(
            "web/gallery/table.html", {"heading": _("Cases")}
        )

    return show


def _page(template: str) -> Callable[[HttpRequest], HttpResponseBase]:
    return lambda request: render(request, f"web/gallery/{template}.html", facts(request))


def _step(request: HttpRequest) -> HttpResponseBase:
    step = {"title": _("How urgent is it?"), "lead": _("You can change this later."), "skip": True}
    form = GalleryForm({"kind": "z"} if request.GET.get("wrong") else None)
    form.fields = {"kind": form.fields["kind"]}
    return render(
        request,
        "web/step.html",
        {"form": form, "step": step, "step_number": 2, "step_count": 5, "back": "/gallery"},
    )


PARTS: dict[str, Callable[[HttpRequest], HttpResponseBase]] = {
    "components": _page("components"),
    "forms": _page("forms"),
    "charts": _page("charts"),
    "maps": _page("maps"),
    "areas": _page("areas"),
    "detail": _page("detail"),
    "table": _table(34),
    "table-one": _table(1),
    "table-empty": _table(0),
    "step": _step,
    "print": _page("print"),
    "screen": _page("screen"),
    "kiosk": _page("kiosk"),
    "missing": lambda request: not_found(request, Http404()),
}


NAMES = {
    "components": _("Components"),
    "forms": _("Forms"),
    "charts": _("Charts"),
    "maps": _("Maps"),
    "areas": _("Areas on a map"),
    "detail": _("A row in full"),
    "table": _("Table of thirty rows"),
    "table-one": _("Table of one row"),
    "table-empty": _("Empty table"),
    "step": _("One question a page"),
    "print": _("Sheet to print"),
    "screen": _("Big screen"),
    "kiosk": _("Kiosk"),
    "missing": _("Page not found"),
}


def gallery(request: HttpRequest) -> HttpResponse:
    _insist_on_demo()
    return render(
        request, "web/gallery/index.html", {"parts": [(key, NAMES[key]) for key in PARTS]}
    )


def part(request: HttpRequest, name: str) -> HttpResponseBase:
    _insist_on_demo()
    if name not in PARTS:
        raise Http404
    return PARTS[name](request)


def _insist_on_demo() -> None:
    if not (settings.DEBUG or config().demo):
        raise Http404
