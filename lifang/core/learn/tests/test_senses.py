"""What texts mean, learnt from what is said together."""

import numpy as np
import pytest

from lifang.core.learn import Senses, learn_senses
from lifang.core.learn.senses import BUCKETS, pieces
from lifang.core.testing import hostile

TOGETHER = [
    "路灯不亮 灯灭了 一片漆黑 street lamp dark",
    "井盖丢了 窨井盖没了 manhole cover missing",
    "垃圾满了 废物堆着 rubbish bin full",
    "噪音扰民 跳广场舞声音大 noise",
]


def near(senses: Senses, one: str, other: str) -> float:
    first, second = senses.places([one, other])
    return float(first @ second)


def test_other_words_of_one_trouble_lie_together_and_those_of_another_apart():
    senses = learn_senses(TOGETHER)
    assert near(senses, "路灯不亮", "晚上一片漆黑") > 0.9
    assert near(senses, "路灯不亮", "窨井盖没了") < 0.1
    assert near(senses, "広場舞", "声音大") == near(senses, "広場舞", "声音大")
    assert near(learn_senses(TOGETHER), "street lamp", "漆黑") > 0.9  # across languages


def test_the_same_texts_teach_the_same_places_and_they_are_kept_in_half_a_megabyte():
    senses = learn_senses(TOGETHER)
    again = Senses.unpacked(learn_senses(TOGETHER).packed())
    assert np.allclose(senses.places(TOGETHER), again.places(TOGETHER), atol=2e-3)
    assert len(senses.packed()) < 500_000


@pytest.mark.parametrize("texts", [[], [""], ["  ", "。。"], ["12345"], ["a"]])
def test_nothing_said_teaches_nothing_and_means_nothing(texts):
    assert not learn_senses(texts).places(["路灯不亮", "", "99999"]).any()


def test_hostile_texts_have_a_place_or_none():
    senses = learn_senses(TOGETHER)
    texts = [one.text for one in hostile.sample(60, "senses")]
    lie = senses.places(texts)
    assert np.isfinite(lie).all()
    assert all(0 <= one < BUCKETS for text in texts for one in pieces(text))
    assert np.isfinite(learn_senses([*TOGETHER, *texts]).places(TOGETHER)).all()
