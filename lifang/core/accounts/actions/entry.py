"""Coming in and going out."""

from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import make_password, verify_password

from lifang.core.access import Actor, Refused, insist
from lifang.core.access.grants import actor_of, anonymous
from lifang.core.accounts import lockout, rules, totp
from lifang.core.accounts.actions.holding import end_all, hold, tell
from lifang.core.accounts.catalogue import SESSIONS
from lifang.core.accounts.events import SignedInElsewhere
from lifang.core.accounts.lockout import PLACE, Door, login_door
from lifang.core.accounts.models import Account, Factor, RecoveryCode, Session
from lifang.core.accounts.sessions import IDLE, SessionStore, key_digest
from lifang.core.accounts.source import place_of
from lifang.core.accounts.terms import DEMO_PASSWORD, AccountKind
from lifang.core.action import action
from lifang.core.config import config
from lifang.core.crypto import blind
from lifang.core.events.outbox import publish
from lifang.core.ids import read_code

SIGNED_IN_AT = "signed_in_at"
FACTOR_FREE = 30  # bad second factors from all places together; their sender knows the password


def knock(*, login: str, password: str, source: str, at: datetime) -> Account:
    """The account behind login and password. Answer and time are the same for a login that does not exist."""
    door = login_door(login)
    lockout.spend(PLACE, source, at)
    lockout.spend(door, source, at)
    account = Account.objects.filter(
        login=login.strip().lower(), kind=AccountKind.STAFF, closed_at=None
    ).first()
    prove_password(actor=anonymous(), account=account, password=password, at=at)
    lockout.forgive(door, source)
    lockout.give_back(PLACE, source)
    assert account is not None  # noqa: S101 -- proved above
    return account


def second(*, account: Account, code: str, source: str, at: datetime) -> None:
    """The second factor of somebody whose password was right."""
    here, anywhere = Door(f"factor:{account.pk}"), Door(f"factors:{account.pk}", FACTOR_FREE)
    lockout.spend(anywhere, "", at)
    lockout.spend(here, source, at)
    prove_factor(actor=actor_of(account.pk, at), account=account, code=code, at=at)
    lockout.forgive(here, source)
    lockout.forgive(anywhere, "")


@cache
def _nobodys_hash() -> str:
    return make_password("nobody has this password")


@action("accounts.prove_password")
def prove_password(
    *, actor: Actor, account: Account | None, password: str, at: datetime
) -> Account:
    """Check a password, and renew its hash when it was made by weaker means."""
    usable = account is not None and account.has_usable_password()
    right, stale = verify_password(password, account.password if usable else _nobodys_hash())  # type: ignore[union-attr]
    if account is None or not usable or not right or _demo_only(password):
        raise Refused("sign_in_failed")
    insist(rules.may_enter(account))
    if stale:
        held = hold(Account, account.pk)
        held.password = make_password(password)
        held.save(update_fields=["password"])
    return account


def _demo_only(password: str) -> bool:
    return password == DEMO_PASSWORD and not config().demo


@action("accounts.prove_factor")
def prove_factor(*, actor: Actor, account: Account, code: str, at: datetime) -> Account:
    """Check a code of the authenticator, or use up a recovery code."""
    insist(rules.oneself(actor, account))
    factor = Factor.objects.select_for_update().filter(account=account).first()
    if factor is None:
        raise Refused("code_wrong")
    step = totp.step_of(factor.secret, code, at, factor.last_step)
    if step is not None:
        factor.last_step = step
        factor.save(update_fields=["last_step"])
        return account
    if not _use_recovery_code(account, code, at):
        raise Refused("code_wrong")
    return account


def _use_recovery_code(account: Account, code: str, at: datetime) -> bool:
    fingerprint = blind(f"{account.pk}:{read_code(code)}", "accounts.recovery")
    fresh = RecoveryCode.objects.filter(account=account, fingerprint=fingerprint, used_at=None)
    return fresh.update(used_at=at) == 1


@action("accounts.sign_in")
def sign_in(*, actor: Actor, account: Account, session: SessionStore, at: datetime) -> Account:
    """Begin a session under a new key. The caller has every proof that `rules.next_step` asks for."""
    held = hold(Account, account.pk)
    insist(rules.may_enter(held))
    limits = SESSIONS[held.kind]
    if session.get(SESSION_KEY) not in (None, str(held.pk)):
        session.flush()  # another person's browser session leaves nothing behind
    session.cycle_key()
    session[SESSION_KEY] = str(held.pk)
    session[SIGNED_IN_AT] = at.isoformat()
    session[IDLE] = limits.idle_minutes * 60
    session.set_expiry(limits.whole_hours * 3600)
    session.save()
    ends_at = at + timedelta(hours=limits.whole_hours)
    Session.objects.filter(key=key_digest(session.session_key or "")).update(ends_at=ends_at)
    held.last_login = at
    held.save(update_fields=["last_login"])
    _warn_of_two_places(held, session, at)
    return held


def _warn_of_two_places(account: Account, session: SessionStore, at: datetime) -> None:
    if account.kind != AccountKind.STAFF:
        return
    idle = timedelta(minutes=SESSIONS[account.kind].idle_minutes)
    live = Session.objects.filter(account=account, ends_at__gt=at, seen_at__gt=at - idle)
    places = {place_of(source) for source in live.values_list("source", flat=True)}
    if len(places) > 1:
        publish(
            SignedInElsewhere(account=account.pk, sessions=live.count(), at=at), area=account.area
        )
        tell(account, "accounts.signed_in_elsewhere", at)


@action("accounts.sign_out")
def sign_out(*, actor: Actor, session: SessionStore, at: datetime) -> None:
    """End this session; its content is gone with it."""
    session.flush()


@action("accounts.end_session")
def end_session(*, actor: Actor, session: UUID, at: datetime) -> None:
    """End one of one's own sessions, at once."""
    own = Session.objects.filter(account_id=actor.id) if actor.id else Session.objects.none()
    if not own.filter(pk=session).delete()[0]:
        raise Refused("not_found")


@action("accounts.end_sessions")
def end_sessions(*, actor: Actor, account: Account, at: datetime, but: UUID | None = None) -> int:
    """End all of one's own sessions, but perhaps the one that asks; how many."""
    insist(rules.oneself(actor, account))
    return end_all(account, but=but)
