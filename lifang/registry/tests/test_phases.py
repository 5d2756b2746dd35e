"""A community's life by phases: noted on a paper, struck out, counted, in one query a table."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.timezone import localtime

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast, places
from lifang.core.testing.proofs import grows, refused
from lifang.orgs.tests.make import make_county
from lifang.registry import actions, selectors
from lifang.registry.models import Phase
from lifang.registry.tests.make import make_household, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S0-35")]
NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real
TODAY = localtime(NOW).date()
AREA = places.COMMUNITY
PAPER = "竣工验收备案表 2011-18"


@pytest.fixture(autouse=True)
def _county(db):
    with behind(SYSTEM):
        make_county()
        yield


def text_of(response) -> str:
    assert response.status_code == 200, response.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def noted(kind: str, since: date, area: str = AREA) -> Phase:
    secretary = cast.community_secretary().actor
    return actions.note_phase(
        actor=secretary, area=area, kind=kind, since=since, source=PAPER, at=NOW
    )


def test_an_office_notes_phases_and_each_is_counted_from_its_day_to_the_next_ones():
    secretary = cast.community_secretary()
    page = ("registry:phase_note", AREA)
    good = {"kind": "running", "since": f"{TODAY - timedelta(days=90)}", "source": PAPER, "note": "成立业委会"}  # fmt: skip
    for wrong in ({"kind": "x"}, {"since": "1066-10-14"}, {"since": "9999-12-31"}, {"since": "x"}, {"source": "  "}, {"kind": ""}):  # fmt: skip
        assert secretary.post(*page, data=good | wrong).status_code == 422, wrong
    assert not Phase.objects.exists()
    assert secretary.post(*page, data=good).status_code == 302
    assert secretary.post(*page, data=good).status_code == 422, "one a day"
    noted("handed_over", TODAY - timedelta(days=400))
    noted("renewal", TODAY + timedelta(days=200))
    home = make_household(make_person())
    actions.visit(actor=SYSTEM, household=home, kind="household", outcome="met", at=NOW - timedelta(days=5))  # fmt: skip
    actions.visit(actor=SYSTEM, household=home, kind="restricted", outcome="met", at=NOW - timedelta(days=4))  # fmt: skip
    over = selectors.spans(secretary.actor, AREA, NOW)
    assert [(one.phase.kind, one.running, one.to_come) for one in over] == [
        ("handed_over", False, False), ("running", True, False), ("renewal", False, True),
    ]  # fmt: skip
    assert over[0].end == over[1].start
    counted = selectors.lived(secretary.actor, AREA, over)
    assert [one.visits for one in counted] == [0, 1, 0], "the restricted one is in no number"
    assert sum(one.came for one in counted) == 1
    told = text_of(secretary.get("registry:phases", AREA))
    assert told.index("更新改造") < told.index("运行治理") < told.index("交付入住"), "newest first"
    assert PAPER in told
    assert "成立业委会" in told
    assert "事件" in told, "the cases count with it"
    # Struck out: gone from the page, kept in the table, done once.
    row = over[0].phase
    assert secretary.post("registry:phase_strike", row.pk).status_code == 302
    assert secretary.post("registry:phase_strike", row.pk).status_code == 404
    assert "交付入住" not in text_of(secretary.get("registry:phases", AREA))
    assert Phase.objects.get(pk=row.pk).struck_at is not None


@pytest.mark.parametrize("area", ["990101", "abc", "99010100100١", "999999999999", "0" * 15])
def test_what_is_no_community_in_sight_is_not_there(area):
    assert cast.community_secretary().get("registry:phases", area).status_code == 404


def test_who_may_not_notes_nothing_and_the_page_costs_the_same_for_many():
    leader = cast.county_leader().actor
    with refused("not_allowed"):
        actions.note_phase(actor=leader, area=AREA, kind="running", since=TODAY, source="x", at=NOW)
    secretary = cast.community_secretary()
    days = iter(range(1, 99))
    grows(lambda: noted("running", TODAY - timedelta(days=next(days))), lambda: secretary.get("registry:phases", AREA), many=6)  # fmt: skip
    assert selectors.spans(secretary.actor, "990101001009", NOW) == []
    assert selectors.lived(secretary.actor, AREA, []) == []
