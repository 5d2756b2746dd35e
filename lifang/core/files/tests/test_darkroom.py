import io
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.utils.timezone import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from lifang.core.access import Refused
from lifang.core.access.refusal import Reason
from lifang.core.catalogue import Catalogue
from lifang.core.files import darkroom, shrink
from lifang.core.files.darkroom import develop
from lifang.core.files.tests import samples

SENTENCES = Catalogue("core.files", "reasons", Reason)
BEIJING = timezone(timedelta(hours=8))


def developed(data):
    return develop(io.BytesIO(data))


def reason(data):
    with pytest.raises(Refused) as caught:
        developed(data)
    refusal = caught.value.refusal
    sentence = SENTENCES[refusal.reason].text.of(**refusal.facts)
    assert "{" not in sentence.zh + sentence.en
    return refusal.reason


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (samples.saved(samples.scene()), (900, 600)),
        (samples.saved(samples.scene(), "PNG"), (900, 600)),
        (samples.saved(samples.scene(), "WEBP"), (900, 600)),
        (samples.saved(samples.scene().convert("CMYK")), (900, 600)),
        (samples.saved(samples.scene().convert("L"), "PNG"), (900, 600)),
        (samples.saved(samples.scene().convert("P"), "PNG"), (900, 600)),
        (samples.heic(), (640, 480)),
        (samples.saved(samples.scene(4000, 3000)), (2560, 1920)),
        (samples.saved(samples.scene(1, 1), "PNG"), (1, 1)),
    ],
)
def test_what_cameras_make_becomes_a_jpeg_and_a_thumb(data, size):
    photo = developed(data)
    picture, thumb = (Image.open(io.BytesIO(part)) for part in (photo.picture, photo.thumb))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", size)
    assert (photo.width, photo.height) == size
    assert thumb.format == "JPEG"
    assert max(thumb.size) == min(480, max(size))
    assert bool(photo.middle) == (max(size) > 1280)
    if photo.middle:
        middle = Image.open(io.BytesIO(photo.middle))
        assert (middle.format, max(middle.size)) == ("JPEG", 1280)
        assert len(photo.thumb) < len(photo.middle) < len(photo.picture)


def test_place_and_time_are_read_and_nothing_of_them_stays_in_the_file():
    photo = developed(samples.camera(offset="+08:00"))
    assert (photo.lon, photo.lat) == pytest.approx(samples.PLACE, abs=1e-6)
    assert photo.taken_at == datetime(2026, 11, 20, 9, 30, tzinfo=BEIJING)
    for part in filter(None, (photo.picture, photo.thumb, photo.middle)):
        assert dict(Image.open(io.BytesIO(part)).getexif()) == {}
        assert b"SECRET" not in part
        assert b"Exif" not in part
        assert b"script" not in part


@pytest.mark.parametrize("place", [(-71.06, 42.36), (18.42, -33.92)])
def test_west_and_south_are_negative(place):
    photo = developed(samples.camera(place=place))
    assert (photo.lon, photo.lat) == pytest.approx(place, abs=1e-6)


def test_a_camera_without_an_offset_shows_local_time(monkeypatch):
    monkeypatch.setattr(darkroom, "get_default_timezone", lambda: BEIJING)
    with override("UTC"):
        assert developed(samples.camera()).taken_at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("taken", "believed"),
    [("2026:11:22 09:30:00", True), ("2031:01:01 00:00:00", False), ("1980:01:01 00:00:00", False)],
)
def test_a_camera_with_a_wrong_clock_is_not_believed(taken, believed):
    photo = developed(samples.camera(taken=taken, offset="+08:00"))
    assert (photo.believed(datetime(2026, 11, 22, 2, tzinfo=UTC)).taken_at is not None) is believed
    assert developed(samples.camera(taken="0000:00:00 00:00:00")).taken_at is None


def test_a_picture_taken_on_its_side_stands_upright():
    photo = developed(samples.camera(turn=6))
    assert (photo.width, photo.height) == (600, 900)


def test_glass_becomes_white():
    photo = developed(samples.saved(Image.new("RGBA", (50, 50), (255, 0, 0, 0)), "PNG"))
    assert Image.open(io.BytesIO(photo.picture)).getpixel((25, 25)) == (255, 255, 255)


def test_the_same_view_has_nearly_the_same_hash_and_another_has_not():
    first = developed(samples.saved(samples.scene(2000, 1500, 1), quality=95)).phash
    copy = developed(samples.saved(samples.scene(800, 600, 1), quality=60)).phash
    other = developed(samples.saved(samples.scene(800, 600, 2))).phash
    assert ((first ^ copy) & (2**64 - 1)).bit_count() <= 6
    assert ((first ^ other) & (2**64 - 1)).bit_count() > 6
    assert min(first, other) >= -(2**63)


def test_a_black_picture_is_like_no_other():
    assert developed(samples.saved(Image.new("RGB", (300, 300)))).phash is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "photo_kind"),
        (b"\0" * 1000, "photo_kind"),
        (samples.SVG, "photo_kind"),
        (samples.HTML, "photo_kind"),
        (samples.PDF, "photo_kind"),
        (samples.EPS, "photo_kind"),
        (samples.zipped(), "photo_kind"),
        (samples.HTML + samples.saved(samples.scene()), "photo_kind"),
        (samples.saved(samples.scene(), "GIF"), "photo_kind"),
        (samples.saved(samples.scene(), "BMP"), "photo_kind"),
        (samples.saved(samples.scene(), "TIFF"), "photo_kind"),
        (samples.saved(samples.scene(64, 64), "ICO"), "photo_kind"),
        (samples.animated("PNG"), "photo_animated"),
        (samples.animated("WEBP"), "photo_animated"),
        (samples.saved(samples.scene())[:4000], "photo_unreadable"),
        (samples.saved(samples.scene(), "PNG")[:4000], "photo_unreadable"),
        (samples.heic()[:2000], "photo_unreadable"),
        (samples.png_of(100_000, 100_000), "photo_too_many_pixels"),
        (samples.png_of(8000, 6251), "photo_too_many_pixels"),
        (samples.png_of(7000, 7000), "photo_unreadable"),
        (b"\xff" * 15_000_001, "photo_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_photo_is_refused_with_a_sentence(data, why):
    assert reason(data) == why


@pytest.mark.parametrize(
    "tail", [samples.HTML, samples.zipped(), samples.PDF, b"<?php system($_GET[0]); ?>"]
)
def test_what_hangs_behind_a_photo_is_left_behind(tail):
    photo = developed(samples.saved(samples.scene()) + tail)
    assert tail not in photo.picture + photo.thumb
    assert b"script" not in photo.picture
    assert b"PK\x03\x04" not in photo.picture


def test_malformed_exif_is_left_out_and_the_picture_stays():
    for data in samples.malformed_exif():
        photo = developed(data)
        assert (photo.lon, photo.lat, photo.taken_at, photo.width) == (None, None, None, 900)


def test_a_decoder_that_never_ends_is_stopped(monkeypatch, tmp_path):
    endless = tmp_path / "endless.py"
    endless.write_text("while True: pass")
    monkeypatch.setattr(darkroom, "_SCRIPT", endless)
    monkeypatch.setattr(darkroom, "SECONDS", 0.5)
    assert reason(b"x") == "photo_unreadable"


@pytest.mark.parametrize(
    ("greed", "why"),
    [
        ("pass", "photo_kind"),  # an honest decoder gets its answer through
        ("bytearray(3_000_000_000)", "photo_unreadable"),
        ("open('EVIL', 'w', buffering=1).write('x' * 10_000 + chr(10))", "photo_unreadable"),
    ],
)
def test_a_decoder_that_wants_all_memory_or_a_file_is_stopped(monkeypatch, tmp_path, greed, why):
    script, evil = tmp_path / "greedy.py", tmp_path / "evil"
    script.write_text(
        f"import sys\nsys.path.insert(0, {str(Path(shrink.__file__).parent)!r})\nimport shrink\nshrink.limit()\n"
        f"{greed.replace('EVIL', str(evil))}\n"
        'head = b\'{"refused": "photo_kind"}\'\n'
        "sys.stdout.buffer.write(len(head).to_bytes(4, 'big') + head)\n"
    )
    monkeypatch.setattr(darkroom, "_SCRIPT", script)
    assert reason(b"x") == why
    assert not evil.exists() or evil.stat().st_size == 0


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["JPEG", "PNG", "WEBP", "HEIC"]),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=30),
    st.floats(0.1, 1.0),
)
def test_a_damaged_photo_is_a_photo_or_a_refusal_never_a_crash(kind, damage, keep):
    good = samples.heic() if kind == "HEIC" else samples.saved(samples.scene(200, 150), kind)
    data = bytearray(good[: int(len(good) * keep)])
    for place, value in damage:
        data[int(place * len(data))] = value
    try:  # in this process: a decoder that raises something else fails the test
        head, picture, thumb, middle, grey = shrink.shrunk(bytes(data))
    except (shrink.Refuse, OSError, ValueError, SyntaxError, EOFError, RuntimeError, MemoryError):
        return
    assert Image.open(io.BytesIO(picture)).format == "JPEG"
    assert len(grey) == 1024
    assert max(Image.open(io.BytesIO(thumb)).size) <= 480
    assert not middle or max(Image.open(io.BytesIO(middle)).size) == 1280
    assert head["width"] <= 2560
