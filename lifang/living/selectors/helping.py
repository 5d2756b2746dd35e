"""Ask about what may be done for somebody who entrusted it: looked at anew each time; nothing else of theirs is there."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.errands import entrusted
from lifang.core.access.wall import behind
from lifang.living.models import Bill, Deed, Grant, Order, Parcel, Repair
from lifang.living.selectors.orders import pieces_of
from lifang.living.selectors.parcels import WAITS
from lifang.living.selectors.shops import spot_in
from lifang.living.terms import BILLS_FOR, Act
from lifang.registry import selectors as registry
from lifang.registry.selectors import Home

DEEDS = 30


class Whose(NamedTuple):
    """For whom something is done; their name reads masked."""

    person: UUID
    name: str
    until: date
    area: str
    account: UUID | None
    homes: list[Home]

    @property
    def holders(self) -> list[str]:
        return [f"account:{self.account}"] if self.account else []

    @property
    def key(self) -> str:
        """What their orders are counted by, whoever places them."""
        return self.holders[0] if self.account else f"person:{self.person}"


def whose(actor: Actor, errand: str, person: UUID, on: date) -> Whose:
    """Of somebody who entrusted just this to the actor until a day. Raises `Refused("not_found")`."""
    told = next((one for one in entrusted(actor, errand, on) if one.person == person), None)
    if told is None:
        raise Refused("not_found")
    with behind(SYSTEM):  # the principal's record lies out of the helper's sight
        row = registry.person(SYSTEM, person)
        accounts = registry.accounts_of(SYSTEM, row)
    homes = registry.homes_of(SYSTEM, person)
    return Whose(person, told.name, told.until, row.area, accounts[0] if accounts else None, homes)


def spot_of(actor: Actor, whose: Whose) -> tuple[float, float] | None:
    """Where their building stands."""
    return spot_in(actor, registry.buildings_with(SYSTEM, [one.door.pk for one in whose.homes[:1]]))


def groups_of_person(system: Actor, person: UUID) -> set[str]:
    """The groups of the register that somebody belongs to."""
    with behind(SYSTEM):
        return {tag for _person, tag in registry.groups_of(SYSTEM, [person])}


def used_for(system: Actor, whose: Whose, month: str) -> dict[str, int]:
    """Pieces of each scheme that they had in a month, whoever ordered."""
    placed = Deed.objects.filter(person=whose.person, act=Act.ORDERED).order_by()
    mine = Q(order__in=placed.values("subject"))
    if whose.account:
        mine |= Q(account=whose.account)
    with behind(SYSTEM):  # counted, not shown
        return pieces_of(SYSTEM, Grant.objects.filter(mine, month=month, ended_at__isnull=True))


def helped_orders(actor: Actor, whose: Whose) -> list[Order]:
    """Those that the actor placed for them, newest first; not their other ones."""
    with behind(SYSTEM):  # as above: what was ordered is theirs, and the shop's
        rows = Order.objects.filter(pk__in=_done(actor, whose, Act.ORDERED)).select_related("shop")
        return list(rows.order_by("-ordered_at", "id")[:60])


def helped_order(actor: Actor, whose: Whose, pk: UUID) -> Order:
    """One of them. Raises `Refused("not_found")`."""
    found: Order = _one([one for one in helped_orders(actor, whose) if one.pk == pk])
    return found


def helped_repairs(actor: Actor, whose: Whose) -> list[Repair]:
    """Those that the actor reported for them, newest first."""
    with behind(SYSTEM):  # likewise
        rows = Repair.objects.filter(pk__in=_done(actor, whose, Act.REPORTED)).select_related("unit", "bill")  # fmt: skip
        return list(rows.order_by("-opened_at", "id")[:60])


def helped_repair(actor: Actor, whose: Whose, pk: UUID) -> Repair:
    """One of them. Raises `Refused("not_found")`."""
    found: Repair = _one([one for one in helped_repairs(actor, whose) if one.pk == pk])
    return found


def helped_bills(actor: Actor, whose: Whose) -> list[Bill]:
    """What they read under "Bills" themselves; without an account of theirs, what is owed for their home or was paid by the actor."""
    mine = Q(pk__in=_done(actor, whose, Act.PAID_BILL))
    if whose.account:
        mine |= Q(holders__contains=whose.holders)
    else:
        mine |= Q(dwelling__in=[one.door.pk for one in whose.homes], paid__lt=F("amount") - F("credited"))  # fmt: skip
    with behind(SYSTEM):  # likewise
        rows = Bill.objects.filter(mine).exclude(amount=F("credited")).select_related("unit")
        return list(rows.order_by("-month", "-issued_at", "id")[:60])


def helped_bill(actor: Actor, whose: Whose, pk: UUID) -> Bill:
    """One of them. Raises `Refused("not_found")`."""
    found: Bill = _one([one for one in helped_bills(actor, whose) if one.pk == pk])
    return found


def helped_parcels(actor: Actor, whose: Whose) -> list[Parcel]:
    """What waits for the doors they live behind now."""
    with behind(SYSTEM):  # likewise
        rows = Parcel.objects.filter(WAITS, dwelling__in=[one.door.pk for one in whose.homes])
        return list(rows.select_related("unit").order_by("-noted_at", "id"))


def for_whom(actor: Actor, errand: str, subject: UUID, on: date) -> UUID | None:
    """For whom the actor once did something about it, if that is entrusted still: where its page stands for them."""
    if actor.id is None:
        return None
    trusted = {one.person for one in entrusted(actor, errand, on)}
    with behind(SYSTEM):  # likewise
        found = Deed.objects.filter(account=actor.id, subject=subject).values_list("person", flat=True).first()  # fmt: skip
    return found if found in trusted else None


def helpers(system: Actor, subjects: Iterable[UUID], act: Act) -> list[Deed]:
    """Who ordered or reported these for somebody."""
    return list(Deed.objects.filter(subject__in=list(subjects), act=act).order_by("at", "id"))


def deeds_for_me(actor: Actor) -> list[Deed]:
    """What helpers did for the actor, newest first; the helper's name reads masked."""
    mine = registry.me(actor)
    if mine is None or not actor.holder:
        return []
    with behind(SYSTEM):  # the helper's record lies out of sight
        rows = Deed.objects.filter(person=mine, holders__contains=[actor.holder])
        return list(rows.select_related("agent").order_by("-at", "-id")[:DEEDS])


def deeds_of(actor: Actor, person: UUID) -> list[Deed]:
    """The same at the desk, of somebody in one's area."""
    keys = list(Deed.objects.visible_to(actor).filter(person=person).values_list("pk", flat=True)[:DEEDS])  # fmt: skip
    with behind(SYSTEM):  # likewise
        rows = Deed.objects.filter(pk__in=keys).select_related("agent")
        return list(rows.order_by("-at", "-id"))


def sees_bill(actor: Actor, bill: Bill, person: UUID, on: date) -> Whose:
    """For whom the actor pays this bill. Raises `Refused("not_found")`."""
    found = whose(actor, BILLS_FOR, person, on)
    helped_bill(actor, found, bill.pk)
    return found


def _done(actor: Actor, whose: Whose, act: Act) -> QuerySet[Any, Any]:
    return Deed.objects.filter(account=actor.id, person=whose.person, act=act).order_by().values("subject")  # fmt: skip


def _one(found: list[Any]) -> Any:
    if not found:
        raise Refused("not_found")
    return found[0]
