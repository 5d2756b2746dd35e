"""What a worker's telephone carries of cases, and what becomes of what it wrote."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest

from lifang.cases import actions
from lifang.cases.actions.photos import photo_kinds
from lifang.cases.models import Case
from lifang.cases.tests.make import make_case
from lifang.cases.web import phone
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.files.tests import samples
from lifang.core.flow.models import Step
from lifang.core.flow.selectors import todos
from lifang.core.testing import places
from lifang.orgs.models import Division

pytestmark = pytest.mark.django_db
V1 = "/api/v1/offline/"
SECRETS = ("赵秘密", "10000099999")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _places():
    for code in (places.COUNTY, places.STREET, places.COMMUNITY, places.GRID):
        parent = next((code[:n] for n in (12, 9, 6) if n < len(code)), None)
        Division.objects.create(
            code=code, name=code, level=len(code), parent_id=parent, valid_from="2020-01-01",
            kind={9: "street", 12: "urban_community", 15: "basic"}.get(len(code), ""),
        )  # fmt: skip


@pytest.fixture
def now():
    return datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real


def asked(desk, at, **facts):
    """A case whose turn it is at the grid."""
    case = make_case(at=at - HOUR, **facts)
    return actions.ask_verification(actor=desk.actor, case=case, at=at - HOUR / 2, note="")


def send(member, kind, facts, pk=None, ago=HOUR, ahead=timedelta(0)):
    at = datetime.now(UTC) + ahead  # noqa: TID251 -- the telephone's clock
    body = {
        "kind": kind,
        "made_at": (at - ago).isoformat(),
        "sent_at": at.isoformat(),
        "facts": facts,
    }
    return member.client.put(f"{V1}records/{pk or uuid4()}", body, content_type="application/json")


def read(response):
    return json.loads(response.content)


@pytest.mark.covers("S4-02", "W-G1")
def test_to_dos_come_along_with_their_reasons_in_both_languages(
    grid_worker, street_dispatcher, now
):
    case = asked(street_dispatcher, now)
    other = make_case(at=now)
    words = read(grid_worker.client.get(f"{V1}bundle"))["words"]
    assert set(words) == {"zh-hans", "en"}
    (todo,) = words["en"]["todos"]
    # What is said hangs on the hour: a limit in work hours ends sooner after the morning's start.
    (waits,) = (one for one in todos(grid_worker.actor) if one.subject == case.pk)
    assert (todo["id"], todo["why"][2], todo["task"]) == (
        str(case.pk),
        "Due within 4 h" if waits.due_at - now < timedelta(hours=4) else "Next due",
        "To verify on the spot",
    )
    assert todo["forms"] == ["cases.verify", "cases.add"]
    assert words["zh-hans"]["todos"][0]["task"] == "待现场核实"
    assert [one["id"] for one in words["en"]["things"]] == [str(other.pk)]
    assert {"matters", "areas"} <= set(words["en"]["lists"])


def test_no_reporter_comes_along_and_nothing_of_the_next_street(
    grid_worker, stranger, street_dispatcher, now
):
    asked(street_dispatcher, now, name=SECRETS[0], phone=SECRETS[1])
    make_case(at=now, name=SECRETS[0], phone=SECRETS[1])
    mine = json.dumps(read(grid_worker.client.get(f"{V1}bundle")), ensure_ascii=False)
    assert "和平路 1 号" in mine
    assert not [secret for secret in SECRETS if secret in mine]
    theirs = read(stranger.client.get(f"{V1}bundle"))["words"]["en"]
    assert (theirs["todos"], theirs["things"]) == ([], [])


def test_a_full_telephone_costs_as_many_questions_as_an_empty_one(
    grows, grid_worker, street_dispatcher, now
):
    grows(lambda: asked(street_dispatcher, now), lambda: grid_worker.client.get(f"{V1}bundle"))


@pytest.mark.covers("W-G1")
def test_what_was_seen_is_a_step_with_the_time_it_was_written(grid_worker, street_dispatcher, now):
    case = asked(street_dispatcher, now)
    pk, facts = uuid4(), {"case": str(case.pk), "found": True, "text": "杂物还在"}
    answer = send(grid_worker, "cases.verify", facts, pk)
    assert read(answer)["became"] == {
        "kind": "case",
        "id": str(case.pk),
        "name": case.number,
        "url": f"/desk/cases/{case.pk}",
    }
    with behind(SYSTEM):
        step = Step.objects.get(subject=case.pk, move="verify")
    made = datetime.fromisoformat(step.facts["made"]["made_at"])
    assert abs(step.at - HOUR - made) < timedelta(seconds=5)
    page = street_dispatcher.get("cases:case", case.pk).content.decode()
    assert f"写于 {made.astimezone():%Y}" in page


def test_a_wrong_clock_is_told_on_the_timeline(grid_worker, street_dispatcher, now):
    case = asked(street_dispatcher, now)
    send(
        grid_worker,
        "cases.add",
        {"case": str(case.pk), "text": "补充"},
        ahead=timedelta(minutes=20),
    )
    assert "手机时钟快 20 分钟" in street_dispatcher.get("cases:case", case.pk).content.decode()


def test_a_case_that_went_on_meanwhile_refuses_in_words_and_can_still_be_noted(
    grid_worker, street_dispatcher, now
):
    case = asked(street_dispatcher, now)
    facts = {"case": str(case.pk), "found": True, "text": "杂物还在"}
    assert send(grid_worker, "cases.verify", facts).status_code == 200
    again = send(grid_worker, "cases.verify", facts)
    assert (again.status_code, read(again)["reason"]) == (409, "no_such_move")
    note = send(grid_worker, "cases.add", {"case": str(case.pk), "text": "杂物还在"})
    assert note.status_code == 200
    with behind(SYSTEM):
        assert Step.objects.filter(subject=case.pk, move="verify").count() == 1


def test_a_trouble_is_reported_once_and_by_nobody_from_elsewhere_about_a_case_of_ours(
    grid_worker, stranger, street_dispatcher, now
):
    pk, facts = uuid4(), {"matter": "06010", "text": "垃圾", "area": places.GRID, "place": "地下室"}
    when = (now - HOUR).isoformat()
    body = {"kind": "cases.report", "made_at": when, "sent_at": now.isoformat(), "facts": facts}
    for _ in range(3):
        answer = grid_worker.client.put(f"{V1}records/{pk}", body, content_type="application/json")
        assert answer.status_code == 200
    with behind(SYSTEM):
        assert Case.objects.count() == 1
    ours = asked(street_dispatcher, now)
    for kind in ("cases.add", "cases.check", "cases.feed_back", "cases.verify"):
        facts = {
            "case": str(ours.pk),
            "text": "x",
            **{"cases.check": {"passed": True}, "cases.verify": {"found": True}}.get(kind, {}),
        }
        assert send(stranger, kind, facts).status_code == 404
    assert stranger.client.get(f"{V1}things/case/{ours.pk}").status_code == 404


@pytest.mark.parametrize(
    "facts",
    [
        {}, {"matter": "nothing"}, {"matter": "06010"}, {"matter": "06010", "text": "x", "area": "999999999"},
        {"matter": "06010", "text": "x", "area": "abc"}, {"matter": "06010", "text": "x", "lon": 500, "lat": 1},
        {"matter": "06010", "text": "x", "lon": 1}, {"matter": "06010", "text": "x" * 5000}, {"matter": "06010", "text": "x", "actor": "me"},
        {"matter": "06010", "text": "x", "area": places.GRID, "solved": True},
    ],
)  # fmt: skip
def test_a_report_of_another_shape_is_refused_in_words(grid_worker, facts):
    answer = send(grid_worker, "cases.report", facts)
    assert answer.status_code in (409, 422)
    assert read(answer)["message"]
    with behind(SYSTEM):
        assert not Case.objects.exists()


def test_how_a_case_is_now_has_the_words_of_what_was_carried(grid_worker, street_dispatcher, now):
    case = asked(street_dispatcher, now)
    before = read(grid_worker.client.get(f"{V1}bundle"))["words"]["en"]["todos"][0]
    asked_now = grid_worker.client.get(
        f"{V1}things/case/{case.pk}", headers={"Accept-Language": "en"}
    )
    assert [fact[0] for fact in read(asked_now)["facts"]] == [fact[0] for fact in before["facts"]]
    assert phone.look(grid_worker.actor, case.pk, now).forms == ["cases.verify", "cases.add"]


@pytest.mark.covers("S3-26")
def test_a_voice_note_is_words_enough_is_played_at_the_desk_and_is_no_photo_of_the_work(
    grid_worker, street_dispatcher, now
):
    case, pk, data = make_case(at=now), uuid4(), samples.voice("m4a")
    url = f"{V1}photos/{pk}?start=0&size={len(data)}&sha256={hashlib.sha256(data).hexdigest()}"
    grid_worker.client.put(url, data, content_type="application/octet-stream")
    body = {
        "kind": "cases.add", "made_at": now.isoformat(), "sent_at": now.isoformat(),
        "facts": {"case": str(case.pk)}, "photos": {"voice": [str(pk)]},
    }  # fmt: skip
    put = partial(grid_worker.client.put, f"{V1}records/{uuid4()}", content_type="application/json")
    assert put(body).status_code == 200
    page = street_dispatcher.get("cases:case", case.pk).content.decode()
    assert "<audio controls" in page
    with behind(SYSTEM):
        assert photo_kinds(case, now - HOUR) == set()
