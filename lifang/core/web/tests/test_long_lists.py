"""A list of a million rows is counted as far as anybody leafs, and says so."""

import pytest

from lifang.core.accounts.models import Account
from lifang.core.testing import cast
from lifang.core.web.tables import paging
from lifang.core.web.tables.paging import numbered


@pytest.fixture
def five(db, monkeypatch):
    monkeypatch.setattr(paging, "COUNTED", 3)
    for number in range(5):
        cast.account(login=f"long-{number}")
    return Account.objects.filter(login__startswith="long-").order_by("login")


def test_a_list_longer_than_is_counted_says_that_there_is_more(five):
    page = numbered(five, 2, "2")
    assert (page.beyond, page.total, page.pages, page.number) == (True, 3, 2, 2)
    assert [row.login for row in page.rows] == ["long-2"]
    assert page.next is None


def test_a_list_as_long_as_is_counted_is_whole(five):
    page = numbered(five.exclude(login__in=["long-3", "long-4"]), 2, "1")
    assert (page.beyond, page.total, page.pages) == (False, 3, 2)
    assert [row.login for row in page.rows] == ["long-0", "long-1"]


def test_a_list_in_memory_is_counted_whole():
    page = numbered([*range(9)], 4, "3")
    assert (page.beyond, page.total, page.rows) == (False, 9, [8])
