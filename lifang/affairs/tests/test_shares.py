"""Ways and trips are counted, not said; each number is the list behind it."""

import re

import pytest

from lifang.affairs import actions, selectors
from lifang.affairs.models import Application
from lifang.affairs.rules import day_of
from lifang.affairs.tests.make import (
    HOUR,
    MONDAY,
    again,
    apply,
    granted,
    known_person,
    make_application,
    window,
)
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast, places

NUMBER = re.compile(r"S26\d{10}")
pytestmark = pytest.mark.django_db


def done(row, how, days=0):
    return actions.deliver(actor=SYSTEM, application=row, how=how, at=MONDAY + (2 + 24 * days) * HOUR)  # fmt: skip


@pytest.mark.covers("S0-62", "S3-23")
def test_trips_are_days_on_which_somebody_came_and_the_report_counts_them(resident):
    known_person(resident)
    online = apply(resident)
    actions.accept(actor=SYSTEM, application=online, seen=["photo_two_inch"], at=MONDAY + HOUR)
    online = actions.decide(actor=SYSTEM, application=again(online), granted=True, at=MONDAY + HOUR)
    same_day = done(granted(places.COMMUNITY), "window")
    other_day = done(granted(places.COMMUNITY), "window", days=1)
    posted = done(granted(places.COMMUNITY), "post")
    waits = make_application(places.COMMUNITY)
    before = make_application(places.COMMUNITY)
    with behind(SYSTEM):
        Application.objects.filter(pk=before.pk).update(trips=None)  # from before it was counted
    assert [again(one).trips for one in (online, same_day, other_day, posted, waits)] == [0, 1, 2, 1, 1]  # fmt: skip

    office, day = cast.street_dispatcher(), day_of(MONDAY)
    with behind(office.actor):
        found = selectors.shares(office.actor, places.STREET, day, day)
    assert (found.n, found.closed, found.trips) == (6, 4, {0: 1, 1: 2, 2: 1})
    assert {one.channel.key: one.n for one in found.came} == {"window": 5, "online": 1}
    assert (found.decided, found.in_time) == (4, 4)
    assert 0 < found.known < found.asked
    stranger = cast.stranger().actor
    with behind(stranger):
        assert selectors.shares(stranger, "", day, day).n == 0

    page = office.get("affairs:shares", query={"area": places.STREET, "days": "365", "lang": "en"}).content.decode()  # fmt: skip
    for words in ("Ways and trips", "Not once", "25.0%", "16.7%"):
        assert words in page
    for often, n in found.trips.items():
        listed = office.get("affairs:applications", query={"trips": str(often), "lang": "en"}).content.decode()  # fmt: skip
        assert len(set(NUMBER.findall(listed))) == n, often
    assert window().get("affairs:shares", query={"area": "999999", "days": "x"}).status_code == 200
