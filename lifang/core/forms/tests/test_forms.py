"""Forms as data: what is asked, what is known, what is refused, who sees a draft."""

from io import BytesIO

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.files.models import Attachment
from lifang.core.forms import Filled, FormSpec, Given, actions, selectors
from lifang.core.forms.fields import Sheet
from lifang.core.forms.filled import words
from lifang.core.forms.models import Draft
from lifang.core.i18n import Text
from lifang.core.testing import cast, hostile
from lifang.core.testing.proofs import refused

pytestmark = pytest.mark.django_db
MONDAY = cast.MONDAY
TODAY = MONDAY.date()


def two(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def spec(**more: object) -> FormSpec:
    told = {
        "key": "try", "name": two("try"),
        "questions": [
            {"key": "who", "name": two("who"), "kind": "name", "element": "person.name"},
            {"key": "by", "name": two("by"), "kind": "choice", "options": [{"key": "post", "name": two("p")}, {"key": "here", "name": two("h")}]},
            {"key": "where", "name": two("where"), "kind": "address", "when": [{"question": "by", "is": ["post"]}]},
            {"key": "fit", "name": two("fit"), "kind": "yes"},
            {"key": "note", "name": two("note"), "kind": "long", "required": False},
        ],
        "exits": [{"key": "unfit", "when": [{"question": "fit", "is": ["no"]}], "title": two("no"), "text": two("no")}],
        **more,
    }  # fmt: skip
    return msgspec.convert(told, FormSpec, strict=False)


KINDS = ("text", "long", "name", "telephone", "identity", "date", "number", "money", "address", "choice", "several", "yes", "photo", "paper")  # fmt: skip


def every() -> FormSpec:
    options = [{"key": "a", "name": two("a")}, {"key": "b", "name": two("b")}]
    questions = [
        {"key": kind, "name": two(kind), "kind": kind, **({"options": options} if kind in ("choice", "several") else {})}
        for kind in KINDS
    ]  # fmt: skip
    return spec(questions=questions, exits=[])


def keys(filled: Filled, form: FormSpec) -> list[str]:
    return [one.key for one in filled.asked(form)]


def test_a_question_is_asked_only_where_its_condition_holds_and_a_dropped_answer_does_not_leave():
    form, filled = spec(), Filled()
    assert keys(filled, form) == ["who", "by", "fit", "note"]
    filled.answer({"who": "张三", "by": "post", "where": "和平路1号", "fit": "yes", "note": ""})
    assert keys(filled, form) == ["who", "by", "where", "fit", "note"]
    assert filled.open(form) == []
    filled.answer({"by": "here"})
    assert "where" not in filled.kept(form)
    filled.answer({"fit": "no"})
    assert filled.stopped(form).key == "unfit"


def test_what_is_known_stands_in_the_form_until_somebody_writes_another():
    form = spec()
    filled = Filled.known(form, {"person.name": Given("张三", "张*", Text("登记", "register"), "2026-01-05")})  # fmt: skip
    assert filled.counted(form) == (1, 4)
    again = Filled.read(filled.written())
    again.answer({"who": "张三"})
    assert again.origins["who"].shown == "张*"
    again.answer({"who": "张三丰"})
    assert again.origins == {}
    assert again.counted(form) == (0, 4)


def test_a_form_that_cannot_be_asked_says_so():
    option = [{"key": "a", "name": two("a")}]
    wrong = spec(
        questions=[
            {"key": "review", "name": two("x"), "kind": "text"},
            {"key": "later", "name": two("x"), "kind": "text", "when": [{"question": "pick", "is": ["a"]}]},
            {"key": "pick", "name": two("x"), "kind": "choice", "options": option},
            {"key": "pick", "name": two("x"), "kind": "choice"},
            {"key": "end", "name": two("x"), "kind": "text", "when": [{"question": "pick", "is": ["z"]}]},
            {"key": "files", "name": two("x"), "kind": "photo", "most": 40},
        ],
        exits=[{"key": "always", "when": [], "title": two("x"), "text": two("x")}],
    ).faults()  # fmt: skip
    assert len(wrong) == 7, wrong


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["who", "by", "where", "fit", "note"]), st.sampled_from(["", "x", "post", "here", "yes", "no"])), max_size=12))  # fmt: skip
def test_in_any_order_of_answers_nothing_is_asked_whose_condition_fails(given_answers):
    form, filled = spec(), Filled()
    for key, value in given_answers:
        filled.answer({key: value})
    asked = keys(filled, form)
    assert ("where" in asked) == (filled.answers.get("by") == "post")
    assert set(filled.kept(form)) <= set(asked)
    assert Filled.read(filled.written()) == filled


def test_hostile_text_at_every_kind_of_field_is_answered_by_a_sentence_or_kept_as_it_is():
    form, tried = every(), 0
    typed = [one for one in form.questions if one.kind not in ("photo", "paper")]
    for text in [*(one.text for one in hostile.sample(300, 7)), "", "\x00", "９" * 40, "1e999", "NaN", "-0", "2026-02-30", "0001-01-01", "9999-12-31", "99999999999999999999"]:  # fmt: skip
        sheet = Sheet(typed, MultiValueDict({one.key: [text] for one in typed}), today=TODAY)
        if not sheet.is_valid():
            assert all(str(line) for lines in sheet.errors.values() for line in lines)
        for one in typed:
            if one.key not in sheet.errors:
                words(one, Filled(answers={one.key: sheet.cleaned_data[one.key]}).answers[one.key])
        tried += len(typed)
    assert tried > 3000


def test_hostile_files_are_refused_with_a_sentence():
    form = every()
    files = [one for one in form.questions if one.kind in ("photo", "paper")]
    for name, content in [("a.jpg", b""), ("a.jpg", b"GIF89a" + b"\0" * 50), ("a.pdf", b"%PDF-1.4 without end"), ("../../x.pdf", b"MZ" + b"\0" * 99), ("a.svg", b"<svg onload=alert(1)>")]:  # fmt: skip
        sent = MultiValueDict({one.key: [SimpleUploadedFile(name, content)] for one in files})
        sheet = Sheet(files, {}, sent, today=TODAY)
        assert not sheet.is_valid()
        assert set(sheet.errors) == {"photo", "paper"}
    many = MultiValueDict({"photo": [a_picture(), a_picture()]})
    assert "1" in str(Sheet(files[:1], {}, many, today=TODAY).errors["photo"])


def a_picture() -> SimpleUploadedFile:
    drawn = BytesIO()
    Image.new("RGB", (64, 48), (90, 90, 120)).save(drawn, "JPEG")
    return SimpleUploadedFile("a.jpg", drawn.getvalue(), "image/jpeg")


def test_a_draft_is_its_writers_alone_and_sealed(resident, stranger, county_leader):
    form = spec()
    draft = actions.begin(actor=resident.actor, form=form, subject="try:1", answers={"who": "张三丰"}, at=MONDAY)  # fmt: skip
    assert selectors.filled(resident.actor, draft).answers == {"who": "张三丰"}
    with behind(SYSTEM):
        assert "张三丰".encode() not in bytes(Draft.objects.values_list("body", flat=True).get(pk=draft.pk))  # fmt: skip
    for other in (stranger, county_leader):
        with refused("not_found", audited=False):
            selectors.draft(other.actor, draft.pk)
        with refused("not_found"):
            actions.answer(actor=other.actor, draft=draft, form=form, answers={"who": "x"}, at=MONDAY)  # fmt: skip


def test_a_file_lies_with_its_draft_can_be_taken_out_and_goes_with_it(resident):
    form = every()
    who = resident.actor
    draft = actions.begin(actor=who, form=form, subject="try:2", at=MONDAY)
    sheet = Sheet([form.question["photo"]], {}, MultiValueDict({"photo": [a_picture()]}), today=TODAY)  # fmt: skip
    assert sheet.is_valid(), sheet.errors
    actions.answer(actor=who, draft=draft, form=form, answers={}, files=sheet.sent(), at=MONDAY)
    (file,) = files_of(draft)
    with refused("files_many"):
        actions.answer(actor=who, draft=draft, form=form, answers={}, files=sheet.sent(), at=MONDAY)
    actions.detach(actor=who, draft=draft, file=file.pk, at=MONDAY)
    assert files_of(draft) == []
    actions.answer(actor=who, draft=draft, form=form, answers={}, files=sheet.sent(), at=MONDAY)
    actions.drop(actor=who, draft=draft, at=MONDAY)
    assert files_of(draft) == []
    assert not selectors.drafts(who).exists()


def files_of(draft: Draft) -> list[Attachment]:
    with behind(SYSTEM):
        return list(Attachment.objects.filter(subject=draft.pk))
