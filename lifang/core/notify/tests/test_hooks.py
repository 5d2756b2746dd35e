"""Webhooks end to end: a real event reaches a real receiver; secrets change without a gap; a log one can act on."""

import json
import socket
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.action import together
from lifang.core.api.models import Answer
from lifang.core.api.tests.make import bearer, make_key
from lifang.core.audit.models import Entry as Line
from lifang.core.calendar.events import DayChanged
from lifang.core.events import publish
from lifang.core.events.models import Outbox, Trouble
from lifang.core.events.registry import EVENTS
from lifang.core.jobs.testing import run_due
from lifang.core.notify import actions, outbound, selectors, webhooks
from lifang.core.notify.catalogue import Host, Outward, outward
from lifang.core.notify.models import Delivery, Endpoint, Message
from lifang.core.notify.terms import State, Undeliverable
from lifang.core.notify.tests.make import NOON, make_delivery, make_endpoint
from lifang.core.notify.tests.receiving import Receiver
from lifang.core.relay import hearing
from lifang.core.testing import cast
from lifang.core.testing.hostile import bodies, sample
from lifang.core.testing.told import deliver

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S0-05")]
HOOKS = "/api/v1/webhooks/"


def happens(area: str = "990101001", day: int = 1) -> None:
    with together(actor=SYSTEM, at=NOON):
        publish(DayChanged(day=date(2026, 12, day), area=area, at=NOON), area=area)


def endpoint(url: str, area: str = "990101", events: tuple[str, ...] = ("calendar.*",)) -> Endpoint:
    return actions.add_endpoint(actor=SYSTEM, url=url, events=list(events), area=area, at=NOON)


def tell(told: UUID | None = None, at: datetime = NOON) -> int:
    facts = {"day": "2026-12-01"}
    return webhooks.announce(
        event="calendar.DayChanged", told=told or uuid4(), facts=facts, area="990101001", at=at
    )


def rows() -> list[Delivery]:
    with behind(SYSTEM):
        return list(Delivery.objects.order_by("pk"))


def found(made: Endpoint) -> Endpoint:
    with behind(SYSTEM):
        return Endpoint.objects.get(pk=made.pk)


# -- the way out --------------------------------------------------------------------------------------


def test_each_arrives_at_least_once_ids_sort_as_it_happened_and_signatures_verify(receiver):
    """Thirty events by the relay to a receiver that fails, hangs up and makes a worker die in the middle."""
    secret = endpoint(receiver.url).secret
    now = datetime.now(NOON.tzinfo)  # noqa: TID251 -- the package compares with the real clock
    for day in range(1, 31):
        happens(day=day)
    deliver(now)
    random = Random(7)
    receiver.answers = [(random.choice([0, 204, 429, 500, 503]), {}) for _ in range(60)]
    first = rows()[0].pk
    with behind(SYSTEM):  # it arrived, and the worker died before it could write that down
        webhooks.push(first, now)
        Delivery.objects.filter(pk=first).update(state=State.SENDING, sent_at=None)
    at = now
    while not all(row.state == State.SENT for row in rows()):
        run_due(at, limit=5000)
        at += timedelta(minutes=20)
        with behind(SYSTEM):
            webhooks.sweep(at)
        assert at < now + timedelta(days=2)
    heard: dict[str, list[str]] = {}
    for headers, body in receiver.got:
        # Stamps of later attempts lie in the future here, so their signatures are made anew instead of verified.
        stamp = datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=NOON.tzinfo)
        made = Webhook(secret).sign(headers["webhook-id"], stamp, body.decode())
        assert headers["webhook-signature"] == made
        heard.setdefault(headers["webhook-id"], []).append(json.loads(body)["data"]["day"])
    assert all(len(set(days)) == 1 for days in heard.values())
    assert [heard[pk][0] for pk in sorted(heard)] == [f"2026-12-{day:02}" for day in range(1, 31)]
    assert len(heard[str(first)]) >= 2
    print(f"30 events, {len(receiver.got)} requests, {len(heard)} ids in order")  # noqa: T201 -- a proof prints its counts


def test_a_receiver_verifies_what_it_got_and_refuses_what_was_touched(receiver):
    secret = endpoint(receiver.url).secret
    now = datetime.now(NOON.tzinfo)  # noqa: TID251 -- as above
    happens()
    deliver(now)
    run_due(now)
    ((headers, body),) = receiver.got
    assert Webhook(secret).verify(body, headers)["type"] == "calendar.DayChanged"
    for touched, told in (
        (body.replace(b"2026-12-01", b"2026-12-02"), headers),
        (body, {**headers, "webhook-id": str(uuid4())}),
        (body, {**headers, "webhook-timestamp": str(int(now.timestamp()) - 600)}),
        (body, {**headers, "webhook-signature": "v1,AAAA"}),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(touched, told)


def test_what_is_published_is_queued_once_however_often_it_is_heard(receiver):
    made = endpoint(receiver.url)
    for _ in range(2):
        happens()
        deliver(NOON)
        deliver(NOON)
        run_due(NOON)
    assert len(receiver.got) == len(rows()) == 2
    assert {row.endpoint_id for row in rows()} == {made.pk}


def test_a_hearing_that_breaks_is_tried_again_and_loses_nothing(receiver, monkeypatch):
    endpoint(receiver.url)
    happens()
    whole, breaks = webhooks.announce, [True]

    def announce(**facts: object) -> int:
        if breaks:
            breaks.pop()
            raise RuntimeError("no room")
        return whole(**facts)

    monkeypatch.setattr(webhooks, "announce", announce)
    with behind(SYSTEM):
        hearing.hear(Outbox.objects.get(), NOON)
    assert rows() == []
    hearing.hear_again(NOON + timedelta(seconds=2))
    assert len(rows()) == 1
    with behind(SYSTEM):
        assert not Trouble.objects.exists()


@pytest.mark.parametrize(
    ("events", "area", "published"),
    [
        (("flow.*",), "990101", "990101001"),  # another context
        (("calendar.*",), "990101", "990102001"),  # another area
        (("*",), "990101", ""),  # of the whole site: not an area's to hear
        (("calendar.DayChanged",), "990101001001", "990101001"),  # of more than its area
    ],
)
def test_what_is_not_theirs_leaves_no_trace(receiver, events, area, published):
    endpoint(receiver.url, area, events)
    happens(published)
    deliver(NOON)
    assert rows() == []


def test_an_event_that_nobody_offers_never_leaves(receiver):
    """Accounts and people: not even to who hears everything, everywhere."""
    endpoint(receiver.url, "", ("*",))
    for name in sorted(EVENTS.keys() - outward().keys()):
        said = webhooks.announce(event=name, told=uuid4(), facts={}, area="990101", at=NOON)
        assert (said, webhooks.is_wanted(name, "990101")) == (0, False)
    assert rows() == []


def test_what_is_offered_points_to_no_person():
    """By the names of facts; `reporter` of a joined case stays inside."""
    person = {
        "person",
        "household",
        "resident",
        "account",
        "accounts",
        "reporter",
        "kept",
        "element",
    }
    assert webhooks.mistakes(outward().values()) == []
    told = {
        f"{name}.{fact}"
        for name, offered in outward().items()
        if name in EVENTS
        for fact in EVENTS[name].__dataclass_fields__
        if fact in person and fact not in offered.without
    }
    assert told == set()
    assert len(outward()) > 30


def test_a_wrong_line_of_outward_stops_the_start():
    name = outward()["*"].name
    wrong = [
        Outward(key="cases.Nothing", name=name),
        Outward(key="calendar.DayChanged", name=name, without=("hour",)),
    ]
    assert [line.partition(": ")[2] for line in webhooks.mistakes(wrong)] == [
        "there is no event `cases.Nothing`",
        "`calendar.DayChanged` has no fact `hour`",
    ]


def test_facts_that_stay_inside_are_not_in_the_body(receiver, monkeypatch):
    endpoint(receiver.url)
    one = Outward(key="calendar.DayChanged", name=outward()["*"].name, without=("day",))
    monkeypatch.setattr(webhooks, "outward", lambda: {"calendar.DayChanged": one})
    happens()
    deliver(NOON)
    assert json.loads(rows()[0].body)["data"].keys() == {"area", "at"}


# -- secrets ------------------------------------------------------------------------------------------


def test_both_secrets_sign_until_the_old_one_ends(receiver):
    made = endpoint(receiver.url)
    old = made.secret
    now = datetime.now(NOON.tzinfo)  # noqa: TID251 -- the package compares with the real clock
    new = actions.rotate_secret(actor=SYSTEM, endpoint=made, at=now - timedelta(hours=23)).secret
    tell(at=now)
    run_due(now)
    headers, body = receiver.got[-1]
    for secret in (old, new):
        assert Webhook(secret).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(webhooks.new_secret()).verify(body, headers)
    with behind(SYSTEM):
        Endpoint.objects.update(old_until=now)
    tell(at=now)
    run_due(now)
    headers, body = receiver.got[-1]
    Webhook(new).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(body, headers)


def test_a_secret_is_told_once_and_lies_nowhere_in_the_clear(receiver, client):
    keeper = cast.system_admin()
    now = datetime.now(NOON.tzinfo)  # noqa: TID251 -- a key over the wire
    key = make_key(keeper, now, capabilities=["notify.add_endpoint", "notify.rotate_secret"])
    body = {"url": receiver.url, "area": "990101", "events": ["*"]}
    sent = bearer(key)
    sent["headers"]["Idempotency-Key"] = "one-and-only"
    ask = lambda: client.post(HOOKS, body, content_type="application/json", **sent)  # noqa: E731 -- twice alike
    made, again = ask(), ask()
    secret = made.json()["secret"]
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    assert (again.status_code, again.json()["reason"]) == (409, "told_once")
    with behind(SYSTEM):
        (row,) = Endpoint.objects.all()
        assert row.secret == secret
        kept = bytes(Answer.objects.get().body)
    assert secret.encode() not in kept
    told = client.get(f"{HOOKS}{row.pk}", **bearer(key)).content
    assert b"whsec_" not in told + client.get(HOOKS, **bearer(key)).content
    (line,) = Line.objects.filter(action="notify.add_endpoint")
    assert secret not in json.dumps(line.changes)


# -- when it fails ------------------------------------------------------------------------------------


def test_after_many_failures_in_a_row_it_is_disabled_and_its_keeper_told(receiver):
    keeper = cast.system_admin()
    made = actions.add_endpoint(
        actor=keeper.actor, url=receiver.url, events=["calendar.*"], area="990101", at=NOON
    )
    receiver.answers = [(500, {})] * 300
    for _ in range(99):
        tell()
    run_due(NOON)
    assert (found(made).failures, found(made).disabled_at) == (99, None)
    at = NOON + timedelta(hours=2)
    tell(at=at)
    run_due(at)
    assert found(made).disabled_at == at
    with behind(SYSTEM):
        assert Message.objects.get(recipient=keeper.holder).template == "notify.webhook_disabled"
    happens()
    deliver(at)
    assert len(rows()) == 100  # what happens meanwhile is not queued
    again = actions.enable_endpoint(actor=keeper.actor, endpoint=made, at=at)
    assert (again.failures, again.disabled_at) == (0, None)
    receiver.answers = []
    with behind(SYSTEM):
        webhooks.sweep(at + timedelta(days=1))
    run_due(at + timedelta(days=1))
    assert {row.state for row in rows()} == {"sent"}  # and what waited went on


def test_a_failure_under_way_does_not_undo_that_somebody_disabled_it(receiver, monkeypatch):
    made = endpoint(receiver.url)
    tell()
    (row,) = rows()

    def meanwhile(*_: object) -> None:
        actions.disable_endpoint(actor=SYSTEM, endpoint=made, at=NOON)
        raise Undeliverable("hung up")

    monkeypatch.setattr(webhooks.webhook, "carry", meanwhile)
    with behind(SYSTEM):
        webhooks.push(row.pk, NOON)
    assert found(made).disabled_at == NOON


def test_a_failed_delivery_is_sent_again_under_the_same_id(receiver):
    made = endpoint(receiver.url)
    tell()
    run_due(NOON)
    (row,) = rows()
    with behind(SYSTEM):
        Delivery.objects.update(state=State.FAILED, tries=11)
    actions.resend(actor=SYSTEM, endpoint=made, delivery=row.pk, at=NOON)
    run_due(NOON)
    assert [headers["webhook-id"] for headers, _ in receiver.got] == [str(row.pk)] * 2


def test_nothing_is_sent_again_to_a_disabled_one_nor_from_anothers_log(receiver, refused):
    made, other = endpoint(receiver.url), endpoint(receiver.url)
    tell()
    theirs = next(row for row in rows() if row.endpoint_id == other.pk)
    with refused("not_found"):
        actions.resend(actor=SYSTEM, endpoint=made, delivery=theirs.pk, at=NOON)
    made = actions.disable_endpoint(actor=SYSTEM, endpoint=made, at=NOON)
    with refused("endpoint_disabled"):
        actions.resend(actor=SYSTEM, endpoint=made, delivery=theirs.pk, at=NOON)


def test_a_redirect_is_an_answer_and_not_a_way(receiver):
    receiver.answers = [(302, {"location": "http://169.254.169.254/"})]
    assert outbound.post(receiver.url, b"{}", {}).status == 302
    assert len(receiver.got) == 1


# -- no way into our own network ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "https://[", "file:///etc/passwd", "https://a" + "a" * 600,
     "https://user:word@127.0.0.1/", "https://127.0.0.1:99999/", "https://\x00/", "javascript:alert(1)"],
)  # fmt: skip
def test_what_is_no_address_or_not_on_the_list_is_refused(receiver, refused, url):
    with refused("host_not_allowed"):
        endpoint(url)


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://10.1.2.3/",
     "https://192.168.1.1:8080/x", "https://169.254.169.254/latest/meta-data/", "https://[::1]/",
     "https://[::ffff:10.0.0.1]/", "https://[fd00::1]/", "https://localhost/", "https://intranet.example.org/"],
)  # fmt: skip
def test_a_target_inside_is_refused_even_where_every_host_is_allowed(monkeypatch, refused, url):
    monkeypatch.setattr(outbound, "HOSTS", {"*": Host(key="*")})
    real = socket.getaddrinfo
    names = {"intranet.example.org": "10.9.8.7", "localhost": "127.0.0.1"}
    monkeypatch.setattr(
        outbound.socket, "getaddrinfo", lambda host, *a, **k: real(names.get(host, host), *a, **k)
    )
    with refused("host_inside"):
        endpoint(url)


def test_a_target_inside_is_taken_where_the_list_says_so(monkeypatch):
    monkeypatch.setattr(outbound, "HOSTS", {"10.1.2.3": Host(key="10.1.2.3", private=True)})
    assert endpoint("https://10.1.2.3/hook").url == "https://10.1.2.3/hook"


def test_a_name_that_moves_inside_later_is_not_called(monkeypatch):
    """It was out in the world when it was added; each push is judged anew."""
    where = ["93.184.216.34"]
    monkeypatch.setattr(outbound, "HOSTS", {"*": Host(key="*")})
    real = socket.getaddrinfo
    monkeypatch.setattr(
        outbound.socket, "getaddrinfo", lambda host, *a, **k: real(where[0], *a, **k)
    )
    endpoint("https://hook.example.org/")
    where[0] = "127.0.0.1"
    tell()
    run_due(NOON)
    (row,) = rows()
    assert (row.state, row.status) == ("queued", None)
    assert row.error == "hook.example.org leads to 127.0.0.1, inside a network"


# -- who may, and where -------------------------------------------------------------------------------


def test_nobody_hears_beyond_their_own_area(receiver, refused):
    keeper = cast.system_admin()
    facts = {"url": receiver.url, "events": ["*"], "at": NOON}
    for area in ("", "990102", "99010", "9901"):
        with refused("not_allowed"):
            actions.add_endpoint(actor=keeper.actor, area=area, **facts)
    with refused("endpoint_area_wrong"):
        actions.add_endpoint(actor=keeper.actor, area="9901010", **facts)
    leader = cast.county_leader()
    with refused("not_allowed"):
        actions.add_endpoint(actor=leader.actor, area="990101", **facts)


def test_sight_of_an_area_does_not_show_its_webhooks():
    """An address may hold a password: only who keeps webhooks there sees them, whoever added them."""
    made = make_endpoint("990101001")
    make_delivery(of=made)
    with behind(SYSTEM):
        for member in (cast.county_leader(), cast.system_admin("990102"), cast.grid_worker()):
            assert list(selectors.endpoints(member.actor)) == []
            assert list(selectors.deliveries(member.actor, made.pk)) == []
        assert list(selectors.endpoints(cast.system_admin().actor)) == [made]


def test_pages_add_show_disable_and_send_again(receiver):
    keeper = cast.system_admin()
    form = {"url": receiver.url, "note": "hub", "area": "990101", "events": ["calendar.*"]}
    made = keeper.post("notify:webhook_new", data=form)
    with behind(SYSTEM):
        row = Endpoint.objects.get()
    assert row.secret in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    with behind(SYSTEM):
        tell()
        run_due(NOON)
    (sent,) = rows()
    page = keeper.get("notify:webhook", row.pk).content.decode()
    assert "204" in page
    assert "whsec_" not in page
    assert "2026-12-01" in keeper.get("notify:webhook_delivery", sent.pk).content.decode()
    assert keeper.post("notify:webhook_delivery", sent.pk).status_code == 302
    changed = keeper.post("notify:webhook_secret", row.pk)
    assert found(row).secret in changed.content.decode()
    assert found(row).secret != row.secret
    colleague = cast.system_admin()
    assert (
        colleague.post("notify:webhook_state", row.pk, data={"to": "disabled"}).status_code == 302
    )
    assert found(row).disabled_at
    assert colleague.post("notify:webhook_state", row.pk, data={"to": "enabled"}).status_code == 302
    assert found(row).disabled_at is None
    assert colleague.get("notify:webhooks", query={"export": "csv"}).status_code == 200


def test_a_form_says_what_is_wrong_and_keeps_the_rest(receiver):
    keeper = cast.system_admin()
    form = {"url": "https://10.0.0.1/", "note": "hub", "area": "990101", "events": ["calendar.*"]}
    answer = keeper.post("notify:webhook_new", data=form)
    assert answer.status_code == 200
    assert "不允许向" in answer.content.decode()
    assert 'value="hub"' in answer.content.decode()
    with behind(SYSTEM):
        assert Endpoint.objects.count() == 0


def test_the_api_does_all_that_the_pages_do(receiver):
    keeper = cast.system_admin()
    body = {"url": receiver.url, "area": "990101", "events": ["calendar.DayChanged"], "note": "hub"}
    made = keeper.send("POST", HOOKS, json=body).json()
    one = f"{HOOKS}{made['id']}"
    assert keeper.get(HOOKS).json()["items"][0]["note"] == "hub"
    assert "calendar.DayChanged" in {each["key"] for each in keeper.get(f"{HOOKS}events").json()}
    happens()
    with behind(SYSTEM):
        deliver(NOON)
        run_due(NOON)
    (sent,) = keeper.get(f"{one}/deliveries").json()["items"]
    assert (sent["state"], sent["status"], sent["tries"]) == ("sent", 204, 1)
    again = keeper.send("POST", f"{one}/deliveries/{sent['id']}/resending", json={})
    assert (again.status_code, again.json()["state"]) == (202, "queued")
    assert keeper.send("POST", f"{one}/secret", json={}).json()["secret"] != made["secret"]
    assert keeper.send("POST", f"{one}/disabling", json={}).json()["disabled_at"]
    late = keeper.send("POST", f"{one}/deliveries/{sent['id']}/resending", json={})
    assert (late.status_code, late.json()["reason"]) == (409, "endpoint_disabled")
    assert keeper.send("POST", f"{one}/enabling", json={}).json()["disabled_at"] is None


@pytest.mark.parametrize(
    "wrong",
    [{"events": []}, {"events": ["registry.Tagged"]}, {"events": ["accounts.*"]}, {"events": ["nonsense"]},
     {"events": ["*"] * 101}, {"url": "x" * 501}, {"area": "99"}, {"area": "９９０１０１"}, {"area": None}, {"more": 1}],
)  # fmt: skip
def test_a_wrong_body_is_a_clear_refusal(receiver, wrong):
    body = {"url": receiver.url, "area": "990101", "events": ["*"], **wrong}
    answer = cast.system_admin().send("POST", HOOKS, json=body)
    assert 400 <= answer.status_code < 500
    assert answer.json()["message"]
    with behind(SYSTEM):
        assert Endpoint.objects.count() == 0


def test_hostile_input_at_every_way_in_breaks_nothing(receiver):
    keeper = cast.system_admin()
    client, tried = keeper.client, 0
    for raw in bodies():
        answer = client.post(HOOKS, raw, content_type="application/json")
        tried += 1
        assert answer.status_code < 500
    for one in sample(120, "webhooks"):
        body = {"url": receiver.url, "area": "990101", "events": ["*"]}
        for name in ("url", "area", "note", "events"):
            value = [one.text] if name == "events" else one.text
            said = keeper.send("POST", HOOKS, json={**body, name: value})
            page = keeper.post("notify:webhook_new", data={**body, name: value})
            tried += 2
            assert max(said.status_code, page.status_code) < 500, (name, one)
        assert keeper.get("notify:webhooks", query={"q": one.text}).status_code < 500
        tried += 1
    with behind(SYSTEM):  # only notes were taken, as words
        assert {row.url for row in Endpoint.objects.all()} <= {receiver.url}
    print(f"{tried} hostile inputs at webhooks")  # noqa: T201 -- as above


def test_lists_cost_the_same_for_one_row_and_for_thirty(grows):
    keeper = cast.system_admin()
    grows(make_endpoint, lambda: keeper.get("notify:webhooks"))
    grows(make_endpoint, lambda: keeper.get(HOOKS))
    made = make_endpoint()
    grows(lambda: make_delivery(of=made), lambda: keeper.get("notify:webhook", made.pk))
    grows(lambda: make_delivery(of=made), lambda: keeper.get(f"{HOOKS}{made.pk}/deliveries"))


def test_the_relay_asks_once_however_many_webhooks_there_are(grows):
    def hear() -> None:
        with behind(SYSTEM):
            webhooks.is_wanted("calendar.DayChanged", "990102001")

    grows(make_endpoint, hear)


def test_a_receiver_that_hangs_up_is_a_failure_and_no_break():
    server = Receiver()
    server.server_close()
    with pytest.raises(Undeliverable):
        outbound.fetch(server.url, 10)
