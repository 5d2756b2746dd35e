"""Who is due a benefit and does not claim it: by the register, for a purpose, and nobody of the next street."""

from datetime import date, timedelta

import pytest

from lifang.affairs import actions, selectors
from lifang.affairs.catalogue import BENEFITS
from lifang.affairs.tests.make import (
    MONDAY,
    granted,
    known_person,
    make_application,
    new,
    number,
    window,
)
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry
from lifang.core.testing import cast, places
from lifang.core.testing.proofs import refused
from lifang.registry import actions as registry
from lifang.registry.tests.make import make_person

pytestmark = pytest.mark.django_db
ON = MONDAY.date()


def old(years, area=places.GRID, **more):
    born = ON.replace(year=ON.year - years)
    return make_person(area, born=born, despite="walk", identity=number(f"{born:%Y%m%d}", new()), name="王秀英", **more)  # fmt: skip


@pytest.mark.covers("S4-22")
def test_those_who_are_due_it_are_found_with_the_reason_and_nobody_else():
    worker, stranger = window(), cast.stranger()
    due, young = old(80), old(79)
    tagged, elsewhere, floating = old(85), old(90, places.FAR_GRID), old(88, residence="floating")
    registry.tag(actor=SYSTEM, person=tagged, tag="very_old", source="visit", at=MONDAY)
    allowance = BENEFITS["old-age-allowance"]
    with behind(worker.actor):
        assert [row.pk for row in selectors.due(worker.actor, allowance, "", ON)] == [due.pk]
        later = selectors.due(worker.actor, allowance, "", ON + timedelta(days=400))
        assert {row.pk for row in later} == {due.pk, young.pk}
    with behind(stranger.actor):
        assert [row.pk for row in selectors.due(stranger.actor, allowance, "", ON)] == [
            elsewhere.pk
        ]
    page = worker.post("affairs:benefit", "old-age-allowance", data={"area": places.COMMUNITY, "purpose": "visit"}).content.decode()  # fmt: skip
    assert str(due.pk) in page
    assert "王*" in page
    assert "王秀英" not in page
    assert str(floating.pk) not in page
    seen = Entry.objects.filter(action="affairs.find_due").latest("seq")
    assert seen.outcome == "seen"
    with refused("purpose_missing"):
        actions.find_due(actor=worker.actor, benefit=allowance, area="", purpose="curiosity", at=MONDAY)  # fmt: skip

    # What is asked for or granted is claimed; what was refused is due again.
    card = BENEFITS["elderly-card"]
    with behind(SYSTEM):
        asked, had = make_application(places.GRID).person, granted(places.GRID).person
        found = {row.pk for row in selectors.due(SYSTEM, card, places.COMMUNITY, ON)}
    assert not {asked.pk, had.pk} & found
    assert {due.pk, tagged.pk} <= found


@pytest.mark.covers("S4-22")
def test_a_resident_reads_what_may_be_due_and_begins_from_there(resident):
    known_person(resident, born=date(1955, 6, 1))
    page = resident.get("affairs:mine", query={"lang": "en"}).content.decode()
    assert "May be due to you" in page
    assert "/affairs/elderly-card" in page
    assert "/affairs/old-age-allowance" not in page
    assert "May be due to you" not in cast.resident().get("affairs:mine", query={"lang": "en"}).content.decode()  # fmt: skip
