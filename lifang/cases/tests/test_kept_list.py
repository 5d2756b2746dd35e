"""The list of cases is put together from what was drawn before, and shows what a page drawn whole would show."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from lifang.cases import actions, selectors
from lifang.cases.models import Case
from lifang.cases.tests.make import accepted, dispatched, make_case, make_unit
from lifang.cases.tests.test_desk import THEN
from lifang.cases.web.tables import CaseList
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast, places
from lifang.core.web import kept
from lifang.core.web.tables import draw, marks
from lifang.orgs import actions as orgs
from lifang.orgs.tests.make import make_county

pytestmark = pytest.mark.django_db

ADDRESSES = (
    "", "?page=2", "?page=9", "?page=0", "?page=x", "?state=awaiting_acceptance", "?sort=number", "?dense=1", "?q=010",
    "?show=overdue", "?show=open&level=ordinary", f"?area={places.GRID}", "?area=990199", "?cols=number,lead,on_time,source",
    "?opened_at_from=2020-01-01&opened_at_to=2030-01-01", "?opened_at_from=rubbish", "?major=01&unit=none", "?lang=en",
)  # fmt: skip


@pytest.fixture(autouse=True)
def forgotten():
    kept.forget()
    yield
    kept.forget()


@pytest.fixture
def desk():
    make_county()
    who = cast.street_dispatcher()
    who.client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    return who


def cases(n=1, make=make_case, **facts):
    with behind(SYSTEM):
        return [make(**{"at": THEN - timedelta(minutes=i), **facts}) for i in range(n)]


def page(who, address=""):
    """The page, without what differs on each: the time and the masked tokens."""
    html = who.get(f"/desk/cases{address}").content.decode()
    html = re.sub(r'name="now" content="[^"]+"', "", html)
    return re.sub(r'(csrfmiddlewaretoken" value|name="csrf" content)="[^"]+"', "", html)


def table_of(who, address):
    request = RequestFactory().get(f"/desk/cases{address}")
    request.actor, request.at, request.session = who.actor, THEN, {}
    return CaseList(request, selectors.cases(who.actor))


def whole(monkeypatch, who, address):
    """The page as the template draws it, from nothing kept."""
    with monkeypatch.context() as patched:
        patched.setattr(CaseList, "kept", False)
        patched.setattr("lifang.core.web.tables.frames._key", lambda *_: None)
        kept.forget()
        made = page(who, address)
        kept.forget()
    return made


def in_one_minute(look):
    """What is seen when no minute begins meanwhile: with it every page says other ages."""
    while True:
        begun, seen = minute(), look()
        if minute() == begun:
            return seen


def minute():
    return datetime.now(UTC).minute  # noqa: TID251 -- the clock that pages are drawn by


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_from_its_pieces_is_the_page_drawn_whole(monkeypatch, desk, address):
    cases(33)
    cases(2, make=accepted)
    expected, seen = in_one_minute(
        lambda: (whole(monkeypatch, desk, address), [page(desk, address) for _ in range(3)])
    )
    assert seen == [expected] * 3


def test_the_second_look_draws_no_row_and_asks_for_marks_alone(monkeypatch, desk):
    cases(5)
    page(desk)

    def drawn_again(*_):
        raise AssertionError("a row was drawn again")

    monkeypatch.setattr(draw, "_row", drawn_again)
    with CaptureQueriesContext(connection) as caught:
        page(desk)
    assert len(caught) == 8, [query["sql"][:90] for query in caught]


def test_what_happens_to_a_case_is_seen_at_the_next_look(desk):
    one, other = cases(2)
    before = page(desk)
    with behind(SYSTEM):
        actions.accept(actor=SYSTEM, case=other, at=THEN + timedelta(hours=1))
    after = page(desk)
    assert before != after
    assert after.count("待派遣") > before.count("待派遣")
    assert one.number in after
    (new,) = cases(1)
    assert new.number in page(desk)


def test_the_name_of_a_unit_and_a_view_one_keeps_are_seen_at_once(desk):
    with behind(SYSTEM):
        unit = make_unit()
    cases(1, make=dispatched, unit=unit)
    assert "改了名的单位" not in page(desk)
    with behind(SYSTEM):
        orgs.change_unit(actor=SYSTEM, unit=unit, at=THEN, name_zh="改了名的单位")
    assert "改了名的单位" in page(desk)
    actions.save_view(actor=desk.actor, at=THEN, name="我的视图", query="show=open")
    assert "我的视图" in page(desk)


def test_a_message_is_shown_once_and_never_from_a_frame(desk):
    cases(1)
    page(desk)
    desk.post("cases:save_view", data={"name": "早会", "query": "show=open"})
    shown = [page(desk).count("data-toast") for _ in range(3)]
    assert shown[0] > shown[1] == shown[2]


def test_what_one_may_see_is_never_shown_to_another(desk):
    hidden = cases(1)[0]
    page(desk)
    stranger = cast.community_secretary(area=places.NEXT_STREET + "001")
    stranger.client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    assert hidden.number not in page(stranger)
    assert hidden.number in page(desk)


def test_the_time_of_the_page_is_the_time_of_the_answer(desk):
    cases(1)
    times = [
        re.search(r'name="now" content="([^"]+)"', desk.get("/desk/cases").content.decode())[1]
        for _ in range(2)
    ]
    assert times[0] < times[1]


def test_a_list_too_long_to_be_counted_is_not_counted_at_each_look(monkeypatch, desk):
    monkeypatch.setattr(marks, "COUNTED", 3)
    cases(5)
    first = page(desk)
    assert "3" in re.search(r'class="count num"[^>]*>([^<]+)<', first)[1]
    with CaptureQueriesContext(connection) as caught:
        assert page(desk) == first
    assert not [query for query in caught if "count(*)" in query["sql"]]
    assert len(caught) == 6


@pytest.mark.parametrize("address", ["", "?show=open", f"?show=open&area={places.STREET}"])
def test_a_list_that_is_known_to_be_long_is_never_counted(monkeypatch, desk, address):
    monkeypatch.setattr(marks, "COUNTED", 3)
    cases(5)
    counted_live = page(desk, address)
    kept.forget()
    actions.rebuild_rollups()
    with CaptureQueriesContext(connection) as caught:
        assert page(desk, address) == counted_live
    assert "3" in re.search(r'class="count num"[^>]*>([^<]+)<', counted_live)[1]
    assert not [query for query in caught if "count(*)" in query["sql"]]


@pytest.mark.parametrize("address", [
    "?show=overdue", "?show=open&level=urgent", f"?show=open&area={places.NEXT_STREET}",
    f"?area={places.STREET}&area={places.NEXT_STREET}", "?state=closed", "?q=street",
])  # fmt: skip
def test_what_nobody_has_counted_is_counted_on_the_spot(monkeypatch, desk, address):
    monkeypatch.setattr(marks, "COUNTED", 3)
    cases(5)
    actions.rebuild_rollups()
    assert table_of(desk, address).at_least() == 0


def test_what_is_open_is_read_without_what_is_over(desk):
    (case,) = cases(1)
    with behind(SYSTEM), connection.cursor() as cursor:
        columns = [
            field.column for field in Case._meta.local_concrete_fields if not field.generated
        ]
        own = {
            "id": "uuidv7()",
            "number": "'x' || n",
            "reference": "''",
            "opened_at": "opened_at - n * interval '1 minute'",
        }
        over = {
            "state": "CASE WHEN mod(n, 10) = 0 THEN state ELSE 'closed' END",
            "closed_at": "CASE WHEN mod(n, 10) > 0 THEN opened_at END",
        }
        asked = ", ".join({**own, **over}.get(column, f'"{column}"') for column in columns)
        names = ", ".join(f'"{column}"' for column in columns)
        cursor.execute(
            f"INSERT INTO cases_case ({names}) SELECT {asked} FROM cases_case, generate_series(1, 9000) n WHERE id = %s",
            [case.pk],
        )
        cursor.execute("ANALYZE cases_case")
    table = table_of(desk, f"?show=open&area={places.STREET}")
    statement, values = marks._marks(table.rows, 0, 30)
    with behind(desk.actor), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")  # a street of a few rows is sorted
        cursor.execute(f"EXPLAIN {statement}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Scan using case_open on" in plan, plan
