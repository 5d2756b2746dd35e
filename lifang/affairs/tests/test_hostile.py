"""Proof 6: whatever is typed or laid into a matter's form, by the way everybody comes in, is answered in words or kept as it is."""

import re
import zipfile
from collections import Counter
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lifang.affairs import actions
from lifang.affairs.catalogue import GUIDES
from lifang.affairs.models import Mandate
from lifang.affairs.tests.make import MONDAY, granted, known_person, make_intake, window
from lifang.affairs.tests.test_applications import picture
from lifang.affairs.web.own import form_for
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.files.models import Attachment
from lifang.core.files.tests import samples
from lifang.core.forms import actions as drafts
from lifang.core.forms.shape import FILES
from lifang.core.testing import hostile, places
from lifang.orgs.tests.make import make_county

pytestmark = pytest.mark.django_db
EACH = 9  # texts at a kind of field
LIVE = re.compile(r"<(script|img|svg|iframe|object|video|math)\b[^>]*(alert|fetch|document\.cookie|x\.invalid)", re.IGNORECASE)  # fmt: skip
STRANGE = ("", "\x00", "９" * 40, "1e999", "NaN", "-0", "2026-02-30", "0001-01-01", "9999-12-31", "99999999999999999999", "a" * 100_000)  # fmt: skip


def _by_kind(actor, person):
    """Kind → a guide and a question of that kind that is always asked."""
    found = {}
    for guide in GUIDES:
        for one in form_for(actor, person, guide, MONDAY).questions:
            if not one.when:
                found.setdefault(one.kind, (guide, one))
    return found


def _bomb(kind="zip"):
    """Sixty million zeros in sixty thousand bytes, by the name of a paper."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("a.pdf", bytes(60_000_000))
    return (b"%PDF-1.7\n" if kind == "pdf" else b"") + out.getvalue()


def _pixels():
    """A well-formed PDF whose one picture says that it is a hundred thousand pixels wide and high."""
    return b"%PDF-1.4\n1 0 obj<</Type/XObject/Subtype/Image/Width 100000/Height 100000/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/FlateDecode/Length 8>>stream\nx\x9c\x03\x00\x00\x00\x00\x01\nendstream endobj\n2 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>endobj\ntrailer<</Root 2 0 R>>\n%%EOF\n"


def _broken_jpeg():
    """A JPEG whose header says 65,500 pixels each way."""
    data = bytearray(samples.saved(samples.scene(40, 30)))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = (65_500).to_bytes(2, "big") * 2
    return bytes(data)


def _files():
    return {
        "empty": b"",
        "zeros": bytes(5000),
        "program": b"MZ" + bytes(300),
        "svg": samples.SVG,
        "html": samples.HTML,
        "eps": samples.EPS,
        "gif": samples.saved(samples.scene(60, 40), "GIF"),
        "zip": samples.zipped(),
        "zip bomb": _bomb(),
        "zip bomb that begins as a pdf": _bomb("pdf"),
        "pdf without an end": b"%PDF-1.4 and nothing more",
        "cut off": samples.saved(samples.scene())[:4000],
        "jpeg of 4 gigapixels": _broken_jpeg(),
        "png of 10 gigapixels": samples.png_of(100_000, 100_000),
        "png bomb": samples.png_of(7000, 7000),
        "pdf of 10 gigapixels": _pixels(),
        "too large": b"%PDF-" + b"\xff" * 15_000_001,
    }


class Desk:
    """What somebody sends to some pages, and what came of it."""

    def __init__(self, member):
        self.member = member
        member.client.raise_request_exception = False
        self.tried, self.errors, self.alive, self.wrong = Counter(), [], [], []

    def sends(self, what, name, args, values, allowed=(200, 302, 409, 422)):
        self.tried[what] += 1
        answer = self.member.post(name, *args, data=values)
        said = (what, str(values)[:80], answer.status_code)
        if answer.status_code >= 500:
            self.errors.append(said)
        if answer.status_code not in allowed:
            self.wrong.append(said)
        if LIVE.search(answer.content.decode("utf-8", "replace")):
            self.alive.append(said)
        return answer

    def told(self, what):
        print(f"{what}: {self.tried.total()} tried, {len(self.errors)} server errors; {dict(self.tried)}")  # fmt: skip # noqa: T201 -- the count is the proof
        assert (self.errors, self.alive, self.wrong) == ([], [], [])


class Forms:
    """One resident's forms, and what came of all that was sent to them."""

    def __init__(self, resident):
        self.resident, self.who = resident, resident.actor
        self.person = known_person(resident)
        resident.client.raise_request_exception = False
        self.tried, self.errors, self.alive = Counter(), [], []

    def begin(self, guide):
        return actions.begin(actor=self.who, guide=guide, at=MONDAY)

    def posts(self, draft, step, values, name=""):
        answer = self.resident.post("affairs:apply_step", draft.pk, step, data=values)
        self._heard(answer, step, name)
        return answer.status_code

    def sends(self, draft, one, value, name=""):
        self.tried[one.kind] += 1
        return self.posts(draft, one.key, {one.key: value}, name)

    def reads(self, draft, step):
        """What was kept is shown, and is only text."""
        answer = self.resident.get("affairs:apply_step", draft.pk, step)
        self._heard(answer, step, "shown")
        return answer.status_code

    def _heard(self, answer, step, name):
        if answer.status_code >= 500:
            self.errors.append((step, name, answer.status_code))
        if LIVE.search(answer.content.decode("utf-8", "replace")):
            self.alive.append((step, name))

    def told(self, what):
        print(f"{what}: {self.tried.total()} tried, {len(self.errors)} server errors; {dict(self.tried)}")  # fmt: skip # noqa: T201 -- the count is the proof
        assert (self.errors, self.alive) == ([], [])


@pytest.mark.covers("S0-61", "S0-62")
def test_every_kind_of_field_of_the_matters_bears_whatever_is_typed(resident):
    forms = Forms(resident)
    found = _by_kind(resident.actor, forms.person)
    assert set(found) == {one.kind for guide in GUIDES for one in guide.form.questions}
    for kind, (guide, one) in found.items():
        if kind in FILES:
            continue
        draft = forms.begin(guide)
        for text in [*(each.text for each in hostile.sample(EACH, kind)), *STRANGE]:
            assert forms.sends(draft, one, text, text[:40]) in (302, 422)
        assert forms.sends(draft, one, ["a", "b"] * 200) in (302, 422)
        assert {forms.reads(draft, step) for step in ("all", "review", one.key)} <= {200, 302}
    for guide in GUIDES.all()[::8]:  # every field of a matter, all on one page
        draft = forms.begin(guide)
        asked = [one for one in guide.form.questions if one.kind not in FILES]
        texts = [one.text for one in hostile.sample(len(asked), guide.key)]
        values = {one.key: texts[n % len(texts)] for n, one in enumerate(asked)}
        assert forms.posts(draft, "all", values, guide.key) in (302, 422)
        forms.tried.update(one.kind for one in asked)
        drafts.drop(actor=resident.actor, draft=draft, at=MONDAY)
    forms.told("forms")


@pytest.mark.covers("S0-61", "S0-62")
def test_what_is_laid_to_a_matter_and_is_no_photo_is_refused_in_words(resident):
    forms = Forms(resident)
    guide, one = _by_kind(resident.actor, forms.person)["photo"]
    draft = forms.begin(guide)
    for name, data in _files().items():
        upload = SimpleUploadedFile("../../<svg onload=alert(1)>.pdf", data, "image/jpeg")
        assert forms.sends(draft, one, upload, name) == 422, name
    ninety = [SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(90)]
    assert forms.sends(draft, one, ninety) == 422
    assert forms.sends(draft, one, "no file at all") == (422 if one.required else 302)
    with behind(SYSTEM):
        assert not Attachment.objects.filter(subject=draft.pk).exists()
    assert forms.sends(draft, one, picture()) == 302
    with behind(SYSTEM):
        assert Attachment.objects.filter(subject=draft.pk).count() == 1
    forms.told("files at forms")


@pytest.mark.covers("S0-65", "S1-11")
def test_the_window_bears_whatever_is_typed_into_its_forms():
    make_county()
    worker = window()
    desk = Desk(worker)
    texts = [*(one.text for one in hostile.sample(20, "window")), *STRANGE]
    for n, text in enumerate(texts):
        other = texts[-n - 1]
        desk.sends("search", "affairs:reception", (), {"who": text})
        told = {"name": text, "telephone": other, "home": places.COMMUNITY if n % 2 else text, "channel": "window" if n % 3 else text, "guides": ["elderly-card", text]}  # fmt: skip
        desk.sends("whoever is not on record", "affairs:elsewhere", (), told)
        desk.sends("whoever is not on record", "affairs:elsewhere", (), {**told, "home": places.COMMUNITY, "channel": "window", "guides": ["elderly-card"]})  # fmt: skip
    visit = make_intake(places.GRID, guides=["elderly-card"])
    args = (visit.pk, "elderly-card")
    assert worker.get("affairs:record", *args).status_code == 302
    asked = [one for one in GUIDES["elderly-card"].form.questions if one.kind not in FILES]
    for n in range(0, len(texts), 2):
        values = {one.key: texts[(n + place) % len(texts)] for place, one in enumerate(asked)}
        desk.sends("intake", "affairs:record_step", (*args, "all"), {**values, "despite": texts[n]})
    for name, data in _files().items():
        upload = SimpleUploadedFile("../../<svg onload=alert(1)>.pdf", data, "image/jpeg")
        desk.sends(
            "intake file", "affairs:record_step", (*args, "all"), {"m_photo_two_inch": upload}
        )
        assert name
    desk.told("window")


@pytest.mark.covers("S0-65", "S0-62")
def test_an_authority_and_a_paper_to_verify_bear_whatever_is_laid_there(anonymous):
    make_county()
    worker = window()
    person = known_person(identity="")
    desk, public = Desk(worker), Desk(anonymous)
    good = {"who": "helper", "name": "李小梅", "telephone": "10000004321", "guides": ["elderly-card"], "until": "2026-12-20", "way": "photo"}  # fmt: skip
    for text in [*(one.text for one in hostile.sample(12, "authority")), *STRANGE]:
        for key in ("who", "name", "telephone", "guides", "until", "way"):
            desk.sends("authority", "affairs:mandates_of", (person.pk,), {**good, key: text})
        public.sends("number", "affairs:verify", (), {"number": text})
    for data in _files().values():
        for field in ("proof", "voice"):
            upload = SimpleUploadedFile("../../<svg onload=alert(1)>.pdf", data, "image/jpeg")
            answer = desk.sends("authority file", "affairs:mandates_of", (person.pk,), {**good, field: upload})  # fmt: skip
            assert answer.status_code == 422
    number = granted(places.GRID).result.number
    for args in ((), (number,)):
        name = "affairs:verify_number" if args else "affairs:verify"
        for data in _files().values():
            upload = SimpleUploadedFile("../../<svg onload=alert(1)>.pdf", data, "application/pdf")
            public.sends("paper", name, args, {"paper": upload})
        public.sends("paper", name, args, {"paper": "no file at all"})
        public.sends("paper", name, args, {"paper": [SimpleUploadedFile(f"{n}.pdf", b"x") for n in range(90)]})  # fmt: skip
    with behind(SYSTEM):
        assert not Mandate.objects.filter(principal=person).exclude(proof=None).exists()
    desk.told("authority")
    public.told("verify")
