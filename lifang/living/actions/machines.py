"""Self-service machines: set up, papers noted, looked at, stopped, removed with a reason, complained about."""

from datetime import date, datetime

from django.utils import timezone

from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.ids import short_code
from lifang.living.catalogue import TOPICS
from lifang.living.events import ComplaintMade
from lifang.living.models import Complaint, Machine, MachineNote, MachinePaper
from lifang.living.rules import machines as rules
from lifang.living.rules.shops import plain_code
from lifang.living.terms import MachineStep
from lifang.orgs import selectors as orgs

NEAR = 30.0  # metres outside a grid that still count as inside


@action("living.add_machine")
def add_machine(*, actor: Actor, told: rules.Told, at: datetime) -> Machine:
    """A machine stands in the community: published, with the number of its label."""
    area = orgs.locate(told.lon, told.lat, NEAR)
    insist(rules.machine_fits(told, area))
    made = Machine(
        number=f"Z{at:%y%m}{short_code(6)}", area=area or "", kind=told.kind, spot=told.spot.strip()[:120], lon=told.lon, lat=told.lat,
        operator=told.operator.strip()[:80], code=plain_code(told.code), telephone=told.telephone.strip()[:20], added_at=at,
    )  # fmt: skip
    made.save(force_insert=True)
    _note(made, MachineStep.ADDED, at)
    return made


@action("living.note_machine_paper")
def note_machine_paper(*, actor: Actor, machine: Machine, paper: str, number: str, until: date | None, at: datetime) -> MachinePaper:  # fmt: skip
    """A licence, permit or agreement was seen; an older one of its kind stays to be read."""
    held = Machine.objects.hold(machine.pk)
    insist(
        rules.may_change(held.removed_at is not None),
        rules.paper_fits(held.what, paper, number, until, timezone.localtime(at).date()),
    )
    return MachinePaper.objects.create(machine=held, area=held.area, paper=paper, number=number.strip()[:60], until=until, noted_at=at)  # fmt: skip


@action("living.check_machine")
def check_machine(*, actor: Actor, machine: Machine, fine: bool, words: str, at: datetime) -> Machine:  # fmt: skip
    """Looked at: in order, or what was found."""
    held = Machine.objects.hold(machine.pk)
    insist(
        rules.may_change(held.removed_at is not None),
        None if fine or words.strip() else Refusal("round_words", {"field": "words"}),
    )
    held.checked_on = timezone.localtime(at).date()
    held.save(update_fields=["checked_on"])
    _note(held, MachineStep.CHECKED, at, words, fine)
    return held


@action("living.stop_machine")
def stop_machine(*, actor: Actor, machine: Machine, words: str, at: datetime) -> Machine:
    """Out of use until it is mended; whoever scans its label reads why."""
    held = Machine.objects.hold(machine.pk)
    insist(rules.may_change(held.removed_at is not None, held.stopped_at is not None, True), _said(words))  # fmt: skip
    held.stopped_at = at
    held.save(update_fields=["stopped_at"])
    _note(held, MachineStep.STOPPED, at, words)
    return held


@action("living.resume_machine")
def resume_machine(*, actor: Actor, machine: Machine, words: str, at: datetime) -> Machine:
    """In use again."""
    held = Machine.objects.hold(machine.pk)
    insist(rules.may_change(held.removed_at is not None, held.stopped_at is not None, False))
    held.stopped_at = None
    held.save(update_fields=["stopped_at"])
    _note(held, MachineStep.BACK, at, words)
    return held


@action("living.remove_machine")
def remove_machine(*, actor: Actor, machine: Machine, words: str, at: datetime) -> Machine:
    """Taken away for good, with the reason; its record stays."""
    held = Machine.objects.hold(machine.pk)
    insist(rules.may_change(held.removed_at is not None), _said(words))
    held.removed_at = at
    held.save(update_fields=["removed_at"])
    _note(held, MachineStep.REMOVED, at, words)
    return held


@action("living.complain_machine", beyond=True)  # anybody's label; the street's desk
def complain_machine(*, actor: Actor, machine: Machine, topic: str, text: str, at: datetime) -> Complaint:  # fmt: skip
    """What is wrong with it: a case of the street, not the operator's alone."""
    insist(
        rules.may_change(machine.removed_at is not None),
        None if topic in TOPICS and TOPICS[topic].of == "machine" else Refusal("complaint_topic", {"field": "topic"}),
        None if text.strip() else Refusal("repair_words", {"field": "text"}),
    )  # fmt: skip
    made = Complaint.objects.create(
        number=f"T{at:%y%m%d}{short_code(5)}", machine=machine, area=machine.area, topic=topic, text=text.strip()[:500], account_id=actor.id, made_at=at,
        holders=[actor.holder],
    )  # fmt: skip
    publish(ComplaintMade(complaint=made.pk, matter=TOPICS[topic].matter, at=at), area=made.area, holders=made.holders)  # fmt: skip
    return made


def _said(words: str) -> Refusal | None:
    return None if words.strip() else Refusal("refund_why", {"field": "words"})


def _note(row: Machine, step: MachineStep, at: datetime, words: str = "", fine: bool | None = None) -> None:  # fmt: skip
    MachineNote.objects.create(machine=row, area=row.area, step=step, words=words.strip()[:300], fine=fine, at=at)  # fmt: skip
