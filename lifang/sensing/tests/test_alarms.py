"""From readings to alarms: one open for a device and a rule, folded where it helps nobody, judged in the end."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.told import published
from lifang.registry.tests.make import make_building
from lifang.sensing import actions, selectors
from lifang.sensing.actions import watching
from lifang.sensing.events import AlarmEnded, AlarmRaised
from lifang.sensing.models import Alarm, AlarmStep, Flood, Pending
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _see_all(db):
    with behind(SYSTEM):
        yield


def say(series, *values: tuple[timedelta, float], at=None, **more) -> None:
    """Readings of one series, stored as they arrive."""
    rows = [observed(series, MONDAY + after, value, **more) for after, value in values]
    with behind(SYSTEM):
        actions.store(rows, known_of(series), at or max(MONDAY + after for after, _ in values))


def smoke(**more):
    return make_series(make_device(type="smoke", **more), "smoke")


def only() -> Alarm:
    with behind(SYSTEM):
        return Alarm.objects.get()


@pytest.mark.covers("S3-11", "S0-25", "S2-07")
def test_smoke_is_an_alarm_at_once_and_clearing_waits(db) -> None:
    series = smoke()
    say(series, (SECOND, 1))
    alarm = only()
    assert (alarm.rule, alarm.severity, alarm.life, alarm.rank) == ("smoke", "critical", True, 0)
    assert alarm.raised_at == MONDAY + SECOND
    raised = [one for one in published() if isinstance(one, AlarmRaised)]
    assert [(one.alarm, one.matter, one.life) for one in raised] == [(alarm.pk, "10998", True)]
    say(series, (MINUTE, 0))
    assert only().cleared_at is None
    with behind(SYSTEM):
        actions.run_timers(actor=SYSTEM, at=MONDAY + 3 * MINUTE)
    alarm = only()
    assert alarm.cleared_at == MONDAY + 3 * MINUTE
    assert alarm.ended_at is None  # life safety waits for somebody to say what it was


def test_what_a_worker_settled_while_the_timers_waited_is_not_judged_again(db, monkeypatch) -> None:
    series = smoke()
    say(series, (SECOND, 1))
    say(series, (MINUTE, 0))
    waited = []

    def settled(devices) -> None:
        waited.append(set(devices))
        Pending.objects.all().delete()  # as another worker's commit, before the lock is ours

    monkeypatch.setattr(watching, "lock", settled)
    with behind(SYSTEM):
        assert actions.run_timers(actor=SYSTEM, at=MONDAY + 3 * MINUTE) == 0
    assert len(waited) == 1
    assert only().cleared_at is None


def test_a_repeat_counts_and_opens_no_second(db) -> None:
    series = smoke()
    say(series, (SECOND, 1), (2 * SECOND, 1))
    say(series, (MINUTE, 0), (5 * MINUTE, 1))
    alarm = only()
    assert (alarm.count, alarm.cleared_at) == (2, None)
    with behind(SYSTEM):
        kinds = [one.kind for one in selectors.steps(SYSTEM, alarm)]
    assert sorted(kinds) == ["again", "cleared", "raised"]


def test_the_database_allows_one_open_alarm(db) -> None:
    say(smoke(), (SECOND, 1))
    alarm = only()
    alarm.pk = None
    with behind(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.create(
            subject=alarm.subject, rule=alarm.rule, area=alarm.area, hazard="fire", severity="critical", rank=0,
            since=MONDAY, raised_at=MONDAY, told_at=MONDAY, last_at=MONDAY,
        )  # fmt: skip


def test_bad_quality_and_a_test_button_raise_nothing(db) -> None:
    say(smoke(), (SECOND, 1), quality=16)
    with behind(SYSTEM):
        assert not Alarm.objects.exists()


def test_a_duration_survives_the_worker_and_a_late_reading_takes_it_back(db) -> None:
    series = make_series(make_device(type="lift"), "trapped")  # half a minute
    say(series, (SECOND, 1))
    with behind(SYSTEM):
        assert not Alarm.objects.exists()
        assert Pending.objects.get().due_at == MONDAY + 31 * SECOND
        actions.run_timers(actor=SYSTEM, at=MONDAY + 31 * SECOND)
    assert only().raised_at == MONDAY + 31 * SECOND
    say(series, (20 * SECOND, 0), at=MONDAY + MINUTE)
    alarm = only()
    assert alarm.withdrawn_at == MONDAY + MINUTE
    assert alarm.cleared_at is not None
    with behind(SYSTEM):
        assert "withdrawn" in {one.kind for one in selectors.steps(SYSTEM, alarm)}


def test_an_alarm_that_began_earlier_than_was_known_stays_open(db) -> None:
    series = make_series(make_device(type="lift"), "trapped")
    say(series, (30 * SECOND, 1), (2 * MINUTE, 1))
    was = only()
    say(series, (20 * SECOND, 1), at=MONDAY + 2 * MINUTE)
    alarm = only()
    assert (alarm.pk, alarm.cleared_at, alarm.withdrawn_at, alarm.count) == (was.pk, None, None, 1)
    with behind(SYSTEM):
        assert "moved" in {one.kind for one in selectors.steps(SYSTEM, alarm)}


def test_readings_out_of_order_over_several_batches_are_judged_in_order(db) -> None:
    series = make_series(make_device(type="lift"), "trapped")
    say(series, (10 * SECOND, 0))
    say(series, (SECOND, 1), at=MONDAY + 20 * SECOND)
    with behind(SYSTEM):
        actions.run_timers(actor=SYSTEM, at=MONDAY + 5 * MINUTE)
        assert not Alarm.objects.exists()


def test_the_same_hazard_at_the_same_place_is_one_alarm_and_another_kind_of_device_makes_it_worse(
    db,
) -> None:
    place = make_building()[0]
    hot = make_series(make_device(type="ebike_port", place=place.pk), "temperature")
    say(hot, (SECOND, 70), (2 * MINUTE, 70))
    first = only()
    assert first.severity == "major"
    say(smoke(place=place.pk), (3 * MINUTE, 1))
    with behind(SYSTEM):
        first.refresh_from_db()
        second = Alarm.objects.exclude(pk=first.pk).get()
        assert (second.lead_id, first.severity) == (first.pk, "critical")
        assert [one.pk for one in selectors.wall(SYSTEM)] == [first.pk]
        assert selectors.wall(SYSTEM).get().under == 1
        assert list(selectors.quiet(SYSTEM)) == [second]


def test_what_stood_under_an_alarm_that_is_over_speaks_for_itself(community_secretary, db) -> None:
    place = make_building()[0]
    hot = make_series(make_device(type="ebike_port", place=place.pk), "temperature")
    say(hot, (SECOND, 70), (2 * MINUTE, 70))
    first = only()
    burning = [smoke(place=place.pk, code=f"s{number}") for number in range(2)]
    for series in burning:
        say(series, (3 * MINUTE, 1))
    with behind(SYSTEM):
        actions.return_shelved(actor=SYSTEM, at=MONDAY + 4 * MINUTE)
        assert [one.pk for one in selectors.wall(SYSTEM)] == [first.pk]
    actions.acknowledge(actor=community_secretary.actor, alarm=first, at=MONDAY + 5 * MINUTE)
    say(hot, (6 * MINUTE, 20), (30 * MINUTE, 20), at=MONDAY + 30 * MINUTE)
    with behind(SYSTEM):
        actions.run_timers(actor=SYSTEM, at=MONDAY + HOUR)
        first.refresh_from_db()
        assert first.ended_at is not None
        assert not list(selectors.wall(SYSTEM))
        actions.return_shelved(actor=SYSTEM, at=MONDAY + HOUR)
        (wall,) = selectors.wall(SYSTEM)
        assert (wall.rule, wall.under, wall.step_due_at is not None) == ("smoke", 1, True)
        raised = [one.alarm for one in published() if isinstance(one, AlarmRaised)]
        assert raised == [first.pk, wall.pk]


def test_a_device_silent_behind_a_gateway_that_is_back_is_told_after_a_while(
    community_secretary, db
) -> None:
    hub = make_device(type="gateway", code="hub")
    mine = [
        make_series(make_device(type="pir", gateway=hub.pk, code=f"p{n}"), "motion")
        for n in range(3)
    ]
    for series in mine:
        say(series, (SECOND, 0))
    with behind(SYSTEM):
        actions.tell_silence(actor=SYSTEM, at=MONDAY + 8 * HOUR)
        dead = Alarm.objects.get(rule="gateway_silent")
        assert Alarm.objects.filter(rule="device_silent", inhibited_by=dead).count() == 3
    actions.acknowledge(actor=community_secretary.actor, alarm=dead, at=MONDAY + 8 * HOUR)
    for series in mine[:2]:
        say(series, (9 * HOUR, 0))
    with behind(SYSTEM):
        actions.tell_silence(actor=SYSTEM, at=MONDAY + 9 * HOUR + MINUTE)
        actions.return_shelved(actor=SYSTEM, at=MONDAY + 9 * HOUR + MINUTE)
        dead.refresh_from_db()
        assert dead.ended_at is not None
        alone = Alarm.objects.get(rule="device_silent", ended_at__isnull=True)
        assert alone.inhibited_by_id == dead.pk
        actions.return_shelved(actor=SYSTEM, at=MONDAY + 9 * HOUR + 20 * MINUTE)
        alone.refresh_from_db()
        assert (alone.inhibited_by_id, alone.step_due_at is not None) == (None, True)


def test_a_group_larger_than_what_a_desk_gets_back_at_once_stays_one_alarm(
    community_secretary, db
) -> None:
    place = make_building()[0]
    ports = [
        make_series(make_device(type="ebike_port", place=place.pk, code=f"p{n}"), "temperature")
        for n in range(9)
    ]
    for port in ports:
        say(port, (SECOND, 70), (2 * MINUTE, 70))
    with behind(SYSTEM):
        first = Alarm.objects.get(lead=None)
    actions.acknowledge(actor=community_secretary.actor, alarm=first, at=MONDAY + 5 * MINUTE)
    cool = next(port for port in ports if port.device_id == first.device_id)
    say(cool, (6 * MINUTE, 20), (30 * MINUTE, 20), at=MONDAY + 30 * MINUTE)
    with behind(SYSTEM):
        actions.run_timers(actor=SYSTEM, at=MONDAY + HOUR)
        for later in (0, 11, 22):
            actions.return_shelved(actor=SYSTEM, at=MONDAY + HOUR + later * MINUTE)
            (wall,) = selectors.wall(SYSTEM)
            assert wall.under == 7
    raised = [one.alarm for one in published() if isinstance(one, AlarmRaised)]
    assert raised == [first.pk, wall.pk]


def test_a_flood_folds_all_but_the_first_and_life_safety(db) -> None:
    for number in range(14):
        say(make_series(make_device(type="access_gate", code=f"g{number}"), "forced"), (SECOND, 1))
    say(smoke(code="fire"), (2 * SECOND, 1))
    with behind(SYSTEM):
        assert Alarm.objects.count() == 15
        assert Flood.objects.get().alarms == Alarm.objects.filter(folded=True).count() == 4
        wall = list(selectors.wall(SYSTEM))
        assert wall[0].rule == "smoke"
        assert len(wall) == 11
    assert len([one for one in published() if isinstance(one, AlarmRaised)]) == 11


def test_what_a_flood_folded_is_told_when_it_is_over_and_never_as_a_flood_itself(db) -> None:
    for number in range(18):
        say(make_series(make_device(type="access_gate", code=f"g{number}"), "forced"), (SECOND, 1))

    def told() -> int:
        return len([one for one in published() if isinstance(one, AlarmRaised)])

    with behind(SYSTEM):
        actions.return_shelved(actor=SYSTEM, at=MONDAY + MINUTE)
        assert (told(), Alarm.objects.filter(folded=True).count()) == (10, 8)  # it goes on
        actions.return_shelved(actor=SYSTEM, at=MONDAY + HOUR)
        assert Flood.objects.get().ended_at == MONDAY + HOUR
        assert (told(), Alarm.objects.filter(folded=True).count()) == (15, 3)
        back = Alarm.objects.filter(steps__kind="returned")
        assert {one.step_due_at is not None for one in back} == {True}
        actions.return_shelved(actor=SYSTEM, at=MONDAY + HOUR + MINUTE)
        assert told() == 15
        actions.return_shelved(actor=SYSTEM, at=MONDAY + HOUR + 10 * MINUTE)
        assert (told(), Alarm.objects.filter(folded=True).count()) == (18, 0)
        assert len(list(selectors.wall(SYSTEM))) == 18


def test_what_somebody_shelved_stays_quiet_when_the_flood_is_over(community_secretary, db) -> None:
    for number in range(11):
        say(make_series(make_device(type="access_gate", code=f"g{number}"), "forced"), (SECOND, 1))
    folded, until = Alarm.objects.get(folded=True), MONDAY + 3 * HOUR
    actions.shelve(
        actor=community_secretary.actor, alarm=folded, until=until, why="装修", at=MONDAY + MINUTE
    )
    with behind(SYSTEM):
        actions.return_shelved(actor=SYSTEM, at=MONDAY + HOUR)
        folded.refresh_from_db()
        assert (folded.folded, folded.shelved_until) == (True, until)
        actions.return_shelved(actor=SYSTEM, at=until)
        folded.refresh_from_db()
        assert (folded.folded, folded.shelved_until) == (False, None)
    assert len([one for one in published() if isinstance(one, AlarmRaised)]) == 11


def test_acknowledging_stops_the_chain_and_a_verdict_ends_it(community_secretary, db) -> None:
    say(smoke(), (SECOND, 1), (2 * SECOND, 0))
    actor = community_secretary.actor
    with behind(SYSTEM):
        assert actions.tell_unanswered(actor=SYSTEM, at=MONDAY + MINUTE) == 1
        assert only().step_due_at == MONDAY + 4 * MINUTE
    actions.acknowledge(actor=actor, alarm=only(), at=MONDAY + 2 * MINUTE, note="on my way")
    assert (only().step_due_at, only().acknowledged_by_id) == (None, actor.id)
    actions.give_verdict(
        actor=actor, alarm=only(), verdict="false", cause="cooking", at=MONDAY + 9 * MINUTE
    )
    alarm = only()
    assert (alarm.ended_at, alarm.verdict) == (MONDAY + 9 * MINUTE, "false")
    assert [one.verdict for one in published() if isinstance(one, AlarmEnded)] == ["false"]
    quality = selectors.quality(actor, MONDAY - HOUR)
    assert [(one.rule, one.raised, one.right, one.wrong, one.precision) for one in quality] == [
        ("smoke", 1, 0, 1, 0.0)
    ]


def test_life_safety_is_told_again_until_somebody_answers(db) -> None:
    say(smoke(), (SECOND, 1))
    at = MONDAY
    for _ in range(8):
        at += 15 * MINUTE
        with behind(SYSTEM):
            actions.tell_unanswered(actor=SYSTEM, at=at)
    alarm = only()
    assert (alarm.step, alarm.step_due_at) == (8, at + 5 * MINUTE)


@pytest.mark.parametrize(
    ("act", "facts", "reason"),
    [
        ("give_verdict", {"verdict": "nonsense"}, "verdict_missing"),
        ("give_verdict", {"verdict": "real", "cause": "x" * 301}, "alarm_why"),
        ("shelve", {"until": MONDAY + 9 * HOUR, "why": "works"}, "shelf_too_long"),
        ("shelve", {"until": MONDAY - HOUR, "why": "works"}, "shelf_too_long"),
        ("shelve", {"until": MONDAY + HOUR, "why": " "}, "alarm_why"),
        ("unshelve", {}, "alarm_not_shelved"),
        ("note_alarm", {"note": "\n"}, "alarm_why"),
    ],
)
def test_what_is_not_right_is_refused_in_words(
    community_secretary, refused, act, facts, reason
) -> None:
    say(smoke(), (SECOND, 1))
    with refused(reason):
        getattr(actions, act)(actor=community_secretary.actor, alarm=only(), at=MONDAY, **facts)


def test_a_shelved_alarm_is_quiet_visible_and_comes_back(community_secretary, db) -> None:
    say(smoke(), (SECOND, 1))
    actor = community_secretary.actor
    actions.shelve(
        actor=actor, alarm=only(), until=MONDAY + HOUR, why="welding until eleven", at=MONDAY
    )
    with behind(SYSTEM):
        assert not selectors.wall(SYSTEM).exists()
        assert selectors.quiet(SYSTEM).count() == 1
        assert actions.return_shelved(actor=SYSTEM, at=MONDAY + HOUR) == 1
        assert selectors.wall(SYSTEM).count() == 1


def test_a_stranger_sees_no_alarm_of_ours(stranger, db) -> None:
    say(smoke(), (SECOND, 1))
    assert not selectors.alarms(stranger.actor).exists()
    only()


def test_an_edited_rule_counts_once_published_and_a_wrong_one_is_refused(
    county_dispatcher, refused, db
) -> None:
    import msgspec  # noqa: PLC0415 -- one test

    actor = county_dispatcher.actor
    body = msgspec.to_builtins(selectors.rule(actor, "bin_full"))
    body["when"]["above"], body["when"]["hold"] = 50, 0
    draft = actions.draft_rule(
        actor=actor, key="bin_full", body=body, reason="full earlier", at=MONDAY
    )
    series = make_series(make_device(type="rubbish_bin"), "fill")
    say(series, (SECOND, 60))
    with behind(SYSTEM):
        assert not Alarm.objects.exists()
    actions.publish_rule(actor=actor, edition=draft, at=MONDAY)
    say(series, (MINUTE, 61))
    assert (only().rule, only().edition) == ("bin_full", 1)
    for wrong in (
        {},
        [],
        {**body, "key": "x"},
        {**body, "when": {"key": "bin_full", "kind": "threshold"}},
        {**body, "types": ["ufo"]},
        "x",
        None,
    ):
        with pytest.raises(Exception, match=r"rule_|not_found"):
            actions.draft_rule(actor=actor, key="bin_full", body=wrong, reason="x", at=MONDAY)


def test_a_back_test_says_what_would_have_been(county_dispatcher, db) -> None:
    series = make_series(make_device(type="rubbish_bin"), "fill")
    say(series, (SECOND, 60), (HOUR, 20), (2 * HOUR, 95), (4 * HOUR, 10))
    actor = county_dispatcher.actor
    rule = selectors.rule(actor, "bin_full")
    import msgspec  # noqa: PLC0415 -- one test

    lower = msgspec.structs.replace(
        rule, when=msgspec.structs.replace(rule.when, above=50.0, hold=0)
    )
    found = selectors.backtest(actor, lower, MONDAY - HOUR, MONDAY + 10 * HOUR)
    assert (found.devices, found.readings, found.raised, found.now) == (1, 4, 2, 1)
    assert found.first[0].raised == MONDAY + SECOND


def test_the_figures_of_a_desk(community_secretary, db) -> None:
    series = make_series(make_device(type="access_gate"), "forced")
    say(series, (SECOND, 1))
    actor = community_secretary.actor
    found = selectors.kpis(actor, MONDAY - HOUR, MONDAY + 47 * HOUR)
    assert (found.raised, found.worst_ten_minutes, found.stale, found.top) == (
        1,
        1,
        1,
        [("door_forced", 1)],
    )
    assert found.shares["major"] == 1.0


def test_alarms_cost_the_same_for_one_and_for_many(grows, db) -> None:
    numbers = iter(range(100))
    grows(
        lambda: say(
            make_series(make_device(type="lift", code=f"l{next(numbers)}"), "trapped"),
            (SECOND, 1),
            (MINUTE, 1),
        ),
        lambda: [str(one.device) + str(one.under) for one in selectors.wall(SYSTEM)],
    )


def test_steps_belong_to_their_alarm(db) -> None:
    say(smoke(), (SECOND, 1))
    with behind(SYSTEM):
        assert AlarmStep.objects.get().alarm == only()
