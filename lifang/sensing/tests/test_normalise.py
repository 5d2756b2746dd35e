"""Whatever a device says in the same words, one message after another: the quick way and the careful one find the same."""

from typing import Any
from uuid import UUID

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lifang.sensing.rules import Bounds, Extreme, Gathered, Incoming, Line, Refusing, normalise
from lifang.sensing.rules.normalise import slots
from lifang.sensing.terms import Columns

NOW, BOUNDS = 1_700_000_000_000_000, Bounds(300_000_000, 86_400_000_000)
said = st.one_of(
    st.integers(-50, 50), st.floats(-1e6, 1e6), st.booleans(), st.none(), st.just(10**400),
    st.sampled_from(["21.5", " 7 ", "on", "x", "", "nan", 1e301, float("inf"), float("nan")]),
)  # fmt: skip
messages = st.lists(st.fixed_dictionaries({"level": said, "battery": said}), min_size=1, max_size=8)


def line() -> Line:
    made = slots("water_level")
    for number, slot in enumerate({id(one): one for one in made.values()}.values(), 1):
        slot.series = number
    return Line(UUID(int=1), "water_level", "990101", None, None, "installed", made, {})


def read(told: list[dict[str, Any]], here: Line, gathered: Gathered) -> tuple[Columns, list[int]]:
    refused = []
    for number, values in enumerate(told):
        try:
            normalise(Incoming("d", values, NOW + number), here, NOW, BOUNDS, gathered)
        except Refusing:
            refused.append(number)
    return gathered.columns(), refused


def quick(told: list[dict[str, Any]], here: Line) -> tuple[Columns, list[int]]:
    try:
        return read(told, here, Gathered())
    except Extreme:
        return read(told, here, Gathered(careful=True))


@given(messages, messages)
def test_words_that_were_seen_before_mean_the_same_as_words_looked_at_one_by_one(
    before, told
) -> None:
    here = line()
    quick(before, here)
    found, refused = quick(told, here)
    wanted, wrong = read(told, line(), Gathered(careful=True))
    assert refused == wrong
    assert all((a == b).all() for a, b in zip(found[:-1], wanted[:-1], strict=True))
    assert np.isfinite(found.value).all()


def test_of_who_once_said_no_number_every_message_is_looked_at() -> None:
    here = line()
    for values in ({"level": 1.0}, {"level": "2.5"}, {"level": 3}):
        assert quick([values], here)[0].value.tolist() == [float(values["level"])]
    assert here.plans == {("level",): None}
