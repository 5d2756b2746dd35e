"""Old days: what is nobody's home lies in the archive, read back and counted, before it is gone from here."""

from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest
from django.db import ProgrammingError, transaction

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.config import config
from lifang.core.testing.cast import MONDAY
from lifang.registry.tests.make import make_building
from lifang.sensing import actions, selectors
from lifang.sensing.actions import archive
from lifang.sensing.models import Archived, Latest, Observation
from lifang.sensing.rules.archive import COLUMNS, checksum, may_be_kept, path_of, rows_of
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

OLD = MONDAY - timedelta(days=200)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def place(db, tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(type(config()), "archive", property(lambda _: tmp_path))
    with behind(SYSTEM):
        yield tmp_path


def a_day(series, at=OLD, values=range(5)) -> None:
    rows = [observed(series, at + HOUR * n, float(value)) for n, value in enumerate(values)]
    actions.store(rows, known_of(series), at + HOUR * 24)


def run(at=MONDAY) -> list:
    return list(iter(lambda: actions.archive_day(actor=SYSTEM, at=at), None))


def street(kind: str = "environment", measure: str = "pm25"):
    return make_series(make_device(type=kind), measure)


@pytest.mark.covers("S0-29", "S2-08")
def test_a_day_goes_into_the_archive_and_is_read_from_there(place, county_dispatcher) -> None:
    series, other = street(), street("water_level", "water_level")
    a_day(series, values=[10, 20, 60, 30, 30])
    a_day(other)
    assert run() == [OLD.date()]
    assert not Observation.objects.exists()
    file = path_of(place, OLD.date())
    assert file.parent.name == f"day={OLD:%Y-%m-%d}"
    row = Archived.objects.get()
    assert (row.rows, row.erased, row.size) == (10, 0, file.stat().st_size)
    points = selectors.history(SYSTEM, series, OLD - HOUR, OLD + HOUR * 11, points=4)
    assert [(p.low, p.high, p.mean, p.readings) for p in points] == [
        (10, 20, 15, 2),
        (30, 60, 40, 3),
    ]
    # As anybody else reads it: the day from the name, and what a row is about in the row.
    with duckdb.connect() as db:
        told = db.execute(
            f"SELECT day::varchar, type, measure, area, count(*), max(value) FROM read_parquet('{place}/observations/*/*.parquet', hive_partitioning = true) GROUP BY ALL ORDER BY type"
        ).fetchall()
    assert told[0] == (f"{OLD:%Y-%m-%d}", "environment", "pm25", series.area, 5, 60.0)
    assert Latest.objects.get(series=series).readings == 0
    page = county_dispatcher.get("sensing:device", series.device_id, query={"measure": "pm25", "span": "year"})  # fmt: skip
    assert "60" in page.content.decode()


@pytest.mark.covers("S0-29")
def test_other_systems_read_on_from_the_archive_into_the_days_at_hand(
    place, county_dispatcher, stranger, resident
) -> None:
    series = street()
    a_day(series, at=OLD, values=[1, 2, 3])
    run()
    a_day(series, at=OLD + HOUR * 30, values=[4, 5, 6])  # late, and of a day that is not archived
    path = f"/api/v1/sensing/devices/{series.device_id}/observations"

    def ask(member, **more):
        asked = {"measure": "pm25", "since": OLD.isoformat(), "until": (OLD + HOUR * 48).isoformat(), "limit": 4, **more}  # fmt: skip
        return member.client.get(path, asked)

    first = ask(county_dispatcher).json()
    assert [one["value"] for one in first["items"]] == [1, 2, 3, 4]
    rest = ask(county_dispatcher, since=first["next"]).json()
    assert [one["value"] for one in rest["items"]] == [5, 6]
    assert rest["next"] is None
    assert ask(stranger).status_code == 404
    assert ask(resident).status_code == 403
    assert ask(county_dispatcher, measure="steps").status_code == 404
    far = (OLD + HOUR * 24 * 32).isoformat()
    for wrong in (
        {"until": far},
        {"until": OLD.isoformat()},
        {"limit": 10_001},
        {"since": "x"},
        {"measure": "x" * 41},
    ):
        assert ask(county_dispatcher, **wrong).status_code in (400, 409, 422), wrong


def test_the_stranger_reads_nothing_of_it(place, stranger) -> None:
    series = street()
    a_day(series)
    run()
    with behind(stranger.actor):
        assert selectors.history(stranger.actor, series, OLD - HOUR, MONDAY) == []


def test_homes_of_people_are_erased_and_not_archived(place) -> None:
    dwelling = make_building()[3]
    homes = [
        make_series(make_device(type="wearable"), "steps"), make_series(make_device(type="pir"), "motion"),
        make_series(make_device(type="call_button"), "sos"), make_series(make_device(type="door"), "open"),
        make_series(make_device(type="water_meter"), "flow"), make_series(make_device(type="unknown"), "smoke"),
        make_series(make_device(type="environment", place=dwelling.pk), "pm25"),
    ]  # fmt: skip
    for one in homes:
        a_day(one)
    lamp = street("street_lamp", "power")
    a_day(lamp)
    run()
    assert not Observation.objects.exists()
    row = Archived.objects.get()
    assert (row.rows, row.erased) == (5, 35)
    series = set(pq.read_table(path_of(place, OLD.date()), partitioning=None)["series"].to_pylist())
    assert series == {lamp.pk}
    assert may_be_kept("street_lamp", "road")
    assert not any(
        may_be_kept(kind, "")
        for kind in ("wearable", "pir", "door", "peephole", "breaker", "nonsense")
    )


def test_a_day_of_homes_alone_leaves_no_file(place) -> None:
    a_day(make_series(make_device(type="pir"), "motion"))
    run()
    assert not path_of(place, OLD.date()).exists()
    assert (Archived.objects.get().rows, Archived.objects.get().erased) == (0, 5)


@pytest.mark.parametrize("step", ["_read_back", "_settle", "_span"])
def test_whatever_breaks_off_the_day_stays_and_the_next_night_does_it(
    place, monkeypatch, step
) -> None:
    series = street()
    a_day(series)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(archive, step, dies)
        with pytest.raises(KeyboardInterrupt):
            run()
    assert Observation.objects.count() == 5
    assert not Archived.objects.exists()
    path = path_of(place, OLD.date())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half a file of the night before")
    assert run() == [OLD.date()]
    assert run() == []
    assert Archived.objects.get().rows == 5
    assert sorted(one.name for one in path.parent.iterdir()) == ["part-0.parquet"]
    assert len(selectors.history(SYSTEM, series, OLD - HOUR, OLD + HOUR * 9, points=9)) == 5


def test_a_file_that_does_not_read_back_erases_nothing(place, monkeypatch) -> None:
    a_day(street())
    settle = archive._read_back

    def other(path: Path) -> tuple[int, int]:
        rows, total = settle(path)
        return rows, total ^ 1

    monkeypatch.setattr(archive, "_read_back", other)
    with pytest.raises(archive.NotTheSame), transaction.atomic():
        run()
    assert Observation.objects.count() == 5


def test_what_came_in_after_the_file_was_written_keeps_its_day(place, monkeypatch) -> None:
    series = street()
    a_day(series)
    write = archive._write

    def late(*args: object) -> int:
        found = write(*args)
        actions.store([observed(series, OLD + timedelta(minutes=7), 9.0)], known_of(series), MONDAY)
        return found

    monkeypatch.setattr(archive, "_write", late)
    with pytest.raises(ProgrammingError, match="has 6 observations, not 5"), transaction.atomic():
        run()
    assert Observation.objects.count() == 5  # as before the transaction: nothing of it is gone
    assert not Archived.objects.exists()


def test_what_is_not_over_stays_and_an_old_file_goes(place) -> None:
    series = street()
    a_day(series, MONDAY - timedelta(days=20))
    a_day(series)
    assert run() == [OLD.date()]
    assert Observation.objects.count() == 5
    assert actions.forget_archive(actor=SYSTEM, at=MONDAY) == 0
    assert actions.forget_archive(actor=SYSTEM, at=MONDAY + timedelta(days=1000)) == 1
    assert not path_of(place, OLD.date()).exists()
    assert selectors.history(SYSTEM, series, OLD - HOUR, OLD + HOUR * 9, points=9) == []


def test_values_that_are_no_ordinary_numbers_come_back_as_they_were(place, monkeypatch) -> None:
    monkeypatch.setattr(archive, "GROUP_ROWS", 3)  # several groups, the last one not full
    series = street()
    strange = [0.0, -0.0, 5e-324, 1e300, -1e-300, 0.1, 1 / 3]
    a_day(series, values=strange)
    run()
    table = pq.read_table(path_of(place, OLD.date()), partitioning=None)
    assert [value.hex() for value in table["value"].to_pylist()] == [
        value.hex() for value in strange
    ]
    assert table["at"].to_pylist() == [OLD + HOUR * n for n in range(len(strange))]


def test_the_sum_knows_every_bit_and_no_order() -> None:
    dice = np.random.default_rng(5)
    columns = {name: dice.integers(0, 1 << 40, 100) for name in COLUMNS}
    columns["value"] = dice.random(100)
    columns["quality"] = columns["quality"].astype(np.int16)
    order = dice.permutation(100)
    assert checksum(columns) == checksum({name: one[order] for name, one in columns.items()})
    for name in COLUMNS:
        changed = {key: one.copy() for key, one in columns.items()}
        changed[name][7] += 1
        assert checksum(changed) != checksum(columns), name
    swapped = {key: one.copy() for key, one in columns.items()}
    swapped["value"][[3, 4]] = swapped["value"][[4, 3]]
    assert checksum(swapped) != checksum(columns)  # between rows, too
    with pytest.raises(ValueError, match="another shape"):
        rows_of(b"\x00" * 68)
