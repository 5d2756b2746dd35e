"""Tours: bins emptied and how they were sorted, patrols of residents and robots; noted once, of one's own area, with what was found."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import hostile
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.places import FAR_GRID
from lifang.core.testing.proofs import grows, refused
from lifang.registry.tests.make import GRID
from lifang.sensing import actions, selectors
from lifang.sensing.models import Tour
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def noted(actor=SYSTEM, **more) -> Tour:
    given = {"kind": "volunteer_patrol", "area": GRID, "who": "巡逻队", "begun": MONDAY - HOUR, "ended": MONDAY, "found": {"": "clear"}} | more  # fmt: skip
    return actions.note_tour(actor=actor, at=MONDAY, **given)


@pytest.mark.covers("S0-27")
def test_a_collection_says_of_each_bin_how_it_was_sorted_and_beside_it_what_the_bin_says(grid_worker, stranger):  # fmt: skip
    bins = [make_device(type="rubbish_bin", code=f"B{n}") for n in range(4)]
    far = make_device(area=FAR_GRID, type="rubbish_bin", code="FAR")
    series = make_series(bins[0], "fill")
    with behind(SYSTEM):
        actions.store([observed(series, MONDAY, 7)], known_of(series), MONDAY)
    found = {str(one.pk): word for one, word in zip(bins, ("sorted", "mixed", "missed"), strict=False)}  # fmt: skip
    with refused("tour_stop"):
        noted(grid_worker.actor, kind="collection", found={**found, str(far.pk): "sorted"})
    made = noted(grid_worker.actor, kind="collection", who="清运一号车", found=found)
    assert (made.total, made.good, made.missed) == (3, 1, 1), "the fourth was not on it"
    with refused("tour_noted"):
        noted(grid_worker.actor, kind="collection", who=" 清运一号车 ", found=found)
    text = grid_worker.get("sensing:tour", made.pk).content.decode()
    assert all(one in text for one in ("已收运，分类合格", "已收运，混投", "未收运", "7 %"))
    with behind(grid_worker.actor):
        share = selectors.shares(grid_worker.actor, MONDAY - 2 * HOUR)
    assert share == [("collection", 1, 3, 1, 1)]
    assert stranger.get("sensing:tour", made.pk).status_code == 404
    grows(lambda: noted(kind="collection", begun=made.begun_at - HOUR * Tour.objects.count(), found=found), lambda: grid_worker.get("sensing:tours"), many=6)  # fmt: skip


@pytest.mark.covers("S0-26", "S4-07")
def test_residents_and_a_robot_patrol_and_a_finding_says_what_it_was(grid_worker):
    robot = make_device(type="patrol_robot", code="R1")
    with refused("tour_note"):
        noted(grid_worker.actor, found={"": "finding"})
    assert noted(grid_worker.actor, found={"": "finding"}, note="东门灯不亮").good == 0
    made = noted(
        grid_worker.actor, kind="robot_patrol", who="一号机", found={str(robot.pk): "broken_off"}
    )
    assert (made.total, made.missed, made.stops) == (1, 1, [[str(robot.pk), "R1", "broken_off"]])
    assert "东门灯不亮" in grid_worker.get("sensing:tours").content.decode()


@pytest.mark.parametrize(("more", "reason"), [({"kind": "x"}, "tour_kind"), ({"who": " "}, "tour_who"), ({"who": "x" * 61}, "tour_who"), ({"found": {}}, "tour_found"), ({"found": {"": "x"}}, "tour_found"), ({"found": {"x": "clear"}}, "tour_stop"), ({"begun": MONDAY + HOUR}, "tour_span"), ({"ended": MONDAY + HOUR}, "tour_span"), ({"begun": MONDAY - 25 * HOUR}, "tour_span"), ({"begun": MONDAY - 800 * HOUR, "ended": MONDAY - 799 * HOUR}, "tour_span")])  # fmt: skip
def test_what_makes_no_tour(grid_worker, more, reason):
    with refused(reason):
        noted(grid_worker.actor, **more)
    with behind(SYSTEM):
        assert not Tour.objects.exists()


def test_a_tour_is_noted_by_a_form_and_hostile_words_are_shown_as_they_are(grid_worker):
    robot = make_device(type="patrol_robot", code="R1")
    chosen = {"kind": "robot_patrol", "area": GRID}
    now = timezone.localtime(timezone.now())  # noqa: TID251 -- the page is read today
    given = {"begun": f"{now - HOUR:%Y-%m-%dT%H:%M}", "ended": f"{now:%Y-%m-%dT%H:%M}", f"stop_{robot.pk}": "clear"}  # fmt: skip
    assert "R1" in grid_worker.get("sensing:tour_new", query=chosen).content.decode()
    texts = [one.text for one in hostile.sample(12, "tours")]
    for n, text in enumerate(texts):
        answer = grid_worker.post("sensing:tour_new", query_params=chosen, data={**given, "who": f"{n}", "note": text})  # fmt: skip
        assert answer.status_code in (200, 302, 400)
    assert grid_worker.post("sensing:tour_new", query_params=chosen, data={**given, "who": "机"}).status_code == 302  # fmt: skip
    page = grid_worker.get("sensing:tours").content.decode()
    assert "<script>alert" not in page
    for wrong in ({"kind": "x"}, {"area": FAR_GRID}, {"kind": "\x00"}):
        answer = grid_worker.get("sensing:tour_new", query=chosen | wrong)
        assert answer.status_code == 200
        assert f"stop_{robot.pk}" not in answer.content.decode()


@pytest.mark.covers("S0-27")
def test_an_area_with_more_bins_than_a_page_holds_shows_them_all_by_pages(grid_worker):
    bins = [make_device(type="rubbish_bin", code=f"B{n:03d}") for n in range(65)]
    chosen = {"kind": "collection", "area": GRID}
    first = grid_worker.get("sensing:tour_new", query=chosen).content.decode()
    assert "B000" in first
    assert "B064" not in first
    assert "65" in first, "how many there are"
    now = timezone.localtime(timezone.now())  # noqa: TID251 -- the page is read today
    given = {"who": "一号车", "begun": f"{now - HOUR:%Y-%m-%dT%H:%M}", "ended": f"{now:%Y-%m-%dT%H:%M}", f"stop_{bins[0].pk}": "sorted"}  # fmt: skip
    second = grid_worker.post("sensing:tour_new", query_params=chosen, data={**given, "go": "2"}).content.decode()  # fmt: skip
    assert "B064" in second
    assert f'type="hidden" name="stop_{bins[0].pk}" value="sorted"' in second, (
        "kept from the first page"
    )
    for wrong in ("0", "99", "x", "-1", ""):
        assert grid_worker.post("sensing:tour_new", query_params=chosen, data={**given, "go": wrong}).status_code in (200, 302)  # fmt: skip
    done = grid_worker.post("sensing:tour_new", query_params=chosen, data={**given, "who": "二号车", f"stop_{bins[64].pk}": "missed"})  # fmt: skip
    assert done.status_code == 302
    with behind(SYSTEM):
        assert {one[1] for one in Tour.objects.get(who="二号车").stops} == {"B000", "B064"}


@pytest.mark.covers("S4-07", "S0-27")
def test_a_program_notes_tours_and_reads_them(grid_worker, community_secretary, stranger, resident):
    make_device(type="rubbish_bin", code="B1")
    now = timezone.now()  # noqa: TID251 -- the API is asked today
    body = {"kind": "collection", "area": GRID, "who": "一号车", "begun_at": (now - HOUR).isoformat(), "ended_at": now.isoformat(), "stops": [{"code": "B1", "result": "mixed"}]}  # fmt: skip
    assert grid_worker.send("POST", "api:sensing_note_tour", json=body).status_code == 200
    assert grid_worker.send("POST", "api:sensing_note_tour", json=body).json()["reason"] == "tour_noted"  # fmt: skip
    for wrong in ({"stops": [{"code": "B9", "result": "mixed"}]}, {"stops": []}, {"kind": "x"}, {"area": FAR_GRID}, {"begun_at": "x"}):  # fmt: skip
        assert grid_worker.send("POST", "api:sensing_note_tour", json={**body, "who": "二号车", **wrong}).status_code in (403, 404, 409, 422), wrong  # fmt: skip
    items = community_secretary.get("api:sensing_list_tours", query={"kind": "collection"}).json()["items"]  # fmt: skip
    assert [(one["who"], [stop[1:] for stop in one["stops"]]) for one in items] == [("一号车", [["B1", "mixed"]])]  # fmt: skip
    assert stranger.get("api:sensing_list_tours").json()["items"] == []
    assert resident.get("api:sensing_list_tours").status_code == 403


@pytest.mark.covers("S4-07")
def test_a_robot_is_sent_on_a_round_and_its_answer_is_a_tour(grid_worker, community_secretary):
    robot = make_device(type="patrol_robot", code="R1")
    sent = []
    for n, (done, found) in enumerate(((True, ""), (True, "东门口有明火"), (False, ""))):
        at = MONDAY + n * HOUR
        one = actions.send_command(actor=community_secretary.actor, device=robot, kind="patrol", text="东门、3 号楼、地下车库", at=at)  # fmt: skip
        actions.answer_command(actor=SYSTEM, command=one, done=done, answer="", found=found, at=at + HOUR / 2)  # fmt: skip
        sent.append(one)
    with behind(SYSTEM):
        rows = list(Tour.objects.order_by("begun_at"))
    assert [(row.kind, row.good, row.missed, row.stops[0][2]) for row in rows] == [("robot_patrol", 1, 0, "clear"), ("robot_patrol", 0, 0, "finding"), ("robot_patrol", 0, 1, "broken_off")]  # fmt: skip
    assert rows[1].note == "东门、3 号楼、地下车库：东门口有明火"
    with refused("command_text"):
        actions.send_command(actor=community_secretary.actor, device=robot, kind="patrol", text=" ", at=MONDAY)  # fmt: skip
