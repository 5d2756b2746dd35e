"""The roster: who is on watch, by form and by spreadsheet; urgent cases reach them; it is a plan and no record of presence."""

from datetime import date, datetime, timedelta

import pytest
from django.db import models

from lifang.core.access import SYSTEM
from lifang.core.access.grants import actor_of
from lifang.core.sheets.tests.make import csv
from lifang.core.testing import cast, hostile
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.places import COMMUNITY, COUNTY, NEXT_STREET
from lifang.core.testing.proofs import refused
from lifang.orgs import actions, selectors
from lifang.orgs.catalogue import SPANS
from lifang.orgs.models import Watch
from lifang.orgs.terms import WatchRole
from lifang.orgs.tests.make import make_account, make_county, make_posting, make_unit
from lifang.orgs.tests.test_sheets import page, upload, write

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
HEAD = ("日期", "班次", "任职地点", "登录名", "值班职责")


@pytest.fixture
def worker():
    make_county()
    return make_posting("community_worker", COMMUNITY, account=make_account("zhi", "值班人"), at=MONDAY - timedelta(days=9)).account  # fmt: skip


def enter(
    account, actor=None, area=COMMUNITY, unit=None, day=TODAY, span="night", role=WatchRole.WATCH
):
    actor = actor or cast.community_secretary().actor
    rows = [actions.WatchRow(account, "" if unit else area, unit, day, span, role)]
    return actions.set_roster(actor=actor, rows=rows, area=unit.area if unit else area, at=MONDAY)[
        0
    ]


def test_a_night_ends_on_the_next_morning_and_somebody_is_on_watch_then(worker):
    made = enter(worker)
    assert made.starts_at == datetime.fromisoformat("2026-11-23T17:30+08:00")
    assert made.ends_at == datetime.fromisoformat("2026-11-24T08:30+08:00")
    late = datetime.fromisoformat("2026-11-24T02:00+08:00")
    assert [one.account for one in selectors.on_watch(SYSTEM, COMMUNITY, late)] == [worker]
    assert selectors.on_watch(SYSTEM, COMMUNITY, made.ends_at) == []
    assert selectors.on_watch(SYSTEM, COUNTY, late) == []
    assert {one.key for one in SPANS} == {"day", "night", "whole"}


def test_who_may_enter_whom(worker):
    outsider = make_posting("community_worker", NEXT_STREET + "001").account
    ours, far, equal = (
        made().actor for made in (cast.community_secretary, cast.stranger, cast.grid_worker)
    )
    with refused("watch_not_working_here"):
        enter(outsider, ours)
    with refused("not_allowed"):
        enter(worker, far)
    with refused("not_allowed"):
        enter(worker, equal)
    with refused("span_unknown"):
        enter(worker, ours, span="siesta")
    with refused("watch_day"):
        enter(worker, ours, day=date(2206, 11, 23))
    enter(worker, ours)
    with refused("watch_twice"):
        enter(worker, ours)


def test_a_unit_keeps_its_own_roster_and_no_other():
    make_county()
    ours, theirs = make_unit(name="甲局"), make_unit(name="乙局")
    handler = make_posting("department_handler", unit=ours).account
    leader = actor_of(make_posting("department_leader", unit=ours).account_id, MONDAY)
    other = actor_of(make_posting("department_leader", unit=theirs).account_id, MONDAY)
    with refused("not_allowed"):
        enter(handler, actor=other, unit=ours)
    made = enter(handler, actor=leader, unit=ours)
    assert list(selectors.watches(leader)) == [made]
    assert list(selectors.watches(other)) == []


def test_a_watch_that_is_over_stays(worker):
    secretary = cast.community_secretary().actor
    made = enter(worker)
    with refused("watch_over"):
        actions.drop_watch(actor=secretary, watch=made, at=made.ends_at)
    actions.drop_watch(actor=secretary, watch=made, at=MONDAY)
    assert not Watch.objects.exists()


def test_nothing_about_presence_is_kept():
    kept = {field.name for field in Watch._meta.get_fields() if isinstance(field, models.Field)}
    assert kept == {"id", "area", "unit", "account", "span", "role", "starts_at", "ends_at", "made_by"}  # fmt: skip


def test_a_month_by_spreadsheet_again_changes_nothing_and_is_undone_as_one(worker):
    secretary = cast.community_secretary()
    days = [(TODAY + timedelta(days=n)).isoformat() for n in range(30)]
    data = csv(HEAD, *((day, "夜班", COMMUNITY, "zhi", "值班员") for day in days))
    it = upload(secretary, "orgs.roster", data)
    assert (it.state, it.counts) == ("checked", {"new": 30})
    assert write(secretary, it).written == 30
    assert Watch.objects.count() == 30
    assert upload(secretary, "orgs.roster", data).counts == {"same": 30}
    changed = csv(HEAD, (days[0], "夜班", COMMUNITY, "zhi", "带班领导"))
    assert write(secretary, upload(secretary, "orgs.roster", changed)).written == 1
    assert Watch.objects.filter(role="leader").count() == 1


def test_wrong_rows_are_told_and_hostile_ones_break_nothing(worker):
    secretary = cast.community_secretary()
    rows = [
        ("2026-12-01", "夜班", COMMUNITY, "nobody-here", ""),
        ("2206-12-01", "夜班", COMMUNITY, "zhi", ""),
        ("2026-12-01", "夜班", NEXT_STREET, "zhi", ""),
        ("2026-12-01", "午休", COMMUNITY, "zhi", ""),
        ("昨天", "夜班", COMMUNITY, "zhi", ""),
    ]
    it = upload(secretary, "orgs.roster", csv(HEAD, *rows))
    assert it.counts == {"wrong": 5}
    said = page(secretary, it)
    assert "nobody-here" in said
    for one in hostile.sample(40, "roster"):
        clean = one.text.replace("\x00", "")
        it = upload(secretary, "orgs.roster", csv(HEAD, (clean, clean, clean, clean, clean)))
        assert it.state in ("checked", "refused", "failed"), one
    assert not Watch.objects.exists()


def test_the_page_says_who_is_awake_and_takes_a_form(worker):
    secretary = cast.community_secretary()
    enter(worker, span="whole")
    said = secretary.get("orgs:roster").content.decode()
    assert "值班人" in said
    done = secretary.post("orgs:new_watch", data={"area": f"{COMMUNITY} 和平社区", "day": "2026-11-28", "span": "day", "login": "zhi", "role": "leader"})  # fmt: skip
    assert done.status_code == 302
    assert Watch.objects.count() == 2
    wrong = secretary.post("orgs:new_watch", data={"day": "2026-11-28", "span": "day", "login": "zhi", "role": "leader"})  # fmt: skip
    assert "请选择区域或单位" in wrong.content.decode()


def test_the_list_costs_the_same_for_one_and_for_thirty(worker, grows):
    secretary = cast.community_secretary()
    days = iter(range(10, 60))
    grows(lambda: enter(worker, day=TODAY + timedelta(days=next(days))), lambda: secretary.get("orgs:roster"))  # fmt: skip
