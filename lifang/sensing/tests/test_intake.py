"""The ways in: what is taken, what is refused and why, and that nothing falls between."""

import contextlib
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import hostile
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.told import published
from lifang.registry.tests.make import GRID
from lifang.sensing import actions
from lifang.sensing.actions import Register, storing, take
from lifang.sensing.actions.intake import take_each
from lifang.sensing.actions.mail import Parcel
from lifang.sensing.adapters import lifang as ours
from lifang.sensing.api.batches import Asked, Gate, batches, parcel
from lifang.sensing.models import Counted, Device, Latest, Observation, Quarantined
from lifang.sensing.rules import Incoming
from lifang.sensing.selectors import ways
from lifang.sensing.terms import DeviceState, Owner, Poison, Quality, Way, micros, place_of
from lifang.sensing.tests.make import make_device

LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def gateway(db):
    """A gateway with its key and one smoke alarm behind it."""
    hub = make_device(type="gateway", code="G1")
    make_device(type="smoke", code="S1", gateway=hub.pk)
    return hub


@pytest.fixture
def key(gateway):
    return actions.issue_device_key(actor=SYSTEM, device=gateway, at=MONDAY)


@pytest.fixture
def owner(key) -> Owner:
    with behind(SYSTEM):
        found = ways.owner_of_key(SYSTEM, key.token, MONDAY)
    assert found is not None
    return found


def say(owner: Owner, *lines: Any, register: Register | None = None, at=MONDAY):
    bodies = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in lines]
    return take(register or Register(), [parcel(owner, body) for body in bodies], at)


def test_a_message_becomes_observations_with_their_series(owner):
    receipt = say(owner, {"device": "S1", "at": MONDAY.isoformat(), "values": {"smoke": True, "battery": 80}})  # fmt: skip
    assert (receipt.new, receipt.double, receipt.refused) == (2, 0, {})
    with behind(SYSTEM):
        kept = {row.series.measure: row.value for row in Latest.objects.select_related("series")}
    assert kept == {"smoke": 1.0, "battery": 80.0}


def test_the_same_message_twice_is_one_and_says_so(owner):
    line = {"device": "S1", "id": "m-1", "values": {"smoke": 1}}  # no time: that of arrival
    register = Register()
    assert say(owner, line, register=register).new == 1
    again = say(owner, line, register=register, at=LATER)
    assert (again.new, again.double) == (0, 1)


def test_messages_without_time_or_id_that_came_in_one_moment_are_all_kept(owner, monkeypatch):
    """By HTTP a place among those committed together keeps them apart, by MQTT the place in the stream, however often it comes."""
    monkeypatch.setattr("lifang.sensing.api.scribes.close_old_connections", lambda: None)
    said = ours.read(b'{"device":"S1","values":{"battery":60}}')
    stream = [Parcel(owner, Way.MQTT, said, b"", arrived=1_000_000, place=place_of(n)) for n in (7, 8)]  # fmt: skip
    with behind(SYSTEM):
        assert take(Register(), stream, MONDAY).new == 2
        assert take(Register(), stream, MONDAY)[:2] == (0, 2)
        gate = Gate(lambda: MONDAY)
        asked = [Asked(owner, [b'{"device":"S1","values":{"battery":61}}'] * 3, None) for _ in "12"]  # type: ignore[arg-type]
        assert [one["taken"] for one in gate._commit(asked)] == [3, 3]
        assert Observation.objects.count() == 8


def test_a_heartbeat_that_arrives_late_takes_its_place_and_no_more(owner):
    say(owner, {"device": "S1", "at": LATER.isoformat(), "values": {"battery": 70}}, at=LATER)
    late = {"device": "S1", "at": MONDAY.isoformat(), "values": {"battery": 90}}
    assert say(owner, late, at=LATER).new == 1
    with behind(SYSTEM):
        assert Latest.objects.get(series__measure="battery").value == 70.0
        assert Observation.objects.count() == 2


def test_a_clock_far_ahead_is_not_believed(owner):
    ahead = (MONDAY + timedelta(days=400)).isoformat()
    say(owner, {"device": "S1", "at": ahead, "values": {"battery": 90}})
    with behind(SYSTEM):
        row = Observation.objects.get()
    assert (row.at, row.quality) == (MONDAY, Quality.CLOCK)


def test_an_impossible_value_is_kept_and_bad(owner):
    say(owner, {"device": "S1", "values": {"battery": 900}})
    with behind(SYSTEM):
        assert Observation.objects.get().quality == Quality.RANGE


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"smoke!", Poison.NOT_JSON),
        (b'{"device": "S1"}', Poison.SHAPE),
        ({"device": "S1", "values": {}}, Poison.NO_MEASURE),
        ({"device": "S1", "values": {"colour": 3}}, Poison.NO_MEASURE),
        ({"device": "S1", "values": {"battery": "rather full"}}, Poison.VALUE),
        (b'{"device": "S1", "values": {"battery": 1e999}}', Poison.SHAPE),
        ({"device": "S1", "values": {"battery": "nan"}}, Poison.VALUE),
        ({"device": "X9", "values": {"battery": 9}}, Poison.UNKNOWN_DEVICE),
        ({"device": "S1", "at": "2020-01-01T00:00:00Z", "values": {"battery": 9}}, Poison.TOO_OLD),
    ],
)
def test_what_cannot_be_read_waits_in_quarantine_with_its_reason(owner, line, reason):
    receipt = say(owner, line, {"device": "S1", "values": {"battery": 50}}, line)
    assert receipt.new == 1  # the good one between them is taken
    assert {wrong.reason for wrong in receipt.refused.values()} == {reason}
    with behind(SYSTEM):
        kept = Quarantined.objects.get()
        assert (kept.reason, kept.count, kept.area) == (reason, 2, GRID)
        assert bytes(kept.body) == (line if isinstance(line, bytes) else json.dumps(line).encode())
        assert {(row.reason, row.count) for row in Counted.objects.all()} == {("", 1), (reason, 2)}


def test_who_cries_fire_is_never_dropped_though_nobody_knows_it(owner):
    register = Register()
    receipt = say(owner, {"device": "X9", "values": {"smoke": True}}, register=register)
    assert (receipt.new, receipt.refused) == (1, {})
    with behind(SYSTEM):
        device = Device.objects.get(code="X9")
        assert (device.state, device.area) == (DeviceState.UNVERIFIED, GRID)
        assert Observation.objects.get().quality == Quality.UNVERIFIED
    told = [type(one).__name__ for one in published()]
    assert told[-2:] == ["DeviceUnverified", "AlarmRaised"]
    say(owner, {"device": "X9", "values": {"smoke": False}}, register=Register(), at=LATER)
    with behind(SYSTEM):
        assert Device.objects.filter(code="X9").count() == 1


def test_out_of_service_it_is_heard_as_a_test(owner):
    with behind(SYSTEM):
        device = Device.objects.get(code="S1")
    actions.rest_device(actor=SYSTEM, device=device, until=LATER, note="演练", at=MONDAY)
    say(owner, {"device": "S1", "values": {"smoke": True}})
    with behind(SYSTEM):
        assert Observation.objects.get().quality == Quality.TEST


def test_a_key_speaks_for_its_own_devices_alone(owner):
    make_device(type="smoke", code="OTHER")  # of nobody's gateway
    assert say(owner, {"device": "OTHER", "values": {"battery": 1}}).refused[0].reason == Poison.UNKNOWN_DEVICE  # fmt: skip


def test_a_changed_device_is_known_at_the_next_batch(owner):
    register = Register()
    say(owner, {"device": "S2", "values": {"battery": 1}}, register=register)
    with behind(SYSTEM):
        hub = Device.objects.get(code="G1")
    make_device(type="smoke", code="S2", gateway=hub.pk)
    register.stale = True  # what the notice does, which a test's transaction never sends
    assert say(owner, {"device": "S2", "values": {"battery": 1}}, register=register).new == 1


def test_a_source_that_sends_nothing_but_poison_fills_no_disk(owner, monkeypatch):
    monkeypatch.setattr("lifang.sensing.actions.quarantine.policy", lambda key: 5)
    say(owner, *[b"poison %d" % n for n in range(40)])
    with behind(SYSTEM):
        assert Quarantined.objects.count() == 5
        assert Counted.objects.get(reason=Poison.NOT_JSON).count == 40


# ------------------------------------------------------------------ what the store fails on


@pytest.fixture
def chokes(monkeypatch):
    """A watcher that fails whenever it sees a battery of 13."""

    class Chokes:
        def see(self, batch: Any) -> None:
            if 13.0 in batch.columns.value:
                raise ZeroDivisionError("thirteen")

    monkeypatch.setattr(storing, "WATCHERS", [Chokes()])


def _batteries(*values: int) -> list[bytes]:
    return [json.dumps({"device": "S1", "at": (MONDAY + timedelta(seconds=n)).isoformat(), "values": {"battery": value}}).encode() for n, value in enumerate(values)]  # fmt: skip


def test_only_the_message_that_the_store_fails_on_is_laid_aside(owner, chokes):
    parcels = [parcel(owner, line) for line in _batteries(50, 51, 13, 52, 53, 54, 13)]
    receipt = take_each(Register(), parcels, MONDAY)
    assert (receipt.new, sorted(receipt.refused)) == (5, [2, 6])
    assert {wrong.reason for wrong in receipt.refused.values()} == {Poison.NOT_STORED}
    with behind(SYSTEM):
        assert sorted(Observation.objects.values_list("value", flat=True)) == [50, 51, 52, 53, 54]
        assert {row.detail for row in Quarantined.objects.all()} == {"ZeroDivisionError: thirteen"}
        assert {(row.reason, row.count) for row in Counted.objects.all()} == {("", 5), (Poison.NOT_STORED, 2)}  # fmt: skip


def test_of_requests_committed_together_the_guilty_alone_hears_of_it(owner, chokes, monkeypatch):
    monkeypatch.setattr(
        "lifang.sensing.api.scribes.close_old_connections", lambda: None
    )  # the test's own
    gate = Gate(lambda: MONDAY)
    first, second, third = _batteries(50, 51, 13)
    asked = [Asked(owner, [first], None), Asked(owner, [second, third], None)]  # type: ignore[arg-type]
    mine, theirs = gate._commit(asked)
    assert mine == {"taken": 1, "refused": []}
    assert theirs == {"taken": 1, "refused": [{"line": 2, "reason": "not_stored", "detail": "ZeroDivisionError: thirteen"}]}  # fmt: skip


def test_when_everything_fails_it_is_not_the_messages_fault_and_nothing_is_kept(owner, chokes):
    parcels = [parcel(owner, line) for line in _batteries(50, *[13] * 25)]
    with pytest.raises(ZeroDivisionError):
        take_each(Register(), parcels, MONDAY)
    with behind(SYSTEM):
        assert not Observation.objects.exists()
        assert not Quarantined.objects.exists()


# ------------------------------------------------------------------ the gate


def ask(gate: Gate, body: bytes, key: str) -> tuple[int, dict[str, Any]]:
    """One request to the gate, without a server."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    scope = {"headers": [(b"authorization", f"Bearer {key}".encode("latin-1", "replace"))]}

    # Nothing in it waits here, so it needs no loop (in a loop Django would take another connection).
    with contextlib.suppress(StopIteration):
        batches(gate, scope, receive, send).send(None)
    return sent[0]["status"], json.loads(sent[1]["body"])


class Here(Gate):
    """A gate that works in the test's own thread and transaction."""

    async def owner(self, header: bytes) -> Owner | None:
        with behind(SYSTEM):
            return ways.owner_of_key(SYSTEM, header.decode("latin-1").partition(" ")[2], self.clock())  # fmt: skip

    async def take(self, owner: Owner, lines: list[bytes]) -> dict[str, Any]:
        receipt = take(self.register, [parcel(owner, line) for line in lines], self.clock())
        return {"taken": len(lines) - len(receipt.refused)}


@pytest.fixture
def gate(db):
    return Here(lambda: MONDAY)


def test_a_batch_is_answered_when_it_is_stored(gate, key):
    body = b'{"device":"S1","values":{"battery":50}}\n\n{"device":"S1","values":{"smoke":0}}\n'
    assert ask(gate, body, key.token) == (200, {"taken": 2})
    with behind(SYSTEM):
        assert Observation.objects.count() == 2


def test_a_key_that_is_wrong_revoked_or_expired_opens_nothing(gate, key, gateway):
    line = b'{"device":"S1","values":{"battery":50}}'
    wrong = key.token[:-4] + ("aaaa" if not key.token.endswith("aaaa") else "bbbb")
    for text in (
        wrong,
        "",
        "lf_",
        key.token + "x",
        "Bearer",
        *(one.text for one in hostile.sample(40, "keys")),
    ):
        assert ask(gate, line, text)[0] == 401
    gate.clock = lambda: MONDAY + timedelta(days=366)
    assert ask(gate, line, key.token)[0] == 401
    gate.clock = lambda: MONDAY
    actions.revoke_device_key(actor=SYSTEM, device=gateway, at=MONDAY)
    assert ask(gate, line, key.token)[0] == 401


def test_too_much_and_nothing_at_all_are_refused(gate, key):
    assert ask(gate, b"\n\n", key.token)[0] == 422
    assert ask(gate, b"x" * (5 * 1024 * 1024), key.token)[0] == 413
    assert ask(gate, b"x\n" * 10_001, key.token)[0] == 422


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(body=st.binary(max_size=300))
def test_any_bytes_are_stored_or_refused_with_a_counted_reason(owner, body):
    _accounted(owner, body)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
_LINES = st.fixed_dictionaries(
    {"values": st.dictionaries(st.sampled_from(["battery", "smoke", "x", ""]), _JSON, max_size=3)},
    optional={"device": st.sampled_from(["S1", "", "X", "S1 "]) | st.text(max_size=9), "at": _JSON, "id": _JSON, "facts": _JSON, "test": st.booleans()},
)  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(line=_LINES)
def test_any_line_is_stored_or_refused_with_a_counted_reason(owner, line):
    _accounted(owner, json.dumps(line).encode(errors="replace"))


def _accounted(owner: Owner, body: bytes) -> None:
    with behind(SYSTEM):
        before = sum(Counted.objects.values_list("count", flat=True))
        receipt = take(Register(), [parcel(owner, body)], MONDAY)
        assert bool(receipt.refused) != bool(receipt.new + receipt.double)
        assert sum(Counted.objects.values_list("count", flat=True)) == before + 1


def test_hostile_texts_as_values_codes_and_ids(owner):
    texts = [one.text for one in hostile.sample(300, "sensing")]
    lines = [{"device": text, "id": text, "values": {"smoke": text, text: 1}} for text in texts]
    receipt = say(owner, *lines)
    assert len(receipt.refused) + receipt.new + receipt.double >= len(lines)


def test_incoming_times_are_microseconds():
    assert micros(MONDAY) == int(MONDAY.timestamp()) * 1_000_000
    assert Incoming("a", {}).at is None
