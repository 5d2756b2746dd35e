"""Two records of one person become one, and two again if that was wrong, to the byte."""

import base64
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, models

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.action import action
from lifang.core.crypto.fields import clear
from lifang.core.events import publish
from lifang.registry.events import MergeUndone, PersonsMerged
from lifang.registry.models import (
    Correction,
    Membership,
    Merge,
    Person,
    Resident,
    Tagging,
    Tie,
    Visit,
    VisitPlan,
)

# Every column of the register that points at a person.
REFERENCES: tuple[tuple[type[Any], str], ...] = (
    (Membership, "person"),
    (Tagging, "person"),
    (Tie, "person"),
    (Tie, "other"),
    (Visit, "person"),
    (VisitPlan, "person"),
    (Correction, "person"),
    (Resident, "person"),
)
# Filled from the dropped record where the kept one has nothing.
FILLED = ("identity", "telephone", "registered_at", "work_place", "sex", "born", "ethnicity", "nationality", "education", "marital")  # fmt: skip
SEALED = ("identity", "telephone", "registered_at", "work_place")


@action("registry.merge")
def merge(
    *,
    actor: Actor,
    kept: Person,
    dropped: Person,
    at: datetime,
    reasons: list[str] | None = None,
    note: str = "",
) -> Merge:
    """One person was entered twice: `kept` stays, takes what it lacks, and all that pointed at `dropped` points at it."""
    insist(Refusal("same_record") if kept.pk == dropped.pk else None)
    one, other = _both(kept, dropped)
    insist(
        Refusal("merged_already") if one.merged_into_id or other.merged_into_id else None,
        Refusal("both_have_accounts")
        if Resident.objects.filter(person__in=[one, other]).count() > 1
        else None,
    )
    made = Merge(
        area=one.area, kept=one, dropped=other, reasons=reasons or [], note=note.strip()[:200], account_id=actor.id, merged_at=at,
    )  # fmt: skip
    made.undo = {"kept": raw(one), "dropped": raw(other), "rows": _moved(one, other, at)}
    _fill(one, other)
    other.merged_into, other.valid_to = one, at
    other.save(update_fields=["merged_into", "valid_to"])
    made.save(force_insert=True)
    publish(PersonsMerged(kept=one.pk, dropped=other.pk, at=at), area=one.area, holders=one.holders)
    return made


@action("registry.undo_merge")
def undo_merge(*, actor: Actor, merge: Merge, at: datetime) -> Merge:
    """They were two after all: both rows and every reference as they were before."""
    held = Merge.objects.hold(merge.pk)
    insist(
        Refusal("undone_already") if held.undone_at else None,
        None if held.undo else Refusal("undo_over"),
        Refusal("merged_since")
        if Person.objects.filter(pk=held.kept_id, merged_into__isnull=False).exists()
        else None,
    )
    Person.objects.hold(held.kept_id)
    Person.objects.hold(held.dropped_id)
    for table, pk, columns in reversed(held.undo["rows"]):
        restore(table, pk, columns)
    table = Person._meta.db_table
    restore(table, str(held.dropped_id), held.undo["dropped"])
    restore(table, str(held.kept_id), held.undo["kept"])
    held.undone_at = at
    held.save(update_fields=["undone_at"])
    publish(
        MergeUndone(kept=held.kept_id, dropped=held.dropped_id, at=at),
        area=held.area,
        holders=held.holders,
    )
    return held


def _both(kept: Person, dropped: Person) -> tuple[Person, Person]:
    """Held in the order of their keys, so that two merges at once cannot wait for each other."""
    rows = {pk: Person.objects.hold(pk) for pk in sorted([kept.pk, dropped.pk])}
    return rows[kept.pk], rows[dropped.pk]


def _fill(one: Person, other: Person) -> None:
    names: set[str] = set()
    for name in FILLED:
        has = clear(one, name) if name in SEALED else getattr(one, name)
        gives = clear(other, name) if name in SEALED else getattr(other, name)
        if gives and not has:
            setattr(one, name, gives)
            names.add(name)
            names.update(f"{name}_key" for _ in "x" if name in ("identity", "telephone"))
    if "identity" in names:
        one.document = other.document
        names.add("document")
    if set(other.holders) - set(one.holders):
        one.concern(other.holders)
        names.add("holders")
    if names:
        one.save(update_fields=sorted(names))


Rows = list[tuple[str, str, dict[str, Any]]]


def _moved(one: Person, other: Person, at: datetime) -> Rows:
    """Points every reference at `one`; what would then stand twice ends instead. How each row was before."""
    found: Rows = []
    for model, column in REFERENCES:
        for row in model.objects.filter(**{column: other.pk}):
            found.append((model._meta.db_table, str(row.pk), raw(row)))
            _point(row, column, one, at)
    return found


def _point(row: Any, column: str, one: Person, at: datetime) -> None:
    if _twice(row, column, one):
        row.valid_to = at
        names = ["valid_to"]
        if hasattr(row, "ended"):
            row.ended = "merged"
            names.append("ended")
        row.save(update_fields=names)
    setattr(row, f"{column}_id", one.pk)
    row.save(update_fields=[column])


def _twice(row: Any, column: str, one: Person) -> bool:
    """Would two open rows then say the same of one person?"""
    if getattr(row, "valid_to", "never") is not None:
        return False
    same = type(row).objects.filter(valid_to__isnull=True, **{column: one.pk})
    if isinstance(row, Membership):
        return bool(same.filter(household=row.household_id).exists())
    if isinstance(row, Tagging):
        return bool(same.filter(tag=row.tag).exists())
    if isinstance(row, VisitPlan):
        return bool(same.filter(household=row.household_id, kind=row.kind).exists())
    return bool(isinstance(row, Tie) and same.filter(kind=row.kind, place=row.place_id, vehicle=row.vehicle_id, dog=row.dog_id, facility=row.facility_id, body=row.body_id).exists())  # fmt: skip


def raw(row: models.Model) -> dict[str, Any]:
    """The row's columns as the database holds them, envelopes closed, as JSON can keep them."""
    names = [str(field.column) for field in row._meta.concrete_fields if not field.primary_key]
    table = connection.ops.quote_name(row._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} WHERE id = %s", [row.pk])  # noqa: S608 -- names of models
        values = cursor.fetchone()
    return {name: _kept(value) for name, value in zip(names, values, strict=True)}


def _kept(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {"bytes": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value


def restore(table: str, pk: str, columns: dict[str, Any]) -> None:
    """Writes the columns back as they were; the database reads texts as times and keys again."""
    quoted = connection.ops.quote_name
    sets = ", ".join(f"{quoted(name)} = %s" for name in columns)
    values = [
        base64.b64decode(value["bytes"]) if isinstance(value, dict) and "bytes" in value else value
        for value in columns.values()
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {quoted(table)} SET {sets} WHERE id = %s", [*values, pk])  # noqa: S608 -- names of models
        if cursor.rowcount != 1:
            raise Refused("merged_since")
