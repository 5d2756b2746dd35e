from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from lifang.core.access import Actor, Kind, Refused, insist
from lifang.core.access.capabilities import capabilities as known
from lifang.core.access.grants import actor_of
from lifang.core.action import action
from lifang.core.api import rules, terms
from lifang.core.api.events import KeyIssued, KeyRevoked
from lifang.core.api.models import Answer, ApiKey, Call, TurnedAway
from lifang.core.api.secret import new_token
from lifang.core.api.selectors import holder_of
from lifang.core.events import publish


@action("api.issue_key")
def issue_key(
    *,
    actor: Actor,
    account: UUID,
    name: str,
    days: int,
    capabilities: Sequence[str] = (),
    areas: Sequence[str] = (),
    per_minute: int = terms.PER_MINUTE,
    networks: Sequence[str] = (),
    ways: Sequence[str] = (),
    watched: bool = False,
    at: datetime,
) -> ApiKey:
    """A new key for oneself or for a machine; its whole text is on `.token`, this once.

    `networks`: from nowhere else. `ways`: to nothing else. `watched`: each call is kept, for a key that is being tried.
    """
    holder = holder_of(actor, account)
    if holder is None or (actor.id is None and actor.kind is not Kind.SYSTEM):
        raise Refused("key_of_another")
    insist(
        rules.may_issue(actor, account, holder.area, machine=holder.machine),
        rules.areas_are_codes(areas),
        rules.networks_are_narrow(networks),
        rules.lasts(timedelta(days=days)),
        rules.fits_account(capabilities, actor_of(account, at).capabilities & known().keys()),
    )
    token = new_token()
    key = ApiKey.objects.create(
        account_id=account,
        name=name,
        prefix=token.prefix,
        digest=token.digest(),
        areas=sorted(set(areas)),
        capabilities=sorted(set(capabilities)),
        per_minute=per_minute,
        networks=[str(rules.network_of(one)) for one in networks],
        ways=list(ways),
        watched=watched,
        issued_by_id=actor.id or account,
        issued_at=at,
        expires_at=at + timedelta(days=days),
    )
    key.token = str(token)
    publish(KeyIssued(key=key.pk, account=account, at=at))
    return key


@action("api.revoke_key")
def revoke_key(*, actor: Actor, key: ApiKey, at: datetime) -> ApiKey:
    """Close a way in, from the next request on."""
    key = ApiKey.objects.hold(key.pk)
    of = key.account
    insist(rules.may_revoke(actor, of.pk, of.area, machine=of.kind == Kind.MACHINE))
    if key.revoked_at is not None:
        raise Refused("key_revoked_already")
    key.revoked_at = at
    key.save(update_fields=["revoked_at"])
    publish(KeyRevoked(key=key.pk, account=key.account_id, at=at))
    return key


@action("api.forget_answers")
def forget_answers(*, actor: Actor, at: datetime) -> int:
    """Remove kept answers of idempotent requests once nobody repeats them; how many."""
    removed, _ = Answer.objects.filter(at__lt=at - terms.ANSWERS_KEPT).delete()
    return removed


@action("api.forget_calls")
def forget_calls(*, actor: Actor, at: datetime) -> int:
    """Remove old calls of watched keys and old counts of refusals; how many."""
    calls, _ = Call.objects.filter(at__lt=at - terms.CALLS_KEPT).delete()
    counts, _ = TurnedAway.objects.filter(last_at__lt=at - terms.TURNED_AWAY_KEPT).delete()
    return calls + counts
