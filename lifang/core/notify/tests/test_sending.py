from datetime import timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.jobs.testing import run_due, waiting
from lifang.core.notify import actions, carrying, selectors, send
from lifang.core.notify.models import Message
from lifang.core.notify.terms import Pace, Refused, State, Undeliverable
from lifang.core.notify.tests.make import FACTS, LI, NIGHT, NOON, WANG, person, prefers

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MORNING = NIGHT + timedelta(hours=8, minutes=30)  # 07:30 in Shanghai


@pytest.fixture(autouse=True)
def as_system():
    with behind(SYSTEM):
        yield


def accepted(to=WANG, at=NOON, **more):
    return send(to=to, template="test.accepted", facts=FACTS, at=at, area="990101", **more)


def test_a_message_goes_to_the_inbox_at_once_and_over_the_ways_a_person_has(carrier):
    prefers(WANG)
    accepted(link="/cases/AB23")
    assert sorted(Message.objects.values_list("channel", "state")) == [
        ("email", "queued"),
        ("inbox", "sent"),
        ("sms", "queued"),
    ]
    assert run_due(NOON) == ["core.notify.jobs.carry"] * 2
    sms, mail = sorted(carrier.carried, key=lambda letter: len(letter.address))
    assert (sms.address, sms.body) == ("10000000001", "【里坊】AB23已受理")
    assert (mail.address, mail.title) == ("wang@example.invalid", "AB23已受理")
    assert mail.body == "前街的问题，2026年11月23日（周一）12:00前办结。"
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_who_left_no_number_gets_it_in_the_inbox_alone(carrier):
    accepted()
    assert [m.channel for m in Message.objects.all()] == ["inbox"]
    assert waiting() == []


def test_a_bare_telephone_gets_a_text_message_in_its_own_language_and_no_inbox(carrier):
    accepted(to="tel:10000000009", language="en")
    run_due(NOON)
    assert [letter.body for letter in carrier.carried] == ["lifang: AB23 accepted"]
    message = Message.objects.get()
    assert (message.recipient, message.holders) == ("tel", [])


def test_a_listener_that_runs_twice_sends_once(carrier):
    prefers(WANG)
    assert len(accepted(key="case-1-accepted")) == 3
    assert accepted(key="case-1-accepted") == []
    assert len(accepted(to=LI, key="case-1-accepted")) == 1
    for number in ("10000000008", "10000000009"):
        assert len(accepted(to=f"tel:{number}", key="case-1-accepted")) == 1
        assert accepted(to=f"tel:{number}", key="case-1-accepted") == []


def test_a_missing_fact_is_noticed_when_sending(carrier):
    with pytest.raises(KeyError, match="due"):
        send(to=WANG, template="test.accepted", facts={"number": 1, "place": "x"}, at=NOON)
    assert Message.objects.count() == 0


def test_at_night_only_danger_rings(carrier):
    prefers(WANG, mail=False)
    accepted(at=NIGHT)
    send(to=WANG, template="test.danger", facts={}, at=NIGHT)
    run_due(NIGHT)
    assert [letter.body for letter in carrier.carried] == ["请立即撤离"]
    run_due(MORNING - timedelta(minutes=1))
    assert len(carrier.carried) == 1
    run_due(MORNING)
    assert [letter.body for letter in carrier.carried][1:] == ["【里坊】AB23已受理"]


def test_who_wants_a_digest_gets_one_letter_at_eight(carrier):
    prefers(WANG, Pace.DAILY, sms=False)
    for hours in range(3):
        accepted(at=NOON + hours * HOUR)
    send(to=WANG, template="test.danger", facts={}, at=NOON)
    run_due(NOON + 19 * HOUR)
    assert carrier.carried == []
    run_due(NOON + 20 * HOUR)
    (letter,) = carrier.carried
    assert letter.title == "您有3条新消息"
    assert letter.body.count("AB23已受理") == 3
    assert set(Message.objects.filter(channel="email").values_list("state", flat=True)) == {"sent"}
    assert waiting() == []


def test_an_address_is_not_flooded_but_danger_still_comes(carrier):
    for n in range(8):
        accepted(to="tel:10000000009", key=f"n{n}")
    run_due(NOON)
    assert len(carrier.carried) == 6
    send(to="tel:10000000009", template="test.danger", facts={}, at=NOON)
    run_due(NOON)
    assert len(carrier.carried) == 7
    run_due(NOON + HOUR)
    assert len(carrier.carried) == 9
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_what_does_not_get_there_is_tried_again_later_and_later(carrier):
    carrier.troubles = [Undeliverable("no line"), Undeliverable("no line")]
    accepted(to="tel:10000000009")
    run_due(NOON)
    message = Message.objects.get()
    assert (message.state, message.error, message.tries) == ("queued", "no line", 1)
    assert message.due_at == NOON + timedelta(seconds=5)
    run_due(NOON + timedelta(seconds=5))
    assert Message.objects.get().due_at == NOON + timedelta(seconds=65)
    run_due(NOON + timedelta(seconds=65))
    message = Message.objects.get()
    assert (message.state, message.error, message.tries, message.via) == ("sent", "", 3, "test")


def test_after_the_last_try_it_is_given_up_for_people_to_see(carrier):
    accepted(to="tel:10000000009", urgent=True)
    carrier.troubles = [Undeliverable("no line")] * 50
    at = NOON
    for _ in range(15):
        run_due(at)
        at += timedelta(days=1)
    message = Message.objects.get()
    assert (message.state, message.tries) == ("failed", 11)
    assert waiting() == []


def test_a_number_the_gateway_refuses_is_not_tried_again(carrier):
    carrier.troubles = [Refused("no such number")]
    accepted(to="tel:10000000009")
    run_due(NOON)
    assert Message.objects.get().state == State.FAILED
    assert waiting() == []


def test_what_a_dead_worker_had_begun_is_swept_up(carrier):
    accepted(to="tel:10000000009")
    Message.objects.update(state=State.SENDING)
    assert run_due(NOON) == ["core.notify.jobs.carry"]
    assert carrier.carried == []
    assert carrying.sweep(NOON + timedelta(minutes=5)) == 0
    assert carrying.sweep(NOON + timedelta(minutes=11)) == 1
    run_due(NOON + timedelta(minutes=11))
    assert len(carrier.carried) == 1


def test_without_a_gateway_the_stand_in_takes_it_and_the_outbox_shows_it():
    accepted(to="tel:10000000009")
    run_due(NOON)
    (message,) = selectors.outbox(SYSTEM)
    assert (message.via, message.state, message.address) == ("sms_local", "sent", "10000000009")
    assert selectors.stands_in(message)


def test_one_reads_the_own_inbox_and_nobody_elses():
    accepted()
    wang, li = person(WANG), person(LI)
    assert (selectors.unread(wang), selectors.unread(li)) == (1, 0)
    messages = list(selectors.inbox(wang))
    assert actions.read(actor=li, messages=messages, at=NOON) == 0
    assert selectors.unread(wang) == 1
    assert actions.read(actor=wang, messages=messages, at=NOON + HOUR) == 1
    assert selectors.unread(wang) == 0
    assert actions.read(actor=wang, messages=messages, at=NOON + 2 * HOUR) == 0
    assert selectors.inbox(wang).get().read_at == NOON + HOUR


def test_behind_the_wall_a_stranger_sees_no_message_and_no_number():
    prefers(WANG)
    accepted()
    with behind(person(LI)):
        assert list(Message.objects.all()) == []
        assert selectors.preference(person(WANG)) is None
    with behind(person(WANG)):
        assert Message.objects.count() == 3
        assert selectors.preference(person(WANG)).telephone == "10000000001"


def test_preferences_are_changed_and_nonsense_is_refused():
    wang = person(WANG)
    actions.prefer(actor=wang, telephone="100 0000-0003", pace=Pace.DAILY, sms=False, at=NOON)
    actions.prefer(actor=wang, telephone="100 0000-0004", at=NOON)
    wish = selectors.preference(wang)
    assert (wish.telephone, wish.email, wish.sms, wish.pace) == (
        "10000000004",
        None,
        True,
        "at_once",
    )
    for wrong in ({"telephone": "call me"}, {"email": "a@b"}, {"email": "a b@c.d"}):
        with pytest.raises(Exception, match="address_malformed"):
            actions.prefer(actor=wang, at=NOON, **wrong)
