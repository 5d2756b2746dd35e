"""Silence at home: learnt limits, notices of absence, dead gateways, the family before the grid worker."""

from datetime import timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.notify.models import Message
from lifang.core.testing import cast
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.told import published
from lifang.registry.tests.make import make_building, make_household, make_person
from lifang.sensing import actions, selectors
from lifang.sensing.events import AlarmRaised
from lifang.sensing.models import Alarm, Vigil
from lifang.sensing.rules.contacts import NOBODY, Contact, contacts
from lifang.sensing.tests.make import known_of, make_device, make_series, observed
from lifang.sensing.watch.person import Being

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _see_all():
    with behind(SYSTEM):
        yield


@pytest.fixture
def home():
    """Somebody who lives alone behind a door with a motion sensor and a door magnet."""
    door = make_building()[3]
    person = make_person(name="王秀英")
    make_household(person, door=door)
    vigil = actions.begin_vigil(
        actor=SYSTEM, person=person, place=door, purpose="独居守护", consent_on=MONDAY.date(),
        until=MONDAY.date() + timedelta(days=365), contacts=[Contact("女儿", "19900000001")], at=MONDAY,
    )  # fmt: skip
    motion = make_series(make_device(type="pir", place=door.pk), "motion")
    magnet = make_series(make_device(type="door", place=door.pk), "open")
    return vigil, motion, magnet


def say(series, after: timedelta, value: float = 1) -> None:
    at = MONDAY + after
    actions.store([observed(series, at, value)], known_of(series), at)


def check(after: timedelta) -> int:
    return actions.check_vigils(actor=SYSTEM, at=MONDAY + after)


def being(after: timedelta) -> Being:
    return selectors.wards(SYSTEM, MONDAY + after)[0].being


@pytest.mark.covers("S3-12")
def test_silence_at_home_asks_the_family_first_and_then_the_grid(home) -> None:
    _, motion, _ = home
    say(motion, HOUR)
    assert being(2 * HOUR) is Being.QUIET
    assert check(12 * HOUR) == 0
    assert check(13 * HOUR) == 1
    assert check(14 * HOUR) == 0
    alarm = Alarm.objects.get()
    assert (alarm.rule, alarm.evidence["learning"]) == ("no_sign", True)
    assert not [one for one in published() if isinstance(one, AlarmRaised)]
    assert "family_told" in {one.kind for one in selectors.steps(SYSTEM, alarm)}
    actions.tell_unanswered(actor=SYSTEM, at=MONDAY + 13 * HOUR + timedelta(minutes=20))
    assert [one.matter for one in published() if isinstance(one, AlarmRaised)] == ["10995"]


def test_somebody_stirs_and_it_is_over_by_itself(home) -> None:
    _, motion, _ = home
    say(motion, HOUR)
    check(13 * HOUR)
    say(motion, 13 * HOUR + timedelta(minutes=5))
    alarm = Alarm.objects.get()
    assert (alarm.ended_at, alarm.verdict) == (MONDAY + 13 * HOUR + timedelta(minutes=5), "")


def test_who_went_out_is_not_asked_for_until_a_day_has_passed(home) -> None:
    _, motion, magnet = home
    say(motion, HOUR)
    say(magnet, 2 * HOUR)
    assert being(4 * HOUR) is Being.AWAY
    assert check(20 * HOUR) == 0
    assert check(26 * HOUR) == 1
    assert Alarm.objects.get().rule == "not_back"


def test_the_page_of_an_absence_says_to_staff_whose_it_is_and_stands_in_the_desk(home, resident):
    vigil, *_rest = home
    worker = cast.grid_worker()
    page = worker.get("sensing:absence", vigil.pk).content.decode()
    assert "<p>王* · " in page
    assert "王秀英" not in page
    assert 'href="/desk/vigils"' in page, "the rail beside it is the desk's"
    vigil.concern([resident.actor.holder])
    vigil.save()
    assert "王*" not in resident.get("sensing:absence", vigil.pk).content.decode()  # one's own


def test_notice_of_absence_by_the_person_and_nobody_else(home, resident, stranger, refused) -> None:
    vigil, motion, _ = home
    say(motion, HOUR)
    with refused("not_found"):
        actions.pause_vigil(actor=resident.actor, vigil=vigil, until=MONDAY + 5 * DAY, at=MONDAY)
    vigil.concern([resident.actor.holder])
    vigil.save()
    actions.pause_vigil(actor=resident.actor, vigil=vigil, until=MONDAY + 5 * DAY, at=MONDAY + HOUR)
    assert being(2 * DAY) is Being.PAUSED
    assert check(2 * DAY) == 0
    with refused("absence_until"):
        actions.pause_vigil(actor=resident.actor, vigil=vigil, until=MONDAY - HOUR, at=MONDAY)


def test_a_dead_gateway_is_one_alarm_and_nobody_is_thought_helpless(home) -> None:
    vigil, motion, _ = home
    gateway = make_device(type="gateway")
    for number in range(4):
        device = make_device(
            type="pir", gateway=gateway.pk, place=vigil.place_id, code=f"p{number}"
        )
        say(make_series(device, "motion"), HOUR)
    say(motion, HOUR)
    for hours in (8, 9):
        actions.tell_silence(actor=SYSTEM, at=MONDAY + hours * HOUR)
        check(hours * HOUR)
    alarms = Alarm.objects.filter(ended_at__isnull=True)
    assert alarms.filter(rule="gateway_silent").count() == 1
    assert alarms.filter(rule="device_silent", inhibited_by__isnull=False).count() == 4
    assert [one.rule for one in selectors.wall(SYSTEM)][:1] == ["gateway_silent"]
    assert being(9 * HOUR) is Being.UNKNOWN
    assert check(20 * HOUR) == 0
    say(make_series(device, "motion"), 21 * HOUR)
    actions.tell_silence(actor=SYSTEM, at=MONDAY + 21 * HOUR)
    assert Alarm.objects.get(rule="gateway_silent").cleared_at is not None


def test_a_real_emergency_is_no_experience(home, community_secretary) -> None:
    vigil, motion, _ = home
    say(motion, HOUR)
    check(13 * HOUR)
    actions.give_verdict(
        actor=community_secretary.actor,
        alarm=Alarm.objects.get(),
        verdict="real",
        at=MONDAY + 15 * HOUR,
    )
    assert Vigil.objects.get(pk=vigil.pk).memory["spells"] == []


def test_when_consent_runs_out_everything_learnt_is_gone(home) -> None:
    vigil, motion, _ = home
    say(motion, HOUR)
    check(400 * DAY)
    vigil.refresh_from_db()
    assert (vigil.memory, vigil.telephone, vigil.due_at) == ({}, None, None)
    assert vigil.ended_at == MONDAY + 400 * DAY


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"purpose": " "}, "vigil_purpose"),
        ({"until": MONDAY.date()}, "vigil_until"),
        ({"until": MONDAY.date() + timedelta(days=3000)}, "vigil_until"),
        ({"consent_on": MONDAY.date() + DAY}, "vigil_until"),
    ],
)
def test_without_purpose_consent_and_end_nobody_is_looked_after(refused, facts, reason) -> None:
    door, person = make_building()[3], make_person()
    usual = {
        "purpose": "x",
        "consent_on": MONDAY.date(),
        "until": MONDAY.date() + timedelta(days=30),
    }
    with refused(reason):
        actions.begin_vigil(
            actor=SYSTEM, person=person, place=door, at=MONDAY, **{**usual, **facts}
        )


def test_the_board_and_my_page(home, community_secretary, resident, stranger) -> None:
    vigil, motion, _ = home
    say(motion, HOUR)
    vigil.concern([resident.actor.holder])
    vigil.save()
    got = community_secretary.get("sensing:vigils").content.decode()
    assert "王*" in got  # masked, as everywhere
    assert "王秀英" not in got
    assert "王*" not in stranger.get("sensing:vigils").content.decode()
    page = resident.get("sensing:my_devices").content.decode()
    assert "独居守护" in page, page[page.find("<main") : page.find("</main")]


def test_the_board_costs_the_same_for_one_and_for_many(grows, community_secretary) -> None:
    def another() -> None:
        door = make_building()[3]
        person = make_person(despite="walk")
        actions.begin_vigil(
            actor=SYSTEM, person=person, place=door, purpose="x", consent_on=MONDAY.date(),
            until=MONDAY.date() + timedelta(days=30), at=MONDAY,
        )  # fmt: skip

    grows(another, lambda: community_secretary.get("sensing:vigils"), many=6)


def ask(minutes: int) -> None:
    actions.tell_unanswered(actor=SYSTEM, at=MONDAY + 13 * HOUR + timedelta(minutes=minutes))


def asked() -> list[str]:
    found = Message.objects.filter(template="sensing.vigil_contact").order_by("asked_at", "id")
    return [str(one.address) for one in found]


def raised() -> int:
    return sum(isinstance(one, AlarmRaised) for one in published())


@pytest.fixture
def two(home):
    """A daughter and, if she does not answer, a neighbour; silent since one o'clock."""
    vigil, motion, magnet = home
    actions.set_contacts(
        actor=SYSTEM, vigil=vigil, second=Contact("邻居", "19900000002"), at=MONDAY
    )
    say(motion, HOUR)
    check(13 * HOUR)
    return vigil, motion, magnet


@pytest.mark.covers("S3-12")
def test_the_second_contact_is_asked_before_the_grid(two) -> None:
    assert asked() == ["19900000001"]
    ask(19)
    assert asked() == ["19900000001"]
    ask(20)
    assert asked() == ["19900000001", "19900000002"]
    assert raised() == 0
    ask(39)
    assert raised() == 0
    ask(40)
    assert (raised(), len(asked())) == (1, 2)
    told = [one.kind for one in selectors.steps(SYSTEM, Alarm.objects.get())]
    assert [kind for kind in reversed(told) if kind.endswith("told")] == ["family_told", "second_told", "told"]  # fmt: skip


def test_whoever_changed_places_meanwhile_is_not_asked_twice(two) -> None:
    vigil, *_ = two
    actions.set_contacts(actor=SYSTEM, vigil=vigil, swap=True, at=MONDAY + 13 * HOUR)
    vigil.refresh_from_db()
    assert [one.name for one in contacts(vigil)] == ["邻居", "女儿"]
    ask(20)
    assert asked() == ["19900000001", "19900000002"]
    ask(40)
    assert (raised(), len(asked())) == (1, 2)


def test_somebody_who_stirs_after_the_second_was_asked_ends_it(two) -> None:
    _, motion, _ = two
    ask(20)
    say(motion, 13 * HOUR + timedelta(minutes=30))
    ask(40)
    assert (raised(), Alarm.objects.get().verdict) == (0, "")


def test_all_who_were_asked_hear_that_all_is_well_and_nobody_else(two, community_secretary) -> None:
    actions.give_verdict(actor=community_secretary.actor, alarm=Alarm.objects.get(), verdict="planned_absence", at=MONDAY + 14 * HOUR)  # fmt: skip
    found = Message.objects.filter(template="sensing.vigil_thanks")
    assert [one.address for one in found] == ["19900000001"]


def test_one_who_goes_makes_room_and_the_end_forgets_both(two) -> None:
    vigil, *_ = two
    actions.set_contacts(actor=SYSTEM, vigil=vigil, first=NOBODY, at=MONDAY)
    vigil.refresh_from_db()
    assert contacts(vigil) == [Contact("邻居", "19900000002")]
    actions.end_vigil(actor=SYSTEM, vigil=vigil, at=MONDAY)
    vigil.refresh_from_db()
    assert (vigil.telephone, vigil.second_contact, vigil.second_telephone) == (None, None, None)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"second": Contact("x", "199-0000-0001")}, "contact_twice"),
        ({"second": Contact("x", "+++++++")}, "contact_telephone"),
        ({"second": Contact("x", "19900000002;rm")}, "contact_telephone"),
        ({"first": Contact("x" * 61, "19900000002")}, "contact_name"),
    ],
)
def test_no_contact_that_could_not_be_asked(home, refused, facts, reason) -> None:
    with refused(reason):
        actions.set_contacts(actor=SYSTEM, vigil=home[0], at=MONDAY, **facts)


def test_the_page_of_contacts_shows_no_number_and_takes_a_new_one(home, grid_worker, resident, stranger) -> None:  # fmt: skip
    vigil, *_ = home
    got = grid_worker.get("sensing:vigil_contacts", vigil.pk).content.decode()
    assert "199****0001" in got
    assert "19900000001" not in got
    assert resident.get("sensing:vigil_contacts", vigil.pk).status_code == 404
    with behind(SYSTEM):
        vigil.concern([resident.actor.holder])
        vigil.save()
    missing = resident.post("sensing:vigil_contacts", vigil.pk, data={"second_name": "邻居"})
    assert missing.status_code == 422
    sent = {"second_name": "邻居", "second_telephone": "19900000002", "swap": "on"}
    assert resident.post("sensing:vigil_contacts", vigil.pk, data=sent).status_code == 302
    with behind(SYSTEM):
        vigil.refresh_from_db()
    assert [one.name for one in contacts(vigil)] == ["邻居", "女儿"]
    page = resident.get("sensing:my_devices").content.decode()
    assert page.index("199****0002") < page.index("199****0001")
