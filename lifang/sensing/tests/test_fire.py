"""An alarm of fire is handed over to 119: by whom, when, in which words, and what came back."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.config import config
from lifang.core.notify.terms import Refused, Undeliverable
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.hostile import sample
from lifang.registry.tests.make import make_building, make_household, make_person
from lifang.sensing import actions, selectors
from lifang.sensing.actions import fire as acts
from lifang.sensing.adapters.fire_service import FireHttp, FireLocal, document, mark
from lifang.sensing.models import Alarm, FireCall
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def an_alarm(kind: str = "smoke", measure: str = "smoke", **more) -> Alarm:
    with behind(SYSTEM):
        series = make_series(make_device(type=kind, **more), measure)
        actions.store([observed(series, MONDAY, 1)], known_of(series), MONDAY)
        return Alarm.objects.get(device=series.device)


def call(alarm: Alarm, way: str = "telephone", **more) -> FireCall:
    with behind(SYSTEM):
        return actions.call_fire(actor=SYSTEM, alarm=alarm, way=way, **{"words": "烟雾", "at": MONDAY + MINUTE, **more})  # fmt: skip


def carry(after: timedelta = MINUTE) -> int:
    with behind(SYSTEM):
        return actions.carry_fire(actor=SYSTEM, at=MONDAY + after)


def kinds(alarm: Alarm) -> list[str]:
    with behind(SYSTEM):
        return [one.kind for one in selectors.steps(SYSTEM, alarm) if one.kind.startswith("fire")][::-1]  # fmt: skip


@pytest.mark.covers("S3-11")
def test_a_person_tells_119_and_notes_what_was_said_and_answered(grid_worker, stranger) -> None:
    door = make_building()[3]
    make_household(
        make_person(name="王秀英", born=MONDAY.date() - timedelta(days=80 * 366)), door=door
    )
    alarm = an_alarm(place=door.pk, position="厨房", lon=120.5, lat=30.25)
    page = grid_worker.get("sensing:fire", alarm.pk).content.decode()
    assert "厨房" in page
    assert "登记 1 人，70 岁以上 1 人，7 岁以下 0 人" in page
    assert "王" not in page[page.find("<main") : page.find("</main")]  # a number, no name
    assert "模拟" in page  # the interface of this site tells nobody
    assert stranger.get("sensing:fire", alarm.pk).status_code == 404
    sent = {"way": "telephone", "words": "厨房冒烟", "answer": "已派车", "number": "119-7"}
    assert grid_worker.post("sensing:fire", alarm.pk, data=sent).status_code == 302
    with behind(SYSTEM):
        told = FireCall.objects.get()
    assert (told.words, told.answer, told.number, told.state, told.via) == ("厨房冒烟", "已派车", "119-7", "told", "")  # fmt: skip
    assert told.account_id == grid_worker.actor.id
    assert kinds(alarm) == ["fire_called"]
    card = grid_worker.get("sensing:alarm", alarm.pk).content.decode()
    assert "119-7" in card
    assert "厨房冒烟" in card
    assert carry() == 0  # nothing goes by itself


def test_the_answer_may_come_later(grid_worker, refused) -> None:
    alarm = an_alarm()
    told = call(alarm)
    assert grid_worker.post("sensing:fire_answer", told.pk, data={"answer": " "}).status_code == 422
    done = grid_worker.post("sensing:fire_answer", told.pk, data={"number": "119-8"})
    assert done.status_code == 302
    with behind(SYSTEM):
        told.refresh_from_db()
    assert (told.number, kinds(alarm)) == ("119-8", ["fire_called", "fire_answered"])


@pytest.mark.covers("S3-11")
def test_the_stand_in_keeps_a_signed_file_without_a_name(grid_worker) -> None:
    door = make_building()[3]
    make_household(make_person(name="王秀英"), door=door)
    alarm = an_alarm(place=door.pk)
    told = call(alarm, "interface")
    assert (told.state, told.via) == ("queued", "fire_local")
    assert carry() == 1
    file = config().home / "fire" / f"{told.pk}.json"
    kept = json.loads(file.read_bytes())
    said = json.loads(kept["document"])
    assert kept["stand_in"] is True
    assert kept["signature"].startswith("sha256=")
    assert (said["hazard"], said["inside"], said["words"]) == ("fire", {"people": 1, "old": 0, "small": 0}, "烟雾")  # fmt: skip
    assert "王" not in kept["document"]
    assert oct(file.stat().st_mode)[-3:] == "600"
    assert kinds(alarm) == ["fire_ordered", "fire_sent"]
    assert "本地模拟" in grid_worker.get("sensing:alarm", alarm.pk).content.decode()
    file.unlink()


def test_one_fire_is_told_once_by_machine(refused) -> None:
    alarm = an_alarm()
    told = call(alarm, "interface")
    with refused("fire_sent"):
        call(alarm, "interface")
    with behind(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        FireCall(alarm=alarm, area=alarm.area, way="interface", state="queued", words="x", called_at=MONDAY, due_at=MONDAY).save(force_insert=True)  # fmt: skip
    assert told.state == "queued"


class Dead:
    key, local = "fire_http", False

    def __init__(self, fault: Exception) -> None:
        self.fault, self.bodies = fault, []

    def carry(self, one, body):
        self.bodies.append((one, body))
        raise self.fault


def test_a_service_that_does_not_answer_is_asked_for_some_minutes_and_then_somebody_is_told(monkeypatch) -> None:  # fmt: skip
    dead = Dead(Undeliverable("timeout"))
    monkeypatch.setattr(acts, "fire_service", lambda: dead)
    alarm = an_alarm()
    told = call(alarm, "interface")
    after = MINUTE
    while carry(after):
        after += timedelta(minutes=11)
    with behind(SYSTEM):
        told.refresh_from_db()
    assert (told.state, told.tries, told.error, told.due_at) == ("failed", 7, "timeout", None)
    assert len(set(dead.bodies)) == 1  # the same bytes at every attempt
    assert kinds(alarm) == ["fire_ordered", "fire_failed"]
    again = call(alarm, "interface", at=MONDAY + 2 * after)
    assert again.state == "queued"


def test_a_service_that_refuses_is_not_asked_again(monkeypatch) -> None:
    monkeypatch.setattr(acts, "fire_service", lambda: Dead(Refused("400")))
    told = call(an_alarm(), "interface")
    assert (carry(), carry(timedelta(hours=1))) == (1, 0)
    with behind(SYSTEM):
        assert FireCall.objects.get(pk=told.pk).state == "failed"


@pytest.mark.parametrize(
    ("status", "text", "outcome"),
    [(201, '{"number": "A-1"}', "A-1"), (200, "[]", ""), (200, "<html>", ""), (200, '{"number": {}}', ""), (400, "no", Refused), (503, "", Undeliverable), (302, "", Undeliverable), (429, "", Undeliverable)],
)  # fmt: skip
def test_what_a_service_may_answer(monkeypatch, status, text, outcome) -> None:
    seen = {}

    def post(url, body, headers):
        seen.update(headers)
        return SimpleNamespace(status=status, text=text)

    monkeypatch.setattr("lifang.core.notify.outbound.post", post)
    body, out = document({"b": 1, "a": "火"}), FireHttp("https://fire.example/in", "secret")
    told = call(an_alarm(), "interface")
    if isinstance(outcome, str):
        assert out.carry(told.pk, body) == outcome
    else:
        with pytest.raises(outcome):
            out.carry(told.pk, body)
    assert seen["x-lifang-signature"] == f"sha256={mark(body, 'secret')}"


def test_only_fire_is_handed_over_and_hostile_words_do_no_harm(grid_worker, refused) -> None:
    lift = an_alarm("call_button", "sos")
    with refused("fire_no_fire"):
        call(lift)
    assert grid_worker.get("sensing:fire", lift.pk).status_code == 404
    assert "移交 119" not in grid_worker.get("sensing:alarm", lift.pk).content.decode()
    alarm = an_alarm()
    for facts, reason in (
        ({"words": " "}, "fire_words"),
        ({"words": "x" * 1001}, "fire_words"),
        ({"answer": "x" * 301}, "fire_answer"),
        ({"number": "x" * 41}, "fire_answer"),
        ({"called_at": MONDAY - timedelta(hours=1)}, "fire_when"),
        ({"called_at": MONDAY + timedelta(hours=1)}, "fire_when"),
    ):
        with refused(reason):
            call(alarm, **facts)
    for one in sample(20, "fire"):
        got = grid_worker.post("sensing:fire", alarm.pk, data={"way": one.text, "words": one.text, "number": one.text, "called_at": one.text})  # fmt: skip
        assert got.status_code in (302, 422)
        api = grid_worker.send("POST", "api:sensing_call_fire", alarm.pk, json={"way": "telephone", "words": one.text})  # fmt: skip
        assert api.status_code in (201, 400, 409, 422)
    assert "<script>alert" not in grid_worker.get("sensing:alarm", alarm.pk).content.decode()


def test_by_itself_only_where_the_policy_says_so(monkeypatch) -> None:
    alarm, answered = an_alarm(), an_alarm(code="x2", place=make_building()[3].pk)
    with behind(SYSTEM):
        actions.acknowledge(actor=SYSTEM, alarm=answered, at=MONDAY)
        assert actions.call_fire_unanswered(actor=SYSTEM, at=MONDAY + 9 * MINUTE) == 0
        monkeypatch.setattr(acts, "policy", lambda key: 5)
        assert actions.call_fire_unanswered(actor=SYSTEM, at=MONDAY + 4 * MINUTE) == 0
        assert actions.call_fire_unanswered(actor=SYSTEM, at=MONDAY + 5 * MINUTE) == 1
        assert actions.call_fire_unanswered(actor=SYSTEM, at=MONDAY + 6 * MINUTE) == 0
        told = FireCall.objects.get()
    assert (told.alarm_id, told.way) == (alarm.pk, "interface")
    assert "烟感报警" in told.words


def test_programs_read_and_tell_it(grid_worker, stranger) -> None:
    alarm = an_alarm()
    made = grid_worker.send("POST", "api:sensing_call_fire", alarm.pk, json={"way": "telephone", "words": "烟", "number": "9"})  # fmt: skip
    assert made.status_code == 201, made.content
    assert (made.status_code, made.json()["state"], made.json()["number"]) == (201, "told", "9")
    assert [one["words"] for one in grid_worker.get("api:sensing_fire_calls", alarm.pk).json()] == ["烟"]  # fmt: skip
    assert stranger.get("api:sensing_fire_calls", alarm.pk).status_code == 404


def test_the_card_costs_the_same_for_one_call_and_for_many(grows, grid_worker) -> None:
    alarm = an_alarm()
    grows(lambda: call(alarm), lambda: grid_worker.get("sensing:alarm", alarm.pk))


def test_the_stand_in_says_that_it_is_one() -> None:
    assert FireLocal().local
    assert not FireHttp("https://fire.example", "x").local
