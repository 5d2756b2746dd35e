"""Grants: from account to actor, and the three administrators who exclude one another."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.actions import end_grant, grant
from lifang.core.access.capabilities import capabilities, of_post
from lifang.core.access.grants import actor_of
from lifang.core.access.models import ADMINS, GrantRow
from lifang.core.access.posts import posts
from lifang.core.access.selectors import grants
from lifang.core.accounts.tests.make import AT, make_account, make_admin, make_grant
from lifang.core.audit.models import Entry
from lifang.core.ids import new_id

pytestmark = pytest.mark.django_db
PAIRS = [(one, other) for one in (*ADMINS, "grid_worker") for other in ADMINS if one != other]


@pytest.fixture
def security():
    return actor_of(make_admin("sec.qian", "security_admin").pk, AT)


def refused(act, **facts) -> str:
    with pytest.raises(Refused) as caught:
        act(at=AT, **facts)
    return caught.value.refusal.reason


def by_action(account, post):
    grant(actor=SYSTEM, account=account, post=post, area="990101", at=AT)


def by_orm(account, post):
    GrantRow.objects.create(account=account, post=post, area="990101", sees="area", valid_from=AT)


def by_sql(account, post):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_grant (id, account_id, post, area, sees, holder, valid_from) "
            "VALUES (%s, %s, %s, '990101', 'area', '', %s)",
            [new_id(), account.pk, post, AT],
        )


@pytest.mark.parametrize("way", [by_action, by_orm, by_sql])
@pytest.mark.parametrize(("held", "asked"), PAIRS)
def test_nobody_holds_two_kinds_of_power(way, held, asked):
    account = make_account()
    make_grant(account, held)
    with pytest.raises((IntegrityError, Refused)) as caught, transaction.atomic():
        way(account, asked)
    if way is by_action:
        assert caught.value.refusal.reason == "guards_exclude"
    assert list(GrantRow.objects.values_list("post", flat=True)) == [held]


@pytest.mark.parametrize("post", ADMINS)
def test_an_update_does_not_get_round_it(post):
    account = make_account()
    make_grant(account, "system_admin")
    make_grant(account, "system_admin", "990102")
    other = (
        next(admin for admin in ADMINS if admin not in ("system_admin", post))
        if post == "system_admin"
        else post
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        GrantRow.objects.filter(area="990102").update(post=other)


def test_after_the_one_has_ended_the_other_may_begin():
    account = make_account()
    first = make_grant(account, "system_admin")
    end_grant(actor=SYSTEM, grant=first, at=AT)
    by_action(account, "audit_admin")
    assert actor_of(account.pk, AT).posts is not None
    assert list(actor_of(account.pk, AT).posts()) == ["audit_admin"]


def test_several_business_posts_are_fine():
    account = make_account()
    make_grant(account, "grid_worker")
    by_action(account, "community_worker")
    assert sorted(actor_of(account.pk, AT).posts()) == ["community_worker", "grid_worker"]


def test_the_security_administrator_grants_in_their_area_and_leaves_a_line(security):
    account = make_account()
    made = grant(actor=security, account=account, post="grid_worker", area="990101001", at=AT)
    line = Entry.objects.get(action="access.grant")
    assert (line.subject, line.area, line.changes["post"]) == (
        str(made.pk),
        "990101001",
        [None, "grid_worker"],
    )
    facts = {"actor": security, "account": account, "post": "grid_worker"}
    assert refused(grant, area="990102", **facts) == "not_allowed"
    assert refused(grant, area="", **facts) == "not_allowed"


def test_the_security_administrator_grants_nothing_to_themselves(security):
    own = make_grant(make_account("other"), "grid_worker").account.__class__.objects.get(
        pk=security.id
    )
    facts = {"actor": security, "account": own, "post": "grid_worker", "area": "990101"}
    assert refused(grant, **facts) == "not_for_oneself"
    held = GrantRow.objects.get(account=own)
    assert refused(end_grant, actor=security, grant=held) == "not_for_oneself"


@pytest.mark.parametrize("post", ["system_admin", "audit_admin", "grid_worker", "county_leader"])
def test_nobody_else_grants(post):
    actor = actor_of(make_admin("somebody", post).pk, AT)
    account = make_account()
    held = make_grant(account, "grid_worker")
    assert (
        refused(grant, actor=actor, account=account, post="checker", area="990101") == "not_allowed"
    )
    assert refused(end_grant, actor=actor, grant=held) == "not_allowed"
    assert [line.outcome for line in Entry.objects.all()] == ["refused", "refused"]


def test_a_post_that_nobody_declared_is_not_granted():
    assert (
        refused(grant, actor=SYSTEM, account=make_account(), post="emperor", area="99")
        == "post_unknown"
    )


def test_an_ended_grant_ends_at_once():
    account = make_account()
    held = make_grant(account, "grid_worker")
    assert actor_of(account.pk, AT).may("accounts.set_password")
    end_grant(actor=SYSTEM, grant=held, at=AT)
    assert actor_of(account.pk, AT).grants == ()
    assert actor_of(account.pk, AT - timedelta(seconds=1)).grants != ()


def test_a_grant_of_tomorrow_gives_nothing_today():
    account = make_account()
    make_grant(account, "grid_worker", valid_from=AT + timedelta(days=1))
    assert actor_of(account.pk, AT).grants == ()


@pytest.mark.parametrize("area", ["*", "990101,990102", "99%", " "])
def test_no_grant_carries_a_trick_for_the_wall(area):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_grant(make_account(), "grid_worker", area)


def test_no_holder_carries_a_list():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_grant(make_account(), "department_handler", sees="unit", holder="unit:a,unit:b")


def test_grants_are_read_by_their_holder_and_by_administrators(security):
    account, other = make_account(), make_account("other")
    held = make_grant(account, "grid_worker")
    for reader, seen in (
        (actor_of(account.pk, AT), [held]),
        (security, [held]),
        (actor_of(other.pk, AT), []),
    ):
        assert list(grants(reader, account.pk)) == seen


def test_every_post_of_a_capability_is_declared():
    known = {*posts(), "anyone", "resident", "staff"}
    assert {post for one in capabilities().values() for post in one.posts} <= known


def test_the_three_administrators_share_no_power_to_change():
    system, security, audit = (of_post(post) for post in ADMINS)
    shared = {
        "accounts.see",
        "accounts.reset",
        "accounts.confirm_reset",
        "accounts.drop_reset",
        "access.see_grants",
        "access.see_sights",
        "retention.see",
    }
    assert (system & security) | (system & audit) | (security & audit) == shared
    assert not {
        name for name in audit if not name.startswith(("audit.", "access.see", "retention.see"))
    }
    assert not {"access.grant", "access.end_grant"} & (system | audit)
