"""Devices are asked to do something: by people, or by a rule whose alarm was raised."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from lifang.core.access import Actor, Refused, insist
from lifang.core.access.rows import add_many
from lifang.core.action import action
from lifang.sensing.actions.tours import note_tour
from lifang.sensing.catalogue import COMMANDS, AlarmRule
from lifang.sensing.models import Alarm, Command, Device
from lifang.sensing.rules import commands as rules
from lifang.sensing.rules.tours import LONGEST

MOST_ANSWER = 200
FRESH = timedelta(minutes=2)  # whoever it is said to is still there


@action("sensing.send_command")
def send_command(*, actor: Actor, device: Device, kind: str, at: datetime, text: str = "") -> Command:  # fmt: skip
    """The device finds it the next time it asks; it is over when its time is."""
    held = Device.objects.hold(device.pk)
    insist(rules.may_command(held.type, held.state, kind, text))
    made = _made(held, kind, text.strip(), at)
    made.account_id = actor.id
    made.save(force_insert=True)
    return made


@action("sensing.hand_out_commands")
def hand_out_commands(*, actor: Actor, pks: Sequence[UUID], at: datetime) -> int:
    """They were fetched; the first time counts."""
    return Command.objects.filter(pk__in=pks, fetched_at__isnull=True).update(fetched_at=at)


@action("sensing.answer_command")
def answer_command(*, actor: Actor, command: Command, done: bool, answer: str, at: datetime, found: str = "") -> Command:  # fmt: skip
    """What the device says of it, once; also when it comes late. A patrol is noted as a tour, with what was found."""
    held = Command.objects.select_for_update().get(pk=command.pk)
    if held.answered_at is not None:
        raise Refused("command_answered")
    held.answered_at, held.done, held.answer = at, done, answer.replace("\x00", "")[:MOST_ANSWER]
    held.save(update_fields=["answered_at", "done", "answer"])
    if COMMANDS[held.kind].tour:
        _toured(actor, held, found.replace("\x00", "").strip(), at)
    return held


def _toured(actor: Actor, command: Command, found: str, at: datetime) -> None:
    """The round that was asked for, as a tour of the robot."""
    result = "broken_off" if not command.done else "finding" if found else "clear"
    begun = max(command.fetched_at or command.asked_at, at - LONGEST)
    note = "：".join(part for part in (command.text, found or command.answer) if part)
    note_tour(
        actor=actor, kind=COMMANDS[command.kind].tour, area=command.device.area, who=str(command.device)[:60], begun=min(begun, at), ended=at,
        found={str(command.device_id): result}, note=note[:500], at=at,
    )  # fmt: skip


def speak(alarms: Sequence[Alarm], rules_: dict[str, AlarmRule], devices: dict[UUID, Device], at: datetime) -> None:  # fmt: skip
    """What a rule has said aloud where its alarm begins, by devices that can; not of what is long past. Within the action that raises."""
    made = []
    for alarm in alarms:
        rule, device = rules_.get(alarm.rule), devices.get(alarm.device_id) if alarm.device_id else None  # fmt: skip
        if rule is None or rule.says is None or device is None or at - alarm.last_at > FRESH:
            continue
        if rules.may_command(device.type, device.state, "broadcast", str(rule.says)) is None:
            one = _made(device, "broadcast", str(rule.says), at)
            one.alarm = alarm
            made.append(one)
    add_many(made)


def _made(device: Device, kind: str, text: str, at: datetime) -> Command:
    return Command(
        area=device.area, holders=device.holders, device=device, kind=kind, text=text, asked_at=at,
        until=at + timedelta(seconds=COMMANDS[kind].seconds),
    )  # fmt: skip
