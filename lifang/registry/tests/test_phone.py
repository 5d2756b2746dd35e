"""What a worker's telephone carries of the register, and the visits it brings back."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.files.models import Attachment
from lifang.core.files.tests import samples
from lifang.core.offline.models import Record
from lifang.core.retention.shelves import SHELVES
from lifang.core.testing import places
from lifang.registry import actions
from lifang.registry.models import Visit
from lifang.registry.tests.make import make_household, make_person, number

pytestmark = pytest.mark.django_db
V1 = "/api/v1/offline/"
HOUR = timedelta(hours=1)
SECRETS = ("赵秘密", number(), "10000099999")


@pytest.fixture
def now():
    return datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real


def home(area=places.GRID, **more):
    with behind(SYSTEM):
        return make_household(
            make_person(area, SECRETS[0], identity=SECRETS[1], despite="", **more), area=area
        )


def read(response):
    return json.loads(response.content)


def words(member, language="en"):
    return read(member.client.get(f"{V1}bundle"))["words"][language]


def send(member, home, pk=None, ago=2 * HOUR, **facts):
    at = datetime.now(UTC)  # noqa: TID251 -- the telephone's clock
    facts = {
        "household": str(home.pk),
        "kind": "household",
        "outcome": "met",
        "note": "一切都好",
        **facts,
    }
    body = {
        "kind": "registry.visit",
        "made_at": (at - ago).isoformat(),
        "sent_at": at.isoformat(),
        "facts": facts,
    }
    return member.client.put(f"{V1}records/{pk or uuid4()}", body, content_type="application/json")


@pytest.mark.covers("S3-16", "W-G1")
def test_a_visit_that_is_due_comes_along_with_its_reason_and_masked(grid_worker, now):
    ours = home()
    with behind(SYSTEM):
        actions.plan_visits(
            actor=SYSTEM,
            household=ours,
            kind="alone",
            at=now,
            due_on=now.date() - timedelta(days=2),
        )
    (todo,) = words(grid_worker)["todos"]
    assert (todo["id"], todo["why"][2], todo["task"], todo["start"]) == (
        str(ours.pk), "Overdue", "Older people living alone", {"kind": "alone"},
    )  # fmt: skip
    whole = json.dumps(read(grid_worker.client.get(f"{V1}bundle")), ensure_ascii=False)
    assert "赵" in whole
    assert not [secret for secret in SECRETS if secret in whole]


def test_nobody_carries_the_households_of_the_next_street_and_no_restricted_visit(
    grid_worker, stranger, street_dispatcher, now
):
    ours = home()
    with behind(SYSTEM):
        actions.plan_visits(
            actor=SYSTEM, household=ours, kind="restricted", at=now, due_on=now.date()
        )
    mine = words(grid_worker)
    assert (mine["todos"], [one["id"] for one in mine["things"]]) == ([], [str(ours.pk)])
    assert "restricted" not in [one["value"] for one in mine["lists"]["visit_kinds"]]
    assert words(stranger)["things"] == []
    assert "visit_kinds" not in words(street_dispatcher)["lists"]
    assert send(stranger, ours).status_code == 404
    assert send(grid_worker, ours, kind="restricted").status_code == 409


@pytest.mark.covers("S3-16", "W-G1", "S4-02")
def test_a_visit_is_kept_once_with_the_time_it_was_made(grid_worker, now):
    ours, pk = home(), uuid4()
    at = (now - 2 * HOUR).isoformat()
    facts = {"household": str(ours.pk), "kind": "household", "outcome": "met", "note": "一切都好"}
    body = {"kind": "registry.visit", "made_at": at, "sent_at": now.isoformat(), "facts": facts}
    for _ in range(3):
        answer = grid_worker.client.put(f"{V1}records/{pk}", body, content_type="application/json")
        assert answer.status_code == 200, answer.content
    with behind(SYSTEM):
        (kept,) = Visit.objects.all()
    assert (kept.household_id, kept.account_id, kept.token) == (ours.pk, grid_worker.id, pk)
    assert abs(kept.at - (now - 2 * HOUR)) < timedelta(minutes=1)


def test_a_household_that_had_left_by_then_is_shown_instead_of_visited(grid_worker, now):
    ours = home()
    before = words(grid_worker)["things"][0]
    with behind(SYSTEM):
        type(ours).objects.filter(pk=ours.pk).update(valid_to=now - 5 * HOUR)
    answer = send(grid_worker, ours)
    assert (answer.status_code, read(answer)["reason"]) == (409, "ended_already")
    after = read(
        grid_worker.client.get(f"{V1}things/household/{ours.pk}", headers={"Accept-Language": "en"})
    )
    assert {fact[0] for fact in after["facts"]} - {fact[0] for fact in before["facts"]} == {"ended"}
    assert send(grid_worker, ours, outcome="moved").status_code == 200


def test_a_visit_of_another_shape_is_refused_in_words(grid_worker):
    ours = home()
    for wrong in (
        {"kind": "none"},
        {"outcome": "none"},
        {"outcome": ""},
        {"note": "x" * 3000},
        {"household": "x"},
        {"who": "me"},
    ):
        answer = send(grid_worker, ours, **wrong)
        assert answer.status_code in (409, 422), wrong
        assert read(answer)["message"]
    with behind(SYSTEM):
        assert not Visit.objects.exists()


def test_many_households_cost_as_many_questions_as_one(grows, grid_worker):
    count = iter(range(10_000))

    def make():
        with behind(SYSTEM):
            make_household(make_person(places.GRID, f"住户{next(count)}"), area=places.GRID)

    grows(make, lambda: grid_worker.client.get(f"{V1}bundle"))


@pytest.mark.covers("S3-16", "W-G1")
def test_a_note_from_the_telephone_offers_its_groups_to_its_writer_alone_and_keeps_nothing(
    grid_worker, community_secretary
):
    ours, pk = home(), uuid4()
    first = read(send(grid_worker, ours, pk, ago=30 * HOUR, note="老人独居，不是租住"))
    assert len(first["offers"]) == 1, "what is denied is not offered"
    url = first["became"]["url"]
    assert 'value="alone_elder"' in grid_worker.client.get(url).content.decode()
    assert 'value="alone_elder"' not in community_secretary.client.get(url).content.decode()
    with behind(SYSTEM):
        assert "alone" not in json.dumps(Record.objects.get(key=pk).answer)
    assert read(send(grid_worker, ours, note="一切都好"))["offers"] == []


@pytest.mark.covers("S3-26", "S3-16")
def test_a_voice_note_of_a_visit_comes_once_is_heard_by_its_maker_alone_and_has_a_term(
    grid_worker, community_secretary, at
):
    household, pk, data = home(), uuid4(), samples.voice()
    digest = hashlib.sha256(data).hexdigest()
    url = f"{V1}photos/{pk}?start=0&size={len(data)}&sha256={digest}"
    came = grid_worker.client.put(url, data, content_type="application/octet-stream")
    assert read(came)["whole"] is True
    now = datetime.now(UTC)  # noqa: TID251 -- the telephone's clock
    body = {
        "kind": "registry.visit", "made_at": (now - HOUR).isoformat(), "sent_at": now.isoformat(),
        "facts": {"household": str(household.pk), "kind": "household", "outcome": "met"},
    }  # fmt: skip
    put = partial(grid_worker.client.put, f"{V1}records/{uuid4()}", content_type="application/json")
    wrong = put({**body, "photos": {"photos": [str(pk)]}})
    assert wrong.status_code == 422
    assert [put({**body, "photos": {"voice": [str(pk)]}}).status_code for _ in range(2)] == [
        200
    ] * 2
    with behind(SYSTEM):
        (note,) = Attachment.objects.all()
    assert (note.media, note.area, note.holders) == ("audio/webm", "", [grid_worker.holder])
    played = grid_worker.get("files:file", note.pk)
    assert (played["Content-Type"], b"".join(played.streaming_content)) == ("audio/webm", data)
    assert played["X-Content-Type-Options"] == "nosniff"
    assert community_secretary.get("files:file", note.pk).status_code == 404
    assert str(note.pk) in grid_worker.get("registry:household", household.pk).content.decode()
    assert str(note.pk) not in community_secretary.get("registry:household", household.pk).content.decode()  # fmt: skip
    with behind(SYSTEM):
        held = SHELVES["registry.visit_voices"]
        assert list(held.over(SYSTEM, now + 400 * timedelta(days=1)))
        held.erase([note], at)
        assert not Attachment.objects.exists()
