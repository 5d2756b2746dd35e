"""Limits are revised from a day on, after a look at what they would have meant (journey W-A2)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from lifang.cases import actions, selectors
from lifang.cases.models import Revision
from lifang.cases.tests.make import HOUR, MONDAY, awaiting_check, handling, make_case, make_unit
from lifang.core.access import SYSTEM, Refused
from lifang.core.access.wall import behind
from lifang.core.calendar import Limit
from lifang.core.flow.models import Clock
from lifang.core.testing import places
from lifang.core.testing.told import published

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S3-14", "S0-07", "W-A2")]
RUBBISH, STALL = "06010", "09001"
LATER = MONDAY + timedelta(days=7)
SHORT = {"handle": Limit(Decimal(1), "work_hour")}


def revise(admin, **facts):
    told = {
        "actor": admin.actor, "matter": RUBBISH, "area": places.COUNTY, "stages": SHORT, "valid_from": LATER,
        "reason": "市里 2026 年第 3 号通知", "at": MONDAY, **facts,
    }  # fmt: skip
    return actions.revise_limits(**told)


def limit(case, stage="handle", at=None):
    with behind(SYSTEM):
        return selectors.limit_for(SYSTEM, case, stage, at or case.opened_at)


def test_cases_opened_from_the_day_on_follow_it_and_earlier_ones_keep_theirs(system_admin):
    usual = limit(make_case())
    revise(system_admin)
    assert limit(make_case(at=LATER - HOUR)) == usual
    assert limit(make_case(at=LATER)) == SHORT["handle"]
    assert usual != SHORT["handle"]


def test_an_old_case_whose_stage_begins_after_the_day_keeps_the_old_limit(system_admin):
    usual = limit(make_case())
    revise(system_admin)
    old = make_case(at=LATER - HOUR)
    assert limit(old, at=LATER + HOUR) == usual


def test_the_clock_of_a_case_runs_by_the_revised_limit(system_admin, street_dispatcher):
    make_unit()
    revise(system_admin, stages={"accept": Limit(Decimal(3), "calendar_hour")})
    case = make_case(at=LATER)
    with behind(SYSTEM):
        assert Clock.objects.get(subject=case.pk).limit == Limit(Decimal(3), "calendar_hour")
    assert case.due_at == LATER + 3 * HOUR


def test_the_nearest_area_decides_then_the_newest(system_admin):
    day = timedelta(days=1)
    revise(system_admin)
    revise(system_admin, area=places.STREET, stages={"handle": Limit(Decimal(2), "work_hour")})
    revise(system_admin, valid_from=LATER + day, stages={"handle": Limit(Decimal(5), "work_hour")})
    here, elsewhere = (
        make_case(at=LATER + 2 * day),
        make_case(at=LATER + 2 * day, area=places.FAR_GRID),
    )
    assert limit(here).amount == 2
    assert limit(elsewhere).amount == 5


def test_a_stage_that_is_not_named_keeps_its_limit(system_admin):
    usual = limit(make_case(), "check")
    revise(system_admin)
    assert limit(make_case(at=LATER), "check") == usual


def test_a_withdrawn_revision_never_comes_into_force(system_admin):
    usual = limit(make_case())
    made = revise(system_admin)
    actions.withdraw_revision(actor=system_admin.actor, revision=made, at=MONDAY + HOUR)
    assert limit(make_case(at=LATER)) == usual
    assert [told.revision for told in published("cases.RevisionWithdrawn")] == [made.pk]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"valid_from": MONDAY}, "revised_backwards"),
        ({"reason": "  "}, "revision_reason_missing"),
        ({"stages": {}}, "nothing_revised"),
        ({"stages": {"celebrate": Limit(Decimal(1), "work_day")}}, "nothing_revised"),
        ({"matter": "99999"}, "unknown_matter"),
        ({"area": places.OTHER_COUNTY}, "not_allowed"),
    ],
    ids=lambda given: given if isinstance(given, str) else " ".join(given),
)
def test_what_may_not_be_revised(system_admin, refused, facts, reason):
    with refused(reason):
        revise(system_admin, **facts)


def test_nobody_else_revises(street_dispatcher, county_dispatcher, refused):
    for member in (street_dispatcher, county_dispatcher):
        with refused("not_allowed"):
            revise(member)


def test_one_instant_has_one_revision(system_admin, refused):
    revise(system_admin)
    with refused("revised_that_day"):
        revise(system_admin)


def test_what_is_in_force_cannot_be_taken_back(system_admin, refused):
    made = revise(system_admin)
    with refused("revision_in_force"):
        actions.withdraw_revision(actor=system_admin.actor, revision=made, at=LATER)


def test_the_preview_counts_past_cases_anew(system_admin):
    done = awaiting_check(matter=STALL)  # signed after an hour, handled after two
    running = handling(matter=STALL)
    opened = (MONDAY - HOUR, MONDAY + timedelta(days=1))
    shorter, longer = ({"handle": Limit(Decimal(text), "work_hour")} for text in ("0.5", "1.5"))
    told = (system_admin.actor, STALL, places.COUNTY)
    (effect,) = selectors.what_if(*told, shorter, opened, MONDAY + 2 * HOUR)
    assert (effect.cases, effect.on_time, effect.on_time_then) == (2, 2, 0)
    assert set(effect.turned_late) == {done.pk, running.pk}
    (effect,) = selectors.what_if(*told, longer, opened, MONDAY + 2 * HOUR)
    assert (effect.cases, effect.on_time_then, effect.turned_late) == (2, 2, [])
    assert Revision.objects.count() == 0


def test_the_preview_counts_no_other_matter_area_or_month(system_admin):
    make_case(matter="06011")
    make_case(area=places.FAR_GRID)
    make_case(at=MONDAY - timedelta(days=40))
    stages = {"accept": Limit(Decimal(1), "calendar_hour")}
    (effect,) = selectors.what_if(
        system_admin.actor, RUBBISH, places.STREET, stages, (MONDAY - HOUR, LATER), LATER
    )
    assert effect.cases == 0


def test_an_administrator_looks_first_and_publishes_then(system_admin):
    page = system_admin.get("cases:matter_limits", RUBBISH)
    assert "暴露垃圾" in page.text
    form = {
        "area": places.COUNTY, "valid_from": "2026-11-30", "reason": "市里 2026 年第 3 号通知",
        "amount_handle": "1", "unit_handle": "work_hour",
    }  # fmt: skip
    looked = system_admin.post("cases:limits_revision", RUBBISH, data=form)
    assert looked.status_code == 200
    assert 'id="effects"' in looked.text
    assert Revision.objects.count() == 0
    done = system_admin.post("cases:limits_revision", RUBBISH, data={**form, "publish": "1"})
    assert done.status_code == 302
    made = Revision.objects.get()
    assert made.valid_from == datetime(2026, 11, 29, 16, tzinfo=UTC)  # midnight in China
    assert made.limits == {"handle": Limit(Decimal(1), "work_hour")}
    assert "撤回" in system_admin.get("cases:matter_limits", RUBBISH).text
    system_admin.post("cases:revision_withdrawal", made.pk)
    assert not selectors.revisions(SYSTEM).exists()


def test_where_last_month_had_none_the_preview_looks_at_this_month(system_admin):
    awaiting_check(matter=STALL)
    form = {
        "area": places.COUNTY, "valid_from": "2026-11-30", "reason": "x", "amount_handle": "0.5",
        "unit_handle": "work_hour",
    }  # fmt: skip
    looked = system_admin.post("cases:limits_revision", STALL, data=form)
    assert f"{MONDAY:%Y-%m}" in looked.text
    assert "都没有这类事件" not in looked.text
    assert 'data-label="会变成超时">1<' in looked.text


def test_the_form_can_be_read_by_every_browser_and_every_reader(system_admin):
    page = system_admin.get("cases:limits_revision", RUBBISH).text
    # A date field takes nothing but ISO, in any language.
    assert 'name="valid_from" value="20' in page
    assert page.count("<select") == page.count("：单位") + 1  # the area has a label of its own


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_handle": "-1"}, {"amount_handle": "1e99"}, {"amount_handle": "一小时"}, {"unit_handle": "moon"},
        {"amount_handle": "1.5", "unit_handle": "work_day"}, {"valid_from": "2026-02-30"}, {"valid_from": ""},
        {"area": "99"}, {"reason": ""}, {"amount_handle": "NaN"}, {"reason": "x" * 500},
        {"amount_handle": ""},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_form_says_what_is_wrong_and_publishes_nothing(system_admin, wrong):
    form = {
        "area": places.COUNTY, "valid_from": "2026-11-30", "reason": "x", "amount_handle": "1",
        "unit_handle": "work_hour", "publish": "1", **wrong,
    }  # fmt: skip
    answer = system_admin.post("cases:limits_revision", RUBBISH, data=form)
    assert answer.status_code == 200
    assert "error" in answer.text
    assert Revision.objects.count() == 0


def test_everybody_on_the_staff_reads_and_one_query_reads_all_matters(
    grid_worker, django_assert_max_num_queries
):
    assert grid_worker.get("cases:limits").status_code == 200
    with django_assert_max_num_queries(1):
        selectors.paces(SYSTEM, places.COUNTY, MONDAY)
    with pytest.raises(Refused):
        selectors.revision(SYSTEM, make_case().pk)
