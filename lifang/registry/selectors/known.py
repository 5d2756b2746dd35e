"""What is known and how well; who looked; who could; one's own record."""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.scope import within
from lifang.core.access.wall import behind
from lifang.core.crypto.fields import MaskedText, clear
from lifang.core.crypto.masks import MASKS
from lifang.core.i18n import Text
from lifang.orgs import selectors as orgs
from lifang.registry.catalogue import (
    ELEMENTS,
    PURPOSES,
    Element,
    code_name,
    component_name,
    elements_of,
    policy,
)
from lifang.registry.models import (
    Batch,
    Correction,
    Fact,
    Look,
    Person,
    RestrictedRecord,
    Tagging,
)
from lifang.registry.rules import expiry
from lifang.registry.terms import HOME_STORY, STORY, Subject


class Known(NamedTuple):
    """One element of one row: what is shown, where it is from, how long it holds."""

    element: Element
    shown: str
    source: str
    seen_at: datetime | None
    office: str
    verified_at: datetime | None
    expires_on: date | None
    stale: bool
    changes: int  # facts of its own; 0 = as it came with its batch


def known(actor: Actor, row: Any, on: date, only: Collection[str] | None = None) -> list[Known]:
    """Every element of a row the actor sees (or those named), masked, with its provenance: the same queries whatever there is."""
    kind = row._meta.model_name
    facts: dict[str, list[Fact]] = {}
    for fact in _facts(actor, row).order_by("at", "id"):
        facts.setdefault(fact.element, []).append(fact)
    batch = batch_of(actor, row)
    found = [
        _one(row, batch, element, facts.get(element.key, []), on)
        for element in elements_of(kind)
        if only is None or element.key in only
    ]
    return _units_named(actor, found)


UNITS = ("facility.supervisor", "facility.owner", "facility.maintainer")  # written down by name


def _units_named(actor: Actor, found: list[Known]) -> list[Known]:
    """Units of the platform are called in the reader's language; one query where any is named."""
    called = orgs.units_called(actor, [one.shown for one in found if one.element.key in UNITS])
    return [
        one._replace(shown=called.get(one.shown, one.shown)) if one.element.key in UNITS else one
        for one in found
    ]


def batch_of(actor: Actor, row: Any) -> Batch | None:
    """Where a row came from. A batch lies in the area of its whole list, often above who may see the row."""
    pk = getattr(row, "batch_id", None)
    if pk is None:
        return None
    with behind(SYSTEM):  # the row is in sight: where it is from is a part of it
        return Batch.objects.filter(pk=pk).first()


def _facts(actor: Actor, row: Any) -> QuerySet[Fact]:
    subjects = [row.pk]
    if isinstance(row, Person):
        subjects += Person.objects.visible_to(actor).filter(merged_into=row).values_list("pk", flat=True)  # fmt: skip
    return Fact.objects.visible_to(actor).filter(subject__in=subjects)


def _one(row: Any, batch: Batch | None, element: Element, facts: list[Fact], on: date) -> Known:
    shown = _shown(row, element, facts)
    until: date | None = None
    said: tuple[str, datetime | None, str, datetime | None] = ("", None, "", None)
    if facts:
        last = facts[-1]
        until = last.expires_on
        said = (last.source, last.seen_at, last.office, last.verified_at)
    elif batch is not None:
        until = batch.expires_on or expiry(element, batch.seen_at.date())
        said = (batch.source, batch.seen_at, batch.office, batch.verified_at)
    stale = bool(shown) and until is not None and until < on
    return Known(element, shown, *said, until, stale, len(facts))


def _shown(row: Any, element: Element, facts: list[Fact]) -> str:
    if element.type == "point":
        return str(row.point)
    if element.key in _SAID:
        return _SAID[element.key](row)
    if not element.field:
        newest = facts[-1] if facts else None
        return "" if newest is None else _masked(element, newest)
    value = getattr(row, element.field)
    if value in (None, ""):
        return ""
    return str(code_name(element.codes, value)) if element.codes else str(value)


# Said in the reader's language although no code list holds it.
_SAID: dict[str, Callable[[Any], str]] = {
    "facility.component": lambda row: str(component_name(row.component)),
    "facility.name": str,
}


def _masked(element: Element, fact: Fact) -> str:
    return _veil(element, clear(fact, "sealed") if fact.sealed is not None else fact.value)


def _veil(element: Element, whole: str) -> str:
    """A value as it may stand on a page."""
    if element.codes:
        return str(code_name(element.codes, whole))
    return MASKS[element.mask](whole) if element.mask else whole


class Past(NamedTuple):
    """One value a field had."""

    shown: str
    source: str
    seen_at: datetime
    office: str
    verified_at: datetime | None
    at: datetime


def history(actor: Actor, row: Any, element: str) -> list[Past]:
    """The values one element had, newest first, masked as the element says."""
    spec = ELEMENTS[element]
    rows = _facts(actor, row).filter(element=element).order_by("-at", "-id")
    return [
        Past(_masked(spec, fact), fact.source, fact.seen_at, fact.office, fact.verified_at, fact.at)
        for fact in rows
    ]


def stale(actor: Actor, on: date, area: str = "") -> QuerySet[Fact]:
    """The newest facts of elements that nobody has confirmed in time: what a grid should ask again."""
    later = Fact.objects.filter(
        subject=OuterRef("subject"), element=OuterRef("element"), at__gt=OuterRef("at")
    )
    rows = Fact.objects.visible_to(actor).filter(within(area), expires_on__lt=on)
    return rows.filter(~Exists(later)).order_by("expires_on", "id")


def office_name(actor: Actor, office: str) -> str:
    """An office key (`area:…`, `unit:…`, `self`) in the reader's words."""
    kind, _, where = office.partition(":")
    if kind == "area":
        return orgs.place_name(where, 2) or where
    if kind == "unit":
        return orgs.unit_names([UUID(where)]).get(UUID(where), "")
    return str(gettext("the person")) if kind == "self" else str(gettext("the platform")) if kind == "system" else office  # fmt: skip


class Seen(NamedTuple):
    """One look at one's own record: when, by which office, at what, for what. Never by whom."""

    at: datetime
    office: str
    element: Text
    purpose: Text
    work: str


def looks_at_me(actor: Actor, at: datetime) -> list[Seen]:
    """Who looked at what of the actor's own record, newest first."""
    if not actor.holder:
        return []
    since = at - timedelta(days=policy("own_looks_days"))
    rows = Look.objects.filter(holders__contains=[actor.holder], at__gte=since).order_by("-at")
    return [_look(actor, row) for row in rows[:500]]


def looks_at(actor: Actor, row: Any) -> list[Seen]:
    """The looks at one row, for those who keep it."""
    rows = Look.objects.visible_to(actor).filter(subject=row.pk).order_by("-at")
    return [_look(actor, look) for look in rows[:500]]


# What is looked at without being one value.
_CALLED = {
    STORY: Text("经历的事（时间线）", "What happened (timeline)"),
    HOME_STORY: Text("家庭经历的事（时间线）", "What happened to the household (timeline)"),
}


def _look(actor: Actor, row: Look) -> Seen:
    element, purpose = ELEMENTS.get(row.element), PURPOSES.get(row.purpose)
    return Seen(
        row.at,
        office_name(actor, row.office),
        element.name if element else _CALLED.get(row.element, Text(row.element, row.element)),
        purpose.plain if purpose else Text(row.purpose, row.purpose),
        row.work_kind,
    )


class Own(NamedTuple):
    """One element of one's own record, in the clear, with where it is from."""

    known: Known
    value: str
    open: bool  # a correction is being verified


def me(actor: Actor) -> Person | None:
    """The actor's own record, if the account is linked to one."""
    if actor.id is None:
        return None
    return Person.objects.filter(resident__account_id=actor.id).first()


def own_record(actor: Actor, on: date) -> list[Own]:
    """Everything that is known of the actor, in the clear: it is theirs."""
    row = me(actor)
    if row is None:
        return []
    asked = Correction.objects.filter(person=row, decided_at__isnull=True)
    waiting = set(asked.values_list("element", flat=True))
    newest = {fact.element: fact for fact in _facts(actor, row).order_by("at", "id")}
    return [
        Own(one, _own_value(row, one, newest.get(one.element.key)), one.element.key in waiting)
        for one in known(actor, row, on)
    ]


def _own_value(row: Person, one: Known, newest: Fact | None) -> str:
    element = one.element
    if not element.field:
        return "" if newest is None else newest.value or clear(newest, "sealed")
    if isinstance(row._meta.get_field(element.field), MaskedText):
        return clear(row, element.field)
    return one.shown


def own_tags(actor: Actor) -> QuerySet[Tagging]:
    """The groups the actor is kept in; those that stand on consent can be taken back."""
    rows = Tagging.objects.filter(holders__contains=[actor.holder], valid_to__isnull=True)
    return rows.order_by("valid_from", "id") if actor.holder else rows.none()


def corrections(actor: Actor) -> QuerySet[Correction]:
    """Corrections asked for in the actor's areas, or by the actor, newest first."""
    rows = Correction.objects.visible_to(actor).select_related("person")
    return rows.order_by("-asked_at", "-id")


def correction(actor: Actor, pk: UUID | str) -> Correction:
    """One correction. Raises `Refused("not_found")`."""
    found = corrections(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def wished(actor: Actor, correction: Correction) -> str:
    """What a correction asks for, masked as its element is; whoever verifies it reads it by an action."""
    return _veil(ELEMENTS[correction.element], clear(correction, "value"))


def restricted_reviews(actor: Actor, on: date) -> QuerySet[RestrictedRecord]:
    """Records of the restricted store that the actor is a named viewer of and that are to be reviewed: ids and days only."""
    rows = RestrictedRecord.objects.filter(viewers__contains=[actor.holder], review_on__lte=on)
    return rows.filter(valid_to__isnull=True).only("id", "review_on").order_by("review_on")


def facts_since(actor: Actor, subject: Subject, since: datetime) -> QuerySet[Fact]:
    """What changed of one kind of thing since a time, for indicators and reports."""
    rows = Fact.objects.visible_to(actor).filter(subject_kind=subject, at__gte=since)
    return rows.order_by("at", "id")
