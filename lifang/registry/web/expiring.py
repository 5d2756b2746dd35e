"""What runs out: registrations of temporary residents, values nobody has confirmed in time, and the reminder of both."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from lifang.core.access import Actor, Kind
from lifang.core.flow.lines import Line, tells
from lifang.core.web.htmx import page
from lifang.core.web.show import TONES, Chip
from lifang.core.web.views import only
from lifang.orgs.selectors import place_name
from lifang.registry import selectors
from lifang.registry.catalogue import ELEMENTS, REMINDER, policy
from lifang.registry.models import Fact, Membership, Reminder
from lifang.registry.terms import Expiring
from lifang.registry.web import shown
from lifang.registry.web.tables import ExpiringTable, OutdatedTable

Facts = dict[str, Any]
FIRST, MOST_IN_FILE = 5, 20_000
SLUGS = {"person": "people", "household": "households", "place": "places", "vehicle": "vehicles", "dog": "dogs", "organisation": "organisations", "facility": "facilities"}  # fmt: skip


def soon(on: date) -> date:
    """The last day that a reminder looks ahead to."""
    return on + timedelta(days=policy("expiry_reminder_days"))


def _day_chip(on: date, today: date) -> Chip:
    """How far it is, in words."""
    days = (on - today).days
    if days < 0:
        return Chip("late", ngettext("Expired %(n)d day ago", "Expired %(n)d days ago", -days) % {"n": -days})  # fmt: skip
    if days == 0:
        return Chip("waiting", _("Expires today"))
    return Chip("waiting", ngettext("Expires in %(n)d day", "Expires in %(n)d days", days) % {"n": days})  # fmt: skip


def dress(actor: Actor, rows: list[Any], today: date) -> None:
    """With whom, where and how far, read for all rows at once."""
    homes = selectors.homes_by_id(actor, {row.household_id for row in rows})  # type: ignore[arg-type]
    for row in rows:
        home = homes.get(row.household_id)
        row.who, row.url = str(row.person.name), reverse("registry:person", args=[row.person_id])
        row.door = shown.door(home) if home else place_name(row.area, 1)
        row.chip = _day_chip(row.expires_on, today)
        may = actor.may("registry.renew_registration", row.area)
        row.renewal = reverse("registry:renewal", args=[row.pk]) if may else ""


def dress_facts(actor: Actor, rows: list[Any], today: date) -> None:
    names = selectors.names_by_id(actor, [row.subject for row in rows])
    for row in rows:
        spec = ELEMENTS.get(row.element)
        row.what = spec.name if spec else row.element
        row.who = names.get(row.subject) or _("A record")
        row.url = _value_url(row)
        row.chip = _day_chip(row.expires_on, today)


def _value_url(row: Fact) -> str:
    slug = SLUGS[row.subject_kind]
    if slug in ("people", "households", "places"):
        return reverse(
            f"registry:{row.subject_kind}" if slug != "people" else "registry:person",
            args=[row.subject],
        )
    return reverse("registry:thing", args=[slug, row.subject])


class _Dressed:
    """Rows of a page, or of a file, with what is said of them."""

    dressing: Any

    @property
    def lines(self) -> Any:
        self._dress(self.page.rows)  # type: ignore[attr-defined]
        return super().lines  # type: ignore[misc]

    def _dress(self, found: list[Any]) -> None:
        type(self).dressing(self.actor, found, localtime(self.now).date())  # type: ignore[attr-defined]

    def export(self, kind: str) -> HttpResponseBase:
        found = list(self.rows[:MOST_IN_FILE])  # type: ignore[attr-defined]
        self._dress(found)
        self.__dict__["rows"] = found
        return super().export(kind)  # type: ignore[misc,no-any-return]


class RegistrationTable(_Dressed, ExpiringTable):
    dressing = staticmethod(dress)


class ValueTable(_Dressed, OutdatedTable):
    dressing = staticmethod(dress_facts)


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def expiring(request: HttpRequest) -> HttpResponseBase:
    """Registrations that have run out or will within the time of the policy, the earliest first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = localtime(request.at).date()  # type: ignore[attr-defined]
    table = RegistrationTable(request, selectors.expiring(actor, soon(today)))
    context = {"what": Expiring.REGISTRATION, "days": policy("expiry_reminder_days"), "tab": "expiring"}  # fmt: skip
    return table.response("registry/desk/expiring.html", context)


@require_GET
@only(Kind.STAFF)  # type: ignore[arg-type]  # a file is an answer too
def outdated(request: HttpRequest) -> HttpResponseBase:
    """Values that nobody has confirmed in time."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    today = localtime(request.at).date()  # type: ignore[attr-defined]
    table = ValueTable(request, selectors.outdated(actor, today))
    return table.response(
        "registry/desk/expiring.html", {"what": Expiring.VALUE, "tab": "expiring"}
    )


# -- the reminder -----------------------------------------------------------------------------------


def title(row: Reminder) -> str:
    """What the to-do says: how many, and by when."""
    total = row.over + row.soon
    if row.kind == Expiring.REGISTRATION:
        return ngettext("%(n)d registration runs out", "%(n)d registrations run out", total) % {"n": total}  # fmt: skip
    return ngettext("%(n)d value is to be asked again", "%(n)d values are to be asked again", total) % {"n": total}  # fmt: skip


@tells("reminder")
def told(actor: Actor, ids: list[UUID]) -> dict[UUID, Line]:
    """How many, in which grid."""
    rows = selectors.reminders_by_id(actor, ids)
    return {pk: Line(title(row), place_name(row.area, 2), icon="calendar-due") for pk, row in rows.items()}  # fmt: skip


@require_GET
@only(Kind.STAFF)
def reminder(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The earliest of them, and the way to all; renewing or confirming settles it by itself."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = selectors.reminder(actor, pk)
    today = localtime(request.at).date()  # type: ignore[attr-defined]
    registration = found.kind == Expiring.REGISTRATION
    rows: list[Any] = list(_first(actor, found, today))
    (dress if registration else dress_facts)(actor, rows, today)
    entry = REMINDER().state[found.state]
    listed = reverse("registry:expiring" if registration else "registry:outdated")
    context: Facts = {
        "reminder": found,
        "title": title(found),
        "chip": Chip(TONES[entry.tone], entry.name),
        "place": place_name(found.area, 3),
        "rows": rows,
        "registration": registration,
        "listed": f"{listed}?area={found.area}" if rows else listed,
        "more": max(found.over + found.soon - len(rows), 0),
    }
    return page(request, "registry/desk/reminder.html", context, partial="peek")


def _first(actor: Actor, found: Reminder, today: date) -> "list[Membership] | list[Fact]":
    if found.kind == Expiring.REGISTRATION:
        return list(selectors.expiring(actor, soon(today)).filter(area=found.area)[:FIRST])
    return list(selectors.outdated(actor, today).filter(area=found.area)[:FIRST])
