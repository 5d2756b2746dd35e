"""Counts kept by events equal what the cases say, whatever happens to them, in whatever order and however often it is told."""

from datetime import timedelta
from random import Random

import pytest
from django.core.management import CommandError, call_command

from lifang.cases import actions, selectors
from lifang.cases.actions.rollup import check_rollups, rebuild_rollups, recount
from lifang.cases.models import Case, Counted, Rollup
from lifang.cases.selectors import rollups
from lifang.cases.selectors.counts import counted, counted_by_area
from lifang.cases.tests.make import (
    HOUR,
    MONDAY,
    accepted,
    awaiting_check,
    closed,
    dispatched,
    handling,
    make_case,
    make_photo,
    make_unit,
)
from lifang.core.access import SYSTEM, Refused
from lifang.core.access.wall import behind
from lifang.core.testing import cast, places
from lifang.core.testing.told import deliver
from lifang.orgs.models import Division

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NOW = MONDAY + 5 * HOUR
PLACES = (places.COUNTY, places.STREET, places.NEXT_STREET)


def midnight(at):
    from django.utils.timezone import localtime  # noqa: PLC0415

    return localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.fixture(autouse=True)
def _places():
    for code in (
        places.COUNTY,
        places.STREET,
        places.NEXT_STREET,
        places.COMMUNITY,
        places.NEXT_GRID[:12],
    ):
        parent = next((code[:n] for n in (9, 6) if n < len(code)), None)
        Division.objects.get_or_create(
            code=code, defaults={"name": f"地{code}", "level": len(code), "parent_id": parent, "valid_from": "2020-01-01",
                                 "kind": {9: "street", 12: "urban_community"}.get(len(code), "")},
        )  # fmt: skip


def many():
    """Cases in every state, here and in the next street, today and on other days."""
    make_unit()
    for days in (0, 1, 29, 30, 31):
        at = MONDAY - days * DAY
        make_case(at=at)
        accepted(at=at, area=places.NEXT_GRID)
        dispatched(at=at)
        handling(at=at)
        awaiting_check(at=at)
        closed(at=at)
    held = handling()
    actions.suspend(
        actor=cast.street_dispatcher(places.STREET).actor,
        case=held,
        at=NOW,
        reason="season",
        note="大雨",
    )
    done = closed()
    actions.archive(actor=cast.street_dispatcher(places.STREET).actor, case=done, at=NOW)
    actions.self_handle(
        actor=cast.grid_worker(places.GRID).actor, at=NOW, matter="06010", text="已清理", area=places.GRID,
        before=[make_photo(1)], after=[make_photo(2)],
    )  # fmt: skip


def right():
    verdict = check_rollups()
    assert verdict == (0, []), verdict
    return True


def test_what_events_keep_is_what_a_full_count_finds():
    many()
    assert check_rollups().stale > 0
    deliver(NOW)
    assert right()
    kept = set(
        Rollup.objects.exclude(n=0).exclude(place="").values_list("place", "what", "slot", "n")
    )
    assert kept
    assert rebuild_rollups() == len(kept)
    assert set(Rollup.objects.exclude(place="").values_list("place", "what", "slot", "n")) == kept


def test_the_numbers_of_an_area_are_the_same_kept_and_counted(county_dispatcher):
    many()
    deliver(NOW)
    for at in (NOW, NOW + 3 * HOUR, NOW + 20 * HOUR, NOW + 9 * DAY):
        for place in PLACES:
            with behind(SYSTEM):
                found = rollups.counts(SYSTEM, place, at)
                live = counted(SYSTEM, place, at, midnight(at))
            assert {name: found.get(name, 0) for name in live._fields} == live._asdict(), (
                at,
                place,
            )
        for place, depth in ((places.COUNTY, 9), (places.STREET, 12)):
            with behind(SYSTEM):
                kept, live = (
                    rollups.by_area(SYSTEM, place, depth, at),
                    counted_by_area(SYSTEM, place, at),
                )
            assert [*map(_facts, kept)] == [*map(_facts, live)] != []


def _facts(row):
    return row["part"], row["open"], row["overdue"]


def test_what_waits_is_the_same_kept_and_counted():
    many()
    deliver(NOW)
    people = [
        cast.street_dispatcher(places.STREET), cast.county_dispatcher(places.COUNTY), cast.checker(),
        cast.department_handler(cast.UNIT), cast.grid_worker(places.GRID),
    ]  # fmt: skip
    found = []
    for one in people:
        with behind(one.actor):
            live = selectors.waiting_counts(one.actor)
            assert rollups.waiting(one.actor) == live, one
        found.append(live)
    assert sum(map(bool, found)) >= 3


def test_telling_twice_or_late_or_backwards_changes_nothing():
    many()
    with behind(SYSTEM):
        pks = [*Case.objects.values_list("pk", flat=True)]
        for pk in [*pks, *pks[::-1]]:
            recount(SYSTEM, pk)
    assert right()
    deliver(NOW)
    assert right()


@pytest.mark.parametrize("seed", range(3))
def test_any_row_of_acts_leaves_the_counts_right(seed):
    dice = Random(seed)
    make_unit()
    desk = cast.street_dispatcher(places.STREET).actor
    unit, checker = cast.department_handler(cast.UNIT).actor, cast.checker().actor
    ways = [
        lambda case, at: actions.accept(actor=desk, case=case, at=at),
        lambda case, at: actions.refuse(actor=desk, case=case, at=at, reason="outside", note="不归我们管"),
        lambda case, at: actions.dispatch(actor=desk, case=case, at=at, lead=cast.UNIT),
        lambda case, at: actions.sign(actor=unit, case=case, at=at),
        lambda case, at: actions.feed_back(actor=unit, case=case, at=at, note="办了"),
        lambda case, at: actions.check(actor=checker, case=case, at=at, passed=dice.random() < 0.6, note="看过"),
        lambda case, at: actions.reopen(actor=desk, case=case, at=at, note="又坏了"),
        lambda case, at: actions.escalate(actor=desk, case=case, at=at, note="请上级定"),
        lambda case, at: actions.correct(actor=desk, case=case, at=at, matter="09001"),
    ]  # fmt: skip
    cases = [make_case(matter="09001") for _ in range(4)]
    made = 0
    for step in range(60):
        at = MONDAY + step * HOUR
        try:
            dice.choice(ways)(dice.choice(cases), at)
            made += 1
        except (Refused, KeyError):
            pass
        if dice.random() < 0.2:
            deliver(at)
    deliver(MONDAY + 99 * HOUR)
    assert made >= 8
    assert right()


def test_the_command_names_a_wrong_count_and_mends_it(capsys):
    many()
    deliver(NOW)
    call_command("figures", "check")
    Rollup.objects.filter(place=places.COUNTY, what="open").update(n=7777)
    gone = Counted.objects.first()
    gone.delete()
    with pytest.raises(CommandError, match="rebuild"):
        call_command("figures", "check")
    told = capsys.readouterr().out
    assert f"{places.COUNTY} open : kept 7777" in told
    call_command("figures", "rebuild")
    call_command("figures", "check")
    assert right()


def test_small_areas_and_unbuilt_counts_are_counted_on_the_spot(county_dispatcher, stranger):
    many()
    deliver(NOW)
    assert rollups.kept(SYSTEM, places.COUNTY, 1)
    assert not rollups.kept(SYSTEM, places.COUNTY, 10_000)
    assert not rollups.kept(SYSTEM, places.COMMUNITY, 1)
    assert not rollups.kept(stranger.actor, places.COUNTY, 1)
    assert not rollups.kept(SYSTEM, "", 1)
    Rollup.objects.filter(place="").delete()
    assert not rollups.kept(SYSTEM, places.COUNTY, 1)


def test_an_empty_platform_has_its_counts_built():
    assert Rollup.objects.filter(place="", what="built").exists()
