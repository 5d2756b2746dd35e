"""The working calendar on the desk."""

from datetime import date

import pytest

from lifang.core.access import SYSTEM
from lifang.core.audit.models import Entry
from lifang.core.calendar import actions as days
from lifang.core.calendar import book
from lifang.core.calendar.models import Day
from lifang.core.calendar.tests.test_year import NOTICE_2026
from lifang.core.i18n import Text
from lifang.core.testing import cast, hostile
from lifang.core.testing.proofs import grows
from lifang.orgs.tests.make import COUNTY, MONDAY, make_county

pytestmark = pytest.mark.django_db
NAME = Text(zh="停办", en="Closed")


@pytest.fixture(autouse=True)
def _county():
    book.forget()
    make_county()
    yield
    book.forget()


def words(answer) -> str:
    return answer.content.decode()


def set_day(day: date, area: str = COUNTY, source: str = "") -> None:
    days.set_day(
        actor=SYSTEM, date=day, working=False, name=NAME, area=area, source=source, at=MONDAY
    )


def filled(**rows) -> dict:
    """The posted table, row by row: (name, first, last, make-up)."""
    names = ("name", "first", "last", "make_up")
    return {"save": "1"} | {
        f"{row}-{name}": value
        for row, values in rows.items()
        for name, value in zip(names, values, strict=False)
    }


def test_the_calendar_opens_at_this_year_and_tells_what_each_day_is_and_where_from():
    who = cast.grid_worker()
    assert who.get("orgs:calendar").headers["Location"].endswith("/desk/calendar/2026")
    set_day(date(2026, 12, 25), source="区政府通知〔2026〕3号")
    shown = words(who.get("orgs:calendar_year", 2026))
    assert "2026 年工作日历" in shown
    for told in (
        "10月1日（周四）节假日 国庆节",
        "10月10日（周六） 调休上班",
        "区政府通知〔2026〕3号",
        "管理员设置",
        "国务院放假安排（软件自带）",
    ):
        assert told.replace(" ", "") in shown.replace(" ", ""), told
    assert "尚未录入" not in shown
    assert "录入全年放假安排" not in shown  # not this person's


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_year_nobody_has_announced_says_so_and_says_who_mends_it(language):
    known = {"zh-hans": "2027 年的放假安排尚未录入", "en": "The holidays of 2027 are not known yet"}
    act = {"zh-hans": "录入全年放假安排", "en": "Enter the year's notice"}[language]
    for who, offered in ((cast.grid_worker(), False), (cast.system_admin(), True)):
        who.client.cookies["django_language"] = language
        shown = words(who.get("orgs:calendar_year", 2027))
        assert known[language] in shown
        assert (act in shown) is offered


@pytest.mark.parametrize("year", [0, 2013, 2099, 99999])
def test_a_year_out_of_reach_is_not_there(year):
    assert cast.system_admin().get("orgs:calendar_year", year).status_code == 404
    assert cast.system_admin().get("orgs:calendar_notice", year).status_code == 404


def test_an_administrator_sets_a_day_and_takes_it_back_and_both_are_logged():
    admin = cast.system_admin()
    given = {"working": "no", "name_zh": "元旦", "source": "通知"}
    answer = admin.post("orgs:calendar_day", "2027-01-01", data=given)
    assert answer.status_code == 302
    row = Day.objects.get()
    assert (row.date, row.area, row.name) == (
        date(2027, 1, 1),
        COUNTY,
        Text(zh="元旦", en="New Year's Day"),
    )
    assert "撤销" in words(admin.get("orgs:calendar_day", "2027-01-01"))
    admin.post("orgs:calendar_day_ends", "2027-01-01")
    assert not Day.objects.exists()
    acts = Entry.objects.filter(action__startswith="calendar.").order_by("seq")
    assert [line.action for line in acts] == ["calendar.set_day", "calendar.unset_day"]
    assert {line.account for line in acts} == {admin.account.pk}


def test_a_day_set_for_a_wider_area_is_shown_with_it_and_is_not_ours_to_take_back():
    set_day(date(2027, 1, 1), area="99")
    admin = cast.system_admin()
    assert "停办" in words(admin.get("orgs:calendar_day", "2027-01-01"))
    assert admin.post("orgs:calendar_day_ends", "2027-01-01").status_code == 403
    assert Day.objects.count() == 1


def test_a_day_of_another_county_is_not_on_our_calendar():
    set_day(date(2027, 1, 1), area="990102")
    admin = cast.system_admin()
    assert "停办" not in words(admin.get("orgs:calendar_day", "2027-01-01"))
    assert admin.post("orgs:calendar_day_ends", "2027-01-01").status_code == 404
    assert Day.objects.count() == 1


def test_the_pasted_notice_fills_the_table_saves_nothing_and_names_what_does_not_fit():
    admin = cast.system_admin()
    data = {"read": "1", "text": NOTICE_2026}
    shown = words(admin.post("orgs:calendar_notice", 2026, data=data))
    for value in ("2026-02-15", "2026-02-23", "2026-02-14, 2026-02-28", "国庆节"):
        assert f'value="{value}"' in shown
    assert "通知已读取" in shown
    other = words(admin.post("orgs:calendar_notice", 2027, data=data))
    assert "通知里写的是 2026 年，这里是 2027 年" in other
    assert "请核对" in other
    assert not Day.objects.exists()


def test_a_year_is_saved_from_the_table():
    admin = cast.system_admin()
    table = filled(
        row0=("元旦", "2027-01-01", "2027-01-03", ""),
        row6=("国庆节", "2027-10-01", "2027-10-07", "9月26日，2027-10-09"),
    )
    answer = admin.post("orgs:calendar_notice", 2027, data={**table, "source": "某号通知"})
    assert answer.status_code == 302
    assert Day.objects.count() == 12
    assert set(Day.objects.filter(working=True).values_list("date", flat=True)) == {
        date(2027, 9, 26),
        date(2027, 10, 9),
    }
    shown = words(admin.get("orgs:calendar_year", 2027))
    assert "尚未录入" not in shown
    assert "某号通知" in shown


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("元旦", "2027-01-03", "2027-01-01", ""), "最后一天应在第一天之后"),
        (("元旦", "2027-01-01", "", ""), "请同时填写第一天和最后一天"),
        (("元旦", "2025-01-01", "2025-01-01", ""), "离 2027 年太远"),
        (("元旦", "", "", "2027-01-08"), "本来就是工作日"),
        (("", "2027-01-01", "2027-01-01", ""), "请填写节日名称"),
        (("元旦", "2027-01-01", "2027-01-01", "下周"), "日期请写成"),
        (("元旦", "2027-01-01", "2027-01-01", "2-30"), "不是有效日期"),
        (("", "", "", ""), "还没有填写任何"),
    ],
)
def test_a_table_that_cannot_be_is_told_why_and_nothing_is_saved(row, told):
    answer = cast.system_admin().post("orgs:calendar_notice", 2027, data=filled(row0=row))
    assert answer.status_code == 200
    assert told in words(answer)
    assert not Day.objects.exists()


def test_hostile_days_are_refused_in_words():
    admin = cast.system_admin()
    for number, one in enumerate(hostile.sample(60, "calendar")):
        given = {"working": one.text, "name_zh": one.text, "source": one.text}
        row = filled(row0=(one.text, one.text, one.text, one.text))
        answers = [
            admin.post("orgs:calendar_day", "2027-01-01", data=given),
            admin.post("orgs:calendar_notice", 2027, data=row),
            admin.post("orgs:calendar_notice", 2027, data={"read": "1", "text": one.text}),
        ]
        assert {answer.status_code for answer in answers} <= {200, 400}, (number, one)
    for path in ("2027-02-30", "0000-01-01", "x" * 300, "2027-1-1", "9999-12-31", "20270101"):
        assert admin.get("orgs:calendar_day", path).status_code == 404, path
    assert not Day.objects.exists()


def test_the_year_costs_the_same_with_thirty_days_set():
    numbers = iter(range(60))

    def make() -> None:
        set_day(date.fromordinal(date(2027, 3, 1).toordinal() + next(numbers)))

    grows(make, lambda: cast.system_admin().get("orgs:calendar_year", 2027))
