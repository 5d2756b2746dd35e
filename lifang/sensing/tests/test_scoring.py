"""Rules about a score: the same detector as `lifang detect`, after the batch, for every series of a type."""

import csv
import io
import math
import random
from datetime import timedelta

import pytest
from django.core.management import call_command

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.proofs import refused
from lifang.sensing import actions, selectors
from lifang.sensing.actions import scoring
from lifang.sensing.actions.scoring import LEARN_READINGS
from lifang.sensing.models import Alarm, Device, Followed, Pending
from lifang.sensing.rules.alarms import may_reset
from lifang.sensing.rules.limits import read
from lifang.sensing.tests.make import known_of, make_device, make_series, observed
from lifang.sensing.watch.detect import LOUD
from lifang.sensing.web import said

STEP = timedelta(minutes=10)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PAST = 1000  # readings before


@pytest.fixture(autouse=True)
def _see_all(db):
    with behind(SYSTEM):
        yield


def usual(number: int) -> float:
    dice = random.Random(number)
    return 40 + 10 * math.sin(number / 144 * 2 * math.pi) + dice.uniform(-1, 1)


def a_station(**more):
    """An environment monitor with a week behind it."""
    series = make_series(make_device(type="environment", **more), "pm25")
    rows = [observed(series, MONDAY + STEP * n, usual(n)) for n in range(-PAST, 0)]
    actions.store(rows, known_of(series), MONDAY)
    look(MONDAY)
    return series


def say(series, *values: tuple[int, float], at=None, **more) -> None:
    rows = [observed(series, MONDAY + STEP * n, value, **more) for n, value in values]
    actions.store(rows, known_of(series), at or MONDAY + STEP * max(n for n, _ in values))


def look(at) -> int:
    return sum(iter(lambda: actions.score_series(actor=SYSTEM, at=at), 0))


@pytest.mark.covers("S0-25", "S3-11")
def test_what_stands_out_from_its_own_past_is_an_alarm_that_says_why(county_dispatcher) -> None:
    series = a_station()
    assert not Alarm.objects.exists()  # a week of experience, and not a word about it
    say(series, (0, usual(0)), (1, 150.0))
    assert look(MONDAY + STEP) == 1
    alarm = Alarm.objects.get()
    assert (alarm.rule, alarm.raised_at, alarm.severity) == (
        "air_unusual",
        MONDAY + STEP,
        "warning",
    )
    score = alarm.evidence["score"]
    assert (score["value"], score["seen"], score["reason"]) == (150.0, PAST + 2, "range")
    assert abs(score["expected"] - usual(1)) < 8
    assert LOUD < score["score"] <= 1
    card = county_dispatcher.get("sensing:alarm", alarm.pk).content.decode()
    assert str(said.SCORES["range"]) in card
    assert "150 μg/m³" in card
    assert "1,002" in card
    assert look(MONDAY + STEP) == 0  # nothing new: nothing is looked at


def test_the_score_is_that_of_lifang_detect(tmp_path) -> None:
    series = a_station()
    values = [(n, 150.0 if n == 5 else usual(n)) for n in range(10)]
    for one in values:
        say(series, one)
        look(MONDAY + STEP * one[0])
    with (tmp_path / "log.csv").open("w", newline="") as file:
        log = csv.writer(file)
        log.writerow(["timestamp", "value"])
        for n in range(-PAST, 10):
            value = dict(values).get(n, usual(n))
            log.writerow([(MONDAY + STEP * n).timestamp(), repr(value)])
    out = io.StringIO()
    call_command("detect", str(tmp_path / "log.csv"), stdout=out)
    line = out.getvalue().splitlines()[1 + PAST + 5]
    assert f"{Alarm.objects.get().evidence['score']['score']:.6f}" == line.split(",")[1]


def test_late_readings_are_worked_in_as_if_they_had_come_in_order() -> None:
    late, ordered = a_station(), a_station()
    values = [(0, 41.0), (1, 150.0), (2, 151.0), (3, 149.0), (4, 150.5)]
    for series, arriving in ((late, ((0, 4), (2, 3), (1,))), (ordered, ((0,), (1, 2, 3, 4)))):
        for batch in arriving:
            rows = [observed(series, MONDAY + MINUTE * n, values[n][1]) for n in batch]
            actions.store(rows, known_of(series), MONDAY + 5 * MINUTE)
            look(MONDAY + 5 * MINUTE)
    ended = []
    for series in (late, ordered):
        alarm = Alarm.objects.get(device=series.device_id)  # one, and it is told once
        for n in range(1, 8):
            say(series, (n, usual(n)))
        look(MONDAY + STEP * 8)
        alarm.refresh_from_db()
        assert alarm.count == 1
        ended.append(alarm.cleared_at)
    assert ended[0] == ended[1] is not None
    bodies = [scoring._track(one.body) for one in Followed.objects.all()]
    assert bodies[0] == bodies[1]
    kinds = [one.kind for one in selectors.steps(SYSTEM, Alarm.objects.get(device=late.device_id))]
    assert "moved" in kinds
    assert "withdrawn" not in kinds


def test_nobody_has_to_remember_and_a_clearing_waits_for_its_timer() -> None:
    series = a_station()
    say(series, (0, 150.0))
    look(MONDAY)
    for n in range(1, 5):
        say(series, (n, usual(n)))
        look(MONDAY + STEP * n)
    alarm = Alarm.objects.get()
    assert alarm.cleared_at == MONDAY + STEP + 30 * MINUTE  # half an hour after it was usual again
    assert alarm.ended_at is not None
    for n in range(5, 45):
        say(series, (n, usual(n)))
    look(MONDAY + STEP * 45)
    assert not Pending.objects.exists()  # at rest nothing is kept but what the detector has learnt
    assert len(Followed.objects.get().body) < 16_000


def test_a_timer_falls_due_without_a_reading_and_other_readings_do_not_touch_it() -> None:
    series = a_station()
    say(series, (0, 150.0))
    look(MONDAY)
    say(series, (1, usual(1)))
    look(MONDAY + STEP)
    noise = make_series(series.device, "noise")
    say(noise, (1, 44.0))
    assert Pending.objects.get().due_at == MONDAY + STEP + 30 * MINUTE
    actions.run_timers(actor=SYSTEM, at=MONDAY + STEP + 31 * MINUTE)
    assert Alarm.objects.get().cleared_at == MONDAY + STEP + 30 * MINUTE


def test_bad_quality_is_no_experience_and_no_batch_waits_for_a_detector(
    django_assert_num_queries, monkeypatch
) -> None:
    series = a_station()
    body = bytes(Followed.objects.get().body)
    say(series, (0, 1900.0), quality=4)
    look(MONDAY)
    assert bytes(Followed.objects.get().body) == body
    rules, sieves = selectors.rules.sieved(SYSTEM)
    assert rules["air_unusual"].when.measure == "pm25"
    assert ("environment", "pm25") not in sieves

    def fail(*_: object) -> None:
        raise AssertionError("judged in the batch")

    monkeypatch.setattr("lifang.sensing.actions.watching.judge", fail)
    say(series, (1, 150.0))


def test_what_may_be_learnt_from_the_past_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(scoring, "LEARN_READINGS", 300)
    assert LEARN_READINGS == 5000
    series = a_station()
    assert scoring._track(Followed.objects.get().body).at <= (MONDAY - STEP).timestamp()
    say(series, (0, 150.0))
    look(MONDAY)
    assert Alarm.objects.get().evidence["score"]["seen"] == 301


def test_many_series_are_looked_at_some_at_a_time_by_whoever_is_there(
    monkeypatch, django_assert_max_num_queries
) -> None:
    monkeypatch.setattr(scoring, "NEW_AT_ONCE", 2)
    many = [make_series(make_device(type="environment"), "pm25") for _ in range(5)]
    for one in many:
        say(one, (0, 40.0))
    assert look(MONDAY) == 5
    assert Followed.objects.count() == 5
    for one in many:
        say(one, (1, 41.0))
    with django_assert_max_num_queries(14):
        assert actions.score_series(actor=SYSTEM, at=MONDAY + STEP) == 5


def test_a_device_that_moves_takes_what_was_learnt_along(community_secretary) -> None:
    series = a_station()
    area = series.area[:-1] + "2"
    actions.move_device(actor=SYSTEM, device=Device.objects.get(), area=area, place=None, position="", at=MONDAY)  # fmt: skip
    assert Followed.objects.get().area == area


@pytest.mark.covers("S3-12")
def test_the_back_test_shows_the_alarms_that_were(county_dispatcher) -> None:
    series = a_station()
    for n in range(60):
        say(series, (n, 150.0 if n in (7, 50) else usual(n)))
        look(MONDAY + STEP * n)
    was = [one.raised_at for one in Alarm.objects.order_by("raised_at")]
    until = MONDAY + STEP * 60
    rule = selectors.rule(SYSTEM, "air_unusual")
    found = selectors.backtest(SYSTEM, rule, MONDAY, until)
    assert [one.raised for one in found.first] == was != []
    assert (found.now, found.whole) == (len(was), True)
    with behind(SYSTEM):
        page = county_dispatcher.get("sensing:backtest", "air_unusual")
    assert page.status_code == 200


@pytest.mark.parametrize("above", [0, 1, 1.5, -0.2, None])
def test_a_score_lies_between_nothing_and_one(above) -> None:
    rule = selectors.rule(SYSTEM, "air_unusual")
    body = scoring.msgspec.to_builtins(rule)
    body["when"]["above"] = above
    with refused("rule_no_score"):
        actions.draft_rule(actor=SYSTEM, key="air_unusual", body=body, reason="x", at=MONDAY)


def test_the_form_edits_score_and_latch_and_asks_nothing_else(county_dispatcher) -> None:
    page = county_dispatcher.get("sensing:rule", "air_unusual").content.decode()
    assert 'name="above"' in page
    assert 'name="deadband"' not in page
    assert 'name="below"' not in page
    given = {
        "severity": "minor",
        "above": "0.6",
        "hold": "0",
        "linger": "30",
        "latch": "on",
        "reason": "too many",
    }
    county_dispatcher.post("sensing:rule", "air_unusual", data=given)
    draft = selectors.editions(SYSTEM, "air_unusual").get()
    when = read(draft.body).when
    assert (when.kind, when.above, when.latch, when.below) == ("score", 0.6, True, None)
    again = county_dispatcher.post("sensing:rule", "air_unusual", data={**given, "above": "1.2"})
    assert again.status_code in (200, 422)
    assert read(selectors.editions(SYSTEM, "air_unusual").get().body).when.above == 0.6


def leak(at, value: float) -> None:
    series = make_series(Device.objects.get(), "residual_current")
    rows = [observed(series, at, value), observed(series, at + 20 * (MINUTE / 60), value)]
    actions.store(rows, known_of(series), at + MINUTE)


@pytest.mark.covers("S3-11")
def test_what_latches_stays_until_somebody_was_there(property_handler, grid_worker) -> None:
    make_device(type="breaker")
    leak(MONDAY, 400.0)
    alarm = Alarm.objects.get(rule="residual")
    assert alarm.latched
    with refused("alarm_still_so"):
        actions.reset_alarm(actor=grid_worker.actor, alarm=alarm, at=MONDAY)
    actions.acknowledge(actor=grid_worker.actor, alarm=alarm, at=MONDAY + MINUTE)
    leak(MONDAY + HOUR, 5.0)
    actions.run_timers(actor=SYSTEM, at=MONDAY + 2 * HOUR)
    alarm.refresh_from_db()
    assert alarm.cleared_at is not None
    assert alarm.ended_at is None  # answered and in order, and yet it stays
    leak(MONDAY + 3 * HOUR, 400.0)
    alarm.refresh_from_db()
    assert (alarm.count, alarm.cleared_at) == (2, None)
    leak(MONDAY + 4 * HOUR, 5.0)
    actions.run_timers(actor=SYSTEM, at=MONDAY + 5 * HOUR)
    assert may_reset(Alarm.objects.get(rule="residual")) is None
    grid_worker.post("sensing:alarm_reset", alarm.pk)
    alarm.refresh_from_db()
    assert (alarm.ended_at is not None, alarm.reset_by_id) == (True, grid_worker.actor.id)
    with refused("alarm_ended"):
        actions.reset_alarm(actor=grid_worker.actor, alarm=alarm, at=MONDAY + 6 * HOUR)


def test_what_does_not_latch_is_not_reset() -> None:
    series = a_station()
    say(series, (0, 150.0))
    look(MONDAY)
    with refused("alarm_not_latched"):
        actions.reset_alarm(actor=SYSTEM, alarm=Alarm.objects.get(), at=MONDAY)
