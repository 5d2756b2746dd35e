"""Values with their source, day, verifier and expiry: the first change writes down what was there before."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.timezone import localtime

from lifang.core.access import Actor, insist
from lifang.core.action import action
from lifang.core.crypto.fields import MaskedText, clear
from lifang.core.events import publish
from lifang.registry import rules
from lifang.registry.catalogue import ELEMENTS, SOURCES, Element
from lifang.registry.events import ValueChanged
from lifang.registry.models import (
    Batch,
    Dog,
    Facility,
    Fact,
    Household,
    Look,
    Organisation,
    Person,
    Place,
    Vehicle,
)
from lifang.registry.selectors.known import batch_of
from lifang.registry.terms import Document, Subject

ROWS: dict[Subject, type[models.Model]] = {
    Subject.PERSON: Person,
    Subject.HOUSEHOLD: Household,
    Subject.PLACE: Place,
    Subject.FACILITY: Facility,
    Subject.VEHICLE: Vehicle,
    Subject.DOG: Dog,
    Subject.ORGANISATION: Organisation,
}
KINDS = {model: kind for kind, model in ROWS.items()}


def office_of(actor: Actor, capability: str, area: str) -> str:
    """The office somebody acts for, as a key: a unit, or the community or higher area of the post. Never the person."""
    for grant in actor.grants:
        if grant.gives(capability, area):
            return grant.holder or f"area:{grant.area[:12]}"
    return "self" if actor.id else "system"


def today(at: datetime) -> date:
    """The day it is in the city."""
    return localtime(at).date()


def batch_for(
    actor: Actor,
    source: str,
    area: str,
    at: datetime,
    *,
    name: str = "",
    seen_at: datetime | None = None,
    expires_on: date | None = None,
) -> Batch:
    """The source, day and verifier that rows entered together share."""
    insist(rules.source_known(source))
    verified = SOURCES[source].verified
    return Batch.objects.create(
        area=area,
        source=source,
        name=name or source,
        seen_at=seen_at or at,
        office=office_of(actor, "registry.register", area) if verified else "",
        verified_at=at if verified else None,
        expires_on=expires_on,
        account_id=actor.id,
        made_at=at,
    )


def value_now(row: models.Model, element: Element) -> str:
    """The current value as text, in the clear: for actions."""
    if not element.field:
        newest = (
            Fact.objects.filter(subject=row.pk, element=element.key).order_by("-at", "-id").first()
        )
        return "" if newest is None else newest.value or clear(newest, "sealed")
    if isinstance(row._meta.get_field(element.field), MaskedText):
        return clear(row, element.field)
    found = getattr(row, element.field)
    return "" if found is None else str(found)


@action("registry.change")
def change(
    *,
    actor: Actor,
    row: models.Model,
    element: str,
    value: str,
    source: str,
    at: datetime,
    seen_at: datetime | None = None,
    document: str = "",
) -> Fact:
    """Write a new value of one element of a person, a household, a house …; the old one stays in its history.

    The same value again confirms it: a new day, a new verifier, a new expiry.
    """
    kind = KINDS[type(row)]
    held = type(row).objects.hold(row.pk)  # type: ignore[attr-defined]
    insist(rules.element_known(element, kind), rules.source_known(source))
    return know(
        actor, held, ELEMENTS[element], value, source, at, seen_at=seen_at, document=document
    )


def know(
    actor: Actor,
    held: Any,
    spec: Element,
    value: str,
    source: str,
    at: datetime,
    *,
    seen_at: datetime | None = None,
    document: str = "",
) -> Fact:
    """Part of actions: the baseline if this is the first change, the column, the fact."""
    value = value.strip()
    if spec.check == "identity":
        value = _number(held, document, value, at)
    insist(rules.value_fits(spec, value, today(at)))
    before = value_now(held, spec)
    if before and not Fact.objects.filter(subject=held.pk, element=spec.key).exists():
        _baseline(actor, held, spec, before)
    if spec.field:
        names = [spec.field, *_beside(held, spec.field)]
        setattr(held, spec.field, _column(held, spec, value))
        if spec.check == "identity" and document:
            held.document = document
            names.append("document")
        held.save(update_fields=names)
    made = _fact(actor, held, spec, value, source, at, seen_at or at)
    if value != before:
        publish(
            ValueChanged(kind=KINDS[type(held)], subject=held.pk, element=spec.key, at=at),
            area=held.area,
            holders=held.holders,
        )
    return made


def said(
    actor: Actor, held: Any, element: str, before: str, after: str, source: str, at: datetime
) -> Fact:
    """Part of actions: a value whose columns the caller writes; what was there is its first fact."""
    spec = ELEMENTS[element]
    insist(rules.source_known(source))
    if before and not Fact.objects.filter(subject=held.pk, element=element).exists():
        _baseline(actor, held, spec, before)
    made = _fact(actor, held, spec, after, source, at, at)
    told = ValueChanged(kind=KINDS[type(held)], subject=held.pk, element=element, at=at)
    publish(told, area=held.area, holders=held.holders)
    return made


def _number(held: Any, document: str, value: str, at: datetime) -> str:
    kind = document or held.document
    if kind == Document.NONE and value:
        kind = Document.CITIZEN
        held.document = kind
        held.save(update_fields=["document"])
    number = rules.normal_number(kind, value)
    insist(rules.number_fault(kind, number, today(at)))
    return number


def _beside(held: Any, field: str) -> list[str]:
    """Columns computed from the field: its blind index, its terms."""
    return [f.name for f in held._meta.concrete_fields if getattr(f, "of", None) == field]


def _column(held: Any, spec: Element, value: str) -> Any:
    stored = rules.stored(spec, value)
    empty_is_null = held._meta.get_field(spec.field).null
    return None if stored == "" and empty_is_null else stored


def _baseline(actor: Actor, held: Any, spec: Element, before: str) -> None:
    batch = batch_of(actor, held)
    _write(
        held,
        spec,
        before,
        source=batch.source if batch else "sheet",
        seen_at=batch.seen_at if batch else held.valid_from,
        office=batch.office if batch else "",
        verified_at=batch.verified_at if batch else None,
        expires_on=_default_expiry(batch, spec),
        account_id=batch.account_id if batch else None,
        at=batch.made_at if batch else held.valid_from,
    )


def _default_expiry(batch: Batch | None, spec: Element) -> date | None:
    if batch is None:
        return None
    return batch.expires_on or rules.expiry(spec, today(batch.seen_at))


def _fact(
    actor: Actor,
    held: Any,
    spec: Element,
    value: str,
    source: str,
    at: datetime,
    seen_at: datetime,
) -> Fact:
    verified = SOURCES[source].verified
    return _write(
        held,
        spec,
        value,
        source=source,
        seen_at=seen_at,
        office=office_of(actor, "registry.change", held.area) if verified else "",
        verified_at=at if verified else None,
        expires_on=rules.expiry(spec, today(seen_at)),
        account_id=actor.id,
        at=at,
    )


def _write(held: Any, spec: Element, value: str, **more: Any) -> Fact:
    made = Fact(
        area=held.area,
        holders=held.holders,
        subject_kind=KINDS[type(held)],
        subject=held.pk,
        element=spec.key,
        **more,
    )
    if spec.label.sealed:
        made.sealed = value or None
    else:
        made.value = value
    made.save(force_insert=True)
    return made


def carry(holders: list[str], subjects: list[UUID]) -> None:
    """Let these holders see the facts and looks of these subjects too (a person opened an account)."""
    for part in (Fact, Look):
        for row in part.objects.filter(subject__in=subjects):
            row.concern(holders)
            row.save(update_fields=["holders"])
