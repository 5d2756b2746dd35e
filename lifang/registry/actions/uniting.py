"""Two households become one, and two again if that was wrong."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.core.events import publish
from lifang.registry.actions.households import Member, join
from lifang.registry.actions.merging import raw, restore
from lifang.registry.actions.moving import bring, call_again, end_membership
from lifang.registry.events import MovedIn, UnionUndone
from lifang.registry.models import Household, Membership, Occupancy, Person, Union, VisitPlan

Found = dict[tuple[str, str], dict[str, Any]]
MADE = {model._meta.db_table: model for model in (Membership, VisitPlan)}


@action("registry.unite")
def unite(
    *,
    actor: Actor,
    household: Household,
    other: Household,
    at: datetime,
    relations: Mapping[UUID, str] | None = None,
) -> Household:
    """One household was entered twice, or two keep house together from now on: the members of `other` join the first, `other` ends."""
    kept, ended = _both(household, other)
    insist(Refusal("ended_already") if kept.valid_to or ended.valid_to else None)
    before, near = _as_they_are(kept, ended), kept.area == ended.area
    open_ = Membership.objects.filter(valid_to__isnull=True)
    here = set(open_.filter(household=kept).values_list("person", flat=True))
    for row in open_.filter(household=ended).order_by("valid_from", "id"):
        end_membership(row, "merged", at)
        if row.person_id not in here:
            mover = Person.objects.hold(row.person_id)
            bring(mover, kept.area)
            said = (relations or {}).get(row.pk, "other_kin")
            join(kept, Member(mover, said, row.expires_on), at)
            call_again(mover, at)
            publish(MovedIn(person=mover.pk, household=kept.pk, at=at), area=kept.area, holders=mover.holders)  # fmt: skip
    after = _as_they_are(kept, ended)
    Union.objects.create(
        area=kept.area, holders=kept.holders, kept=kept, ended=ended, account_id=actor.id, united_at=at,
        # Who came from another grid brought more along than is written down here.
        undo={"rows": _changed(before, after), "made": [[*key] for key in after.keys() - before.keys()]} if near else {},
    )  # fmt: skip
    return kept


@action("registry.undo_union")
def undo_union(*, actor: Actor, union: Union, at: datetime) -> Union:
    """They keep house apart after all: both households, their members, doors and planned visits as before."""
    held = Union.objects.hold(union.pk)
    kept, ended = _both(held.kept, held.ended)
    insist(
        Refusal("union_undone_already") if held.undone_at else None,
        None if held.undo else Refusal("union_elsewhere"),
    )
    insist(None if _untouched(held, kept, ended) else Refusal("united_since"))
    for table, pk in held.undo["made"]:
        MADE[table].objects.filter(pk=pk).update(valid_to=at, **({"ended": "mistake"} if MADE[table] is Membership else {}))  # fmt: skip
    for table, pk, columns in held.undo["rows"]:
        restore(table, pk, columns)
    held.undone_at = at
    held.save(update_fields=["undone_at"])
    publish(UnionUndone(kept=kept.pk, ended=ended.pk, at=at), area=held.area, holders=held.holders)
    return held


def _changed(before: Found, after: Found) -> list[list[Any]]:
    """Of every row the columns that are no longer as they were: what else happens to it later stays."""
    found = {key: {name: was for name, was in row.items() if after[key][name] != was} for key, row in before.items()}  # fmt: skip
    return [[*key, columns] for key, columns in found.items() if columns]


def _untouched(held: Union, kept: Household, ended: Household) -> bool:
    """Is everything that the union made still as it left it?"""
    made = {UUID(pk) for table, pk in held.undo["made"] if table == Membership._meta.db_table}
    open_ = Membership.objects.filter(pk__in=made, valid_to__isnull=True).count()
    newer = Union.objects.filter(kept=kept, undone_at__isnull=True, united_at__gt=held.united_at)
    return open_ == len(made) and kept.valid_to is None and ended.valid_to is not None and not newer.exists()  # fmt: skip


def _both(one: Household, other: Household) -> tuple[Household, Household]:
    """Held in the order of their keys, so that two unions at once cannot wait for each other."""
    insist(Refusal("same_record") if one.pk == other.pk else None)
    held = {pk: Household.objects.hold(pk) for pk in sorted([one.pk, other.pk])}
    return held[one.pk], held[other.pk]


def _as_they_are(kept: Household, ended: Household) -> Found:
    """Every row a union touches, as the database holds it."""
    return {(row._meta.db_table, str(row.pk)): raw(row) for row in _rows(kept, ended)}


def _rows(kept: Household, ended: Household) -> Iterator[Any]:
    both = {"household__in": [kept, ended]}
    yield from Household.objects.filter(pk__in=[kept.pk, ended.pk])
    yield from Occupancy.objects.filter(**both)
    yield from Membership.objects.filter(**both)
    yield from VisitPlan.objects.filter(**both)
