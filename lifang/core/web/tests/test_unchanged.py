"""A kept page is given only while nothing at all has changed, and only to the session it was made for."""

from datetime import UTC, datetime

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from lifang.core.web import unchanged as module
from lifang.core.web.unchanged import KEPT, unchanged

NOON = datetime(2026, 11, 23, 4, 0, 0, tzinfo=UTC)


class Counted:
    """A view that says how often it was made."""

    def __init__(self, **answer: object) -> None:
        self.made, self.answer = 0, answer

    def __call__(self, request: object) -> HttpResponse:
        self.made += 1
        return HttpResponse(f"{self.made}", **self.answer)  # type: ignore[arg-type]


class Session:
    row, source = "one", "127.0.0.1"


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    KEPT.clear()
    monkeypatch.setattr(module, "connection", type("Line", (), {"in_atomic_block": False})())
    yield
    KEPT.clear()


def ask(path: str = "/desk/cases", method: str = "GET", cookie: str = "t", **facts: object):
    request = RequestFactory().generic(method, path, headers=facts.pop("headers", {}))
    request.COOKIES = {"csrftoken": cookie} if cookie else {}
    told = {
        "snapshot": "10:10:",
        "at": NOON,
        "session": Session(),
        "LANGUAGE_CODE": "en",
        "elder": False,
        "kiosk": False,
    }
    for name, value in {**told, **facts}.items():
        setattr(request, name, value)
    return request


def test_the_same_page_of_an_unchanged_database_is_made_once():
    view = Counted(headers={"Vary": "Cookie", "X-Other": "1"})
    page = unchanged(view)
    first, again = page(ask()), page(ask())
    assert (first.content, again.content, view.made) == (b"1", b"1", 1)
    assert again.headers["Vary"] == "Cookie"
    assert "X-Other" not in again.headers


class Other:
    row, source = "two", "127.0.0.1"


class Elsewhere:
    row, source = "one", "10.0.0.9"


@pytest.mark.parametrize(
    "changed",
    [
        {"snapshot": "10:11:"},
        {"at": NOON.replace(second=10)},
        {"session": Other()},
        {"session": Elsewhere()},
        {"LANGUAGE_CODE": "zh-hans"},
        {"elder": True},
        {"kiosk": True},
        {"cookie": "u"},
        {"path": "/desk/cases?page=2"},
        {"headers": {"HX-Request": "true"}},
        {"headers": {"HX-Request": "true", "HX-Boosted": "true"}},
        {"headers": {"Host": "localhost"}},
    ],
    ids=" ".join,
)
def test_whatever_a_page_is_made_of_makes_another_page(changed):
    page = unchanged(Counted())
    page(ask())
    assert page(ask(**changed)).content == b"2"
    assert page(ask()).content == b"1"


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({"method": "POST"}, {}),
        ({"snapshot": ""}, {}),
        ({"cookie": ""}, {}),
        ({}, {"status": 404}),
    ],
    ids=str,
)
def test_what_may_not_be_kept_is_made_each_time(facts, answer):
    view = Counted(**answer)
    page = unchanged(view)
    page(ask(**facts))
    page(ask(**facts))
    assert view.made == 2


def test_inside_a_transaction_nothing_is_kept(monkeypatch):
    monkeypatch.setattr(module, "connection", type("Line", (), {"in_atomic_block": True})())
    view = Counted()
    for _ in range(2):
        unchanged(view)(ask())
    assert view.made == 2


def test_a_page_that_sets_a_cookie_is_not_kept():
    def view(request):
        answer = HttpResponse("x")
        answer.set_cookie("a", "b")
        return answer

    page = unchanged(view)
    page(ask())
    assert "a" in page(ask()).cookies
