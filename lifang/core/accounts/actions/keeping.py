"""Accounts are opened, locked, closed; their holders change what is theirs."""

from datetime import datetime
from functools import cache
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction

from lifang.core.access import Actor, Kind, Refusal, Refused, insist
from lifang.core.accounts import passwords, rules
from lifang.core.accounts.actions.holding import end_all, hold, tell
from lifang.core.accounts.events import AccountClosed, AccountOpened
from lifang.core.accounts.models import Account, Factor
from lifang.core.accounts.terms import DEMO_PASSWORD, AccountKind
from lifang.core.action import action
from lifang.core.config import config
from lifang.core.crypto.seals import normal_telephone
from lifang.core.events.outbox import publish
from lifang.core.site import site


@action("accounts.open")
def open_account(
    *,
    actor: Actor,
    login: str,
    name: str,
    at: datetime,
    kind: str = AccountKind.STAFF,
    area: str | None = None,
    telephone: str = "",
    email: str = "",
    language: str = "",
    password: str = "",
) -> Account:
    """Open an account. A staff account without a password gets one: `.issued`, in memory, to be handed over."""
    login, area = login.strip().lower(), _area(actor) if area is None else area
    number = normal_telephone(telephone) if telephone else ""
    insist(
        rules.looks_after(actor, "accounts.open", area),
        rules.well_formed(login),
        rules.telephone(number) if number else None,
    )
    account = Account(
        login=login,
        kind=AccountKind(kind),
        name=name.strip(),
        area=area,
        language=language or site().language,
        telephone=number or None,
        email=email.strip() or None,
        opened_at=at,
    )
    account.issued = _first_password(account, password, at)  # type: ignore[attr-defined]
    _insert(account)
    publish(AccountOpened(account=account.pk, kind=account.kind, at=at), area=area)
    return account


def _area(actor: Actor) -> str:
    """The area of the posting that lets this administrator open accounts."""
    areas = [grant.area for grant in actor.grants if "accounts.open" in grant.capabilities]
    return min(areas, key=len, default="")


def _first_password(account: Account, password: str, at: datetime) -> str:
    if account.kind != AccountKind.STAFF:
        if password:
            raise Refused("machine_without_password")
        account.set_unusable_password()
        return ""
    if not password:
        issued = passwords.issued()
        account.password, account.password_issued = make_password(issued), True
        return issued
    insist(fit(account, password, factor=not config().demo))
    account.password, account.password_set_at = _hashed(password), at
    return ""


def _hashed(password: str) -> str:
    return _demo_hash() if password == DEMO_PASSWORD else make_password(password)


@cache
def _demo_hash() -> str:
    # A county of make-believe accounts shares one password; hashing it once is enough.
    return make_password(DEMO_PASSWORD)


def _insert(account: Account) -> None:
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as clash:
        if "account_login_once" in str(clash):
            raise Refused("login_taken", login=account.login, field="login") from clash
        if "account_resident_once" in str(clash):
            raise Refused("telephone_taken", field="telephone") from clash
        raise


def fit(account: Account, password: str, *, factor: bool) -> Refusal | None:
    """Does the password suit this account under the policy in force?"""
    about = (account.login, account.name, account.telephone or "", str(site().name))
    return passwords.fit(password, factor=factor, about=about)


@action("accounts.set_password")
def set_password(
    *, actor: Actor, account: Account, new: str, at: datetime, keep: UUID | None = None
) -> Account:
    """Change one's own password; every other session of the account ends at once."""
    insist(rules.oneself(actor, account))
    held = hold(Account, account.pk)
    factor = Factor.objects.filter(account=held).exists() or not config().demo
    insist(fit(held, new, factor=factor))
    if check_password(new, held.password):
        raise Refused("password_same", field="new")
    held.password, held.password_set_at, held.password_issued = make_password(new), at, False
    held.save(update_fields=["password", "password_set_at", "password_issued"])
    end_all(held, but=keep)
    tell(held, "accounts.way_in_changed", at)
    return held


@action("accounts.set_telephone")
def set_telephone(*, actor: Actor, account: Account, telephone: str, at: datetime) -> Account:
    """Change one's own number; of a resident, one that has answered a code just now."""
    number = normal_telephone(telephone)
    insist(rules.oneself(actor, account), rules.telephone(number))
    held = hold(Account, account.pk)
    held.telephone = number
    try:
        with transaction.atomic():
            held.save(update_fields=["telephone", "telephone_key"])
    except IntegrityError as clash:
        raise Refused("telephone_taken", field="telephone") from clash
    tell(held, "accounts.way_in_changed", at)
    return held


@action("accounts.set_language")
def set_language(*, actor: Actor, account: Account, language: str, at: datetime) -> Account:
    """The language in which the account's holder is written to."""
    insist(rules.oneself(actor, account))
    held = hold(Account, account.pk)
    held.language = language if language in dict(settings.LANGUAGES) else held.language
    held.save(update_fields=["language"])
    return held


@action("accounts.lock")
def lock(*, actor: Actor, account: Account, at: datetime) -> Account:
    """Nobody comes in by this account until it is unlocked; its sessions end at once."""
    held = _looked_after(actor, "accounts.lock", account)
    held.locked_at = held.locked_at or at
    held.save(update_fields=["locked_at"])
    end_all(held)
    return held


@action("accounts.unlock")
def unlock(*, actor: Actor, account: Account, at: datetime) -> Account:
    held = _looked_after(actor, "accounts.unlock", account)
    held.locked_at = None
    held.save(update_fields=["locked_at"])
    return held


@action("accounts.close")
def close(*, actor: Actor, account: Account, at: datetime) -> Account:
    """For ever: its sessions end at once, its history stays, its login may be given to a new account."""
    held = _looked_after(actor, "accounts.close", account)
    held.closed_at = at
    held.set_unusable_password()
    held.save(update_fields=["closed_at", "password"])
    end_all(held)
    publish(AccountClosed(account=held.pk, at=at), area=held.area)
    return held


def _looked_after(actor: Actor, capability: str, account: Account) -> Account:
    insist(
        rules.looks_after(actor, capability, account.area),
        None if actor.kind is Kind.SYSTEM else rules.another(actor, account),
    )
    held = hold(Account, account.pk)
    insist(rules.open_still(held))
    return held
