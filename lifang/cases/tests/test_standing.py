"""Who stands in and who is on watch, where cases are handled: the timeline names both, what is urgent wakes the one who is awake, the wall says who that is."""

from datetime import timedelta

import pytest

from lifang.cases import actions
from lifang.cases.selectors import story
from lifang.cases.tests.make import HOUR, MONDAY, make_case
from lifang.core.access import SYSTEM
from lifang.core.access.grants import actor_of
from lifang.core.access.wall import behind
from lifang.core.notify.models import Message
from lifang.core.testing import cast, places
from lifang.core.testing.told import deliver
from lifang.orgs import actions as orgs
from lifang.orgs.tests.make import make_account, make_county, make_posting

pytestmark = pytest.mark.django_db
NIGHT = MONDAY + 13 * HOUR  # eleven in the evening
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _county():
    with behind(SYSTEM):
        make_county()
        yield


def colleague(login, name, post="street_dispatcher", area=places.STREET):
    return make_posting(post, area, account=make_account(login, name), at=MONDAY - 9 * DAY)


def stands_in(posting, account):
    facts = {"since": MONDAY, "until": MONDAY + 5 * DAY, "at": MONDAY}
    return orgs.name_deputy(actor=SYSTEM, posting=posting, account=account, **facts)


def watch(account, area=places.STREET):
    rows = [orgs.WatchRow(account, area, None, NIGHT.date(), "night")]
    return orgs.set_roster(actor=SYSTEM, rows=rows, area=area, at=MONDAY)[0]


@pytest.mark.covers("S0-42")
def test_the_timeline_names_the_deputy_and_whoever_is_away():
    absent = colleague("jia", "甲某")
    deputy = colleague("yi", "乙某", "street_dispatcher", places.NEXT_STREET).account
    stands_in(absent, deputy)
    case = make_case()
    actions.accept(actor=actor_of(deputy.pk, MONDAY + HOUR), case=case, at=MONDAY + HOUR)
    told = story(SYSTEM, case)[-1]
    assert (told.person, told.absent) == ("乙某", "甲某")
    reader = cast.street_dispatcher()
    page = reader.get("cases:case", case.pk).content.decode()
    assert "乙某代甲某" in page
    reader.client.cookies["django_language"] = "en"
    english = reader.get("cases:case", case.pk).content.decode()
    assert "乙某 for 甲某 (deputy)" in english
    open_told = story(SYSTEM, case, public=True)
    assert not any(step.absent or step.person for step in open_told)
    assert "甲某" not in cast.anonymous().get("cases:public_case", case.number).content.decode()


def test_whoever_acts_on_an_own_post_stands_in_for_nobody():
    own = colleague("jia", "甲某").account
    other = colleague("bing", "丙某")
    stands_in(other, own)
    case = make_case()
    actions.accept(actor=actor_of(own.pk, MONDAY + HOUR), case=case, at=MONDAY + HOUR)
    assert (story(SYSTEM, case)[-1].person, story(SYSTEM, case)[-1].absent) == ("甲某", "")


@pytest.mark.covers("W-G3", "S0-42")
def test_danger_to_life_at_night_reaches_the_one_on_watch_and_what_is_ordinary_does_not():
    awake = colleague("zhi", "值班员甲", "community_worker", places.COMMUNITY).account
    asleep = colleague("shui", "不值班", "community_worker", places.COMMUNITY).account
    colleague("pai", "派遣员")  # the desk of the street
    watch(awake)
    make_case(matter="06010", at=NIGHT)
    deliver(NIGHT)
    assert not Message.objects.filter(recipient=f"account:{awake.pk}", template="cases.urgent").exists()  # fmt: skip
    make_case(matter="10999", text="楼道有很浓的煤气味", at=NIGHT)
    deliver(NIGHT)
    heard = Message.objects.filter(template="cases.urgent")
    assert heard.filter(recipient=f"account:{awake.pk}").exists()
    assert not heard.filter(recipient=f"account:{asleep.pk}").exists()


def test_after_the_watch_nobody_is_woken_for_it():
    awake = colleague("zhi", "值班员甲", "community_worker", places.COMMUNITY).account
    colleague("pai", "派遣员")
    ends = watch(awake).ends_at
    make_case(matter="10999", text="煤气味", at=ends + HOUR)
    deliver(ends + HOUR)
    assert not Message.objects.filter(recipient=f"account:{awake.pk}").exists()


def test_the_wall_names_the_watch_while_it_lasts_and_its_roster_elsewhere_is_nobodys():
    from datetime import UTC, datetime  # noqa: PLC0415 -- over the wire the clock is real

    now = datetime.now(UTC)  # noqa: TID251
    awake = colleague("zhi", "值班员甲", "grid_worker", places.GRID).account
    reader = cast.street_dispatcher()
    assert "值班员甲" not in reader.get("cases:screen_area", places.STREET).content.decode()
    for day in (now.date(), now.date() - DAY):
        for span in ("day", "night"):
            rows = [orgs.WatchRow(awake, places.STREET, None, day, span)]
            orgs.set_roster(actor=SYSTEM, rows=rows, area=places.STREET, at=now)
    assert "值班员甲" in reader.get("cases:screen_area", places.STREET).content.decode()
    assert "值班员甲" not in reader.get("cases:screen_area", places.COMMUNITY).content.decode()
