import string
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, identify_hasher, make_password
from hypothesis import given
from hypothesis import strategies as st

from lifang.core.accounts import passwords
from lifang.core.accounts.passwords import PROFILES, due, fit, issued
from lifang.core.accounts.tests.make import AT

INTL, DENGBAO = PROFILES["intl"], PROFILES["dengbao"]


def reason(raw, **facts):
    refusal = fit(raw, **facts)
    return refusal.reason if refusal else ""


@pytest.mark.parametrize(
    ("raw", "factor", "rules", "expected"),
    [
        ("kettle ran off", False, INTL, "password_short"),
        ("kettle ran off!", False, INTL, ""),
        ("kettle r", True, INTL, ""),
        ("kettle ", True, INTL, "password_short"),
        ("kettle ran off far away", True, DENGBAO, "password_plain"),
        ("Kettle ran7", True, DENGBAO, ""),
        ("Kettle r7", True, DENGBAO, "password_short"),
        ("k" * 129, False, INTL, "password_long"),
    ],
)
def test_length_and_kinds_follow_the_profile(raw, factor, rules, expected):
    assert reason(raw, factor=factor, rules=rules) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "password2026",
        "P@ssw0rd!2026",
        "Woaizhongguo1",
        "1qaz2wsx3edc",
        "zhangsan19900101",
        "abcabcabcabcabc",
        "aaaaaaaaaaaaaaaa",
        "abcdefghijklmnop",
        "987654321098",
        "Ward-Gate-2026-Lane",
    ],
)
@pytest.mark.parametrize("rules", [INTL, DENGBAO])
def test_what_everybody_tries_first_is_no_password(raw, rules):
    assert reason(raw, factor=True, rules=rules) in {"password_known", "password_plain"}
    assert reason(raw, factor=True, rules=INTL) == "password_known"


def test_the_own_name_and_login_are_no_password():
    about = ("chenxiaoyun", "陈小云", "100 1234 5678")
    assert reason("chenxiaoyun-2026", factor=True, rules=INTL, about=about) == "password_known"
    assert reason("lifang-lifang", factor=True, rules=INTL) == "password_known"
    assert reason("river chenxiaoyun kettle moss", factor=True, rules=INTL, about=about) == ""


def test_the_block_list_stops_more_than_three_thousand():
    tried = {
        f"{word}{tail}"
        for word in passwords.common()
        for tail in ("", "1", "123", "2026", "!", "@2026")
    }
    stopped = [raw for raw in tried if passwords._guessable(raw)]
    assert len(stopped) == len(tried) > 3000


@given(st.text(min_size=0, max_size=140))
def test_any_text_gets_an_answer(raw):
    assert fit(raw, factor=False, rules=DENGBAO) is None or str(
        fit(raw, factor=False, rules=DENGBAO)
    )


def test_rotation_only_where_it_is_asked_for():
    assert not due(AT, AT + timedelta(days=4000), INTL)
    assert not due(AT, AT + timedelta(days=89), DENGBAO)
    assert due(AT, AT + timedelta(days=90), DENGBAO)
    assert due(None, AT, DENGBAO)


def test_an_issued_password_fits_both_profiles_and_no_two_are_the_same():
    made = {issued() for _ in range(200)}
    assert len(made) == 200
    for raw in made:
        assert reason(raw, factor=True, rules=INTL) == ""
        assert reason(raw, factor=True, rules=DENGBAO) == ""
        assert set(raw) <= set(string.ascii_letters + string.digits + "-")


def test_hashes_are_argon2id_with_our_cost():
    made = make_password("kettle ran off far")
    assert made.startswith("argon2$argon2id$")
    assert "m=19456,t=2,p=1" in made
    assert not identify_hasher(made).must_update(made)
    old = Argon2PasswordHasher().encode("kettle ran off far", "saltsaltsalt")
    assert identify_hasher(made).must_update(old)
