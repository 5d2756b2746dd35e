"""A day that becomes a holiday moves what is due across it, there and nowhere else."""

from datetime import datetime, timedelta

import pytest

from lifang.cases.models import Case
from lifang.cases.tests.make import MONDAY, make_case, make_unit
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.calendar import actions as days
from lifang.core.calendar import book
from lifang.core.calendar.models import Day
from lifang.core.flow.models import Clock, Todo
from lifang.core.i18n import Text
from lifang.core.testing import cast, places
from lifang.core.testing.told import deliver

pytestmark = pytest.mark.django_db
NAME = Text(zh="停办一天", en="Closed for a day")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _fresh_book():
    book.forget()
    with behind(SYSTEM):
        yield
    book.forget()


def close(area: str, *, after: int = 0) -> None:
    day = (MONDAY + after * DAY).date()
    admin = cast.system_admin(area).actor if area else SYSTEM
    days.set_day(actor=admin, date=day, working=False, name=NAME, area=area, at=MONDAY)


def due(case: Case) -> datetime:
    case.refresh_from_db()
    clock = Clock.objects.get(subject=case.pk, stopped_at=None)
    (todo,) = Todo.objects.filter(subject=case.pk, done_at=None)
    assert case.due_at == clock.due_at == todo.due_at
    return clock.due_at


def test_a_limit_is_counted_on_the_days_of_its_own_county():
    make_unit()
    usual = make_case().due_at
    close(places.COUNTY)
    assert make_case(place="和平路 2 号").due_at > usual
    book.forget()


@pytest.mark.parametrize("area", ["", places.COUNTY, places.STREET])
def test_what_runs_is_counted_anew_when_its_day_is_closed_and_again_when_it_is_opened(area):
    make_unit()
    case = make_case()
    before = due(case)
    close(area, after=0)
    deliver(MONDAY)
    later = due(case)
    assert later > before + DAY / 2
    row = Day.objects.get()
    days.unset_day(actor=SYSTEM, day=row, at=MONDAY)
    deliver(MONDAY)
    assert due(case) == before


def test_a_day_closed_elsewhere_or_after_it_is_due_moves_nothing():
    make_unit()
    case = make_case()
    before = due(case)
    close(places.NEXT_STREET)
    close(places.COUNTY, after=90)
    deliver(MONDAY)
    assert due(case) == before


def test_what_was_told_overdue_and_is_not_any_more_is_told_anew_when_it_is():
    make_unit()
    case = make_case()
    Clock.objects.filter(subject=case.pk, stopped_at=None).update(overdue_told_at=MONDAY)
    close(places.COUNTY)
    deliver(MONDAY)
    assert Clock.objects.get(subject=case.pk, stopped_at=None).overdue_told_at is None
