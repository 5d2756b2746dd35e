"""SensorThings by MQTT; and whatever comes by MQTT is stored or refused with a reason that is counted."""

import json
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.relay.pull import Message
from lifang.core.testing.cast import MONDAY
from lifang.sensing import actions
from lifang.sensing.api.mqtt import Worker
from lifang.sensing.models import Counted, Latest, Observation, Quarantined
from lifang.sensing.terms import Poison, micros
from lifang.sensing.tests.make import make_device, make_series

ISO = "2026-11-23T00:00:00Z"


@pytest.fixture
def hub(db):
    return make_device(type="gateway", code="G1")


@pytest.fixture
def prefix(hub) -> str:
    return actions.issue_device_key(actor=SYSTEM, device=hub, at=MONDAY).token.split("_")[1]


@pytest.fixture
def stream(hub) -> int:
    """A Datastream of a thermometer behind the gateway."""
    return make_series(make_device(type="sensor", code="T1", gateway=hub.pk), "temperature").pk


def say(prefix: str, *messages: tuple[str, Any], worker: Worker | None = None, first: int = 1) -> Worker:  # fmt: skip
    """What a worker makes of messages, each with a number of its own in the stream."""
    worker, made = worker or Worker(), []
    for number, (topic, body) in enumerate(messages, first):
        subject = f"d.{prefix}." + topic.replace(".", "//").replace("/", ".").replace("..", "//")
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        made.append(Message(subject, b"$JS.ACK.TELEMETRY.ingest.1.%d.1.%d.0" % (number, micros(MONDAY) * 1000), raw, micros(MONDAY)))  # fmt: skip
    worker.work(made, MONDAY)
    return worker


def refused() -> list[str]:
    with behind(SYSTEM):
        return sorted(Quarantined.objects.values_list("reason", flat=True))


def test_an_observation_is_created_by_the_topics_of_the_standard(prefix, stream):
    say(
        prefix,
        (f"v1.1/Datastreams({stream})/Observations", {"result": 21.5, "phenomenonTime": ISO, "parameters": {"n": 1}}),
        ("v1.1/Observations", {"result": 22, "Datastream": {"@iot.id": stream}}),
    )  # fmt: skip
    with behind(SYSTEM):
        kept = list(Observation.objects.order_by("value").values_list("value", "facts"))
        assert kept == [(21.5, {"parameters": {"n": 1}}), (22.0, None)]
        assert Latest.objects.get().value == 22
    assert refused() == []


def test_what_is_none_of_ones_own_or_no_observation_is_refused_and_counted(prefix, stream):
    stranger = make_series(make_device(type="sensor", code="ELSE"), "temperature").pk
    say(
        prefix,
        (f"v1.1/Datastreams({stranger})/Observations", {"result": 1}),
        (f"v1.1/Datastreams({10**17})/Observations", {"result": 1}),
        ("v1.1/Datastreams(x)/Observations", {"result": 1}),
        ("v1.1/Things", {"name": "x"}),
        ("v1.1/Observations", {"result": 1}),
        ("v1.1/Observations", {"result": 1, "Datastream": {"@iot.id": True}}),
        (f"v1.1/Datastreams({stream})/Observations", {"result": {"a": 1}}),
        (f"v1.1/Datastreams({stream})/Observations", {"result": 1, "phenomenonTime": "soon"}),
        (f"v1.1/Datastreams({stream})/Observations", {"result": 1, "parameters": {"x": "y" * 5000}}),
        (f"v1.1/Datastreams({stream})/Observations", b"{"),
    )  # fmt: skip
    assert refused() == sorted(
        [*[Poison.NOT_YOURS] * 2, *[Poison.TOPIC] * 2, *[Poison.SHAPE] * 4, Poison.VALUE, Poison.NOT_JSON]
    )  # fmt: skip
    with behind(SYSTEM):
        assert not Observation.objects.exists()
        assert sum(Counted.objects.exclude(reason="").values_list("count", flat=True)) == 10


def test_a_thousand_datastreams_of_one_gateway_cost_what_one_costs(
    prefix, hub, django_assert_max_num_queries
):
    series = [make_series(make_device(type="sensor", code=f"X{n}", gateway=hub.pk), "temperature").pk for n in range(12)]  # fmt: skip
    say(prefix, (f"v1.1/Datastreams({series[0]})/Observations", {"result": 1}))
    with django_assert_max_num_queries(60) as one:
        say(prefix, (f"v1.1/Datastreams({series[0]})/Observations", {"result": 2}), first=50)
    with django_assert_max_num_queries(len(one) + 3):  # several are copied, behind a savepoint
        say(prefix, *[(f"v1.1/Datastreams({pk})/Observations", {"result": 3}) for pk in series], first=100)  # fmt: skip
    with behind(SYSTEM):
        assert Latest.objects.filter(value=3).count() == len(series)


def test_a_rehearsal_raises_an_alarm_and_leaves_nothing(hub) -> None:
    tables = ("sensing_device", "sensing_series", "sensing_latest", "sensing_alarm", "sensing_counted", "sensing_quarantined", "audit_entry", "events_outbox")  # fmt: skip
    how_many = " UNION ALL ".join(f"SELECT count(*) FROM {table}" for table in tables)

    def there() -> list[tuple[int]]:
        with behind(SYSTEM), connection.cursor() as cursor:
            cursor.execute(how_many)
            return list(cursor.fetchall())

    before = there()
    with CaptureQueriesContext(connection) as asked:
        Worker().rehearse(MONDAY)
    assert any('INSERT INTO "sensing_alarm"' in one["sql"] for one in asked.captured_queries)
    assert there() == before


_LEVEL = st.text(st.characters(codec="utf-8", exclude_characters="/\x00"), max_size=12)
_GOOD = ("lifang", "zigbee2mqtt/T1", "v1/devices/me/telemetry", "v1.1/Observations", "tele/T1/SENSOR", "application/a/device/T1/event/up", "frigate/reviews", "hooks/x")  # fmt: skip
_BODY = (
    st.binary(max_size=60)
    | st.text(max_size=40).map(str.encode)
    | st.fixed_dictionaries({"device": st.sampled_from(["T1", "nobody", "", "T1"]), "values": st.dictionaries(st.sampled_from(["temperature", "smoke", "x"]), st.floats() | st.integers() | st.booleans() | st.none() | st.text(max_size=5), max_size=3)}).map(lambda said: json.dumps(said).encode())
    | st.floats(-40, 60).map(lambda value: json.dumps({"device": "T1", "values": {"temperature": value}}).encode())
)  # fmt: skip
_TOPIC = st.sampled_from(_GOOD) | st.sampled_from(("lifang", "lifang")) | st.lists(_LEVEL, min_size=1, max_size=4).map("/".join)  # fmt: skip


def test_any_topic_and_any_payload_is_stored_or_refused_with_a_counted_reason(prefix, stream):
    """The books balance after every batch: each message is one that was taken or one that was refused for a known reason, and none is twice."""
    seen: Counter[str] = Counter()
    worker, sent = Worker(), [0]

    def booked() -> Counter[str]:
        with behind(SYSTEM):
            found: Counter[str] = Counter()
            for reason, count in Counted.objects.values_list("reason", "count"):
                found[reason] += count
            return found

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
    @given(st.lists(st.tuples(_TOPIC, _BODY), min_size=20, max_size=40))
    def balance(messages: list[tuple[str, bytes]]) -> None:
        before, rows = booked(), _rows()
        say(prefix, *messages, worker=worker, first=sent[0] + 1)
        sent[0] += len(messages)
        told = booked() - before
        assert set(told) <= {"", *Poison}
        quiet = len(messages) - sum(
            told.values()
        )  # in order, and saying nothing: a light's state, a bridge that is on line
        assert quiet >= 0
        assert quiet <= sum(topic in _GOOD[4:7] or topic in _GOOD[1:3] for topic, _ in messages)
        assert (_rows() > rows) == (told[""] > 0) or told[""] == 0
        seen.update(told)
        seen["quiet"] += quiet

    balance()
    # It cannot pass by refusing all, by taking all, or by hearing nothing.
    assert seen[""] >= 50
    assert len({*seen} - {"", "quiet"}) >= 5
    assert sum(seen.values()) == sent[0]
    with behind(SYSTEM):
        kept = Counter(Quarantined.objects.values_list("reason", flat=True))
    assert {*kept} == {*seen} - {"", "quiet", Poison.PICTURE}


def _rows() -> int:
    with behind(SYSTEM):
        return Observation.objects.count()
