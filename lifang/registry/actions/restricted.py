"""The restricted store: entered on a named ground for named viewers, seen only by them, each look kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.action import action, seen
from lifang.core.crypto.fields import clear
from lifang.registry.actions.knowing import office_of, today
from lifang.registry.catalogue import PURPOSES, RESTRICTED
from lifang.registry.models import Person, RestrictedLook, RestrictedRecord

MOST_VIEWERS = 5


class Shown(NamedTuple):
    """One restricted record, in the clear, for one look."""

    id: UUID
    group: str
    basis: str
    detail: str
    since: datetime
    review_on: object


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
) -> RestrictedRecord:
    """Enter somebody into a restricted group. Whoever enters it is a viewer; at most five, all accounts."""
    known = RESTRICTED.get(group)
    assert actor.id is not None  # noqa: S101 -- the capability is given by a post
    named = sorted({actor.holder, *viewers})
    insist(
        None if known else Refusal("unknown_group", {"field": "group"}),
        None if basis.strip() else Refusal("basis_missing", {"field": "basis"}),
        None if all(v.startswith("account:") for v in named) else Refusal("viewer_not_account", {"field": "viewers"}),
        Refusal("viewers_many", {"most": MOST_VIEWERS}) if len(named) > MOST_VIEWERS else None,
    )  # fmt: skip
    assert known is not None  # noqa: S101 -- insisted above
    held = Person.objects.visible_to(actor).filter(pk=person.pk).first()
    if held is None:
        raise Refused("not_found")
    made = RestrictedRecord(
        person_id=held.pk, group=group, basis=basis.strip()[:200], detail=detail.strip()[:300] or None, viewers=named,
        review_on=today(at) + timedelta(days=known.review_days), valid_from=at, entered_by_id=actor.id,
    )  # fmt: skip
    made.save(force_insert=True)
    return made


@action("registry.look_restricted")
def look_restricted(*, actor: Actor, person: UUID, purpose: str, at: datetime) -> list[Shown]:
    """What the store says of a person to a named viewer; nobody else learns even that there is something."""
    insist(None if purpose in PURPOSES else Refusal("unknown_purpose", {"field": "purpose"}))
    assert actor.id is not None  # noqa: S101 -- the capability is given by a post
    rows = list(
        RestrictedRecord.objects.filter(
            person_id=person, viewers__contains=[actor.holder], valid_to__isnull=True
        )
    )
    if not rows:
        raise Refused("not_found")
    seen(purpose)
    area = next((g.area for g in actor.grants if g.gives("registry.look_restricted", None)), "")
    RestrictedLook.objects.bulk_create(
        RestrictedLook(
            record=row, viewers=row.viewers, purpose=purpose, account_id=actor.id, at=at,
            office=office_of(actor, "registry.look_restricted", area),
        )
        for row in rows
    )  # fmt: skip
    return [
        Shown(row.pk, row.group, row.basis, clear(row, "detail"), row.valid_from, row.review_on)
        for row in rows
    ]


@action("registry.name_viewers")
def name_viewers(
    *, actor: Actor, record: RestrictedRecord, viewers: Sequence[str], at: datetime
) -> RestrictedRecord:
    """Hand over to others: this record ends and theirs begins. Only a viewer can, and at least one stays."""
    held = _mine(actor, record)
    named = sorted(set(viewers))
    insist(
        None if named else Refusal("viewers_none"),
        Refusal("viewers_many", {"most": MOST_VIEWERS}) if len(named) > MOST_VIEWERS else None,
        None if all(v.startswith("account:") for v in named) else Refusal("viewer_not_account", {"field": "viewers"}),
    )  # fmt: skip
    made = RestrictedRecord(
        person_id=held.person_id, group=held.group, basis=held.basis, detail=clear(held, "detail") or None, viewers=named,
        review_on=held.review_on, valid_from=at, entered_by_id=held.entered_by_id,
    )  # fmt: skip
    held.valid_to = at
    held.save(update_fields=["valid_to"])
    made.save(force_insert=True)
    return made


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
