"""Photos in pieces and records over the wire: cut anywhere, sent again, sent twice at once."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from pydantic import BaseModel

from lifang.core.access import SYSTEM, Refused
from lifang.core.audit.models import Entry
from lifang.core.calendar.actions import set_day
from lifang.core.files.tests.samples import saved, scene
from lifang.core.i18n import Text
from lifang.core.ids import new_id
from lifang.core.offline import actions, kinds
from lifang.core.offline.models import Part, Record, Upload
from lifang.core.offline.terms import PART_BYTES, PHOTO_GOOD, PHOTO_KEPT
from lifang.core.testing import hostile

pytestmark = pytest.mark.django_db
V1 = "/api/v1/offline/"


def jpeg():
    return saved(scene(300, 200))


class Shape(BaseModel):
    text: str


@pytest.fixture(autouse=True)
def taken():
    """A kind of record that remembers what came, and can be told to say no."""
    seen = []

    def take(taking):
        if taking.facts.text == "no":
            raise Refused("record_kind")
        seen.append(taking)
        return kinds.Taken("thing", new_id(), "No. 1", "/desk")

    kinds.takes(
        kinds.Kind(
            "test.note", "Note", "note", Shape, take, "offline/words.html", photos=("photos",)
        )
    )
    yield seen
    kinds._KINDS.pop("test.note")


def read(response):
    return json.loads(response.content)


def told(response):
    return response.status_code, read(response).get("reason")


def piece(member, pk, data, start, length, **other):
    sha = hashlib.sha256(data).hexdigest()
    facts = {"start": start, "size": len(data), "sha256": sha, **other}
    query = "&".join(f"{name}={value}" for name, value in facts.items())
    return member.client.put(
        f"{V1}photos/{pk}?{query}",
        data[start : start + length],
        content_type="application/octet-stream",
    )


def sent(
    member, pk=None, text="seen", photos=(), ago=timedelta(hours=2), ahead=timedelta(0), **more
):
    now = datetime.now(UTC) + ahead  # noqa: TID251 -- the telephone's clock
    body = {
        "kind": "test.note",
        "made_at": (now - ago).isoformat(),
        "sent_at": now.isoformat(),
        "facts": {"text": text},
    }
    if photos:
        body["photos"] = {"photos": [str(one) for one in photos]}
    return member.client.put(
        f"{V1}records/{pk or uuid4()}", {**body, **more}, content_type="application/json"
    )


# photos


@pytest.mark.covers("S4-02")
def test_a_photo_cut_after_any_piece_goes_on_where_it_was(grid_worker):
    data, pk = jpeg(), uuid4()
    step = len(data) // 3 + 1
    assert read(grid_worker.client.get(f"{V1}photos/{pk}")) == {"have": 0, "whole": False}
    for start in range(0, len(data), step):
        answer = piece(grid_worker, pk, data, start, step)
        again = piece(
            grid_worker, pk, data, start, step
        )  # the answer was lost, so it is sent again
        assert read(again) == read(answer)
        assert read(grid_worker.client.get(f"{V1}photos/{pk}"))["have"] == read(answer)["have"]
    assert read(answer) == {"have": len(data), "whole": True}
    assert not Part.objects.exists()


def test_a_gap_and_a_piece_beyond_the_end_are_refused_with_what_is_here(grid_worker):
    data, pk = jpeg(), uuid4()
    piece(grid_worker, pk, data, 0, 100)
    gap = piece(grid_worker, pk, data, 200, 100)
    assert (told(gap), read(gap)["facts"]) == ((409, "part_gap"), {"have": 100})
    assert told(piece(grid_worker, pk, data, len(data), 1)) == (409, "part_wrong")
    assert told(piece(grid_worker, pk, data, 100, 0)) == (409, "part_wrong")


def test_a_photo_that_was_damaged_on_its_way_is_sent_again_from_its_beginning(grid_worker):
    data, pk = jpeg(), uuid4()
    wrong = bytes([data[0] ^ 1]) + data[1:]
    sha = hashlib.sha256(data).hexdigest()
    assert told(piece(grid_worker, pk, wrong, 0, len(wrong), sha256=sha)) == (409, "photo_torn")
    assert read(piece(grid_worker, pk, data, 0, len(data)))["whole"]


def test_what_is_no_picture_is_refused_and_leaves_nothing(grid_worker):
    data = b"no picture at all " * 20
    assert piece(grid_worker, uuid4(), data, 0, len(data)).status_code in (409, 422)
    assert not Upload.objects.exists()


def test_pieces_and_photos_have_their_bounds(grid_worker):
    big = b"x" * (PART_BYTES + 1)
    assert told(piece(grid_worker, uuid4(), big, 0, len(big)))[0] == 413
    assert told(piece(grid_worker, uuid4(), b"x", 0, 1, size=20_000_000)) == (
        409,
        "photo_too_large",
    )
    assert told(piece(grid_worker, uuid4(), b"x", 0, 1, sha256="z")) == (422, "bad_input")
    assert told(piece(grid_worker, uuid4(), b"x", -1, 1)) == (422, "bad_input")


def test_an_id_of_another_account_is_ones_own_photo_beside_theirs(grid_worker, stranger):
    data, pk = jpeg(), uuid4()
    assert read(piece(grid_worker, pk, data, 0, len(data)))["whole"]
    assert read(stranger.client.get(f"{V1}photos/{pk}")) == {"have": 0, "whole": False}
    assert told(sent(stranger, photos=[pk])) == (409, "photo_lapsed")


def test_photos_nobody_used_go_after_a_week(grid_worker, at):
    now = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real
    piece(grid_worker, uuid4(), jpeg(), 0, 100)
    assert actions.forget_photos(actor=SYSTEM, at=now) == 0
    assert actions.forget_photos(actor=SYSTEM, at=now + PHOTO_KEPT + timedelta(hours=1)) > 0


# records


@pytest.mark.covers("S4-02")
def test_a_record_is_taken_once_however_often_it_is_sent(grid_worker, taken):
    data, photo, pk = jpeg(), uuid4(), uuid4()
    piece(grid_worker, photo, data, 0, len(data))
    first = sent(grid_worker, pk, photos=[photo], made_at="2026-11-20T01:00:00Z")
    second = sent(grid_worker, pk, photos=[photo], made_at="2026-11-20T01:00:00Z")
    assert (first.status_code, read(first)["again"], read(second)["again"]) == (200, False, True)
    assert read(first)["became"] == read(second)["became"]
    assert len(taken) == 1
    assert len(taken[0].photos["photos"]) == 1
    assert Record.objects.count() == 1
    assert not Upload.objects.exists()


def test_the_same_id_with_other_words_is_refused(grid_worker, taken):
    pk, when = uuid4(), "2026-11-20T01:00:00Z"
    sent(grid_worker, pk, made_at=when)
    assert told(sent(grid_worker, pk, text="other", made_at=when)) == (409, "record_used_otherwise")
    assert len(taken) == 1


def test_what_was_refused_is_not_taken_and_may_come_again(grid_worker, taken):
    pk = uuid4()
    assert told(sent(grid_worker, pk, text="no")) == (409, "record_kind")
    assert not Record.objects.exists()
    assert sent(grid_worker, pk, text="yes").status_code == 200
    assert [one.facts.text for one in taken] == ["yes"]


def test_a_refused_act_leaves_its_line_in_the_log_and_no_record(grid_worker):
    def take(taking):
        day = taking.at.date()
        set_day(
            actor=taking.actor,
            at=taking.at,
            date=day,
            working=False,
            area="990101",
            name=Text("x", "x"),
        )

    kinds.takes(kinds.Kind("test.day", "Day", "note", Shape, take, "offline/words.html"))
    before = Entry.objects.count()
    assert told(sent(grid_worker, kind="test.day"))[1] == "not_allowed"
    kinds._KINDS.pop("test.day")
    assert list(Entry.objects.values_list("outcome", flat=True)[before:]) in (["refused"], [])
    assert Entry.objects.filter(outcome="refused", reason="not_allowed").exists()
    assert not Record.objects.exists()


def test_the_time_is_the_telephones_put_right_by_its_clock(grid_worker, taken):
    ahead = timedelta(minutes=7)
    answer = read(sent(grid_worker, ahead=ahead))
    assert 415 <= answer["ahead"] <= 420
    assert answer["sure"]
    two_hours = taken[0].at - taken[0].made.at
    assert abs(two_hours - timedelta(hours=2)) < timedelta(seconds=5)
    wild = read(sent(grid_worker, ahead=timedelta(days=400)))
    assert not wild["sure"]
    assert wild["made_at"] == wild["taken_at"]


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "nobody.knows"}, {"facts": {}}, {"facts": {"text": 1}}, {"photos": {"other": []}}, {"made_at": "yesterday"},
        {"made_at": "2026-11-20T01:00:00"}, {"extra": 1}, {"photos": {"photos": ["x"]}}, {"facts": {"text": "a\x00"}},
        {"photos": {"photos": [str(uuid4())] * 7}}, {"sent_at": "9999-12-31T23:59:59Z", "made_at": "0001-01-01T00:00:00Z"},
        {"made_at": "1970-01-01T00:00:09Z"}, {"sent_at": "2088-01-01T00:00:00Z"},
    ],
)  # fmt: skip
def test_a_record_of_another_shape_is_refused_in_words(grid_worker, taken, more):
    answer = sent(grid_worker, **more)
    assert answer.status_code in (200, 400, 409, 422)
    if answer.status_code != 200:
        assert read(answer)["message"]
        assert not taken


def test_hostile_words_are_no_error(grid_worker):
    tried = 0
    for one in hostile.sample(60, "offline"):
        for body in ({"facts": {"text": one.text}}, {"kind": one.text}, {"made_at": one.text}):
            answer = sent(grid_worker, **body)
            assert answer.status_code in (200, 400, 409, 422), one.text
            tried += 1
    assert tried >= 150


def test_a_photo_that_lay_too_long_is_asked_for_again(grid_worker):
    data, photo = jpeg(), uuid4()
    piece(grid_worker, photo, data, 0, len(data))
    Upload.objects.update(whole_at=datetime.now(UTC) - PHOTO_GOOD - timedelta(minutes=1))  # noqa: TID251
    assert told(sent(grid_worker, photos=[photo])) == (409, "photo_lapsed")
    assert read(grid_worker.client.get(f"{V1}photos/{photo}")) == {"have": 0, "whole": False}
    assert read(piece(grid_worker, photo, data, 0, len(data)))["whole"]
    assert sent(grid_worker, photos=[photo]).status_code == 200


def test_ones_records_are_listed_and_nobody_elses(grid_worker, stranger):
    sent(grid_worker)
    listed = read(grid_worker.client.get(f"{V1}records"))["items"]
    assert [one["kind"] for one in listed] == ["test.note"]
    assert read(stranger.client.get(f"{V1}records"))["items"] == []


def test_the_key_is_the_telephones_and_the_accounts(grid_worker, stranger):
    device, other = uuid4(), uuid4()
    mine = read(grid_worker.client.get(f"{V1}key?device={device}"))["key"]
    assert mine == read(grid_worker.client.get(f"{V1}key?device={device}"))["key"]
    others = [
        read(stranger.client.get(f"{V1}key?device={device}"))["key"],
        read(grid_worker.client.get(f"{V1}key?device={other}"))["key"],
    ]
    assert len({mine, *others}) == 3
    assert len(bytes.fromhex(mine)) == 32
