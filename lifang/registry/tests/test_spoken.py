"""A note of a visit speaks of groups: they are offered to whoever wrote it, and entered by a tap, never by themselves."""

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast
from lifang.registry import rules
from lifang.registry.catalogue import DENIALS, TAGS
from lifang.registry.models import Tagging
from lifang.registry.tests.make import make_household, make_person, number
from lifang.registry.tests.test_desk import text_of

WORDS = {tag.key: tag.words for tag in TAGS}
NOTE = "老人独居，腿脚不便坐轮椅；邻居是志愿者。不是租住。"


@pytest.mark.parametrize(
    ("note", "found"),
    [
        (NOTE, ["alone_elder", "disabled", "volunteer"]),
        ("獨居老人", ["alone_elder"]),  # written in the traditional way
        ("She LIVES ALONE, no wheelchair.", ["alone_elder"]),
        ("不是独居，也没有残疾", []),
        ("并非独居；去年起独居", ["alone_elder"]),  # denied once, said once
        ("", []),
        ("\x00" * 2000, []),
        ("租" * 2000, []),
    ],
)
def test_plain_words_name_a_group_and_denied_ones_do_not(note, found):
    assert rules.spoken(note, WORDS, DENIALS["denied"].words) == found


def test_no_word_is_empty_and_each_group_but_the_staff_can_be_spoken_of():
    assert all(word.strip() for words in WORDS.values() for word in words)
    assert [key for key, words in WORDS.items() if not words] == ["community_staff"]


@pytest.mark.django_db
@pytest.mark.covers("S3-16")
def test_what_a_note_speaks_of_is_offered_to_its_writer_and_entered_by_a_tap():
    worker, colleague = cast.grid_worker(), cast.community_secretary()
    elder, child = (
        make_person(identity=number(sequence=301)),
        make_person(identity=number(sequence=303)),
    )
    house = make_household(elder, child)
    sent = worker.post(
        "registry:visit", house.pk, data={"kind": "household", "outcome": "met", "note": NOTE}
    )
    assert sent.status_code == 302, text_of(sent)
    assert not any(key in sent.url for key in WORDS)  # nothing of it stands in an address

    page = worker.get("registry:household", house.pk).content.decode()
    assert "走访记录里提到" in page
    assert page.count('name="tag" value="alone_elder"') == 2
    assert 'value="tenant"' not in page
    with behind(SYSTEM):
        assert not Tagging.objects.exists()  # nothing by itself
    assert "走访记录里提到" not in text_of(colleague.get("registry:household", house.pk))

    done = worker.post("registry:tag", elder.pk, data={"tag": "alone_elder", "source": "visit"})
    assert done.status_code == 302
    asked = worker.post("registry:tag", elder.pk, data={"tag": "volunteer", "source": "visit"})
    assert asked.status_code == 422  # stands on consent: the form asks for it
    with behind(SYSTEM):
        assert list(Tagging.objects.values_list("person_id", "tag")) == [(elder.pk, "alone_elder")]
    page = worker.get("registry:household", house.pk).content.decode()
    assert page.count('name="tag" value="alone_elder"') == 1

    worker.post(
        "registry:visit", house.pk, data={"kind": "household", "outcome": "met", "note": "一切都好"}
    )
    assert "走访记录里提到" not in text_of(worker.get("registry:household", house.pk))
