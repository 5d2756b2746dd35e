from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from lifang.core.web import times

CHINA = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 6, 14, 30, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def china():
    with timezone.override(CHINA):
        yield


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 3, 6, 17, 30, tzinfo=CHINA), "in 3 h (today 17:30)"),
        (datetime(2026, 3, 7, 0, 10, tzinfo=CHINA), "in 9 h (tomorrow 00:10)"),
        (datetime(2026, 3, 5, 23, 50, tzinfo=CHINA), "14 h ago (yesterday 23:50)"),
        (datetime(2026, 3, 3, 9, 12, tzinfo=CHINA), "3 days ago (Mar 3 09:12)"),
        (datetime(2025, 12, 31, 9, 12, tzinfo=CHINA), "65 days ago (Dec 31, 2025 09:12)"),
        (NOW + timedelta(seconds=20), "now (today 14:30)"),
    ],
)
def test_a_time_is_said_near_and_exact(moment, said):
    with translation.override("en"):
        assert times.near(moment, NOW) == said


def test_a_time_is_said_in_chinese_with_chinese_brackets():
    with translation.override("zh-hans"):
        assert times.near(NOW + timedelta(hours=3), NOW) == "3 小时后（今天 17:30）"
        assert (
            times.near(datetime(2026, 3, 3, 9, 12, tzinfo=CHINA), NOW) == "3 天前（3月3日 09:12）"
        )


def test_a_length_is_said_in_its_two_largest_units():
    with translation.override("en"):
        lengths = [
            timedelta(seconds=5),
            timedelta(minutes=7),
            timedelta(hours=2, minutes=5),
            timedelta(hours=2),
            timedelta(days=1, hours=3),
            timedelta(days=30, hours=3),
        ]
        assert [times.span(length) for length in lengths] == [
            "less than a minute",
            "7 min",
            "2 h 5 min",
            "2 h",
            "1 day 3 h",
            "30 days",
        ]
