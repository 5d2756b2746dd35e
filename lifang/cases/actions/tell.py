"""Whom to tell what: reporters in plain words, units and desks what waits for them."""

from datetime import datetime
from uuid import UUID

from django.utils.timezone import localtime

from lifang.cases.catalogue import LIMITS, MATTERS
from lifang.cases.models import Case
from lifang.cases.terms import Level
from lifang.core.access import Actor
from lifang.core.notify import send
from lifang.orgs import selectors as orgs

Facts = dict[str, object]


def to_reporters(system: Actor, pk: UUID, template: str, at: datetime) -> None:
    """Every reporter who can be reached, with a link to the own receipt."""
    case = Case.objects.select_related("lead").get(pk=pk)
    for reporter in case.reporters.all():
        to = f"account:{reporter.account_id}" if reporter.account_id else ""
        to = to or (f"tel:{reporter.phone}" if reporter.phone else "")
        if to:
            send(
                to=to, template=template, facts=_facts(case), at=at, area=case.area,
                link=f"/r/{reporter.token}", key=f"{template}:{case.pk}:{case.round}:{reporter.pk}:{at:%s}",
            )  # fmt: skip


def to_units(system: Actor, pk: UUID, units: list[UUID], template: str, at: datetime) -> None:
    """The units a case was handed to."""
    case = Case.objects.select_related("lead").get(pk=pk)
    for unit in units:
        _to_staff(f"unit:{unit}", case, template, at)


def to_lead(system: Actor, pk: UUID, template: str, at: datetime) -> None:
    """The unit that leads; the desk while there is none."""
    case = Case.objects.select_related("lead").get(pk=pk)
    if case.lead_id:
        _to_staff(f"unit:{case.lead_id}", case, template, at)
    else:
        _to_desk(system, case, template, at)


def delay(system: Actor, pk: UUID, granted: bool, at: datetime) -> None:
    """The unit hears the decision; the reporters hear a new promise."""
    to_lead(system, pk, "cases.delay_granted" if granted else "cases.delay_denied", at)
    if granted:
        to_reporters(system, pk, "cases.promise_moved", at)


def urgent(system: Actor, pk: UUID, at: datetime) -> None:
    """Danger to life goes to the desk, to the level above and to the unit in charge within the minute (W-G3)."""
    case = Case.objects.select_related("lead").get(pk=pk)
    if case.level == Level.ORDINARY:
        return
    _to_desk(system, case, "cases.urgent", at)
    if case.level == Level.LIFE:
        for answer in orgs.answerers(case.matter, case.area):
            _to_staff(f"unit:{answer.unit.pk}", case, "cases.urgent", at)
            for watch in orgs.on_watch(system, answer.unit.area, at, answer.unit.pk):
                _to_staff(f"account:{watch.account_id}", case, "cases.urgent", at)


def overdue(system: Actor, flow: str, pk: UUID, at: datetime) -> None:
    """Whoever has the turn, and the leaders above, hear that time ran out."""
    case = Case.objects.select_related("lead").filter(pk=pk).first() if flow == "case" else None
    if case is not None:
        to_lead(system, pk, "cases.overdue", at)


def _to_desk(system: Actor, case: Case, template: str, at: datetime) -> None:
    people = [account.pk for account in orgs.people_at("cases.dispatch", case.desk)]
    if template == "cases.urgent":  # at night and at the weekend somebody is awake
        people += [watch.account_id for watch in orgs.on_watch(system, case.desk, at)]
    for account in dict.fromkeys(people):
        _to_staff(f"account:{account}", case, template, at)


def _to_staff(to: str, case: Case, template: str, at: datetime) -> None:
    send(
        to=to, template=template, facts=_facts(case), at=at, area=case.area,
        link=f"/desk/cases/{case.pk}", key=f"{template}:{case.pk}:{case.round}:{to}:{at:%s}",
        urgent=case.level != Level.ORDINARY,
    )  # fmt: skip


def _facts(case: Case) -> Facts:
    due = localtime(case.promised_at) if case.promised_at else None
    return {
        "number": case.number,
        "matter": MATTERS[case.matter].name,
        "place": case.place or orgs.place_name(case.area, 2),
        "unit": case.lead.name if case.lead else orgs.place_name(case.desk, 1),
        "by": f"{due:%Y-%m-%d %H:%M}" if due else "",
        "answer": case.answer,
        "pace": LIMITS[MATTERS[case.matter].limits].name,
    }
