"""A photo becomes proposals by the real engine; hostile ones become a sentence; nothing of a card stays."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from lifang.core.access import SYSTEM
from lifang.core.crypto.numbers import identity_check
from lifang.core.files.tests import samples
from lifang.core.jobs.testing import run_due
from lifang.core.scan import actions, reader
from lifang.core.scan.models import Scan
from lifang.core.scan.papers import Proposal, key_of, personal, proposals
from lifang.core.scan.reader import Line, lines_of
from lifang.core.testing import hostile

NUMBER = "99010119620305002" + identity_check("99010119620305002")


def lines(*texts, sure=0.97):
    return [Line(text, sure, 0, 60 * i, 600, 60 * i + 40) for i, text in enumerate(texts)]


def written(*texts):
    """Letters and figures of Pillow's own font: a machine without Chinese fonts can run this."""
    picture = Image.new("RGB", (1000, 120 * len(texts) + 80), "#eef2f4")
    pen = ImageDraw.Draw(picture)
    for i, text in enumerate(texts):
        pen.text((60, 50 + 120 * i), text, font=ImageFont.load_default(56), fill="#222")
    return samples.saved(picture.rotate(2, expand=True, fillcolor="#999"))


def sent(who, data, name="photo.jpg"):
    return who.post("scan:scans", data={"photo": SimpleUploadedFile(name, data, "image/jpeg")})


@pytest.mark.covers("S3-26")
def test_a_photo_is_read_by_the_engine_for_its_taker_alone_and_is_gone_when_read(
    grid_worker, community_secretary, at
):
    answer = sent(grid_worker, written(NUMBER, "13912345678"))
    assert answer.status_code == 202
    row = Scan.objects.get()
    assert (row.state, row.area, row.found) == ("waiting", "", None)
    assert not bytes(row.photo).startswith(b"\xff\xd8")  # sealed
    run_due(row.asked_at + timedelta(seconds=1))
    told = grid_worker.get("scan:scan", row.pk)
    assert told["Cache-Control"] == "no-store"
    found = told.json()
    assert (found["state"], found["personal"]) == ("read", True)
    assert {"field": "identity", "label": "身份证号码", "value": NUMBER, "key": "", "sure": True} in found["proposals"]  # fmt: skip
    row.refresh_from_db()
    assert row.photo is None
    assert NUMBER.encode() not in bytes(row.found)
    assert community_secretary.get("scan:scan", row.pk).status_code == 404
    assert grid_worker.post("scan:removal", row.pk).status_code == 204
    assert not Scan.objects.exists()


def test_what_was_read_is_gone_within_the_hour_and_the_job_bears_that(grid_worker, at, monkeypatch):
    monkeypatch.setattr("lifang.core.scan.jobs.lines_of", lambda photo: None)
    sent(grid_worker, samples.saved(samples.scene(300, 200)))
    row = Scan.objects.get()
    run_due(row.asked_at + timedelta(seconds=1))
    told = grid_worker.get("scan:scan", row.pk).json()
    assert (told["state"], told["proposals"]) == ("failed", [])
    assert "{" not in told["message"]
    assert actions.forget(actor=SYSTEM, at=row.asked_at + timedelta(minutes=61)) == 1
    assert actions.tell(actor=SYSTEM, of=row.pk, lines=[], at=at) is False
    assert actions.photo_of(SYSTEM, uuid4()) is None


def test_more_than_six_photos_wait_their_turn(grid_worker):
    photo = samples.saved(samples.scene(60, 40))
    assert [sent(grid_worker, photo).status_code for _ in range(7)] == [202] * 6 + [422]
    assert Scan.objects.count() == 6


HOSTILE = {
    "nothing": b"",
    "zeros": bytes(1000),
    "svg": samples.SVG,
    "html": samples.HTML,
    "pdf": samples.PDF,
    "eps": samples.EPS,
    "zip": samples.zipped(),
    "gif": samples.saved(samples.scene(), "GIF"),
    "tiff": samples.saved(samples.scene(), "TIFF"),
    "animated": samples.animated("WEBP"),
    "cut off": samples.saved(samples.scene())[:4000],
    "cut off heic": samples.heic()[:2000],
    "ten thousand megapixels": samples.png_of(100_000, 100_000),
    "a bomb": samples.png_of(7000, 7000),
    "too large": b"\xff" * 15_000_001,
}


def test_what_is_no_photo_is_refused_in_words_and_nothing_waits(grid_worker):
    for name, data in HOSTILE.items():
        answer = sent(grid_worker, data)
        assert answer.status_code == 422, name
        assert len(answer.json()["message"]) > 6
        assert "{" not in answer.json()["message"]
    assert grid_worker.post("scan:scans").status_code == 422
    assert not Scan.objects.exists()
    print(f"scan: {len(HOSTILE) + 1} hostile uploads, 0 server errors")  # noqa: T201 -- the count is the proof


def test_the_reader_alone_bears_what_never_should_reach_it(monkeypatch, tmp_path):
    """Not a JPEG, cut off, blank, greedy, endless, talkative: an answer or none, never a hang or a file."""
    blank = samples.saved(Image.new("RGB", (40, 40), "white"))
    assert [lines_of(data) for data in (b"", samples.SVG, samples.saved(samples.scene())[:900])] == [None] * 3  # fmt: skip
    assert lines_of(blank) == []
    monkeypatch.setattr(reader, "SECONDS", 0.5)
    bad = tmp_path / "bad.py"
    monkeypatch.setattr(reader, "_SCRIPT", bad)
    for script in ("while True: pass", "print('{')", "print('[[1]]')", "raise SystemExit(3)"):
        bad.write_text(script)
        assert lines_of(blank) is None


def test_the_reader_knows_no_other_machine():
    code = f"import runpy, socket; read = runpy.run_path({str(Path(reader.__file__).with_name('read.py'))!r}); read['limit'](); socket.create_connection(('127.0.0.1', 9))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "no network here" in done.stderr


def test_a_card_is_read_field_by_field_and_what_contradicts_is_doubtful():
    found = proposals(
        lines("姓名张小满", "性别女民族汉", "出生1962年3月5日", "住址 示例市柳泉街道", "和平路12号501室", f"公民身份号码 {NUMBER}")
    )  # fmt: skip
    assert found[:-1] == [
        Proposal("identity", NUMBER, True),
        Proposal("name", "张小满", True),
        Proposal("sex", "女", True),
        Proposal("nation", "汉", True),
        Proposal("birth", "1962-03-05", True),
        Proposal("address", "示例市柳泉街道和平路12号501室", True),
    ]
    assert found[-1].field == "text"
    assert personal(found)
    other = proposals(lines("性别男", "出生1963年3月5日", NUMBER))
    assert [(one.field, one.sure) for one in other[:-1]] == [("identity", True), ("sex", False), ("birth", False)]  # fmt: skip


def test_a_number_that_fails_its_check_is_no_number_and_a_sign_gives_code_and_telephone():
    wrong = NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")
    assert proposals(lines("姓名张小满", wrong))[:-1] == [Proposal("name", "张小满", False)]
    sign = proposals(lines("示例便民店", "电话 0533-2345678", "91350100M000100Y43", sure=0.7))
    assert [(one.field, one.value, one.sure) for one in sign[:-1]] == [
        ("credit_code", "91350100M000100Y43", False),
        ("telephone", "0533-2345678", False),
    ]
    assert proposals([]) == []


def test_a_form_gives_what_stands_behind_or_beside_its_printed_words_and_all_of_it_is_doubtful():
    def box(text, left, row):
        return Line(text, 0.98, left, 60 * row, left + 30 * len(text), 60 * row + 40)

    found = proposals(
        [box("申请表", 300, 0), box("张小满", 200, 1), box("姓名", 20, 1), box("性别：", 400, 1), box("女", 520, 1), box("住址", 20, 2), box("柳泉街道1号", 160, 2), box("电话 13912345678", 20, 3)]
    )  # fmt: skip
    assert [(one.field, one.value, one.sure) for one in found[:-1]] == [
        ("name", "张小满", False),
        ("sex", "女", False),
        ("address", "柳泉街道1号", False),
        ("telephone", "13912345678", True),
    ]
    assert [key_of(one) for one in found[:2]] == ["", "female"]
    assert not personal(found)
    one_line = proposals(lines(f"姓名：李四 性别：男 公民身份号码：{NUMBER} 电话13912345678"))
    assert [(one.field, one.value) for one in one_line[:-1]] == [
        ("identity", NUMBER), ("name", "李四"), ("sex", "男"), ("telephone", "13912345678"),
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=8))
def test_whatever_the_engine_says_proposals_are_values_of_known_fields(texts):
    known = {"identity", "name", "sex", "nation", "birth", "address", "credit_code", "telephone", "text"}  # fmt: skip
    assert {one.field for one in proposals(lines(*texts))} <= known


def test_hostile_words_stay_words():
    tried = hostile.sample(300, "scan")
    for one in tried:
        json.dumps([tuple(found) for found in proposals(lines(one.text[:200], NUMBER))])
    print(f"scan: {len(tried)} hostile lines, 0 errors")  # noqa: T201 -- the same
    assert len(tried) > 250
