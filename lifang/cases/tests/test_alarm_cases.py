"""An alarm becomes a case, others join it, and the case does not end without saying what the alarm was."""

import re
from datetime import timedelta

import msgspec
import pytest

from lifang.cases import actions, selectors
from lifang.cases.models import Case, Cause
from lifang.cases.tests.make import MONDAY, make_case, make_unit
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.config import config
from lifang.core.files import disk
from lifang.core.files.tests import samples
from lifang.core.flow.models import Todo
from lifang.core.retention.shelves import SHELVES
from lifang.core.testing import cast, places
from lifang.core.testing.told import deliver
from lifang.orgs.tests.make import make_county
from lifang.registry.tests.make import make_building
from lifang.sensing import actions as sensing_acts
from lifang.sensing import selectors as sensing
from lifang.sensing.terms import Recorded
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _see_all():
    with behind(SYSTEM):
        yield


def raise_alarm(kind: str = "smoke", measure: str = "smoke", after: timedelta = MINUTE, **more):
    series = make_series(make_device(type=kind, **more), measure)
    sensing_acts.store([observed(series, MONDAY + after, 1)], known_of(series), MONDAY + after)
    deliver(MONDAY + after)
    return sensing.alarms(SYSTEM).get(device=series.device)


def test_smoke_opens_a_case_of_its_matter_and_place() -> None:
    place = make_building()[0]
    alarm = raise_alarm(place=place.pk)
    case = Case.objects.get()
    assert (case.matter, case.level, case.source) == ("10998", "life", "sensor")
    assert case.place.startswith(place.address or place.name), "the area stands beside it already"
    assert selectors.case_of_alarm(SYSTEM, alarm) == case
    assert selectors.unjudged(SYSTEM, case)


@pytest.mark.covers("S0-26")
def test_what_somebody_reports_and_what_a_device_raises_wait_in_one_list() -> None:
    reported, place = make_case(), make_building()[0]
    raise_alarm(place=place.pk)
    raised = Case.objects.exclude(pk=reported.pk).get()
    turns = {
        todo.subject: todo.holders
        for todo in Todo.objects.filter(subject__in=(reported.pk, raised.pk))
    }
    assert set(turns) == {reported.pk, raised.pk}
    assert turns[reported.pk] == turns[raised.pk], "the same desk"


def test_a_second_alarm_at_the_place_joins_and_a_rule_without_a_matter_opens_nothing() -> None:
    raise_alarm("gas", "gas", place=make_building()[0].pk)
    raise_alarm("access_gate", "forced")
    assert Case.objects.count() == 1
    first = Case.objects.get()
    device = Cause.objects.get().alarm.device
    series = make_series(device, "gas")
    sensing_acts.give_verdict(
        actor=SYSTEM, alarm=Cause.objects.get().alarm, verdict="test", at=MONDAY + 2 * MINUTE
    )
    later = MONDAY + 9 * MINUTE
    rows = [observed(series, MONDAY + 3 * MINUTE, 0), observed(series, later, 1)]
    sensing_acts.store(rows, known_of(series), later)
    deliver(later)
    assert Case.objects.get() == first
    assert Cause.objects.filter(case=first).count() == 2


@pytest.mark.covers("S3-09")
def test_whatever_blocks_a_fire_lane_is_one_alarm_and_one_case_of_the_place() -> None:
    place = make_building()[0]
    kinds = ("vehicle_stays", "bike_stays", "rubbish_stays")
    seen = [
        make_series(make_device(type="camera_ai", code=f"C{n}", place=place.pk), kind)
        for n, kind in enumerate(kinds)
    ]
    for n in range(7):  # every two minutes, for twelve
        at = MONDAY + 2 * n * MINUTE
        for series in seen:
            sensing_acts.store([observed(series, at, 1)], known_of(series), at)
    deliver(MONDAY + 12 * MINUTE)
    assert [case.matter for case in Case.objects.all()] == ["09012"]
    (wall,) = sensing.wall(SYSTEM)
    assert (wall.hazard, wall.under) == ("fire_lane", 2)
    assert {one.rule for one in sensing.alarms(SYSTEM)} == {
        "fire_lane",
        "fire_lane_bike",
        "fire_lane_rubbish",
    }


@pytest.mark.covers("S0-23")
def test_what_is_thrown_from_a_height_is_a_case_and_its_card_says_from_which_floors(
    grid_worker,
) -> None:
    device = make_device(type="camera_ai", place=make_building()[0].pk)
    low, high, thrown = (
        make_series(device, one) for one in ("thrown_low", "thrown_high", "thrown")
    )
    for series, value in ((low, 7), (high, 9), (thrown, 1)):
        sensing_acts.store([observed(series, MONDAY, value)], known_of(series), MONDAY)
    deliver(MONDAY)
    assert Case.objects.get().matter == "10997"
    alarm = sensing.alarms(SYSTEM).get()
    page = grid_worker.get("sensing:alarm", alarm.pk).content.decode()
    assert "坠落楼层（下限）" in page
    assert re.search(r"坠落楼层（下限）</dt><dd class=\"num\">7", page)
    assert re.search(r"坠落楼层（上限）</dt><dd class=\"num\">9", page)


def test_a_device_whose_point_lies_elsewhere_makes_a_case_where_it_is_registered() -> None:
    county = make_county()
    lon, lat = county.inside(county.grids[-1].pk)
    alarm = raise_alarm(lon=lon, lat=lat)
    assert alarm.area != county.grids[-1].pk
    case = Case.objects.get()
    assert (case.area, case.lon) == (alarm.area, None)
    west, south = county.inside(alarm.area)
    raise_alarm("gas", "gas", lon=west, lat=south)
    assert {one.lon for one in Case.objects.filter(area=alarm.area)} == {None, west}


def test_told_twice_is_one_case() -> None:
    alarm = raise_alarm()
    assert actions.take_alarm(actor=SYSTEM, alarm=alarm.pk, matter="10998", at=MONDAY) is None
    assert Case.objects.count() == 1


def test_a_case_from_an_alarm_does_not_end_without_a_verdict(street_dispatcher, refused) -> None:
    make_unit()
    alarm = raise_alarm()
    case = Case.objects.get()
    actor, at = street_dispatcher.actor, MONDAY + 5 * MINUTE
    with refused("verdict_missing"):
        actions.refuse(actor=actor, case=case, at=at, reason=_reason())
    actions.refuse(actor=actor, case=case, at=at, reason=_reason(), verdict="false", note="cooking")
    alarm.refresh_from_db()
    assert (alarm.verdict, alarm.verdict_cause, alarm.ended_at) == ("false", "cooking", at)
    assert [one.wrong for one in sensing.quality(SYSTEM, MONDAY)] == [1]


def _reason() -> str:
    from lifang.cases.catalogue import REFUSE_REASONS  # noqa: PLC0415 -- one test

    return next(one.key for one in REFUSE_REASONS)


def test_the_page_of_a_case_shows_its_alarms_and_the_form_asks(street_dispatcher) -> None:
    alarm = raise_alarm()
    case = Case.objects.get()
    page = street_dispatcher.get("cases:case", case.pk).content.decode()
    assert f"/desk/alarms/{alarm.pk}" in page
    assert str(case.number) in street_dispatcher.get("sensing:alarm", alarm.pk).content.decode()


@pytest.mark.covers("S4-11")
def test_the_page_of_a_grid_says_what_is_not_settled_there_and_each_number_opens_its_list() -> None:
    make_county()
    make_case()
    raise_alarm(place=make_building()[0].pk)
    worker, stranger = cast.grid_worker(), cast.grid_worker(places.FAR_GRID)
    page = worker.get("registry:grid", places.GRID)
    said = re.search(r"风险与问题</h2>(.*?)</section>", page.content.decode(), re.DOTALL)
    assert said
    numbers = re.findall(r"<dt>(.*?)</dt><dd class=\"num\">(?:<a[^>]*>)?(\d+)", said[1])
    assert ("未办结事件", "2") in numbers
    assert ("未处置告警", "1") in numbers
    for link in re.findall(r'href="([^"]+)"', said[1]):
        assert worker.client.get(link.replace("&amp;", "&")).status_code == 200, link
    theirs = stranger.get("registry:grid", places.FAR_GRID).content.decode()
    assert "风险与问题" in theirs
    assert f"area={places.FAR_GRID}&amp;show=open" not in theirs  # nothing there: no link


@pytest.mark.covers("S0-23")
def test_what_a_camera_recorded_is_reached_from_the_case_and_kept_while_it_is_open(
    street_dispatcher, monkeypatch, tmp_path
) -> None:
    monkeypatch.setattr(disk, "config", lambda: msgspec.structs.replace(config(), home=tmp_path))
    place = make_building()[0].pk
    series = make_series(make_device(type="camera_ai", place=place), "thrown")
    sensing_acts.store([observed(series, MONDAY, 1, message=7)], known_of(series), MONDAY)
    deliver(MONDAY)
    case, alarm = Case.objects.get(), sensing.alarms(SYSTEM).get()
    page = street_dispatcher.get("cases:case", case.pk).content.decode()
    assert f"/desk/alarms/{alarm.pk}/recordings" not in page
    sheet = sensing_acts.Sheet(series.device_id, 7, MONDAY, ["thrown"], Recorded.CLIP)
    sensing_acts.hand_in(sheet=sheet, body=samples.clip(), at=MONDAY)
    page = street_dispatcher.get("cases:case", case.pk).content.decode()
    assert f"/desk/alarms/{alarm.pk}/recordings" in page
    sensing_acts.give_verdict(actor=SYSTEM, alarm=alarm, verdict="real", at=MONDAY)
    late = MONDAY + timedelta(days=400)
    over = SHELVES["sensing.recordings"].over
    assert not over(SYSTEM, late).exists(), "its case is open"
    Case.objects.update(state="refused")
    assert over(SYSTEM, late).count() == 1
