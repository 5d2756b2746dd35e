"""`python -m tests.chaos.powercut [--points 100] [--unsafe 8]`: the power goes at random moments; what was acknowledged is there afterwards.

The whole data folder lies on a file system that forgets what was not fsynced (`forgetful`). At each point devices tell over HTTP and
MQTT, then the file system and every process are killed at once, and all is started again from what is below. Kept must be:
every HTTP receipt, and every message about danger to life that was published with QoS 1 and acknowledged. Of other telemetry the last
moments may be lost: how much is measured. The same test with an unsafe database and with an unsafe stream must find losses.
"""

import argparse
import http.client
import itertools
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
import yaml

from lifang.boot.engines.process import dies_with_parent
from lifang.core.testing.mqtt import Line
from tests.chaos import forgetful
from tests.chaos.town import ROOT

START_SECONDS, SETTLE_SECONDS, STILL_SECONDS = 90.0, 20.0, 0.6
POLICY = ROOT / "lifang" / "sensing" / "data" / "policy.yaml"
HELD = """
SELECT d.code, (extract(epoch FROM o.at) * 1000)::bigint, count(*) FROM sensing_observation o
JOIN sensing_series s ON s.id = o.series_id JOIN sensing_device d ON d.id = s.device_id
WHERE d.code = ANY(%s) GROUP BY 1, 2
"""
ALARMED = "SELECT DISTINCT d.code FROM sensing_alarm a JOIN sensing_device d ON d.id = a.device_id"

Key = tuple[str, int]  # device, event time in milliseconds


@dataclass
class Told:
    """One message that somebody acknowledged."""

    key: Key
    way: str  # http, life, bulk
    at: float


@dataclass
class Load:
    """Devices that tell, and remember what was acknowledged."""

    gate: int
    mqtt: int
    seed: dict[str, Any]
    told: list[Told] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    moments: Iterable[int] = field(default_factory=lambda: itertools.count(int(time.time() * 1000) - 60_000))  # fmt: skip

    def run(self, acked: Callable[[], bool]) -> list[threading.Thread]:
        """Begun; every way in has acknowledged something."""
        work = (self._http, self._http, self._life, self._life, self._bulk)
        threads = [threading.Thread(target=self._keep, args=(one, number), daemon=True) for number, one in enumerate(work)]  # fmt: skip
        for thread in threads:
            thread.start()
        begun = time.monotonic()
        while not acked() and time.monotonic() - begun < START_SECONDS:
            time.sleep(0.02)
        return threads

    def _keep(self, work: Callable[[int], None], number: int) -> None:
        while not self.stop.is_set():
            try:
                work(number)
            except (OSError, ConnectionError, http.client.HTTPException) as fault:
                self.faults.append(repr(fault)[:80])
                time.sleep(0.05)

    def _note(self, way: str, keys: list[Key]) -> None:
        now = time.monotonic()
        self.told += [Told(key, way, now) for key in keys]

    def _message(self, code: str) -> tuple[Key, bytes]:
        at = next(self.moments)  # type: ignore[call-overload]
        word = self.seed["life"].get(code)
        values = {word: 1} if word else {"power": at % 90}
        said = {"device": code, "at": at, "id": f"{code}-{at}", "values": values}
        return (code, at), json.dumps(said).encode()

    def _http(self, number: int) -> None:
        """Receipts of batches of both kinds."""
        line = http.client.HTTPConnection("127.0.0.1", self.gate, timeout=15)
        dice, life = random.Random(number), sorted(self.seed["life"])
        while not self.stop.is_set():
            codes = dice.choices(self.seed["mixed"], k=dice.randint(0, 20)) + dice.choices(life)
            some = [self._message(code) for code in codes]
            line.request("POST", "/api/sensing/batches", b"\n".join(body for _, body in some), {"Authorization": f"Bearer {self.seed['key']}"})  # fmt: skip
            answer = line.getresponse()
            said = answer.read()
            if answer.status == 200 and json.loads(said)["taken"] == len(some):
                self._note("http", [key for key, _ in some])
            elif answer.status != 503:
                raise OSError(f"{answer.status} {said[:60]!r}")

    def _life(self, number: int) -> None:
        """One after another, as a detector does: the next is sent when the last was acknowledged."""
        codes = itertools.cycle(sorted(self.seed["life"])[number % 2 :: 2])
        with self._line(number) as line:
            while not self.stop.is_set():
                key, body = self._message(next(codes))
                line.publish([(f"d/{self.seed['prefix']}/lifang", body)])
                self._note("life", [key])
                time.sleep(0.004)

    def _bulk(self, number: int) -> None:
        codes = itertools.cycle(self.seed["bulk"])
        with self._line(number, "bulk_") as line:
            while not self.stop.is_set():
                some = [self._message(next(codes)) for _ in range(20)]
                line.publish([(f"d/{self.seed['bulk_prefix']}/lifang", body) for _, body in some])
                self._note("bulk", [key for key, _ in some])
                time.sleep(0.02)

    def _line(self, number: int, whose: str = "") -> Line:
        return Line(self.mqtt, self.seed[f"{whose}prefix"], self.seed[f"{whose}key"], f"cut{number}-{next(self.moments)}")  # type: ignore[call-overload]  # fmt: skip


class Hamlet:
    """A data folder on a forgetful file system, and the processes on it."""

    def __init__(self, unsafe: str = "") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lifang-powercut-"))
        self.folder.chmod(0o755)  # as root the database runs as another user
        self.home, self.kept = self.folder / "home", self.folder / "kept"
        self.gate, self.mqtt = free(), free()
        own = {name: value for name, value in os.environ.items() if not name.startswith("LIFANG_")}
        self.env = {
            **own, "LIFANG_HOME": str(self.home), "LIFANG_CONFIG": str(self.folder / "none.toml"), "LIFANG_DEMO": "1",
            "LIFANG_GATE_PORT": str(self.gate), "LIFANG_MQTT_LISTEN": f"127.0.0.1:{self.mqtt}", "LIFANG_CHAOS_UNSAFE": unsafe,
            "DJANGO_SETTINGS_MODULE": "lifang.boot.settings", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        self.disk: subprocess.Popen[str] | None = None
        self.hamlet: subprocess.Popen[str] | None = None
        self.database = ""

    def make(self) -> dict[str, Any]:
        """Built on an ordinary disk, then laid below."""
        done = self._python("tests.chaos.hamlet", "make", stdout=subprocess.PIPE)
        said, _ = done.communicate(timeout=480)
        if done.returncode:
            raise RuntimeError(f"not made: {said[-2000:]}")
        forgetful.take_in(forgetful.Tree(self.kept), self.home)
        shutil.rmtree(self.home)
        self.home.mkdir()
        return dict(json.loads(said.splitlines()[-1]))

    def _python(self, *words: str, **options: Any) -> "subprocess.Popen[str]":
        with (self.folder / "log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *words], env=self.env, cwd=ROOT, stdin=subprocess.DEVNULL, stderr=log, text=True,
                start_new_session=True, preexec_fn=dies_with_parent(signal.SIGKILL), **options,  # noqa: PLW1509 -- from the main thread
            )  # fmt: skip

    def up(self, leak: float, seed: int) -> float:
        """Mounted and started; seconds until the ways in are open. Raises `RuntimeError` when it does not come back."""
        begun = time.monotonic()
        self.disk = self._python("tests.chaos.forgetful", str(self.kept), str(self.home), "--leak", str(leak), "--seed", str(seed), stdout=subprocess.PIPE)  # fmt: skip
        assert self.disk.stdout is not None
        if self.disk.stdout.readline() != "mounted\n":
            raise OSError("no FUSE")
        self.hamlet = self._python("tests.chaos.hamlet", "run", stdout=subprocess.PIPE)
        assert self.hamlet.stdout is not None
        word, _, self.database = self.hamlet.stdout.readline().strip().partition(" ")
        if word != "ready":
            raise RuntimeError(f"did not start again: {self.log()}")
        return time.monotonic() - begun

    def cut(self) -> float:
        """The moment the power went. What was only in memory is gone with the process that kept it."""
        everybody = self.everybody()
        moment = time.monotonic()
        if self.disk is not None:
            self.disk.kill()
            self.disk.wait()
        for process in everybody:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(everybody, timeout=20)
        if self.hamlet is not None:
            self.hamlet.wait()
        forgetful.unmount(self.home)
        self.disk = self.hamlet = None
        return moment

    def everybody(self) -> list[psutil.Process]:
        """The supervisor, its children and theirs, by parentage."""
        if self.hamlet is None:
            return []
        try:
            top = psutil.Process(self.hamlet.pid)
            return [top, *top.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def remove(self) -> None:
        self.cut()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-1200:]


@dataclass
class Verdict:
    """What a run of points found."""

    acknowledged: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("http", "life", "bulk"), 0))  # fmt: skip
    lost: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("http", "life", "bulk"), 0))
    spans: list[float] = field(default_factory=list)  # of bulk lost, seconds before the cut
    doubled: int = 0
    silent: int = 0  # acknowledged danger without its alarm
    back: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)  # of what was promised and is missing

    @property
    def kept(self) -> bool:
        """Nothing that was promised is missing."""
        return not (self.lost["http"] or self.lost["life"] or self.doubled or self.silent or self.wrong)  # fmt: skip

    def judge(self, told: list[Told], moment: float, held: dict[Key, int], alarmed: set[str], life: dict[str, str]) -> None:  # fmt: skip
        """One point: what was acknowledged before the moment against what is there."""
        firm = [one for one in told if one.at <= moment]
        for one in firm:
            self.acknowledged[one.way] += 1
            if one.key not in held:
                self.lost[one.way] += 1
                if one.way != "bulk" and len(self.examples) < 12:
                    self.examples.append(
                        f"{one.way} {one.key}, acknowledged {moment - one.at:.3f} s before"
                    )
        gone = [one.at for one in firm if one.way == "bulk" and one.key not in held]
        self.spans.append(moment - min(gone) if gone else 0.0)
        self.doubled += sum(count > 1 for count in held.values())
        told_of = {one.key[0]: one for one in firm if one.way != "bulk" and one.key[0] in life and one.key in held}  # fmt: skip
        silent = sorted(told_of.keys() - alarmed)
        self.silent += len(silent)
        self.examples += [f"no alarm: {told_of[code]}" for code in silent[:3]]


def settled(hamlet: Hamlet, wanted: set[Key], codes: list[str]) -> tuple[dict[Key, int], set[str]]:  # fmt: skip
    """What is there once all that is wanted is, or nothing more comes."""
    begun = still = time.monotonic()
    before = -1
    while True:
        with psycopg.connect(hamlet.database, autocommit=True, connect_timeout=5) as line:
            held = {(code, at): count for code, at, count in line.execute(HELD, [codes])}
            alarmed = {code for (code,) in line.execute(ALARMED)}
        now = time.monotonic()
        if len(held) != before:
            before, still = len(held), now
        enough = wanted <= held.keys() and now - still > STILL_SECONDS
        if enough or (now - still > 4 and now - begun > SETTLE_SECONDS):
            return held, alarmed
        time.sleep(0.15)


def play(points: int, dice: random.Random, *, unsafe: str = "", say: bool = True, enough: int = 0) -> Verdict:  # fmt: skip
    """So many power cuts in one hamlet; `enough` losses end it early."""
    hamlet, verdict = Hamlet(unsafe), Verdict()
    told: list[Told] = []
    moment = 0.0
    try:
        seed = hamlet.make()
        codes = [*seed["bulk"], *seed["mixed"], *seed["life"]]
        for point in range(points + 1):
            leak = dice.choice((0.0, 0.0, 0.1, 0.5))
            try:
                verdict.back.append(hamlet.up(leak, point))
                held, alarmed = settled(hamlet, {one.key for one in told if one.at <= moment and one.way != "bulk"}, codes)  # fmt: skip
            except (RuntimeError, psycopg.Error) as fault:
                verdict.wrong.append(f"point {point}: not back: {str(fault)[-600:]}")
                break
            if point:
                verdict.judge(told, moment, held, alarmed, seed["life"])
                if say:
                    print(f"  {point:>3}/{points} back in {verdict.back[-1]:4.1f} s, acknowledged {sum(verdict.acknowledged.values())}, lost {verdict.lost}, span {verdict.spans[-1]:.2f} s", flush=True)  # fmt: skip
            if point == points or (enough and not verdict.kept):
                break
            load = Load(hamlet.gate, hamlet.mqtt, seed)
            threads = load.run(lambda load=load: {one.way for one in load.told} == {*verdict.lost})  # type: ignore[misc]
            time.sleep(dice.uniform(0.1, 1.2))
            moment = hamlet.cut()
            load.stop.set()
            for thread in threads:
                thread.join(20)
            told = load.told
            if {one.way for one in told} != {*verdict.lost}:
                verdict.wrong.append(f"point {point}: no receipt of some way in: {load.faults[:3]} {hamlet.log()[-300:]}")  # fmt: skip
                break
    finally:
        hamlet.remove()
    return verdict


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def possible() -> str:
    """Why there is no such test here, or nothing."""
    if os.geteuid() or not Path("/dev/fuse").exists():
        return "a file system of one's own needs root and /dev/fuse"
    return ""


def stated_seconds() -> float:
    """Of other telemetry, as the page of a device says."""
    return next(float(one["amount"]) for one in yaml.safe_load(POLICY.read_text("utf-8")) if one["key"] == "power_loss_seconds")  # fmt: skip


def told_of(name: str, verdict: Verdict) -> None:
    spans = sorted(verdict.spans)
    print(f"\n  {name}: {len(spans)} power cuts")
    for way, said in (("http", "HTTP receipts"), ("life", "danger to life, QoS 1 acknowledged"), ("bulk", "other telemetry, QoS 1 acknowledged")):  # fmt: skip
        print(
            f"    {said:<38} acknowledged {verdict.acknowledged[way]:>7}  lost {verdict.lost[way]}"
        )
    if spans:
        print(f"    span of other telemetry lost: median {spans[len(spans) // 2]:.2f} s, longest {spans[-1]:.2f} s")  # fmt: skip
    print(f"    doubled {verdict.doubled}, danger without alarm {verdict.silent}")
    for sentence in (*verdict.wrong, *verdict.examples):
        print(f"    WRONG {sentence}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make powercut ARGS=…")
    parser.add_argument("--points", type=int, default=100)
    parser.add_argument("--unsafe", type=int, default=8, help="points at most with each unsafe setting; 0: leave out")  # fmt: skip
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if lacking := possible():
        print(f"powercut: {lacking}")
        return 2
    good = True
    if asked.points:
        verdict = play(asked.points, random.Random(asked.seed))
        told_of("settings as they are", verdict)
        within = max(verdict.spans, default=0.0) <= stated_seconds()
        good = verdict.kept and within and len(verdict.spans) == asked.points
        print(f"    stated span {stated_seconds():.0f} s: {'kept' if within else 'NOT kept'}")
    for engine, setting in (("postgres", "fsync = off"), ("nats", 'sync_interval: "2m"')):
        if asked.unsafe:
            weak = play(asked.unsafe, random.Random(asked.seed), unsafe=engine, enough=1)
            told_of(f"unsafe {engine}, {setting}", weak)
            found = not weak.kept
            print(f"    the test {'found it, as it must' if found else 'did NOT find it'}")
            good = good and found
    print("powercut:", "well" if good else "FAILED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
