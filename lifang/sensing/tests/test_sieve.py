"""Most readings begin nothing and are never given to the rules; those that matter always are."""

from datetime import timedelta

import numpy as np
import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing.cast import MONDAY
from lifang.sensing import actions
from lifang.sensing.actions import watching
from lifang.sensing.catalogue import RULES
from lifang.sensing.models import Alarm, Pending
from lifang.sensing.rules.limits import sieves_of
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _see_all(db):
    with behind(SYSTEM):
        yield


@pytest.fixture
def judged(monkeypatch) -> list[int]:
    """How many readings were given to the rules, batch by batch."""
    counts: list[int] = []
    real = watching.judge

    def counting(**given):
        counts.append(sum(len(mine) for mine in given["readings"].values()))
        return real(**given)

    monkeypatch.setattr(watching, "judge", counting)
    return counts


def say(series, after: timedelta, value: float) -> None:
    at = MONDAY + after
    with behind(SYSTEM):
        actions.store([observed(series, at, value)], known_of(series), at)


def gauge():
    return make_series(make_device(type="water_level"), "water_level")


def test_a_flat_gauge_wakes_no_rule_and_is_remembered_by_none(judged) -> None:
    series = gauge()
    for n in range(12):
        say(series, n * 10 * MINUTE, 0.10 + 0.01 * (n % 2))
    assert judged == []
    assert not Pending.objects.exists()


def test_a_slow_rise_over_many_batches_is_seen_against_its_whole_window(judged) -> None:
    series = gauge()
    for n, value in enumerate((0.02, 0.02, 0.10, 0.17)):
        say(series, n * 10 * MINUTE, value)
    assert judged == []
    say(series, 35 * MINUTE, 0.23)  # 0.21 m above the reading of 25 minutes ago
    assert judged == [1]
    assert Alarm.objects.get().rule == "level_rising"


def test_the_same_rise_over_more_than_the_window_is_none() -> None:
    series = gauge()
    for n, value in enumerate((0.02, 0.08, 0.14, 0.20, 0.26)):
        say(series, n * 20 * MINUTE, value)
    assert not Alarm.objects.exists()


def test_a_late_low_reading_makes_the_rise_seen_afterwards() -> None:
    series = gauge()
    say(series, timedelta(), 0.20)
    say(series, 5 * MINUTE, 0.25)
    assert not Alarm.objects.exists()
    say(series, 4 * MINUTE, 0.03)  # arrives after the reading that lies 0.22 m above it
    assert Alarm.objects.get().rule == "level_rising"


def test_a_late_reading_finds_all_that_came_since_however_long_ago() -> None:
    series = make_series(make_device(type="lift"), "trapped")
    say(series, SECOND, 1)
    with behind(SYSTEM):
        actions.run_timers(actor=SYSTEM, at=MONDAY + 31 * SECOND)
    for hours in (1, 2, 3):  # hourly, still trapped
        say(series, hours * 60 * MINUTE, 1)
    say(series, 179 * MINUTE, 1)  # late
    alarm = Alarm.objects.get()
    assert (alarm.withdrawn_at, alarm.cleared_at) == (None, None)


def test_the_sieve_goes_by_the_loosest_place() -> None:
    rule = RULES["level_high"]
    looser = type(rule)(**{name: getattr(rule, name) for name in rule.__struct_fields__} | {"places": {"99": {"above": 0.2}}})  # fmt: skip
    values = np.array([0.1, 0.25, 0.35])
    assert sieves_of([rule])["water_level", "water_level"].wakes(values).tolist() == [False, False, True]  # fmt: skip
    assert sieves_of([looser])["water_level", "water_level"].wakes(values).tolist() == [False, True, True]  # fmt: skip
