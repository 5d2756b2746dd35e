"""The edge before every operation, over the wire, on a small API of its own."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from lifang.core.access.models import GrantRow
from lifang.core.access.refusal import reasons
from lifang.core.api import actions, faults
from lifang.core.api.jobs import forget_answers
from lifang.core.api.models import Answer, ApiKey
from lifang.core.api.tests.make import bearer, make_key, make_step
from lifang.core.audit.models import Entry
from lifang.core.calendar.models import Day
from lifang.core.events.models import Outbox
from lifang.core.ids import new_id
from lifang.core.testing.places import COUNTY, FAR_GRID, GRID, NEXT_GRID

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lifang.core.api.tests.urls")]
V1 = "/api/v1/test/"
DAY = {"date": "2027-03-08", "working": False, "area": COUNTY}


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=5)  # noqa: TID251 -- over the wire the clock is real


@pytest.fixture
def setter(system_admin, now) -> dict:
    """The header of a key that may set days."""
    return bearer(make_key(system_admin, now, capabilities=["calendar.set_day"]))


def body(response) -> dict:
    return json.loads(response.content)


# who calls


def test_without_a_sign_in_only_open_operations_answer(client):
    shut = client.get(V1 + "steps")
    assert (shut.status_code, body(shut)["reason"], shut["WWW-Authenticate"]) == (
        401,
        "not_signed_in",
        "Bearer",
    )
    assert body(client.get(V1 + "open")) == {"kind": "anonymous"}


def test_a_key_acts_as_its_account(client, grid_worker, now):
    ours, _ = make_step(GRID), make_step(FAR_GRID)
    answer = client.get(V1 + "steps", **bearer(make_key(grid_worker, now)))
    assert [item["id"] for item in body(answer)["items"]] == [str(ours.pk)]


def test_a_key_narrowed_to_an_area_sees_only_that(client, county_leader, now):
    ours, _ = make_step(GRID), make_step(NEXT_GRID)
    answer = client.get(V1 + "steps", **bearer(make_key(county_leader, now, areas=[GRID])))
    assert [item["id"] for item in body(answer)["items"]] == [str(ours.pk)]


def test_a_key_without_the_capability_cannot_act(client, system_admin, now):
    reader = make_key(system_admin, now)
    answer = client.post(V1 + "days", DAY, content_type="application/json", **bearer(reader))
    assert (answer.status_code, body(answer)["reason"]) == (403, "not_allowed")
    assert not Day.objects.exists()


def test_revocation_holds_from_the_next_request(client, grid_worker, now):
    key = make_key(grid_worker, now)
    assert client.get(V1 + "steps", **bearer(key)).status_code == 200
    actions.revoke_key(actor=grid_worker.actor, key=key, at=now)
    answer = client.get(V1 + "steps", **bearer(key))
    assert (answer.status_code, body(answer)["reason"]) == (401, "key_not_valid")


def test_an_ended_grant_takes_its_sight_from_the_key_at_once(client, grid_worker, now):
    make_step(GRID)
    key = make_key(grid_worker, now)
    assert len(body(client.get(V1 + "steps", **bearer(key)))["items"]) == 1
    GrantRow.objects.filter(account=grid_worker.account).update(valid_to=now)
    assert body(client.get(V1 + "steps", **bearer(key)))["items"] == []


def test_expired_wrong_closed_and_unknown_keys_are_answered_alike(client, grid_worker, now):
    expired = make_key(grid_worker, now - timedelta(days=9), days=1)
    good = make_key(grid_worker, now)
    answers = [
        client.get(V1 + "open", headers={"Authorization": shown})
        for shown in (
            f"Bearer {expired.token}",
            f"Bearer {good.token[:-3]}abc",
            f"Bearer lf_AAAAAAAA_{'x' * 43}",
            "Bearer something",
            f"Basic {good.token}",
            "Bearer ",
        )
    ]
    grid_worker.account.__class__.objects.filter(pk=grid_worker.id).update(closed_at=now)
    answers.append(client.get(V1 + "open", **bearer(good)))
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (401, answers[0].content)
    }


def test_a_wrong_key_is_not_saved_by_the_cookie(grid_worker):
    answer = grid_worker.client.get(V1 + "steps", headers={"Authorization": "Bearer lf_no"})
    assert answer.status_code == 401


def test_a_session_needs_its_csrf_token_to_write(system_admin):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(system_admin.account)
    refused = strict.post(V1 + "days", DAY, content_type="application/json")
    assert (refused.status_code, body(refused)["reason"]) == (403, "cross_site")
    assert not Day.objects.exists()
    strict.cookies["csrftoken"] = "a" * 32
    done = strict.post(
        V1 + "days", DAY, content_type="application/json", headers={"X-CSRFToken": "a" * 32}
    )
    assert done.status_code == 201
    assert strict.get(V1 + "steps").status_code == 200


def test_a_key_needs_no_csrf_token(setter):
    answer = Client(enforce_csrf_checks=True).post(
        V1 + "days", DAY, content_type="application/json", **setter
    )
    assert answer.status_code == 201


def test_last_use_is_noted_to_the_minute(client, grid_worker, now):
    key = make_key(grid_worker, now)
    client.get(V1 + "steps", **bearer(key))
    first = ApiKey.objects.get(pk=key.pk).used_at
    client.get(V1 + "steps", **bearer(key))
    assert first is not None
    assert ApiKey.objects.get(pk=key.pk).used_at == first


# errors


def test_not_yours_answers_exactly_like_not_there(client, grid_worker, now):
    key = make_key(grid_worker, now)
    theirs = make_step(FAR_GRID)
    answers = [
        client.get(f"{V1}steps/{theirs.pk}", **bearer(key)),
        client.get(f"{V1}steps/{new_id()}", **bearer(key)),
        client.get(f"{V1}missing", **bearer(key)),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    aside = {"RateLimit-Remaining", "RateLimit-Reset"}
    assert len({str({k: v for k, v in a.headers.items() if k not in aside}) for a in answers}) == 1
    assert body(answers[0]) == {
        "reason": "not_found",
        "message": "没有找到，或不在您的范围内。",
        "facts": {},
    }


def test_an_unknown_address_answers_in_the_same_shape(client):
    answer = client.get("/api/v1/nowhere")
    assert (answer.status_code, body(answer)["reason"]) == (404, "not_found")


def test_wrong_fields_are_named(client, setter):
    answer = client.post(
        V1 + "days", {"date": "soon", "area": 5}, content_type="application/json", **setter
    )
    told = body(answer)
    assert (answer.status_code, told["reason"]) == (422, "bad_input")
    assert set(told["facts"]["fields"]) == {"body.date", "body.working", "body.area"}


def test_a_break_says_nothing_of_itself(client, grid_worker, now, caplog):
    answer = client.get(V1 + "broken", **bearer(make_key(grid_worker, now)))
    assert (answer.status_code, body(answer)["reason"]) == (500, "broken")
    assert b"secret" not in answer.content
    assert "a secret detail" in caplog.text


def test_a_wrong_method_is_told_which_are_right(client, setter):
    answer = client.delete(V1 + "days", **setter)
    assert (answer.status_code, body(answer)["reason"], answer["Allow"]) == (
        405,
        "method_not_allowed",
        "POST",
    )


def test_messages_follow_the_reader(client):
    english = client.get(V1 + "steps", headers={"Accept-Language": "en-GB"})
    assert body(english)["message"] == "Please sign in first."
    assert body(client.get(V1 + "steps"))["message"] == "请先登录。"


def test_every_status_is_a_declared_reason():
    assert set(faults.STATUS) <= set(reasons())


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":2}',
        b'{"a":NaN}',
        b'{"a":' + b"9" * 40 + b"}",
        b"[" * 900,
        b"\xff\xfe",
        b'{"a":"\\ud800"}',
        b'{"a":"\\u0000"}',
        b" ",
    ],
)
def test_hostile_json_is_400(client, setter, raw):
    answer = client.post(V1 + "anything", raw, content_type="application/json", **setter)
    assert (answer.status_code, body(answer)["reason"]) == (400, "bad_json")


def test_too_much_is_413(client, setter):
    answer = client.post(
        V1 + "anything", b'"' + b"a" * 1_100_000 + b'"', content_type="application/json", **setter
    )
    assert (answer.status_code, body(answer)["reason"]) == (413, "too_large")


def test_null_characters_in_addresses_are_refused(client, setter):
    assert client.get(V1 + "steps?after=%00", **setter).status_code == 400
    assert client.get("/api/v1/test/steps/%00", **setter).status_code == 404


# lists


def test_pages_follow_one_another_without_gap_or_double(client, grid_worker, now):
    made = [make_step(GRID, number, minutes=number // 3) for number in range(11)]
    make_step(FAR_GRID, 99)
    key, seen, after = make_key(grid_worker, now), [], ""
    for _ in range(9):
        page = body(client.get(f"{V1}steps?limit=3&after={after}", **bearer(key)))
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    expected = sorted(made, key=lambda step: (step.at, step.pk), reverse=True)
    assert seen == [str(step.pk) for step in expected]
    assert set(page["items"][0]) == {"id", "number", "move"}


def test_pages_by_id_need_no_field(client, grid_worker, now):
    made = sorted((make_step(GRID, number).pk for number in range(5)), reverse=True)
    key = make_key(grid_worker, now)
    first = body(client.get(V1 + "steps-by-id?limit=3", **bearer(key)))
    rest = body(client.get(f"{V1}steps-by-id?limit=3&after={first['next']}", **bearer(key)))
    assert [item["id"] for item in first["items"] + rest["items"]] == [str(pk) for pk in made]
    assert rest["next"] is None


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "after=zzz",
        "after=W10",
        "limit=%D9%A3",
        "after=WyJ4IiwieSJd",
    ],
)
def test_a_mangled_page_mark_is_422(client, grid_worker, now, query):
    for path in ("steps", "steps-by-id"):
        answer = client.get(f"{V1}{path}?{query}", **bearer(make_key(grid_worker, now)))
        assert (answer.status_code, body(answer)["reason"]) == (422, "bad_input"), path


def test_a_list_costs_the_same_for_one_row_and_for_thirty(client, grid_worker, now, grows):
    key = make_key(grid_worker, now)
    grows(lambda: make_step(GRID), lambda: client.get(V1 + "steps", **bearer(key)))


def test_what_has_not_changed_is_not_sent_again(client, grid_worker, now):
    make_step(GRID)
    key = make_key(grid_worker, now)
    first = client.get(V1 + "steps", **bearer(key))
    known = bearer(key)["headers"] | {"If-None-Match": first["ETag"]}
    again = client.get(V1 + "steps", headers=known)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    make_step(GRID)
    assert client.get(V1 + "steps", headers=known).status_code == 200


# counted


def test_a_key_has_its_rate(client, grid_worker, now):
    key = make_key(grid_worker, now, per_minute=2)
    answers = [client.get(V1 + "steps", **bearer(key)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert (answers[2]["Retry-After"], body(answers[2])["reason"]) == ("30", "too_many_requests")
    other = make_key(grid_worker, now, name="Other")
    assert client.get(V1 + "steps", **bearer(other)).status_code == 200


def test_a_person_at_a_desk_is_not_counted(grid_worker):
    assert "RateLimit-Limit" not in grid_worker.client.get(V1 + "steps")


# given once


def test_the_same_request_twice_acts_once(client, setter):
    once = {"headers": setter["headers"] | {"Idempotency-Key": "day-2027-03-08"}}
    first, second = (
        client.post(V1 + "days", DAY, content_type="application/json", **once) for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second["Idempotency-Replayed"] == "true"
    assert Entry.objects.filter(action="calendar.set_day").count() == 1
    assert Outbox.objects.filter(name="calendar.DayChanged").count() == 1


def test_the_same_key_for_something_else_is_refused(client, setter):
    once = {"headers": setter["headers"] | {"Idempotency-Key": "day-2027-03-08"}}
    client.post(V1 + "days", DAY, content_type="application/json", **once)
    other = client.post(
        V1 + "days", DAY | {"working": True}, content_type="application/json", **once
    )
    assert (other.status_code, body(other)["reason"]) == (409, "key_used_otherwise")
    assert not Day.objects.get().working


@pytest.mark.parametrize("key", ["short-7", "x" * 201, "with a blank", "schlüssel-1"])
def test_an_idempotency_key_of_another_shape_is_told_what_it_should_be(client, setter, key):
    once = {"headers": setter["headers"] | {"Idempotency-Key": key, "Accept-Language": "en"}}
    answer = client.post(V1 + "days", DAY, content_type="application/json", **once)
    told = body(answer)
    assert (answer.status_code, told["reason"]) == (422, "idempotency_key_wrong")
    assert told["facts"] == {"least": 8, "most": 200, "length": len(key)}
    assert "8 to 200" in told["message"]
    assert not Day.objects.exists()
    assert not Answer.objects.exists()


@pytest.mark.parametrize("key", ["eight-ch", "x" * 200])
def test_the_shortest_and_the_longest_idempotency_key_are_taken(client, setter, key):
    once = {"headers": setter["headers"] | {"Idempotency-Key": key}}
    answer = client.post(V1 + "days", DAY, content_type="application/json", **once)
    assert answer.status_code == 201


def test_a_refusal_is_repeated_too(client, system_admin, now):
    reader = bearer(make_key(system_admin, now))
    once = {"headers": reader["headers"] | {"Idempotency-Key": "not-for-me"}}
    answers = [
        client.post(V1 + "days", DAY, content_type="application/json", **once) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert Entry.objects.filter(action="calendar.set_day", outcome="refused").count() == 1


def test_a_break_leaves_neither_the_act_nor_the_answer(client, setter):
    once = {"headers": setter["headers"] | {"Idempotency-Key": "breaks-late"}}
    answer = client.post(V1 + "broken-late", DAY, content_type="application/json", **once)
    assert answer.status_code == 500
    assert not Day.objects.exists()
    assert not Answer.objects.exists()
    assert not Outbox.objects.filter(name="calendar.DayChanged").exists()


def test_two_people_may_use_the_same_idempotency_key(client, setter, grid_worker, now):
    for shown in (setter, bearer(make_key(grid_worker, now))):
        headers = shown["headers"] | {"Idempotency-Key": "the-same-key"}
        answer = client.post(
            V1 + "anything", {"a": 1}, content_type="application/json", headers=headers
        )
        assert "Idempotency-Replayed" not in answer
    assert Answer.objects.count() == 2


def test_nobody_in_particular_is_given_no_kept_answer(client):
    client.post(
        V1 + "anything",
        {},
        content_type="application/json",
        headers={"Idempotency-Key": "anonymous-1"},
    )
    assert not Answer.objects.exists()


def test_kept_answers_are_forgotten_after_two_days(client, setter, now):
    headers = setter["headers"] | {"Idempotency-Key": "an-old-request"}
    client.post(V1 + "anything", {"a": 1}, content_type="application/json", headers=headers)
    forget_answers.run(now + timedelta(hours=47))
    assert Answer.objects.count() == 1
    forget_answers.run(now + timedelta(hours=49))
    assert Answer.objects.count() == 0
