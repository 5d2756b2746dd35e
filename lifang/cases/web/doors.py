"""What cases put into the doors of residents: verbs, home, my home, my community, search."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.cases import selectors
from lifang.cases.web import plain
from lifang.cases.web.public import map_of
from lifang.core.access import SYSTEM, Actor, Kind
from lifang.core.access.wall import behind
from lifang.core.site import site
from lifang.core.web.nav import Entry, Hit, finder, register
from lifang.core.web.panels import panel
from lifang.orgs.selectors import place_name
from lifang.registry import selectors as registry

Filling = tuple[str, dict[str, Any]] | None
WEEK, MONTH = 7, 30

register(
    Entry("public", "cases.report", _("Report a trouble"), "cases:report", icon="camera", order=10, short=_("Report")),
    Entry("public", "cases.public", _("What happened near me"), "cases:public", icon="map-2", order=20, short=_("Nearby")),
    Entry("public", "cases.receipts", _("My reports"), "cases:receipts", icon="receipt", order=30, short=_("Mine")),
    Entry("footer", "cases.open", _("Open data and interfaces"), "cases:open", order=30),
    Entry("kiosk", "cases.report", _("Report a trouble"), "cases:report", icon="camera", order=10),
    Entry("kiosk", "cases.public", _("What happened near me"), "cases:public", icon="map-2", order=20),
    Entry("kiosk", "cases.receipts", _("My reports"), "cases:receipts", icon="receipt", order=30),
    Entry("my", "cases.report", _("Report a trouble"), "cases:report", icon="camera", order=10, short=_("Report")),
    Entry("my", "cases.mine", _("My reports"), "cases:mine", icon="receipt", order=20, short=_("Mine")),
)  # fmt: skip


@panel("public.verbs", order=10)
def verbs(request: HttpRequest) -> Filling:
    own = request.actor.kind is Kind.RESIDENT  # type: ignore[attr-defined]
    return "cases/public/verbs.html", {"mine": reverse("cases:mine" if own else "cases:receipts")}


@panel("public.home", order=10)
def emergency(request: HttpRequest) -> Filling:
    return "cases/public/emergency.html", {}


@panel("public.home", order=20)
def numbers(request: HttpRequest) -> Filling:
    """What the last week brought, what of it was done, and what happened last."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    area = _community(actor)
    county, at = site().county, request.at  # type: ignore[attr-defined]
    return "cases/public/numbers.html", {
        "week": selectors.summary(actor, county, at, WEEK),
        "month": selectors.summary(actor, county, at, MONTH),
        "recent": latest(actor, area or county, 6),
        "area": area,
        "place": place_name(area, 1) if area else "",
        "map": map_of(actor, area),
        "week_url": f"{reverse('cases:public')}?opened_at_from={(at - timedelta(days=WEEK)).date()}",
    }


@panel("my.home", order=10)
def my_cases(request: HttpRequest) -> Filling:
    """Ratings owed, then what is open."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = selectors.own_cases(actor).select_related("lead")
    owed = [_line(case) for case in selectors.waits_for_reporter(rows)[:5]]
    open_ = [_line(case) for case in rows.filter(closed_at__isnull=True)[:6]]
    if not owed and not open_:
        return None
    return "cases/public/my_panel.html", {"owed": owed, "open": open_}


@panel("orgs.community", order=10)
def happened(request: HttpRequest, area: str = "", **_facts: Any) -> Filling:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return "cases/public/happened.html", {
        "recent": latest(actor, area, 5),
        "month": selectors.summary(actor, area, request.at, MONTH),  # type: ignore[attr-defined]
        "area": area,
    }


def latest(actor: Actor, area: str, most: int) -> list[dict[str, Any]]:
    """The newest public cases of an area."""
    with behind(SYSTEM):  # public facts of accepted cases are everybody's
        rows = list(selectors.public_cases(actor, area).order_by("-opened_at", "-pk")[:most])
    return [_line(case) for case in rows]


def _line(case: Any) -> dict[str, Any]:
    token = getattr(case, "token", "")
    return {
        "case": case,
        "chip": plain.chip_of(case),
        "place": plain.place_of(case),
        "url": reverse("cases:receipt", args=[token])
        if token
        else reverse("cases:public_case", args=[case.number]),
    }


def _community(actor: Actor) -> str:
    resident = registry.resident_of(actor)
    return resident.area[:12] if resident else ""


def _matters(actor: Actor, text: str) -> list[Hit]:
    return [
        Hit(
            one.matter.name, f"{reverse('cases:report')}?matter={one.matter.key}",
            _("report it"), one.matter.icon,
        )
        for one in selectors.propose(actor, text, 5)
    ]  # fmt: skip


def _cases(actor: Actor, text: str) -> list[Hit]:
    with behind(SYSTEM):  # public facts of accepted cases are everybody's
        rows = selectors.public_cases(actor)
        found = list(
            (rows.filter(number=text) | rows.filter(place__icontains=text)).order_by("-opened_at")[
                :6
            ]
        )
    return [
        Hit(
            f"{case.title} · {plain.place_of(case)}", reverse("cases:public_case", args=[case.number]),
            plain.chip_of(case).label, "receipt",
        )
        for case in found
    ]  # fmt: skip


finder(_("Report a trouble"), _matters, door="public")
finder(_("Already reported"), _cases, door="public")
