"""What of the register is over: whose relation to a place ended, and when; what of it a legal hold keeps."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from lifang.core.access import Actor, Refused
from lifang.core.access.wall import behind
from lifang.core.files.models import Attachment
from lifang.core.retention import Standing
from lifang.registry.catalogue import Element, policy
from lifang.registry.models import (
    CallUp,
    Correction,
    DogNotice,
    Fact,
    Look,
    Membership,
    Merge,
    MissedVisit,
    Person,
    Reminder,
    Resident,
    RestrictedRecord,
    Tagging,
    Tie,
    Visit,
)
from lifang.registry.selectors.known import stale
from lifang.registry.terms import Expiring, Missing, Reminding

Rows = QuerySet[Any]


def persons_over(system: Actor, before: datetime) -> Rows:
    """People who died, left or were entered twice before then, and those whose last household they left before then.

    Whoever still owns or keeps something here has not left. The database's `registry_over` says the same.
    """
    mine = Membership.objects.filter(person=OuterRef("pk"))
    tied = Tie.objects.filter(Q(person=OuterRef("pk")) | Q(other=OuterRef("pk")), valid_to=None)
    last = mine.order_by().values("person").annotate(last=Max("valid_to")).values("last")
    left = Membership.objects.filter(valid_to__lt=before).values("person")
    away = Q(valid_to=None, pk__in=left) & ~Exists(mine.filter(valid_to=None)) & ~Exists(tied)
    rows = Person.objects.filter(Q(valid_to__lt=before) | away, erased_at=None)
    return rows.annotate(over=Coalesce("valid_to", Subquery(last))).filter(over__lt=before)


def element_over(system: Actor, model: type[Any], element: Element, before: datetime) -> Rows:
    """Rows over whose element still has a value, now or in its history."""
    if model is Person:
        rows = persons_over(system, before)
    else:
        ended = model.objects.filter(valid_to__lt=before)
        rows = ended.annotate(over=F("valid_to"))
    if element.key == "person.name":
        return rows.order_by("over", "pk")  # the last of all; then the record itself is marked
    known = Exists(Fact.objects.filter(subject=OuterRef("pk"), element=element.key))
    return rows.filter(known | has_value(system, model, element)).order_by("over", "pk")


def has_value(system: Actor, model: type[Any], element: Element) -> Q:
    """Rows whose own column for the element is not empty."""
    if not element.field:
        return Q(pk__in=[])
    column = model._meta.get_field(element.field)
    if element.key == "person.document":
        return ~Q(document="none")
    if column.null:
        return Q(**{f"{element.field}__isnull": False})
    if column.get_internal_type() == "BinaryField":  # sealed, never empty: gone when its index is
        return Q(**{f"{element.field}_key__isnull": False})
    return ~Q(**{element.field: ""})


# -- what hangs on people ---------------------------------------------------------------------------


def visit_notes(system: Actor, before: datetime) -> Rows:
    rows = Visit.objects.filter(note__isnull=False, at__lt=before)
    return rows.annotate(over=F("at")).order_by("over", "pk")


def visit_voices(system: Actor, before: datetime) -> Rows:
    """Voice notes of visits, of whatever household."""
    rows = Attachment.objects.filter(subject_type="registry.visit", added_at__lt=before)
    return rows.annotate(over=F("added_at")).order_by("over", "pk")


def voices_held(system: Actor, force: Standing) -> Q:
    visits = Visit.objects.filter(held_by(system, force, person="person", household="household"))
    return Q(subject__in=visits.values("pk"))


def left_groups(system: Actor, before: datetime) -> Rows:
    rows = Tagging.objects.filter(valid_to__lt=before)
    return rows.annotate(over=F("valid_to")).order_by("over", "pk")


def decided_corrections(system: Actor, before: datetime) -> Rows:
    rows = Correction.objects.filter(decided_at__lt=before)
    return rows.annotate(over=F("decided_at")).order_by("over", "pk")


def settled_visits(system: Actor, before: datetime) -> Rows:
    rows = MissedVisit.objects.exclude(state=Missing.MISSED).filter(state_since__lt=before)
    return rows.annotate(over=F("state_since")).order_by("over", "pk")


def undoable_merges(system: Actor, before: datetime) -> Rows:
    rows = Merge.objects.exclude(undo={}).filter(merged_at__lt=before)
    return rows.annotate(over=F("merged_at")).order_by("over", "pk")


def old_dog_notices(system: Actor, before: datetime) -> Rows:
    rows = DogNotice.objects.filter(sent_at__lt=before)
    return rows.annotate(over=F("sent_at")).order_by("over", "pk")


def old_calls(system: Actor, before: datetime) -> Rows:
    return CallUp.objects.filter(sent_at__lt=before).annotate(over=F("sent_at")).order_by("over", "pk")  # fmt: skip


def old_looks(system: Actor, before: datetime) -> Rows:
    return Look.objects.filter(at__lt=before).annotate(over=F("at")).order_by("over", "pk")


def ended_restricted(system: Actor, before: datetime) -> Rows:
    """Seen only while the database's door stands open for it."""
    rows = RestrictedRecord.objects.filter(valid_to__lt=before)
    return rows.annotate(over=F("valid_to")).order_by("over", "pk")


def closed_residents(system: Actor, before: datetime) -> Rows:
    rows = Resident.objects.filter(account__closed_at__lt=before, cleared_at=None)
    return rows.annotate(over=F("account__closed_at")).order_by("over", "pk")


# -- legal holds ------------------------------------------------------------------------------------


def held_persons(system: Actor, force: Standing) -> Q:
    """People named by a hold, those who ever lived in a household under hold, those of an area under hold."""
    found = force.in_areas() | Q(pk__in=force.of("person"))
    if homes := force.of("household"):
        found |= Q(pk__in=Membership.objects.filter(household__in=homes).values("person"))
    return found


def held_by(system: Actor, force: Standing, person: str = "", household: str = "") -> Q:
    """Rows that hang on a person or a household under hold, by the columns that say on which."""
    found = force.in_areas()
    if person:
        named = Person.objects.filter(held_persons(system, force))
        found |= Q(**{f"{person}__in": named.values("pk")})
    homes = force.of("household")
    return found | Q(**{f"{household}__in": homes}) if household and homes else found


def speaking_accounts(system: Actor, kind: str, ids: frozenset[UUID]) -> list[UUID]:
    """Accounts of people, or of the members of households."""
    column = "person__in" if kind == "person" else "person__memberships__household__in"
    with behind(system):
        return list(Resident.objects.filter(**{column: ids}).values_list("account_id", flat=True))


# -- what runs out ----------------------------------------------------------------------------------


class RunsOut(NamedTuple):
    """Of one grid: how many have run out, how many will soon, the earliest day."""

    area: str
    over: int
    soon: int
    first_on: date


def run_out(system: Actor, kind: Expiring, on: date) -> list[RunsOut]:
    """Grid by grid, what the keeper is to be reminded of."""
    last = on + timedelta(days=policy("expiry_reminder_days"))
    rows: Rows
    if kind is Expiring.REGISTRATION:
        rows = Membership.objects.filter(valid_to=None, expires_on__lte=last)
    else:
        rows = outdated(system, on)
    counts: dict[str, Any] = {
        "gone": Count("pk", filter=Q(expires_on__lt=on)),
        "coming": Count("pk", filter=Q(expires_on__gte=on)),
        "first": Min("expires_on"),
    }
    grouped: QuerySet[Any] = rows.order_by().values("area")
    told = grouped.annotate(**counts).order_by("area")
    return [RunsOut(one["area"], one["gone"], one["coming"], one["first"]) for one in told]


def outdated(actor: Actor, on: date) -> QuerySet[Fact]:
    """Values nobody has confirmed in time, of people who are still here and of things."""
    lives = Person.objects.filter(pk=OuterRef("subject"), valid_to=None)
    return stale(actor, on).filter(~Q(subject_kind="person") | Exists(lives))


def names_by_id(actor: Actor, ids: list[UUID]) -> dict[UUID, str]:
    """Masked names of those of these ids that are people within sight."""
    rows = Person.objects.visible_to(actor).filter(pk__in=ids)
    return {row.pk: str(row.name) for row in rows}


def reminder(actor: Actor, pk: UUID) -> Reminder:
    found = Reminder.objects.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def reminders(actor: Actor) -> QuerySet[Reminder]:
    """Reminders that are open, within sight."""
    return (
        Reminder.objects.visible_to(actor).filter(state=Reminding.OPEN).order_by("first_on", "id")
    )


def reminders_by_id(actor: Actor, ids: list[UUID]) -> dict[UUID, Reminder]:
    return Reminder.objects.visible_to(actor).in_bulk(ids)
