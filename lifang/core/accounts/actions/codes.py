"""Residents come in by telephone number and a code that was sent there."""

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from lifang.core import notify
from lifang.core.access import Actor, Refused, insist
from lifang.core.access.grants import anonymous
from lifang.core.accounts import lockout, rules
from lifang.core.accounts.lockout import PLACE
from lifang.core.accounts.models import Account, OneTimeCode
from lifang.core.accounts.terms import AccountKind
from lifang.core.action import action
from lifang.core.config import config
from lifang.core.crypto import blind, mask_telephone
from lifang.core.crypto.seals import normal_telephone
from lifang.core.ids import short_code
from lifang.core.site import site

GOOD_FOR: Final = timedelta(minutes=10)
AGAIN_AFTER: Final = timedelta(seconds=60)
PER_DAY: Final = 10
PER_SOURCE_AN_HOUR: Final = 60  # a community centre and its visitors share one address
TRIES: Final = 5


@action("accounts.send_code")
def send_code(
    *, actor: Actor, telephone: str, source: str, at: datetime, language: str = ""
) -> OneTimeCode:
    """Send six figures to a telephone, whether or not somebody is known under it."""
    number = normal_telephone(telephone)
    insist(rules.telephone(number))
    key = _key(number)
    _one_at_a_time(key)
    _not_too_often(key, source, at)
    code = f"{secrets.randbelow(1_000_000):06d}"
    made = OneTimeCode(telephone_key=key, source=source, sent_at=at)
    made.fingerprint = _fingerprint(made, code)
    OneTimeCode.objects.filter(telephone_key=key, used_at=None).update(used_at=at)
    made.save(force_insert=True)
    notify.send(
        to=f"tel:{number}",
        template="accounts.code",
        facts={"code": code},
        at=at,
        # Where it really leaves, nobody here reads it; in a demonstration the outbox stands in for the telephone.
        area=site().county if config().demo else "",
        urgent=True,
        language=language,
    )
    return made


def ring(*, telephone: str, code: str, source: str, at: datetime, language: str = "") -> Account:
    """The resident's account behind a telephone and its code; opened at the first time."""
    lockout.spend(PLACE, source, at)
    sent = _spend(normal_telephone(telephone), at)
    account = prove_code(
        actor=anonymous(), sent=sent, telephone=telephone, code=code, at=at, language=language
    )
    lockout.give_back(PLACE, source)
    return account


@action("accounts.check_code")
def _check(*, actor: Actor, sent: OneTimeCode | None, code: str, at: datetime) -> None:
    _use(sent, code, at)


def check_code(*, actor: Actor, telephone: str, code: str, source: str, at: datetime) -> None:
    """Somebody who is signed in shows that a telephone is in their hands."""
    lockout.spend(PLACE, source, at)
    _check(actor=actor, sent=_spend(normal_telephone(telephone), at), code=code, at=at)
    lockout.give_back(PLACE, source)


@action("accounts.prove_code")
def prove_code(
    *,
    actor: Actor,
    sent: OneTimeCode | None,
    telephone: str,
    code: str,
    at: datetime,
    language: str = "",
) -> Account:
    """Check a sent code, use it up, and find or open the resident's account."""
    _use(sent, code, at)
    number = normal_telephone(telephone)
    known = Account.objects.filter(
        kind=AccountKind.RESIDENT, telephone_key=number, closed_at=None
    ).first()
    if known is not None:
        insist(rules.may_enter(known))
        return known
    account = Account(
        login=f"resident-{short_code(12).lower()}",
        kind=AccountKind.RESIDENT,
        name=mask_telephone(number),
        language=language or site().language,
        telephone=number,
        opened_at=at,
    )
    account.set_unusable_password()
    account.save(force_insert=True)
    return account


def _use(sent: OneTimeCode | None, code: str, at: datetime) -> None:
    given = _fingerprint(sent or OneTimeCode(), code.strip())
    if sent is None or not hmac.compare_digest(given, bytes(sent.fingerprint)):
        raise Refused("code_wrong", field="code")
    if not OneTimeCode.objects.filter(pk=sent.pk, used_at=None).update(used_at=at):
        raise Refused("code_wrong", field="code")


def _spend(number: str, at: datetime) -> OneTimeCode | None:
    """Count a try against the waiting code before it is checked; nothing when there is none left."""
    waiting = OneTimeCode.objects.filter(
        telephone_key=_key(number), used_at=None, sent_at__gt=at - GOOD_FOR, tries__lt=TRIES
    ).first()
    if waiting is None:
        return None
    counted = OneTimeCode.objects.filter(pk=waiting.pk, tries=waiting.tries)
    return waiting if counted.update(tries=waiting.tries + 1) else None


def _not_too_often(key: bytes, source: str, at: datetime) -> None:
    sent = OneTimeCode.objects.filter(telephone_key=key, sent_at__gt=at - timedelta(days=1))
    last = sent.order_by("-sent_at").values_list("sent_at", flat=True).first()
    if last is not None and at - last < AGAIN_AFTER:
        raise Refused("code_too_soon", seconds=int((last + AGAIN_AFTER - at).total_seconds()) + 1)
    from_here = OneTimeCode.objects.filter(source=source, sent_at__gt=at - timedelta(hours=1))
    if sent.count() >= PER_DAY or (source and from_here.count() >= PER_SOURCE_AN_HOUR):
        raise Refused("code_too_many")


def _one_at_a_time(key: bytes) -> None:
    # Two requests for one number at once would both see that none was sent.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [key.hex()])


def _key(number: str) -> bytes:
    return blind(number, "accounts.code", "telephone")


def _fingerprint(sent: OneTimeCode, code: str) -> bytes:
    return blind(f"{sent.pk}:{code}", "accounts.code")
