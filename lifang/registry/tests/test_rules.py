from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifang.core.crypto.numbers import (
    credit_check,
    credit_fault,
    identity_check,
    organisation_fault,
)
from lifang.registry import rules
from lifang.registry.catalogue import CODES, ELEMENTS
from lifang.registry.rules import Shape
from lifang.registry.terms import Document
from lifang.registry.tests.make import number

ON = date(2026, 11, 23)
GOOD = number()
firsts = st.builds(
    lambda region, day, sequence: f"{region:06d}{day:%Y%m%d}{sequence:03d}",
    st.integers(990000, 999999),
    st.dates(date(1900, 1, 1), ON),
    st.integers(0, 999),
)


def fault(document: str, text: str) -> str:
    found = rules.number_fault(document, rules.normal_number(document, text), ON)
    return found.reason if found else ""


@pytest.mark.parametrize(
    ("document", "text", "reason"),
    [
        # standards.md 2.3
        ("citizen", "11010519491231002X", ""),
        ("citizen", "11010519491231002x", ""),
        ("citizen", "990101199003071237", ""),
        ("citizen", "990101201902290011", "identity_date"),
        ("citizen", "990101199003071238", "identity_check"),
        ("citizen", "９９０１０１ 1990-0307 1237", ""),
        ("citizen", "99010119900307123", "identity_length"),
        ("citizen", "99010119900307123A", "identity_characters"),
        ("citizen", "990101209003071230", "identity_date"),
        ("citizen", "990101900307123", ""),  # 15 digits of before 1999
        ("citizen", "810000199003071231", "identity_kind"),
        ("hmt_resident", "810000199408230021", ""),
        ("hmt_resident", GOOD, "identity_kind"),
        ("foreign_resident", "911124198108030024", ""),
        ("foreign_resident", "USA110073082306", ""),
        ("foreign_resident", GOOD, "identity_kind"),  # 9 and 90: no province
        ("foreign_resident", "911124198108030025", "identity_check"),
        ("hm_travel", "H12345678", ""),
        ("hm_travel", "M1234567801", ""),
        ("hm_travel", "X12345678", "identity_shape"),
        ("taiwan_travel", "12345678", ""),
        ("taiwan_travel", "1234567", "identity_shape"),
        ("passport", "E12345678", ""),
        ("passport", "ABCDEFGH", "identity_shape"),
        ("passport", "E1234<script>", "identity_shape"),
        ("none", "", ""),
        ("none", GOOD, "number_without_document"),
        ("licence", "1", "document_kind"),
    ],
)
def test_numbers_of_documents(document, text, reason):
    if document == "citizen" and text.startswith("8100"):
        text = text[:17] + identity_check(text[:17])
    if document == "hmt_resident" and text.startswith("8100"):
        text = text[:17] + identity_check(text[:17])
    if text == "911124198108030025":
        assert identity_check(text[:17]) != "5"
    assert fault(document, text) == reason


@given(firsts)
def test_every_right_number_is_taken_and_says_its_birthday_and_sex(first):
    whole = first + identity_check(first)
    assert fault("citizen", whole) == ""
    said = rules.said_by("citizen", whole)
    assert f"{said.born:%Y%m%d}" == first[6:14]
    assert said.male == (int(first[16]) % 2 == 1)


@given(firsts, st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_never_passes(first, place, digit):
    whole = first + identity_check(first)
    wrong = whole[:place] + digit + whole[place + 1 :]
    assert (fault("citizen", wrong) == "") == (wrong == whole)


@given(firsts, st.integers(0, 16))
def test_two_neighbours_that_change_places_never_pass(first, place):
    whole = first + identity_check(first)
    swapped = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
    assert (fault("citizen", swapped) == "") == (swapped == whole)


@given(st.sampled_from(list(Document)), st.text(max_size=40))
def test_nothing_people_type_breaks_the_rule(document, text):
    plain = rules.normal_number(document, text)
    assert rules.normal_number(document, plain) == plain
    found = rules.number_fault(document, plain, ON)
    assert found is None or str(found) != found.reason  # every reason is a sentence


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        # standards.md 2.4
        ("91350100M000100Y43", ""),
        ("91990101MA00003300", ""),
        ("54990101MF0000013B", ""),
        ("91350100M000100Y44", "credit_check"),
        ("91350100M000100Y4", "credit_length"),
        ("9135010OM000100Y43", "credit_characters"),
        ("", ""),
    ],
)
def test_credit_codes(code, reason):
    found = rules.credit_code_fault(code)
    assert (found.reason if found else "") == reason


def test_the_code_inside_a_credit_code_has_a_check_of_its_own():
    assert organisation_fault("M000100Y4") is None
    assert organisation_fault("M000100Y5") == "check"
    first = "91350100M000100Y5"
    assert rules.credit_code_fault(first + credit_check(first)).reason == "credit_inner"


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9), st.integers(0, 999999))
def test_one_wrong_sign_of_a_credit_code_never_passes(organisation, region):
    first = f"91{region:06d}{organisation}"
    whole = first + credit_check(first)
    assert credit_fault(whole) is None
    for place in (0, 9, 16):
        wrong = whole[:place] + ("Y" if whole[place] != "Y" else "X") + whole[place + 1 :]
        assert credit_fault(wrong) == "check"


@pytest.mark.parametrize("plate", ["京A12345", "京AD12345", "粤B·1234学", "沪A D12345", "1234567"])
def test_plates(plate):
    assert rules.plate_fault(plate) is None
    assert rules.plate_fault("<b>").reason == "plate_shape"


SAME = Shape("张小明", number(), date(1990, 3, 7), "10012345678", "male")


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (SAME, ["same_identity"]),
        (SAME._replace(identity=""), ["same_name_born_telephone"]),
        (SAME._replace(identity="", telephone=""), ["same_name_born"]),
        (SAME._replace(identity="", born=date(1991, 1, 1)), ["same_name_telephone"]),
        (SAME._replace(identity="", born=date(1970, 1, 1)), []),
        (SAME._replace(identity=number()[:17] + "0", telephone="", born=None), ["one_digit_identity"]),
        (SAME._replace(identity=number(sequence=456)), []),  # two right numbers: two people
        (SAME._replace(identity="", sex="female"), []),
        (SAME._replace(identity="", name="张小民", telephone=""), []),
        (Shape("", "", None, "", ""), []),
    ],
)  # fmt: skip
def test_why_two_records_may_be_one_person(other, why):
    assert rules.reasons(SAME, other) == why
    assert rules.reasons(other, SAME) == why


@pytest.mark.covers("S0-12")
def test_every_element_has_all_it_needs():
    assert len(ELEMENTS) == 57
    for element in ELEMENTS:
        assert element.name.zh, element.key
        assert element.name.en, element.key
        assert element.purpose.zh, element.key
        assert element.keeper, element.key
        assert element.codes == "" or CODES[element.codes].choices(), element.key
    assert {e.key for e in ELEMENTS if e.label == "sensitive"} >= {
        "person.identity",
        "person.ethnicity",
    }
