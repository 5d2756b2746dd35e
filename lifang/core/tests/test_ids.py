import pytest

from lifang.core.ids import ALPHABET, new_id, read_code, short_code


def test_later_ids_sort_after_earlier_ones_and_are_version_seven():
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1000
    assert {i.version for i in ids} == {7}


def test_a_short_code_has_no_look_alikes_and_survives_being_typed():
    codes = {short_code(8) for _ in range(500)}
    assert len(codes) == 500
    assert set("".join(codes)) <= set(ALPHABET)
    assert not set(ALPHABET) & set("01258BILOSUVZ")
    code = short_code(6)
    assert read_code(f" {code[:3].lower()}-{code[3:]} ") == code


def test_a_short_code_of_nothing_is_a_mistake():
    with pytest.raises(ValueError, match="at least one"):
        short_code(0)
