"""Limits are revised from a day on; what was opened before keeps its own."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from lifang.cases import rules
from lifang.cases.catalogue import MATTERS
from lifang.cases.events import LimitsRevised, RevisionWithdrawn
from lifang.cases.models import Revision
from lifang.cases.selectors.limits import STAGES
from lifang.core.access import Actor, Refused, insist
from lifang.core.action import action
from lifang.core.calendar import Limit
from lifang.core.calendar.terms import plain
from lifang.core.events import publish


@action("cases.revise_limits")
def revise_limits(
    *,
    actor: Actor,
    matter: str,
    area: str,
    stages: Mapping[str, Limit],
    valid_from: datetime,
    reason: str,
    at: datetime,
) -> Revision:
    """Set other limits for stages of a matter, for cases opened from a later instant on."""
    insist(
        rules.may_revise_limits(
            actor, MATTERS.get(matter), area, stages, STAGES, valid_from, reason, at
        )
    )
    said = {
        key: {"amount": plain(one.amount), "unit": one.unit.value} for key, one in stages.items()
    }
    try:
        with transaction.atomic():
            made = Revision.objects.create(
                matter=matter, area=area, stages=said, valid_from=valid_from, reason=reason.strip(),
                account_id=actor.id, made_at=at,
            )  # fmt: skip
    except IntegrityError as twice:
        raise Refused("revised_that_day") from twice
    publish(LimitsRevised(revision=made.pk, matter=matter, valid_from=valid_from, at=at), area=area)
    return made


@action("cases.withdraw_revision")
def withdraw_revision(*, actor: Actor, revision: Revision, at: datetime) -> Revision:
    """Take back a revision that is not in force yet."""
    row = Revision.objects.select_for_update().get(pk=revision.pk)
    insist(rules.may_withdraw_revision(actor, row, at))
    row.withdrawn_at = at
    row.save()
    publish(RevisionWithdrawn(revision=row.pk, matter=row.matter, at=at), area=row.area)
    return row
