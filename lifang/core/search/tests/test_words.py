import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifang.core.search import name_terms, pinyin_key, query_terms, terms


def test_a_text_gives_bigrams_singles_and_words():
    assert terms("路灯不亮 A1栋") == sorted(
        ["路灯", "灯不", "不亮", "路", "灯", "不", "亮", "a1", "栋"]
    )


def test_a_long_text_gives_no_single_characters():
    found = terms("路灯不亮" * 20)
    assert found == sorted(["路灯", "灯不", "不亮", "亮路"])


@pytest.mark.parametrize(
    "written", ["周村區１２３號樓ＡＢ", "周村区123号楼ab", "周村區 123 號樓 AB"]
)
def test_full_width_capitals_and_traditional_forms_are_one(written):
    assert {"周村", "村区", "123", "号楼", "ab"} <= set(terms(written))
    assert set(query_terms("周村区 123 号楼 ab")) <= set(terms(written))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("张三", "zhangsan"),
        ("张三", "zs"),
        ("张三", "ZHANG san"),
        ("单田芳", "shantianfang"),
        ("单田芳", "dtf"),
        ("周村区大街街道", "djjd"),
        ("周村区大街街道", "dajie"),
        ("周村区大街街道", "大街"),
        ("吕女士", "lv"),
        ("𠮷野家", "𠮷野"),
    ],
)
def test_a_name_is_found_by_its_sound(name, typed):
    assert set(query_terms(typed)) <= set(name_terms(name))


@pytest.mark.parametrize("typed", ["zhangsi", "张四", "zx", "han"])
def test_a_name_is_not_found_by_another(typed):
    assert not set(query_terms(typed)) <= set(name_terms("张三"))


def test_a_name_of_many_sounds_stays_small():
    assert len(name_terms("单单曾曾朴朴长长重重行行")) < 100


def test_the_register_is_sorted_by_sound_and_tone():
    people = ["张三", "李商隐", "赵六", "李四", "李商", "Bob", "阿姨", "王五"]
    assert sorted(people, key=pinyin_key) == [
        "阿姨",
        "Bob",
        "李商",
        "李商隐",
        "李四",
        "王五",
        "张三",
        "赵六",
    ]
    assert pinyin_key("妈") < pinyin_key("马") < pinyin_key("骂")


def test_a_question_without_words_has_no_terms():
    assert query_terms(" ，。！ _ ") == []
    assert query_terms("亮") == ["亮"]


@given(st.text(max_size=60))
def test_a_short_text_is_found_by_itself(text):
    assert set(query_terms(text)) <= set(terms(text)) or len(text) > 40
    assert all(name_terms(text)) or name_terms(text) == []
    assert len(pinyin_key(text)) <= 200
