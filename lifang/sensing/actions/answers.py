"""What people do with alarms: acknowledge, shelve, note, say what it was; and who is told when nobody does."""

from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from lifang.core.access import Actor, Refusal, insist
from lifang.core.accounts.models import Account
from lifang.core.action import action, seen
from lifang.core.events import publish
from lifang.core.notify import send
from lifang.orgs import selectors as orgs
from lifang.sensing.actions.alarms import changed, told_of
from lifang.sensing.actions.contacts import ask_next, thank, vigil_of
from lifang.sensing.actions.matches import looked
from lifang.sensing.actions.vigils import unlearn
from lifang.sensing.events import AlarmEnded
from lifang.sensing.models import Alarm, AlarmStep, Flood
from lifang.sensing.rules import alarms as rules
from lifang.sensing.rules.contacts import Contact, contacts
from lifang.sensing.selectors.rules import rule as rule_of
from lifang.sensing.terms import MATCH, Verdict

NOTE_CHARACTERS = 300
DUTY, COMPANY = "sensing.acknowledge", "property_handler"
STEPS_AT_ONCE = 200


@action("sensing.acknowledge")
def acknowledge(*, actor: Actor, alarm: Alarm, at: datetime, note: str = "") -> Alarm:
    """Somebody answers: the chain of contacts stops."""
    alarm = Alarm.objects.hold(alarm.pk)
    insist(rules.may_acknowledge(alarm))
    alarm.acknowledged_at, alarm.acknowledged_by_id, alarm.step_due_at = at, actor.id, None
    _end_if_over(alarm, at)
    alarm.save()
    _noted(alarm, actor, "acknowledged", at, note)
    return alarm


@action("sensing.shelve")
def shelve(*, actor: Actor, alarm: Alarm, until: datetime, why: str, at: datetime) -> Alarm:
    """Be quiet about it until a time; it stays on the list of what is shelved, and comes back by itself."""
    alarm = Alarm.objects.hold(alarm.pk)
    insist(rules.may_shelve(alarm, until, why, at))
    alarm.shelved_until, alarm.step_due_at = until, None
    alarm.save()
    _noted(alarm, actor, "shelved", at, why, until=until.isoformat())
    return alarm


@action("sensing.unshelve")
def unshelve(*, actor: Actor, alarm: Alarm, at: datetime) -> Alarm:
    """Bring it back before its time."""
    alarm = Alarm.objects.hold(alarm.pk)
    insist(None if alarm.shelved_until else Refusal("alarm_not_shelved"))
    _back(alarm, at)
    _noted(alarm, actor, "unshelved", at)
    return alarm


@action("sensing.reset_alarm")
def reset_alarm(*, actor: Actor, alarm: Alarm, at: datetime, note: str = "") -> Alarm:
    """Somebody was there and it is in order again: an alarm that latches may end now."""
    alarm = Alarm.objects.hold(alarm.pk)
    insist(rules.may_reset(alarm))
    alarm.reset_at, alarm.reset_by_id = at, actor.id
    if alarm.acknowledged_at is None:
        alarm.acknowledged_at, alarm.acknowledged_by_id, alarm.step_due_at = at, actor.id, None
    _end_if_over(alarm, at)
    alarm.save()
    _noted(alarm, actor, "reset", at, note)
    return alarm


@action("sensing.note_alarm")
def note_alarm(*, actor: Actor, alarm: Alarm, note: str, at: datetime) -> Alarm:
    """What was found out on the way."""
    insist(None if 0 < len(note.strip()) <= NOTE_CHARACTERS else Refusal("alarm_why"))
    alarm = Alarm.objects.hold(alarm.pk)
    _noted(alarm, actor, "note", at, note)
    return alarm


@action("sensing.see_contact")
def see_contact(*, actor: Actor, alarm: Alarm, at: datetime) -> list[Contact]:
    """Names and telephones of whom somebody looked after wants called, in their order; only while the alarm is open, and it stands in its history."""
    alarm = Alarm.objects.hold(alarm.pk)
    insist(Refusal("alarm_ended") if alarm.ended_at else None)
    vigil = vigil_of(alarm)
    found = contacts(vigil) if vigil else []
    insist(None if found else Refusal("not_found"))
    seen("answer_alarm")
    _noted(alarm, actor, "contact_seen", at)
    return found


@action("sensing.give_verdict")
def give_verdict(
    *, actor: Actor, alarm: Alarm, verdict: str, at: datetime, cause: str = ""
) -> Alarm:
    """What it was, for it and for all that were folded into it. It ends with that, and the rule is judged by it."""
    alarm = Alarm.objects.hold(alarm.pk)
    unseen = alarm.hazard == MATCH and not looked(actor, alarm)
    insist(rules.may_judge(alarm, verdict, cause), Refusal("match_not_looked") if unseen else None)
    open_ones = Alarm.objects.select_for_update(of=("self",)).filter(ended_at__isnull=True)
    for one in [alarm, *open_ones.filter(lead=alarm), *open_ones.filter(inhibited_by=alarm)]:
        if one.verdict:
            continue
        if one.pk == alarm.pk or one.lead_id == alarm.pk:
            one.verdict, one.verdict_cause = Verdict(verdict), cause.strip()
            one.verdict_at, one.verdict_by_id = at, actor.id
            if one.verdict == Verdict.REAL and one.subject.startswith("vigil:"):
                unlearn(one)
            thank(one, at)
        one.ended_at, one.step_due_at = at, None
        one.acknowledged_at = one.acknowledged_at or at
        one.save()
        _noted(one, actor, "verdict", at, cause, verdict=verdict)
        publish(
            AlarmEnded(alarm=one.pk, verdict=verdict, at=at), area=one.area, holders=one.holders
        )
    return alarm


@action("sensing.tell_unanswered")
def tell_unanswered(*, actor: Actor, at: datetime) -> int:
    """The next of the chain hears of every alarm that nobody has acknowledged in time."""
    rows = Alarm.objects.filter(step_due_at__lte=at, ended_at__isnull=True).order_by(
        "rank", "step_due_at"
    )
    found = list(rows.select_for_update(of=("self",), skip_locked=True)[:STEPS_AT_ONCE])
    for alarm in found:
        if alarm.step == 0 and alarm.subject.startswith("vigil:"):
            if ask_next(alarm, at):
                continue
            told_of(alarm, at)  # the family was asked first, and nobody stirred
        _tell(actor, alarm, at)
        alarm.step += 1
        alarm.step_due_at = rules.step_due(alarm.step, at)
        if alarm.step_due_at is None and alarm.life:  # repeated until somebody answers
            alarm.step_due_at = at + timedelta(minutes=5)
        alarm.save(update_fields=["step", "step_due_at"])
    return len(found)


@action("sensing.return_shelved")
def return_shelved(*, actor: Actor, at: datetime) -> int:
    """What was shelved until now comes back; floods that are over end, and what was quiet for them, for a lead or a gateway comes back by and by."""
    rows = Alarm.objects.select_for_update(of=("self",))
    found = list(rows.filter(shelved_until__lte=at))
    for alarm in found:
        _back(alarm, at)
        _noted(alarm, actor, "returned", at)
    _end_floods(at)
    freed = _freed(at)
    for alarm in rows.filter(pk__in=freed).order_by("rank", "raised_at", "id"):
        _heir(alarm)
        alarm.folded, alarm.inhibited_by = False, None
        _back(alarm, at)
        _noted(alarm, actor, "returned", at)
    return len(found) + len(freed)


def _heir(alarm: Alarm) -> None:
    """Of a lead that is over the worst speaks for all the others from now on, however many: they stay under one alarm."""
    if alarm.lead is None or alarm.lead.ended_at is None:
        return
    others = Alarm.objects.filter(lead=alarm.lead_id, ended_at__isnull=True).exclude(pk=alarm.pk)
    others.update(lead=alarm)
    alarm.lead = None


def _end_floods(at: datetime) -> None:
    for flood in Flood.objects.filter(ended_at__isnull=True):
        recent = Alarm.objects.filter(
            area__startswith=flood.area, told_at__gt=at - rules.FLOOD_SPAN, folded=False,
            inhibited_by__isnull=True, lead__isnull=True,
        ).count()  # fmt: skip
        if not rules.flooded(recent, already=True):
            flood.ended_at = at
            flood.save(update_fields=["ended_at"])


def _freed(at: datetime) -> list[UUID]:
    """Quiet for a reason that is over, and still so: danger to life at once, else the worst of each desk, so few in ten minutes that they are no flood.

    Behind a gateway that is back, devices have that long to be heard themselves.
    """
    under = set(Flood.objects.filter(ended_at__isnull=True).values_list("area", flat=True))
    quiet = Alarm.objects.filter(
        Q(folded=True)
        | Q(lead__ended_at__isnull=False)
        | Q(inhibited_by__ended_at__lte=at - rules.FLOOD_SPAN),
        ended_at__isnull=True,
        shelved_until__isnull=True,  # somebody wants it quiet: it comes back with its own time
    ).order_by("rank", "raised_at")
    found: list[UUID] = []
    desks: dict[str, list[UUID]] = defaultdict(list)
    groups: set[UUID] = set()
    listed = quiet.values_list("pk", "area", "life", "lead", "lead__ended_at")
    for pk, area, life, lead, over in listed:
        if lead is not None and over is not None:
            if lead in groups:
                continue  # the first, which is the worst, speaks for its group
            groups.add(lead)
        (found if life else desks[area[: rules.DESK_DIGITS]]).append(pk)
    for desk in desks.keys() - under:
        found += desks[desk][: max(0, rules.FLOOD_ENDS - _returned(desk, at))]
    return found


def _returned(desk: str, at: datetime) -> int:
    steps = AlarmStep.objects.filter(area__startswith=desk, kind="returned")
    return steps.filter(at__gt=at - rules.FLOOD_SPAN).count()


def _tell(actor: Actor, alarm: Alarm, at: datetime) -> None:
    """Step by step wider: the grid, the community, the street, the county."""
    digits = (15, 12, 9, 6)[min(alarm.step, 3)]
    area = alarm.area[:digits]
    if alarm.hazard == MATCH:  # its named viewers alone, however long nobody answers
        people = [UUID(one.removeprefix("account:")) for one in alarm.holders]
    else:
        people = [account.pk for account in _responsible(alarm, area)]
        people += [watch.account_id for watch in orgs.on_watch(actor, area, at)]
    name = rule_of(actor, alarm.rule).name if alarm.rule else ""
    for account in dict.fromkeys(people):
        send(
            to=f"account:{account}", template="sensing.alarm_life" if alarm.life else "sensing.alarm",
            facts={"rule": name, "device": str(alarm.device or ""), "step": alarm.step + 1},
            at=at, area=alarm.area, link=f"/desk/alarms/{alarm.pk}",
            key=f"alarm:{alarm.pk}:{alarm.step}",
        )  # fmt: skip
    _noted(alarm, actor, "told", at, told=len(set(people)), area=area)


def _responsible(alarm: Alarm, area: str) -> list[Account]:
    """Who answers there; of companies only those who keep or maintain the device."""
    outside = set(orgs.people_at(COMPANY, area))
    found = [one for one in orgs.people_at(DUTY, area) if one not in outside]
    device = alarm.device
    for unit in (device.keeper, device.maintainer) if device else ():
        found += orgs.people_at(COMPANY, unit.area, unit) if unit else []
    return found


def _back(alarm: Alarm, at: datetime) -> None:
    alarm.shelved_until = None
    if alarm.ended_at is None and alarm.cleared_at is None and not alarm.acknowledged_at:
        alarm.step_due_at = rules.step_due(alarm.step, at)
        if rules.told(alarm):
            told_of(alarm, at)
    alarm.save(update_fields=["shelved_until", "folded", "inhibited_by", "lead", "step_due_at"])


def _end_if_over(alarm: Alarm, at: datetime) -> None:
    if rules.over(alarm):
        alarm.ended_at = at
        publish(
            AlarmEnded(alarm=alarm.pk, verdict="", at=at), area=alarm.area, holders=alarm.holders
        )


def _noted(
    alarm: Alarm, actor: Actor, kind: str, at: datetime, note: str = "", **facts: object
) -> None:
    AlarmStep.objects.create(
        alarm=alarm, kind=kind, at=at, account_id=actor.id, note=note.strip()[:NOTE_CHARACTERS],
        facts=facts, area=alarm.area, holders=alarm.holders,
    )  # fmt: skip
    changed(alarm, kind, at)
