"""The weekly review: what a week of alarms was, what it proposes and why, and the word it is signed with."""

from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.flow import selectors as flow
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.proofs import grows, refused
from lifang.core.testing.rows import a_row
from lifang.core.testing.told import published
from lifang.orgs.tests.make import make_county
from lifang.registry.tests.make import GRID, make_building
from lifang.sensing import actions
from lifang.sensing.catalogue import PROPOSALS, RULES
from lifang.sensing.events import ReviewSigned, ReviewWritten
from lifang.sensing.jobs import write_reviews
from lifang.sensing.models import Alarm, AlarmStep, Review
from lifang.sensing.rules import review as rules
from lifang.sensing.tests.make import make_device

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LAST = MONDAY - 4 * DAY  # within the week that MONDAY ends
SERIAL = count(1)


@pytest.fixture(autouse=True)
def _see_all(db):
    with behind(SYSTEM):
        yield


def an_alarm(device, rule="bike_in_lift", at=LAST, lasted=MINUTE, verdict="", **more) -> Alarm:
    spec = RULES[rule]
    facts = {
        "area": device.area, "subject": f"device:{next(SERIAL)}", "rule": rule, "device": device, "hazard": spec.hazard,
        "severity": spec.severity, "rank": 5, "life": spec.life, "since": at - timedelta(seconds=40), "raised_at": at, "told_at": at,
        "last_at": at, "cleared_at": at + lasted, "acknowledged_at": at + 2 * MINUTE, "ended_at": at + HOUR, "verdict": verdict,
        "verdict_at": at + HOUR if verdict else None,
    } | more  # fmt: skip
    made = a_row(Alarm, **facts)
    AlarmStep.objects.create(alarm=made, kind="raised", at=at, area=made.area, holders=[])
    return made


def written(area=GRID[:12]) -> Review:
    actions.write_reviews(actor=SYSTEM, at=MONDAY)
    return Review.objects.get(area=area)


def keys(row: Review) -> list[str]:
    return [one.key for one in rules.body_of(row).proposed]


@pytest.mark.covers("S0-25")
def test_a_week_of_short_false_alarms_proposes_a_longer_delay_that_loses_no_real_one(db) -> None:
    camera = make_device(type="camera_ai", place=make_building(GRID)[3].pk)
    for n in range(4):
        an_alarm(camera, at=LAST + n * HOUR, lasted=timedelta(seconds=20 + n), verdict="false")
    an_alarm(camera, at=LAST + 9 * HOUR, lasted=20 * MINUTE, verdict="real")
    row = written()
    line = rules.body_of(row).lines[0]
    assert (line.rule, line.raised, line.judged, line.right, line.wrong) == (
        "bike_in_lift",
        5,
        5,
        1,
        4,
    )
    assert line.precision == 0.2
    assert line.places == 1
    assert line.rate == pytest.approx(5 / (7 / rules.MONTH_DAYS))
    assert (line.delay_seconds, line.answer_seconds) == (40, 120)
    first = rules.body_of(row).proposed[0]
    assert first.key == "longer_hold"
    hold = RULES["bike_in_lift"].when.hold
    assert first.facts["was"] == hold
    assert first.facts["now"] > hold + first.facts["span"]
    assert first.facts["now"] < hold + 20 * 60
    assert (first.facts["short"], first.facts["wrong"], first.facts["right"]) == (4, 4, 1)
    assert "service_device" in keys(row)  # four times one device


def test_false_alarms_as_long_as_real_ones_ask_for_the_limits_instead(db) -> None:
    camera = make_device(type="camera_ai")
    for n in range(4):
        an_alarm(camera, at=LAST + n * HOUR, lasted=5 * MINUTE, verdict="false")
    an_alarm(camera, at=LAST + 9 * HOUR, lasted=MINUTE, verdict="real")
    assert "longer_hold" not in keys(row := written())
    assert "look_at_limits" in keys(row)


def test_a_rule_about_life_gets_no_delay_and_people_decide(db) -> None:
    smoke = make_device(type="smoke")
    for n in range(4):
        an_alarm(smoke, "smoke", at=LAST + n * HOUR, verdict="false")
    assert [key for key in keys(written()) if key.startswith("look_at")] == ["look_at_life"]


def test_chattering_stale_late_unjudged_and_absences_are_said(db) -> None:
    camera = make_device(type="camera_ai")
    shaky = an_alarm(camera)
    for n in (10, 20):
        AlarmStep.objects.create(alarm=shaky, kind="again", at=LAST + timedelta(seconds=n), area=GRID, holders=[])  # fmt: skip
    for n in range(6):
        an_alarm(
            camera, at=LAST + n * HOUR, acknowledged_at=LAST + DAY, ended_at=None, cleared_at=None
        )
    an_alarm(camera, at=LAST + 8 * HOUR, verdict="planned_absence")
    for n in range(2):
        an_alarm(camera, at=LAST + (10 + n) * HOUR)
    row = written()
    line = rules.body_of(row).lines[0]
    assert (line.chattering, line.stale, line.late) == (1, 6, 6)
    assert set(keys(row)) == {
        "longer_linger",
        "ask_absences",
        "answer_sooner",
        "judge_them",
        "close_stale",
    }
    assert all(key in PROPOSALS for key in keys(row))


def test_what_was_shelved_is_counted_in_hours_to_the_end_of_the_week(db) -> None:
    alarm = an_alarm(make_device(type="camera_ai"))
    for kind, at in (("shelved", LAST), ("returned", LAST + 3 * HOUR), ("shelved", LAST + 5 * HOUR), ("unshelved", LAST + 6 * HOUR)):  # fmt: skip
        AlarmStep.objects.create(alarm=alarm, kind=kind, at=at, area=GRID, holders=[])
    assert rules.body_of(written()).lines[0].shelved_hours == 4


def test_it_is_written_once_told_and_is_the_desk_s_turn(db) -> None:
    an_alarm(make_device(type="camera_ai"))
    write_reviews.run(MONDAY)
    assert actions.write_reviews(actor=SYSTEM, at=MONDAY + DAY) == 0
    row = Review.objects.get()
    assert (row.week, row.state, row.raised) == ((MONDAY - 7 * DAY).date(), "written", 1)
    assert row.due_at is not None
    assert [type(one) for one in published() if isinstance(one, ReviewWritten)] == [ReviewWritten]


def test_nobody_signs_for_a_week_in_which_nothing_was(db) -> None:
    make_device(type="camera_ai")
    assert actions.write_reviews(actor=SYSTEM, at=MONDAY) == 0
    assert not Review.objects.exists()


def test_the_to_do_waits_at_the_desk_of_the_community(community_secretary, grid_worker) -> None:
    an_alarm(make_device(type="camera_ai"))
    row = written()
    assert [one.subject for one in flow.todos(community_secretary.actor) if one.flow == "rule_review"] == [row.pk]  # fmt: skip
    assert not [one for one in flow.todos(grid_worker.actor) if one.flow == "rule_review"]


def test_it_is_signed_once_with_a_word(community_secretary, grid_worker) -> None:
    an_alarm(make_device(type="camera_ai"))
    row, who = written(), community_secretary.actor
    with refused("review_word"):
        actions.sign_review(actor=who, review=row, word="  ", at=MONDAY)
    with refused("not_allowed"):
        actions.sign_review(actor=grid_worker.actor, review=row, word="看过", at=MONDAY)
    answer = community_secretary.post(
        "sensing:review", row.pk, data={"word": "三号梯摄像头本周移位"}
    )
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.state, row.word, row.signed_by_id) == ("signed", "三号梯摄像头本周移位", who.id)
    assert [one for one in published() if isinstance(one, ReviewSigned)]
    assert not [one for one in flow.todos(who) if one.flow == "rule_review"]
    with refused("review_signed"):
        actions.sign_review(actor=who, review=row, word="再看", at=MONDAY)


def test_the_page_says_what_might_be_changed_and_why(community_secretary) -> None:
    camera = make_device(type="camera_ai", name="三号梯摄像头")
    for n in range(4):
        an_alarm(camera, at=LAST + n * HOUR, lasted=timedelta(seconds=25), verdict="false")
    row = written()
    page = community_secretary.get("sensing:review", row.pk).content.decode()
    assert "延长触发延时" in page
    assert "三号梯摄像头" in page
    assert "{" not in page.split("<main")[1].split("</main")[0]
    listed = community_secretary.get("sensing:reviews").content.decode()
    assert str(row.pk) in listed


def test_the_list_costs_the_same_for_thirty(community_secretary) -> None:
    weeks = count(2)

    def another_week() -> None:
        monday = (MONDAY - 7 * next(weeks) * DAY).date()
        a_row(Review, area=GRID[:12], week=monday, state="written", state_since=MONDAY, body={}, written_at=MONDAY)  # fmt: skip

    grows(another_week, lambda: community_secretary.get("sensing:reviews"))


def test_one_review_costs_the_same_for_thirty_rules_and_proposals(community_secretary) -> None:
    an_alarm(make_device(type="camera_ai"))
    row = written()

    def one_more() -> None:
        row.body = {
            "lines": [*row.body["lines"], {"rule": "smoke", "raised": 2}],
            "proposed": [
                *row.body["proposed"],
                {"key": "service_device", "rule": "smoke", "facts": {"n": 2, "device": str(make_device().pk)}},
            ],
        }  # fmt: skip
        row.save()

    grows(one_more, lambda: community_secretary.get("sensing:review", row.pk))


def test_a_week_of_thirty_alarms_is_asked_like_a_week_of_one(db) -> None:
    make_county()
    camera = make_device(type="camera_ai")

    def cost() -> int:
        with CaptureQueriesContext(connection) as caught:
            actions.write_reviews(actor=SYSTEM, at=MONDAY)
        Review.objects.all().delete()
        return len(caught)

    for _ in range(3):  # enough to be judged by
        an_alarm(camera, verdict="false")
    few = min(cost() for _ in range(3))  # names of places are looked at anew once a second
    for _ in range(27):
        an_alarm(camera, verdict="false")
    assert min(cost() for _ in range(3)) == few
