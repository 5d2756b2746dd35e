"""A camera's box hands in what it recorded of an alarm: once, bare of all else, seen for a purpose, erased in time."""

import io
import json
from datetime import timedelta
from typing import Any

import av
import msgspec
import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry as Line
from lifang.core.config import config
from lifang.core.files import disk
from lifang.core.files.models import Attachment
from lifang.core.files.tests import samples
from lifang.core.testing import cast, hostile, places
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.proofs import refused
from lifang.registry.tests.make import GRID
from lifang.sensing import actions, selectors
from lifang.sensing.actions.intake import Register, take
from lifang.sensing.actions.retention import delete_recordings
from lifang.sensing.actions.retention import recordings as over
from lifang.sensing.actions.watching import run_timers
from lifang.sensing.api import recordings as api
from lifang.sensing.api.batches import Gate, parcel
from lifang.sensing.models import AlarmStep, Device, Quarantined, Recording
from lifang.sensing.rules.recordings import address, belongs, named
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Owner
from lifang.sensing.tests.make import make_device

DAY, MINUTE, LATER = timedelta(days=1), timedelta(minutes=1), MONDAY + timedelta(seconds=20)
CLIP, OTHER = samples.clip(extra=("secret", "sound")), samples.clip(seconds=1.0)
STILL = samples.camera(offset="+08:00")


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    known = msgspec.structs.replace(config(), home=tmp_path)
    monkeypatch.setattr(disk, "config", lambda: known)

    async def here(reading: Any, seconds: float) -> Any:
        return await reading

    monkeypatch.setattr(api.asyncio, "wait_for", here)
    monkeypatch.setattr(api, "close_old_connections", lambda: None)


@pytest.fixture
def box(db) -> Device:
    return make_device(type="camera_ai", code="BOX/1")


def owner_of(device: Device) -> Owner:
    token = actions.issue_device_key(actor=SYSTEM, device=device, at=MONDAY).token
    with behind(SYSTEM):
        found = ways.owner_of_key(SYSTEM, token, MONDAY)
    assert found is not None
    return found


def tells(owner: Owner, ident: str = "e:1", at: Any = MONDAY, **values: Any) -> None:
    values = values or {"thrown": True, "floor_min": 7, "floor_max": 9}
    line = {"id": ident, "at": at.isoformat(), "values": values}
    with behind(SYSTEM):
        take(Register(), [parcel(owner, json.dumps(line).encode())], at)


class Here(Gate):
    """A gate that knows one key."""

    def __init__(self, owner: Owner | None, at=LATER) -> None:
        super().__init__(lambda: at)
        self.theirs = owner

    async def owner(self, header: bytes) -> Owner | None:
        return self.theirs


class Still(api.Tray):
    """Works where it stands: in the test's own thread and transaction."""

    async def apart(self, work: Any, *given: Any) -> Any:
        return work(*given)


def post(owner: Owner | None, ident: str = "e:1", body: bytes = CLIP, media: str = "video/mp4", *, code: str = "BOX/1", at: Any = LATER, tray: Any = None, path: str = "", length: Any = None, method: str = "POST") -> tuple[int, dict[str, Any], dict[str, str]]:  # fmt: skip
    sent: list[dict[str, Any]] = []
    pieces = [body[n : n + 65_536] for n in range(0, len(body), 65_536)] or [b""]
    read = 0

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": pieces[read - 1], "more_body": read < len(pieces)}

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    headers = [(b"content-type", media.encode("latin-1")), (b"content-length", str(len(body) if length is None else length).encode())]  # fmt: skip
    raw = path or api.ROOT + address(code, ident)
    scope = {"headers": headers, "path": raw, "raw_path": raw.encode(), "method": method}
    coroutine = api.recordings(tray or Still(Here(owner, at)), scope, receive, send)
    with pytest.raises(
        StopIteration
    ):  # nothing in it waits: driven by hand, in this thread and transaction
        coroutine.send(None)
    said = {key.decode(): value.decode() for key, value in sent[0]["headers"]}
    return sent[0]["status"], json.loads(sent[1]["body"]), said | {"read": str(read)}


def alarm_of(device: Device) -> Any:
    with behind(SYSTEM):
        return selectors.alarms(SYSTEM).get(device=device)


def steps(kind: str) -> list[AlarmStep]:
    with behind(SYSTEM):
        return list(AlarmStep.objects.filter(kind=kind))


def count() -> tuple[int, int]:
    with behind(SYSTEM):
        return Recording.objects.count(), Attachment.objects.count()


@pytest.mark.covers("S0-23")
def test_a_clip_is_kept_bare_and_stands_with_its_alarm(box):
    owner = owner_of(box)
    tells(owner)
    status, said, _ = post(owner)
    assert (status, said) == (201, {"kind": "clip", "at": MONDAY.isoformat(), "seconds": 2.0})
    with behind(SYSTEM):
        (row,) = selectors.recordings(SYSTEM, alarm_of(box))
        assert (row.area, row.measures, row.kind, row.at) == (GRID, ["thrown"], "clip", MONDAY)
        kept = Attachment.objects.get()
    assert (kept.area, kept.holders, kept.media) == ("", [], "video/mp4"), "its file is nobody's"
    film = disk.get(kept.sha256)
    assert b"SECRET" not in film
    assert [one.type for one in av.open(io.BytesIO(film)).streams] == ["video"]
    assert len(steps("recorded")) == 1


def test_it_may_come_before_the_alarm_and_with_a_still(box):
    owner = owner_of(box)
    tells(owner, thrown=False, thrown_low=3)
    tells(owner, "e:2", MONDAY + MINUTE, smoke=True)
    assert post(owner)[0] == 403, "nothing was thrown"
    tells(owner, "e:3", MONDAY + 2 * MINUTE, thrown=True)
    late = MONDAY + 3 * MINUTE
    assert post(owner, "e:3", at=late)[0] == 201
    assert post(owner, "e:3", STILL, "image/jpeg; q=1", at=late)[0] == 201
    assert post(owner, "e:2", at=late)[0] == 201
    with behind(SYSTEM):
        thrown = selectors.alarms(SYSTEM).get(rule="thrown")
        assert [one.kind for one in selectors.recordings(SYSTEM, thrown)] == ["clip", "still"]
        still = Attachment.objects.get(media="image/jpeg")
    assert (still.lon, still.taken_at, still.phash) == (None, None, None)
    assert not any(b"SECRET" in one.read_bytes() for one in disk.place(still.sha256).parent.iterdir())  # fmt: skip


def test_sent_again_it_is_the_same_and_another_one_is_refused(box):
    owner = owner_of(box)
    tells(owner)
    first = post(owner)
    assert post(owner)[:2] == (200, first[1])
    assert post(owner, body=OTHER)[:2] == (409, {"reason": "other_recording"})
    assert count() == (1, 1)


def test_only_for_a_message_that_came_within_a_day_from_a_device_of_the_key(box):
    owner = owner_of(box)
    tells(owner)
    assert post(owner, "e:9")[:2] == (404, {"reason": "unknown_message"})
    assert post(owner, at=MONDAY + DAY + MINUTE)[1] == {"reason": "unknown_message"}
    other = owner_of(make_device(type="camera_ai", code="BOX/2"))
    assert post(other)[:2] == (404, {"reason": "unknown_device"})
    assert post(other, code="BOX/2")[:2] == (404, {"reason": "unknown_message"})
    camera = make_device(type="camera", code="CAM")
    tells(owner_of(camera), object_seen=True)
    assert post(owner_of(camera), code="CAM")[:2] == (403, {"reason": "records_nothing"})
    assert post(None)[0] == 401
    assert post(owner._replace(sandbox=True))[:2] == (403, {"reason": "sandbox_key"})
    assert post(owner, method="GET")[0] == 405
    assert count() == (0, 0)


def test_what_is_no_recording_is_refused_before_or_after_it_is_read(box):
    owner = owner_of(box)
    tells(owner)
    assert post(owner, media="text/html")[0] == 415
    assert post(owner, media="image/png")[0] == 415
    status, said, headers = post(owner, length=31_000_000)
    assert (status, said["reason"], headers["read"]) == (413, "clip_too_large", "0")
    assert post(owner, length="-1")[0] == 413
    assert post(owner, length=0, body=b"\0" * 15_100_000, media="image/jpeg")[0] == 413
    assert post(owner, "e:9", body=b"\0" * 1_000_000)[2]["read"] == "0", "an unknown message's is not read"  # fmt: skip
    for body, media, why in (
        (samples.HTML, "video/mp4", "clip_kind"),
        (samples.zipped(), "video/mp4", "clip_kind"),
        (CLIP[:3000], "video/mp4", "clip_unreadable"),
        (CLIP, "image/jpeg", "photo_kind"),
        (STILL, "video/mp4", "clip_kind"),
    ):
        status, said, _ = post(owner, body=body, media=media)
        assert (status, said["reason"]) == (422, why)
        assert said["message"]
    assert count() == (0, 0)
    with behind(SYSTEM):
        assert not Quarantined.objects.exists()


def test_addresses_of_every_kind_are_answered(box):
    owner = owner_of(box)
    tried = [f"{api.ROOT}{one.text}" for one in hostile.sample(60, "recordings") if one.text.isprintable()]  # fmt: skip
    for path in (*tried, api.ROOT, f"{api.ROOT}a", f"{api.ROOT}a/b/c", f"{api.ROOT}%00/x", f"{api.ROOT}%ff/x", f"{api.ROOT}{'9' * 999}/1"):  # fmt: skip
        status, said, _ = post(owner, path=path)
        assert (status, set(said)) == (404, {"reason"}), path
    assert named(address("a/b %", "1:x/ü")) == ("a/b %", "1:x/ü")


def test_few_are_taken_at_once_and_the_rest_hears_when_to_come_again(box):
    owner = owner_of(box)
    tells(owner)
    tray = Still(Here(owner))
    tray.busy[owner.source] = api.OF_A_KEY
    status, said, headers = post(owner, tray=tray)
    assert (status, said, headers["retry-after"]) == (429, {"reason": "busy"}, "3")
    tray.busy.clear()
    tray.busy["key:OTHER"] = api.AT_ONCE
    assert post(owner, tray=tray)[0] == 503
    tray.busy.clear()
    assert post(owner, tray=tray)[0] == 201
    assert not tray.busy


def test_a_sender_that_never_ends_is_let_go(box, monkeypatch):
    owner = owner_of(box)
    tells(owner)

    async def too_long(reading: Any, seconds: float) -> Any:
        reading.close()
        raise TimeoutError

    monkeypatch.setattr(api.asyncio, "wait_for", too_long)
    assert post(owner)[:2] == (408, {"reason": "slow"})


# Looking


@pytest.fixture
def recorded(box) -> Any:
    owner = owner_of(box)
    tells(owner)
    post(owner)
    return alarm_of(box)


def look(who: Any, alarm: Any, purpose: str = "go_there", at: Any = LATER) -> Any:
    with behind(who.actor):
        return actions.look_at_recordings(actor=who.actor, alarm=alarm, purpose=purpose, at=at)


@pytest.mark.covers("S0-23")
def test_it_is_seen_for_a_purpose_for_some_minutes_and_the_look_stays(recorded, grid_worker):
    actor = grid_worker.actor
    with behind(actor):
        (row,) = selectors.recordings(actor, recorded)
        with refused("recording_look_over", audited=False):
            selectors.recording_file(actor, recorded, row.pk, LATER)
    with refused("recording_purpose"):
        look(grid_worker, recorded, "curious")
    look(grid_worker, recorded)
    with behind(actor):
        assert selectors.recording_file(actor, recorded, row.pk, LATER + 10 * MINUTE)
        with refused("recording_look_over", audited=False):
            selectors.recording_file(actor, recorded, row.pk, LATER + 16 * MINUTE)
        assert not Attachment.objects.visible_to(actor).exists()
    line = Line.objects.get(action="sensing.look_at_recordings", outcome="seen")
    assert (line.reason, line.account) == ("go_there", actor.id)
    (step,) = steps("recording_seen")
    assert (step.facts, step.account_id) == ({"purpose": "go_there"}, actor.id)


def test_anothers_look_is_nobody_elses_and_a_stranger_has_none(recorded, grid_worker, community_secretary):  # fmt: skip
    look(grid_worker, recorded)
    with behind(community_secretary.actor):
        assert selectors.look_until(community_secretary.actor, recorded, LATER) is None
    stranger = cast.grid_worker(places.FAR_GRID)
    with refused("not_allowed"):
        look(stranger, recorded)
    assert stranger.get("sensing:recordings", recorded.pk).status_code == 404


def test_the_page_of_an_alarm_asks_what_for_and_then_it_plays(recorded, grid_worker):
    page = grid_worker.get("sensing:alarm", recorded.pk).content.decode()
    assert "现场录像" in page
    assert "<video" not in page
    assert 'value="go_there"' in page
    asked = grid_worker.get("sensing:recordings", recorded.pk)
    assert "<video" not in asked.content.decode()
    with behind(SYSTEM):
        pk = Recording.objects.get().pk
    unasked = grid_worker.get("sensing:recording", recorded.pk, pk, "file")
    assert (unasked.status_code, unasked["Location"]) == (302, f"/desk/alarms/{recorded.pk}/recordings")  # fmt: skip
    grid_worker.post("sensing:recordings", recorded.pk, data={"purpose": "judge_it"})
    page = grid_worker.get("sensing:recordings", recorded.pk)
    assert page["Cache-Control"] == "no-store"
    assert "7–9" in page.content.decode()
    assert "<video" in page.content.decode()
    file = grid_worker.get("sensing:recording", recorded.pk, pk, "file")
    assert (file.status_code, file["Content-Type"], file["Cache-Control"]) == (200, "video/mp4", "no-store")  # fmt: skip
    still = grid_worker.get("sensing:recording", recorded.pk, pk, "still")
    assert (still["Content-Type"], still["Cache-Control"]) == ("image/jpeg", "no-store")
    assert grid_worker.get("sensing:recording", recorded.pk, pk, "thumb").status_code == 404
    history = grid_worker.get("sensing:alarm", recorded.pk).content.decode()
    assert history.count("核实并认定结果") == 2, "to choose from, and in the history"


def test_an_alarm_without_one_says_nothing_of_it(box, grid_worker):
    tells(owner_of(box))
    alarm = alarm_of(box)
    assert "现场录像" not in grid_worker.get("sensing:alarm", alarm.pk).content.decode()
    assert grid_worker.get("sensing:recordings", alarm.pk).status_code == 302


def test_it_belongs_to_what_it_shows_and_to_no_other_time():
    about = ("thrown", MONDAY, MONDAY + MINUTE)
    assert belongs(*about, ["thrown"], MONDAY)
    assert belongs("thrown", MONDAY, None, ["thrown"], MONDAY + DAY)
    assert not belongs(*about, ["smoke"], MONDAY)
    assert not belongs(*about, ["thrown"], MONDAY + 2 * MINUTE)
    assert not belongs(*about, ["thrown"], MONDAY - MINUTE)


# How long


def gone(at: Any) -> bool:
    with behind(SYSTEM):
        rows = list(over(SYSTEM, at - 30 * DAY))
        if rows:
            assert delete_recordings(rows, at) == {"files": len(rows)}
        return bool(rows)


def test_it_goes_thirty_days_after_the_verdict_was_given_and_its_looks_stay(recorded, grid_worker):
    look(grid_worker, recorded)
    assert not gone(LATER + 40 * DAY), "the alarm is open"
    actions.give_verdict(actor=SYSTEM, alarm=recorded, verdict="real", cause="", at=LATER + DAY)
    assert not gone(LATER + 30 * DAY - MINUTE)
    assert gone(LATER + 30 * DAY + MINUTE)
    assert count() == (0, 0)
    assert steps("recording_seen")


def test_what_nobody_judges_is_kept_for_half_a_year_at_most(recorded, box):
    owner = owner_of(box)
    actions.acknowledge(actor=SYSTEM, alarm=recorded, at=LATER)
    tells(owner, "e:2", MONDAY + MINUTE, thrown=False)
    with behind(SYSTEM):
        run_timers(actor=SYSTEM, at=MONDAY + 5 * MINUTE)
        recorded.refresh_from_db()
    assert recorded.ended_at
    assert not recorded.verdict
    assert not gone(LATER + 179 * DAY)
    assert gone(LATER + 181 * DAY)


def test_what_no_alarm_came_of_goes_after_a_day(box):
    owner = owner_of(box)
    line = {"id": "t", "at": MONDAY.isoformat(), "test": True, "values": {"thrown": True}}
    with behind(SYSTEM):
        take(Register(), [parcel(owner, json.dumps(line).encode())], MONDAY)
        assert not selectors.alarms(SYSTEM).exists()
    assert post(owner, "t")[0] == 201
    assert not gone(LATER + DAY - MINUTE)
    assert gone(LATER + DAY + MINUTE)
