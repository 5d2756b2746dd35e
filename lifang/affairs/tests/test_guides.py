"""The catalogue: complete, typed, found by what people say, unsure ones marked."""

from datetime import timedelta
from time import perf_counter

import msgspec
import pytest

from lifang.affairs import selectors
from lifang.affairs.catalogue import GUIDES, MATERIALS, QUESTIONS, TOPICS
from lifang.affairs.selectors.guides import Index
from lifang.core.access import ANONYMOUS
from lifang.orgs.catalogue import UNIT_KINDS
from lifang.registry.catalogue import TAGS

NAMED = (
    "birth-registration", "residence-permit", "reproductive-health-card", "minimum-living-allowance", "floating-certificate", "elderly-card",
    "social-security-card", "resident-medical-insurance", "pension-check", "disability-certificate", "job-seeking",
)  # fmt: skip


@pytest.mark.covers("S0-61", "S3-21", "S2-16")
def test_at_least_forty_matters_are_worked_out_in_full():
    assert len(GUIDES) >= 40
    assert set(NAMED) <= {one.key for one in GUIDES}
    for one in GUIDES:
        assert one.faults() == []
        assert all([one.conditions, one.materials, one.basis, one.ask]), one.key
        assert one.promise.amount <= one.limit.amount or one.promise.unit != one.limit.unit, one.key
        assert {part.unit for part in one.parts} <= {kind.key for kind in UNIT_KINDS}, one.key
        assert set(one.writes) <= {tag.key for tag in TAGS}, one.key
        for text in (one.name, one.lead, *one.conditions, one.result.name):
            assert all([text.zh, text.en]), one.key


def test_every_topic_material_and_question_is_used():
    used = {need.key for one in GUIDES for need in one.materials}
    assert {one.key for one in MATERIALS} == used
    asked = {key for one in GUIDES for key in one.ask}
    assert {one.key for one in QUESTIONS} <= asked
    assert {one.key for one in TOPICS} == {one.topic for one in GUIDES}


@pytest.mark.parametrize(
    ("said", "meant"),
    [("老年证", "elderly-card"), ("lnz", "elderly-card"), ("laonianzheng", "elderly-card"), ("低保", "minimum-living-allowance"), ("新农合", "resident-medical-insurance"),
     ("准生证", "birth-registration"), ("暂住证", "residence-permit"), ("residence permit", "residence-permit"), ("残疾证", "disability-certificate"), ("上户口", "newborn-registration"), ("老年優待", "elderly-card")],
)  # fmt: skip
def test_a_matter_is_found_by_what_people_say(said, meant):
    found = [one.key for one in selectors.find_guides(ANONYMOUS, said)]
    assert meant in found[:3], found


def test_words_that_are_in_no_matter_find_none():
    assert selectors.find_guides(ANONYMOUS, "核反应堆") == []
    assert selectors.find_guides(ANONYMOUS, "!!! ???") == []


def test_a_thousand_matters_are_searched_in_a_moment():
    many = [msgspec.structs.replace(one, key=f"{one.key}-{n}") for n in range(21) for one in GUIDES]
    index = Index(many)
    started = perf_counter()
    for said in ("老年证", "lnz", "补贴", "residence", "低保") * 20:
        assert index.find(said)
    assert timedelta(seconds=perf_counter() - started) / 100 < timedelta(milliseconds=50)


@pytest.mark.django_db
@pytest.mark.covers("S2-15")
def test_the_page_says_what_is_needed_and_whether_it_is_confirmed(anonymous):
    page = anonymous.get("affairs:guide", "elderly-card", query={"lang": "en"}).content.decode()  # fmt: skip
    assert "Identity card" in page
    assert "may be known from the register" in page
    assert "Not confirmed for this place yet" in page
    sure = anonymous.get("affairs:guide", "residence-permit").content.decode()
    assert "Not confirmed for this place yet" not in sure
    code = anonymous.get("affairs:guide_code", "elderly-card")
    assert code["Content-Type"] == "image/svg+xml"
    assert anonymous.get("affairs:guide", "nothing-of-the-kind").status_code == 404
