"""The supervisor: what dies comes back, what is stopped stays stopped, what outlived a kill is found."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from lifang.boot.engines.process import gone
from lifang.boot.engines.unfit import Unfit
from lifang.boot.home import Home
from lifang.boot.supervisor import BACK_OFF_SECONDS, Program, Supervisor

SLEEPER = "import time; print('up', flush=True); time.sleep(600)"
# A parent with a worker of its own that ignores its parent's death, as web servers have.
WITH_WORKER = (
    "import subprocess, sys, time\n"
    "worker = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print(worker.pid, flush=True)\n"
    "time.sleep(600)"
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).prepare()


def _program(home: Home, name: str, code: str) -> Program:
    return Program(name, [sys.executable, "-c", code], home, os.environ)


@pytest.fixture
def supervisor(home: Home) -> Iterator[Supervisor]:
    one = Supervisor(home)
    one.alone()
    yield one
    one.stop()


def _until(true: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def _said(home: Home, name: str) -> str:
    log = home.logs / f"{name}.log"
    return log.read_text() if log.exists() else ""


def test_a_killed_child_comes_back_after_a_short_pause(supervisor: Supervisor, home: Home):
    child = _program(home, "a", SLEEPER)
    supervisor.add(child)
    first = child.pid()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    _until(lambda: not child.alive())
    supervisor.tick(now=1000.0)
    assert not child.alive()
    supervisor.tick(now=1000.0 + BACK_OFF_SECONDS[0])
    assert child.alive()
    assert child.pid() != first


def test_a_child_that_keeps_crashing_is_tried_at_growing_pauses(supervisor: Supervisor, home: Home):
    child = _program(home, "a", "raise SystemExit(1)")
    supervisor.add(child)
    now, starts = 1000.0, []
    for _ in range(4):
        _until(lambda: not child.alive())
        supervisor.tick(now)
        before = child.pid()
        while child.pid() == before:
            now += 0.1
            supervisor.tick(now)
        starts.append(now)
    pauses = [round(later - sooner, 1) for sooner, later in pairwise(starts)]
    assert pauses == sorted(pauses)
    assert pauses[-1] > pauses[0]


def test_stopping_ends_the_last_tier_first_and_leaves_nothing(supervisor: Supervisor, home: Home):
    order = home.root / "order"
    code = (
        "import signal, sys, time\n"
        f"def leave(*_): open({str(order)!r}, 'a').write(sys.argv[1]); raise SystemExit\n"
        "signal.signal(signal.SIGTERM, leave); print('up', flush=True); time.sleep(600)"
    )
    engine, web = (
        Program(name, [sys.executable, "-c", code, name], home, os.environ)
        for name in ("engine", "web")
    )
    supervisor.add(engine)
    supervisor.add(web)
    _until(lambda: "up" in _said(home, "engine") and "up" in _said(home, "web"))
    pids = [engine.pid(), web.pid()]
    supervisor.stop()
    assert order.read_text() == "webengine"
    assert not any(psutil.pid_exists(pid) for pid in pids if pid)
    assert list(home.run.glob("*.pid")) == []


def test_a_second_supervisor_on_the_same_folder_is_refused_with_the_first_ones_number(
    supervisor: Supervisor, home: Home
):
    with pytest.raises(Unfit) as refused:
        Supervisor(home).alone()
    assert refused.value.code == "runs_already"
    assert str(os.getpid()) in refused.value.en


def test_workers_of_a_killed_child_are_ended_before_it_starts_again(
    supervisor: Supervisor, home: Home
):
    child = _program(home, "web", WITH_WORKER)
    supervisor.add(child)
    _until(lambda: _said(home, "web").strip())
    worker = psutil.Process(int(_said(home, "web").split()[0]))
    pid = child.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    _until(lambda: not child.alive())
    assert not gone(worker)
    child.start()
    assert gone(worker)
    assert child.alive()


def test_after_kill_9_of_the_supervisor_the_next_start_finds_a_clean_house(home: Home):
    script = (
        "import os, sys, time; from pathlib import Path\n"
        "from lifang.boot.home import Home; from lifang.boot.supervisor import Program, Supervisor\n"
        f"home = Home(Path({str(home.root)!r})); one = Supervisor(home); one.alone()\n"
        f"child = Program('web', [sys.executable, '-c', {WITH_WORKER!r}], home, os.environ)\n"
        "one.add(child); print(child.pid(), flush=True); one.watch()"
    )
    first = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    child = psutil.Process(int(first.stdout.readline()))
    _until(lambda: _said(home, "web").strip())
    worker = psutil.Process(int(_said(home, "web").split()[0]))
    first.kill()
    first.wait()
    _until(lambda: gone(child))
    again = Supervisor(home)
    again.alone()
    program = _program(home, "web", SLEEPER)
    again.add(program)
    assert gone(worker)
    assert program.alive()
    again.stop()
    assert not program.alive()


def test_a_record_of_a_process_that_is_somebody_elses_now_harms_nobody(home: Home):
    stranger = subprocess.Popen([sys.executable, "-c", SLEEPER], start_new_session=True)
    try:
        program = _program(home, "web", SLEEPER)
        program.record.write_text(f'{{"pid": {stranger.pid}, "born": 1.0}}')
        program.sweep()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
