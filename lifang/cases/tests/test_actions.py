"""The loop, link by link: what each act does, to whom it gives the turn, and what it refuses."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from lifang.cases import actions, selectors
from lifang.cases.catalogue import OUTCOMES
from lifang.cases.events import CaseClosed, CaseDispatched, CaseReported
from lifang.cases.models import Case, Reporter
from lifang.cases.tests.make import (
    HOUR,
    MONDAY,
    accepted,
    again,
    awaiting_check,
    closed,
    dispatched,
    handling,
    make_case,
    make_photo,
    make_unit,
)
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.log import verify
from lifang.core.flow.models import Clock, Step, Todo
from lifang.core.testing import cast, places
from lifang.core.testing.told import deliver, published

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _see_all():
    with behind(SYSTEM):
        yield


def turns(case):
    return set(Todo.objects.filter(subject=case.pk, done_at=None).values_list("capability", "turn"))


# -- in ---------------------------------------------------------------------------------------------


@pytest.mark.covers("S0-33", "S4-09", "W-R1")
def test_a_report_without_an_account_opens_a_case_at_the_desk_of_its_street():
    cast.street_dispatcher()
    case = make_case(phone="10012345678")
    assert (case.state, case.area, case.desk, case.reports) == (
        "awaiting_acceptance",
        places.GRID,
        places.STREET,
        1,
    )
    assert turns(case) == {("cases.accept", f"desk:{places.STREET}")}
    assert case.due_at == MONDAY + 2 * HOUR
    assert [told.case for told in published("cases.CaseReported")] == [case.pk]
    reporter = Reporter.objects.get()
    assert (reporter.first, str(reporter.phone), len(reporter.token)) == (True, "10012345678", 16)


def test_a_report_nobody_is_posted_for_waits_at_the_county():
    assert make_case().desk == places.COUNTY


def test_a_report_must_say_or_show_something(refused, anonymous):
    with refused("words_missing"):
        make_case(actor=anonymous.actor, text="  ")


def test_a_resident_cannot_choose_a_matter_that_staff_record(refused, resident):
    hidden = next(matter for matter in selectors.matters(SYSTEM) if not matter.public)
    with refused("not_public_matter"):
        make_case(actor=resident.actor, matter=hidden.key)


def test_an_unknown_matter_is_refused(refused, anonymous):
    with refused("unknown_matter"):
        make_case(actor=anonymous.actor, matter="99999")


def test_a_place_outside_every_area_is_refused(refused, anonymous):
    with refused("out_of_area"):
        make_case(actor=anonymous.actor, area="", lon=0.0, lat=0.0)


@pytest.mark.covers("W-R1")
def test_a_neighbour_joins_instead_of_adding_a_second_case(resident):
    case = make_case()
    reporter = actions.join(actor=resident.actor, case=case, said="我也看到了", at=MONDAY + HOUR)
    assert again(case).reports == 2
    assert Case.objects.count() == 1
    assert reporter.account_id == resident.id
    assert resident.holder in again(case).holders


def test_nobody_joins_twice(resident, refused):
    case = make_case(actor=resident.actor)
    with refused("already_joined"):
        actions.join(actor=resident.actor, case=case, at=MONDAY)


@pytest.mark.covers("W-G2", "S0-34")
def test_what_is_solved_on_the_spot_is_closed_with_a_photo_and_counted(grid_worker):
    case = actions.self_handle(
        actor=grid_worker.actor, matter="06035", text="旧沙发", area=places.GRID, at=MONDAY,
        before=[make_photo(1)], after=[make_photo(2)],
    )  # fmt: skip
    assert (case.state, case.self_handled, case.outcome, case.closed_at) == (
        "closed",
        True,
        "solved_on_spot",
        MONDAY,
    )
    assert turns(case) == set()
    assert published()[-1] == CaseClosed(
        case=case.pk, outcome="solved_on_spot", self_handled=True, at=MONDAY
    )


def test_solved_on_the_spot_needs_a_photo_of_it(grid_worker, refused):
    with refused("evidence_missing"):
        actions.self_handle(
            actor=grid_worker.actor, matter="06035", text="旧沙发", area=places.GRID, at=MONDAY
        )


# -- through ----------------------------------------------------------------------------------------


def test_acceptance_passes_the_turn_on_and_promises_a_time(street_dispatcher):
    case = make_case()
    case = actions.accept(actor=street_dispatcher.actor, case=case, at=MONDAY + HOUR / 4)
    assert case.state == "awaiting_dispatch"
    assert turns(case) == {("cases.dispatch", f"desk:{places.STREET}")}
    assert case.promised_at > case.due_at


@pytest.mark.parametrize(
    "who", ["grid_worker", "department_handler", "resident", "anonymous", "audit_admin", "stranger"]
)
def test_only_the_desk_of_the_place_accepts(who, request, refused):
    case, other = make_case(), request.getfixturevalue(who)
    with refused("not_allowed"):
        actions.accept(actor=other.actor, case=case, at=MONDAY)


def test_a_refusal_is_told_in_words(street_dispatcher):
    case = actions.refuse(
        actor=street_dispatcher.actor, case=make_case(), reason="court", at=MONDAY
    )
    assert case.state == "refused"
    assert case.answer
    assert turns(case) == set()


def test_a_grid_worker_verifies_before_it_is_accepted(street_dispatcher, grid_worker):
    case = make_case()
    case = actions.ask_verification(actor=street_dispatcher.actor, case=case, at=MONDAY)
    assert turns(case) == {("cases.verify", f"desk:{places.GRID}")}
    case = actions.verify(
        actor=grid_worker.actor, case=case, found=True, note="属实", at=MONDAY + HOUR
    )
    assert (case.state, turns(case)) == (
        "awaiting_acceptance",
        {("cases.accept", f"desk:{case.desk}")},
    )


@pytest.mark.covers("S0-33", "W-S1")
def test_dispatch_gives_every_unit_its_turn_and_names_one_lead(street_dispatcher):
    lead, helper = make_unit(), make_unit(cast.FIRM, "物业", "property_company", places.COMMUNITY)
    case = dispatched(unit=lead, assists=[helper])
    assert (case.state, case.lead_id) == ("awaiting_signing", lead.pk)
    assert turns(case) == {("cases.sign", lead.holder), ("cases.sign", helper.holder)}
    assert set(case.holders) >= {lead.holder, helper.holder}
    told = published("cases.CaseDispatched")[-1]
    assert told == CaseDispatched(
        case=case.pk, lead=lead.pk, assists=[helper.pk], due_at=case.due_at, at=told.at
    )


def test_a_unit_sees_the_whole_story_once_it_has_the_case(department_handler):
    make_unit()
    case = dispatched()
    with behind(department_handler.actor):
        assert [step.move for step in Step.objects.filter(subject=case.pk)] == [
            "start",
            "accept",
            "dispatch",
        ]


@pytest.mark.covers("W-D1")
def test_the_third_disputed_return_in_a_row_goes_to_arbitration(
    department_handler, street_dispatcher, county_dispatcher
):
    unit, other = make_unit(), make_unit(cast.FIRM, "城管", "urban_management")
    case = dispatched(unit=unit)
    for time in range(3):
        assert case.state == "awaiting_signing"
        case = actions.return_(
            actor=department_handler.actor, case=case, reason="not_our_duty", note="不属于本单位职责",
            suggested=other.pk, at=MONDAY + (time + 1) * HOUR,
        )  # fmt: skip
        if time < 2:
            assert (case.state, case.lead_id) == ("awaiting_dispatch", None)
            case = actions.dispatch(
                actor=street_dispatcher.actor,
                case=case,
                lead=unit.pk,
                at=MONDAY + (time + 1) * HOUR,
            )
    assert case.state == "awaiting_arbitration"
    assert turns(case) == {("cases.arbitrate", f"desk:{places.COUNTY}")}
    case = actions.arbitrate(
        actor=county_dispatcher.actor,
        case=case,
        lead=other.pk,
        note="由城管处理",
        at=MONDAY + 4 * HOUR,
    )
    assert (case.state, case.lead_id) == ("awaiting_signing", other.pk)


def test_a_return_names_whose_duty_it_is(department_handler, refused):
    case = dispatched()
    with refused("suggestion_missing"):
        actions.return_(
            actor=department_handler.actor,
            case=case,
            reason="not_our_duty",
            note="不是",
            at=MONDAY + HOUR,
        )


@pytest.mark.covers("W-D2")
def test_the_lead_feeds_back_after_everybody_who_helps(
    department_handler, property_handler, refused
):
    unit, helper = make_unit(), make_unit(cast.FIRM, "物业", "property_company", places.COMMUNITY)
    case = handling(unit=unit, assists=[helper], matter="09001")
    with refused("assists_open"):
        actions.feed_back(
            actor=department_handler.actor, case=case, note="好了", at=MONDAY + 2 * HOUR
        )
    actions.sign(actor=property_handler.actor, case=case, at=MONDAY + 2 * HOUR)
    actions.feed_back(
        actor=property_handler.actor, case=case, note="协助完成", at=MONDAY + 2 * HOUR
    )
    case = actions.feed_back(
        actor=department_handler.actor, case=case, note="好了", at=MONDAY + 3 * HOUR
    )
    assert (case.state, case.handled_at) == ("awaiting_check", MONDAY + 3 * HOUR)


@pytest.mark.covers("W-D2")
def test_feedback_shows_the_work_where_the_matter_asks_for_it(department_handler, refused):
    case = handling()
    with refused("evidence_missing"):
        actions.feed_back(
            actor=department_handler.actor, case=case, note="已清理", at=MONDAY + 2 * HOUR
        )
    case = actions.feed_back(
        actor=department_handler.actor,
        case=case,
        note="已清理",
        photos=[make_photo(5)],
        at=MONDAY + 2 * HOUR,
    )
    assert case.state == "awaiting_check"


@pytest.mark.covers("W-D2")
def test_the_unit_that_has_it_sees_the_photos_that_came_before_it_and_no_other_unit_does():
    case = dispatched(photos=[make_photo(6)])
    doer, other = cast.department_handler().actor, cast.property_handler().actor
    photos = selectors.photos(doer, case)
    assert [photo.kind for photo in photos.visible_to(doer)] == ["before"]
    assert not photos.visible_to(other).exists()


def test_the_usual_answer_speaks_the_readers_language_and_ones_own_words_stay_as_they_are():
    case = closed()
    with translation.override("en"):
        assert case.answered == OUTCOMES["solved"].public.en
    assert case.answered == OUTCOMES["solved"].public.zh
    case.answer = "当天已清理"
    with translation.override("en"):
        assert case.answered == "当天已清理"


@pytest.mark.covers("W-D2")
def test_a_photo_that_was_used_before_is_refused(department_handler, refused):
    first = handling()
    actions.feed_back(
        actor=department_handler.actor,
        case=first,
        note="已清理",
        photos=[make_photo(7)],
        at=MONDAY + 2 * HOUR,
    )
    second = handling()
    with refused("photo_reused") as told:
        actions.feed_back(
            actor=department_handler.actor,
            case=second,
            note="已清理",
            photos=[make_photo(7)],
            at=MONDAY + 3 * HOUR,
        )
    assert told.facts == {"number": first.number}


@pytest.mark.covers("W-S2")
def test_more_time_is_asked_for_granted_in_part_and_promised_anew(
    department_handler, street_dispatcher
):
    case = handling()
    before = case.due_at
    actions.ask_delay(
        actor=department_handler.actor,
        case=case,
        amount=Decimal(2),
        reason="weather",
        note="下雨",
        at=MONDAY + 2 * HOUR,
    )
    assert ("cases.decide_delay", f"desk:{places.STREET}") in turns(case)
    delay = actions.decide_delay(
        actor=street_dispatcher.actor, case=case, granted=Decimal(1), at=MONDAY + 2 * HOUR
    )
    case = again(case)
    assert (delay.granted, case.due_at, case.promised_at) == (1, before + HOUR, before + HOUR)
    assert turns(case) == {("cases.feed_back", f"unit:{cast.UNIT}")}


def test_only_one_request_for_more_time_waits(department_handler, refused):
    case = handling()
    ask = {
        "actor": department_handler.actor,
        "case": case,
        "amount": Decimal(1),
        "reason": "weather",
        "note": "雨",
        "at": MONDAY + 2 * HOUR,
    }
    actions.ask_delay(**ask)
    with refused("delay_pending"):
        actions.ask_delay(**ask)


def test_time_stands_still_while_a_case_is_suspended(street_dispatcher):
    case = handling()
    before = case.due_at
    case = actions.suspend(
        actor=street_dispatcher.actor,
        case=case,
        reason="flood_ban",
        note="暴雨停工",
        at=MONDAY + HOUR,
    )
    assert (case.state, turns(case)) == ("suspended", {("cases.resume", f"desk:{places.STREET}")})
    case = actions.resume(actor=street_dispatcher.actor, case=case, at=MONDAY + 25 * HOUR)
    assert case.state == "handling"
    assert case.due_at == case.promised_at > before
    assert turns(case) == {("cases.feed_back", f"unit:{cast.UNIT}")}


def test_pressing_is_answered_by_the_units_feedback(department_handler, county_leader):
    case = handling(matter="09001")
    actions.press(actor=county_leader.actor, case=case, note="群众反映强烈", at=MONDAY + 2 * HOUR)
    actions.feed_back(
        actor=department_handler.actor, case=again(case), note="好了", at=MONDAY + 3 * HOUR
    )
    assert case.pressings.get().answered_at == MONDAY + 3 * HOUR


def test_escalation_moves_the_turn_up(street_dispatcher):
    case = accepted()
    case = actions.escalate(
        actor=street_dispatcher.actor, case=case, note="需要县里协调", at=MONDAY + HOUR
    )
    assert turns(case) == {("cases.dispatch", f"desk:{places.COUNTY}")}


@pytest.mark.covers("W-S1")
def test_one_report_becomes_two_cases(street_dispatcher):
    case = accepted()
    other = actions.split(
        actor=street_dispatcher.actor,
        case=case,
        matter="09009",
        text="车挡住了垃圾站",
        at=MONDAY + HOUR,
    )
    assert (other.split_from_id, other.area, other.state) == (
        case.pk,
        case.area,
        "awaiting_acceptance",
    )
    assert again(case).state == "awaiting_dispatch"


def test_merging_keeps_every_reporter_informed(street_dispatcher):
    first, second = make_case(phone="10011112222"), make_case(phone="10033334444")
    into = actions.merge(actor=street_dispatcher.actor, case=second, into=first, at=MONDAY + HOUR)
    assert (into.reports, again(second).state, again(second).merged_into_id) == (
        2,
        "merged",
        first.pk,
    )
    assert set(Reporter.objects.values_list("case", flat=True)) == {first.pk}


def test_a_case_does_not_merge_with_itself(street_dispatcher, refused):
    case = make_case()
    with refused("merge_with_itself"):
        actions.merge(actor=street_dispatcher.actor, case=case, into=case, at=MONDAY)


# -- closed -----------------------------------------------------------------------------------------


@pytest.mark.covers("S4-09")
def test_nothing_is_closed_by_whoever_did_it(refused):
    case = awaiting_check()
    doer = cast.department_handler()
    cast.give(doer.account, "checker", places.COUNTY)
    with refused("own_work_checked"):
        actions.check(actor=doer.actor, case=case, passed=True, at=MONDAY + 3 * HOUR)


def test_a_passed_check_closes_with_an_answer_and_asks_the_reporter(checker, community_secretary):
    case = awaiting_check(phone="10012345678")
    case = actions.check(actor=checker.actor, case=case, passed=True, at=MONDAY + 3 * HOUR)
    assert (case.state, case.closed_at, case.outcome, case.on_time) == (
        "awaiting_callback",
        MONDAY + 3 * HOUR,
        "solved",
        True,
    )
    assert turns(case) == {("cases.call_back", f"desk:{places.COMMUNITY}")}


def test_nobody_to_call_back_means_closed_at_once():
    assert closed().state == "closed"


def test_a_failed_check_goes_back_with_a_new_clock_and_keeps_the_old_verdict(checker):
    case = awaiting_check()
    case = actions.check(
        actor=checker.actor, case=case, passed=False, note="还有垃圾", at=MONDAY + 3 * HOUR
    )
    assert (case.state, case.handled_at) == ("handling", None)
    handle = Clock.objects.filter(subject=case.pk, stage="handle").order_by("started_at")
    assert [clock.stopped_at is None for clock in handle] == [False, True]


@pytest.mark.covers("W-R1", "S0-55")
def test_not_fixed_says_the_reporter_and_it_opens_again_with_the_reason(anonymous):
    case = closed()
    reporter = Reporter.objects.get(case=case)
    case = actions.not_solved(
        actor=anonymous.actor,
        case=case,
        reporter=reporter,
        note="还在那里",
        at=MONDAY + timedelta(days=1),
    )
    assert (case.state, case.round, case.closed_at, case.outcome) == (
        "awaiting_dispatch",
        2,
        None,
        "",
    )


def test_another_cases_receipt_opens_nothing(anonymous, refused):
    case, other = closed(), make_case()
    with refused("not_yours"):
        actions.not_solved(
            actor=anonymous.actor,
            case=case,
            reporter=Reporter.objects.get(case=other),
            note="没有",
            at=MONDAY + 5 * HOUR,
        )


def test_the_window_for_opening_again_ends(street_dispatcher, refused):
    case = closed()
    with refused("reopen_window_over"):
        actions.reopen(
            actor=street_dispatcher.actor, case=case, note="还在", at=MONDAY + timedelta(days=40)
        )


def test_a_call_that_hears_no_opens_it_again(community_secretary, checker):
    case = awaiting_check(phone="10012345678")
    case = actions.check(actor=checker.actor, case=case, passed=True, at=MONDAY + 3 * HOUR)
    case = actions.call_back(
        actor=community_secretary.actor,
        case=case,
        reached=True,
        solved=False,
        note="没有清干净",
        at=MONDAY + 4 * HOUR,
    )
    assert (case.state, case.round) == ("awaiting_dispatch", 2)


def test_stars_are_given_once(anonymous, refused):
    case = closed()
    reporter = Reporter.objects.get(case=case)
    rate = {
        "actor": anonymous.actor,
        "case": case,
        "reporter": reporter,
        "stars": 5,
        "at": MONDAY + 5 * HOUR,
    }
    assert actions.rate(**rate).stars == 5
    with refused("already_rated"):
        actions.rate(**rate)


def test_an_archived_case_is_nobodys_turn(street_dispatcher):
    case = actions.archive(
        actor=street_dispatcher.actor, case=closed(), at=MONDAY + timedelta(days=31)
    )
    assert (case.state, turns(case)) == ("archived", set())


# -- always -----------------------------------------------------------------------------------------


def test_the_whole_loop_leaves_an_unbroken_log_and_everybody_is_told(checker):
    case = closed(phone="10012345678")
    assert deliver(MONDAY + 4 * HOUR) > 5
    assert verify().whole
    assert published()[0] == CaseReported(
        case=case.pk, matter="09001", level="ordinary", source="resident_web", at=MONDAY
    )


def test_a_stage_that_runs_out_is_told_once(street_dispatcher):
    case = make_case()
    late = MONDAY + timedelta(days=2)
    assert actions.tell_overdue(actor=SYSTEM, at=late) == 1
    assert actions.tell_overdue(actor=SYSTEM, at=late + HOUR) == 0
    assert [told.subject for told in published("flow.StageOverdue")] == [case.pk]


def test_a_move_the_table_does_not_have_is_refused(street_dispatcher, refused):
    case = make_case()
    with refused("no_such_move"):
        actions.archive(actor=street_dispatcher.actor, case=case, at=MONDAY)
