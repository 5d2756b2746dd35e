"""A list that is kept in memory shows a new case at once, whoever reported it."""

from itertools import pairwise

import pytest
from django.conf import settings

from lifang.cases import actions
from lifang.core.access import SYSTEM
from lifang.core.testing import cast, places
from lifang.core.web.unchanged import KEPT

TEXT = {"matter": "06010", "source": "grid_patrol", "text": "井盖破损"}


@pytest.fixture(autouse=True)
def forgotten():
    KEPT.clear()
    yield
    KEPT.clear()


def test_a_kept_list_is_given_again_and_is_made_anew_after_any_commit(real_db):
    desk = cast.street_dispatcher()
    desk.client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    # Test runs share one server, and a commit in any of its databases makes a new snapshot.
    pages = [desk.get("/desk/cases").content for _ in range(60)]
    assert any(page == next_page for page, next_page in pairwise(pages))

    made = actions.record(actor=SYSTEM, at=cast.MONDAY, area=places.GRID, place="大街 8 号", **TEXT)

    after = desk.get("/desk/cases").content.decode()
    assert made.number not in pages[-1].decode()
    assert made.number in after
