"""What is over goes: values of people who left, element by element, and what hangs on them. Called by the run's batches."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Q

from lifang.core.access import SYSTEM
from lifang.core.crypto.fields import SealedText
from lifang.core.crypto.masks import ERASED
from lifang.core.files.store import remove
from lifang.core.flow import engine
from lifang.core.i18n import text
from lifang.core.retention import Shelf, Standing, Term, shelf, speaks_for
from lifang.core.retention.catalogue import offers
from lifang.core.retention.shelves import by_area
from lifang.orgs.catalogue import UNIT_KINDS
from lifang.registry.actions.knowing import ROWS
from lifang.registry.catalogue import ELEMENTS, Element
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
    Resident,
    RestrictedLook,
    RestrictedRecord,
    Tagging,
    Visit,
)
from lifang.registry.selectors import retention as ask
from lifang.registry.terms import Subject

Went = Mapping[str, int]
SINCE = {
    Subject.PERSON: text(
        "死亡、迁离或记录终止之后", "after the person died, left, or the record ended"
    ),
    Subject.HOUSEHOLD: text("住户终止之后", "after the household ended"),
    Subject.VEHICLE: text("车辆登记终止之后", "after the vehicle's record ended"),
    Subject.DOG: text("犬只登记终止之后", "after the dog's record ended"),
    Subject.ORGANISATION: text("单位登记终止之后", "after the organisation's record ended"),
}
OF = {
    Subject.PERSON: text("人员", "Person"),
    Subject.HOUSEHOLD: text("住户", "Household"),
    Subject.VEHICLE: text("车辆", "Vehicle"),
    Subject.DOG: text("犬只", "Dog"),
    Subject.ORGANISATION: text("单位", "Organisation"),
}
LEFT = text("记录本身，没有这一项的内容和历史", "The record, without this value and its history")
BASIS = text(
    "《个人信息保护法》第十九条、第四十七条", "Personal Information Protection Law, art. 19 and 47"
)


def personal_elements() -> list[Element]:
    """Elements with a term that the run acts on; of the rest nothing is anybody's."""
    return [one for one in ELEMENTS if one.label.sealed and one.retention_years]


@offers
def element_terms() -> Iterable[Term]:
    """The term of each personal element, as the register of elements says it; names last."""
    last = {"person.document": 80, "person.name": 90}
    for one in personal_elements():
        kind = UNIT_KINDS.get(one.keeper)
        yield Term(
            key=one.key, name=text(f"{OF[Subject(one.of)].zh}：{one.name.zh}", f"{OF[Subject(one.of)].en}: {one.name.en.lower()}"), since=SINCE[Subject(one.of)], years=one.retention_years, way="erase", left=LEFT,
            keeper=kind.name if kind else text(one.keeper, one.keeper), basis=BASIS, confirmed=False, order=last.get(one.key, 60),
        )  # fmt: skip


# -- values -----------------------------------------------------------------------------------------


def erase_element(model: type[Any], element: Element, rows: Sequence[Any], at: datetime) -> Went:
    """The column, every fact of its history, and what would bring it back: merges to undo, corrections asked for."""
    ids = [row.pk for row in rows]
    went = {"facts": Fact.objects.filter(subject__in=ids, element=element.key).delete()[0]}
    if element.field:
        _empty(model, element, rows)
    if model is Person:
        went["merges"] = _forget_undo(Q(kept__in=ids) | Q(dropped__in=ids))
        asked = Correction.objects.filter(person__in=ids, element=element.key)
        went["corrections"] = _forget_flowing(Correction, asked.values_list("pk", flat=True))
    if element.key == "person.name":
        _close(rows, at)
    return went


def _empty(model: type[Any], element: Element, rows: Sequence[Any]) -> None:
    column = model._meta.get_field(element.field)
    held = model.objects.filter(pk__in=[row.pk for row in rows])
    beside = [
        f.name for f in model._meta.concrete_fields if getattr(f, "of", None) == element.field
    ]
    if element.key == "person.document":
        held.update(document="none", identity=None, identity_key=None)
    elif column.null:
        held.update(**dict.fromkeys([element.field, *beside]))
    elif isinstance(column, SealedText):
        for row in rows:
            setattr(row, element.field, ERASED)
            row.save(update_fields=[element.field])
        held.update(**{name: [] if name.endswith("_terms") else None for name in beside})
    else:
        held.update(**{element.field: ""})


def _close(rows: Sequence[Person], at: datetime) -> None:
    """Nothing of the person is left: the record says when it ended, concerns no account, and is found by nobody."""
    for row in rows:
        row.valid_to, row.erased_at, row.holders = row.valid_to or row.over, at, []  # type: ignore[attr-defined]
        row.save(update_fields=["valid_to", "erased_at", "holders"])
    ids = [row.pk for row in rows]
    Resident.objects.filter(person__in=ids).update(person=None)
    Membership.objects.filter(person__in=ids).update(holders=[])


def _forget_undo(which: Q) -> int:
    """These merges cannot be undone any more."""
    return Merge.objects.filter(which).exclude(undo={}, note="").update(undo={}, note="")


def _forget_flowing(model: Any, ids: Iterable[UUID]) -> int:
    found = list(ids)
    engine.forget(found)
    return int(model.objects.filter(pk__in=found).delete()[0])


# -- what hangs on people ---------------------------------------------------------------------------


def _ids(rows: Sequence[Any]) -> list[Any]:
    return [row.pk for row in rows]


def erase_notes(rows: Sequence[Any], at: datetime) -> Went:
    Visit.objects.filter(pk__in=_ids(rows)).update(note=None)
    return {}


def delete_voices(rows: Sequence[Any], at: datetime) -> Went:
    remove("registry.visit", {row.subject for row in rows})
    return {}


def delete_groups(rows: Sequence[Any], at: datetime) -> Went:
    Tagging.objects.filter(pk__in=_ids(rows)).delete()
    return {}


def delete_corrections(rows: Sequence[Any], at: datetime) -> Went:
    _forget_flowing(Correction, _ids(rows))
    return {}


def delete_missed(rows: Sequence[Any], at: datetime) -> Went:
    _forget_flowing(MissedVisit, _ids(rows))
    return {}


def erase_undo(rows: Sequence[Any], at: datetime) -> Went:
    _forget_undo(Q(pk__in=_ids(rows)))
    return {}


def delete_dog_notices(rows: Sequence[Any], at: datetime) -> Went:
    DogNotice.objects.filter(pk__in=_ids(rows)).delete()
    return {}


def delete_calls(rows: Sequence[Any], at: datetime) -> Went:
    gone = CallUp.objects.filter(pk__in=_ids(rows)).delete()[1]
    return {"called": gone.get("registry.Called", 0)}


def delete_looks(rows: Sequence[Any], at: datetime) -> Went:
    Look.objects.filter(pk__in=_ids(rows)).delete()
    return {}


def delete_restricted(rows: Sequence[Any], at: datetime) -> Went:
    looks = RestrictedLook.objects.filter(record__in=_ids(rows)).delete()[0]
    RestrictedRecord.objects.filter(pk__in=_ids(rows)).delete()
    return {"looks": looks}


def clear_residents(rows: Sequence[Any], at: datetime) -> Went:
    for row in rows:
        row.name, row.telephone, row.cleared_at, row.holders = ERASED, None, at, []
        row.person = None
        row.save(
            update_fields=["name", "telephone", "telephone_key", "cleared_at", "holders", "person"]
        )
    return {}


# -- their shelves ----------------------------------------------------------------------------------

Held = Callable[[Standing], Q]
_PERSON = partial(ask.held_persons, SYSTEM)


def _hangs(**columns: str) -> Held:
    return lambda force: ask.held_by(SYSTEM, force, **columns)


def _on_household(force: Standing) -> Q:
    return by_area(force) | Q(pk__in=force.of("household"))


def _restricted(force: Standing) -> Q:
    """The store has no area and no join: the ids of all people under hold."""
    named = Person.objects.filter(ask.held_persons(SYSTEM, force))
    return Q(person_id__in=named.values("pk"))


def _of_element(one: Element) -> Shelf:
    model = ROWS[Subject(one.of)]
    holds: dict[Subject, Held] = {Subject.PERSON: _PERSON, Subject.HOUSEHOLD: _on_household}
    held = holds.get(Subject(one.of), by_area)
    return Shelf(
        one.key,
        lambda system, before: ask.element_over(system, model, one, before),
        partial(erase_element, model, one),
        held,
        kind=str(one.of),
        also=("registry.Fact",),
    )


def _by_account(force: Standing) -> Q:
    return by_area(force) | Q(account__in=force.accounts)


def _looked(force: Standing) -> Q:
    return ask.held_by(SYSTEM, force, "subject", "subject")


shelf(
    *(_of_element(one) for one in personal_elements()),
    Shelf("registry.visit_notes", ask.visit_notes, erase_notes, _hangs(person="person", household="household"), kind="household", subject="household_id"),
    Shelf("registry.visit_voices", ask.visit_voices, delete_voices, partial(ask.voices_held, SYSTEM), area=""),
    Shelf("registry.groups", ask.left_groups, delete_groups, _hangs(person="person"), kind="person", subject="person_id"),
    Shelf("registry.corrections", ask.decided_corrections, delete_corrections, _hangs(person="person"), kind="person", subject="person_id"),
    Shelf("registry.missed", ask.settled_visits, delete_missed, _hangs(person="plan__person", household="plan__household")),
    Shelf("registry.merges", ask.undoable_merges, erase_undo, _hangs(person="kept"), kind="person", subject="kept_id"),
    Shelf("registry.dog_notices", ask.old_dog_notices, delete_dog_notices, by_area),
    Shelf("registry.calls", ask.old_calls, delete_calls, by_area, also=("registry.Called",)),
    Shelf("registry.looks", ask.old_looks, delete_looks, _looked),
    Shelf("registry.restricted", ask.ended_restricted, delete_restricted, _restricted, area="", hidden=True),
    Shelf("registry.residents", ask.closed_residents, clear_residents, _by_account),
)  # fmt: skip


@speaks_for("person")
def _accounts_of_persons(ids: frozenset[UUID]) -> Iterable[UUID]:
    return ask.speaking_accounts(SYSTEM, "person", ids)


@speaks_for("household")
def _accounts_of_households(ids: frozenset[UUID]) -> Iterable[UUID]:
    return ask.speaking_accounts(SYSTEM, "household", ids)
