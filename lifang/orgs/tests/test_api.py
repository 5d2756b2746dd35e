"""Deputies and rosters for machines: what the desk may, and nothing more."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from lifang.core.testing import cast, hostile
from lifang.core.testing.places import COMMUNITY, GRID, NEXT_GRID
from lifang.core.testing.proofs import grows
from lifang.orgs.models import Deputy, Watch
from lifang.orgs.tests.make import make_account, make_county, make_posting

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real
DAY = timedelta(days=1)


@pytest.fixture
def posts():
    """甲 works in one grid, 乙 in the next."""
    make_county()
    absent = make_posting("grid_worker", GRID, account=make_account("jia", "甲"), at=NOW - 9 * DAY)
    make_posting("grid_worker", NEXT_GRID, account=make_account("yi", "乙"), at=NOW - 9 * DAY)
    return absent


def span(first=1, last=3, **more):
    day = NOW.replace(microsecond=0)
    return {"login": "yi", "since": (day + first * DAY).isoformat(), "until": (day + last * DAY).isoformat(), **more}  # fmt: skip


def test_a_deputy_is_named_listed_and_ended(posts):
    secretary = cast.community_secretary()
    made = secretary.send("POST", "api:orgs_name_deputy", posts.pk, json=span())
    assert (made.status_code, made.json()["deputy"], made.json()["absent"]) == (201, "乙", "甲")
    (one,) = secretary.get("api:orgs_deputies").json()["items"]
    assert (one["id"], one["post"]) == (made.json()["id"], "grid_worker")
    assert secretary.get("api:orgs_deputies", query={"now": "true"}).json()["items"] == []
    again = secretary.send("POST", "api:orgs_name_deputy", posts.pk, json=span())
    assert (again.status_code, again.json()["reason"]) == (409, "deputy_already")
    assert cast.stranger().get("api:orgs_deputies").json()["items"] == []
    assert cast.stranger().send("POST", "api:orgs_end_deputy", one["id"]).status_code == 404
    assert cast.grid_worker().send("POST", "api:orgs_end_deputy", one["id"]).status_code == 403
    assert secretary.send("POST", "api:orgs_end_deputy", one["id"]).status_code == 200
    assert not Deputy.objects.filter(valid_to__gt=F("valid_from")).exists()


def test_a_watch_is_entered_listed_and_taken_back(posts):
    secretary = cast.community_secretary()
    asked = {"login": "jia", "day": f"{NOW + 3 * DAY:%Y-%m-%d}", "span": "night", "area": COMMUNITY}
    made = secretary.send("POST", "api:orgs_watches", json=asked)
    assert (made.status_code, made.json()["name"], made.json()["role"]) == (201, "甲", "watch")
    (one,) = secretary.get("api:orgs_watches", query={"area": COMMUNITY}).json()["items"]
    assert one["id"] == made.json()["id"]
    assert secretary.get("api:orgs_watches", query={"now": "true"}).json()["items"] == []
    assert cast.stranger().get("api:orgs_watches").json()["items"] == []
    assert secretary.send("POST", "api:orgs_drop_watch", one["id"]).status_code == 204
    assert not Watch.objects.exists()


def test_what_is_wrong_is_told_and_hostile_input_breaks_nothing(posts):
    secretary = cast.community_secretary()
    unknown = secretary.send("POST", "api:orgs_name_deputy", posts.pk, json=span(login="nobody"))
    assert (unknown.status_code, unknown.json()["reason"]) == (409, "login_unknown")
    backwards = secretary.send("POST", "api:orgs_name_deputy", posts.pk, json=span(3, 1))
    assert backwards.status_code == 409
    for text in (one.text for one in hostile.sample(40, "standing")):
        for name, args, body in (
            ("api:orgs_name_deputy", (posts.pk,), span(login=text)),
            ("api:orgs_watches", (), {"login": text, "day": text, "span": text, "area": text}),
            ("api:orgs_watches", (), {"login": "jia", "day": "2026-12-01", "span": text, "area": text}),
        ):  # fmt: skip
            answer = secretary.send("POST", name, *args, json=body)
            assert answer.status_code in (400, 403, 404, 409, 422), (name, text)
        assert secretary.get("api:orgs_watches", query={"area": text}).status_code in (
            200,
            400,
            422,
        )
    assert (Deputy.objects.count(), Watch.objects.count()) == (0, 0)


def test_the_lists_cost_the_same_for_one_and_thirty(posts):
    secretary, days = cast.community_secretary(), iter(range(1, 400))

    def enter():
        day = f"{NOW + next(days) * DAY:%Y-%m-%d}"
        asked = {"login": "jia", "day": day, "span": "night", "area": COMMUNITY}
        assert secretary.send("POST", "api:orgs_watches", json=asked).status_code == 201

    grows(enter, lambda: secretary.get("api:orgs_watches"))
