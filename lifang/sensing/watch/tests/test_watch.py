"""Single cases of the engine, the columns, the schedule, the person and the detector."""

import math
import random

import numpy as np
import pytest

from lifang.sensing.watch import homes
from lifang.sensing.watch.columns import FIRST, Sieve, Silence
from lifang.sensing.watch.detect import Detector, moment
from lifang.sensing.watch.engine import Watch
from lifang.sensing.watch.pair import Turn
from lifang.sensing.watch.person import DAY, HOUR, ZONE, Being, Person, Sign
from lifang.sensing.watch.rule import Kind, Reading, Rule, faults, nearest
from lifang.sensing.watch.schedule import FAR, Schedule, Season, Window

HOT = Rule(key="hot", kind=Kind.THRESHOLD, measure="t", above=60, deadband=5, hold=30)
MIDNIGHT = 1_700_000_000 - (1_700_000_000 + ZONE) % DAY


def feed(watch: Watch, *readings: tuple[float, float], measure: str = "t"):
    return watch.feed(("d", Reading(float(at), measure, value)) for at, value in readings)


def test_a_reading_of_bad_quality_is_neither_normal_nor_trouble() -> None:
    watch = Watch(lambda _: [HOT])
    assert feed(watch, (0, 70), (10, math.nan), (20, math.inf)) == []
    assert [one.turn for one in watch.tick(30)] == [Turn.RAISED]


def test_what_was_true_before_the_first_reading_is_raised_from_it_on() -> None:
    watch = Watch(lambda _: [HOT])
    feed(watch, (1000, 70))
    assert [(one.since, one.raised) for one in watch.tick(2000)] == [(1000, 1030)]


def test_a_late_reading_takes_a_raised_alarm_back_as_a_correction() -> None:
    stored = [Reading(0.0, "t", 70.0), Reading(10.0, "t", 20.0)]
    watch = Watch(lambda _: [HOT], lambda *_: stored)
    feed(watch, (0, 70))
    assert [one.turn for one in watch.tick(40)] == [Turn.RAISED]
    assert [one.turn for one in feed(watch, (10, 20))] == [Turn.WITHDRAWN]


def test_a_quiet_subject_is_not_remembered() -> None:
    watch = Watch(lambda _: [HOT], lateness=10)
    feed(watch, *((at, 20) for at in range(100)))
    assert watch.pairs == {}
    feed(watch, (100, 70), (101, 20), (500, 20))
    assert watch.pairs == {}
    assert watch.take_touched() == {("d", "hot"): None}


def test_a_rule_that_is_gone_forgets_its_pairs() -> None:
    rules = [HOT]
    watch = Watch(lambda _: rules)
    feed(watch, (0, 70))
    rules.clear()
    assert watch.tick(100) == []
    assert watch.pairs == {}


def test_the_nearest_place_that_says_something_sets_the_limits() -> None:
    rule, place = nearest(
        HOT,
        [("device", {}), ("household", {"above": 50, "other": 1}), ("community", {"above": 40})],
    )
    assert (rule.above, rule.hold, place) == (50, 30, "household")
    assert nearest(HOT, [("device", {})]) == (HOT, "")


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        (HOT, []),
        (Rule(key="x", kind=Kind.THRESHOLD, measure="t"), ["rule_no_limit"]),
        (
            Rule(key="x", kind=Kind.COUNT, measure="t", above=1, count=0),
            ["rule_no_window", "rule_bad_count"],
        ),
        (Rule(key="x", kind=Kind.SEQUENCE, measure="t", above=1, hold=5), ["rule_no_then"]),
        (Rule(key="x", kind=Kind.SILENCE, measure="t"), ["rule_no_hold"]),
        (
            Rule(key="x", kind=Kind.CHANGE, measure="", window=math.nan),
            ["rule_no_measure", "rule_no_change", "rule_negative"],
        ),
        (Rule(key="x", kind=Kind.THRESHOLD, measure="t", above=1, below=5), ["rule_crossed"]),
    ],
)
def test_a_rule_that_cannot_work_says_why(rule: Rule, found: list[str]) -> None:
    assert faults(rule) == found


def test_a_night_window_goes_over_midnight_and_the_next_one_is_found() -> None:
    night = Schedule((Window(22 * 60, 6 * 60),))
    assert night.active(MIDNIGHT + 5 * HOUR)
    assert not night.active(MIDNIGHT + 7 * HOUR)
    assert night.next(MIDNIGHT + 7 * HOUR) == MIDNIGHT + 22 * HOUR
    assert Schedule((Window(days=frozenset()),)).next(MIDNIGHT) == FAR
    winter = Schedule(season=Season((11, 15), (3, 15)))
    assert winter.active(MIDNIGHT) == (
        not Schedule(season=Season((3, 16), (11, 14))).active(MIDNIGHT)
    )


def test_silence_is_told_once_and_ends_with_the_next_word() -> None:
    silence = Silence([0, 600], 3)
    silence.kind[:2] = 1
    at = FIRST + 10_000
    silence.hear(np.array([0, 1, 2, 0]), np.array([at, at + 300, at, at - 50]))
    assert [(one.row, one.due) for one in silence.due(at + 600)] == [(0, at + 600)]
    assert silence.due(at + 601) == []
    assert (
        silence.hear(np.array([0]), np.array([at - 9])) == []
    )  # an old message is no sign of life
    assert [one.row for one in silence.hear(np.array([0]), np.array([at + 700]))] == [0]
    silence.grow(5)
    assert len(silence.due(at + 10_000)) == 2


def test_the_sieve_lets_through_what_matches_and_what_is_live() -> None:
    sieve = Sieve(HOT, 3)
    sieve.live[2] = True
    assert sieve.pick(np.array([0, 1, 2]), np.array([61.0, 20.0, 20.0])).tolist() == [
        True,
        False,
        True,
    ]


def days(person: Person, count: int, start: float = MIDNIGHT) -> float:
    """Up at seven, a sign of life every hour, to bed at eleven."""
    for day in range(count):
        for hour in range(7, 24):
            person.hear(start + day * DAY + hour * HOUR, Sign.INSIDE)
    return person.last


def test_at_home_the_limit_is_learnt_and_an_evening_is_not_a_morning() -> None:
    person = Person()
    days(person, 20)
    assert person.being(person.last + 60) is Being.HOME
    assert person.being(person.last + 3 * HOUR) is Being.ASLEEP
    assert person.reason().longest == 8 * HOUR
    assert person.due() is not None
    assert 10 * HOUR < person.due() - person.last <= 12 * HOUR
    noon = MIDNIGHT + 20 * DAY + 12 * HOUR
    person.hear(noon, Sign.INSIDE)
    assert person.due() == noon + 4 * HOUR
    assert person.being(noon + HOUR) is Being.QUIET


def test_who_went_out_is_away_and_silent_devices_are_no_silence() -> None:
    person = Person()
    last = days(person, 20)
    person.hear(last + HOUR / 2, Sign.DOOR)
    assert person.being(last + 2 * HOUR) is Being.AWAY
    assert person.due() == person.last + 24 * HOUR
    person.hear(last + 10 * HOUR, Sign.INSIDE)
    due = person.due()
    assert due is not None
    person.lose(person.last + HOUR)
    assert (person.due(), person.being(person.last + 2 * HOUR)) == (None, Being.UNKNOWN)
    person.regain(person.last + 3 * HOUR)
    assert person.due() == due + 2 * HOUR


def test_notice_of_absence_pauses_and_an_emergency_is_no_experience() -> None:
    person = Person()
    last = days(person, 20)
    person.pause(last + 5 * DAY)
    assert person.being(last + DAY) is Being.PAUSED
    assert person.due() == last + 5 * DAY
    person.hear(last + 6 * DAY, Sign.INSIDE)
    spells = len(person.spells)
    person.unlearn(person.spells[-1].began + 1)
    assert len(person.spells) == spells - 1


def test_a_home_as_a_file_is_read_in_both_shapes_and_rubbish_is_left_out(tmp_path) -> None:
    path = tmp_path / "h.txt"
    path.write_text(
        "Start time\tEnd time\n----\t----\n2011-11-28 13:09:31\t\t2011-11-28 13:09:35\t\tMaindoor\t\tMagnetic\n"
        "2009-02-02 07:15:16.575809 M35 ON\n2009-02-02 07:15:17 T001 21\n2009-99-02 1 2\n\x00\n",
        encoding="utf-8",
    )
    assert [one.sensor for one in homes.read(path)] == [
        "M35",
        "Maindoor Magnetic",
        "Maindoor Magnetic",
    ]
    assert homes.outer_doors(homes.read(path), math.inf) == {"Maindoor Magnetic"}


def scores(values: list[float]) -> list[float]:
    detector = Detector()
    return [detector.score(1.7e9 + 300 * number, value) for number, value in enumerate(values)]


def wave(count: int = 2000) -> list[float]:
    chance = random.Random(7)
    return [
        20 + 5 * math.sin(number / 288 * 2 * math.pi) + chance.gauss(0, 0.3)
        for number in range(count)
    ]


def test_a_spike_stands_out_and_what_comes_later_changes_no_earlier_score() -> None:
    values = wave()
    values[1500] += 30
    found = scores(values)
    assert all(0 <= one <= 1 for one in found)
    assert max(range(len(found)), key=found.__getitem__) == 1500
    assert found[1500] > 0.8
    assert sum(one > 0.5 for one in found) <= 3
    assert scores(values[:1400]) == found[:1400]


@pytest.mark.parametrize(
    "values",
    [[5.0] * 500, [0.0] * 500, [math.nan] * 100, [1e300, -1e300] * 100, [5e-324, 1] * 60, []],
)
def test_nothing_strange_makes_the_detector_stumble(values: list[float]) -> None:
    assert all(0 <= one <= 1 for one in scores(values))


def test_a_constant_series_is_quiet_and_its_first_change_is_not() -> None:
    found = scores([5.0] * 500 + [9.0])
    assert max(found[:-1]) == 0
    assert found[-1] > 0.5


def test_times_are_read_as_files_write_them() -> None:
    assert (
        moment("2014-04-01T00:00:00Z")
        == moment("1396310400")
        == moment("2014/04/01 00:00:00+00:00")
    )
    with pytest.raises(ValueError, match="Invalid isoformat"):
        moment("yesterday")
