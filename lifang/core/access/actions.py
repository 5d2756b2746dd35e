"""The only writers of grants. `orgs` calls them with each posting."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, models, transaction

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.access.models import BUSINESS, GrantRow, on_hold
from lifang.core.access.posts import posts
from lifang.core.action import action


@action("access.grant")
def grant(
    *,
    actor: Actor,
    account: models.Model,
    post: str,
    at: datetime,
    area: str = "",
    sees: str = "area",
    holder: str = "",
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
) -> GrantRow:
    """Give an account the capabilities of a post in an area. Never to oneself; one kind of power an account."""
    insist(
        _not_to_oneself(actor, account.pk),
        None if actor.may("access.grant", area) else Refusal("not_allowed"),
        None if post in posts() else Refusal("post_unknown", {"post": post}),
        None if getattr(account, "closed_at", None) is None else Refusal("not_found"),
    )
    made = GrantRow(
        account_id=account.pk,
        post=post,
        area=area,
        sees=sees,
        holder=holder,
        valid_from=valid_from or at,
        valid_to=valid_to,
    )
    _keep(made)
    return made


@action("access.end_grant")
def end_grant(
    *, actor: Actor, grant: GrantRow, at: datetime, on: datetime | None = None
) -> GrantRow:
    """Take effect at once, in every session, unless a later day is named."""
    held = GrantRow.objects.select_for_update().filter(pk=grant.pk).first()
    if held is None:
        raise Refused("not_found")
    note = on_hold.get()
    if note is not None:
        note(held)
    insist(
        _not_to_oneself(actor, held.account_id),
        None if actor.may("access.end_grant", held.area) else Refusal("not_allowed"),
    )
    held.valid_to = max(on or at, held.valid_from)
    _keep(held)
    return held


@action("access.lend")
def lend(
    *,
    actor: Actor,
    grant: GrantRow,
    account: models.Model,
    since: datetime,
    until: datetime,
    at: datetime,
) -> GrantRow:
    """Let another account stand in on a post from one moment to another: the same rights there, and no others.

    For the security administrator, and for whoever leads where the post works. An administrator's post is never lent.
    """  # fmt: skip
    insist(
        _not_to_oneself(actor, account.pk),
        None if account.pk != grant.account_id else Refusal("deputy_is_holder"),
        None if _leads(actor, grant) else Refusal("not_allowed"),
        Refusal("deputy_of_administrator") if grant.guard != BUSINESS else None,
        Refusal("deputy_of_deputy") if grant.lent_for_id else None,
        None if getattr(account, "closed_at", None) is None else Refusal("not_found"),
    )
    made = GrantRow(
        account_id=account.pk, post=grant.post, area=grant.area, sees=grant.sees, holder=grant.holder,
        lent_for_id=grant.account_id, valid_from=since, valid_to=until,
    )  # fmt: skip
    _keep(made)
    return made


@action("access.end_loan")
def end_loan(*, actor: Actor, grant: GrantRow, at: datetime) -> GrantRow:
    """The deputy stands back, at once."""
    held = GrantRow.objects.select_for_update().filter(pk=grant.pk, lent_for__isnull=False).first()
    if held is None:
        raise Refused("not_found")
    note = on_hold.get()
    if note is not None:
        note(held)
    own = actor.id in (held.account_id, held.lent_for_id)  # either of the two
    insist(None if own or _leads(actor, held) else Refusal("not_allowed"))
    held.valid_to = max(at, held.valid_from)
    _keep(held)
    return held


def _leads(actor: Actor, grant: GrantRow) -> bool:
    """Watches over rights there, or has the unit, or has the area in sight."""
    if actor.may("access.grant", grant.area):
        return True
    if not actor.may("access.lend", grant.area):
        return False
    return grant.holder in actor.units if grant.holder else actor.scope.covers(grant.area)


def _not_to_oneself(actor: Actor, account: UUID) -> Refusal | None:
    return Refusal("not_for_oneself") if actor.id == account else None


def _keep(row: GrantRow) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as clash:
        if "grant_one_guard" not in str(clash):
            raise
        raise Refused("guards_exclude") from clash
