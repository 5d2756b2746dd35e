"""GB/T 26875.3 line by line: confirmed when it is stored, once however often it comes; and any bytes survived."""

import ipaddress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import hostile
from lifang.core.testing.cast import MONDAY
from lifang.orgs.tests.make import make_county
from lifang.sensing import actions
from lifang.sensing.adapters import gb26875
from lifang.sensing.adapters.gb26875 import DENIED, TAKEN, clock_of, packed, read
from lifang.sensing.api.batches import NotStored
from lifang.sensing.api.panels import Center, Line, networks
from lifang.sensing.models import Alarm, Counted, Device, Latest, Observation, Quarantined
from lifang.sensing.terms import KeyKind, Poison
from lifang.sensing.tests.make import make_device
from lifang.sensing.tests.test_hooks import Here
from lifang.sensing.web.said import readings

OURS, US, OTHER = "0000000000a1", "000000000001", "0000000000b2"
BEFORE = MONDAY - timedelta(seconds=30)


def packet(number: int, app: bytes, source: str = OURS, command: int = gb26875.DATA) -> bytes:
    clock = clock_of(MONDAY.astimezone(gb26875.BEIJING))
    return packed(number, b"\x01\x00", clock, source, US, command, app)


def system(bits: int, at: Any = BEFORE) -> bytes:
    """The state of fire alarm system 1."""
    return bytes([1, 1, 1, 1]) + bits.to_bytes(2, "little") + clock_of(at.astimezone(gb26875.BEIJING))  # fmt: skip


def part(bits: int, said: str = "2号楼3层烟感") -> bytes:
    """The state of smoke detector 7 of that system."""
    text = said.encode("gb18030")[:31].ljust(31, b"\x00")
    head = bytes([2, 1, 1, 1, 40]) + (7).to_bytes(4, "little") + bits.to_bytes(2, "little")
    return head + text + clock_of(BEFORE.astimezone(gb26875.BEIJING))


@pytest.fixture
def center(db, monkeypatch) -> Center:
    for module in ("batches", "scribes", "panels"):
        monkeypatch.setattr(f"lifang.sensing.api.{module}.close_old_connections", lambda: None)
    make_county()
    hub = make_device(type="fire_transmitter", code=OURS)
    make_device(type="fire_panel", code=f"{OURS}-1-1", gateway=hub.pk)
    actions.issue_device_key(actor=SYSTEM, device=hub, at=MONDAY, kind=KeyKind.LINE)
    return Center(Here(lambda: MONDAY), networks("192.0.2.0/24"))


@pytest.fixture
def line(center) -> Line:
    return Line(center, "192.0.2.9")


def run(work: Any) -> Any:
    """Nothing in it waits here, so it needs no loop."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waited")


def tell(line: Line, data: bytes, **more: Any) -> list[tuple[int, int]]:
    """Number and command of every answer."""
    return [(read(one).number, read(one).command) for one in run(line.hear(data, **more))]


def values(code: str) -> dict[str, float]:
    with behind(SYSTEM):
        rows = Latest.objects.filter(series__device__code=code).select_related("series")
        return {row.series.measure: row.value for row in rows}


def reasons() -> dict[str, int]:
    with behind(SYSTEM):
        return {row.reason: row.count for row in Counted.objects.exclude(reason="")}


@pytest.mark.covers("S4-06")
def test_a_fire_at_the_panel_is_confirmed_stored_and_an_alarm_once(line):
    first = packet(7, part(0x02))
    answer = read(run(line.hear(first))[0])
    assert (answer.number, answer.command, answer.source, answer.target) == (7, TAKEN, US, OURS)
    assert tell(line, first) == [(7, TAKEN)]  # the confirmation was lost on the way
    assert values(OURS) == {"online": 1.0}
    with behind(SYSTEM):
        seen = Observation.objects.get(series__measure="fire")
        assert (seen.at, seen.facts["said"]) == (BEFORE, "2号楼3层烟感")
        alarm = Alarm.objects.get()
        assert alarm.rule == "fire"
        assert [one[:2] for one in readings(alarm) if "·" in one[1]] == [
            ("火警", "是 · 2号楼3层烟感")
        ]
        assert {row.way for row in Counted.objects.all()} == {"panel"}
    assert tell(line, packet(8, part(0x00))) == [(8, TAKEN)]  # one part is quiet: not the panel
    assert values(f"{OURS}-1-1")["fire"] == 1.0
    assert tell(line, packet(9, system(0x01, MONDAY))) == [(9, TAKEN)]
    assert values(f"{OURS}-1-1") == {"fire": 0.0, "panel": 0.0, "heartbeat": 1.0}
    line.center.gate.clock = lambda: MONDAY + timedelta(seconds=1)
    run(line.over())
    assert values(OURS)["online"] == 0.0


def test_packets_come_in_pieces_together_and_between_rubbish(line):
    both = packet(1, system(0x01)) + b"rubbish" + packet(2, b"\x16") + packet(3, system(0x101))
    answers = [one for place in range(len(both)) for one in tell(line, both[place : place + 1])]
    assert answers == [(1, TAKEN), (2, TAKEN), (3, TAKEN)]
    assert values(f"{OURS}-1-1")["panel"] == 3.0  # mains lost: in fault
    assert set(reasons()) == {Poison.SHAPE}
    head = packet(4, part(0x02))[:24] + (900).to_bytes(2, "little")  # says more than ever comes
    assert tell(line, head + packet(5, part(0x02))) == []
    assert tell(line, b"", late=True) == [(5, TAKEN)]  # the fire behind it is found
    assert not line.waiting


def test_what_is_not_stored_is_not_confirmed(line, monkeypatch):
    tell(line, packet(1, b"\x16"))

    async def fails(*_: Any) -> None:
        raise NotStored

    monkeypatch.setattr(line.center.gate, "take", fails)
    assert tell(line, packet(2, part(0x02))) == []
    assert "fire" not in values(f"{OURS}-1-1")


def test_an_address_of_nobody_is_denied_but_for_a_fire(center, line):
    assert tell(line, packet(1, system(0x01, MONDAY), OTHER)) == [(1, DENIED)]
    assert reasons() == {Poison.UNKNOWN_DEVICE: 1}
    assert tell(line, packet(2, part(0x02), OTHER)) == [(2, TAKEN)]
    with behind(SYSTEM):
        taken = Device.objects.get(code=f"{OTHER}-1-1")
        assert (taken.state, taken.area) == ("unverified", "9901")
    assert tell(line, packet(3, system(0x01))) == [(3, TAKEN)]  # now the admitted one speaks
    assert tell(line, packet(4, system(0x01), OTHER)) == [(4, DENIED)]  # and nobody else
    with behind(SYSTEM):
        hub = Device.objects.get(code=OURS)
    actions.revoke_device_key(actor=SYSTEM, device=hub, at=MONDAY)
    center.gate.clock = lambda: MONDAY + timedelta(minutes=2)
    assert tell(line, packet(5, system(0x01))) == [(5, DENIED)]


def test_only_named_networks_are_let_in_and_only_so_many(center):
    assert center.lets_in("192.0.2.9")
    assert center.lets_in("::ffff:192.0.2.9")
    assert not center.lets_in("192.0.3.9")
    assert not center.lets_in("2001:db8::1")
    center.hosts["192.0.2.9"] = 64
    assert not center.lets_in("192.0.2.9")
    assert not Center(center.gate, networks("")).lets_in("127.0.0.1")
    assert networks(" 10.0.0.0/8 ,fd00::/8") == [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")]  # fmt: skip


def test_a_clock_of_years_ago_makes_no_fire_too_old(line):
    tell(line, packet(1, system(0x03, MONDAY - timedelta(days=4000))))
    with behind(SYSTEM):
        seen = Observation.objects.get(series__measure="fire")
    assert (seen.at, seen.facts["clock"][:4]) == (MONDAY, "2015")


def test_what_waits_in_quarantine_is_read_once_its_panel_is_registered(line):
    strange = bytes([1, 1, 1, 2, 1, 0]) + clock_of(BEFORE.astimezone(gb26875.BEIJING))
    assert tell(line, packet(1, strange)) == [(1, TAKEN)]
    with behind(SYSTEM):
        kept = Quarantined.objects.get()
        hub = Device.objects.get(code=OURS)
    assert kept.reason == Poison.UNKNOWN_DEVICE
    make_device(type="fire_panel", code=f"{OURS}-1-2", gateway=hub.pk)
    assert actions.replay_poison(actor=SYSTEM, poison=kept, at=MONDAY)
    assert values(f"{OURS}-1-2")["panel"] == 0.0


def test_no_address_no_key():
    with pytest.raises(ValueError, match="does not appear"):
        networks("everybody")


_APPS = st.binary(max_size=60) | st.sampled_from([part(2), system(2), bytes([3, 1, 1, 1, 1, 0, 0, 0, 0, 3, 0xFF, 0xFF]), bytes([24, 1, 4, 0])])  # fmt: skip
_BYTES = st.lists(st.binary(max_size=40) | _APPS.map(lambda app: packet(1, app)) | st.sampled_from([b"@@", b"@", b"##", b"@@" + bytes(22) + b"\xff\xff"]), max_size=6)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(pieces=_BYTES, late=st.booleans())
def test_any_bytes_are_answered_or_counted(line, pieces, late):
    answered = [one for piece in pieces for one in tell(line, piece)]
    answered += tell(line, b"", late=late)
    assert all(command in (TAKEN, DENIED) for _, command in answered)
    assert len(line.waiting) <= gb26875.MOST_FRAME
    line.waiting.clear()


def test_hostile_texts_of_parts_are_kept_as_they_are(line):
    for number, one in enumerate(hostile.sample(40, "panel")):
        app = bytearray(part(0x02))
        app[11:42] = one.text.encode("gb18030", "replace")[:31].ljust(31, b"\x00")
        assert tell(line, packet(100 + number, bytes(app))) == [(100 + number, TAKEN)]
