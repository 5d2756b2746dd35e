"""The restricted store: entered on a named ground for named viewers, seen only by them, each look kept."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from lifang.core.access import SYSTEM, Actor, Refusal, Refused, insist
from lifang.core.access.scope import within
from lifang.core.access.wall import behind
from lifang.core.action import action, seen
from lifang.core.crypto.fields import clear
from lifang.core.flow import selectors as flow
from lifang.registry import rules
from lifang.registry.actions.knowing import office_of, today
from lifang.registry.catalogue import PURPOSES, RESTRICTED, Restricted, policy
from lifang.registry.models import (
    Correction,
    Membership,
    MissedVisit,
    Person,
    RestrictedLook,
    RestrictedRecord,
    Visit,
    VisitPlan,
)
from lifang.registry.selectors.looks import looks_today
from lifang.registry.selectors.restricted import lookers
from lifang.registry.terms import RESTRICTED_PURPOSES

MOST_VIEWERS = 5
LOOK = "registry.look_restricted"


class Shown(NamedTuple):
    """One restricted record, in the clear, for one look."""

    id: UUID
    group: str
    basis: str
    detail: str
    since: datetime
    review_on: date
    person: Person | None  # masked; none when somebody moved out of the reader's areas


@action("registry.restrict")
def restrict(
    *,
    actor: Actor,
    person: Person,
    group: str,
    basis: str,
    viewers: Sequence[str],
    at: datetime,
    detail: str = "",
    review_on: date | None = None,
) -> RestrictedRecord:
    """Enter somebody into a restricted group. Whoever enters it is a viewer; at most five, all accounts that may look there."""
    known = RESTRICTED.get(group)
    assert actor.id is not None  # noqa: S101 -- the capability is given by a post
    named = sorted({actor.holder, *viewers})
    insist(
        None if known else Refusal("unknown_group", {"field": "group"}),
        None if basis.strip() else Refusal("basis_missing", {"field": "basis"}),
        *_viewers_fit(named),
    )
    assert known is not None  # noqa: S101 -- insisted above
    held = Person.objects.visible_to(actor).filter(pk=person.pk).first()
    if held is None:
        raise Refused("not_found")
    mine = RestrictedRecord.objects.filter(person_id=held.pk, group=group, valid_to__isnull=True)
    insist(
        _there(actor, named, held.area, at),
        _review_fits(known, review_on, today(at)),
        # Only among those the actor may see: who is none of their viewers learns nothing.
        Refusal("restricted_already", {"field": "group"})
        if mine.filter(viewers__contains=[actor.holder]).exists()
        else None,
    )
    made = RestrictedRecord(
        person_id=held.pk, group=group, basis=basis.strip()[:200], detail=detail.strip()[:300] or None, viewers=named,
        review_on=review_on or today(at) + timedelta(days=known.review_days), valid_from=at, entered_by_id=actor.id,
    )  # fmt: skip
    made.save(force_insert=True)
    return made


def _viewers_fit(named: Sequence[str]) -> tuple[Refusal | None, ...]:
    return (
        None if all(v.startswith("account:") for v in named) else Refusal("viewer_not_account", {"field": "viewers"}),
        Refusal("viewers_many", {"most": MOST_VIEWERS, "field": "viewers"}) if len(named) > MOST_VIEWERS else None,
    )  # fmt: skip


def _there(actor: Actor, named: Sequence[str], area: str, at: datetime) -> Refusal | None:
    """All of them work there on a post that may look into the store."""
    there = {actor.holder, *(f"account:{one.pk}" for one in lookers(actor, area, at))}
    return None if set(named) <= there else Refusal("viewer_not_posted", {"field": "viewers"})


def _review_fits(known: Restricted, day: date | None, on: date) -> Refusal | None:
    """After today, and no later than the catalogue says for the group."""
    good = day is None or 0 < (day - on).days <= known.review_days
    return None if good else Refusal("review_day", {"most": known.review_days, "field": "review_on"})  # fmt: skip


@action("registry.look_restricted")
def look_restricted(
    *,
    actor: Actor,
    group: str,
    purpose: str,
    at: datetime,
    work: UUID | None = None,
    area: str = "",
) -> list[Shown]:
    """What the store says to a named viewer of a group: of those whom a piece of work concerns; for an emergency of all, or of one area.

    Each record shown is one look, kept with purpose and work, and counts against the day's budget. Nobody else learns even that there is something.
    """
    known = PURPOSES.get(purpose) if purpose in RESTRICTED_PURPOSES else None
    assert actor.id is not None  # noqa: S101 -- the capability is given by a post
    rows = RestrictedRecord.objects.filter(
        group=group, viewers__contains=[actor.holder], valid_to__isnull=True
    )
    if not rows.exists():
        raise Refused("not_found")
    insist(None if known else Refusal("unknown_purpose", {"field": "purpose"}))
    assert known is not None  # noqa: S101 -- insisted above
    kind, people = _concerned(actor, known.work, work, at)
    if work is not None and kind is None:
        raise Refused(Refusal("work_missing", {"name": known.name, "field": "work"}))
    if people is not None:
        rows = rows.filter(person_id__in=_with_doubles(people))
    if area:
        living = Person.objects.visible_to(actor).filter(within(area))
        rows = rows.filter(person_id__in=living.values("pk"))
    used, budget = looks_today(actor, at), policy("unmask_a_day")
    insist(rules.may_look(purpose, kind, used, budget))
    found = list(rows.order_by("review_on", "id")[: budget + 1])
    insist(rules.may_look(purpose, kind, used + max(len(found) - 1, 0), budget))
    seen(purpose)
    who = _people(actor, [one.person_id for one in found])
    home = next((grant.area for grant in actor.grants if grant.gives(LOOK, None)), "")
    places = [one.area if one and actor.may(LOOK, one.area) else home for one in (who.get(row.person_id) for row in found)]  # fmt: skip
    RestrictedLook.objects.bulk_create(
        RestrictedLook(
            record=row, viewers=row.viewers, purpose=purpose, work_kind=kind or "", work=work if kind else None,
            account_id=actor.id, at=at, office=office_of(actor, LOOK, place),
        )
        for row, place in zip(found, places, strict=True)
    )  # fmt: skip
    return [
        Shown(row.pk, row.group, clear(row, "basis"), clear(row, "detail"), row.valid_from, row.review_on, who.get(row.person_id))
        for row in found
    ]  # fmt: skip


def _concerned(
    actor: Actor, wanted: str, work: UUID | None, at: datetime
) -> tuple[str | None, QuerySet[Person] | None]:
    """What kind of work it is, if it is the actor's, and whom it concerns. None named: everybody."""
    if work is None:
        return None, None
    people = Person.objects.visible_to(actor)
    wanted = "either" if wanted == "none" else wanted  # not asked for, but heeded
    if wanted in ("todo", "either") and (found := _of_todo(actor, work, people)) is not None:
        return "todo", found
    if wanted in ("visit", "either") and (home := _home(actor, work, at)) is not None:
        return "visit", people.filter(pk__in=_members([home]))
    return None, None


def _of_todo(actor: Actor, work: UUID, people: QuerySet[Person]) -> QuerySet[Person] | None:
    todos = flow.todos(actor)
    todo = todos.filter(pk=work).first() or todos.filter(subject=work).first()
    if todo is None:
        return None
    if todo.flow == "correction":
        return people.filter(pk__in=Correction.objects.filter(pk=todo.subject).values("person"))
    if todo.flow == "missed":
        homes = MissedVisit.objects.filter(pk=todo.subject).values("plan__household")
        return people.filter(pk__in=_members(homes))
    near = Q(area__startswith=todo.area) if len(todo.area) >= len("990101001001") else Q(pk__in=[])
    mine = [one for one in todo.holders if one.startswith("account:")]
    return people.filter(near | Q(holders__overlap=mine) if mine else near)


def _home(actor: Actor, work: UUID, at: datetime) -> UUID | None:
    """The household of a planned visit, or of one the actor made within a day."""
    plan = VisitPlan.objects.visible_to(actor).filter(pk=work, valid_to__isnull=True)
    made = Visit.objects.visible_to(actor).filter(pk=work, at__gte=at - timedelta(days=1))
    made = made.filter(account_id=actor.id) if actor.id else made.none()
    found = plan.values_list("household", flat=True).first()
    return found or made.values_list("household", flat=True).first()


def _members(homes: object) -> QuerySet[Membership]:
    rows = Membership.objects.filter(household__in=homes, valid_to__isnull=True)  # type: ignore[misc]
    return rows.values("person")  # type: ignore[return-value]


def _with_doubles(people: QuerySet[Person]) -> QuerySet[Person]:
    """Also under which other records they were kept before a merge: the store is not rewritten by one."""
    own = people.values("pk")
    return Person.objects.filter(Q(pk__in=own) | Q(merged_into__in=own)).values("pk")  # type: ignore[return-value]


def _people(actor: Actor, ids: Sequence[UUID]) -> dict[UUID, Person]:
    rows = Person.objects.visible_to(actor).select_related("merged_into").in_bulk(list(ids))
    return {pk: one.merged_into or one for pk, one in rows.items()}


@action("registry.name_viewers")
def name_viewers(
    *, actor: Actor, record: RestrictedRecord, viewers: Sequence[str], at: datetime
) -> RestrictedRecord:
    """Hand over to others: this record ends and theirs begins. Only a viewer can, and at least one stays."""
    held = _mine(actor, record)
    named = sorted(set(viewers))
    insist(
        Refusal("ended_already") if held.valid_to else None,
        None if named else Refusal("viewers_none", {"field": "viewers"}),
        *_viewers_fit(named),
    )
    insist(_there(actor, named, _area_of(held), at))
    made = RestrictedRecord(
        person_id=held.person_id, group=held.group, basis=clear(held, "basis"), detail=clear(held, "detail") or None, viewers=named,
        review_on=held.review_on, valid_from=at, entered_by_id=held.entered_by_id,
    )  # fmt: skip
    held.valid_to = at
    held.save(update_fields=["valid_to"])
    made.save(force_insert=True)
    return made


def _area_of(record: RestrictedRecord) -> str:
    with behind(SYSTEM):  # somebody may have moved out of sight
        return Person.objects.values_list("area", flat=True).get(pk=record.person_id)


@action("registry.review_restricted")
def review_restricted(
    *, actor: Actor, record: RestrictedRecord, review_on: date, at: datetime
) -> RestrictedRecord:
    """A viewer looked at the ground: it still holds, until another day."""
    held = _mine(actor, record)
    known = RESTRICTED.get(held.group)
    insist(
        Refusal("ended_already") if held.valid_to else None,
        _review_fits(known, review_on, today(at)) if known else Refusal("unknown_group"),
    )
    held.review_on = review_on
    held.save(update_fields=["review_on"])
    return held


@action("registry.unrestrict")
def unrestrict(*, actor: Actor, record: RestrictedRecord, at: datetime) -> RestrictedRecord:
    """The person no longer belongs to the group."""
    held = _mine(actor, record)
    if held.valid_to is not None:
        raise Refused("ended_already")
    held.valid_to = at
    held.save(update_fields=["valid_to"])
    return held


def _mine(actor: Actor, record: RestrictedRecord) -> RestrictedRecord:
    held = (
        RestrictedRecord.objects.select_for_update()
        .filter(pk=record.pk, viewers__contains=[actor.holder])
        .first()
    )
    if held is None:
        raise Refused("not_found")
    return held
