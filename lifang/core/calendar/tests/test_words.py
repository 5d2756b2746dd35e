from lifang.core.calendar import Limit, Pause
from lifang.core.calendar.tests.make import at, county


def told(amount, unit, start, pauses=()):
    lines = county().explain(Limit(amount, unit), at(start), pauses)
    return [line.text.en for line in lines], [line.text.zh for line in lines]


def test_hours_are_explained_day_by_day_over_holiday_and_make_up_workday():
    english, chinese = told(40, "work_hour", "2026-09-25 22:00")
    assert english == [
        "Limit 40 working hours, received Fri 25 Sep 22:00",
        "Fri 25 Sep–Sun 27 Sep Mid-autumn Festival, does not count",
        "It came in outside opening hours, so counting starts Mon 28 Sep 08:30",
        "Mon 28 Sep–Wed 30 Sep count 3 × 7.5 = 22.5 h",
        "Thu 1 Oct–Wed 7 Oct National Day, does not count",
        "Thu 8 Oct and Fri 9 Oct count 2 × 7.5 = 15 h",
        "Sat 10 Oct 08:30–11:00 is a make-up workday, counts 2.5 h",
        "So it is due Sat 10 Oct 11:00",
    ]
    assert chinese[4:] == [
        "10月1日（周四）至10月7日（周三）国庆节放假，不计",
        "10月8日（周四）、10月9日（周五）计2 × 7.5=15小时",
        "10月10日（周六）08:30–11:00补班计2.5小时",
        "所以截止时间是10月10日（周六）11:00",
    ]


def test_days_are_explained_with_the_pause_that_moved_them():
    english, _ = told(
        3,
        "work_day",
        "2026-11-20 16:30",
        [Pause(at("2026-11-23 10:00"), at("2026-11-24 10:00"))],
    )
    assert english == [
        "Limit 3 working days, received Fri 20 Nov 16:30",
        "Fri 20 Nov, the day it came in, does not count",
        "Sat 21 Nov and Sun 22 Nov do not count",
        "Mon 23 Nov counts 0.2 working days",
        "Suspended Mon 23 Nov 10:00 to Tue 24 Nov 10:00, does not count",
        "Tue 24 Nov counts 0.8 working days",
        "Wed 25 Nov and Thu 26 Nov count 2 working days",
        "So it is due Thu 26 Nov 17:30",
    ]


def test_a_year_without_announced_holidays_is_said_to_be_one():
    english, chinese = told(4, "work_hour", "2026-12-31 16:30")
    assert english[-2:] == [
        "The holidays of 2027 are not announced yet; counted by the plain week",
        "So it is due Fri 1 Jan 2027 11:30",
    ]
    assert chinese[-2] == "2027年放假安排尚未公布，暂按周一至周五计算"


def test_what_is_suspended_says_since_when_and_promises_nothing():
    english, _ = told(4, "work_hour", "2026-11-23 09:00", [Pause(at("2026-11-23 10:00"))])
    assert english == [
        "Limit 4 working hours, received Mon 23 Nov 09:00",
        "Suspended since Mon 23 Nov 10:00; the due time is known when it is resumed",
    ]


def test_calendar_time_is_explained_in_one_sentence():
    english, _ = told(24, "calendar_hour", "2026-10-03 02:00")
    assert english == [
        "Limit 24 hours, received Sat 3 Oct 02:00",
        "Every day and hour counts, nights, weekends and holidays too",
        "So it is due Sun 4 Oct 02:00",
    ]
