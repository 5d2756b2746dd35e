"""A deputy stands in: the same rights there and no others, to-dos and messages, both names in the log, and nothing after."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.utils.timezone import localtime

from lifang.core.access import SYSTEM
from lifang.core.access.grants import actor_of
from lifang.core.access.models import GrantRow
from lifang.core.access.selectors import deputies_of
from lifang.core.access.sights import Place, sights
from lifang.core.access.tests.make import make_row
from lifang.core.access.wall import behind
from lifang.core.action import action
from lifang.core.audit.models import Entry
from lifang.core.flow.models import Todo
from lifang.core.flow.selectors import todos
from lifang.core.notify import compose, send
from lifang.core.notify.models import Message
from lifang.core.testing import cast
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.places import COUNTY, GRID, NEXT_GRID
from lifang.core.testing.proofs import refused
from lifang.core.testing.told import published
from lifang.orgs import actions, selectors
from lifang.orgs.models import Deputy
from lifang.orgs.tests.make import make_account, make_county, make_posting, make_unit

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WEEK = 7 * DAY
SOON = MONDAY + DAY


@pytest.fixture
def leave():
    """甲 works in one grid, 乙 in the next; their secretary names 乙 for a week."""
    make_county()
    absent = make_posting("grid_worker", GRID, account=make_account("jia", "甲"), at=MONDAY - WEEK)
    other = make_posting(
        "grid_worker", NEXT_GRID, account=make_account("yi", "乙"), at=MONDAY - WEEK
    )
    return absent, other.account


@pytest.fixture
def secretary():
    return cast.community_secretary().actor


def name(actor, posting, account, since=MONDAY, until=MONDAY + WEEK):
    return actions.name_deputy(actor=actor, posting=posting, account=account, since=since, until=until, at=MONDAY)  # fmt: skip


def test_a_deputy_sees_and_may_what_the_post_sees_and_may_for_these_days(leave, secretary):
    absent, deputy = leave
    with behind(SYSTEM):
        row = make_row(GRID)
    before, made = actor_of(deputy.pk, MONDAY), name(secretary, absent, deputy)
    now, after = actor_of(deputy.pk, SOON), actor_of(deputy.pk, made.valid_to)
    assert not before.scope.covers(GRID)
    assert now.scope.covers(GRID)
    assert now.may("cases.verify", GRID)
    assert (after.scope, after.capabilities) == (before.scope, before.capabilities)
    assert {one.actor.id for one in sights(Place(row.area, []), SOON)} >= {
        absent.account_id,
        deputy.pk,
    }
    assert actor_of(absent.account_id, SOON).scope.covers(GRID)  # nobody is locked out by leave
    assert [told["name"] if isinstance(told, dict) else type(told).__name__ for told in published()][-1] == "DeputyNamed"  # fmt: skip


def test_what_waits_for_the_post_and_for_the_absent_waits_for_the_deputy(leave, secretary):
    absent, deputy = leave
    facts = {"flow": "case", "state": "x", "capability": "cases.verify", "opened_at": MONDAY}
    with behind(SYSTEM):
        for turn, area in (("", GRID), (f"desk:{GRID}", GRID), (f"account:{absent.account_id}", GRID), ("", NEXT_GRID), (f"account:{absent.account_id}", NEXT_GRID)):  # fmt: skip
            Todo.objects.create(
                area=area, subject=make_row(area).pk, turn=turn, title=turn or area, **facts
            )
        mine = [todo.title for todo in todos(actor_of(deputy.pk, SOON))]
        assert mine == [NEXT_GRID]
        name(secretary, absent, deputy)
        mine = sorted(todo.title for todo in todos(actor_of(deputy.pk, SOON)))
        assert mine == sorted([NEXT_GRID, GRID, f"desk:{GRID}", f"account:{absent.account_id}"])
        assert len(todos(actor_of(deputy.pk, MONDAY + WEEK))) == 1


@action("cases.verify")
def _verify(*, actor, area, at):
    """Stands for any act of a grid worker."""


def test_the_log_names_both_and_an_own_act_names_one(leave, secretary):
    absent, deputy = leave
    name(secretary, absent, deputy)
    actor = actor_of(deputy.pk, SOON)
    _verify(actor=actor, area=GRID, at=SOON)
    _verify(actor=actor, area=NEXT_GRID, at=SOON)
    own, lent = Entry.objects.filter(action="cases.verify").order_by("-seq")[:2]
    assert (lent.account, lent.changes) == (deputy.pk, {"deputy_for": str(absent.account_id)})
    assert (own.account, own.changes) == (deputy.pk, {})
    page = cast.audit_admin().get("audit:log", query={"action": "cases.verify"}).content.decode()
    assert "乙（代甲）" in page
    with behind(actor), refused("not_allowed"):
        _verify(actor=actor, area=COUNTY + "002001001", at=SOON)


@action("cases.report")
def _tell(*, actor, to, template, area, at):
    """Stands for any act that tells somebody."""
    facts = dict.fromkeys(("number", "matter", "place", "unit", "by", "answer", "pace"), "x")
    send(to=to, template=template, facts=facts, area=area, at=at)


def test_work_of_the_post_is_told_to_both_and_what_is_personal_is_not(leave, secretary):
    absent, deputy = leave
    name(secretary, absent, deputy)
    to = f"account:{absent.account_id}"
    with behind(SYSTEM):
        Message.objects.all().delete()
        _tell(actor=SYSTEM, to=to, template="cases.urgent", area=GRID, at=SOON)
        told = {row.recipient: str(compose.title_of(row)) for row in Message.objects.all()}
        assert told == {to: "紧急：x", f"account:{deputy.pk}": "【代甲】紧急：x"}
        _tell(actor=SYSTEM, to=to, template="cases.closed", area=GRID, at=SOON)
        _tell(actor=SYSTEM, to=to, template="cases.urgent", area=COUNTY + "002", at=SOON)
        _tell(actor=SYSTEM, to=to, template="cases.urgent", area=GRID, at=MONDAY + WEEK)
        assert Message.objects.filter(recipient=f"account:{deputy.pk}").count() == 1
    assert deputies_of(SYSTEM, absent.account_id, NEXT_GRID, SOON) == []


def test_who_may_name_whom(leave, secretary):
    absent, deputy = leave
    stranger = make_account("bing", "丙")  # no post here
    admin = make_posting("system_admin", COUNTY)
    security, far, equal = (
        made().actor for made in (cast.security_admin, cast.stranger, cast.grid_worker)
    )
    with refused("deputy_not_working_here"):
        name(secretary, absent, stranger)
    with refused("not_allowed"):
        name(far, absent, deputy)
    with refused("not_allowed"):
        name(equal, absent, deputy)
    with refused("deputy_span"):
        name(secretary, absent, deputy, until=MONDAY + 93 * DAY)
    with refused("deputy_span"):
        name(secretary, absent, deputy, since=MONDAY + WEEK, until=MONDAY + DAY)
    boss = make_posting("community_secretary", GRID[:12])
    self_ = actor_of(boss.account_id, MONDAY)
    with refused("not_for_oneself"):
        name(self_, absent, boss.account)
    with refused("deputy_of_administrator"):
        name(security, admin, deputy)
    with refused("deputy_is_holder"):
        name(secretary, absent, absent.account)
    made = name(secretary, absent, deputy)
    with refused("deputy_already"):
        name(secretary, absent, deputy, since=MONDAY + DAY)
    assert GrantRow.objects.get(pk=made.grant_id).lent_for_id == absent.account_id


def test_a_leader_of_one_unit_lends_no_post_of_another():
    make_county()
    ours, theirs = make_unit(name="甲局"), make_unit(name="乙局")
    held = make_posting("department_handler", unit=theirs)
    colleague = make_posting("department_handler", unit=theirs).account
    leader = make_posting("department_leader", unit=ours)
    with refused("not_allowed"):
        name(actor_of(leader.account_id, MONDAY), held, colleague)
    own = make_posting("department_leader", unit=theirs)
    assert name(actor_of(own.account_id, MONDAY), held, colleague).posting == held
    security = cast.security_admin().actor
    with refused("deputy_not_working_here"):
        name(security, own, leader.account)


def test_it_ends_early_and_with_the_posting(leave, secretary):
    absent, deputy = leave
    made = name(secretary, absent, deputy)
    far = cast.stranger().actor
    with refused("not_allowed"):
        actions.end_deputy(actor=far, deputy=made, at=SOON)
    actions.end_deputy(actor=actor_of(absent.account_id, SOON), deputy=made, at=SOON)
    assert not actor_of(deputy.pk, SOON).scope.covers(GRID)
    with refused("deputy_over"):
        actions.end_deputy(actor=actor_of(deputy.pk, SOON), deputy=made, at=SOON)
    again = actions.name_deputy(
        actor=cast.security_admin().actor, posting=absent, account=deputy, since=SOON, until=SOON + WEEK, at=SOON
    )  # fmt: skip
    actions.end_posting(actor=cast.security_admin().actor, posting=absent, at=SOON + DAY)
    assert Deputy.objects.get(pk=again.pk).valid_to == SOON + DAY
    assert not actor_of(deputy.pk, SOON + DAY).scope.covers(GRID)


def test_the_page_names_a_deputy_and_a_wrong_login_is_told(leave):
    absent, _ = leave
    secretary = cast.community_secretary()
    today = localtime(
        datetime.fromtimestamp(time.time(), UTC)
    ).date()  # a request has the time of the clock on the wall
    last = today + timedelta(days=3)
    given = {"since": today.isoformat(), "until": last.isoformat()}
    wrong = secretary.post("orgs:new_deputy", absent.pk, data={"login": "nobody", **given})
    assert "没有登录名为" in wrong.content.decode()
    done = secretary.post("orgs:new_deputy", absent.pk, data={"login": "yi 乙", **given})
    assert done.status_code == 302
    page = secretary.get("orgs:deputies").content.decode()
    assert "甲" in page
    assert "乙" in page
    assert localtime(Deputy.objects.get().valid_to).date() == last + timedelta(days=1)
    assert list(selectors.deputies(cast.stranger().actor)) == []


def test_the_list_costs_the_same_for_one_and_for_thirty(leave, secretary, grows):
    member = cast.community_secretary()

    def one_more():
        posting = make_posting("grid_worker", GRID, at=MONDAY - WEEK)
        name(secretary, posting, make_posting("grid_worker", NEXT_GRID, at=MONDAY - WEEK).account)

    grows(one_more, lambda: member.get("orgs:deputies"))
