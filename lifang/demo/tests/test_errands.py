"""W-R3: a daughter may note that her mother is away, because just this was entrusted; the watch is silent these days and no longer."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lifang.affairs import actions as affairs
from lifang.affairs.rules import day_of
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast, places
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.proofs import refused
from lifang.registry.tests.make import (
    make_building,
    make_household,
    make_linked,
    make_person,
    number,
)
from lifang.sensing import actions, selectors
from lifang.sensing.models import Alarm, Vigil
from lifang.sensing.tests.make import known_of, make_device, make_series, observed
from lifang.sensing.watch.person import Being

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def local(day: date, hour: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.covers("W-R3", "S0-64", "S3-12")
def test_away_by_a_daughter_is_silent_these_days_and_alarms_again_on_the_morning_after():
    daughter, other, worker = cast.resident(), cast.resident(), cast.member("community_worker", places.COMMUNITY)  # fmt: skip
    with behind(SYSTEM):
        door = make_building(places.GRID)[3]
        mother = make_person(places.GRID, name="王秀英", telephone="10000007788")
        make_household(mother, door=door)
        make_linked(daughter, area=places.FAR_GRID, name="李小梅", identity=number("19800601", 444), telephone="10000005555", despite="walk")  # fmt: skip
        vigil = actions.begin_vigil(actor=SYSTEM, person=mother, place=door, purpose="钥匙在门卫", consent_on=MONDAY.date(), until=MONDAY.date() + 365 * DAY, at=MONDAY)  # fmt: skip
        motion = make_series(make_device(type="pir", place=door.pk), "motion")
        actions.store([observed(motion, MONDAY, 1)], known_of(motion), MONDAY)
    first, last = day_of(MONDAY) + 3 * DAY, day_of(MONDAY) + 10 * DAY
    told = {"actor": daughter.actor, "vigil": vigil, "since": local(first), "until": local(last + DAY, 8), "at": MONDAY}  # fmt: skip
    assert daughter.get("sensing:absence_for", mother.pk).status_code == 404
    with refused("not_found"):
        actions.pause_vigil(**told)
    given = {"actor": worker.actor, "principal": mother, "name": "李小梅", "telephone": "10000005555", "until": last, "way": "voice", "at": MONDAY}  # fmt: skip
    affairs.record_mandate(**given, guides=["elderly-card", "sensing.away"])
    shown = daughter.get("affairs:mandates").content.decode()
    assert f"/my/devices/for/{mother.pk}" in shown
    assert "王秀英" not in shown
    page = daughter.get("sensing:absence_for", mother.pk)
    assert ("互相代办" in (said := page.content.decode()), "关爱照看" in said) == (True, False)
    assert (page.status_code, "钥匙在门卫" in page.content.decode()) == (
        200,
        False,
    )  # nothing of the home
    assert other.get("sensing:absence_for", mother.pk).status_code == 404
    assert daughter.get("sensing:absence", vigil.pk).status_code == 404  # only what was entrusted
    with refused("not_found"):
        actions.end_vigil(actor=daughter.actor, vigil=vigil, at=MONDAY)
    actions.pause_vigil(**told)
    with behind(SYSTEM):
        assert selectors.wards(SYSTEM, MONDAY + HOUR)[0].being is not Being.PAUSED  # not yet
        eve = local(first) - HOUR
        actions.store([observed(motion, eve, 1)], known_of(motion), eve)
        for day in range(8):  # from the first to the last day nobody is asked for
            assert actions.check_vigils(actor=SYSTEM, at=local(first + day * DAY, 20)) == 0
        assert selectors.wards(SYSTEM, local(last, 12))[0].being is Being.PAUSED
        assert actions.check_vigils(actor=SYSTEM, at=local(last + DAY, 7)) == 0
        assert actions.check_vigils(actor=SYSTEM, at=local(last + DAY, 9)) == 1
        assert Alarm.objects.get().subject == f"vigil:{vigil.pk}"
        assert Vigil.objects.get().paused_by_id == daughter.id
    with refused("not_found"):  # the authority ended with its day
        actions.pause_vigil(**{**told, "at": local(last + DAY, 9), "since": None, "until": local(last + 5 * DAY)})  # fmt: skip


def test_a_notice_that_has_not_begun_leaves_the_watch_on():
    daughter = cast.resident()
    with behind(SYSTEM):
        door = make_building(places.GRID)[3]
        mother = make_person(places.GRID)
        vigil = actions.begin_vigil(actor=SYSTEM, person=mother, place=door, purpose="独居守护", consent_on=MONDAY.date(), until=MONDAY.date() + 365 * DAY, at=MONDAY)  # fmt: skip
        vigil.concern([daughter.actor.holder])
        vigil.save()
        motion = make_series(make_device(type="pir", place=door.pk), "motion")
        actions.store([observed(motion, MONDAY, 1)], known_of(motion), MONDAY)
    actions.pause_vigil(actor=daughter.actor, vigil=vigil, since=MONDAY + 3 * DAY, until=MONDAY + 9 * DAY, at=MONDAY)  # fmt: skip
    with behind(SYSTEM):
        assert actions.check_vigils(actor=SYSTEM, at=MONDAY + 2 * DAY) == 1
