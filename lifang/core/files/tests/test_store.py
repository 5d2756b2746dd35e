import io
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.http import Http404
from django.test import RequestFactory
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lifang.core.access import ANONYMOUS, SYSTEM, Actor, Kind, Refused, Scope
from lifang.core.access.pen import Pen
from lifang.core.access.wall import behind
from lifang.core.files import disk, store, views
from lifang.core.files.models import Attachment
from lifang.core.files.terms import Kind as Shown
from lifang.core.files.tests import samples
from lifang.core.ids import new_id

pytestmark = pytest.mark.urls("lifang.core.files.tests.urls")
AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
HERE, NEXT = "370306001002003", "370306001003001"


class Subject:
    """As little of a Scoped row as the store looks at."""

    _meta = SimpleNamespace(label_lower="cases.case")

    def __init__(self, area=HERE, holders=()):
        self.pk, self.area, self.holders = new_id(), area, list(holders)


def worker(area="370306001002"):
    return Actor(None, "", Kind.STAFF, scope=Scope(areas=frozenset({area})))


def holder(name):
    return Actor(None, "", Kind.RESIDENT, scope=Scope(holders=frozenset({name})))


@pytest.fixture
def walled(db, folder):
    """The table behind its wall; the test itself looks as SYSTEM."""
    with behind(SYSTEM):
        yield


@pytest.fixture
def photo(walled):
    return store.take_in(
        io.BytesIO(samples.camera(offset="+08:00")),
        subject=Subject(holders=["unit:1"]),
        kind=Shown.BEFORE,
        actor=SYSTEM,
        at=AT,
    )


def seen(attachment, actor, view=views.file, path="/", **headers):
    request = RequestFactory().get(path, headers=headers)
    request.actor, request.at = actor, AT
    with behind(actor):
        return view(request, attachment.pk)


def test_a_photo_is_taken_in_with_what_its_subject_and_the_camera_say(photo):
    row = Attachment.objects.get()
    assert (row.area, row.holders, row.subject_type) == (HERE, ["unit:1"], "cases.case")
    assert (row.kind, row.media, row.width, row.height) == ("before", "image/jpeg", 900, 600)
    assert (row.lon, row.lat) == pytest.approx(samples.PLACE, abs=1e-6)
    assert row.taken_at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    assert len(disk.get(row.sha256)) == row.size
    assert not any(
        b"SECRET" in path.read_bytes() for path in disk.place(row.sha256).parent.iterdir()
    )


def test_a_refused_upload_leaves_neither_row_nor_file(walled, folder):
    with pytest.raises(Refused, match="photo_kind"):
        store.take_in(io.BytesIO(samples.SVG), subject=Subject(), actor=SYSTEM, at=AT)
    assert not Attachment.objects.exists()
    assert not list(folder.rglob("*"))


@pytest.mark.parametrize("view", [views.file, views.thumb, views.middle])
def test_who_sees_the_subject_sees_the_photo_and_nobody_else(photo, view):
    for friend in (SYSTEM, worker(), worker("37"), holder("unit:1")):
        answer = seen(photo, friend, view)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
        part = disk.THUMB if view is views.thumb else disk.PICTURE
        assert b"".join(answer.streaming_content) == disk.get(photo.sha256, part)
    for stranger in (ANONYMOUS, worker("370306001003"), holder("unit:2")):
        with pytest.raises(Http404):
            seen(photo, stranger, view)


def test_a_telephone_loads_the_middle_picture_and_the_picture_itself_where_there_is_none(photo):
    large = io.BytesIO(samples.saved(samples.scene(4000, 3000)))
    kept = store.take_in(large, subject=Subject(), actor=SYSTEM, at=AT)
    answer = b"".join(seen(kept, worker(), views.middle).streaming_content)
    assert Image.open(io.BytesIO(answer)).size == (1280, 960)
    assert len(answer) < kept.size
    disk.place(kept.sha256, disk.MIDDLE).unlink()  # as photos were kept before
    assert b"".join(seen(kept, worker(), views.middle).streaming_content) == disk.get(kept.sha256)


def test_the_wall_alone_hides_the_row(photo):
    with behind(worker("370306001003")):
        assert not Attachment.objects.exists()
    with behind(worker()):
        assert Attachment.objects.get() == photo


def test_an_unchanged_photo_is_not_sent_again_but_still_asked_for(photo):
    etag = seen(photo, worker())["ETag"]
    assert seen(photo, worker(), **{"If-None-Match": etag}).status_code == 304
    with pytest.raises(Http404):
        seen(photo, ANONYMOUS, **{"If-None-Match": etag})


def test_a_link_opens_one_file_for_anybody_until_its_time(photo):
    other = store.take_in(io.BytesIO(samples.heic()), subject=Subject(), actor=SYSTEM, at=AT)
    path = store.link(photo, AT + timedelta(hours=1))
    assert urlsplit(path).path == reverse("files:file", args=[photo.pk])
    assert seen(photo, ANONYMOUS, path=path).status_code == 200
    assert seen(photo, ANONYMOUS, views.thumb, store.link(photo, AT, "thumb")).status_code == 200
    marks = {key: value[0] for key, value in parse_qs(urlsplit(path).query).items()}
    later = path.replace(marks["until"], str(int(marks["until"]) + 1))
    for wrong in (
        store.link(photo, AT - timedelta(seconds=1)),
        later,
        path[:-1],
        path + "0",
        path.replace("mark=", "mark=é"),
    ):
        with pytest.raises(Http404):
            seen(photo, ANONYMOUS, path=wrong)
    with pytest.raises(Http404):
        seen(other, ANONYMOUS, path=path)


def test_a_paper_is_a_download_and_only_a_pdf(walled):
    subject = Subject()
    paper = store.take_in_paper(
        io.BytesIO(samples.PDF), name="C:\\tmp/../合同\n.pdf", subject=subject, actor=SYSTEM, at=AT
    )
    answer = seen(paper, SYSTEM)
    assert (paper.name, answer["Content-Type"]) == ("合同.pdf", "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    with pytest.raises(Http404):
        seen(paper, SYSTEM, views.thumb)
    for wrong in (samples.HTML + samples.PDF, samples.PDF[:20], samples.zipped(), b""):
        with pytest.raises(Refused, match="paper_kind"):
            store.take_in_paper(io.BytesIO(wrong), name="x", subject=subject, actor=SYSTEM, at=AT)


def test_files_follow_a_subject_that_moved(walled):
    subject = Subject()
    photo = store.take_in(io.BytesIO(samples.camera()), subject=subject, actor=SYSTEM, at=AT)
    assert store.of_subject(worker("370306001003"), subject).count() == 0
    subject.area, subject.holders = NEXT, ["unit:9"]
    pen = Pen()
    with behind(worker()):
        store.follow(subject, pen)
        pen.write()
        assert store.of_subject(SYSTEM, subject).count() == 0, "the wall stands again"
    assert store.of_subject(worker("370306001003"), subject).get() == photo
    assert store.of_subject(worker(), subject).count() == 0
    assert store.of_subject(holder("unit:9"), subject, Shown.OTHER).get() == photo
    assert store.of_subject(holder("unit:9"), subject, Shown.AFTER).count() == 0


def test_a_stashed_photo_waits_a_day_for_its_case(walled):
    word = store.stash(store.develop(io.BytesIO(samples.camera())), AT)
    assert not Attachment.objects.exists()
    photo = store.unstash(word, AT + timedelta(hours=23))
    row = store.keep(photo, subject=Subject(), actor=ANONYMOUS, at=AT)
    assert (row.lon, row.lat) == pytest.approx(samples.PLACE, abs=1e-6)
    assert row.phash is not None
    for wrong, moment in (
        (word, AT + timedelta(hours=25)),
        (word[:-1] + "0", AT),
        (word[5:], AT),
        ("", AT),
        ("x.é", AT),
    ):
        if wrong == word[:-1] + "0" == word:
            continue
        with pytest.raises(Refused, match="photo_lapsed"):
            store.unstash(wrong, moment)


def test_the_sweep_drops_only_what_nobody_kept(photo, walled):
    kept = photo.sha256
    lost = disk.put(b"lost", b"thumb")
    now = datetime.fromtimestamp(disk.place(lost).stat().st_mtime, UTC)
    assert store.sweep(now) == 0
    with behind(ANONYMOUS):  # even when the caller sees no row
        assert store.sweep(now + timedelta(days=3)) == 1
    assert disk.place(kept).is_file()
    assert not disk.place(lost).exists()
    assert not disk.place(lost, disk.THUMB).exists()


def test_a_reused_photo_is_known_again_wherever_it_was_used(photo):
    again = store.develop(io.BytesIO(samples.saved(samples.scene(450, 300, 1), quality=50)))
    other = store.develop(io.BytesIO(samples.saved(samples.scene(900, 600, 2))))
    with behind(worker("370306001003")):
        (twin,) = store.duplicates_of(again.phash)
        assert (twin.attachment, twin.subject, twin.subject_type) == (
            photo.pk,
            photo.subject,
            "cases.case",
        )
        assert twin.distance <= 6
        assert store.duplicates_of(other.phash) == []
        assert store.duplicates_of(None) == []
        assert store.duplicates_of(again.phash, besides=[photo.subject]) == []
        assert store.duplicates_of(again.phash, since=AT + timedelta(seconds=1)) == []
        assert not Attachment.objects.exists()


@given(st.integers(-(2**63), 2**63 - 1), st.sets(st.integers(0, 63), max_size=6))
def test_six_changed_bits_leave_a_band_untouched(phash, changed):
    other = phash & (2**64 - 1)
    for bit in changed:
        other ^= 1 << bit
    assert set(store.bands(phash)) & set(store.bands(other))
    assert all(0 <= band < 2**15 for band in store.bands(phash))


@pytest.mark.parametrize("bits", [0, 1, 6, 7, 64])
def test_likeness_is_counted_in_the_database_to_the_bit(walled, bits):
    phash = -(2**63) + 12345
    other = (phash & (2**64 - 1)) ^ ((1 << bits) - 1)
    other -= (1 << 64) if other >> 63 else 0
    Attachment.objects.create(
        subject=new_id(),
        sha256="a" * 64,
        size=1,
        width=1,
        height=1,
        added_at=AT,
        area=HERE,
        phash=other,
        bands=store.bands(other),
    )
    assert [twin.distance for twin in store.duplicates_of(phash)] == ([bits] if bits <= 6 else [])


def test_likeness_behind_the_wall_uses_the_index(walled):
    rows = [
        Attachment(
            subject=new_id(),
            sha256="a" * 64,
            size=1,
            width=1,
            height=1,
            added_at=AT,
            area=HERE,
            phash=n,
            bands=store.bands(n),
        )
        for n in ((i * 0x9E3779B97F4A7C15) % 2**63 for i in range(2000))
    ]
    Attachment.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Attachment.objects.filter(bands__overlap=store.bands(rows[5].phash)).explain()
    assert "attachment_bands" in plan
