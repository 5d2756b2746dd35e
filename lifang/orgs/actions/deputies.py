"""Deputies: somebody stands in on a posting for a span of days, with its rights and its to-dos."""

from datetime import datetime

from django.utils.timezone import localtime

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.access.actions import end_loan, lend
from lifang.core.accounts.models import Account
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.notify import send
from lifang.orgs import rules
from lifang.orgs.catalogue import POSTS
from lifang.orgs.events import DeputyEnded, DeputyNamed
from lifang.orgs.models import Deputy, Posting
from lifang.orgs.selectors import place_name


@action("orgs.name_deputy")
def name_deputy(
    *,
    actor: Actor,
    posting: Posting,
    account: Account,
    since: datetime,
    until: datetime,
    at: datetime,
) -> Deputy:
    """Let a colleague stand in: the to-dos and messages of the post reach both, and the log names both."""
    held = Posting.objects.hold(posting.pk)
    start = max(since, at)
    insist(
        Refusal("posting_ended") if not held.holds(start) else None,
        rules.may_hold(account.kind, account.closed_at is not None),
        rules.deputy_span(start, until, at),
        None if _works_there(account, held, at) else Refusal("deputy_not_working_here", {"field": "login"}),
        Refusal("deputy_already", {"field": "since"}) if _overlap(held, start, until) else None,
    )  # fmt: skip
    lent = lend(
        actor=actor, grant=held.grant, account=account, since=start, until=_cut(held, until), at=at
    )
    made = Deputy.objects.create(
        posting=held, account=account, area=held.area, valid_from=start, valid_to=_cut(held, until),
        named_by_id=actor.id, grant=lent,
    )  # fmt: skip
    told = DeputyNamed(deputy=made.pk, posting=held.pk, account=account.pk, at=at)
    publish(told, area=held.area)
    _tell(made, at)
    return made


def _cut(held: Posting, until: datetime) -> datetime:
    """Nobody stands in longer than the posting lasts."""
    return until if held.valid_to is None else min(until, held.valid_to)


def _works_there(account: Account, held: Posting, at: datetime) -> bool:
    """Holds a post of their own in the county; for a post of a unit, in that unit."""
    own = Posting.objects.filter(account=account, valid_from__lte=at)
    own = own.filter(unit=held.unit) if held.unit_id else own.filter(area__startswith=held.area[:6])
    return any(posting.holds(at) for posting in own)


def _overlap(held: Posting, start: datetime, until: datetime) -> bool:
    return held.deputies.filter(valid_from__lt=until, valid_to__gt=start).exists()


def _tell(made: Deputy, at: datetime) -> None:
    """Both read it; nobody else is told who is away."""
    posting = made.posting
    facts = {
        "absent": posting.account.name,
        "deputy": made.account.name,
        "post": POSTS[posting.post].name,
        "place": posting.unit.name if posting.unit else place_name(posting.area, 2),
        "since": f"{localtime(made.valid_from):%Y-%m-%d %H:%M}",
        "until": f"{localtime(made.valid_to):%Y-%m-%d %H:%M}",
    }
    for account in (made.account_id, posting.account_id):
        send(
            to=f"account:{account}", template="orgs.deputy_named", facts=facts, at=at, area=made.area,
            link="/desk/deputies", key=f"orgs.deputy_named:{made.pk}",
        )  # fmt: skip


@action("orgs.end_deputy")
def end_deputy(*, actor: Actor, deputy: Deputy, at: datetime) -> Deputy:
    """The deputy stands back now: the next thing they try on that post is judged without it."""
    held = Deputy.objects.hold(deputy.pk)
    if held.valid_to <= at:
        raise Refused("deputy_over")
    end_loan(actor=actor, grant=held.grant, at=at)
    held.valid_to = max(at, held.valid_from)
    held.save(update_fields=["valid_to"])
    told = DeputyEnded(deputy=held.pk, posting=held.posting_id, account=held.account_id, at=at)
    publish(told, area=held.area)
    return held
