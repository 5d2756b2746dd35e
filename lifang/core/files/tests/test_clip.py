"""A clip is kept as a bare moving picture; what is none, or says more than it may, is refused in words."""

import io
from pathlib import Path

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.refusal import Reason
from lifang.core.access.wall import behind
from lifang.core.catalogue import Catalogue
from lifang.core.files import clip, disk, remux, store
from lifang.core.files.clip import watch
from lifang.core.files.models import Attachment
from lifang.core.files.serving import span
from lifang.core.files.tests import samples
from lifang.core.files.tests.test_store import AT, Subject, seen, worker
from lifang.core.testing import hostile

SENTENCES = Catalogue("core.files", "reasons", Reason)


def reason(data):
    with pytest.raises(Refused) as caught:
        watch(io.BytesIO(data))
    refusal = caught.value.refusal
    said = SENTENCES[refusal.reason].text.of(**refusal.facts)
    assert "{" not in said.zh + said.en
    return refusal.reason


def renamed(data, box, to):
    assert box in data
    return data.replace(box, to)


def wide(data, width, height):
    """The same file, whose heads say another size."""
    old = (320).to_bytes(2, "big") + (240).to_bytes(2, "big")
    assert old in data
    return data.replace(old, width.to_bytes(2, "big") + height.to_bytes(2, "big"))


def test_a_clip_becomes_a_bare_moving_picture_and_a_still_of_its_middle():
    data = samples.clip(extra=("secret", "sound"))
    assert b"SECRET-CAMERA" in data
    assert b"SECRET-PLACE" in data
    assert b"mp4a" in data
    made = watch(io.BytesIO(data))
    assert (made.width, made.height, made.seconds) == (320, 240, 2.0)
    for left in (b"SECRET", b"mp4a", b"x264", b"Lav", b"script"):
        assert left not in made.film + made.thumb + made.still
    assert made.film.find(b"moov") < made.film.find(b"mdat"), "it plays before all of it is there"
    file = av.open(io.BytesIO(made.film))
    assert [one.type for one in file.streams] == ["video"]
    assert sum(1 for _ in file.decode(video=0)) == 20, "every picture of it"
    for part in (made.thumb, made.still):
        assert Image.open(io.BytesIO(part)).format == "JPEG"


def test_large_pictures_have_a_thumb_and_a_still_that_are_not():
    made = watch(io.BytesIO(samples.clip(0.4, 1920, 1080)))
    sizes = [Image.open(io.BytesIO(part)).size for part in (made.thumb, made.still)]
    assert sizes == [(480, 270), (1280, 720)]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "clip_kind"),
        (bytes(1000), "clip_kind"),
        (samples.HTML, "clip_kind"),
        (samples.zipped(), "clip_kind"),
        (samples.saved(samples.scene()), "clip_kind"),
        (b"#EXTM3U\nfile:///etc/passwd\n", "clip_kind"),
        (samples.HTML + samples.clip(), "clip_kind"),
        (samples.heic(), "clip_codec"),
        (samples.voice("m4a"), "clip_unreadable"),
        (b"\0\0\0\x18ftypisom" + samples.zipped(), "clip_unreadable"),
        (b"\0\0\0\x18ftypisom", "clip_unreadable"),
        (samples.clip(extra=("sound", "no picture")), "clip_kind"),
        (samples.clip(extra=("two",)), "clip_kind"),
        (renamed(samples.clip(), b"trak", b"free"), "clip_kind"),
        (samples.clip(kind="matroska"), "clip_kind"),
        (samples.clip(codec="mpeg4"), "clip_codec"),
        (lambda: samples.clip(codec="libx265", seconds=0.5), "clip_codec"),
        (samples.clip(layout="yuv444p"), "clip_codec"),
        (samples.clip()[:3000], "clip_unreadable"),
        (lambda: samples.clip(seconds=61, width=64, height=48, rate=2), "clip_too_long"),
        (lambda: samples.clip(seconds=0.1, width=4100, height=2400), "clip_too_many_pixels"),
        (b"\0\0\0\x18ftypisom" + b"\xff" * 30_000_000, "clip_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_clip_is_refused_with_a_sentence(data, why):
    assert reason(data() if callable(data) else data) == why


def test_more_pictures_than_a_minute_has_are_too_long(monkeypatch):
    monkeypatch.setattr(remux, "FRAMES", 19)
    with pytest.raises(remux.Refuse, match="clip_too_long"):
        remux.remuxed(samples.clip())


def test_a_film_cut_off_behind_its_head_is_refused():
    whole = watch(io.BytesIO(samples.clip())).film
    for share in (0.4, 0.7, 0.99):
        assert reason(whole[: int(len(whole) * share)]) == "clip_unreadable"


def test_a_head_that_claims_another_size_makes_no_bomb():
    made = watch(io.BytesIO(wide(samples.clip(), 65_000, 65_000)))
    assert (made.width, made.height) == (320, 240), "what the pictures themselves say counts"


@pytest.mark.parametrize("tail", [samples.HTML, samples.zipped(), samples.PDF, b"<?php x ?>"])
def test_what_hangs_behind_a_clip_is_left_behind(tail):
    assert tail not in watch(io.BytesIO(samples.clip() + tail)).film


def test_hostile_bytes_are_refused():
    tried = [one.text.encode(errors="replace") for one in hostile.sample(10, "clip")]
    for data in (*tried, *(b"\0\0\0\x18ftypmp42" + one for one in tried)):
        assert reason(data) in {"clip_kind", "clip_unreadable"}


@pytest.mark.parametrize("greed", ["bytearray(3_000_000_000)", "while True: pass", "open('EVIL', 'w', buffering=1).write('x' * 10_000 + chr(10))"])  # fmt: skip
def test_a_decoder_that_wants_all_memory_time_or_a_file_is_stopped(monkeypatch, tmp_path, greed):
    script, evil = tmp_path / "greedy.py", tmp_path / "evil"
    script.write_text(
        f"import sys\nsys.path.insert(0, {str(Path(remux.__file__).parent)!r})\nimport remux\nremux.limit()\n"
        f"{greed.replace('EVIL', str(evil))}\n"
    )
    monkeypatch.setattr(clip, "_SCRIPT", script)
    monkeypatch.setattr(clip, "SECONDS", 1.0)
    assert reason(samples.clip()) == "clip_unreadable"
    assert not evil.exists() or evil.stat().st_size == 0


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=30),
    st.floats(0.1, 1.0),
)
def test_a_damaged_clip_is_a_clip_or_a_refusal_never_a_crash(damage, keep):
    good = samples.clip(1.0, extra=("secret",))
    data = bytearray(good[: int(len(good) * keep)])
    for place, value in damage:
        data[int(place * len(data))] = value
    try:  # in this process: a decoder that kills it fails the test
        head, film, _, _ = remux.remuxed(bytes(data))
    except (remux.Refuse, OSError, ValueError, RuntimeError, MemoryError, OverflowError):
        return
    assert head["seconds"] <= 60.5
    assert b"SECRET" not in film


@pytest.fixture
def kept(db, folder):
    with behind(SYSTEM):
        made = watch(io.BytesIO(samples.clip()))
        yield store.keep(made, subject=Subject(), actor=SYSTEM, at=AT)


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_a_kept_clip_is_played_piece_by_piece(kept):
    data = disk.get(kept.sha256)
    assert (kept.media, kept.width, kept.height, kept.phash) == ("video/mp4", 320, 240, None)
    whole = seen(kept, worker())
    assert (whole.status_code, whole["Content-Type"], whole["Accept-Ranges"]) == (200, "video/mp4", "bytes")  # fmt: skip
    assert whole["X-Content-Type-Options"] == "nosniff"
    assert body(whole) == data
    size = len(data)
    for asked, first, last in (
        ("bytes=0-1", 0, 1),
        ("bytes=10-", 10, size - 1),
        ("bytes=-7", size - 7, size - 1),
        (f"bytes=5-{size + 999}", 5, size - 1),
        (f"bytes=-{size + 5}", 0, size - 1),
    ):
        piece = seen(kept, worker(), Range=asked)
        assert (piece.status_code, piece["Content-Range"]) == (206, f"bytes {first}-{last}/{size}")
        assert piece["Content-Length"] == str(last + 1 - first)
        assert body(piece) == data[first : last + 1]
    gone = seen(kept, worker(), Range=f"bytes={size}-")
    assert (gone.status_code, gone["Content-Range"]) == (416, f"bytes */{size}")
    etag = whole["ETag"]
    assert seen(kept, worker(), Range="bytes=0-1", **{"If-Range": etag}).status_code == 206
    assert seen(kept, worker(), Range="bytes=0-1", **{"If-Range": '"other"'}).status_code == 200


def test_a_range_that_is_none_gets_all_of_it(kept):
    for asked in ("bytes=", "bytes=-", "bytes=a-b", "bytes=1-2,4-5", "items=0-1", "bytes=5-2", "bytes=" + "9" * 99 + "-", "bytes=٣-٤"):  # fmt: skip
        assert seen(kept, worker(), Range=asked).status_code == 200, asked
    assert span("bytes=-0", 10) == (10, 9)


def test_what_is_kept_unseen_is_seen_by_nobody_and_compared_with_nothing(db, folder):
    with behind(SYSTEM):
        photo = store.develop(io.BytesIO(samples.camera(offset="+08:00")))
        for made in (photo, watch(io.BytesIO(samples.clip()))):
            row = store.keep(made, subject=Subject(holders=["unit:1"]), actor=SYSTEM, at=AT, unseen=True)  # fmt: skip
            assert (row.area, row.holders, row.lon, row.taken_at, row.phash) == ("", [], None, None, None)  # fmt: skip
            assert not Attachment.objects.visible_to(worker()).exists()
        assert store.duplicates_of(photo.phash) == []
