"""The API of cases over the wire: who sees what, what is taken, each act under its own name."""

import json
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lifang.cases.catalogue import MATTERS, policy
from lifang.cases.models import Case, Reporter, Tally
from lifang.cases.selectors.acts import CHOSEN
from lifang.cases.tests.make import (
    accepted,
    again,
    closed,
    handling,
    make_case,
    make_photo,
    make_unit,
)
from lifang.core.access import SYSTEM
from lifang.core.access.capabilities import capabilities
from lifang.core.access.wall import behind
from lifang.core.api.router import api
from lifang.core.audit.models import Entry
from lifang.core.testing import places
from lifang.core.testing.hostile import bodies, sample
from lifang.orgs.models import Division

pytestmark = pytest.mark.django_db

LIST, ENTER = "api:cases_list_cases", "api:cases_report"
REPORT = {"matter": "06010", "text": "门口有垃圾", "area": places.GRID, "place": "和平路 1 号"}


@pytest.fixture(autouse=True)
def _places():
    for code in (places.COUNTY, places.STREET, places.COMMUNITY, places.GRID):
        parent = next((code[:n] for n in (12, 9, 6) if n < len(code)), None)
        Division.objects.create(
            code=code, name=code, level=len(code), parent_id=parent, valid_from="2020-01-01",
            kind={9: "street", 12: "urban_community", 15: "basic"}.get(len(code), ""),
        )  # fmt: skip


def read(response):
    return json.loads(response.content)


def told(response):
    return response.status_code, read(response).get("reason")


def count():
    with behind(SYSTEM):
        return Case.objects.count()


# -- lists -------------------------------------------------------------------------------------------


def test_a_list_shows_what_one_may_see_and_not_the_next_streets(street_dispatcher, stranger):
    ours = make_case()
    make_case(area=places.FAR_GRID)
    answer = read(street_dispatcher.get(LIST))
    assert [item["id"] for item in answer["items"]] == [str(ours.pk)]
    assert answer["next"] is None
    theirs = read(stranger.get(LIST))["items"]
    assert [item["area"] for item in theirs] == [places.FAR_GRID]


def test_a_list_goes_on_where_the_page_before_ended(street_dispatcher):
    made = [str(make_case(text=str(n)).pk) for n in range(5)]
    first = read(street_dispatcher.get(LIST, query={"limit": 3}))
    second = read(street_dispatcher.get(LIST, query={"limit": 3, "after": first["next"]}))
    seen = [item["id"] for item in [*first["items"], *second["items"]]]
    assert (sorted(seen), len(first["items"]), second["next"]) == (sorted(made), 3, None)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "handling"}, {"handling"}),
        ({"state": ["handling", "awaiting_acceptance"]}, {"handling", "new"}),
        ({"open": "true"}, {"handling", "new"}),
        ({"open": "false"}, {"closed"}),
        ({"matter": "06010"}, {"handling", "new"}),
        ({"level": "life"}, set()),
        ({"area": places.STREET}, {"handling", "new", "closed"}),
        ({"area": places.NEXT_STREET}, set()),
        ({"reference": "12345-1"}, {"new"}),
        ({"opened_from": "2030-01-01T00:00:00Z"}, set()),
        ({"q": "井盖"}, {"new"}),
    ],
)
def test_filters_hold_together(street_dispatcher, query, found):
    made = {
        str(make_case(text="井盖没了", reference="12345-1").pk): "new",
        str(handling().pk): "handling",
        str(closed().pk): "closed",
    }
    items = read(street_dispatcher.get(LIST, query=query))["items"]
    assert {made[item["id"]] for item in items} == found


def test_overdue_is_what_ran_out_and_does_not_stand_still(street_dispatcher):
    late = str(make_case().pk)  # since the morning; the edge's clock shows a later day or hour
    with behind(SYSTEM):
        Case.objects.filter(pk=late).update(due_at="2020-01-01T00:00:00Z")
        kept = make_case(text="b")
        Case.objects.filter(pk=kept.pk).update(due_at="2090-01-01T00:00:00Z")
    assert [
        i["id"] for i in read(street_dispatcher.get(LIST, query={"overdue": "true"}))["items"]
    ] == [late]
    later = read(street_dispatcher.get(LIST, query={"overdue": "false"}))["items"]
    assert [i["id"] for i in later] == [str(kept.pk)]


def test_a_list_costs_the_same_for_one_and_for_thirty(grows, street_dispatcher):
    grows(make_case, lambda: street_dispatcher.get(LIST))


def test_points_cost_the_same_for_one_and_for_thirty(grows, street_dispatcher):
    grows(
        lambda: make_case(lon=118.05, lat=36.8), lambda: street_dispatcher.get("api:cases_points")
    )


def test_points_are_geojson_of_what_one_may_see(street_dispatcher, stranger):
    case = make_case(lon=118.05, lat=36.8)
    make_case(text="without a point")
    answer = read(street_dispatcher.get("api:cases_points"))
    (point,) = answer["features"]
    assert answer["type"] == "FeatureCollection"
    assert point["geometry"] == {"type": "Point", "coordinates": [118.05, 36.8]}
    assert (point["id"], point["properties"]["number"]) == (str(case.pk), case.number)
    assert "text" not in point["properties"]
    assert read(stranger.get("api:cases_points"))["features"] == []
    away = read(street_dispatcher.get("api:cases_points", query={"bbox": "0,0,1,1"}))
    assert away["features"] == []


@pytest.mark.parametrize(
    "bbox", ["a", "1,2,3", "9,9,1,1", "nan,nan,nan,nan", "-200,0,1,1", "1,,2,3"]
)
def test_a_box_that_is_none_is_told(street_dispatcher, bbox):
    assert told(street_dispatcher.get("api:cases_points", query={"bbox": bbox})) == (
        422,
        "bad_input",
    )


# -- one ---------------------------------------------------------------------------------------------

READS = ("case", "timeline", "clock", "units_of")
ACTS = {
    "accept": {}, "refuse": {"reason": "outside_duty"}, "ask_verification": {}, "verify": {"found": True},
    "dispatch": {"lead": str(uuid4())}, "arbitrate": {"lead": str(uuid4()), "note": "x"}, "sign": {},
    "return": {"reason": "not_ours", "note": "x"}, "feed_back": {"note": "x"},
    "ask_delay": {"amount": 1, "reason": "weather", "note": "x"}, "decide_delay": {"granted": 1},
    "suspend": {"reason": "weather", "note": "x"}, "resume": {}, "press": {"note": "x"},
    "escalate": {"note": "x"}, "check": {"passed": True}, "call_back": {"reached": True},
    "reopen": {"note": "x"}, "archive": {}, "answer": {"text": "x"}, "add": {"text": "x"},
    "split": {"matter": "06010", "text": "x"}, "correct": {"note": "x"},
    "merge": {"into": str(uuid4())}, "rate": {"stars": 5}, "not_solved": {"note": "x"}, "withdraw": {},
}  # fmt: skip


@pytest.mark.parametrize("name", READS)
def test_a_stranger_reads_of_a_case_what_one_reads_of_none(street_dispatcher, stranger, name):
    case = make_case()
    assert street_dispatcher.get(f"api:cases_{name}", case.pk).status_code == 200
    theirs = stranger.get(f"api:cases_{name}", case.pk)
    nothing = stranger.get(f"api:cases_{name}", uuid4())
    assert (theirs.status_code, theirs.content) == (404, nothing.content)


def valid(name):
    """The example with the first reason of each list, so that only the case is in question."""
    from lifang.cases import catalogue as lists  # noqa: PLC0415 -- by name below

    kinds = {"refuse": "REFUSE", "return": "RETURN", "ask_delay": "DELAY", "suspend": "SUSPEND"}
    body = dict(ACTS[name])
    if name in kinds:
        body["reason"] = getattr(lists, f"{kinds[name]}_REASONS").all()[0].key
    return body


@pytest.mark.parametrize("name", ACTS)
def test_a_stranger_acts_on_a_case_as_on_none_and_leaves_no_trace(stranger, name):
    case = handling()
    before = Entry.objects.count()
    theirs = stranger.send("POST", f"api:cases_{name}", case.pk, json=valid(name))
    nothing = stranger.send("POST", f"api:cases_{name}", uuid4(), json=valid(name))
    assert (theirs.status_code, theirs.content) == (404, nothing.content)
    assert (again(case).state, again(case).steps_taken) == ("handling", case.steps_taken)
    assert Entry.objects.count() == before


def test_every_act_has_an_operation_named_like_its_capability():
    named = {
        node["operationId"]
        for methods in api().get_openapi_schema()["paths"].values()
        for method, node in methods.items()
        if method == "post"
    }
    assert set(CHOSEN.values()) <= named
    assert {f"cases.{name}" for name in ACTS} <= set(capabilities())


def test_without_a_sign_in_only_public_things_answer(anonymous):
    assert told(anonymous.get(LIST)) == (401, "not_signed_in")
    assert told(anonymous.send("POST", ENTER, json=REPORT)) == (401, "not_signed_in")
    assert anonymous.get("api:cases_matters").status_code == 200
    assert count() == 0


def test_one_case_says_what_the_actor_may_do_now(street_dispatcher, grid_worker):
    case = make_case()
    desk = read(street_dispatcher.get("api:cases_case", case.pk))
    assert desk["acts"][0] == "cases.accept"
    assert (desk["number"], desk["text"], desk["state"]) == (
        case.number, "门口有垃圾", "awaiting_acceptance",
    )  # fmt: skip
    assert "cases.accept" not in read(grid_worker.get("api:cases_case", case.pk))["acts"]


def test_a_resident_reads_the_public_steps_of_the_own_case_without_officers_names(resident):
    case = handling(actor=resident.actor)
    steps = read(resident.get("api:cases_timeline", case.pk))
    assert [step["move"] for step in steps] == ["start", "accept", "dispatch", "sign"]
    assert {step["person"] for step in steps} == {""}
    assert all(step["public"] for step in steps)


def test_the_clock_is_explained(street_dispatcher):
    said = read(street_dispatcher.get("api:cases_clock", handling().pk))
    assert said["stage"] == "handle"
    assert said["lines"]
    assert all(line["zh"] and line["en"] for line in said["lines"])
    assert read(street_dispatcher.get("api:cases_clock", closed(text="c").pk)) is None


# -- in ----------------------------------------------------------------------------------------------


def test_a_resident_reports_and_sees_it(resident):
    made = resident.send("POST", ENTER, json=REPORT)
    assert made.status_code == 201
    case = again(Case(pk=read(made)["id"]))
    assert (case.matter, case.area, case.source, case.holders) == (
        "06010", places.GRID, "resident_web", sorted([resident.holder, f"desk:{case.desk}"]),
    )  # fmt: skip
    assert [item["id"] for item in read(resident.get(LIST))["items"]] == [str(case.pk)]


def test_the_same_request_twice_reports_once(resident):
    key = {"HTTP_IDEMPOTENCY_KEY": "report-0001"}
    first = resident.send("POST", ENTER, json=REPORT, **key)
    second = resident.send("POST", ENTER, json=REPORT, **key)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert second["Idempotency-Replayed"] == "true"
    assert count() == 1
    other = resident.send("POST", ENTER, json={**REPORT, "text": "x"}, **key)
    assert told(other) == (409, "key_used_otherwise")
    assert count() == 1


def test_a_photo_is_put_aside_and_comes_in_with_the_report(resident):
    upload = SimpleUploadedFile("a.jpg", make_photo(3).picture, "image/jpeg")
    stashed = resident.post("api:cases_stash_photo", data={"photo": upload})
    assert stashed.status_code == 201
    body = {**REPORT, "text": "", "photos": [read(stashed)["photo"]]}
    assert resident.send("POST", ENTER, json=body).status_code == 201
    assert told(resident.send("POST", ENTER, json={**body, "photos": ["a.b"]})) == (
        409,
        "photo_lapsed",
    )
    text = SimpleUploadedFile("a.jpg", b"<script>", "image/jpeg")
    refused = resident.post("api:cases_stash_photo", data={"photo": text})
    assert (refused.status_code, read(refused)["reason"]) == (409, "photo_kind")


def test_staff_record_for_somebody_and_another_platforms_number_is_taken_once(street_dispatcher):
    body = {**REPORT, "source": "hotline_12345", "reference": "SH-1", "phone": "10012345678"}
    made = street_dispatcher.send("POST", "api:cases_record", json=body)
    assert (made.status_code, read(made)["source"]) == (201, "hotline_12345")
    with behind(SYSTEM):
        assert str(Reporter.objects.get().phone) == "10012345678"


def test_a_resident_records_for_nobody(resident):
    body = {**REPORT, "source": "hotline_12345"}
    assert told(resident.send("POST", "api:cases_record", json=body)) == (403, "not_allowed")
    assert count() == 0


GIVEN = {
    "state": "closed", "level": "life", "holders": ["account:x"], "desk": places.COUNTY, "id": str(uuid4()),
    "number": "1", "reports": 99, "opened_at": "2020-01-01T00:00:00Z", "closed_at": None, "actor": "x",
    "source": "sensor", "reference": "x", "at": "2020-01-01T00:00:00Z", "lead": str(uuid4()),
}  # fmt: skip


@pytest.mark.parametrize("name", GIVEN)
def test_a_field_nobody_asked_for_is_refused(resident, name):
    answer = resident.send("POST", ENTER, json={**REPORT, name: GIVEN[name]})
    assert told(answer) == (422, "bad_input")
    assert name in read(answer)["facts"]["fields"] or f"body.{name}" in str(read(answer))
    assert count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"matter": "nothing"}, {"matter": ["06010"]}, {"lon": 118.0}, {"lon": 181, "lat": 0},
        {"lon": "x", "lat": 0}, {"area": "37/../"}, {"area": "9" * 16}, {"place": "x" * 201},
        {"text": "x" * 4001}, {"photos": ["x"] * 7}, {"phone": "<b>"}, {"name": {"a": 1}},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_field_is_named_and_nothing_is_written(resident, wrong):
    assert told(resident.send("POST", ENTER, json={**REPORT, **wrong})) == (422, "bad_input")
    assert count() == 0


def test_a_place_nobody_knows_is_refused(resident):
    assert told(resident.send("POST", ENTER, json={**REPORT, "area": "990999"})) == (
        409,
        "out_of_area",
    )
    nowhere = {name: REPORT[name] for name in ("matter", "text")}
    assert told(resident.send("POST", ENTER, json=nowhere)) == (409, "out_of_area")


def test_hostile_bodies_are_refused_and_write_nothing(resident):
    url = reverse(ENTER)
    for body in list(bodies())[::7]:
        answer = resident.client.post(url, body, content_type="application/json")
        assert answer.status_code in {400, 413, 422}, body[:80]
    assert count() == 0


def test_hostile_words_are_kept_as_words(resident):
    for text in sample(60, "cases.api"):
        Tally.objects.all().delete()  # the hour's limit is another test's
        words = text.text[:4000]
        answer = resident.send("POST", ENTER, json={**REPORT, "text": words})
        assert answer.status_code in {201, 400, 409, 422}, words
        if answer.status_code == 201:
            assert read(answer)["text"] == words.strip()


def test_the_hour_of_a_resident_is_one_whatever_way_they_come_in(resident, street_dispatcher):
    most = policy("reports_per_hour")
    for number in range(most - 1):
        sent = resident.send("POST", ENTER, json={**REPORT, "text": f"第{number}件"})
        assert sent.status_code == 201
    case, other = accepted(), accepted(place="和平路 2 号")
    joined = resident.send("POST", "api:cases_join", case.pk, json={})
    assert joined.status_code == 201
    before = Case.objects.count()
    for answer in (
        resident.send("POST", ENTER, json=REPORT),
        resident.send("POST", "api:cases_join", other.pk, json={}),
    ):
        assert told(answer) == (409, "too_many_reports")
        assert "请稍后再试" in read(answer)["message"]
    assert Case.objects.count() == before
    # Who works here writes down as much as is told.
    desk = {**REPORT, "source": "phone"}
    for _ in range(most + 1):
        made = street_dispatcher.send("POST", "api:cases_record", json=desk)
        assert made.status_code == 201, read(made)


# -- help --------------------------------------------------------------------------------------------


def test_what_is_near_is_told_to_everybody_without_a_person(anonymous):
    case = accepted(lon=118.05, lat=36.8, phone="10012345678", name="某人")
    (near,) = read(anonymous.get("api:cases_nearby", query={"lon": 118.0502, "lat": 36.8}))
    assert (near["id"], near["metres"] < 40) == (str(case.pk), True)
    assert set(near) == {
        "id", "number", "matter", "place", "lon", "lat", "reports", "opened_at", "metres",
    }  # fmt: skip


def test_words_find_the_matter_and_danger_its_number(anonymous):
    answer = read(anonymous.send("POST", "api:cases_propose", json={"text": "路灯不亮了"}))
    assert answer["matters"][0]["matter"] == "01037"
    assert answer["danger"] is None
    fire = read(anonymous.send("POST", "api:cases_propose", json={"text": "着火了 fire"}))
    assert "119" in fire["danger"]["numbers"]


def test_a_stranger_reads_only_public_matters(anonymous, street_dispatcher):
    public = read(anonymous.get("api:cases_matters"))
    assert all(one["public"] for one in public)
    assert len(read(street_dispatcher.get("api:cases_matters"))) == len(MATTERS) > len(public)


def test_the_duties_matrix_answers_with_its_reason(street_dispatcher):
    unit = make_unit()
    query = {"matter": "06010", "area": places.GRID}
    answers = read(street_dispatcher.get("api:cases_units_for", query=query))
    assert [one["unit"] for one in answers][:1] == [str(unit.pk)]
    assert answers[0]["reason"]["zh"]
    wrong = street_dispatcher.get("api:cases_units_for", query={**query, "matter": "x"})
    assert told(wrong) == (422, "bad_input")
