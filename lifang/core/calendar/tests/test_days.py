from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from lifang.core.access import Actor, Grant, Kind, Refused, Scope
from lifang.core.calendar import Limit, actions, book, checks, selectors
from lifang.core.calendar.events import DayChanged
from lifang.core.calendar.models import Day
from lifang.core.calendar.tests.make import at
from lifang.core.i18n import Text
from lifang.core.testing.told import published

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
NEW_YEAR = date(2027, 1, 1)
NATIONAL_DAY = date(2027, 10, 1)
NATIONAL = Text(zh="国庆节", en="National Day")
HOLIDAY = Text(zh="元旦", en="New Year's Day")


def admin(area: str) -> Actor:
    given = frozenset({"calendar.set_day", "calendar.unset_day", "calendar.set_year"})
    return Actor(
        None,
        "admin",
        Kind.STAFF,
        grants=(Grant("system_admin", area, given),),
        scope=Scope(frozenset({area})),
    )


@pytest.fixture(autouse=True)
def fresh_book():
    book.forget()
    yield
    book.forget()


def due(area: str = "") -> datetime:
    calendar = book.work_calendar(area=area)
    return calendar.due(Limit(4, "work_hour"), at("2026-12-31 16:30"))


def test_a_set_day_moves_the_due_time_at_once_and_is_told():
    assert due() == at("2027-01-01 11:30")
    day = actions.set_day(actor=admin(""), date=NEW_YEAR, working=False, name=HOLIDAY, at=NOW)
    assert due() == at("2027-01-04 11:30")
    assert published() == [DayChanged(day=NEW_YEAR, area="", at=NOW)]
    assert not book.work_calendar().is_known(NEW_YEAR)  # one day is not the year's notice
    actions.set_day(actor=admin(""), date=NATIONAL_DAY, working=False, name=NATIONAL, at=NOW)
    lines = book.work_calendar().explain(Limit(4, "work_hour"), at("2026-12-31 16:30"))
    assert "Fri 1 Jan 2027 New Year's Day, does not count" in [line.text.en for line in lines]
    assert "unknown" not in [line.kind for line in lines]

    actions.unset_day(actor=admin(""), day=day, at=NOW)
    assert due() == at("2027-01-01 11:30")
    assert [row.date for row in Day.objects.all()] == [NATIONAL_DAY]


def test_a_county_sets_its_own_day_for_itself_and_what_lies_in_it():
    actions.set_day(
        actor=admin("990101"), date=NEW_YEAR, working=False, name=HOLIDAY, area="990101", at=NOW
    )
    assert due("990101001") == at("2027-01-04 11:30")
    assert due("990102") == due("") == at("2027-01-01 11:30")


@pytest.mark.parametrize("area", ["", "990102", "99"])
def test_nobody_sets_a_day_beyond_the_own_area(area):
    with pytest.raises(Refused) as refused:
        actions.set_day(
            actor=admin("990101"), date=NEW_YEAR, working=False, name=HOLIDAY, area=area, at=NOW
        )
    assert refused.value.refusal.reason == "not_allowed"
    assert Day.objects.count() == 0
    assert published() == []


def test_setting_a_day_again_changes_it():
    for working in (False, True):
        actions.set_day(actor=admin(""), date=NEW_YEAR, working=working, name=HOLIDAY, at=NOW)
    assert Day.objects.get().working


def test_the_year_shows_every_date_with_its_reason():
    row = actions.set_day(
        actor=admin(""), date=date(2026, 12, 25), working=False, name=HOLIDAY, at=NOW
    )
    shown = {day.date: day for day in selectors.year(admin(""), 2026)}
    assert len(shown) == 365
    assert shown[date(2026, 12, 25)] == (
        *(date(2026, 12, 25), "holiday", HOLIDAY),
        *("administrator", row),
    )
    made_up = shown[date(2026, 10, 10)]
    assert (made_up.kind, made_up.origin, made_up.decreed) == ("make_up", "library", None)
    assert shown[date(2026, 11, 23)] == (date(2026, 11, 23), "working", None, None, None)


def test_the_operator_is_warned_in_november_and_no_longer_once_the_year_is_known():
    assert [w.id for w in checks.unknown_soon(date(2026, 11, 23), [])] == ["calendar.W001"]
    assert checks.unknown_soon(date(2026, 10, 1), []) == []
    actions.set_day(actor=admin(""), date=NEW_YEAR, working=False, name=HOLIDAY, at=NOW)
    assert checks.unknown_soon(date(2026, 11, 23), list(Day.objects.all())) != []
    for area, silent in (("990102", False), ("9901", True)):  # of another county, of ours
        actions.set_day(
            actor=admin(""),
            date=NATIONAL_DAY,
            working=False,
            name=NATIONAL,
            area=area,
            at=NOW,
        )
        found = checks.unknown_soon(date(2026, 11, 23), list(Day.objects.all()))
        assert (found == []) is silent


def test_a_change_taken_back_leaves_nothing_behind_and_costs_no_question_any_more(
    django_assert_num_queries,
):
    connection.run_on_commit = []  # nothing has been changed in this transaction yet
    before = due()
    with transaction.atomic():
        actions.set_day(actor=admin(""), date=NEW_YEAR, working=False, name=HOLIDAY, at=NOW)
        changed = due()
        transaction.set_rollback(True)
    assert changed > before
    assert due() == before
    with django_assert_num_queries(0):
        due()
