"""One window: applied online or in front, split behind, decided, signed, verified; and nobody else sees it."""

from hashlib import sha256
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from lifang.affairs import actions, selectors
from lifang.affairs.actions.paper import proven
from lifang.affairs.catalogue import GUIDES
from lifang.affairs.models import Application, Laid
from lifang.affairs.tests.make import (
    HOUR,
    MONDAY,
    accepted,
    again,
    apply,
    granted,
    known_person,
    make_application,
    make_intake,
    make_unit,
    passed,
    window,
)
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.crypto.fields import clear
from lifang.core.crypto.stamps import Stamp
from lifang.core.files import disk
from lifang.core.files.models import Attachment
from lifang.core.flow import selectors as flow
from lifang.core.forms import actions as forms
from lifang.core.forms import selectors as drafts
from lifang.core.testing import cast, places
from lifang.core.testing.proofs import refused

pytestmark = pytest.mark.django_db


def waits(member, row):
    """Does it stand in the one to-do list of this person?"""
    with behind(member.actor):
        return flow.todos(member.actor).filter(subject=row.pk).exists()


def picture(name="photo.jpg"):
    drawn = BytesIO()
    Image.new("RGB", (64, 48), (90, 90, 120)).save(drawn, "JPEG")
    return SimpleUploadedFile(name, drawn.getvalue(), "image/jpeg")


@pytest.mark.covers("W-R2", "S0-61", "S3-23", "S0-62")
def test_the_elderly_card_from_the_search_to_the_signed_result(resident, anonymous):
    known_person(resident)
    worker, neighbour = window(), cast.resident()
    found = anonymous.get("affairs:guides", query={"q": "老年证"}).content.decode()
    assert "/affairs/elderly-card" in found
    page = resident.get("affairs:guide", "elderly-card", query={"lang": "en"}).content.decode()
    assert "3 of 4 you need not bring" in page
    begun = resident.post("affairs:beginning", "elderly-card")
    draft = drafts.drafts(resident.actor).get()
    known, asked = drafts.filled(resident.actor, draft).counted(GUIDES["elderly-card"].form)
    assert begun["Location"].endswith("/m_photo_two_inch")  # all that is left to answer
    resident.post("affairs:apply_step", draft.pk, "m_photo_two_inch", data={})
    review = resident.get("affairs:apply_step", draft.pk, "review").content.decode()
    assert "王秀英" in review
    sent = resident.post("affairs:apply_step", draft.pk, "review", data={})
    row = selectors.own(resident.actor).get()
    assert sent["Location"] == f"/my/applications/{row.pk}"
    assert row.known / row.asked >= 0.9  # all but the photo
    assert 0 < known < asked

    for other in (neighbour, cast.stranger()):
        with refused("not_found", audited=False):
            selectors.application(other.actor, row.pk)
    assert neighbour.get("affairs:own", row.pk).status_code == 404
    assert list(selectors.applications(neighbour.actor)) == []

    assert worker.get("affairs:application", row.pk).status_code == 200
    asked_for = {"wanted": ["photo_two_inch"], "note": "请补一张照片"}
    assert worker.post("affairs:act", row.pk, "request", data=asked_for).status_code == 302
    added = resident.post("affairs:supplement", row.pk, data={"photo_two_inch": picture()})
    assert added.status_code == 302, added.content.decode()
    worker.post("affairs:act", row.pk, "acceptance", data={})
    assert again(row).state == "deciding"
    worker.post("affairs:act", row.pk, "grant", data={})
    row = again(row)
    assert (row.state, row.outcome) == ("done", "granted")
    mine = resident.get("affairs:own", row.pk).content.decode()
    result = selectors.result(resident.actor, row)
    assert f"/files/{result.file}" in mine or str(result.file) in mine
    assert resident.get("files:file", result.file).status_code == 200
    assert neighbour.get("files:file", result.file).status_code == 404


@pytest.mark.covers("S0-62")
def test_a_changed_document_is_found_out(anonymous):
    row = granted(places.GRID)
    with behind(SYSTEM):
        result = row.result
        pdf = disk.get(Attachment.objects.get(pk=result.file).sha256)
    assert sha256(pdf).hexdigest() == result.sha256
    assert proven(result.number, result.sha256, Stamp(result.key, result.signature))
    assert not proven(result.number + "X", result.sha256, Stamp(result.key, result.signature))
    assert not proven(result.number, result.sha256, Stamp(result.key, "nonsense!"))

    def compare(data, *number):
        file = SimpleUploadedFile("x.pdf", data, "application/pdf")
        name = "affairs:verify_number" if number else "affairs:verify"
        return anonymous.post(name, *number, data={"paper": file}, QUERY_STRING="lang=en").content.decode()  # fmt: skip

    assert "Genuine and unchanged" in compare(pdf)
    assert "Genuine and unchanged" in compare(pdf, result.number)
    flipped = bytearray(pdf)
    flipped[len(pdf) // 2] ^= 1
    assert "This file is not what was issued" in compare(bytes(flipped))
    assert "This file is not what was issued" in compare(pdf, "2026NOSUCHNUMBER")
    page = anonymous.get("affairs:verify_number", result.number).content.decode()
    assert "王*" in page
    assert "王秀英" not in page


@pytest.mark.covers("S0-66", "S1-11", "W-C1", "S0-65", "S0-94")
def test_two_matters_of_one_visitor_are_one_intake_and_two_departments():
    worker = window()
    person = known_person()
    for kind in ("public_security", "human_resources"):
        make_unit(kind)
    found = worker.post("affairs:reception", data={"who": clear(person, "identity")})
    assert f"/desk/reception/people/{person.pk}" in found.content.decode()
    both = ["temporary-residence", "pension-check"]
    made = worker.post(
        "affairs:reception_of", person.pk, data={"channel": "window", "guides": both}
    )
    pk = made["Location"].rpartition("/")[2]
    own = {"temporary-residence": {"telephone": "10000009911", "arrived_on": "2026-03-01", "work_place": "里坊中学", "delivery": "window"}, "pension-check": {"way": "window", "delivery": "window"}}  # fmt: skip
    for key in both:
        worker.get("affairs:record", pk, key)
        page = worker.get("affairs:record_step", pk, key, "all").content.decode()
        assert "王*" in page
        assert clear(person, "identity") not in page  # known, and masked at the window
        change = worker.post("affairs:record_step", pk, key, "all", data=own[key])
        assert change["Location"].endswith("/review"), change.content.decode()[:3000]
        assert worker.post("affairs:record_step", pk, key, "review").status_code == 302
    with behind(SYSTEM):
        rows = list(Application.objects.filter(intake=pk).order_by("submitted_at", "id"))
        person.refresh_from_db()
    assert [row.guide for row in rows] == both
    assert clear(person, "work_place") == "里坊中学"  # base data written in the same act
    for row in rows:
        assert worker.post("affairs:act", row.pk, "acceptance", data={"seen": ["rent_contract"]}).status_code == 302  # fmt: skip
    with behind(SYSTEM):
        kinds = [row.parts.get().unit.kind for row in rows]
    assert kinds == ["public_security", "human_resources"]
    sheet = worker.get("affairs:intake_sheet", pk).content.decode()
    assert all(row.number in sheet for row in rows)
    token = selectors.intake(worker.actor, pk).token
    public = cast.anonymous().get("affairs:visit", token).content.decode()
    assert all(row.number in public for row in rows)
    assert "王秀英" not in public


def test_behind_the_window_each_department_gives_its_own_opinion_and_only_once():
    federation, civil = make_unit("disabled_persons"), make_unit("civil_affairs")
    row = accepted(places.GRID, "nursing-subsidy-disabled")
    one, other = cast.department_handler(federation.pk), cast.department_handler(civil.pk)
    assert row.state == "handling"
    for member in (one, other):
        assert waits(member, row)
    actions.opine(actor=one.actor, application=row, agrees=True, note="属实", at=MONDAY + 2 * HOUR)
    assert not waits(one, row)
    with refused("part_not_yours"):
        actions.opine(actor=one.actor, application=row, agrees=True, note="再说一次", at=MONDAY + 2 * HOUR)  # fmt: skip
    actions.opine(actor=other.actor, application=row, agrees=False, note="不符合", at=MONDAY + 3 * HOUR)  # fmt: skip
    worker = cast.street_dispatcher()
    assert again(row).state == "deciding"
    with refused("department_disagrees"):
        actions.decide(actor=worker.actor, application=row, granted=True, at=MONDAY + 4 * HOUR)
    actions.decide(actor=worker.actor, application=row, granted=False, note="不符合条件", at=MONDAY + 4 * HOUR)  # fmt: skip
    assert again(row).state == "refused"


def test_nobody_applies_twice_and_nobody_without_a_record(resident):
    with refused("no_record_here"):
        actions.begin(actor=resident.actor, guide=GUIDES["elderly-card"], at=MONDAY)
    known_person(resident)
    row = apply(resident)
    with refused("applied_already"):
        actions.begin(actor=resident.actor, guide=GUIDES["elderly-card"], at=MONDAY)
    actions.withdraw(actor=resident.actor, application=row, at=MONDAY + HOUR)
    assert apply(resident).pk != row.pk


def test_what_was_laid_serves_again_only_with_consent(resident):
    person = known_person(resident)
    guide = GUIDES["elderly-card"]
    worker = window()

    def photo_is(reuse):
        row = apply(resident, reuse=reuse)
        actions.ask_supplement(actor=worker.actor, application=row, wanted=["photo_two_inch"], note="照片", at=MONDAY)  # fmt: skip
        resident.post("affairs:supplement", row.pk, data={"photo_two_inch": picture()})
        actions.accept(actor=worker.actor, application=row, at=MONDAY + HOUR)
        actions.decide(actor=worker.actor, application=row, granted=True, at=MONDAY + 2 * HOUR)
        needs = selectors.needs(resident.actor, person, guide, MONDAY.date())
        return next(one.met for one in needs if one.key == "photo_two_inch")

    assert photo_is(False) == "missing"
    assert photo_is(True) == "held"
    row = apply(resident)
    with behind(SYSTEM):
        laid = Laid.objects.get(application=row, key="photo_two_inch")
    assert (laid.met, bool(laid.source_id)) == ("held", True)


def test_what_is_missing_stops_the_grant_and_a_promise_is_counted_in_work_days():
    row = make_application(places.GRID)
    worker = window()
    actions.accept(actor=worker.actor, application=row, at=MONDAY + HOUR)
    assert again(row).promised_at.date().isoformat() == "2026-11-26"
    with refused("materials_missing"):
        actions.decide(actor=worker.actor, application=row, granted=True, at=MONDAY + HOUR)


def test_it_is_passed_to_another_window_and_only_there(resident):
    known_person(resident)
    worker, street = window(), cast.street_dispatcher()
    row = apply(resident)
    assert waits(worker, row)
    for nowhere in ("990101999", places.NEXT_COMMUNITY, places.GRID, "x"):
        with refused("window_unknown"):
            actions.hand_over(actor=worker.actor, application=row, window=nowhere, note="x", at=MONDAY)  # fmt: skip
    with refused("same_window"):
        actions.hand_over(actor=worker.actor, application=row, window=places.COMMUNITY, note="x", at=MONDAY)  # fmt: skip
    actions.hand_over(actor=worker.actor, application=row, window=places.STREET, note="街道办", at=MONDAY)  # fmt: skip
    assert again(row).desk == places.STREET
    assert waits(street, row)
    assert not waits(worker, row)


def test_rows_are_masked_and_reading_leaves_a_line():
    row = make_application(places.GRID)
    worker = window()
    page = worker.get("affairs:application", row.pk).content.decode()
    assert "王*" in page
    assert "王秀英" not in page
    assert "王秀英" in worker.post("affairs:reading", row.pk).content.decode()


def test_the_list_does_not_grow(grows):
    worker = window()
    grows(lambda: make_application(places.GRID), lambda: worker.get("affairs:applications"))


def test_a_visit_without_end_is_refused_after_its_last_matter():
    intake = make_intake(places.GRID)
    worker = window()
    guide = GUIDES["elderly-card"]
    known = selectors.given(SYSTEM, intake.person, MONDAY.date())

    def begun():
        return forms.begin(actor=worker.actor, form=guide.form, subject="x", given=known, answers={"delivery": "window", **passed(guide)}, at=MONDAY)  # fmt: skip

    first, second = begun(), begun()
    actions.record(actor=worker.actor, intake=intake, draft=first, guide=guide, at=MONDAY)
    with refused("intake_ended"):
        actions.record(actor=worker.actor, intake=intake, draft=second, guide=guide, at=MONDAY)
