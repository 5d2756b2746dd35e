"""Many lines at once become what each would become by itself."""

import json
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing.cast import MONDAY
from lifang.sensing.actions import intake, mail
from lifang.sensing.actions.intake import Register
from lifang.sensing.actions.mail import Bundle, Mail, Parcel
from lifang.sensing.models import Device, Observation, Quarantined
from lifang.sensing.rules import Bounds, Line, slots
from lifang.sensing.terms import Columns, Owner, Way, micros, place_of
from lifang.sensing.tests.make import make_device
from lifang.sensing.tests.test_homeassistant import prefix, say  # noqa: F401 -- a fixture

OWNER = Owner("key:TEST", "990101001003001")
NOW = micros(MONDAY)
CODES = {"well": "installed", "out": "out_of_service", "gone": "retired", "strange": "unverified"}


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(mail, "HOT", 3)


@pytest.fixture
def _bounds(monkeypatch):
    monkeypatch.setattr(intake, "bounds", lambda: Bounds(300_000_000, 86_400_000_000))


def register() -> Register:
    made, number = Register(), 0
    mine: dict = {"unknown": None, "": None}
    for code, state in CODES.items():
        by_word = slots("environment")
        for slot in {id(one): one for one in by_word.values()}.values():
            number += 1
            slot.series = number
        mine[code] = Line(UUID(int=number), "environment", OWNER.area, None, None, state, by_word, {})  # fmt: skip
    made.lines[OWNER.source] = mine
    return made


def is_or(usual, *others):
    """Mostly the usual; now and then something else."""
    return st.integers(0, 9).flatmap(lambda n: st.sampled_from(others) if n == 0 else usual)


SECONDS = st.integers(-400, 400).map(lambda s: s / 2)
LINES = st.fixed_dictionaries(
    {
        "device": is_or(st.just("well"), *CODES, "unknown", ""),
        "values": is_or(
            st.fixed_dictionaries(
                {"temperature": st.floats(-30, 60), "humidity": st.integers(0, 120)}
            ),
            {}, {"temperature": "21"}, {"temperature": "warm"}, {"temperature": 1e305}, {"temperature": None}, {"humidity": True}, {"nonsense": 1}, {"humidity": 4, "nonsense": 1},
        ),
    },
    optional={
        "at": is_or(
            SECONDS.map(lambda s: NOW / 1e6 + s),
            None, 0, -1, 1e18, NOW // 1000, NOW, NOW / 1e6 + 301, NOW / 1e6 - 90_000, "2026-11-23T10:00:00+08:00", (MONDAY - timedelta(minutes=1)).isoformat(), "today",
        ),
        "id": is_or(st.sampled_from(["", "a", "b"]), 0, 7, True),
        "facts": is_or(st.none(), {"floor": 3}, {"picture": "/9j/4AAQSkZJRgABAQ"}),
        "test": st.booleans(),
    },
).map(lambda said: json.dumps(said).encode())  # fmt: skip
BODIES = st.lists(is_or(LINES, b"", b"{", b"[1]", b"{}\n{}", b'"x"'), min_size=1, max_size=20)


def as_rows(columns: Columns) -> list[tuple]:
    facts = columns.facts or [None] * len(columns.series)
    *numbers, _ = (one.tolist() for one in columns[:7])
    return sorted(zip(*numbers, facts, strict=True), key=str)


@pytest.mark.usefixtures("_bounds")
@given(BODIES, st.integers(-200, 200))
def test_a_bundle_says_what_its_lines_say_one_by_one(bodies, late):
    arrived = [NOW + late * 1_000_000 + n for n in range(len(bodies))]
    bundle = Bundle(OWNER, Way.MQTT, bodies, place_of, "lifang", arrived)
    alone: list[Parcel] = list(bundle)
    both = Mail()
    both.add(bundle)
    known = register()
    for _ in "12":  # the second time what a device says in these words is known
        seen, refused = intake._observed(known, both, MONDAY)
        expected, wrong = intake._observed(register(), alone, MONDAY)
        assert as_rows(seen) == as_rows(expected)
        assert {n: (w.reason, w.detail) for n, w in refused.items()} == {n: (w.reason, w.detail) for n, w in wrong.items()}  # fmt: skip
        assert intake._outcomes(both, refused) == intake._outcomes(alone, wrong)


def test_mail_keeps_one_order():
    first, second = Parcel(OWNER, Way.HTTP, None, b"1"), Parcel(OWNER, Way.HTTP, None, b"4")
    both = Mail()
    both.add([first])
    both.add(Bundle(OWNER, Way.HTTP, [b"2", b"3"], place_of))
    both.add([second])
    assert [one.body for one in both] == [b"1", b"2", b"3", b"4"]
    assert [both[n].body for n in range(4)] == [b"1", b"2", b"3", b"4"]
    assert [one.body for one in both[1:3]] == [b"2", b"3"]
    assert np.cumsum([0, 1, 2]).tolist() == both.first


@pytest.mark.parametrize(
    "odd", [b"", b"{", b'{"device":"T1","at":%d,"values":{"temperature":9}}' % 2_000_000_000]
)
def test_of_many_messages_those_that_are_odd_are_looked_at_alone(odd, prefix):  # noqa: F811 -- a fixture
    """Several lines in one message count as that many; what cannot be read waits in quarantine, the others are stored."""
    with behind(SYSTEM):
        hub = Device.objects.get(code="HUB").pk
    make_device(type="environment", code="T1", gateway=hub)
    at = MONDAY.timestamp()
    line = b'{"device":"T1","at":%.1f,"values":{"temperature":20}}'
    many = [("lifang", line % (at - n)) for n in range(1, 81)]
    worker = say(prefix, *many)
    say(
        prefix,
        *many,
        ("lifang", b"\n".join(line % (at - n) for n in (100, 101))),
        ("lifang", odd),
        worker=worker,
    )
    wrong = 0 if b"at" in odd else 1
    with behind(SYSTEM):
        assert Observation.objects.count() == 82 + (1 - wrong)
        assert Quarantined.objects.count() == wrong
