import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifang.core.access import Refused
from lifang.core.api.body import read_json
from lifang.core.api.secret import Token, new_token, read_token
from lifang.core.api.terms import BODY_BYTES, DEPTH
from lifang.core.testing import hostile

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(plain, st.booleans())
def test_honest_json_is_read_as_any_reader_would(value, escaped):
    raw = json.dumps(value, ensure_ascii=escaped).encode()
    if b"\\u0000" not in raw:
        assert read_json(raw) == json.loads(raw)


def test_every_hostile_body_is_refused():
    bodies = list(hostile.bodies())
    passed = [raw[:80] for raw in bodies if not _refused(raw)]
    assert passed == []
    assert len(bodies) > 400


def _refused(raw: bytes) -> bool:
    try:
        read_json(raw)
    except Refused as refused:
        return refused.refusal.reason in ("bad_json", "too_large")
    return False


@pytest.mark.parametrize("depth", [DEPTH - 1, DEPTH])
def test_depth_up_to_the_limit_is_read(depth):
    raw = b"[" * depth + b"]" * depth
    assert json.dumps(read_json(raw)) == raw.decode()


def test_brackets_inside_strings_are_not_depth():
    text = "[" * 500 + '\\"{{'
    assert read_json(json.dumps({"text": text}).encode()) == {"text": text}


def test_a_body_at_the_limit_is_read_and_one_byte_more_is_not():
    fits = b'"' + b"a" * (BODY_BYTES - 2) + b'"'
    assert len(read_json(fits)) == BODY_BYTES - 2
    with pytest.raises(Refused) as told:
        read_json(b" " + fits)
    assert told.value.refusal.reason == "too_large"


def test_a_key_reads_back_as_itself_and_fits_only_itself():
    token = new_token()
    assert read_token(str(token)) == token
    assert token.fits(token.digest())
    assert not Token(token.prefix, token.secret[:-1] + "_").fits(token.digest())
    for text in (
        "",
        "lf_",
        str(token)[:-20],
        "sk" + str(token)[2:],
        str(token).replace("lf_", "lf_x"),
        "lf_" + "钥" * 60,
    ):
        assert read_token(text) is None, text
