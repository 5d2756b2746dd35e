"""Alarms in a person's timeline: of who is looked after, and of a door while one lived behind it; nobody else's."""

from datetime import timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast
from lifang.core.testing.proofs import grows
from lifang.orgs.tests.make import MONDAY, make_county
from lifang.registry import actions as registry
from lifang.registry.actions import Member
from lifang.registry.tests.make import GRID, make_building, make_household, make_person
from lifang.sensing import actions, selectors
from lifang.sensing.models import Alarm
from lifang.sensing.tests.access import vigil_alarm
from lifang.sensing.tests.make import known_of, make_device, make_series, observed
from lifang.sensing.web.story import of_person

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S0-35")]
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _see_all(db):
    with behind(SYSTEM):
        make_county()
        yield


def smoke(door, at) -> Alarm:
    series = make_series(make_device(place=door.pk, name="客厅烟感"), "smoke")
    actions.store([observed(series, at, 1)], known_of(series), at)
    return Alarm.objects.get(device=series.device)


def told(actor, person, since=None) -> list[str]:
    return [one.url.split("/")[-1] for one in of_person(actor, person, since, 50)]


def test_a_person_is_told_of_the_alarms_of_the_doors_it_lived_behind_while_it_did():
    first, second = make_building()[3:5]
    person = make_person(name="欧秘密")
    home = make_household(person, door=first)
    before = smoke(first, MONDAY - DAY)
    there = smoke(first, MONDAY + DAY)
    beside = smoke(second, MONDAY + DAY)
    registry.move_out(actor=SYSTEM, membership=home.members.get(), at=MONDAY + 2 * DAY)
    registry.found_household(actor=SYSTEM, dwelling=second, members=[Member(person)], at=MONDAY + 2 * DAY)  # fmt: skip
    after = smoke(first, MONDAY + 3 * DAY)
    new = smoke(second, MONDAY + 4 * DAY)
    worker = cast.grid_worker().actor
    assert told(worker, person) == [str(new.pk), str(there.pk)]
    assert not {before, beside, after} & set(selectors.alarms_of_person(worker, person))
    assert told(worker, person, MONDAY + 3 * DAY) == [str(new.pk)]
    assert told(cast.resident().actor, person) == [], "not theirs to answer"
    assert told(cast.stranger().actor, person) == [], "of other areas"
    grows(lambda: smoke(second, MONDAY + 4 * DAY), lambda: told(worker, person), many=6)


def test_what_looks_after_one_is_told_of_that_one_alone():
    alarm = vigil_alarm(GRID)
    worker = cast.grid_worker().actor
    vigil = selectors.vigil(worker, alarm.subject.removeprefix("vigil:"))
    other = make_person(name="同住人")
    make_household(vigil.person, other, door=vigil.place)
    Alarm.objects.filter(pk=alarm.pk).update(raised_at=MONDAY + DAY)
    assert told(worker, vigil.person) == [str(alarm.pk)]
    assert told(worker, other) == [], "who lives behind the same door reads nothing of it"
