from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifang.core.crypto.numbers import (
    Identity,
    credit_check,
    credit_fault,
    identity_check,
    identity_facts,
    identity_fault,
    organisation_fault,
)


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("11010519491231002X", None),
        ("11010519491231002x", None),
        ("990101199003071237", None),
        ("990101201902290011", "date"),
        ("990101199003071238", "check"),
        ("99010119900307123", "length"),
        ("99010119900307123A", "characters"),
        ("99010119900307１237"[:18], "characters"),
        ("", "length"),
    ],
)
def test_identity_numbers(number, fault):
    assert identity_fault(number) == fault


def test_nobody_is_born_tomorrow():
    assert identity_fault("990101199003071237", on=date(1990, 3, 7)) is None
    assert identity_fault("990101199003071237", on=date(1990, 3, 6)) == "date"


def test_the_facts_of_a_number_are_region_birthday_and_sex():
    assert identity_facts("990101199003071237") == Identity("990101", date(1990, 3, 7), male=True)
    assert identity_facts("11010519491231002X") == Identity(
        "110105", date(1949, 12, 31), male=False
    )
    with pytest.raises(ValueError, match="check"):
        identity_facts("990101199003071238")


@given(
    st.from_regex(r"99\d{4}19[5-9]\d(0[1-9]|1[0-2])([01][1-9]|2[0-8])\d{3}", fullmatch=True),
    st.integers(0, 16),
    st.integers(1, 9),
)
def test_any_single_wrong_digit_is_noticed(first, place, step):
    if not first.isascii():
        return
    number = first + identity_check(first)
    assert identity_fault(number) is None
    wrong = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
    assert identity_fault(wrong) is not None


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91990101MA00003300", "54990101MF0000013B"])
def test_credit_codes_and_the_organisation_codes_in_them(code):
    assert credit_fault(code) is None
    assert credit_fault(code.lower()) is None
    assert organisation_fault(code[8:17]) is None
    assert credit_check(code[:17]) == code[17]


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("91350100M000100Y4", "length"),
        ("91350100M000100Y44", "check"),
        ("9135010OM000100Y43", "characters"),
        ("91A50100M000100Y43", "characters"),
        ("", "length"),
    ],
)
def test_wrong_credit_codes(code, fault):
    assert credit_fault(code) == fault


def test_a_wrong_organisation_code_is_noticed():
    assert organisation_fault("M000100Y5") == "check"
    assert organisation_fault("M00010-0Y4"[:8]) == "length"
    assert organisation_fault("M0001.0Y4") == "characters"
