"""Looking at what is masked: one field of one row, for a purpose, within a budget, told to the person."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from lifang.core.access import Actor, insist
from lifang.core.action import action, seen
from lifang.core.crypto.fields import clear
from lifang.core.events import publish
from lifang.core.flow import selectors as flow
from lifang.registry import rules
from lifang.registry.actions.knowing import KINDS, office_of, value_now
from lifang.registry.catalogue import ELEMENTS, PURPOSES, policy
from lifang.registry.events import FieldSeen
from lifang.registry.models import (
    Correction,
    Household,
    Look,
    Membership,
    MissedVisit,
    Person,
    Visit,
    VisitPlan,
)
from lifang.registry.selectors.looks import looks_today
from lifang.registry.terms import HOME_STORY, STORY


@action("registry.unmask")
def unmask(
    *,
    actor: Actor,
    row: Any,
    element: str,
    purpose: str,
    at: datetime,
    work: UUID | None = None,
) -> str:
    """Show one sensitive field of one row in the clear.

    `work` is an open to-do of the actor's, a planned visit, or a visit the actor made within a day, that concerns the row.
    Leaves an audit line `seen` and a Look that the person reads.
    """
    return _looked(actor, row, element, purpose, work, at, "registry.unmask")


@action("registry.read_story")
def read_story(
    *, actor: Actor, person: Person, purpose: str, at: datetime, work: UUID | None = None
) -> None:
    """Open what happened to a person, masked, for a quarter of an hour: one look, as for a field."""
    _written(actor, person, STORY, purpose, work, at, "registry.read_story")


@action("registry.read_home_story")
def read_home_story(
    *, actor: Actor, household: Household, purpose: str, at: datetime, work: UUID | None = None
) -> None:
    """The same of a household: its members read who looked."""
    _written(actor, household, HOME_STORY, purpose, work, at, "registry.read_home_story")


@action("registry.read_correction")
def read_correction(*, actor: Actor, correction: Correction, at: datetime) -> tuple[str, str]:
    """What the register holds and what the resident asks for, in the clear, for whoever is to verify it: one look."""
    held = Correction.objects.visible_to(actor).select_related("person").get(pk=correction.pk)
    may = "registry.read_correction"
    now = _looked(actor, held.person, held.element, "correction", held.pk, at, may)
    return now, clear(held, "value")


def _looked(
    actor: Actor, row: Any, element: str, purpose: str, work: UUID | None, at: datetime, may: str
) -> str:
    """Part of looks: the value of an element that there is."""
    insist(rules.element_known(element, KINDS[type(row)]))
    return value_now(_written(actor, row, element, purpose, work, at, may), ELEMENTS[element])


def _written(
    actor: Actor, row: Any, element: str, purpose: str, work: UUID | None, at: datetime, may: str
) -> Any:
    """Part of looks: asked, counted, written down, told; the row looked at."""
    kind = KINDS[type(row)]
    held = type(row).objects.visible_to(actor).get(pk=row.pk)
    known = PURPOSES.get(purpose)
    found = _work(actor, held, known.work if known else "none", work, at)
    insist(rules.may_look(purpose, found, looks_today(actor, at), policy("unmask_a_day")))
    seen(purpose)
    Look.objects.create(
        area=held.area,
        holders=held.holders,
        subject_kind=kind,
        subject=held.pk,
        element=element,
        purpose=purpose,
        work_kind=found or "",
        work=work if found else None,
        office=office_of(actor, may, held.area),
        account_id=actor.id,
        at=at,
    )
    publish(
        FieldSeen(kind=kind, subject=held.pk, element=element, purpose=purpose, at=at),
        area=held.area,
        holders=held.holders,
    )
    return held


def _work(actor: Actor, held: Any, wanted: str, work: UUID | None, at: datetime) -> str | None:
    """What kind of work this is, if it is the actor's and concerns the row."""
    if work is None:
        return None
    if wanted in ("todo", "either") and _todo(actor, held, work):
        return "todo"
    return "visit" if wanted in ("visit", "either") and _visit(actor, held, work, at) else None


def _todo(actor: Actor, held: Any, work: UUID) -> bool:
    todos = flow.todos(actor)
    todo = todos.filter(pk=work).first() or todos.filter(subject=work).first()
    if todo is None:
        return False
    if todo.flow == "correction":
        return bool(
            isinstance(held, Person)
            and Correction.objects.filter(pk=todo.subject, person=held).exists()
        )
    if todo.flow == "missed":
        plans = MissedVisit.objects.filter(pk=todo.subject).values("plan__household")
        return bool(_homes(held).filter(household__in=plans).exists())
    # Of another context: it lies in the same grid, or concerns the same account.
    return bool(
        held.area.startswith(todo.area[:15]) and len(todo.area) >= len("990101001001")
    ) or bool(set(held.holders) & set(todo.holders))


def _visit(actor: Actor, held: Any, work: UUID, at: datetime) -> bool:
    homes = _homes(held).values("household")
    planned = VisitPlan.objects.filter(pk=work, household__in=homes, valid_to__isnull=True)
    made = Visit.objects.filter(pk=work, household__in=homes, at__gte=at - timedelta(days=1))
    return planned.exists() or (actor.id is not None and made.filter(account_id=actor.id).exists())


def _homes(held: Any) -> Any:
    if isinstance(held, Person):
        return Membership.objects.filter(person=held, valid_to__isnull=True)
    return Membership.objects.filter(household=held.pk, valid_to__isnull=True)
