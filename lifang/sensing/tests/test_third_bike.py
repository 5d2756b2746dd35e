"""W-P2: the third e-bike in one lift within a month, however its messages come."""

from datetime import timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing.cast import MONDAY
from lifang.sensing import actions
from lifang.sensing.models import Alarm
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

MINUTE = timedelta(minutes=1)
SAID = ((125, 0), (120, 1), (100, 0), (60, 1), (55, 0), (10, 1), (5, 0))


@pytest.mark.covers("W-P2", "S3-12")
@pytest.mark.parametrize("cut", [1, 2, 7])
def test_the_third_is_told_at_once_and_with_old_event_times(db, cut):
    series = make_series(make_device(type="lift"), "bike_in_lift")
    rows = [observed(series, MONDAY - minutes * MINUTE, value, MONDAY) for minutes, value in SAID]
    with behind(SYSTEM):
        for start in range(0, len(rows), cut):
            at = MONDAY + start * timedelta(seconds=1)
            actions.store(rows[start : start + cut], known_of(series), at)
        assert Alarm.objects.filter(rule="bike_in_lift_often").count() == 1


@pytest.mark.covers("S3-10")
@pytest.mark.parametrize("sightings", [2, 3, 5])
def test_the_third_large_dog_at_one_place_is_told_once_and_two_are_not(db, sightings):
    series = make_series(make_device(type="camera_ai"), "large_dog")
    rows = [
        observed(series, MONDAY - (minutes - 4 * (1 - value)) * MINUTE, value, MONDAY)
        for minutes in (600, 480, 360, 240, 120)[:sightings]
        for value in (1, 0)
    ]
    with behind(SYSTEM):
        actions.store(rows, known_of(series), MONDAY)
        often = Alarm.objects.filter(rule="large_dog_often")
        assert often.count() == (sightings >= 3)
        assert [one.evidence["matter"] for one in often] == ["06998"] * often.count()
        assert Alarm.objects.filter(rule="large_dog").exists()
