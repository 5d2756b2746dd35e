"""Storing: once, by event time, with what watches in the same transaction."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing.cast import MONDAY
from lifang.registry.tests.make import GRID
from lifang.sensing import actions, selectors
from lifang.sensing.actions import storing
from lifang.sensing.actions.watching import LATENESS
from lifang.sensing.models import Latest, Observation
from lifang.sensing.terms import BAD, REACH, Batch, Quality
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

MINUTE = timedelta(minutes=1)


@pytest.fixture
def seen(db, monkeypatch):
    """A watcher that remembers what it saw."""
    batches: list[Batch] = []

    class Remembers:
        def see(self, batch: Batch) -> None:
            batches.append(batch)

    monkeypatch.setattr(storing, "WATCHERS", [Remembers()])
    return batches


@pytest.fixture
def temperature(db):
    return make_series(make_device(type="breaker"), "temperature")


def test_a_batch_is_there_with_its_newest_and_its_watcher(temperature, seen):
    with behind(SYSTEM):
        rows = [observed(temperature, MONDAY + n * MINUTE, 20.0 + n) for n in range(3)]
        stored = actions.store(rows, known_of(temperature), MONDAY)
        assert stored == (3, 0)
        kept = selectors.observations(SYSTEM, temperature, MONDAY, MONDAY + 9 * MINUTE)
        assert [row.value for row in kept] == [20.0, 21.0, 22.0]
        assert Latest.objects.get(series=temperature).value == 22.0
    assert [one.value for one in seen[0].observed] == [20.0, 21.0, 22.0]
    assert seen[0].known[temperature.pk].measure == "temperature"


def test_what_is_there_already_is_not_stored_and_not_seen_again(temperature, seen):
    with behind(SYSTEM):
        first = [observed(temperature, MONDAY, 20.0)]
        actions.store(first, known_of(temperature), MONDAY)
        again = [*first, observed(temperature, MONDAY + MINUTE, 21.0), *first]
        assert actions.store(again, known_of(temperature), MONDAY) == (1, 2)
        assert Observation.objects.filter(series=temperature).count() == 2
    assert [len(batch.observed) for batch in seen] == [1, 1]


def test_twice_in_one_batch_is_once(temperature, seen):
    with behind(SYSTEM):
        twice = [observed(temperature, MONDAY, 20.0)] * 2
        assert actions.store(twice, known_of(temperature), MONDAY) == (1, 1)
    assert len(seen[0].observed) == 1


def _rows(*columns):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns)} FROM sensing_message ORDER BY device_id, at, message"
        )
        return cursor.fetchall()


def test_what_one_message_says_is_one_row_and_what_it_says_more_later_is_added(seen, db):
    device = make_device(type="breaker")
    warm, power, current = (make_series(device, one) for one in ("temperature", "power", "current"))
    known = known_of(warm, power, current)
    with behind(SYSTEM):
        actions.store([observed(warm, MONDAY, 20.0), observed(power, MONDAY, 60.0)], known, MONDAY)
        assert _rows("series", "value", "quality") == [([warm.pk, power.pk], [20.0, 60.0], None)]
        facts = '{"label":"车"}'.encode()
        more = [
            observed(warm, MONDAY, 99.0),  # said already, and kept as it was
            observed(current, MONDAY, 2.0, quality=int(Quality.RANGE))._replace(facts=facts),
            observed(current, MONDAY, 3.0),  # twice in one message: the first counts
            observed(warm, MONDAY + MINUTE, 21.0),
        ]
        assert actions.store(more, known, MONDAY) == (2, 2)
        first, second = _rows("series", "value", "quality", "facts")
        assert first[:3] == (
            [warm.pk, power.pk, current.pk],
            [20.0, 60.0, 2.0],
            [0, 0, int(Quality.RANGE)],
        )
        assert second == ([warm.pk], [21.0], None, None)
        assert actions.store(more, known, MONDAY) == (0, 4)
        shown = Observation.objects.filter(device=device, at=MONDAY).order_by("series")
        assert [(row.series_id, row.value, row.facts) for row in shown] == [
            (warm.pk, 20.0, None), (power.pk, 60.0, None), (current.pk, 2.0, {"label": "车"}),
        ]  # fmt: skip
        assert Latest.objects.get(series=current).readings == 1
    assert [[one.value for one in batch.observed] for batch in seen] == [[20.0, 60.0], [2.0, 21.0]]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 2), st.integers(0, 2), st.sampled_from((0, 5)), st.integers(0, 4), st.booleans()),
            min_size=1, max_size=6,
        ),
        min_size=1, max_size=3,
    )
)  # fmt: skip
def test_however_it_is_cut_into_batches_the_first_word_on_each_counts(seen, batches):
    """Series, minute, message, value, facts: each (series, minute, message) is there once, as it was first said."""
    with transaction.atomic(), behind(SYSTEM):
        device = make_device(type="breaker")
        series = [make_series(device, one) for one in ("temperature", "power", "current")]
        wanted: dict[tuple[int, int, int], tuple[float, bool]] = {}
        for rows in batches:
            before = len(wanted)
            for which, minute, place, value, more in rows:
                wanted.setdefault((series[which].pk, minute, place), (float(value), more))
            told = [
                observed(series[which], MONDAY + minute * MINUTE, float(value), message=place)._replace(facts=b"{}" if more else None)
                for which, minute, place, value, more in rows
            ]  # fmt: skip
            assert actions.store(told, known_of(*series), MONDAY).new == len(wanted) - before
        found = {
            (row.series_id, (row.at - MONDAY) // MINUTE, row.message): (row.value, row.facts == {})
            for row in Observation.objects.filter(device=device)
        }
        assert found == wanted
        transaction.set_rollback(True)


def test_a_makers_message_counts_once_whatever_time_it_tells(temperature, seen):
    with behind(SYSTEM):
        one = observed(temperature, MONDAY, 20.0, message=-77)
        later = observed(temperature, MONDAY + MINUTE, 20.0, message=-77)
        assert actions.store([one], known_of(temperature), MONDAY) == (1, 0)
        assert actions.store([later], known_of(temperature), MONDAY) == (0, 1)
        other = observed(temperature, MONDAY, 25.0, message=-78)  # the same second, another message
        assert actions.store([other], known_of(temperature), MONDAY) == (1, 0)


def test_late_data_never_becomes_the_newest(temperature, seen):
    with behind(SYSTEM):
        actions.store([observed(temperature, MONDAY, 30.0)], known_of(temperature), MONDAY)
        late = observed(temperature, MONDAY - 9 * MINUTE, 10.0, arrived=MONDAY + MINUTE)
        actions.store([late], known_of(temperature), MONDAY)
        newest = Latest.objects.get(series=temperature)
    assert (newest.value, newest.at) == (30.0, MONDAY)
    assert newest.arrived_at == MONDAY + MINUTE  # that it spoke at all is news


def test_a_batch_may_span_days(temperature, seen):
    with behind(SYSTEM):
        rows = [observed(temperature, MONDAY - timedelta(days=n), float(n)) for n in range(5)]
        assert actions.store(rows, known_of(temperature), MONDAY) == (5, 0)
        assert Latest.objects.get(series=temperature).value == 0.0


def test_a_day_whose_making_came_to_nothing_is_made_again(temperature, seen):
    with behind(SYSTEM):
        far = observed(temperature, MONDAY - timedelta(days=60), 1.0)
        with transaction.atomic():
            actions.store([far], known_of(temperature), MONDAY)
            transaction.set_rollback(True)
        assert actions.store([far], known_of(temperature), MONDAY) == (1, 0)


def test_when_a_watcher_fails_nothing_is_stored(temperature, monkeypatch):
    class Fails:
        def see(self, batch: Batch) -> None:
            raise ValueError("a rule that cannot be")

    monkeypatch.setattr(storing, "WATCHERS", [Fails()])
    with behind(SYSTEM):
        with pytest.raises(ValueError, match="cannot be"):
            actions.store([observed(temperature, MONDAY, 20.0)], known_of(temperature), MONDAY)
        assert not Observation.objects.filter(series=temperature).exists()
        assert not Latest.objects.filter(series=temperature).exists()


def test_facts_travel_with_the_observation(temperature, seen):
    with behind(SYSTEM):
        row = observed(temperature, MONDAY, 20.0)._replace(facts='{"label":"车"}'.encode())
        actions.store([row], known_of(temperature), MONDAY)
        assert Observation.objects.get(series=temperature).facts == {"label": "车"}
        assert Latest.objects.get(series=temperature).facts == {"label": "车"}


def test_the_wall_hides_observations_of_the_next_street(temperature, seen, stranger, grid_worker):
    with behind(SYSTEM):
        actions.store([observed(temperature, MONDAY, 20.0)], known_of(temperature), MONDAY)
    with behind(grid_worker.actor):
        assert Observation.objects.count() == 1
    with behind(stranger.actor):
        assert Observation.objects.count() == 0
        assert Latest.objects.count() == 0
        assert selectors.history(stranger.actor, temperature, MONDAY, MONDAY + MINUTE) == []


def test_a_day_is_read_through_the_wall_or_not_at_all(temperature, seen):
    with behind(SYSTEM):
        actions.store([observed(temperature, MONDAY, 20.0)], known_of(temperature), MONDAY)
    part = f"sensing_message_{MONDAY:%Y%m%d}"
    for statement in (
        f"SELECT * FROM {part}",
        f"DELETE FROM {part}",
        "DELETE FROM sensing_message",
        "UPDATE sensing_message SET value = series",
    ):
        with (
            pytest.raises(DatabaseError, match="denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_history_keeps_low_and_high_and_leaves_out_what_is_bad(temperature, seen):
    with behind(SYSTEM):
        rows = [observed(temperature, MONDAY + n * MINUTE, float(n)) for n in range(60)]
        wrong = observed(temperature, MONDAY + timedelta(seconds=30), 900.0, quality=4)
        actions.store([*rows, wrong], known_of(temperature), MONDAY)
        points = selectors.history(SYSTEM, temperature, MONDAY, MONDAY + 60 * MINUTE, points=6)
    assert [(p.low, p.high, p.readings) for p in points] == [
        (10.0 * n, 10.0 * n + 9, 10) for n in range(6)
    ]


def test_a_device_that_moves_takes_its_series_along(temperature, seen, stranger):
    with behind(SYSTEM):
        actions.store([observed(temperature, MONDAY, 20.0)], known_of(temperature), MONDAY)
        actions.move_device(
            actor=SYSTEM, device=temperature.device, area=stranger.actor.grants[0].area, at=MONDAY
        )
    with behind(stranger.actor):
        assert Latest.objects.count() == 1
        assert Observation.objects.count() == 1
    assert GRID  # where it was


def test_what_was_kept_long_enough_goes_by_whole_days(temperature, seen):
    with behind(SYSTEM):
        old = observed(temperature, MONDAY - timedelta(days=60), 1.0, message=5)
        actions.store([old, observed(temperature, MONDAY, 2.0)], known_of(temperature), MONDAY)
        actions.forget_old(actor=SYSTEM, at=MONDAY + timedelta(days=40))
        while actions.archive_day(actor=SYSTEM, at=MONDAY + timedelta(days=40)):
            pass
        assert [row.value for row in Observation.objects.filter(series=temperature)] == [2.0]


MINUTES = st.tuples(st.integers(-5, 400), st.integers(0, 40), st.booleans())


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(MINUTES, min_size=1, max_size=8), min_size=1, max_size=12))
def test_a_series_never_moved_further_than_is_said(temperature, seen, batches):
    """Each batch reaches a little back and hours ahead; a bad value counts for nothing."""
    with behind(SYSTEM), transaction.atomic():
        past, newest = list[tuple[int, float]](), 0
        for batch in batches:
            rows = [
                observed(temperature, MONDAY + max(0, newest + ahead) * MINUTE, value, quality=bad * Quality.RANGE)
                for ahead, value, bad in batch
            ]  # fmt: skip
            newest = max(newest, *(newest + ahead for ahead, _, _ in batch))
            seen.clear()
            actions.store(rows, known_of(temperature), MONDAY)
            for one in seen:  # nothing is new: nobody sees it
                past += [(row.at, row.value) for row in one.observed if not row.quality & BAD]
                since = min(row.at for row in one.observed) - (REACH - LATENESS) * 1_000_000
                values = [value for at, value in past if at > since]
                assert not values or one.moved[temperature.pk] >= max(values) - min(values)
        transaction.set_rollback(True)


def test_a_gauge_at_rest_is_said_to_rest_again_two_hours_after_it_moved(temperature, seen):
    with behind(SYSTEM):
        for hour, value in enumerate((20.0, 90.0, 20.0, 20.0, 20.5, 20.0)):
            actions.store([observed(temperature, MONDAY + hour * 60 * MINUTE, value)], known_of(temperature), MONDAY)  # fmt: skip
    assert [one.moved[temperature.pk] for one in seen] == [0.0, 70.0, 70.0, 0.0, 0.5, 0.5]
