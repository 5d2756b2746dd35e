"""Home Assistant's discovery over MQTT: announced, said, taken back; what cannot be evaluated is refused by name."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.relay.pull import Message
from lifang.core.testing import hostile
from lifang.core.testing.cast import MONDAY
from lifang.sensing import actions
from lifang.sensing.actions import announced as keeping
from lifang.sensing.adapters.homeassistant import Announcements
from lifang.sensing.adapters.homeassistant.template import check, evaluate
from lifang.sensing.adapters.homeassistant.words import in_our_unit
from lifang.sensing.api.mqtt import Worker
from lifang.sensing.models import Announced, Counted, Device, Latest, Quarantined
from lifang.sensing.rules import Refusing
from lifang.sensing.terms import DeviceState, Poison, micros
from lifang.sensing.tests.make import make_device

SMOKE = {"uniq_id": "ks1", "dev_cla": "smoke", "stat_t": "house/kitchen", "val_tpl": "{{ value_json.smoke }}", "pl_on": True, "pl_off": False, "dev": {"ids": ["ks1"]}}  # fmt: skip


@pytest.fixture
def prefix(db) -> str:
    hub = make_device(type="gateway", code="HUB")
    make_device(type="smoke", code="ks1", gateway=hub.pk)
    return actions.issue_device_key(actor=SYSTEM, device=hub, at=MONDAY).prefix


def say(prefix: str, *messages: tuple[str, Any], worker: Worker | None = None, at=MONDAY) -> Worker:
    """What a worker makes of messages that came by MQTT."""
    worker, made = worker or Worker(), []
    for topic, body in messages:
        subject = f"d.{prefix}." + topic.replace(".", "//").replace("/", ".")
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        made.append(
            Message(
                subject,
                b"$JS.ACK.TELEMETRY.ingest.1.1.1.%d.0" % (micros(at) * 1000),
                raw,
                micros(at),
            )
        )
    worker.work(made, at)
    return worker


def latest() -> dict[str, float]:
    with behind(SYSTEM):
        return {row.series.measure: row.value for row in Latest.objects.select_related("series")}


def test_a_device_announces_itself_and_speaks_in_one_batch(prefix):
    say(prefix, ("homeassistant/binary_sensor/k/smoke/config", SMOKE), ("house/kitchen", {"smoke": True}))  # fmt: skip
    assert latest() == {"smoke": 1.0}


def test_another_worker_knows_it_from_the_register(prefix):
    say(prefix, ("homeassistant/binary_sensor/k/smoke/config", SMOKE))
    say(prefix, ("house/kitchen", {"smoke": True}))
    assert latest() == {"smoke": 1.0}


def test_a_worker_that_asked_too_early_asks_again(prefix):
    worker = say(prefix, ("house/kitchen", {"smoke": True}))
    say(prefix, ("homeassistant/binary_sensor/k/smoke/config", SMOKE))
    later = MONDAY + timedelta(seconds=2)
    say(prefix, ("house/kitchen", {"smoke": True}), worker=worker, at=later)
    assert latest() == {"smoke": 1.0}
    with behind(SYSTEM):  # the one that came too early waits, and is replayed as it was announced
        early = Quarantined.objects.get()
        assert early.reason == Poison.TOPIC
        assert actions.replay_poison(actor=SYSTEM, poison=early, at=later)
        assert not Quarantined.objects.exists()


def test_what_is_taken_back_is_not_listened_to(prefix):
    topic = "homeassistant/binary_sensor/k/smoke/config"
    worker = say(prefix, (topic, SMOKE), (topic, b""), ("house/kitchen", {"smoke": True}))
    assert latest() == {}
    with behind(SYSTEM):
        assert not Announced.objects.exists()
        assert Quarantined.objects.get().reason == Poison.TOPIC
    say(prefix, (topic, SMOKE), ("house/kitchen", {"smoke": False}), worker=worker)
    assert latest() == {"smoke": 0.0}


def test_announcements_of_one_key_are_not_those_of_another(prefix):
    other = make_device(type="gateway", code="OTHER")
    make_device(type="smoke", code="ks1", gateway=other.pk)
    theirs = actions.issue_device_key(actor=SYSTEM, device=other, at=MONDAY).prefix
    say(theirs, ("homeassistant/binary_sensor/k/smoke/config", SMOKE))
    say(prefix, ("house/kitchen", {"smoke": True}))
    assert latest() == {}


def test_a_device_that_nobody_registered_and_cries_fire_is_heard(prefix):
    say(prefix, ("homeassistant/binary_sensor/x/config", SMOKE | {"dev": {"ids": ["new"]}}), ("house/kitchen", {"smoke": True}))  # fmt: skip
    with behind(SYSTEM):
        assert Device.objects.get(code="new").state == DeviceState.UNVERIFIED


def test_what_cannot_be_evaluated_waits_with_the_template_as_reason(prefix):
    config = SMOKE | {"val_tpl": "{{ states('sensor.outside') }}"}
    say(prefix, ("homeassistant/binary_sensor/k/smoke/config", config))
    with behind(SYSTEM):
        kept = Quarantined.objects.get()
        assert (kept.reason, kept.detail) == (Poison.TEMPLATE, "{{ states('sensor.outside') }}")
        assert not Announced.objects.exists()


def test_of_a_device_what_can_be_read_is_kept_and_the_rest_is_said(prefix):
    config = {"dev": {"ids": ["ks1"]}, "o": {"name": "m"}, "stat_t": "house/kitchen", "cmps": {
        "smoke": {"p": "binary_sensor", "dev_cla": "smoke", "val_tpl": "{{ value_json.smoke }}", "pl_on": 1, "pl_off": 0},
        "odd": {"p": "sensor", "val_tpl": "{{ now() }}"}}}  # fmt: skip
    say(prefix, ("homeassistant/device/k/config", config), ("house/kitchen", {"smoke": 1}))
    assert latest() == {"smoke": 1.0}
    with behind(SYSTEM):
        assert Quarantined.objects.get().detail == "odd: {{ now() }}"


def test_a_flood_of_announcements_has_an_end(prefix, monkeypatch):
    monkeypatch.setattr(keeping, "MOST", 3)
    say(prefix, *[(f"homeassistant/binary_sensor/k{n}/config", SMOKE) for n in range(6)])
    say(prefix, ("homeassistant/binary_sensor/k0/config", SMOKE))  # a known one is still renewed
    with behind(SYSTEM):
        assert Announced.objects.count() == 3
        assert Quarantined.objects.filter(reason=Poison.TOO_LARGE).count() == 3


@pytest.mark.parametrize(
    ("template", "body", "value"),
    [
        ("", b" ON ", "ON"),
        ("{{ value }}", b"21.5", "21.5"),
        ("{{ value | float * 2 }}", b"21.5", 43.0),
        ("{{- value_json.a.b[1]['c d'] -}}", b'{"a":{"b":[0,{"c d":7}]}}', 7),
        ("{{ value_json.x | float(3) }}", b"{}", 3),
        ("{{ value_json.x | int }}", b'{"x":"7.9"}', 7),
        ("{{ value_json.x - 5 }}", b'{"x":7}', 2.0),
        ("{{ (value_json.x | float / 10) | round(1) | string | lower }}", b'{"x":"215"}', "21.5"),
        ("{{ 'ON' if value_json.x else 'OFF' }}", b'{"x":0}', "OFF"),
        ('{{ "a" if value_json.s != "idle" else "b" }}', b'{"s":"idle"}', "b"),
        ("{{ value_json.x | is_defined }}", b"{}", None),
    ],
)
def test_the_part_of_templates_that_is_evaluated(template, body, value):
    assert evaluate(check(template), body) == value


@pytest.mark.parametrize(
    "template",
    ["{{ value_json }} x", "{{ states('a') }}", "{% if value %}1{% endif %}", "{{ value_json.x | regex_replace('a') }}", "{{ value_json.x.y() }}", "{{ 7 }}",
     "{{ value_json.x + value_json.y }}", "{{ value_json.x if 1 else 2 }}", "{{ ''.__class__ }}", "{{" + "(" * 300 + "value", "{{ value" + " | float" * 200 + " }}", "x" * 5000],
)  # fmt: skip
def test_all_else_is_refused_by_name(template):
    with pytest.raises(Refusing) as refused:
        check(template)
    assert refused.value.reason == Poison.TEMPLATE


def test_units_become_ours():
    assert in_our_unit("temperature", 212.0, "°F") == 100.0
    assert in_our_unit("temperature", 273.15, "K") == 0.0
    assert in_our_unit("energy_total", 1500.0, "Wh") == 1.5


_TEXT = st.sampled_from(["a", "house/x", "~/s", "{{ value }}", "{{ value_json.x }}", "smoke", "temperature", "sensor", "°F", "", "d/a/b"]) | st.text(max_size=9)  # fmt: skip
_ANY = st.recursive(_TEXT | st.none() | st.booleans() | st.floats() | st.integers(), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_TEXT, inner, max_size=2), max_leaves=5)  # fmt: skip
_KEYS = ["~", "stat_t", "val_tpl", "dev_cla", "unit_of_meas", "pl_on", "avty", "avty_t", "dev", "uniq_id", "cmps", "p"]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(config=st.dictionaries(st.sampled_from(_KEYS), _ANY), component=st.sampled_from(["sensor", "binary_sensor", "device", "x"]), topic=_TEXT, body=st.binary(max_size=20) | _ANY.map(lambda one: json.dumps(one).encode()))  # fmt: skip
def test_any_announcement_and_any_state_is_read_or_refused(config, component, topic, body):
    said = Announcements()
    announcing = ["homeassistant", component, "x", "config"]
    assert outcome(said, announcing, json.dumps(config).encode()) in ("heard", *Poison)
    for each in (topic, *said.by_topic):
        assert outcome(said, each.split("/"), body) in ("heard", *Poison)


def outcome(said: Announcements, levels: list[str], body: bytes) -> str:
    try:
        heard = said.hear(levels, body)
    except Refusing as refused:
        return refused.reason
    return "heard" if all(one.code for one in heard) else "nobody's"


def test_hostile_texts_are_announced_or_refused():
    for one in hostile.sample(120, "homeassistant"):
        config = json.dumps({"stat_t": one.text, "uniq_id": one.text, "val_tpl": one.text}).encode()
        said = Announcements()
        assert outcome(said, ["homeassistant", "sensor", "x", "config"], config) in ("heard", *Poison)  # fmt: skip
        assert outcome(said, one.text.split("/"), one.text.encode(errors="replace")) in ("heard", *Poison)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(text=st.text(max_size=30))
def test_any_text_as_a_code_is_kept_or_refused_with_a_counted_reason(prefix, text):
    with behind(SYSTEM):
        before = sum(Counted.objects.values_list("count", flat=True))
    config = {"dev_cla": "battery", "stat_t": "house/any", "dev": {"ids": [text]}, "uniq_id": text}
    say(prefix, ("homeassistant/sensor/any/config", config), ("house/any", b"50"))
    with behind(SYSTEM):
        assert sum(Counted.objects.values_list("count", flat=True)) > before
