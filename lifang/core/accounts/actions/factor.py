"""The authenticator and its recovery codes."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from lifang.core.access import Actor, Refused, insist
from lifang.core.accounts import rules, totp
from lifang.core.accounts.actions.holding import end_all, hold, tell
from lifang.core.accounts.models import Account, Factor, RecoveryCode
from lifang.core.action import action
from lifang.core.crypto import blind


class Codes(NamedTuple):
    """Recovery codes, to be shown once."""

    codes: list[str]


@action("accounts.enrol_totp")
def enrol_totp(
    *,
    actor: Actor,
    account: Account,
    secret: str,
    code: str,
    at: datetime,
    keep: UUID | None = None,
) -> Codes:
    """Take a new authenticator into use once it has shown a right code; other sessions end."""
    insist(rules.oneself(actor, account))
    held = hold(Account, account.pk)
    step = totp.step_of(secret, code, at, 0)
    if step is None:
        raise Refused("code_wrong", field="code")
    Factor.objects.update_or_create(
        account=held, defaults={"secret": secret, "enrolled_at": at, "last_step": step}
    )
    end_all(held, but=keep)
    tell(held, "accounts.way_in_changed", at)
    return _renew(held)


@action("accounts.renew_recovery_codes")
def renew_recovery_codes(*, actor: Actor, account: Account, at: datetime) -> Codes:
    """New recovery codes; the old ones open nothing any more."""
    insist(rules.oneself(actor, account))
    if not Factor.objects.filter(account=account).exists():
        raise Refused("not_found")
    return _renew(hold(Account, account.pk))


def _renew(account: Account) -> Codes:
    codes = totp.new_recovery_codes()
    RecoveryCode.objects.filter(account=account).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(
            account=account, fingerprint=blind(f"{account.pk}:{code}", "accounts.recovery")
        )
        for code in codes
    )
    return Codes(codes)
