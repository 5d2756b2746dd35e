"""One case that is two, two cases that are one."""

from datetime import datetime

from lifang.cases import rules
from lifang.cases.actions.moves import held, moved
from lifang.cases.actions.report import report
from lifang.cases.events import CaseMerged
from lifang.cases.models import Case, Reporter
from lifang.core.access import Actor, insist
from lifang.core.action import action
from lifang.core.events import publish


@action("cases.split", beyond=True)
def split(*, actor: Actor, case: Case, at: datetime, matter: str, text: str) -> Case:
    """Make a second case out of one report; its reporters are told of both."""
    case = held(case, "split_off")
    other = report(
        actor=actor, at=at, matter=matter, text=text, lon=case.lon, lat=case.lat, area=case.area,
        place=case.place, source=case.source,
    )  # fmt: skip
    other.split_from = case
    other.concern(case.holders)
    other.save()
    moved(case, "split_off", actor=actor, at=at, note=text, other=str(other.pk))
    return other


@action("cases.merge")
def merge(*, actor: Actor, case: Case, into: Case, at: datetime) -> Case:
    """Take a case into another of the same trouble: every reporter goes along and stays informed."""
    first, second = sorted([case.pk, into.pk])  # one order of locks for all
    held = {pk: Case.objects.hold(pk) for pk in (first, second)}
    case, into = held[case.pk], held[into.pk]
    insist(rules.may_merge(case, into))
    known = set(
        Reporter.objects.filter(case=into, account__isnull=False).values_list("account", flat=True)
    )
    going = Reporter.objects.filter(case=case).exclude(account__in=known)
    into.reports += going.count()
    going.update(case=into, first=False)
    into.concern(case.holders)
    case.merged_into = into
    moved(case, "merge", actor=actor, at=at, into=str(into.pk))
    moved(into, "take_in", actor=actor, at=at, other=str(case.pk), reports=into.reports)
    publish(CaseMerged(case=case.pk, into=into.pk, at=at), area=into.area, holders=into.holders)
    return into
