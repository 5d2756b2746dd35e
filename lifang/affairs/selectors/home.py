"""Visits to people's homes: which hall makes them, when it has somebody free, one's own, those of one's areas."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lifang.affairs import rules
from lifang.affairs.catalogue import policy
from lifang.affairs.models import Application, Confirmation, HomeVisit, Point, Result
from lifang.affairs.selectors.waiting import Slot
from lifang.affairs.terms import Heard
from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.capabilities import capabilities
from lifang.core.access.models import GrantRow
from lifang.core.access.wall import behind
from lifang.core.accounts.models import Account
from lifang.core.calendar.book import work_calendar
from lifang.core.crypto.fields import clear
from lifang.core.forms import Filled
from lifang.core.forms.filled import words
from lifang.registry import selectors as registry

COMING = ("ordered", "assigned")
GOES = "affairs.assign_home_visit"


def home_visits(actor: Actor) -> QuerySet[HomeVisit]:
    """Those one may see, the next first."""
    return HomeVisit.objects.visible_to(actor).select_related("worker").order_by("-slot_at", "-id")


def home_visit(actor: Actor, pk: UUID) -> HomeVisit:
    """One. Raises `Refused("not_found")`."""
    found = home_visits(actor).filter(pk=pk).select_related("worker", "point", "intake").first()
    if found is None:
        raise Refused("not_found")
    return found


def home_visits_by_ids(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, HomeVisit]:
    rows = HomeVisit.objects.visible_to(actor).filter(pk__in=list(ids))
    return {row.pk: row for row in rows}


def own_home_visits(actor: Actor) -> list[HomeVisit]:
    """Those the actor ordered, and those to the actor; the next first."""
    if actor.id is None:
        return []
    me = registry.me(actor)
    with behind(SYSTEM):  # one's own; the hall lies out of a resident's sight
        mine = Q(account=actor.id) | (Q(person=me.pk) if me else Q(pk=None))
        return list(HomeVisit.objects.filter(mine).select_related("point", "worker").order_by("-slot_at")[:50])  # fmt: skip


def own_home_visit(actor: Actor, pk: UUID) -> HomeVisit:
    """One of these. Raises `Refused("not_found")`."""
    found = next((one for one in own_home_visits(actor) if one.pk == pk), None)
    if found is None:
        raise Refused("not_found")
    return found


def visiting_point(actor: Actor, area: str) -> Point | None:
    """The hall that goes to homes there: the community's before the street's."""
    codes = [area[:12], area[:9]]
    with behind(SYSTEM):  # where a hall is, is no secret
        rows = Point.objects.filter(area__in=codes, closed_at=None, visits__gt=0)
        found = sorted(rows, key=lambda one: (-len(one.area), one.name_zh))
    return found[0] if found else None


def home_slots(actor: Actor, point: Point, at: datetime, day: date | None = None) -> list[Slot]:
    """When somebody of the hall can come, by the working calendar, and how many are free: of a day, or of all days ahead."""
    calendar, today = work_calendar(point.hours, point.area), localtime(at).date()
    days = [day] if day else [today + timedelta(days=n) for n in range(policy("book_days") + 1)]
    step, soon = timedelta(minutes=policy("home_visit_minutes")), at + timedelta(hours=policy("home_visit_ahead_hours"))  # fmt: skip
    last = today + timedelta(days=policy("book_days"))
    hours = [calendar.day_hours(one) for one in days if today <= one <= last]
    times = [one for span in hours if span for one in rules.slots(*span, step) if one > soon and calendar.is_open(one)]  # fmt: skip
    with behind(SYSTEM):  # counts only
        rows = HomeVisit.objects.filter(point=point, slot_at__in=times, state__in=COMING)
        taken = dict(rows.values_list("slot_at").annotate(Count("id")))
    return [Slot(one, max(point.visits - taken.get(one, 0), 0)) for one in times]


def goers(actor: Actor, area: str, at: datetime) -> list[Account]:
    """Who may be sent: posted at a window that answers for the area."""
    now = Q(valid_from__lte=at) & (Q(valid_to__isnull=True) | Q(valid_to__gt=at))
    rows = GrantRow.objects.filter(now, post__in=capabilities()[GOES].posts, sees="area", area__in=[area[:12], area[:9]])  # fmt: skip
    found = Account.objects.filter(pk__in=rows.values("account"), closed_at__isnull=True)
    return list(found.order_by("name", "id"))


def confirmations(actor: Actor, application: Application) -> list[Confirmation]:
    """What was read aloud of it, newest first."""
    rows = Confirmation.objects.visible_to(actor).filter(application=application)
    return list(rows.select_related("account").order_by("-at"))


def confirmed(actor: Actor, application: Application, of: str) -> bool:
    return any(one.of == of for one in confirmations(actor, application))


def lines_of(actor: Actor, application: Application, of: str) -> list[tuple[str, str]]:
    """What the form or the result says, in the clear; the caller keeps the line of the log."""
    return _of_result(application) if of == Heard.RESULT else _of_form(application)


def _of_form(row: Application) -> list[tuple[str, str]]:
    told = Filled.read(str(row.answers)).answers
    asked = [one for one in row.matter.form.questions if not one.key.startswith("m_")]
    return [(str(one.name), words(one, told.get(one.key)).strip()) for one in asked if told.get(one.key) not in (None, "", [])]  # fmt: skip


def _of_result(row: Application) -> list[tuple[str, str]]:
    found = Result.objects.filter(application=row).first()
    if found is None:
        raise Refused("nothing_to_read")
    until = f"{found.holds_until:%Y-%m-%d}" if found.holds_until else _("no end")
    lines = [
        (_("Whose matter it is"), clear(row, "name")),
        (_("You get"), str(row.matter.result.name)),
        (_("Matter"), str(row.matter.name)),
        (_("Decided on"), f"{found.issued_on:%Y-%m-%d}"),
        (_("Holds until"), until),
        (_("Number of the result"), found.number),
    ]
    return [*lines, (_("Answer"), row.answer)] if row.answer else lines
