"""Accounts are opened, reset by two, locked and closed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.grants import actor_of
from lifang.core.accounts import actions, selectors
from lifang.core.accounts.models import Account, Factor, Reset, Session
from lifang.core.accounts.tests.make import AT, enrol, make_account, make_admin, make_grant
from lifang.core.accounts.tests.test_entry import knock, sign_in
from lifang.core.audit.models import Entry
from lifang.core.testing.told import published

pytestmark = pytest.mark.django_db


@pytest.fixture
def system():
    return actor_of(make_admin("sys.zhao", "system_admin").pk, AT)


@pytest.fixture
def security():
    return actor_of(make_admin("sec.qian", "security_admin").pk, AT)


def refused(act, **facts) -> str:
    with pytest.raises(Refused) as caught:
        act(at=AT, **facts)
    return caught.value.refusal.reason


def test_an_opened_account_has_a_password_to_hand_over_and_no_rights(system):
    made = actions.open_account(actor=system, login="Sun.Li", name="Sun Li", at=AT)
    assert (made.login, made.area, made.password_issued) == ("sun.li", "990101", True)
    assert knock(login="sun.li", password=made.issued) == made
    assert actor_of(made.pk, AT).grants == ()
    assert selectors.still_to_do(made, second_proved=False, at=AT) == "password"
    assert [event.account for event in published("accounts.AccountOpened")] == [made.pk]
    line = Entry.objects.get(action="accounts.open")
    assert line.subject == str(made.pk)
    assert "Sun" not in str(line.changes)


@pytest.mark.parametrize("login", ["a", "has space", "汉字", "-dash", "x" * 65])
def test_a_login_is_plain(system, login):
    assert refused(actions.open_account, actor=system, login=login, name="x") == "login_malformed"


def test_an_administrator_opens_accounts_only_in_their_area(system):
    facts = {"actor": system, "login": "sun.li", "name": "x"}
    assert refused(actions.open_account, area="990102", **facts) == "not_allowed"
    assert refused(actions.open_account, area="", **facts) == "not_allowed"
    assert actions.open_account(at=AT, area="990101001", **facts).area == "990101001"


def test_two_open_accounts_never_share_a_login(system):
    make_account("sun.li")
    assert refused(actions.open_account, actor=system, login="sun.li", name="x") == "login_taken"


def test_a_login_given_again_inherits_nothing(system):
    first = actions.open_account(actor=system, login="sun.li", name="first", at=AT)
    make_grant(first, "grid_worker")
    actions.close(actor=system, account=first, at=AT)
    second = actions.open_account(actor=system, login="sun.li", name="second", at=AT)
    assert second.pk != first.pk
    assert actor_of(second.pk, AT).grants == ()
    assert Account.objects.get(pk=first.pk).closed_at == AT


def test_a_machine_has_no_password_whatever_one_tries(system):
    made = actions.open_account(
        actor=system, login="gateway.7", name="Gateway", kind="machine", at=AT
    )
    assert not made.has_usable_password()
    assert made.issued == ""
    assert (
        refused(
            actions.open_account,
            actor=system,
            login="gateway.8",
            name="x",
            kind="machine",
            password="kettle ran off far",
        )
        == "machine_without_password"
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=made.pk).update(password="argon2$x")


def test_no_account_has_an_empty_password():
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(login="x.y", name="x", password="", opened_at=AT)


def test_a_fresh_platform_has_no_account_at_all():
    assert Account.objects.count() == 0


def test_a_closed_account_is_out_at_once(system):
    account = make_account(area="990101")
    sign_in(account)
    actions.close(actor=system, account=account, at=AT)
    assert Session.objects.count() == 0
    assert actor_of(account.pk, AT).id is None
    assert refused(actions.close, actor=system, account=account) == "account_closed"


def test_a_locked_account_is_out_at_once_and_back_when_unlocked(security):
    account = make_account(area="990101")
    sign_in(account)
    actions.lock(actor=security, account=account, at=AT)
    assert Session.objects.count() == 0
    assert actor_of(account.pk, AT).id is None
    actions.unlock(actor=security, account=account, at=AT)
    assert actor_of(account.pk, AT).id == account.pk


def test_nobody_administrates_themselves(system, security):
    own = Account.objects.get(pk=security.id)
    assert refused(actions.lock, actor=security, account=own) == "not_yourself"
    assert refused(actions.reset, actor=security, account=own) == "not_yourself"
    assert (
        refused(actions.close, actor=system, account=Account.objects.get(pk=system.id))
        == "not_yourself"
    )


def test_each_administrator_has_only_their_own_acts(system, security):
    account = make_account(area="990101")
    assert refused(actions.lock, actor=system, account=account) == "not_allowed"
    assert refused(actions.close, actor=security, account=account) == "not_allowed"
    assert refused(actions.open_account, actor=security, login="a.b", name="x") == "not_allowed"


def test_a_reset_takes_two(system, security):
    account = make_account(area="990101")
    enrol(account)
    sign_in(account)
    asked = actions.reset(actor=system, account=account, at=AT)
    assert refused(actions.confirm_reset, actor=system, asked=asked) == "second_person"
    assert Factor.objects.count() == 1
    assert refused(actions.reset, actor=security, account=account) == "reset_open"
    done = actions.confirm_reset(actor=security, asked=asked, at=AT)
    assert (Factor.objects.count(), Session.objects.count()) == (0, 0)
    assert knock(password=done.issued) == account
    assert Account.objects.get(pk=account.pk).password_issued
    assert refused(actions.confirm_reset, actor=security, asked=asked) == "reset_over"
    assert [event.account for event in published("accounts.AccountReset")] == [account.pk]


def test_the_database_too_wants_two_for_a_reset(system):
    account = make_account(area="990101")
    asked = actions.reset(actor=system, account=account, at=AT)
    for confirmer in (system.id, account.pk):
        with pytest.raises(IntegrityError), transaction.atomic():
            Reset.objects.filter(pk=asked.pk).update(confirmed_by=confirmer, confirmed_at=AT)


def test_a_dropped_reset_opens_nothing(system, security):
    account = make_account(area="990101")
    asked = actions.reset(actor=system, account=account, at=AT)
    actions.drop_reset(actor=system, asked=asked, at=AT)
    assert refused(actions.confirm_reset, actor=security, asked=asked) == "reset_over"
    assert actions.reset(actor=security, account=account, at=AT).pk != asked.pk


def test_an_administrator_of_the_next_county_sees_no_account_of_ours(system):
    ours = make_account("ours", area="990101001")
    make_account("resident-1", kind="resident", area="990101")
    whole = make_account("whole", area="")
    stranger = actor_of(make_admin("sys.next", "system_admin", "990102").pk, AT)
    assert ours in selectors.accounts(system)
    assert {a.login for a in selectors.accounts(stranger)} == {"sys.next"}
    assert whole not in selectors.accounts(system)
    assert refused(actions.reset, actor=stranger, account=ours) == "not_allowed"
    assert refused(actions.reset, actor=system, account=whole) == "not_allowed"


def test_a_password_of_ones_own_is_checked_against_the_policy():
    account = make_account()
    actor = actor_of(account.pk, AT)
    facts = {"actor": actor, "account": account}
    assert refused(actions.set_password, new="short", **facts) == "password_short"
    assert refused(actions.set_password, new="wang.hong12", **facts) == "password_known"
    assert refused(actions.set_password, new="quiet lanes at noon 7", **facts) == "password_same"
    other = make_account("li.na")
    assert (
        refused(actions.set_password, new="moss under gate 4", actor=actor, account=other)
        == "not_allowed"
    )


def test_the_dengbao_profile_asks_for_kinds_and_for_a_change_after_ninety_days(password_profile):
    password_profile("dengbao")
    account = make_account()
    enrol(account)
    facts = {"actor": actor_of(account.pk, AT), "account": account}
    assert refused(actions.set_password, new="moss under the gate", **facts) == "password_plain"
    actions.set_password(new="Moss under gate 4", at=AT, **facts)
    account.refresh_from_db()
    almost, after = AT + timedelta(days=89), AT + timedelta(days=90)
    assert selectors.still_to_do(account, second_proved=True, at=almost) is None
    assert selectors.still_to_do(account, second_proved=True, at=after) == "password"


def test_the_intl_profile_asks_for_no_kinds_and_no_change(password_profile):
    password_profile("intl")
    account = make_account()
    enrol(account)
    facts = {"actor": actor_of(account.pk, AT), "account": account}
    actions.set_password(new="moss under the gate", at=AT, **facts)
    account.refresh_from_db()
    late = AT + timedelta(days=4000)
    assert selectors.still_to_do(account, second_proved=True, at=late) is None


def test_the_system_opens_the_first_account():
    made = actions.open_account(actor=SYSTEM, login="first.one", name="First", at=AT)
    assert (made.area, made.password_issued) == ("", True)
