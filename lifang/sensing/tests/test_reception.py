"""Match alarms of a lawful outside system (face rules 2025; FR-01 to FR-08): off by default, on file, by two, over by itself, seen by few."""

import base64
import json
import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import get_resolver

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry as Line
from lifang.core.flow import selectors as flow
from lifang.core.notify.models import Message
from lifang.core.testing import cast, hostile
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.proofs import refused
from lifang.core.testing.told import deliver, published
from lifang.registry.tests.make import GRID
from lifang.sensing import actions, selectors
from lifang.sensing.actions.retention import delete_matches, matches
from lifang.sensing.catalogue import MATCH_REFUSALS
from lifang.sensing.events import AlarmRaised, FilingBegan
from lifang.sensing.models import (
    Alarm,
    Filing,
    Match,
    MatchLook,
    Reception,
    ReceptionCount,
    ReceptionKey,
)
from lifang.sensing.rules import reception as rules
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Receiving, Unfit
from lifang.sensing.tests.make import make_device
from lifang.sensing.tests.receiving import STREET, TODAY, a_new, a_sign, camera, in_force, switched

DAY = timedelta(days=1)
DICE = random.Random(11)
IDENTITY = "990101199001011234"  # shaped like one, of no place on earth


@pytest.fixture(autouse=True)
def _on():
    with switched(match_reception=1):
        yield


@pytest.fixture
def file(street_dispatcher, county_dispatcher, county_leader, grid_worker) -> Reception:
    return in_force(street_dispatcher, county_dispatcher, county_leader, [grid_worker])


def message(number: int = 1, **otherwise: Any) -> bytes:
    said = {"id": f"m-{number}", "subject": f"P-{number}", "class": "missing", "device": "CAM-1", "at": MONDAY.isoformat()}  # fmt: skip
    return json.dumps(said | otherwise, ensure_ascii=False).encode()


def take(file: Reception, *lines: bytes, at=MONDAY) -> Any:
    return actions.take_matches(actor=SYSTEM, reception=file, lines=list(lines), at=at)


def counts(file: Reception) -> dict[str, int]:
    with behind(SYSTEM):
        return dict(ReceptionCount.objects.filter(reception=file).values_list("reason", "count"))


def todos(member: Any) -> set[Any]:
    with behind(member.actor):
        return {todo.subject for todo in flow.todos(member.actor)}


# -- the file ---------------------------------------------------------------------------------------


@pytest.mark.covers("S0-24", "S3-13")
def test_it_is_off_by_default_and_then_nobody_can_ask_or_approve_and_nothing_comes_in(
    file, street_dispatcher, county_dispatcher, grid_worker
):
    asked = actions.ask_reception(sign=a_sign(),
        actor=street_dispatcher.actor, new=(new := a_new(list(file.devices), [grid_worker.actor.holder])), area=STREET, at=MONDAY
    )  # fmt: skip
    with switched(match_reception=0):
        with refused("reception_off"):
            actions.ask_reception(
                sign=a_sign(), actor=street_dispatcher.actor, new=new, area=STREET, at=MONDAY
            )
        with refused("reception_off"):
            actions.approve_reception(actor=county_dispatcher.actor, reception=asked, at=MONDAY)
        assert take(file, message()).refused == {1: Unfit.OFF}
    assert counts(file) == {"off": 1}
    assert take(file, message()).taken == 1


def test_the_policy_file_of_the_house_says_off():
    with switched():
        from lifang.sensing.catalogue import POLICY  # noqa: PLC0415 -- as the file has it

        assert POLICY.load()["match_reception"].amount == 0


MISSING = [
    ({"system": " "}, "reception_words"), ({"operator": ""}, "reception_words"), ({"purpose": ""}, "reception_words"),
    ({"necessity": ""}, "reception_words"), ({"basis": ""}, "reception_words"), ({"document": ""}, "reception_words"),
    ({"assessment": ""}, "reception_words"), ({"notice": ""}, "reception_words"), ({"alternative": ""}, "reception_words"),
    ({"purpose": "长" * 301}, "reception_words"), ({"alternative_kind": "face"}, "reception_alternative"),
    ({"alternative_kind": ""}, "reception_alternative"), ({"place_kind": "toilet"}, "reception_private"),
    ({"place_kind": "hotel_room"}, "reception_private"), ({"place_kind": "bath"}, "reception_private"),
    ({"place_kind": "changing_room"}, "reception_private"), ({"place_kind": "home"}, "reception_private"),
    ({"place_kind": "moon"}, "reception_place"), ({"classes": []}, "reception_some"), ({"classes": ["floating"]}, "reception_some"),
    ({"devices": []}, "reception_some"), ({"viewers": []}, "reception_some"), ({"viewers": ["unit:1"]}, "viewer_not_person"),
    ({"viewers": [f"account:{n}" for n in range(6)]}, "reception_some"), ({"keep_days": 0}, "reception_keep"),
    ({"keep_days": 31}, "reception_keep"), ({"ends_on": None}, "reception_dates"), ({"starts_on": None}, "reception_dates"),
    ({"ends_on": TODAY}, "reception_dates"), ({"starts_on": TODAY - DAY}, "reception_dates"),
    ({"ends_on": TODAY + 367 * DAY, "assessed_until": TODAY + 900 * DAY}, "reception_dates"),
    ({"assessed_until": None}, "reception_assessed"), ({"assessed_until": TODAY + 29 * DAY}, "reception_assessed"),
    ({"notice_on": None}, "reception_notice"), ({"notice_on": TODAY + DAY}, "reception_notice"), ({"area": STREET[:6]}, "reception_area"),
    ({"viewers": ["account:00000000-0000-0000-0000-000000000001"]}, "viewer_not_there"),
]  # fmt: skip


@pytest.mark.covers("S0-24")
@pytest.mark.parametrize(("otherwise", "reason"), MISSING, ids=range(len(MISSING)))
def test_a_file_with_any_piece_missing_is_refused(
    otherwise, reason, street_dispatcher, county_dispatcher, grid_worker
):
    new = a_new([camera().pk], [grid_worker.actor.holder], **otherwise)
    asker = county_dispatcher if len(new.area) == 6 else street_dispatcher
    with refused(reason):
        actions.ask_reception(sign=a_sign(), actor=asker.actor, new=new, area=new.area, at=MONDAY)


def test_devices_are_cameras_or_gates_that_stand_there(street_dispatcher, grid_worker):
    smoke = make_device(GRID, type="smoke")
    far = camera("990102001001001", code="FAR")
    for device in (smoke, far):
        with refused("reception_devices"):
            actions.ask_reception(sign=a_sign(),
                actor=street_dispatcher.actor, new=a_new([device.pk], [grid_worker.actor.holder]), area=STREET, at=MONDAY
            )  # fmt: skip


@pytest.mark.covers("S0-24")
def test_two_approve_who_are_not_the_asker_nor_one_another(
    street_dispatcher, county_dispatcher, county_leader, grid_worker
):
    new = a_new([camera().pk], [grid_worker.actor.holder])
    own = actions.ask_reception(
        sign=a_sign(), actor=county_dispatcher.actor, new=new, area=STREET, at=MONDAY
    )
    with refused("approver_asked"):
        actions.approve_reception(actor=county_dispatcher.actor, reception=own, at=MONDAY)
    with refused("not_allowed"):
        actions.approve_reception(actor=street_dispatcher.actor, reception=own, at=MONDAY)
    asked = actions.ask_reception(
        sign=a_sign(), actor=street_dispatcher.actor, new=new, area=STREET, at=MONDAY
    )
    for approver in (county_dispatcher, county_leader):
        assert asked.pk in todos(approver)
    assert asked.pk not in todos(street_dispatcher)
    actions.approve_reception(actor=county_dispatcher.actor, reception=asked, at=MONDAY)
    with refused("approver_twice"):
        actions.approve_reception(actor=county_dispatcher.actor, reception=asked, at=MONDAY)
    assert take(asked, message()).refused == {1: Unfit.NOT_IN_FORCE}  # one is not enough
    actions.approve_reception(actor=county_leader.actor, reception=asked, at=MONDAY)
    assert take(asked, message()).taken == 1


def test_one_person_with_two_accounts_is_one_person(
    street_dispatcher, county_dispatcher, county_leader, grid_worker
):
    new = a_new([camera().pk], [grid_worker.actor.holder])
    asked = actions.ask_reception(
        sign=a_sign(), actor=street_dispatcher.actor, new=new, area=STREET, at=MONDAY
    )
    for account in (street_dispatcher.account, county_dispatcher.account):
        account.telephone = "10099000301"
        account.save()
    with refused("approver_asked"):
        actions.approve_reception(actor=county_dispatcher.actor, reception=asked, at=MONDAY)
    county_dispatcher.account.telephone = "10099000302"
    county_dispatcher.account.save()
    actions.approve_reception(actor=county_dispatcher.actor, reception=asked, at=MONDAY)
    county_leader.account.telephone = "10099000302"
    county_leader.account.save()
    with refused("approver_twice"):
        actions.approve_reception(actor=county_leader.actor, reception=asked, at=MONDAY)


def test_the_database_itself_knows_that_approvers_are_three_people(file):
    for otherwise in ({"second_by": file.first_by_id}, {"first_by": file.asked_by_id}, {"second_by": None}, {"basis": ""}, {"viewers": []}):  # fmt: skip
        with behind(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
            Reception.objects.filter(pk=file.pk).update(**otherwise)


@pytest.mark.covers("S0-24")
def test_it_begins_on_its_first_day_and_is_over_by_itself_after_its_last(
    street_dispatcher, county_dispatcher, county_leader, grid_worker
):
    file = in_force(street_dispatcher, county_dispatcher, county_leader, [grid_worker], starts_on=TODAY + DAY)  # fmt: skip
    assert take(file, message()).refused == {1: Unfit.NOT_YET}
    last = MONDAY + 30 * DAY
    assert take(file, message(2, at=last.isoformat()), at=last).taken == 1
    after = last + DAY
    assert take(file, message(3, at=after.isoformat()), at=after).refused == {1: Unfit.OVER}
    key = actions.issue_reception_key(actor=street_dispatcher.actor, reception=file, at=MONDAY)
    actions.lapse_receptions(actor=SYSTEM, at=last)
    with behind(SYSTEM):
        assert Reception.objects.get().state == Receiving.ON
        assert selectors.reception_of_key(SYSTEM, key.token, last) is not None
        assert selectors.reception_of_key(SYSTEM, key.token, after) is None  # also before the job
    actions.lapse_receptions(actor=SYSTEM, at=after)
    with behind(SYSTEM):
        assert Reception.objects.get().state == Receiving.ENDED
        assert ReceptionKey.objects.get().revoked_at == after


def test_one_person_suspends_at_once_and_it_goes_on_only_by_two_anew(
    file, street_dispatcher, county_dispatcher, county_leader
):
    with refused("note_missing"):
        actions.suspend_reception(actor=street_dispatcher.actor, reception=file, note="", at=MONDAY)
    actions.suspend_reception(actor=street_dispatcher.actor, reception=file, note="投诉核查", at=MONDAY)  # fmt: skip
    assert take(file, message()).refused == {1: Unfit.SUSPENDED}
    again = actions.resume_reception(actor=street_dispatcher.actor, reception=file, note="已核查", at=MONDAY)  # fmt: skip
    assert (again.state, again.first_by_id, again.second_by_id) == (Receiving.ASKED, None, None)
    assert take(file, message()).refused == {1: Unfit.NOT_IN_FORCE}
    for one in (county_leader, county_dispatcher):
        actions.approve_reception(actor=one.actor, reception=file, at=MONDAY)
    assert take(file, message()).taken == 1


# -- the way in -------------------------------------------------------------------------------------


@pytest.mark.covers("S3-13")
def test_its_key_opens_this_way_alone_and_ends_with_the_file(file, street_dispatcher, grid_worker):
    key = actions.issue_reception_key(actor=street_dispatcher.actor, reception=file, at=MONDAY)
    device = make_device(type="camera_ai", code="BOX")
    other = actions.issue_device_key(actor=SYSTEM, device=device, at=MONDAY)
    with refused("not_allowed"):
        actions.issue_reception_key(actor=grid_worker.actor, reception=file, at=MONDAY)
    with behind(SYSTEM):
        assert selectors.reception_of_key(SYSTEM, key.token, MONDAY) == file
        assert ways.owner_of_key(SYSTEM, key.token, MONDAY) is None
        assert selectors.reception_of_key(SYSTEM, other.token, MONDAY) is None
        for wrong in ("", "lf_", key.token[:-1], key.token + "x", "\x00", "lf_" + "Z" * 50, key.token.upper()):  # fmt: skip
            assert selectors.reception_of_key(SYSTEM, wrong, MONDAY) is None
    newer = actions.issue_reception_key(actor=street_dispatcher.actor, reception=file, at=MONDAY)
    actions.end_reception(actor=street_dispatcher.actor, reception=file, note="任务结束", at=MONDAY)  # fmt: skip
    with behind(SYSTEM):
        for one in (key, newer):
            assert selectors.reception_of_key(SYSTEM, one.token, MONDAY) is None


@pytest.mark.covers("S3-13", "S0-24")
def test_of_whom_it_is_only_a_fingerprint_is_kept_another_one_in_every_file(
    file, street_dispatcher, county_dispatcher, county_leader, grid_worker
):
    other = in_force(
        street_dispatcher, county_dispatcher, county_leader, [grid_worker], device=camera(code="CAM-2")
    )  # fmt: skip
    take(file, message(1, subject="SUBJECT-771"), message(2, subject="SUBJECT-771"))
    take(other, message(1, subject="SUBJECT-771", device="CAM-2"))
    with behind(SYSTEM):
        prints = [bytes(one.outside) for one in Match.objects.order_by("received_at", "id")]
    assert len(prints) == 3
    assert len(set(prints)) == 2  # the same twice in one file, nothing in common with the other
    names = [model._meta.db_table for model in (Match, Alarm, MatchLook, ReceptionCount, Line)]
    with behind(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")  # fmt: skip
        tables = [name for (name,) in cursor.fetchall()]
        assert set(names) <= set(tables)
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', ["%SUBJECT-771%"])  # fmt: skip
            assert cursor.fetchone() == (0,), table


def test_sent_again_it_counts_once(file):
    assert take(file, message(1), message(1)).taken == 2
    assert take(file, message(1)).taken == 1
    with behind(SYSTEM):
        assert Match.objects.count() == Alarm.objects.filter(rule="match").count() == 1
    assert counts(file) == {"": 1}


def test_a_day_brings_only_so_many(file):
    with switched(match_reception=1, matches_a_day=2):
        assert take(file, *map(message, range(4))).refused == {3: Unfit.MANY, 4: Unfit.MANY}
        later = MONDAY + DAY
        assert take(file, message(9, at=later.isoformat()), at=later).taken == 1
    assert sum(n for reason, n in counts(file).items() if reason == "many") == 2


RAW = base64.b64encode(DICE.randbytes(3000)).decode()
VECTOR = [round(DICE.uniform(-1, 1), 5) for _ in range(128)]
HOSTILE: list[tuple[dict[str, Any], Unfit]] = [
    ({"image": "x"}, Unfit.PICTURE), ({"photo": "data:image/png;base64,AAAA"}, Unfit.PICTURE), ({"x": "/9j/4AAQ"}, Unfit.PICTURE),
    ({"note": "iVBORw0KGgo"}, Unfit.PICTURE), ({"template": "AA"}, Unfit.PICTURE), ({"Face-Feature": "AA"}, Unfit.FEATURES),
    ({"face_feature": "AA"}, Unfit.FEATURES), ({"embedding": [0.1]}, Unfit.PICTURE), ({"subject": "/9j/4AAQSk"}, Unfit.PICTURE),
    ({"a": {"b": [{"FaceTemplate": "z"}]}}, Unfit.PICTURE), ({"v": VECTOR}, Unfit.PICTURE), ({"age": 30}, Unfit.FEATURES),
    ({"gender": "f"}, Unfit.FEATURES), ({"性别": "男"}, Unfit.FEATURES), ({"attributes": {"glasses": True}}, Unfit.FEATURES),
    ({"face_token": "abc"}, Unfit.FEATURES), ({"name": "Zhang San"}, Unfit.NAME), ({"PersonName": "x"}, Unfit.NAME),
    ({"person_name": "x"}, Unfit.NAME), ({"姓名": "张三"}, Unfit.NAME), ({"subject": "张三"}, Unfit.NAME), ({"id": "张三-1"}, Unfit.NAME),
    ({"extra": [{"deep": "李四"}]}, Unfit.NAME), ({"id_card": "x"}, Unfit.IDENTITY), ({"subject": IDENTITY}, Unfit.IDENTITY),
    ({"id": f"case-{IDENTITY}"}, Unfit.IDENTITY), ({"subject": "99010119900101123X"}, Unfit.IDENTITY),
    ({"subject": "990101900101123"}, Unfit.IDENTITY), ({"subject": "13900004712"}, Unfit.IDENTITY), ({"subject": "E12345678"}, Unfit.IDENTITY),
    ({"n": int(IDENTITY)}, Unfit.IDENTITY), ({"phone": "1"}, Unfit.IDENTITY), ({"plate": "1"}, Unfit.IDENTITY),
    ({"device": IDENTITY}, Unfit.IDENTITY), ({"score": 0.93}, Unfit.FIELD), ({"list": []}, Unfit.FIELD), ({"id": 7}, Unfit.SHAPE),
    ({"subject": ""}, Unfit.SHAPE), ({"subject": None}, Unfit.SHAPE), ({"subject": "a" * 65}, Unfit.SHAPE), ({"subject": "a b"}, Unfit.SHAPE),
    ({"id": "a\nb"}, Unfit.SHAPE), ({"class": "protected"}, Unfit.CLASS), ({"class": "floating"}, Unfit.CLASS), ({"class": []}, Unfit.SHAPE),
    ({"device": "CAM-9"}, Unfit.DEVICE), ({"device": ["CAM-1"]}, Unfit.SHAPE), ({"at": "yesterday"}, Unfit.TIME),
    ({"at": "2026-11-23T10:00:00"}, Unfit.TIME), ({"at": (MONDAY + timedelta(minutes=6)).isoformat()}, Unfit.TIME),
    ({"at": (MONDAY - 25 * timedelta(hours=1)).isoformat()}, Unfit.TIME), ({"at": 1e999}, Unfit.NOT_JSON), ({"subject": RAW}, Unfit.TOO_LARGE),
]  # fmt: skip


@pytest.mark.covers("S3-13", "S0-24")
@pytest.mark.parametrize(("otherwise", "reason"), HOSTILE, ids=range(len(HOSTILE)))
def test_what_must_not_come_is_refused_counted_by_its_reason_and_nothing_of_it_kept(
    file, otherwise, reason
):
    assert take(file, message(1, **otherwise)).refused == {1: reason}
    assert counts(file) == {reason.value: 1}
    with behind(SYSTEM):
        assert not Match.objects.exists()
        assert not Alarm.objects.exists()


def test_whatever_comes_is_taken_or_refused_with_a_counted_reason(file):
    bodies = [one.text.encode(errors="surrogatepass")[:4000] for one in hostile.sample(600, "matches")]  # fmt: skip
    bodies += [message(n, subject=one.text[:80]) for n, one in enumerate(hostile.sample(300, "subjects"))]  # fmt: skip
    bodies += [b"[" * 3000, b'{"a":' * 500, b"null", b"[]", b'"x"', b"\xff\xfe", b"{}"]
    told = taken = 0
    with switched(match_reception=1, matches_a_day=100_000):
        for start in range(0, len(bodies), 100):
            receipt = take(file, *bodies[start : start + 100])
            told += receipt.taken + len(receipt.refused)
            taken += receipt.taken
    assert told == len(bodies)
    assert sum(n for reason, n in counts(file).items() if reason) == len(bodies) - taken
    with behind(SYSTEM):
        assert Match.objects.count() == taken
    print(f"match messages: {told} hostile ones, {taken} of them harmless and taken")  # noqa: T201


# -- the alarm --------------------------------------------------------------------------------------


@pytest.mark.covers("S3-13", "S4-08")
def test_a_match_is_an_alarm_that_its_named_viewers_alone_see(
    file, grid_worker, street_dispatcher, county_dispatcher, county_leader, stranger
):
    take(file, message())
    with behind(SYSTEM):
        alarm = Alarm.objects.get()
    assert (alarm.rule, alarm.area, alarm.device_id, alarm.place_id) == ("match", "", None, None)
    with behind(grid_worker.actor):
        assert [one.pk for one in selectors.wall(grid_worker.actor)] == [alarm.pk]
    colleague = cast.member("grid_worker", GRID, key="colleague")
    for other in (colleague, street_dispatcher, county_dispatcher, county_leader, stranger):
        with behind(SYSTEM):  # scope alone
            assert not selectors.alarms(other.actor).exists()
        with behind(other.actor):  # the wall alone
            assert not Alarm.objects.exists()
            assert not Match.objects.exists()
        reason = "not_allowed" if other is county_leader else "not_found"
        with refused(reason):
            actions.look_match(actor=other.actor, alarm=alarm, purpose="go_there", at=MONDAY)
    assert [one.alarm for one in published() if isinstance(one, AlarmRaised)] == [alarm.pk]
    deliver(MONDAY)  # no case comes of it


@pytest.mark.covers("S4-08")
def test_each_look_leaves_a_trace_with_its_purpose_and_nobody_judges_unseen(
    file, grid_worker, street_dispatcher
):
    take(file, message())
    with behind(SYSTEM):
        alarm = Alarm.objects.get()
    with refused("look_purpose"):
        actions.look_match(actor=grid_worker.actor, alarm=alarm, purpose="curious", at=MONDAY)
    with refused("match_not_looked"):
        actions.give_verdict(actor=grid_worker.actor, alarm=alarm, verdict="false", at=MONDAY)
    shown = actions.look_match(actor=grid_worker.actor, alarm=alarm, purpose="go_there", at=MONDAY)
    assert (shown.kind, shown.device.code, shown.grid) == ("missing", "CAM-1", GRID)
    line = Line.objects.order_by("-seq").first()
    assert line is not None
    assert (line.action, line.outcome, line.reason) == ("sensing.look_match", "seen", "go_there")
    with behind(street_dispatcher.actor):  # who keeps the file sees who looked
        looks = selectors.looks(street_dispatcher.actor, file)
    assert [(one.account_id, one.purpose) for one in looks] == [(grid_worker.actor.id, "go_there")]
    actions.acknowledge(actor=grid_worker.actor, alarm=alarm, at=MONDAY)
    actions.give_verdict(actor=grid_worker.actor, alarm=alarm, verdict="false", cause="认错了", at=MONDAY)  # fmt: skip
    with behind(street_dispatcher.actor):
        told = selectors.tally(street_dispatcher.actor, file)
    assert (told.taken, told.right, told.wrong, told.judged) == (1, 0, 1, 1)


def test_when_nobody_answers_its_viewers_are_told_again_and_nobody_else(file, grid_worker):
    take(file, message())
    for minutes in (0, 4, 20, 60, 120):
        actions.tell_unanswered(actor=SYSTEM, at=MONDAY + timedelta(minutes=minutes))
    with behind(SYSTEM):
        told = list(Message.objects.filter(template="sensing.alarm", channel="inbox"))
    assert {one.recipient for one in told} == {grid_worker.actor.holder}
    assert len(told) == 4
    assert not [one for one in told if "CAM-1" in str(one.facts)]


# -- keeping and filing -----------------------------------------------------------------------------


def test_it_is_kept_as_long_as_its_file_says_and_the_verdict_and_the_looks_stay(file, grid_worker):
    take(file, message())
    with behind(SYSTEM):
        alarm = Alarm.objects.get()
    actions.look_match(actor=grid_worker.actor, alarm=alarm, purpose="judge_it", at=MONDAY)
    actions.give_verdict(actor=grid_worker.actor, alarm=alarm, verdict="real", at=MONDAY)
    month = timedelta(days=30)
    with behind(SYSTEM):
        early, late = (
            MONDAY + 10 * DAY,
            MONDAY + 10 * DAY + timedelta(minutes=1),
        )  # `keep_days` is ten
        assert not matches(SYSTEM, early - month).exists()
        rows = list(matches(SYSTEM, late - month))
        assert len(rows) == 1
        delete_matches(rows, late)
        assert not Match.objects.exists()
        assert Alarm.objects.get().verdict == "real"
        assert MatchLook.objects.count() == 1
    with refused("not_found"):
        actions.look_match(actor=grid_worker.actor, alarm=alarm, purpose="go_there", at=late)


@pytest.mark.covers("S0-24")
def test_at_the_number_a_clock_of_thirty_work_days_begins_and_a_change_is_filed_too(
    file, street_dispatcher, county_dispatcher, county_leader, grid_worker
):
    with switched(match_reception=1, filing_faces=5):
        take(file, *(message(n) for n in range(3)), message(9, subject="P-1"))
        assert actions.check_filing(actor=SYSTEM, at=MONDAY) is None
        assert not selectors.faces(county_leader.actor).warned
        take(file, message(3))
        assert selectors.faces(county_leader.actor)[:3] == (4, 5, True)  # eighty per cent
        take(file, message(4))
        filing = actions.check_filing(actor=SYSTEM, at=MONDAY)
        assert filing is not None
        assert (filing.cause, filing.faces) == ("reached", 5)
        # Thirty work days from Monday 23 November 2026, over New Year's holiday.
        assert (filing.due_at.date() - TODAY).days in range(40, 50)
        assert actions.check_filing(actor=SYSTEM, at=MONDAY) is None
        assert filing.pk in todos(county_leader)
        with refused("filing_number"):
            actions.file_faces(actor=county_leader.actor, filing=filing, number=" ", at=MONDAY)
        actions.file_faces(actor=county_leader.actor, filing=filing, number="省网信备〔2026〕1号", at=MONDAY)  # fmt: skip
        with refused("filed_already"):
            actions.file_faces(actor=county_leader.actor, filing=filing, number="2", at=MONDAY)
        in_force(street_dispatcher, county_dispatcher, county_leader, [grid_worker], device=camera(code="CAM-3"))  # fmt: skip
    with behind(SYSTEM):
        assert sorted(Filing.objects.values_list("cause", "faces")) == [("changed", 5), ("reached", 5)]  # fmt: skip
    assert [one.cause for one in published() if isinstance(one, FilingBegan)] == ["reached", "changed"]  # fmt: skip


# -- what there is not ------------------------------------------------------------------------------

DENIED = ("face_search", "search_face", "search_by_face", "watchlist", "watch_list", "blacklist", "whitelist", "recogni", "compare_face",
          "enrol", "template_of", "faceprint", "one_to_many", "1_n")  # fmt: skip


@pytest.mark.covers("S0-24")
def test_there_is_no_address_that_searches_by_face_or_keeps_a_list_of_people_to_look_for():
    names = {str(name).lower().replace("-", "_") for name in _names(get_resolver())}
    assert len(names) > 200
    assert not [name for name in names if any(word in name for word in DENIED)]


def _names(resolver: Any) -> Any:
    for one in resolver.url_patterns:
        if hasattr(one, "url_patterns"):
            yield from _names(one)
        yield str(one.pattern)
        yield getattr(one, "name", "") or ""


def test_no_table_of_matches_has_a_column_for_a_picture_a_template_a_name_or_a_number():
    columns = {field.name for model in (Match, MatchLook) for field in model._meta.concrete_fields}
    assert columns == {
        "id", "area", "holders", "reception", "message", "outside", "kind", "device", "place", "grid", "at", "received_at", "alarm",
        "match_id", "account", "purpose",
    }  # fmt: skip
    assert Match._meta.get_field("outside").max_length == 32


def test_what_the_policy_allows_is_asked_of_the_rules_alone():
    door = rules.Door({"missing"}, {"CAM-1"}, TODAY, TODAY)
    assert rules.standing("on", door, TODAY, on=False) == Unfit.OFF
    assert rules.standing("on", door, TODAY, on=True) is None
    assert isinstance(rules.judge(message(), door, MONDAY), rules.Told)


def test_every_reason_of_a_refusal_has_its_sentence():
    assert {one.key for one in MATCH_REFUSALS} == {one.value for one in Unfit}
