"""Late repairs: the manager first, then the street."""

from datetime import datetime
from uuid import UUID

from django.urls import reverse

from lifang.core.access import Actor
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.flow import engine
from lifang.core.flow.clocks import Allowance
from lifang.core.flow.engine import Said
from lifang.core.notify import send
from lifang.living.actions.helping import helper_accounts
from lifang.living.catalogue import REPAIR
from lifang.living.events import RepairEscalated
from lifang.living.models import Repair
from lifang.living.selectors.repairs import to_escalate, unrated
from lifang.living.terms import Act
from lifang.orgs import selectors as orgs

TOLD = {"take": "living.repair_taken", "quote": "living.repair_quoted", "free": "living.repair_taken", "book": "living.repair_booked", "finish": "living.repair_fixed", "refuse": "living.repair_refused"}  # fmt: skip


@action("living.warn_late")
def warn_late(*, actor: Actor, flow: str, repair: UUID, at: datetime) -> None:
    """The time of a stage is over: the company's managers are told, and when the street will be."""
    if flow != REPAIR().key:
        return
    held = Repair.objects.hold(repair)
    if held.stage.kind != "open" or held.warned_at is not None:
        return
    held.warned_at = at
    held.late += 1
    held.street_at = Allowance(held.what.street, "", held.area).due(at)
    engine.move(REPAIR(), held, "warn", actor=actor, at=at, said=Said(public=True))
    unit = orgs.unit(actor, held.unit_id)
    for one in orgs.people_at("property_manager", unit.area, unit, at):
        facts = {"number": held.number, "kind": held.what.name, "address": held.address, "until": held.street_at}  # fmt: skip
        send(
            to=f"account:{one.pk}", template="living.repair_late", facts=facts, at=at, area=held.area,
            link=reverse("living:repair", args=[held.pk]), key=f"{held.pk}:late:{held.steps_taken}:{one.pk}",
        )  # fmt: skip


@action("living.escalate_repair")
def escalate_repair(*, actor: Actor, repair: UUID, at: datetime) -> None:
    """Still not done: whoever listens is told, once."""
    held = Repair.objects.hold(repair)
    if held.street_at is None or held.street_at > at or held.escalated_at or held.stage.kind != "open":  # fmt: skip
        return
    held.escalated_at = at
    engine.move(REPAIR(), held, "escalate", actor=actor, at=at, said=Said(public=True))
    publish(RepairEscalated(repair=held.pk, matter=held.what.matter, at=at), area=held.area, holders=held.holders)  # fmt: skip


def see_to_repairs(*, system: Actor, at: datetime) -> None:
    """What waits too long: to the street, or over after a week without a rating."""
    from lifang.living.actions.repairs import lapse_repair  # noqa: PLC0415 -- siblings

    for pk in to_escalate(system, at):
        escalate_repair(actor=system, repair=pk, at=at)
    for pk in unrated(system, at):
        lapse_repair(actor=system, repair=pk, at=at)


def tell_household(system: Actor, repair: UUID, move: str, at: datetime) -> None:
    """What the company did, in plain words."""
    template = TOLD.get(move)
    row = Repair.objects.filter(pk=repair).first() if template else None
    if template is None or row is None:
        return
    facts = {"number": row.number, "kind": row.what.name, "from": row.visit_from or "", "amount": f"{row.quoted / 100:.2f}"}  # fmt: skip
    for account in {row.account_id, *helper_accounts(row.pk, Act.REPORTED)} - {None}:
        send(
            to=f"account:{account}", template=template, facts=facts, at=at, area=row.area,
            link=reverse("living:own_repair", args=[row.pk]), key=f"{row.pk}:{move}:{row.steps_taken}",
        )  # fmt: skip
