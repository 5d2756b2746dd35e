"""The fifteen-minute circle: homes that reach a trade on foot, by community; the estimate says how it is made."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lifang.core.access import SYSTEM
from lifang.core.testing import cast, places
from lifang.core.testing.proofs import _queries
from lifang.core.web.kept import forget
from lifang.living import selectors
from lifang.living.catalogue import TRADES
from lifang.living.rules import walking
from lifang.living.tests.make import SPOT, make_homes, make_shop
from lifang.orgs.tests.make import make_county

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S0-70", "W-M1")]
LON, LAT = SPOT
NORTH = 1 / 111_195  # degrees of a metre


def homes(count, north):
    """So many homes in a building so many metres north of the shop."""
    return make_homes(count, LON, LAT + north * NORTH)


def asked(reader):
    """What the page asks the database, as the process is."""
    with CaptureQueriesContext(connection) as told:
        assert reader.get("living:circles").status_code == 200
    return len(told)


def test_homes_within_fifteen_minutes_count_and_those_beyond_are_a_gap(anonymous):
    make_county()
    assert round(walking.reach()) == 808
    homes(3, 800)
    homes(1, 815)
    make_shop(cast.resident(), trade="pharmacy", listed=True)
    make_shop(cast.resident(), trade="market")  # waits: not counted
    (found,) = selectors.circles(SYSTEM, places.COMMUNITY)
    told = {one.trade: one for one in found.trades}
    assert (found.area, found.doors) == (places.COMMUNITY, 4)
    assert (told["pharmacy"].doors, told["pharmacy"].share, told["pharmacy"].shops) == (3, 0.75, 1)
    assert told["market"].doors == 0
    basic = sum(one.level == "basic" for one in TRADES.all())
    assert found.basic == pytest.approx(0.75 / basic)
    assert found.whole == 0
    page = anonymous.get("living:circle", places.COMMUNITY).content.decode()
    assert "75%" in page
    assert "1.30" in page, "the method and its numbers"
    listed = anonymous.get("living:circles").content.decode()
    forget()
    assert f"/circle/{places.COMMUNITY}" in listed
    first, again = asked(anonymous), asked(anonymous)
    assert again <= first - 3, "counted once, kept for the next reader"
    make_shop(cast.resident(), trade="market", listed=True)
    assert asked(anonymous) == first, "and anew when a shop comes"
    few = len(_queries(lambda: selectors.circles(SYSTEM, places.COUNTY)))
    for n in range(4):
        homes(1, 100 * n)
        make_shop(cast.resident(), trade="hair", listed=True)
    assert len(_queries(lambda: selectors.circles(SYSTEM, places.COUNTY))) == few


def test_nothing_is_said_of_areas_without_homes(anonymous):
    make_county()
    assert selectors.circles(SYSTEM, places.COMMUNITY) == []
    for wrong in (places.COMMUNITY, "990101", "x", "999999999999"):
        assert anonymous.get("living:circle", wrong).status_code == 404
    assert anonymous.get("living:circles").status_code == 200
