"""The fire service is told of an alarm: by somebody who telephones and notes it, or by the interface when somebody orders it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import translation
from django.utils.timezone import localtime

from lifang.core.access import Actor, insist
from lifang.core.action import action
from lifang.core.notify.terms import Refused, Undeliverable
from lifang.sensing import selectors
from lifang.sensing.actions.alarms import changed
from lifang.sensing.adapters.fire_service import document, fire_service
from lifang.sensing.catalogue import RULES, policy
from lifang.sensing.models import Alarm, AlarmStep, FireCall
from lifang.sensing.rules import fire as rules
from lifang.sensing.selectors.fire import Scene
from lifang.sensing.terms import FIRE_HAZARDS, FireState, FireWay

AT_ONCE = 20
LANGUAGE = "zh-hans"


@action("sensing.call_fire")
def call_fire(
    *,
    actor: Actor,
    alarm: Alarm,
    way: str,
    words: str,
    at: datetime,
    called_at: datetime | None = None,
    answer: str = "",
    number: str = "",
) -> FireCall:
    """Somebody has told 119 and notes when, in which words and what was answered; or orders that the interface does."""
    alarm = Alarm.objects.hold(alarm.pk)
    machine = way == FireWay.INTERFACE
    called = at if machine or called_at is None else called_at
    insist(rules.may_call_fire(alarm, words, called, at), rules.may_answer(answer, number))
    if machine:
        insist(rules.may_send(FireCall.objects.filter(alarm=alarm, way=FireWay.INTERFACE).exclude(state=FireState.FAILED).exists()))  # fmt: skip
    made = FireCall(
        area=alarm.area, holders=alarm.holders, alarm=alarm, called_at=called, account_id=actor.id, words=words.strip(),
        answer=answer.strip(), number=number.strip(),
        way=FireWay.INTERFACE if machine else FireWay.TELEPHONE, state=FireState.QUEUED if machine else FireState.TOLD,
        via=fire_service().key if machine else "", due_at=at if machine else None,
    )  # fmt: skip
    if machine:
        made.facts = _facts(alarm, selectors.fire_scene(actor, alarm, localtime(at).date()))
    made.save(force_insert=True)
    _noted(made, "fire_ordered" if machine else "fire_called", at, actor.id, made.answer)
    return made


@action("sensing.answer_fire")
def answer_fire(
    *, actor: Actor, call: FireCall, at: datetime, answer: str = "", number: str = ""
) -> FireCall:
    """What the fire service answered came later: that they come, their number."""
    insist(rules.may_answer(answer, number), rules.says_something(answer, number))
    held = FireCall.objects.hold(call.pk)
    held.answer = answer.strip() or held.answer
    held.number = number.strip() or held.number
    held.save(update_fields=["answer", "number"])
    _noted(held, "fire_answered", at, actor.id, held.answer)
    return held


@action("sensing.carry_fire")
def carry_fire(*, actor: Actor, at: datetime) -> int:
    """What was ordered goes to the fire service; what it does not take is tried again for some minutes, then has failed."""
    rows = FireCall.objects.filter(due_at__lte=at).order_by("due_at")
    found = list(rows.select_for_update(of=("self",), skip_locked=True)[:AT_ONCE])
    for call in found:
        _carry(call, at)
    return len(found)


@action("sensing.call_fire_unanswered")
def call_fire_unanswered(*, actor: Actor, at: datetime) -> int:
    """Only where the policy of the site says so: the interface is used for what nobody has answered in so many minutes."""
    minutes = policy("fire_unanswered_minutes")
    if not minutes:
        return 0
    rows = Alarm.objects.filter(
        hazard__in=FIRE_HAZARDS, life=True, ended_at__isnull=True, cleared_at__isnull=True, acknowledged_at__isnull=True,
        told_at__lte=at - timedelta(minutes=minutes), told_at__gt=at - timedelta(days=1), lead__isnull=True, fire_calls__isnull=True,
        shelved_until__isnull=True, inhibited_by__isnull=True,
    ).order_by("told_at", "id")  # fmt: skip
    found = list(rows.select_related("device", "place")[:AT_ONCE])
    for alarm in found:
        scene = selectors.fire_scene(actor, alarm, localtime(at).date())
        with translation.override(LANGUAGE):
            words = selectors.fire_words(actor, alarm, scene)
        call_fire(actor=actor, alarm=alarm, way=FireWay.INTERFACE, words=words, at=at)
    return len(found)


def _carry(call: FireCall, at: datetime) -> None:
    call.tries += 1
    body = document({**call.facts, "id": str(call.pk), "called_at": call.called_at.isoformat(), "words": call.words})  # fmt: skip
    try:
        number = fire_service().carry(call.pk, body)
    except Refused as refused:
        _failed(call, str(refused), at)
    except (Undeliverable, OSError) as error:
        call.error, call.due_at = str(error)[:200], rules.again(call.tries, at)
        if call.due_at is None:
            _failed(call, str(error), at)
        call.save()
    else:
        call.state, call.sent_at, call.due_at, call.error = FireState.SENT, at, None, ""
        call.via, call.number = fire_service().key, number or call.number
        call.save()
        _noted(call, "fire_sent", at, None, "")


def _failed(call: FireCall, why: str, at: datetime) -> None:
    call.state, call.due_at, call.error = FireState.FAILED, None, why[:200]
    call.save()
    _noted(call, "fire_failed", at, None, call.error)


def _facts(alarm: Alarm, scene: Scene) -> dict[str, object]:
    """For a machine: where, what, how many; nobody's name."""
    rule = RULES.get(alarm.rule)
    return {
        "alarm": str(alarm.pk), "hazard": alarm.hazard, "rule": alarm.rule, "what": str(rule.name) if rule else alarm.rule,
        "severity": alarm.severity, "raised_at": alarm.raised_at.isoformat(), "division": alarm.area[:12], "address": scene.address,
        "building": scene.building, "floor": scene.floor, "position": scene.position, "point": list(scene.point) if scene.point else None,
        "inside": scene.inside._asdict() if scene.inside else None, "water": [one._asdict() for one in scene.water],
    }  # fmt: skip


def _noted(call: FireCall, kind: str, at: datetime, account: UUID | None, note: str) -> None:
    alarm = call.alarm
    AlarmStep.objects.create(
        alarm=alarm, kind=kind, at=at, account_id=account, note=note[:300], facts={"number": call.number, "via": call.via},
        area=alarm.area, holders=alarm.holders,
    )  # fmt: skip
    changed(alarm, kind, at)
