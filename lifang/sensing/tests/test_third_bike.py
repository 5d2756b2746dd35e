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
