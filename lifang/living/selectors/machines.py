"""Ask about self-service machines: published ones, those that staff look after, what is wrong with each."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, QuerySet
from django.db.models.functions import Left
from django.utils.timezone import localtime

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.scope import within
from lifang.core.access.wall import behind
from lifang.living.models import Complaint, Machine, MachineNote, MachinePaper
from lifang.living.rules import machines as rules

SHOWN = 200
COMMUNITY = 12


class MachineFacts(NamedTuple):
    """A machine with what stands against it today."""

    machine: Machine
    papers: list[rules.Paper]
    look_due: bool
    complaints: int  # not answered yet

    @property
    def lacking(self) -> list[rules.Paper]:
        return [one for one in self.papers if one.state != "holds"]

    @property
    def wants(self) -> bool:
        return bool(self.lacking or self.look_due or self.complaints or self.machine.stopped_at)


def machines(actor: Actor) -> QuerySet[Machine]:
    """Of the areas one works for."""
    return Machine.objects.visible_to(actor)


def machine(actor: Actor, pk: UUID) -> Machine:
    found = machines(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def machine_communities(actor: Actor) -> list[str]:
    """The communities in which one stands."""
    with behind(SYSTEM):  # published
        rows = Machine.objects.filter(removed_at__isnull=True).order_by()
        return sorted(rows.values_list(Left("area", COMMUNITY), flat=True).distinct())


def published_machines(actor: Actor, community: str) -> list[Machine]:
    """Those that stand there, for everybody."""
    with behind(SYSTEM):  # published
        return list(Machine.objects.filter(within(community), removed_at__isnull=True)[:SHOWN])


def published_machine(actor: Actor, number: str) -> Machine:
    """By the number of its label; one that was removed too. Raises `Refused("not_found")`."""
    with behind(SYSTEM):  # likewise
        found = Machine.objects.filter(number=number).first()
    if found is None:
        raise Refused("not_found")
    return found


def machine_facts(actor: Actor, rows: Sequence[Machine], at: datetime) -> list[MachineFacts]:
    """Two queries for any number of them."""
    today, ids = localtime(at).date(), [row.pk for row in rows]
    held: dict[UUID, dict[str, tuple[str, date | None]]] = defaultdict(dict)
    with behind(SYSTEM):  # which papers hold, and how many complain, is published with the machine
        for one in MachinePaper.objects.filter(machine__in=ids).order_by("-noted_at", "-id"):
            held[one.machine_id].setdefault(one.paper, (one.number, one.until))
        blamed = dict(Complaint.objects.filter(machine__in=ids, ended_at__isnull=True).order_by().values_list("machine").annotate(n=Count("id")))  # fmt: skip
    return [
        MachineFacts(
            row, rules.papers(row.what, held[row.pk], today),
            row.removed_at is None and rules.look_due(row.what, row.checked_on or localtime(row.added_at).date(), today), blamed.get(row.pk, 0),
        )
        for row in rows
    ]  # fmt: skip


def machine_notes(actor: Actor, row: Machine) -> list[MachineNote]:
    """What happened to it, newest first: published with it."""
    with behind(SYSTEM):  # as above
        return list(row.notes.all())


def machine_blame(actor: Actor, row: Machine) -> list[Complaint]:
    """What was complained of: topic, day and case number, neither words nor by whom."""
    with behind(SYSTEM):  # as above
        rows = Complaint.objects.filter(machine=row).order_by("-made_at", "id")
        return list(rows.only("number", "topic", "made_at", "ended_at", "case_number")[:30])


def wanting_machines(actor: Actor, at: datetime) -> list[MachineFacts]:
    """Of one's areas: a paper is missing, over or over soon, a look is due, somebody complained, it stands still."""
    found = machine_facts(actor, list(machines(actor).filter(removed_at__isnull=True)), at)
    return [one for one in found if one.wants]
