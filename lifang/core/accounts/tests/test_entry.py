"""Coming in: password, authenticator, pauses, sessions."""

import statistics
import time
from datetime import timedelta

import pyotp
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection

from lifang.core.access import Refused
from lifang.core.access.grants import actor_of, anonymous
from lifang.core.accounts import actions, selectors
from lifang.core.accounts.lockout import PAUSES
from lifang.core.accounts.models import Account, Session
from lifang.core.accounts.sessions import SessionStore
from lifang.core.accounts.terms import DEMO_PASSWORD
from lifang.core.accounts.tests.make import AT, PASSWORD, SECRET, enrol, make_account
from lifang.core.audit.models import Entry
from lifang.core.testing.told import published

pytestmark = pytest.mark.django_db
HOME, ELSEWHERE = "192.0.2.7", "198.51.100.9"


def knock(login="wang.hong", password=PASSWORD, source=HOME, at=AT):
    return actions.knock(login=login, password=password, source=source, at=at)


def refused(**facts) -> str:
    with pytest.raises(Refused) as caught:
        knock(**facts)
    return caught.value.refusal.reason


def sign_in(account, source=HOME, at=AT) -> SessionStore:
    store = SessionStore()
    store.at, store.source = at, source
    actions.sign_in(actor=actor_of(account.pk, at), account=account, session=store, at=at)
    return store


def test_the_right_password_finds_the_account_and_leaves_a_line():
    account = make_account()
    assert knock() == account
    line = Entry.objects.get(action="accounts.prove_password")
    assert (line.outcome, line.subject) == ("done", str(account.pk))


def test_a_login_is_found_however_it_is_written():
    account = make_account()
    assert knock(login=" Wang.Hong ") == account


def test_a_wrong_password_and_an_unknown_login_get_the_same_answer():
    account = make_account()
    assert refused(password="not this one") == refused(login="nobody") == "sign_in_failed"
    lines = Entry.objects.filter(action="accounts.prove_password").order_by("seq")
    assert [(line.outcome, line.reason) for line in lines] == [("refused", "sign_in_failed")] * 2
    assert [line.subject for line in lines] == [str(account.pk), ""]


def test_a_wrong_password_and_an_unknown_login_take_the_same_time():
    make_account()

    def spent(login, step):
        """Of the processor, not of the clock: other work on the machine must not decide."""
        start = time.process_time()
        refused(login=login, password="not this one", source=f"192.0.2.{step}")
        return time.process_time() - start

    spent("warm", 0)
    pairs = [(spent("wang.hong", step), spent("nobody", step)) for step in range(1, 8)]
    known, unknown = (statistics.median(taken) for taken in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2


@pytest.mark.parametrize("kind", ["resident", "machine"])
def test_only_staff_come_in_by_password(kind):
    make_account(kind=kind)
    assert refused() == "sign_in_failed"


def test_the_password_of_the_demonstration_opens_nothing_elsewhere():
    make_account(password=DEMO_PASSWORD)
    assert refused(password=DEMO_PASSWORD) == "sign_in_failed"


def test_five_bad_tries_shut_the_door_for_a_growing_while():
    make_account()
    for _ in range(5):
        assert refused(password="not this one") == "sign_in_failed"
    assert refused() == "sign_in_paused"
    at = AT
    for pause in PAUSES:
        assert refused(at=at + timedelta(seconds=pause - 1)) == "sign_in_paused"
        at += timedelta(seconds=pause)
        assert refused(password="not this one", at=at) == "sign_in_failed"
    assert refused(at=at + timedelta(seconds=PAUSES[-1] - 1)) == "sign_in_paused"
    assert knock(at=at + timedelta(seconds=PAUSES[-1])).login == "wang.hong"


def test_nobody_locks_out_the_operator_from_another_place():
    account = make_account()
    for _ in range(5):
        refused(password="not this one", source=ELSEWHERE)
    assert refused(source=ELSEWHERE) == "sign_in_paused"
    assert knock(source=HOME) == account


def test_unknown_logins_are_paused_like_known_ones():
    for _ in range(5):
        refused(login="nobody")
    assert refused(login="nobody") == "sign_in_paused"


def test_a_good_try_wipes_the_bad_ones():
    make_account()
    for _ in range(4):
        refused(password="not this one")
    knock()
    for _ in range(4):
        assert refused(password="not this one") == "sign_in_failed"
    assert knock().login == "wang.hong"


def test_many_logins_from_one_place_shut_that_place():
    for number in range(60):
        refused(login=f"guess{number}")
    assert refused(login="guess-last") == "sign_in_paused"


def test_neighbours_in_one_ipv6_network_count_as_one():
    make_account()
    for step in range(5):
        refused(password="not this one", source=f"2001:db8:1:2::{step + 1}")
    assert refused(source="2001:db8:1:2:ffff::9") == "sign_in_paused"
    assert knock(source="2001:db8:1:3::1").login == "wang.hong"


def test_a_locked_account_is_told_so_only_to_its_holder():
    make_account(locked_at=AT)
    assert refused(password="not this one") == "sign_in_failed"
    assert refused() == "account_locked"


def test_a_weaker_hash_is_renewed_when_the_password_is_right():
    old = Argon2PasswordHasher().encode(PASSWORD, "saltsaltsalt")
    account = make_account()
    Account.objects.update(password=old)
    refused(password="not this one")
    assert Account.objects.get().password == old
    knock()
    assert "m=19456" in Account.objects.get().password
    assert knock() == account


# the second factor


def second(account, code, source=HOME, at=AT):
    actions.second(account=account, code=code, source=source, at=at)


def wrong_second(account, code, **facts) -> str:
    with pytest.raises(Refused) as caught:
        second(account, code, **facts)
    return caught.value.refusal.reason


def test_a_code_is_good_once_and_older_ones_never_again():
    account, clock = make_account(), pyotp.TOTP(SECRET)
    enrol(account)
    code = clock.at(AT)
    second(account, code)
    assert wrong_second(account, code) == "code_wrong"
    assert wrong_second(account, clock.at(AT - timedelta(seconds=30))) == "code_wrong"
    second(account, clock.at(AT + timedelta(seconds=30)))


@pytest.mark.parametrize(
    ("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_one_step_off(steps, right):
    account = make_account()
    enrol(account)
    code = pyotp.TOTP(SECRET).at(AT + timedelta(seconds=30 * steps))
    if right:
        second(account, code)
    else:
        assert wrong_second(account, code) == "code_wrong"


def test_the_secret_is_not_in_the_database_in_clear():
    account = make_account()
    enrol(account)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM accounts_factor")
        assert SECRET.encode() not in bytes(cursor.fetchone()[0])


def test_bad_codes_shut_the_door_too():
    account = make_account()
    enrol(account)
    for _ in range(5):
        assert wrong_second(account, "000000") == "code_wrong"
    assert wrong_second(account, pyotp.TOTP(SECRET).at(AT)) == "sign_in_paused"


def test_a_recovery_code_works_once():
    account = make_account()
    given = actions.enrol_totp(
        actor=actor_of(account.pk, AT),
        account=account,
        secret=SECRET,
        code=pyotp.TOTP(SECRET).at(AT),
        at=AT,
    )
    assert len(set(given.codes)) == 10
    second(account, given.codes[3].lower())
    assert wrong_second(account, given.codes[3]) == "code_wrong"
    assert selectors.recovery_codes_left(actor_of(account.pk, AT), account) == 9
    stored = b"".join(bytes(row.fingerprint) for row in account.recovery_codes.all())
    assert not any(code.encode() in stored for code in given.codes)


def test_a_wrong_code_enrols_nothing():
    account = make_account()
    with pytest.raises(Refused):
        actions.enrol_totp(
            actor=actor_of(account.pk, AT), account=account, secret=SECRET, code="000000", at=AT
        )
    assert selectors.factor(actor_of(account.pk, AT), account) is None


def test_nobody_enrols_an_authenticator_for_somebody_else():
    account, other = make_account(), make_account("li.na")
    with pytest.raises(Refused) as caught:
        actions.enrol_totp(
            actor=actor_of(other.pk, AT),
            account=account,
            secret=SECRET,
            code=pyotp.TOTP(SECRET).at(AT),
            at=AT,
        )
    assert caught.value.refusal.reason == "not_allowed"


# sessions


def test_signing_in_begins_under_a_new_key():
    account, store = make_account(), SessionStore()
    store.at = AT
    store["wizard"] = "kept"
    store.create()
    before = store.session_key
    actions.sign_in(actor=actor_of(account.pk, AT), account=account, session=store, at=AT)
    assert store.session_key != before
    assert store["wizard"] == "kept"
    assert Session.objects.get().account == account


def test_the_session_of_somebody_else_leaves_nothing_behind():
    ours, theirs = make_account(), make_account("li.na")
    store = sign_in(theirs)
    store["seen"] = "theirs"
    store.save()
    actions.sign_in(actor=actor_of(ours.pk, AT), account=ours, session=store, at=AT)
    assert "seen" not in store
    assert [row.account for row in Session.objects.all()] == [ours]


def test_two_places_at_once_are_told_and_one_place_is_not():
    account = make_account()
    sign_in(account)
    sign_in(account)
    assert published("accounts.SignedInElsewhere") == []
    sign_in(account, source=ELSEWHERE)
    told = published("accounts.SignedInElsewhere")
    assert [(event.account, event.sessions) for event in told] == [(account.pk, 3)]


def test_a_resident_on_two_telephones_is_nothing_to_tell():
    account = make_account("r1", kind="resident")
    sign_in(account)
    sign_in(account, source=ELSEWHERE)
    assert published("accounts.SignedInElsewhere") == []


def test_a_changed_password_ends_every_other_session():
    account = make_account()
    kept = sign_in(account)
    sign_in(account, source=ELSEWHERE)
    actions.set_password(
        actor=actor_of(account.pk, AT),
        account=account,
        new="moss under gate 4",
        at=AT,
        keep=kept.row,
    )
    assert [row.pk for row in Session.objects.all()] == [kept.row]
    assert refused() == "sign_in_failed"
    assert knock(password="moss under gate 4", source=ELSEWHERE) == account


def test_nobody_ends_somebody_elses_session():
    ours, theirs = make_account(), make_account("li.na")
    sign_in(theirs)
    with pytest.raises(Refused) as caught:
        actions.end_session(actor=actor_of(ours.pk, AT), session=Session.objects.get().pk, at=AT)
    assert caught.value.refusal.reason == "not_found"
    assert Session.objects.count() == 1


def test_an_anonymous_reader_may_knock_and_nothing_else():
    actor = anonymous()
    assert actor.may("accounts.prove_password")
    assert not actor.may("accounts.set_password")
    assert not actor.may("accounts.open")


# what stands between a password and the desk


@pytest.mark.parametrize(
    ("facts", "enrolled", "proved", "step"),
    [
        ({}, False, False, "enrol"),
        ({}, True, False, "second"),
        ({}, True, True, None),
        ({"password_issued": True}, False, False, "password"),
        ({"password_issued": True}, True, False, "second"),
        ({"password_issued": True}, True, True, "password"),
        ({"kind": "resident"}, False, False, None),
    ],
)
def test_the_steps_come_in_their_order(facts, enrolled, proved, step):
    account = make_account(**facts)
    if enrolled:
        enrol(account)
    assert selectors.still_to_do(account, second_proved=proved, at=AT) == step
