"""In a flood a process beside the gate stores, too; what was acknowledged is there once, also when that process is killed."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from lifang.boot.tests.test_passing import House
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.sensing import actions
from lifang.sensing.models import Observation
from lifang.sensing.tests.make import make_device

LINES, SENDERS, NOW = 1_500, 12, datetime(2026, 11, 23, 2, tzinfo=UTC)
Sender = Callable[[int], int]


@pytest.fixture
def gate(real_db) -> Iterator[House]:
    house = House()
    house.kill("web")
    house.await_("gate")
    yield house
    house.close()


@pytest.fixture
def post(gate: House) -> Sender:
    """Posts the request of this number; its status, 503 also when nobody answered."""
    tank = make_device(type="water_level", code="W-1", at=NOW - timedelta(days=1))
    token = actions.issue_device_key(actor=SYSTEM, device=tank, at=NOW).token

    def send(number: int) -> int:
        ids = range(number * LINES, (number + 1) * LINES)
        body = b"\n".join(json.dumps({"id": str(n), "at": (NOW - timedelta(seconds=n)).isoformat(), "values": {"water_level": 0.1}}).encode() for n in ids)  # fmt: skip
        line = http.client.HTTPConnection("127.0.0.1", gate.ports["gate"], timeout=60)
        try:
            line.request("POST", "/api/sensing/batches", body, {"Authorization": f"Bearer {token}"})
            answer = line.getresponse()
            told = json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            return 503
        assert answer.status != 200 or told == {"taken": LINES, "refused": []}
        return answer.status

    return send


def flood(post: Sender, numbers: range, over: Callable[[], bool] = lambda: False) -> dict[int, int]:
    """Many post at once, each its share of the numbers; the status of each."""
    answers: dict[int, int] = {}

    def share(first: int) -> None:
        for number in numbers[first::SENDERS]:
            if over():
                return
            answers[number] = post(number)

    threads = [threading.Thread(target=share, args=(first,)) for first in range(SENDERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return answers


def beside(gate: House) -> psutil.Process | None:
    """The process beside the gate, once it has a line to the database: it has stored something."""
    for child in psutil.Process(gate.children["gate"].pid).children(recursive=True):
        if any("spawn_main" in part for part in child.cmdline()) and child.net_connections("all"):
            return child
    return None


def stored() -> int:
    with behind(SYSTEM):
        return Observation.objects.count()


def test_what_was_acknowledged_in_a_flood_is_stored_once_also_when_the_process_beside_is_killed(
    gate: House, post: Sender
) -> None:
    answers = flood(post, range(600), over=lambda: beside(gate) is not None)
    assert set(answers.values()) == {200}
    helper = beside(gate)
    assert helper, "no process came to help"
    begun = max(answers) + 1
    killer = threading.Timer(0.3, helper.kill)
    killer.start()
    answers |= flood(post, range(begun, begun + 90))
    killer.join()
    assert set(answers.values()) <= {200, 503}
    for number in [one for one, status in answers.items() if status != 200]:
        assert post(number) == 200  # sent again, as its maker does
    assert stored() == len(answers) * LINES


def test_the_process_beside_ends_with_a_killed_gate(gate: House, post: Sender) -> None:
    flood(post, range(600), over=lambda: beside(gate) is not None)
    helper = beside(gate)
    assert helper
    worker = helper.parent()
    assert worker
    worker.kill()  # the worker alone, not its group
    deadline = time.monotonic() + 10
    while helper.is_running() and helper.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)
