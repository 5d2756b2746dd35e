"""The restricted store, as far as it is shown without a look: how many records, when they are to be reviewed, who looked."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.utils.timezone import localtime

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.capabilities import capabilities
from lifang.core.access.models import GrantRow
from lifang.core.access.scope import within
from lifang.core.access.wall import behind
from lifang.core.accounts.models import Account
from lifang.core.flow import selectors as flow
from lifang.registry.catalogue import RESTRICTED
from lifang.registry.models import Person, RestrictedLook, RestrictedRecord, Visit
from lifang.registry.selectors.homes import due
from lifang.registry.selectors.looks import Work

LOOK, ENTER = "registry.look_restricted", "registry.restrict"
MOST_WORK = 50
SOON = timedelta(days=30)


class Group(NamedTuple):
    """A restricted group: how many of it the actor is a named viewer of, and how many are to be reviewed."""

    key: str
    records: int
    late: int
    review_on: date | None


def keeps_restricted(actor: Actor) -> bool:
    """May this actor know that there is a store: by entering into it, or as a viewer of somebody in it?"""
    return actor.may(ENTER) or (actor.may(LOOK) and _mine(actor).exists())


def restricted_groups(actor: Actor, on: date) -> list[Group]:
    """Each group with numbers alone. Raises `Refused("not_found")` for whoever enters nobody and views nobody."""
    late = Count("pk", filter=Q(review_on__lte=on))
    rows = _mine(actor).values("group").annotate(n=Count("pk"), late=late, first=Min("review_on"))
    found = {row["group"]: row for row in rows.order_by()} if actor.may(LOOK) else {}
    if not found and not actor.may(ENTER):
        raise Refused("not_found")
    none: dict[str, Any] = {"n": 0, "late": 0, "first": None}
    said = [(one.key, found.get(one.key, none)) for one in RESTRICTED]
    return [Group(key, row["n"], row["late"], row["first"]) for key, row in said]


def restricted_group(actor: Actor, key: str, on: date) -> Group:
    """One group of which the actor views somebody. Raises `Refused("not_found")`."""
    for one in restricted_groups(actor, on):
        if one.key == key and one.records:
            return one
    raise Refused("not_found")


def restricted_record(actor: Actor, pk: UUID) -> RestrictedRecord:
    """A record by its id, without whom it is about. Raises `Refused("not_found")`, also for one that has ended."""
    found = _mine(actor).filter(pk=pk).first() if actor.may(LOOK) else None
    if found is None:
        raise Refused("not_found")
    return found


def restricted_looks(actor: Actor, group: str) -> QuerySet[RestrictedLook]:
    """Who looked into a group, at records the actor views, newest first."""
    rows = RestrictedLook.objects.filter(record__in=_mine(actor).filter(group=group))
    return rows.select_related("account").order_by("-at", "-id")


def _mine(actor: Actor) -> QuerySet[RestrictedRecord]:
    return RestrictedRecord.objects.filter(viewers__contains=[actor.holder], valid_to__isnull=True)


def lookers(actor: Actor, area: str, at: datetime) -> list[Account]:
    """Who may be named as a viewer: posted in the area or over it, on a post that may look into the store."""
    posts = capabilities()[LOOK].posts
    above = [area[:digits] for digits in (6, 9, 12) if digits < len(area)]
    now = Q(valid_from__lte=at) & (Q(valid_to__isnull=True) | Q(valid_to__gt=at))
    rows = GrantRow.objects.filter(
        now, within(area) | Q(area__in=above), post__in=posts, sees="area"
    )
    found = Account.objects.filter(pk__in=rows.values("account"), closed_at__isnull=True)
    return list(found.order_by("name", "id"))


def restricted_colleagues(actor: Actor, record: RestrictedRecord, at: datetime) -> list[Account]:
    """Who may be named for a record of which the actor is a viewer, wherever the person lives now."""
    with behind(SYSTEM):
        area = Person.objects.values_list("area", flat=True).filter(pk=record.person_id).first()
    return lookers(actor, area, at) if area and actor.holder in record.viewers else []


def work_at_hand(actor: Actor, at: datetime) -> list[Work]:
    """The actor's to-dos, visits planned within a month, visits just made: whoever they concern, so that the list tells nothing of anybody."""
    todos = flow.todos(actor).exclude(flow__in=["correction", "reminder"])[:MOST_WORK]
    plans = due(actor, localtime(at).date() + SOON).exclude(kind="restricted")[:MOST_WORK]
    made = Visit.objects.visible_to(actor).filter(at__gte=at - timedelta(days=1))
    made = made.filter(account_id=actor.id) if actor.id else made.none()
    made = made.exclude(kind="restricted").order_by("-at")[:MOST_WORK]
    return [
        *(Work(one.pk, "todo", one) for one in todos),
        *(Work(one.pk, "plan", one) for one in plans),
        *(Work(one.pk, "visit", one) for one in made),
    ]
