"""Looking after somebody who lives alone: signs of life, notices of absence, and the alarm when silence is too long."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from django.db.models import Q
from django.utils.timezone import localtime

from lifang.core.access import SYSTEM, Actor, Refusal, insist
from lifang.core.access.errands import entrusted
from lifang.core.action import action
from lifang.core.ids import new_id
from lifang.sensing.actions.alarms import changed
from lifang.sensing.actions.contacts import ask_next, put, vigil_of
from lifang.sensing.catalogue import RULES, policy
from lifang.sensing.models import Alarm, AlarmStep, Device, Vigil
from lifang.sensing.rules import alarms as rules
from lifang.sensing.rules.contacts import NOBODY, Contact, contacts, may_be_contacts
from lifang.sensing.terms import AWAY, BAD, Batch
from lifang.sensing.watch.person import Person, Sign

LONGEST_ABSENCE = timedelta(days=180)
# What a device says when somebody is in; a door says only that it moved.
INSIDE = {
    ("pir", "motion"), ("call_button", "sos"), ("water_meter", "flow"), ("gas_meter", "flow"),
    ("wearable", "steps"),
}  # fmt: skip
DOOR = {("door", "open")}
SILENT_RULES = ("device_silent", "gateway_silent")


class VigilWatcher:
    """Signs of life in what was just stored."""

    def see(self, batch: Batch) -> None:
        signs: dict[UUID, list[tuple[float, Sign]]] = {}
        for kind, series in batch.kinds.items():
            if kind in DOOR or kind in INSIDE:
                _signs(batch, kind, series, signs)
        if signs and Vigil.objects.filter(place__in=signs, ended_at__isnull=True).exists():
            hear(actor=SYSTEM, signs=signs, at=batch.at)


def _signs(
    batch: Batch,
    kind: tuple[str, str],
    series: Sequence[int],
    into: dict[UUID, list[tuple[float, Sign]]],
) -> None:
    """What series of one kind say of the homes they are in."""
    them, sign = batch.columns, Sign.DOOR if kind in DOOR else Sign.INSIDE
    homes = {one: place for one in series if (place := batch.known[one].place) is not None}
    if not homes:
        return
    good = np.isin(them.series, np.array([*homes], np.int64)) & (them.quality & int(BAD) == 0)
    if sign is Sign.INSIDE:
        good &= them.value > 0
    for one, at in zip(them.series[good].tolist(), them.at[good].tolist(), strict=True):
        into.setdefault(homes[one], []).append((at / 1_000_000, sign))


VIGILS = VigilWatcher()


@action("sensing.hear")
def hear(*, actor: Actor, signs: dict[UUID, list[tuple[float, Sign]]], at: datetime) -> int:
    """Signs of life at some homes. An alarm about a silence ends with the first of them, if nobody has taken it up."""
    rows = Vigil.objects.select_for_update(of=("self",)).filter(
        place__in=signs, ended_at__isnull=True
    )
    found = list(rows.order_by("id"))
    for vigil in found:
        person = memory(vigil)
        before = person.last
        for moment, sign in sorted(signs[vigil.place_id]):
            person.hear(moment, sign)
        if person.last > before:
            _over(vigil, at)
        _keep(vigil, person)
    return len(found)


@action("sensing.begin_vigil")
def begin_vigil(
    *,
    actor: Actor,
    person: Any,
    place: Any,
    purpose: str,
    consent_on: date,
    until: date,
    at: datetime,
    contacts: Sequence[Contact] = (),
) -> Vigil:
    """With consent, for a purpose, for two years at most; who is asked first stands first."""
    insist(
        may_be_contacts(contacts),
        None if 0 < len(purpose.strip()) <= 200 else Refusal("vigil_purpose"),
        None
        if consent_on <= at.date() < until <= at.date() + timedelta(days=731)
        else Refusal("vigil_until"),
        Refusal("vigil_there")
        if Vigil.objects.filter(person=person.pk, ended_at__isnull=True).exists()
        else None,
    )
    vigil = Vigil(
        area=place.area, person_id=person.pk, place_id=place.pk, purpose=purpose.strip(), consent_on=consent_on,
        until=until, began_at=at,
    )  # fmt: skip
    put(vigil, contacts)
    vigil.concern(person.holders)
    _keep(vigil, Person())
    return vigil


@action("sensing.pause_vigil", beyond=True)
def pause_vigil(
    *, actor: Actor, vigil: Vigil, until: datetime, at: datetime, since: datetime | None = None
) -> Vigil:
    """Away from then until then, say the person, a helper it was entrusted to, or the grid worker; nobody is asked for."""
    vigil = _mine(actor, vigil, at)
    since = max(since or at, at)
    insist(None if since < until <= at + LONGEST_ABSENCE else Refusal("absence_until"))
    person = memory(vigil)
    person.pause(until.timestamp(), since.timestamp())
    vigil.paused_until, vigil.paused_by_id = until, actor.id
    if since <= at:
        _over(vigil, at)
    _keep(vigil, person)
    return vigil


@action("sensing.resume_vigil", beyond=True)
def resume_vigil(*, actor: Actor, vigil: Vigil, at: datetime) -> Vigil:
    """Back again."""
    vigil = _mine(actor, vigil, at)
    person = memory(vigil)
    person.pause(0.0)
    person.hear(max(at.timestamp(), person.last), Sign.INSIDE)
    vigil.paused_until = None
    _keep(vigil, person)
    return vigil


@action("sensing.end_vigil", beyond=True)
def end_vigil(*, actor: Actor, vigil: Vigil, at: datetime) -> Vigil:
    """Consent taken back, or the time is over: what was learnt is deleted."""
    vigil = _mine(actor, vigil)
    vigil.ended_at, vigil.memory, vigil.due_at = at, {}, None
    put(vigil, ())
    vigil.save()
    return vigil


@action("sensing.set_contacts", beyond=True)
def set_contacts(
    *,
    actor: Actor,
    vigil: Vigil,
    at: datetime,
    first: Contact | None = None,
    second: Contact | None = None,
    swap: bool = False,
) -> Vigil:
    """Who is asked about a silence, in their order: a new one in place of an old one, the second before the first; one without a number goes."""
    vigil = _mine(actor, vigil)
    there = [*contacts(vigil), NOBODY, NOBODY][:2]
    wanted = [there[0] if first is None else first, there[1] if second is None else second]
    insist(may_be_contacts(wanted))
    put(vigil, wanted[::-1] if swap else wanted)
    vigil.save()
    return vigil


@action("sensing.check_vigils")
def check_vigils(*, actor: Actor, at: datetime) -> int:
    """Each minute: whose silence is too long, whose devices are silent, whose consent has run out."""
    for over in Vigil.objects.filter(until__lte=at.date(), ended_at__isnull=True):
        end_vigil(actor=actor, vigil=over, at=at)
    _blind(at)
    rows = Vigil.objects.select_for_update(of=("self",)).filter(
        due_at__lte=at, ended_at__isnull=True
    )
    raised = 0
    for vigil in rows.order_by("due_at")[:500]:
        person = memory(vigil)
        due = person.due()
        if due is not None and due <= at.timestamp():
            raised += _raise(vigil, person, at)
            vigil.due_at = None
            vigil.save(update_fields=["due_at"])
        else:
            _keep(vigil, person)
    return raised


def memory(vigil: Vigil) -> Person:
    return msgspec.convert(vigil.memory, Person) if vigil.memory else Person()


def unlearn(alarm: Alarm) -> None:
    """A silence that was an emergency is no experience of how long this person is quiet."""
    vigil = vigil_of(alarm)
    if vigil is not None:
        person = memory(vigil)
        person.unlearn(alarm.since.timestamp())
        _keep(vigil, person)


def _mine(actor: Actor, vigil: Vigil, at: datetime | None = None) -> Vigil:
    """One's own, of one's area, or (with a moment) entrusted: everybody else gets the answer of what is not there."""
    vigil = Vigil.objects.hold(vigil.pk)
    own = bool(actor.holder) and actor.holder in vigil.holders
    if at is not None and not own:
        told = entrusted(actor, AWAY, localtime(at).date())
        own = any(one.person == vigil.person_id for one in told)
    insist(None if own or actor.scope.covers(vigil.area) else Refusal("not_found"))
    insist(Refusal("vigil_over") if vigil.ended_at else None)
    return vigil


def _keep(vigil: Vigil, person: Person) -> None:
    due = person.due()
    vigil.memory = msgspec.to_builtins(person)
    vigil.due_at = datetime.fromtimestamp(due, UTC) if due is not None else None
    vigil.save()


def _raise(vigil: Vigil, person: Person, at: datetime) -> int:
    reason = person.reason()
    rule = RULES["not_back" if reason.away else "no_sign"]
    subject = f"vigil:{vigil.pk}"
    if Alarm.objects.filter(subject=subject, ended_at__isnull=True).exists():
        return 0
    since = datetime.fromtimestamp(person.last, UTC)
    alarm = Alarm.objects.create(
        id=new_id(), area=vigil.area, holders=[], subject=subject, rule=rule.key, place_id=vigil.place_id,
        hazard=rule.hazard, severity=rule.severity, rank=rules.rank(rule.severity, life=rule.life), life=rule.life,
        since=since, raised_at=at, told_at=at, last_at=at, step_due_at=at + timedelta(minutes=policy("contact_minutes")),
        evidence={
            "matter": rule.matter, "limit_hours": round(reason.limit / 3600, 1), "longest_hours": round(reason.longest / 3600, 1),
            "spells": reason.spells, "learning": reason.learning, "readings": [],
        },
    )  # fmt: skip
    AlarmStep.objects.create(alarm=alarm, kind="raised", at=at, area=alarm.area, holders=[])
    if not ask_next(alarm, at):
        AlarmStep.objects.create(alarm=alarm, kind="no_contact", at=at, area=alarm.area, holders=[])
    changed(alarm, "raised", at)
    return 1


def _over(vigil: Vigil, at: datetime) -> None:
    """Somebody stirred, or is known to be away."""
    for alarm in Alarm.objects.select_for_update(of=("self",)).filter(
        subject=f"vigil:{vigil.pk}", ended_at__isnull=True, cleared_at__isnull=True
    ):
        alarm.cleared_at = at
        if not alarm.acknowledged_at and alarm.step == 0:
            alarm.ended_at, alarm.step_due_at = at, None
        alarm.save(update_fields=["cleared_at", "ended_at", "step_due_at"])
        AlarmStep.objects.create(alarm=alarm, kind="cleared", at=at, area=alarm.area, holders=[])
        changed(alarm, "cleared", at)


def _blind(at: datetime) -> None:
    """Devices that say nothing stop the clock of the person: that is an alarm about devices, not about somebody."""
    dead = Alarm.objects.filter(
        rule__in=SILENT_RULES, ended_at__isnull=True, cleared_at__isnull=True
    )
    gateways = dead.filter(rule="gateway_silent").values("device")
    places = set(
        dead.filter(place__isnull=False, device__type__in={kind for kind, _ in INSIDE}).values_list(
            "place", flat=True
        )
    )
    open_ones = Vigil.objects.filter(ended_at__isnull=True)
    blind = open_ones.filter(Q(place__in=places) | Q(place__in=_places_behind(gateways)))
    lost = set(blind.values_list("pk", flat=True))
    for vigil in open_ones.filter(Q(pk__in=lost) | ~Q(memory__blind_since=0.0)):
        person = memory(vigil)
        if not person.last:
            continue
        if vigil.pk in lost:
            person.lose(at.timestamp())
        else:
            person.regain(at.timestamp())
        _keep(vigil, person)


def _places_behind(gateways: Any) -> Iterable[UUID]:
    rows = Device.objects.filter(gateway__in=gateways, place__isnull=False)
    return list(rows.values_list("place", flat=True))
