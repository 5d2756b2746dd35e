"""Webhooks of foreign systems: read by data, signed or with a key, a true receipt, once."""

import base64
import contextlib
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import hostile
from lifang.core.testing.cast import MONDAY
from lifang.sensing import actions
from lifang.sensing.actions import Register
from lifang.sensing.actions.intake import take
from lifang.sensing.api import hooks as door
from lifang.sensing.api.batches import Gate, parcel, token_of
from lifang.sensing.api.hooks import ROOT, hooks, is_signed, parcels
from lifang.sensing.catalogue import HOOKS, Hook, Reading, steps
from lifang.sensing.models import Alarm, Counted, Firing, Latest, Observation, Quarantined
from lifang.sensing.selectors import ways
from lifang.sensing.terms import KeyKind, Owner, Poison
from lifang.sensing.tests.make import make_device

LATER = MONDAY + timedelta(hours=1)


class Here(Gate):
    """A gate that works in the test's own thread and transaction."""

    async def owner(self, header: bytes) -> Owner | None:
        return self._ask(token_of(header)) if token_of(header) else None

    async def signer(self, prefix: str) -> tuple[Owner, str] | None:
        return self._ask_signer(prefix)

    async def take(self, owner: Owner, lines: Any, read: Any = None) -> dict[str, Any]:
        receipt = take(self.register, [(read or parcel)(owner, line) for line in lines], self.clock())  # fmt: skip
        return {"taken": len(lines) - len(receipt.refused), "new": receipt.new}

    async def apart(self, work: Any, *given: Any) -> Any:
        return work(*given)


@pytest.fixture
def gate(db, monkeypatch) -> Here:
    for module in ("batches", "scribes", "hooks"):
        monkeypatch.setattr(f"lifang.sensing.api.{module}.close_old_connections", lambda: None)
    return Here(lambda: MONDAY)


@pytest.fixture
def hub(db):
    made = make_device(type="gateway", code="HUB")
    make_device(type="smoke", code="S1", gateway=made.pk)
    make_device(type="monitored", code="portal", gateway=made.pk)
    return made


@pytest.fixture
def key(hub):
    return actions.issue_device_key(actor=SYSTEM, device=hub, at=MONDAY)


@pytest.fixture
def owner(key) -> Owner:
    with behind(SYSTEM):
        found = ways.owner_of_key(SYSTEM, key.token, MONDAY)
    assert found is not None
    return found


def ask(gate: Gate, where: str, body: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    given = [(name.replace("_", "-").encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]  # fmt: skip
    scope = {"path": f"{ROOT}{where}", "headers": given}
    with contextlib.suppress(StopIteration):
        hooks(gate, scope, receive, send).send(None)
    return sent[0]["status"], json.loads(sent[1]["body"])


def bearer(key: Any) -> dict[str, str]:
    return {"authorization": f"Bearer {key.token}"}


PLAIN = json.dumps({"device": "S1", "id": "m-1", "values": {"smoke": True, "battery": 80}}).encode()


# ------------------------------------------------------------------ mapped


@pytest.mark.covers("S0-29")
def test_a_message_is_read_by_its_mapping_and_answered_when_it_is_stored(gate, key):
    assert ask(gate, "plain", PLAIN, **bearer(key)) == (200, {"taken": 1, "new": 2})
    with behind(SYSTEM):
        kept = {row.series.measure: row.value for row in Latest.objects.select_related("series")}
        assert kept == {"smoke": 1.0, "battery": 80.0}
        assert [(row.way, row.reason, row.count) for row in Counted.objects.all()] == [("hook", "", 1)]  # fmt: skip


def test_the_same_message_again_is_the_same(gate, key):
    ask(gate, "plain", PLAIN, **bearer(key))
    gate.clock = lambda: LATER
    assert ask(gate, "plain", PLAIN, **bearer(key)) == (200, {"taken": 1, "new": 0})


def test_without_an_id_inside_that_of_standard_webhooks_counts(gate, key):
    body = b'{"readings":[{"device":"S1","values":{"battery":80}},{"device":"S1","values":{"battery":79}}]}'
    first = ask(gate, "plain_many", body, webhook_id="msg_1", **bearer(key))
    gate.clock = lambda: LATER
    again = ask(gate, "plain_many", body, webhook_id="msg_1", **bearer(key))
    other = ask(gate, "plain_many", body, webhook_id="msg_2", **bearer(key))
    assert [one[1]["new"] for one in (first, again, other)] == [2, 0, 2]


def test_the_password_of_http_basic_is_the_key(gate, key):
    basic = base64.b64encode(f"anything:{key.token}".encode()).decode()
    assert ask(gate, "plain", PLAIN, authorization=f"Basic {basic}")[0] == 200


def test_who_opens_nothing_is_told_so(gate, key, hub):
    wrong = key.token[:-4] + "aaaa"
    for header in ("", "Bearer", "Basic", "Basic !!!", "Basic " + base64.b64encode(b"\xff:\xfe").decode(), f"Bearer {wrong}"):  # fmt: skip
        assert ask(gate, "plain", PLAIN, authorization=header)[0] == 401
    assert ask(gate, "nobody", PLAIN, **bearer(key))[0] == 404
    actions.revoke_device_key(actor=SYSTEM, device=hub, at=MONDAY)
    assert ask(gate, "plain", PLAIN, **bearer(key))[0] == 401
    with behind(SYSTEM):
        assert not Observation.objects.exists()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"smoke!", Poison.NOT_JSON),
        (b"[1]", Poison.SHAPE),
        (b"[" * 100_000, Poison.NOT_JSON),
        (b'{"device":"S1","values":{"battery":"full"}}', Poison.VALUE),
        (b'{"device":"S1","at":1e300,"values":{"battery":1}}', Poison.VALUE),
        (b'{"device":"X9","values":{"battery":1}}', Poison.UNKNOWN_DEVICE),
        (b'{"device":"S1"}', Poison.NO_MEASURE),
    ],
)
def test_what_cannot_be_read_waits_with_its_reason(gate, key, body, reason):
    assert ask(gate, "plain", body, **bearer(key))[1]["taken"] == 0
    with behind(SYSTEM):
        kept = Quarantined.objects.get()
        assert (kept.reason, kept.way, kept.topic) == (reason, "hook", "hooks/plain")


def test_what_waits_is_replayed_when_the_device_is_there(gate, key, hub):
    ask(gate, "plain", b'{"device":"S9","id":"1","values":{"battery":40}}', **bearer(key))
    make_device(type="smoke", code="S9", gateway=hub.pk)
    with behind(SYSTEM):
        kept = Quarantined.objects.get()
        assert actions.replay_poison(actor=SYSTEM, poison=kept, at=LATER)
        assert Latest.objects.get(series__device__code="S9").value == 40.0


def test_a_mapping_can_name_words_factors_and_deep_places():
    hook = Hook(
        key="x", name=HOOKS["plain"].name, source="test", each="$.list[*]", device=["@['id no']", "$.hub"], at="@.t",
        values={"smoke": Reading(path="@.s", equals=["FIRE", 2]), "temperature": Reading(path="$.all[1].t", times=0.1)}, facts={"who": "@.who"},
    )  # fmt: skip
    assert hook.faults() == []
    said = {"hub": 7, "all": [0, {"t": 215}], "list": [{"id no": "甲", "s": "FIRE", "t": 1795399200, "who": "x" * 500}, {"s": "2"}]}  # fmt: skip
    first, second = door.reading.read(hook, said, "n")
    assert (first.code, first.values, first.id) == ("甲", {"smoke": True, "temperature": 21.5}, "n:0")  # fmt: skip
    assert len(first.facts["who"]) == 200
    assert (second.code, second.values["smoke"], second.at) == ("7", False, None)


def test_a_wrong_mapping_stops_the_start():
    hook = Hook(
        key="x",
        name=HOOKS["plain"].name,
        source="test",
        device=["device", "$..a", "$.a[?(@.b)]", "$."],
    )
    assert len(hook.faults()) == 5
    assert steps("$") == ()


# ------------------------------------------------------------------ signed


@pytest.fixture
def signing(hub):
    return actions.issue_device_key(actor=SYSTEM, device=hub, at=MONDAY, kind=KeyKind.SIGNED)


def signature(secret: str, body: bytes, number: str = "msg_1", at=MONDAY) -> dict[str, str]:
    said = Webhook(secret).sign(number, at, body.decode())
    return {"webhook_id": number, "webhook_timestamp": str(int(at.timestamp())), "webhook_signature": said}  # fmt: skip


def test_a_signed_message_needs_no_other_key_and_counts_once(gate, signing):
    body = b'{"device":"S1","values":{"battery":80}}'
    where, signed = f"plain/{signing.prefix}", signature(signing.token, body)
    assert ask(gate, where, body, **signed) == (200, {"taken": 1, "new": 1})
    assert ask(gate, where, body, **signed)[1]["new"] == 0
    signed["webhook_signature"] = (
        f"v1a,xx v1,AAAA {signed['webhook_signature']}"  # while it changes
    )
    assert ask(gate, where, body, **signed)[0] == 200


def test_a_signature_that_does_not_fit_is_refused(gate, signing, key):
    where, signed = f"plain/{signing.prefix}", signature(signing.token, PLAIN)
    old = signature(signing.token, PLAIN, at=MONDAY - timedelta(minutes=6))
    for body, headers in (
        (PLAIN + b" ", signed),
        (PLAIN, {}),
        (PLAIN, signed | {"webhook_id": "msg_2"}),
        (PLAIN, signed | {"webhook_timestamp": "soon"}),
        (PLAIN, signed | {"webhook_timestamp": "٣"}),
        (PLAIN, signed | {"webhook_signature": "v1,"}),
        (PLAIN, old),
        (b"\xff\xfe", signed),
        (PLAIN, {**bearer(key)}),  # a key is no signature
    ):
        assert ask(gate, where, body, **headers) == (401, {"reason": "signature_not_valid"})
    assert ask(gate, f"plain/{key.prefix}", PLAIN, **signed) == (401, {"reason": "key_not_valid"})
    assert ask(gate, "plain", PLAIN, authorization=f"Bearer {signing.token}")[0] == 401
    with behind(SYSTEM):
        assert not Observation.objects.exists()


def test_hostile_headers_are_no_signature(signing):
    for one in hostile.sample(200, "signatures"):
        text = one.text.encode("latin-1", "replace")
        headers = {b"webhook-id": text, b"webhook-timestamp": text, b"webhook-signature": text}
        assert not is_signed(signing.token, headers, PLAIN, MONDAY)


def test_kinds_of_keys_live_beside_one_another_and_a_password_needs_a_code(
    hub, key, signing, refused
):
    with behind(SYSTEM):
        assert ways.owner_of_key(SYSTEM, key.token, MONDAY) is not None
        assert ways.signer(SYSTEM, signing.prefix, MONDAY)[1] == signing.token
    with refused("video_code_needed"):
        actions.issue_device_key(actor=SYSTEM, device=hub, at=MONDAY, kind=KeyKind.DIGEST)
    actions.issue_device_key(actor=SYSTEM, device=hub, at=MONDAY, kind=KeyKind.SIGNED)
    with behind(SYSTEM):
        assert ways.signer(SYSTEM, signing.prefix, MONDAY) is None


def test_the_page_issues_what_is_asked_for(community_secretary, hub):
    page = community_secretary.post("sensing:key", hub.pk, data={"kind": "signed"}).content.decode()
    assert "whsec_" in page
    assert "/api/sensing/hooks/" in page
    assert community_secretary.post("sensing:key", hub.pk, data={"kind": "other"}).status_code != 200  # fmt: skip


# ------------------------------------------------------------------ alertmanager


def alert(mark: str, firing: bool = True, device: str = "portal", severity: str = "critical", since=MONDAY) -> dict[str, Any]:  # fmt: skip
    labels = {"alertname": f"Alert{mark}", "instance": device, "severity": severity}
    return {"status": "firing" if firing else "resolved", "labels": labels, "fingerprint": mark, "startsAt": since.isoformat()}  # fmt: skip


def notify(gate: Gate, key: Any, *alerts: Any) -> dict[str, Any]:
    body = json.dumps({"version": "4", "status": "firing", "alerts": alerts}).encode()
    status, said = ask(gate, "alertmanager", body, **bearer(key))
    assert status == 200
    return said


def state() -> dict[str, float]:
    with behind(SYSTEM):
        rows = Latest.objects.filter(series__device__code="portal").select_related("series")
        return {row.series.measure: row.value for row in rows}


def test_a_service_has_as_many_alerts_as_fire(gate, key):
    assert notify(gate, key, alert("a"), alert("b", severity="warning")) == {"taken": 1, "refused": []}  # fmt: skip
    assert state() == {"alerts": 2.0, "alerts_critical": 1.0}
    with behind(SYSTEM):
        raised = Alarm.objects.get()
        assert (raised.rule, raised.severity) == ("service_critical", "major")
    gate.clock = lambda: MONDAY + timedelta(minutes=1)
    notify(gate, key, alert("a", firing=False))  # b still fires: the service is not well
    assert state() == {"alerts": 1.0, "alerts_critical": 0.0}
    gate.clock = lambda: MONDAY + timedelta(minutes=2)
    notify(gate, key, alert("b", firing=False))
    assert state() == {"alerts": 0.0, "alerts_critical": 0.0}
    with behind(SYSTEM):
        assert not Firing.objects.exists()


def test_a_notification_twice_changes_nothing_and_a_late_end_ends_nothing_newer(gate, key):
    for minute in (0, 1):
        gate.clock = lambda minute=minute: MONDAY + timedelta(minutes=minute)
        notify(gate, key, alert("a", since=MONDAY))
    assert state() == {"alerts": 1.0, "alerts_critical": 1.0}
    gate.clock = lambda: MONDAY + timedelta(minutes=2)
    notify(gate, key, alert("a", firing=False, since=MONDAY - timedelta(hours=1)))
    assert state()["alerts"] == 1.0
    with behind(SYSTEM):
        assert Alarm.objects.count() == 1


def test_an_alert_that_names_nobody_is_of_the_gateway_and_an_unknown_one_waits(gate, key, hub):
    told = alert("a")
    del told["labels"]["instance"]
    said = notify(gate, key, told, alert("b", device="nobody"))
    assert (said["taken"], said["refused"][0]["reason"]) == (1, "unknown_device")
    with behind(SYSTEM):
        assert Latest.objects.filter(series__device=hub, series__measure="alerts").get().value == 1.0  # fmt: skip
        kept = Quarantined.objects.get()
    make_device(type="monitored", code="nobody", gateway=hub.pk)
    with behind(SYSTEM):
        assert actions.replay_poison(actor=SYSTEM, poison=kept, at=LATER)


def test_what_is_no_notification_is_refused_and_changes_nothing(gate, key):
    notify(gate, key, alert("a"))
    body = json.dumps({"version": "4", "alerts": [alert("a", firing=False), {"status": "x"}]}).encode()  # fmt: skip
    assert ask(gate, "alertmanager", body, **bearer(key))[1]["refused"][0]["reason"] == Poison.SHAPE
    assert state()["alerts"] == 1.0


def test_if_nothing_could_be_stored_the_sender_hears_so_and_nothing_is_remembered(gate, key, monkeypatch):  # fmt: skip
    def fails(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(door, "take_each", fails)
    body = json.dumps({"version": "4", "alerts": [alert("a")]}).encode()
    assert ask(gate, "alertmanager", body, **bearer(key)) == (503, {"reason": "not_stored"})
    with behind(SYSTEM):
        assert not Firing.objects.exists()


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
_ALERTS = st.lists(st.fixed_dictionaries({"status": st.sampled_from(["firing", "resolved"]) | _JSON, "labels": st.dictionaries(st.sampled_from(["instance", "alertname", "severity"]), _JSON) | _JSON, "fingerprint": st.text(max_size=9) | _JSON}, optional={"startsAt": _JSON}), max_size=3)  # fmt: skip


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(alerts=_ALERTS)
def test_any_notification_is_stored_or_refused_with_a_counted_reason(gate, owner, alerts):
    body = json.dumps({"version": "4", "alerts": alerts}).encode(errors="replace")
    with behind(SYSTEM):
        before = sum(Counted.objects.values_list("count", flat=True))
        said = door.take_alerts(gate, owner, HOOKS["alertmanager"], body)
        after = sum(Counted.objects.values_list("count", flat=True))
    assert said["taken"] + len(said["refused"]) == after - before > 0


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(said=_JSON | st.fixed_dictionaries({}, optional={"device": _JSON, "at": _JSON, "id": _JSON, "test": _JSON, "values": _JSON, "readings": _JSON}), which=st.sampled_from([one.key for one in HOOKS]))  # fmt: skip
def test_any_message_is_stored_or_refused_with_a_counted_reason(owner, said, which):
    body = json.dumps(said).encode(errors="replace")
    with behind(SYSTEM):
        before = sum(Counted.objects.values_list("count", flat=True))
        made = parcels(owner, HOOKS[which], body)
        receipt = take(Register(), made, MONDAY)
        assert sum(Counted.objects.values_list("count", flat=True)) == before + len(made)
    assert len(receipt.refused) + receipt.new + receipt.double >= len(made) > 0
