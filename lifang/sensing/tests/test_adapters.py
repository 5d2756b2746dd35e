"""Every dialect reads what was recorded of it, and anything else is refused with a reason."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from lifang.core.testing import hostile
from lifang.sensing import adapters
from lifang.sensing.adapters import BY_FIRST_LEVEL, FOLDED, hear, levels_of, lifang
from lifang.sensing.adapters.homeassistant import Announcements
from lifang.sensing.rules import Refusing
from lifang.sensing.terms import Poison

FOLDER = Path(adapters.__file__).parent
RECORDED = [
    pytest.param(one, id=f"{file.parts[-3]}-{number}")
    for file in sorted(FOLDER.glob("*/fixtures/*.yaml"))
    for number, one in enumerate(yaml.safe_load(file.read_text("utf-8")))
]
STATES = {"done", "todo", "exempt"}


@pytest.mark.parametrize("recorded", RECORDED)
def test_what_was_recorded_is_read(recorded):
    body = recorded["say"].encode()

    def read():
        if "announced" in recorded:
            said = Announcements()
            for topic, config in recorded["announced"].items():
                said.hear(topic.split("/"), config.encode())
            return said.hear(recorded["topic"].split("/"), body)
        if "topic" in recorded:
            return hear(recorded["topic"].split("/"), body)
        return [lifang.read(body)]

    if "refuse" in recorded:
        with pytest.raises(Refusing) as refused:
            read()
        assert refused.value.reason == recorded["refuse"]
        return
    expected = recorded["hear"] if isinstance(recorded["hear"], list) else [recorded["hear"]]
    heard = read()
    assert [(one.code, dict(one.values)) for one in heard] == [
        (one["code"], one["values"]) for one in expected
    ]
    for one, wanted in zip(heard, expected, strict=True):
        assert one.at == wanted.get("at")
        assert one.id == wanted.get("id", "")
        assert one.test == wanted.get("test", False)
        assert wanted.get("facts", {}).items() <= dict(one.facts or {}).items()


def test_every_dialect_has_its_sheet_and_its_fixtures():
    folders = {file.parent for file in FOLDER.glob("*/__init__.py")}
    assert len(folders) == 13
    for folder in folders:
        sheet = yaml.safe_load((folder / "quality.yaml").read_text("utf-8"))
        assert {"reads", "fixtures", "hostile"} <= set(sheet)
        for point in sheet.values():
            assert point["state"] in STATES
            assert point["state"] == "done" or point["note"]
        assert list(folder.glob("fixtures/*.yaml"))


_LEVELS = st.lists(st.sampled_from(["", "device", "event", "up", "reviews", "SENSOR", "bridge", "state", "telemetry", "me", "devices", "status", "plain", "plain_many"]) | st.text(max_size=8), max_size=6)  # fmt: skip
_BODIES = st.binary(max_size=80) | st.sampled_from(
    [b"{}", b"[]", b'{"after":{"data":[]}}', b'{"type":"new","after":{"camera":1}}', b"null", b"1e400", b"[" * 5000]
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(first=st.sampled_from([*BY_FIRST_LEVEL, *FOLDED, "x"]), rest=_LEVELS, body=_BODIES)
def test_any_topic_and_any_body_is_heard_or_refused(first, rest, body):
    assert _outcome([first, *rest], body) in ("heard", *Poison)


def test_hostile_bodies_are_heard_or_refused():
    for one in hostile.sample(500, "adapters"):
        for first in (*BY_FIRST_LEVEL, *FOLDED):
            body = one.text.encode(errors="replace")
            assert _outcome([first, one.text, "x"], body) in ("heard", *Poison)


@pytest.mark.parametrize("name", ["*", ">", "a*", "a>b", "+", "#"])
def test_a_wildcard_is_no_name(name):
    with pytest.raises(Refusing) as refused:
        hear(["zigbee2mqtt", name], b"{}")
    assert refused.value.reason == Poison.TOPIC


def test_subjects_become_topics_again():
    assert levels_of("zigbee2mqtt.a//b./.c") == ["zigbee2mqtt", "a.b", "", "c"]


def _outcome(levels: list[str], body: bytes) -> str:
    try:
        found = hear(levels, body)
    except Refusing as refused:
        return refused.reason
    return "heard" if all(isinstance(one.code, str) for one in found) else "broken"


_OURS = [
    b'{"device":"A","values":{"a":1}}', b'{"device":"B","at":1790000000.5,"id":7,"values":{"b":"on","c":null}}', b'{"values":{"a":1},', b'"device":"x"}',
    b'{"values":{"a":1}} {"values":{"b":2}}', b'{"values":{"a":1}}\n{"values":{"b":2}}', b'{"values":{"a":1}}\r{"values":{"b":2}}', b'{"at":-1,"values":{}}',
    b"", b" ", b'{"facts":{"x":[{}', b"{}", b"null", b"[]", b"\xff", b'{"values":{"a":1},"more":[]}', b'{"values":{"a":{}}}', b"{", b"[" * 5000,
]  # fmt: skip


@settings(max_examples=400)
@given(lines=st.lists(st.sampled_from(_OURS[:2]) | st.sampled_from(_OURS), max_size=6))
def test_lines_read_at_once_say_what_each_says_alone(lines):
    """None, if anything is doubtful: then each is read alone."""
    told = lifang.read_all(lines)
    if told is not None:
        assert told == [lifang.read(line) for line in lines]
    else:
        assert not lines or not set(lines) <= set(_OURS[:2])
