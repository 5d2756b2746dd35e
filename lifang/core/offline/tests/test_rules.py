from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifang.core.offline import rules
from lifang.core.offline.terms import CLOCK_BELIEVED, OLDEST, PART_BYTES

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SEASON = 90 * 24 * 3600
spans = st.integers(-SEASON, SEASON).map(lambda seconds: timedelta(seconds=seconds))
# A machine with much else to do draws slowly; that says nothing of the law.
patient = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


def test_a_right_clock_is_taken_at_its_word():
    made = rules.made(AT - 2 * HOUR, AT - MINUTE, AT)
    assert (made.at, made.sure, made.clock_wrong) == (AT - 2 * HOUR, True, False)


@pytest.mark.parametrize("ahead", [7 * MINUTE, -7 * MINUTE, 23 * HOUR])
def test_a_wrong_clock_is_measured_when_it_sends_and_put_right(ahead):
    made = rules.made(AT - 2 * HOUR + ahead, AT + ahead, AT)
    assert (made.at, made.ahead, made.sure, made.clock_wrong) == (AT - 2 * HOUR, ahead, True, True)


def test_a_clock_of_another_day_is_not_believed_and_the_time_of_arrival_stands():
    made = rules.made(AT - timedelta(days=400), AT - timedelta(days=400) + HOUR, AT)
    assert (made.at, made.sure) == (AT, False)
    assert made.told(AT)["said_at"] == (AT - timedelta(days=400)).isoformat()


def test_what_was_made_after_it_was_sent_or_a_season_ago_is_not_believed():
    assert not rules.made(AT, AT - MINUTE, AT).sure
    assert not rules.made(AT - OLDEST - HOUR, AT, AT).sure


def test_what_comes_at_once_by_a_right_clock_is_not_remarked_upon():
    assert rules.made(AT - MINUTE, AT, AT).told(AT) is None
    assert rules.made(AT - HOUR, AT, AT).told(AT)["sure"] is True


@patient
@given(said=spans, sent=spans)
def test_no_telephone_makes_a_fact_of_the_future_or_of_another_year(said, sent):
    made = rules.made(AT + said, AT + sent, AT)
    assert AT - OLDEST <= made.at <= AT
    assert made.sure or made.at == AT
    if abs(made.ahead) > CLOCK_BELIEVED:
        assert not made.sure


@patient
@given(
    have=st.integers(0, 10**7), size=st.integers(1, 10**7), start=st.integers(-5, 10**7),
    length=st.integers(0, PART_BYTES + 5),
)  # fmt: skip
def test_a_piece_never_leaves_a_gap_and_never_goes_beyond(have, size, start, length):
    have = min(have, size)
    if rules.may_add(start, length, have, size) is None:
        assert 0 <= start <= have
        assert start + length <= size
        assert start == have or start + length <= have
