"""What is stored and looked at a moment later: by whoever comes first, once, and the same as if at once."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing.cast import MONDAY
from lifang.sensing import actions
from lifang.sensing.actions import looking, storing
from lifang.sensing.actions.intake import Register, take
from lifang.sensing.actions.looking import Part, look, look_at_left, packed, unpacked
from lifang.sensing.actions.mail import Parcel
from lifang.sensing.actions.packing import columns
from lifang.sensing.adapters import lifang as ours
from lifang.sensing.api.batches import Gate
from lifang.sensing.models import Alarm, Latest, Observation
from lifang.sensing.terms import Way
from lifang.sensing.tests.make import known_of, make_device, make_series, observed
from lifang.sensing.tests.test_intake import gateway, key, owner  # noqa: F401 -- fixtures

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _see_all(db) -> Iterator[None]:
    with behind(SYSTEM):
        yield


def lay(*rows, of) -> Part:
    """Stored, with its receipt; nobody has looked at it."""
    parts: list[Part] = []
    with transaction.atomic():
        known = known_of(*of)
        storing.keep(columns(rows, known), known, MONDAY, lambda *new: parts.append(looking.lay_open(*new)))  # fmt: skip
    return parts[0]


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sensing_unseen")
        return int(cursor.fetchone()[0])


@pytest.fixture
def detector():
    return make_series(make_device(type="smoke"), "smoke")


def test_it_is_stored_at_once_and_looked_at_once(detector) -> None:
    part = lay(observed(detector, MONDAY, 1), of=[detector])
    assert (Observation.objects.count(), Latest.objects.count(), waiting()) == (1, 0, 1)
    look([part], MONDAY)
    assert (Latest.objects.get().value, Latest.objects.get().readings, waiting()) == (1.0, 1, 0)
    assert Alarm.objects.get().rule == "smoke"
    look([part], MONDAY)
    assert look_at_left(at=MONDAY + MINUTE) == 0
    assert Latest.objects.get().readings == 1


def test_what_a_dead_process_stored_another_looks_at_after_a_while(detector) -> None:
    part = lay(observed(detector, MONDAY, 1), of=[detector])
    assert look_at_left(at=MONDAY + 5 * SECOND) == 0  # it may still come to it
    assert look_at_left(at=MONDAY + 11 * SECOND) == 1
    assert (Alarm.objects.get().rule, Latest.objects.get().readings) == ("smoke", 1)
    look([part], MONDAY)  # it was not dead
    assert Latest.objects.get().readings == 1


def test_a_device_that_no_rule_can_look_at_does_not_hide_the_others(detector, monkeypatch) -> None:
    guilty = make_series(make_device(type="smoke"), "smoke")
    seen: list[int] = []

    class Chokes:
        def see(self, batch) -> None:
            if guilty.pk in batch.columns.series:
                raise ZeroDivisionError
            seen.extend(batch.columns.series.tolist())

    monkeypatch.setattr(storing, "WATCHERS", [Chokes()])
    both = lay(
        observed(detector, MONDAY, 0.1), observed(guilty, MONDAY, 0.1), of=[detector, guilty]
    )
    alone = lay(observed(guilty, MONDAY + MINUTE, 0.1), of=[guilty])
    look([both, alone], MONDAY)
    assert (seen, waiting()) == ([detector.pk], 0)
    assert [row.series_id for row in Latest.objects.all()] == [detector.pk]


def test_when_the_database_goes_away_nothing_happened(detector, monkeypatch) -> None:
    part = lay(observed(detector, MONDAY, 1), of=[detector])

    def away(*_) -> None:
        raise looking.OperationalError("gone")

    monkeypatch.setattr(looking, "seen", away)
    with pytest.raises(looking.OperationalError):
        look([part], MONDAY)
    monkeypatch.undo()
    assert waiting() == 1
    look([part], MONDAY)
    assert Alarm.objects.exists()


@pytest.mark.parametrize(("smoke", "unseen"), [(0, 1), (1, 0)])
def test_danger_to_life_does_not_wait(owner, smoke, unseen) -> None:  # noqa: F811 -- a fixture
    said = ours.read(b'{"device":"S1","values":{"smoke":%d,"battery":80}}' % smoke)
    later: list[Part] = []
    take(Register(), [Parcel(owner, Way.HTTP, said, b"")], MONDAY, later)
    assert (len(later), waiting(), Alarm.objects.count()) == (unseen, unseen, smoke)


def test_while_too_much_waits_to_be_looked_at_nothing_is_stored_and_then_all_of_it_once() -> None:
    class Counts(Gate):
        def _commit(self, together, scribe=None):
            self.looker.await_room()
            committed.append(len(together))
            return [{"taken": len(one.lines)} for one in together]

    async def go() -> list[dict]:
        gate = Counts(lambda: MONDAY, later=True)
        gate.looker.size = looking.MOST_UNSEEN
        asked = [asyncio.ensure_future(gate.take(None, [b"{}"] * 9_000)) for _ in "12"]
        await asyncio.sleep(0.05)
        assert committed == []
        assert all(scribe.running for scribe in gate.scribes)  # both wait
        with gate.looker.changed:
            gate.looker.size = 0
            gate.looker.changed.notify_all()
        return await asyncio.gather(*asked)

    committed: list[int] = []
    assert asyncio.run(go()) == [{"taken": 9_000}] * 2
    assert committed == [1, 1]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(
    values=st.lists(st.sampled_from([0.05, 0.2, 0.45, 5.0]), min_size=1, max_size=12),
    cuts=st.lists(st.integers(1, 4), min_size=1, max_size=6),
    together=st.lists(st.integers(1, 3), min_size=1, max_size=6),
)
def test_looked_at_later_and_in_any_pieces_it_is_the_same(values, cuts, together) -> None:
    """All is stored before anything is looked at: no look may see what has not had its turn."""

    def alarms(series) -> list[tuple]:
        rows = Alarm.objects.filter(device=series.device).order_by("rule", "raised_at")
        return [(one.rule, one.raised_at, one.cleared_at, one.ended_at is None) for one in rows]

    with transaction.atomic():
        first, second = (make_series(make_device(type="water_level"), "water_level") for _ in "12")
        times = [MONDAY + n * 3 * MINUTE for n in range(len(values))]
        for at, value in zip(times, values, strict=True):
            actions.store([observed(first, at, value)], known_of(first), at)
        parts, begin = [], 0
        for n in range(len(values)):
            size = cuts[n % len(cuts)]
            rows = [observed(second, at, value) for at, value in zip(times, values, strict=True)][begin : begin + size]  # fmt: skip
            begin += size
            if rows:
                parts.append(lay(*rows, of=[second]))
        begin = 0
        for n in range(len(parts)):
            size = together[n % len(together)]
            if mine := parts[begin : begin + size]:
                last = int(np.max(mine[-1].columns.at)) / 1e6
                look(mine, MONDAY + timedelta(seconds=last - MONDAY.timestamp()))
            begin += size
        assert alarms(second) == alarms(first)
        newest = [Latest.objects.get(series=one) for one in (first, second)]
        assert newest[0].readings == newest[1].readings == len(values)
        assert newest[0].value == newest[1].value
        transaction.set_rollback(True)


@given(st.lists(st.tuples(st.integers(-(2**62), 2**62), st.lists(st.tuples(st.integers(0, 2**62), st.floats(allow_nan=False), st.one_of(st.none(), st.binary(max_size=9))), min_size=1, max_size=3)), max_size=9))  # fmt: skip
def test_columns_are_written_down_and_read_as_they_were(messages) -> None:
    rows = [(series, number, number // 2, value, number % 30_000, number // 3, group, fact) for group, (number, values) in enumerate(messages) for series, value, fact in values]  # fmt: skip
    kinds = (np.int64, np.int64, np.int64, np.float64, np.int16, np.int64, np.int64)
    made = [np.array([row[place] for row in rows], kind) for place, kind in enumerate(kinds)]
    for facts in (None, [row[-1] for row in rows]):
        back = unpacked(packed(looking.Columns._make((*made, facts))))
        assert all((a == b).all() and a.dtype == b.dtype for a, b in zip(back[:-1], made, strict=True))  # fmt: skip
        assert back.facts == facts
