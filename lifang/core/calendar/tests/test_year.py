"""A year's notice: read as it is published, checked, decreed as a whole."""

from datetime import UTC, date, datetime

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.refusal import Refused
from lifang.core.audit.models import Entry
from lifang.core.calendar import actions, book, selectors
from lifang.core.calendar.models import Day
from lifang.core.calendar.notice import read
from lifang.core.calendar.plan import Break, days_of, may_plan
from lifang.core.calendar.tests.test_days import admin
from lifang.core.calendar.week import Pattern, chinese_facts
from lifang.core.i18n import Text
from lifang.core.testing import hostile
from lifang.core.testing.told import published

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
# The dates of 国办发明电〔2025〕7号, in the form of the notice.
NOTICE_2026 = """经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。"""
NAME = Text(zh="元旦", en="New Year's Day")


@pytest.fixture(autouse=True)
def _fresh_book(db):
    book.forget()
    yield
    book.forget()


def test_the_notice_of_2026_says_what_the_library_knows():
    found = read(NOTICE_2026, 2026)
    assert (found.unread, found.doubts) == ([], [])
    assert [one.name.zh for one in found.breaks] == [
        "元旦",
        "春节",
        "清明节",
        "劳动节",
        "端午节",
        "中秋节",
        "国庆节",
    ]
    assert found.breaks[1].name.en == "Spring Festival"
    library = {day: fact.working for day, fact in chinese_facts().items() if day.year == 2026}
    assert {day: fact.working for day, fact in days_of(found.breaks).items()} == library
    assert may_plan(found.breaks, 2026, Pattern()) is None


def test_other_forms_of_the_notice_are_read_too():
    found = read(
        "元旦:2027年12月31日至2028年1月2日放假调休,共3天,1月8日(星期六)上班;"
        "国庆节、中秋节：10月1日－8日放假",
        2028,
    )
    assert found.breaks[0] == Break(NAME, date(2027, 12, 31), date(2028, 1, 2), (date(2028, 1, 8),))
    assert found.breaks[1].name == Text(zh="国庆节、中秋节", en="National Day, Mid-autumn Festival")
    assert found.breaks[1].last == date(2028, 10, 8)
    assert found.doubts == []


@pytest.mark.parametrize(
    ("text", "year", "reason"),
    [
        (NOTICE_2026, 2027, "notice_year"),
        ("元旦：1月1日（周四）放假。", 2027, "notice_weekday"),
        ("元旦：1月1日至3日放假，共4天。", 2027, "notice_count"),
        ("元旦：2月30日放假。", 2027, "notice_date"),
    ],
)
def test_what_does_not_fit_is_said(text, year, reason):
    assert reason in [doubt.reason for doubt in read(text, year).doubts]


def test_an_encouragement_is_not_a_holiday():
    found = read("鼓励各单位安排职工在除夕（2月5日）休息。", 2027)
    assert (found.breaks, len(found.unread)) == ([], 1)


def test_hostile_notices_say_nothing_and_break_nothing():
    for text in (
        *(one.text for one in hostile.texts()),
        "1月1日至" * 3000,
        "9" * 50_000,
        "1月1日(" * 4000,
    ):
        for one in read(text, 2027).breaks:
            may_plan([one], 2027, Pattern())


def plan(**given) -> Break:
    return Break(**{"name": NAME, "first": date(2027, 1, 1), "last": date(2027, 1, 3), **given})


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"last": None}, "plan_half"),
        ({"last": date(2026, 12, 31)}, "plan_order"),
        ({"last": date(9999, 12, 31)}, "plan_order"),
        ({"name": Text(zh=" ", en="x")}, "plan_name"),
        ({"first": date(2026, 5, 1), "last": date(2026, 5, 5)}, "plan_year"),
        ({"make_up": (date(2027, 1, 8),)}, "plan_weekday"),
        ({"make_up": (date(2027, 1, 2),)}, "plan_twice"),
        ({"first": None, "last": None}, "plan_empty"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(given, reason):
    assert may_plan([plan(**given)], 2027, Pattern()).reason == reason


@pytest.mark.django_db
def test_a_year_is_decreed_at_once_and_again_changes_nothing():
    wanted = read(NOTICE_2026.replace("周", "第"), 2027).breaks
    wanted = [one._replace(make_up=()) for one in wanted]
    done = actions.set_year(
        actor=admin("990101"), year=2027, plan=wanted, area="990101", source="通知", at=NOW
    )
    assert (done.set, done.taken_back) == (33, 0)
    assert Day.objects.count() == len(published()) == 33
    assert selectors.is_known(SYSTEM, 2027, "990101001")
    assert not selectors.is_known(SYSTEM, 2027, "990102")
    lines = Entry.objects.order_by("seq").values_list("action", flat=True)
    assert list(lines) == ["calendar.set_year"] + ["calendar.set_day"] * 33
    again = actions.set_year(
        actor=admin("990101"), year=2027, plan=wanted, area="990101", source="通知", at=NOW
    )
    assert (again.set, again.taken_back) == (0, 0)


@pytest.mark.django_db
def test_a_whole_year_takes_back_what_the_notice_does_not_name_and_nothing_of_another_area():
    for area in ("990101", "990102"):
        actions.set_day(
            actor=admin(area), date=date(2027, 3, 8), working=False, name=NAME, area=area, at=NOW
        )
    give = {"actor": admin("990101"), "year": 2027, "plan": [plan()], "area": "990101", "at": NOW}
    assert actions.set_year(**give).taken_back == 0
    assert actions.set_year(**give, whole=True).taken_back == 1
    assert set(Day.objects.values_list("date", "area")) == {
        *((date(2027, 1, day), "990101") for day in (1, 2, 3)),
        (date(2027, 3, 8), "990102"),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("area", ["", "990102", "99"])
def test_nobody_decrees_a_year_beyond_the_own_area(area):
    with pytest.raises(Refused) as told:
        actions.set_year(actor=admin("990101"), year=2027, plan=[plan()], area=area, at=NOW)
    assert told.value.refusal.reason == "not_allowed"
    assert (Day.objects.count(), published()) == (0, [])


@pytest.mark.django_db
@pytest.mark.parametrize("year", [0, 2013, 2999, 10_000])
def test_a_year_out_of_reach_is_refused_with_the_reach(year):
    with pytest.raises(Refused) as told:
        actions.set_year(actor=admin(""), year=year, plan=[plan()], at=NOW)
    assert "2014" in str(told.value.refusal)
    assert not Day.objects.exists()
