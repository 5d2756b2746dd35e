"""However readings arrive and whenever the process dies, the alarms are those of the log in order."""

import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from lifang.sensing.watch import pair as pairs
from lifang.sensing.watch import score
from lifang.sensing.watch.engine import Watch, pack, unpack
from lifang.sensing.watch.fold import fold
from lifang.sensing.watch.pair import Signal, Turn
from lifang.sensing.watch.rule import Kind, Reading, Rule
from lifang.sensing.watch.schedule import Schedule, Window
from lifang.sensing.watch.tests.oracle import Oracle

LATENESS = 40
small = st.integers(0, 25)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    kind = draw(st.sampled_from([one for one in Kind if one is not Kind.SCORE]))
    limits = draw(
        st.sampled_from(
            [{"above": 2.0}, {"below": 1.0}, {"equals": (3.0,)}, {"above": 3.0, "equals": (0.0,)}]
        )
    )
    windows = draw(
        st.sampled_from([(), (), (Window(8 * 60, 8 * 60 + 1),), (Window(8 * 60 + 1, 480),)])
    )
    gated = kind in {Kind.COUNT, Kind.SEQUENCE}
    return Rule(
        key="r",
        kind=kind,
        measure="a",
        hold=draw(st.integers(1, 25) if kind in {Kind.SILENCE, Kind.SEQUENCE} else small),
        linger=draw(small),
        rest=draw(small),
        deadband=draw(st.sampled_from([0, 1])) if "equals" not in limits else 0,
        window=draw(st.integers(1, 25)),
        count=draw(st.integers(1, 3)),
        edges=draw(st.booleans()),
        by=draw(st.sampled_from([2.0, -2.0])),
        then="b" if kind is Kind.SEQUENCE else "",
        then_equals=(1.0, 2.0) if kind is Kind.SEQUENCE else (),
        fresh=draw(st.sampled_from([0, 0, 7]))
        if kind not in {*([Kind.COUNT]), Kind.SILENCE, Kind.SEQUENCE}
        else 0,
        schedule=Schedule(() if gated else windows),
        **limits,
    )


readings = st.builds(
    lambda at, measure, value: Reading(float(at), measure, float(value)),
    st.integers(0, 160),
    st.sampled_from(["a", "a", "b"]),
    st.integers(0, 4),
)


@st.composite
def journeys(draw: st.DrawFn) -> tuple[Rule, list[Reading], list[Reading]]:
    """A log, and the same as it arrives: late within bounds, some of it twice."""
    rule = draw(rules())
    log = draw(st.lists(readings, max_size=30))
    delayed = sorted((one.at + draw(st.integers(0, LATENESS - 1)), one) for one in log)
    twice = [one for _, one in delayed for _ in range(draw(st.integers(1, 2)))]
    return rule, log, twice


def standing(signals: list[Signal]) -> list[tuple[float, float | None]]:
    """What is left when every correction has been made."""
    left: dict[float, float | None] = {}
    for one in signals:
        if one.turn is Turn.WITHDRAWN:
            del left[one.raised]
        else:
            assert (one.turn is Turn.RAISED) == (one.raised not in left)
            left[one.raised] = one.cleared if one.turn is Turn.CLEARED else None
    return sorted(left.items())


@settings(max_examples=400, deadline=None)
@given(journeys())
def test_the_fold_means_what_the_rule_says(journey) -> None:
    rule, log, _ = journey
    told = [(one.raised, one.cleared) for one in fold(rule, log, 400.0)]
    assert told == Oracle(rule, log).until(400)


@settings(max_examples=400, deadline=None)
@given(journeys(), st.randoms(use_true_random=False), st.booleans())
def test_late_double_and_disordered_readings_and_restarts_change_no_alarm(
    journey, chance: random.Random, impatient: bool
) -> None:
    rule, log, arriving = journey
    stored: list[Reading] = []

    def history(subject, measures, since):
        return [one for one in stored if one.measure in measures and one.at > since]

    def start() -> Watch:
        return Watch(lambda _: [rule], history, LATENESS)

    watch, signals, newest = start(), [], 0.0
    while arriving:
        size = chance.randint(1, 4)
        batch, arriving = arriving[:size], arriving[size:]
        stored += batch
        signals += watch.feed(("s", one) for one in batch)
        newest = max(newest, *(one.at for one in batch))
        if impatient or chance.random() < 0.2:
            signals += watch.tick(newest if impatient else newest - LATENESS)
        if chance.random() < 0.3:  # dies, and comes back with what was written down
            pairs, times = watch.dump()
            watch = start()
            watch.load(pairs, times)
    signals += watch.tick(400.0)
    assert standing(signals) == Oracle(rule, log).until(400)


# Learnt before the journey begins: a wave with noise, one reading a second.
BEFORE = [
    Reading(float(at), "a", 20 + 3 * math.sin(at / 20) + random.Random(at).random())
    for at in range(-400, 0)
]
values = st.sampled_from([20.0, 20.5, 21.0, 19.0, 20.0, 21.5, 18.5, 40.0, 90.0, -50.0])


@st.composite
def scored_rules(draw: st.DrawFn) -> Rule:
    windows = draw(st.sampled_from([(), (), (Window(8 * 60, 8 * 60 + 1),)]))
    return Rule(
        key="r", kind=Kind.SCORE, measure="a", above=draw(st.sampled_from([0.2, 0.5, 0.8])), deadband=draw(st.sampled_from([0, 0.15])),
        hold=draw(st.sampled_from([0, 0, 3, 20])), linger=draw(small), rest=draw(small), schedule=Schedule(windows),
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    scored_rules(),
    st.lists(st.tuples(st.integers(0, 160), values, st.integers(0, LATENESS - 1)), max_size=40),
    st.randoms(use_true_random=False),
    st.booleans(),
)
def test_a_score_is_that_of_the_log_in_order_whoever_follows_the_series_and_however_it_arrives(
    rule: Rule, told, chance: random.Random, impatient: bool
) -> None:
    log = [Reading(float(at), "a", value) for at, value, _ in told]
    arriving = [
        one
        for _, one in sorted((at + late, one) for (at, _, late), one in zip(told, log, strict=True))
    ]
    stored, signals, kept, newest = list(BEFORE), [], {}, 0.0
    track = score.begun(stored, -1.0)
    while arriving:
        size = chance.randint(1, 4)
        batch, arriving = arriving[:size], arriving[size:]
        stored += batch
        if chance.random() < 0.3:
            continue  # nobody looked in the meantime
        # Whoever looks next knows only what was written down.
        pair = unpack(kept["r"]) if "r" in kept else None
        readings = chance.sample(stored, len(stored)) + batch  # in any order, and twice
        now, said = score.work_in(track, [rule], {"r": pair} if pair else {}, readings, LATENESS)
        assert [one.at for one in track.remarks] == sorted(one.at for one in track.remarks)
        pair, newest = now["r"], max(newest, *(one.at for one in batch))
        signals += [Signal(turn, "s", key, *episode(one)) for key, turn, one in said]
        if impatient or chance.random() < 0.2:
            due = pairs.run(pair, rule, newest if impatient else newest - LATENESS)
            signals += [Signal(turn, "s", "r", *episode(one)) for turn, one in due]
        kept = {} if score.rests(pair, rule, newest) else {"r": pack(pair)}
    now, said = score.work_in(track, [rule], {"r": unpack(kept["r"])} if kept else {}, stored, LATENESS)  # fmt: skip
    signals += [Signal(turn, "s", key, *episode(one)) for key, turn, one in said]
    signals += [Signal(turn, "s", "r", *episode(one)) for turn, one in pairs.run(now["r"], rule, 400.0)]  # fmt: skip
    assert standing(signals) == Oracle(rule, score.scored([*BEFORE, *log])[400:]).until(400)


def episode(one) -> tuple[float, float, float | None]:
    return one.since, one.raised, one.cleared


def test_a_detector_that_was_written_down_goes_on_as_if_nothing_had_been() -> None:
    chance = random.Random(5)
    whole, broken = score.Detector(), score.Detector()
    for number in range(3000):
        value = 5 * math.sin(number / 46) + chance.gauss(0, 1) + (30 if number % 700 == 699 else 0)
        if number % 97 == 0:
            broken = score.unpack(score.pack(broken))
        assert whole.score(number * 300.0, value) == broken.score(number * 300.0, value)
    assert len(score.pack(broken)) < 16_000  # and it does not grow
