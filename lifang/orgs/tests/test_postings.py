from datetime import timedelta

import pytest
from django.db import connection

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.grants import actor_of
from lifang.core.access.models import GrantRow
from lifang.core.testing import cast
from lifang.core.testing.proofs import refused
from lifang.core.testing.told import published
from lifang.orgs import actions, selectors
from lifang.orgs.events import (
    Posted,
    PostingEnded,
)
from lifang.orgs.models import Posting
from lifang.orgs.tests.make import (
    COUNTY,
    MONDAY,
    SOUTH,
    WEST,
    make_account,
    make_county,
    make_division,
    make_posting,
    make_unit,
)

pytestmark = pytest.mark.django_db
GRID = f"{COUNTY}001001001"
TUESDAY = MONDAY + timedelta(days=1)
ROWS = [
    {"code": "990100000000", "name": "试验市"},
    {"code": "990101000000", "name": "试验县"},
    {"code": "990101001000", "name": "大街街道"},
    {"code": "990101101000", "name": "小镇"},
    {"code": "990101001001", "name": "和平社区"},
    {"code": "990101101200", "name": "大村"},
]


def take(rows, **more):
    return actions.import_divisions(
        actor=more.pop("actor", SYSTEM), rows=rows, root=COUNTY, at=MONDAY, **more
    )


# postings


def test_a_posting_gives_its_rights_and_ending_it_takes_them_at_once():
    make_county()
    posting = make_posting("street_dispatcher", f"{COUNTY}001")
    person = posting.account
    assert [(g.post, g.area, g.sees) for g in actor_of(person.pk, MONDAY).grants] == [
        ("street_dispatcher", f"{COUNTY}001", "area")
    ]
    actions.end_posting(actor=SYSTEM, posting=posting, at=TUESDAY)
    assert actor_of(person.pk, TUESDAY).grants == ()
    assert [told for told in published() if isinstance(told, Posted | PostingEnded)] == [
        Posted(posting=posting.pk, account=person.pk, post="street_dispatcher", at=MONDAY),
        PostingEnded(posting=posting.pk, account=person.pk, post="street_dispatcher", at=TUESDAY),
    ]
    with refused("posting_ended"):
        actions.end_posting(actor=SYSTEM, posting=posting, at=TUESDAY)


def test_a_handler_sees_what_the_unit_was_given_and_not_the_area():
    make_county()
    unit = make_unit()
    handler = actor_of(make_posting("department_handler", unit=unit).account_id, MONDAY)
    assert handler.scope.areas == frozenset()
    assert handler.units == {unit.holder}


def test_an_administrators_posting_shows_no_rows():
    make_county()
    admin = actor_of(make_posting("system_admin", COUNTY).account_id, MONDAY)
    assert admin.scope.areas == frozenset()
    assert admin.may("orgs.import_divisions", COUNTY)
    assert not admin.may("orgs.import_divisions", "990102")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("system_admin", "security_admin"),
        ("security_admin", "audit_admin"),
        ("audit_admin", "county_leader"),
    ],
)
def test_the_three_administrators_and_business_exclude_one_another(one, other):
    make_county()
    person = make_posting(one, COUNTY).account
    with refused("guards_exclude"):
        make_posting(other, COUNTY, account=person, at=TUESDAY)
    assert GrantRow.objects.filter(account=person).count() == Posting.objects.count() == 1
    actions.end_posting(actor=SYSTEM, posting=Posting.objects.get(), at=TUESDAY)
    assert make_posting(other, COUNTY, account=person, at=TUESDAY).post == other


@pytest.mark.parametrize(
    ("post", "area", "reason"),
    [
        ("wizard", COUNTY, "post_unknown"),
        ("grid_worker", COUNTY, "post_wrong_level"),
        ("county_leader", GRID, "post_wrong_level"),
        ("grid_worker", "", "post_wrong_level"),
        ("grid_worker", f"{COUNTY}001001999", "area_unknown"),
        ("department_handler", COUNTY, "post_needs_unit"),
    ],
)
def test_a_post_stands_at_its_level(post, area, reason):
    make_county()
    account = make_account()
    with refused(reason):
        make_posting(post, area, account=account)


def test_nobody_is_posted_twice_or_by_oneself_or_as_a_resident():
    make_county()
    posting = make_posting("grid_worker", GRID)
    with refused("posting_twice"):
        make_posting("grid_worker", GRID, account=posting.account)
    resident = make_account(kind="resident")
    with refused("account_not_staff"):
        make_posting("grid_worker", GRID, account=resident)
    admin = cast.security_admin()
    with refused("not_for_oneself"):
        actions.post(
            actor=admin.actor, account=admin.account, post="security_admin", area=COUNTY, at=MONDAY
        )
    other = make_account()
    with refused("posting_ends_before_start"):
        make_posting("grid_leader", GRID, until=MONDAY, account=other)


def test_only_a_security_administrator_of_the_county_posts():
    make_county()
    person = make_account()
    for who in (cast.system_admin(), cast.county_leader(), cast.security_admin("990102")):
        with refused("not_allowed"):
            actions.post(actor=who.actor, account=person, post="grid_worker", area=GRID, at=MONDAY)
    posting = actions.post(
        actor=cast.security_admin().actor, account=person, post="grid_worker", area=GRID, at=MONDAY
    )
    assert posting.grant.area == GRID


def test_a_posting_with_an_end_holds_until_then():
    make_county()
    posting = make_posting("grid_worker", GRID, until=TUESDAY)
    assert posting.holds(MONDAY)
    assert not posting.holds(TUESDAY)
    assert actor_of(posting.account_id, TUESDAY).grants == ()


# accounts by list


def test_accounts_are_opened_all_or_none_with_passwords_to_hand_over():
    make_division(COUNTY)
    rows = [
        actions.OpenRow("worker-01", "甲一"),
        actions.OpenRow("worker-02", "乙二", "10012345678"),
    ]
    opened = actions.open_accounts(
        actor=cast.system_admin().actor, rows=rows, area=COUNTY, at=MONDAY
    )
    assert [one.account.login for one in opened] == ["worker-01", "worker-02"]
    for one in opened:
        one.account.refresh_from_db()
        assert one.account.check_password(one.password)
        assert one.account.password_issued
        assert actor_of(one.account.pk, MONDAY).grants == ()
    again = [*rows, actions.OpenRow("worker-03", "=1")]
    with refused("row_refused") as told:
        actions.open_accounts(actor=SYSTEM, rows=again, area=COUNTY, at=MONDAY)
    assert told.facts["number"] == 3
    assert actions.open_accounts(actor=SYSTEM, rows=rows, area=COUNTY, at=MONDAY) == []


def test_a_list_of_postings_names_the_row_that_is_wrong():
    make_county()
    make_account("worker-01")
    rows = [
        actions.PostRow("worker-01", "grid_worker", GRID),
        actions.PostRow("nobody", "grid_worker", GRID),
    ]
    admin = cast.security_admin().actor
    with refused("row_refused") as told:
        actions.post_all(actor=admin, rows=rows, area=COUNTY, at=MONDAY)
    assert (told.facts["number"], told.facts["name"]) == (2, "nobody")
    assert not Posting.objects.exists()


def test_a_list_posts_into_units_by_name():
    make_county()
    unit = make_unit(name="县执法局")
    make_account("worker-01")
    rows = [actions.PostRow("worker-01", "department_handler", "县执法局")]
    (posting,) = actions.post_all(actor=SYSTEM, rows=rows, area=COUNTY, at=MONDAY)
    assert (posting.unit, posting.area) == (unit, COUNTY)
    with refused("row_refused"):
        missing = [actions.PostRow("worker-01", "department_leader", "别处")]
        actions.post_all(actor=SYSTEM, rows=missing, area=COUNTY, at=MONDAY)


def test_the_square_lattice_has_no_gap_and_no_overlap():
    county = make_county()
    for row in (county.county, *county.streets, *county.communities):
        fit = selectors.fit_of(SYSTEM, row.code)
        assert (fit.overlaps, fit.gaps, fit.outside) == ((), (), ())
    assert county.county.bounds[:2] == [WEST, SOUTH]
    assert connection.in_atomic_block


def test_an_unknown_keyword_is_no_change_of_a_unit():
    make_division(COUNTY)
    with pytest.raises(TypeError):
        actions.change_unit(actor=SYSTEM, unit=make_unit(), closed=None, at=MONDAY)
    with pytest.raises(Refused):
        selectors.unit(SYSTEM, "00000000-0000-7000-8000-000000000000")
