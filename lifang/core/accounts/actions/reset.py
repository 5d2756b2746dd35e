"""Lost password or authenticator: two administrators together make a new way in."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.accounts import passwords, rules
from lifang.core.accounts.actions.holding import end_all, hold
from lifang.core.accounts.events import AccountReset
from lifang.core.accounts.models import Account, Factor, RecoveryCode, Reset
from lifang.core.accounts.terms import AccountKind
from lifang.core.action import action
from lifang.core.events.outbox import publish


@action("accounts.reset")
def reset(*, actor: Actor, account: Account, at: datetime) -> Reset:
    """Ask for a new way in for somebody; another administrator has to confirm."""
    insist(
        rules.looks_after(actor, "accounts.reset", account.area),
        rules.another(actor, account),
        rules.open_still(account),
        None if account.kind == AccountKind.STAFF else Refusal("machine_without_password"),
    )
    made = Reset(account=account, area=account.area, asked_by_id=actor.id, asked_at=at)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as clash:
        raise Refused("reset_open") from clash
    return made


@action("accounts.confirm_reset")
def confirm_reset(*, actor: Actor, asked: Reset, at: datetime) -> Account:
    """Issue a password (`.issued`, in memory, to be handed over), forget the authenticator, end the sessions."""
    held = hold(Reset, asked.pk)
    insist(
        rules.looks_after(actor, "accounts.confirm_reset", held.area),
        rules.may_confirm(actor, held),
    )
    account = hold(Account, held.account_id)
    insist(rules.open_still(account))
    held.confirmed_by_id, held.confirmed_at = actor.id, at
    held.save(update_fields=["confirmed_by", "confirmed_at"])
    issued = passwords.issued()
    account.password, account.password_issued = make_password(issued), True
    account.save(update_fields=["password", "password_issued"])
    Factor.objects.filter(account=account).delete()
    RecoveryCode.objects.filter(account=account).delete()
    end_all(account)
    publish(AccountReset(account=account.pk, at=at), area=account.area)
    account.issued = issued  # type: ignore[attr-defined]
    return account


@action("accounts.drop_reset")
def drop_reset(*, actor: Actor, asked: Reset, at: datetime) -> Reset:
    """Take an asked reset back."""
    held = hold(Reset, asked.pk)
    insist(rules.looks_after(actor, "accounts.drop_reset", held.area))
    if held.confirmed_at or held.dropped_at:
        raise Refused("reset_over")
    held.dropped_at = at
    held.save(update_fields=["dropped_at"])
    return held
