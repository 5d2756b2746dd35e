"""`python -m tests.chaos [--points 50] [--crowd 4] [--seed 1]`: prints acknowledged, present, doubled, recovery times."""

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

import psutil
import psycopg

from tests.chaos import proof
from tests.chaos.crowd import Crowd
from tests.chaos.town import KINDS, ROOT, Town

BACK_SECONDS = 10.0
LOST_SECONDS = 60.0
COUNT_LISTENERS = """
import json, django; django.setup()
from collections import Counter
from lifang.core.events.registry import LISTENERS
print(json.dumps(Counter(one.event for one in LISTENERS.values())))
"""


@dataclass
class Run:
    """One town, one crowd, its kills."""

    town: Town
    dice: random.Random
    crowd: Crowd | None = None
    back: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def strike(self, kind: str) -> None:
        """Kill one process, and wait until what it does is done again."""
        victim = self._find(kind)
        old = victim.pid
        moment, since = time.monotonic(), _now(self.town)
        self.town.kill([victim])
        if kind == "supervisor":
            self.town.forget_supervisor()
            self.town.up()
        replaced = moment
        while True:
            if not self._replaced(kind, old):
                replaced = time.monotonic()  # orphaned workers may still answer: they do not count
            elif self._serves(kind, since, replaced):
                break
            if time.monotonic() - moment > LOST_SECONDS:
                self.wrong.append(f"{kind} was not back after {LOST_SECONDS:.0f} s")
                break
            time.sleep(0.02)
        self.back.setdefault(kind, []).append(time.monotonic() - moment)

    def _find(self, kind: str) -> psutil.Process:
        deadline = time.monotonic() + LOST_SECONDS
        while time.monotonic() < deadline:
            victim = self.town.process(kind)
            if victim is not None:
                return victim
            time.sleep(0.1)
        raise TimeoutError(f"there is no {kind} to kill")

    def _replaced(self, kind: str, old: int) -> bool:
        """Another process does its work; of backends PostgreSQL makes new ones as they are wanted."""
        if kind == "postgres backend":
            return True
        now = self.town.process(kind)
        return now is not None and now.pid != old

    def _serves(self, kind: str, since: str, replaced: float) -> bool:
        """A write asked for after the replacement is acknowledged, and the killed one's own work is done."""
        if self.crowd is None or self.crowd.first_ack_after(replaced) is None:
            return False
        if kind == "streams":
            return self.town.streams_well()
        if kind == "relay":
            return _moved_on(self.town, "events_outbox", "heard_at", since)
        if kind == "nats":
            return _moved_on(self.town, "events_outbox", "passed_at", since)
        if kind == "jobs":
            return _moved_on(self.town, "procrastinate_workers", "last_heartbeat", since)
        return True

    def strike_all(self) -> float:
        """Everything at once, then started again; seconds until a write was acknowledged."""
        victims = self.town.everybody()
        moment = time.monotonic()
        self.town.kill(victims)
        self.town.forget_supervisor()
        self.town.up()
        while self.crowd is not None and self.crowd.first_ack_after(moment) is None:
            time.sleep(0.02)
        return time.monotonic() - moment


def _now(town: Town) -> str:
    with town.database() as line:
        return str(line.execute("SELECT clock_timestamp()").fetchone()[0])  # type: ignore[index]


def _moved_on(town: Town, table: str, column: str, since: str) -> bool:
    question = f"SELECT EXISTS (SELECT FROM {table} WHERE {column} > %s)"
    try:
        with town.database() as line:
            row = line.execute(question, [since]).fetchone()  # type: ignore[call-overload]
            return bool(row and row[0])
    except psycopg.Error:
        return False


def lose_the_stream(town: Town) -> tuple[int, int, int, float]:
    """Everything is down, the store is gone, all is started again: events to be there, messages, different ones, seconds."""
    town.kill(town.everybody())
    town.forget_supervisor()
    shutil.rmtree(town.home / "nats" / "store")
    town.up()
    begun = time.monotonic()
    wanted = 0
    messages, different = 0, 0
    while time.monotonic() - begun < LOST_SECONDS:
        wanted = proof.to_be_in_stream(town)
        try:
            proof.settle(town)
            messages, different = proof.in_stream(town)
        except Exception:  # noqa: BLE001 -- the stream is not made yet
            time.sleep(0.2)
            continue
        if different >= wanted:
            break
        time.sleep(0.2)
    return wanted, messages, different, time.monotonic() - begun


def play(
    points: int, size: int, dice: random.Random, *, say: bool = True
) -> tuple[Run, proof.Verdict, dict[str, object]]:
    """The whole experiment in a town of its own."""
    town = Town()
    told: dict[str, object] = {}
    try:
        first = town.up()
        seeded = _python(town, "-m", "tests.chaos.seed")
        listeners = _python(town, "-c", COUNT_LISTENERS)
        run = Run(town, dice, Crowd(town.port, json.loads(seeded.splitlines()[-1]), size))
        crowd = run.crowd
        assert crowd is not None
        crowd.begin()
        begun = time.monotonic()
        while crowd.first_ack_after(0) is None and time.monotonic() - begun < LOST_SECONDS:
            time.sleep(0.05)
        for number, kind in enumerate(order(points, dice), 1):
            time.sleep(dice.uniform(0.3, 2.0))
            run.strike(kind)
            if say:
                print(
                    f"  {number:>3}/{points} {kind:<17} back in {run.back[kind][-1]:5.2f} s",
                    flush=True,
                )
        everything = run.strike_all()
        crowd.end()
        for kind in KINDS:
            if town.process(kind) is None:
                run.wrong.append(f"{kind} does not run at the end")
        spent = time.monotonic() - begun
        drained = proof.settle(town)
        verdict = proof.judge(town, crowd, json.loads(listeners))
        verdict.wrong += run.wrong
        audit = town.lifang("audit_verify")
        verdict.insist(audit.returncode == 0, f"the chain of the log: {audit.stderr[-500:]}")
        wanted, messages, different, rebuilt = lose_the_stream(town)
        verdict.insist(
            wanted == messages == different, f"stream {messages} ({different}) of {wanted}"
        )
        told = {
            "first_start_s": first, "everything_s": everything, "drained_s": drained, "load_s": spent,
            "stream": {"wanted": wanted, "messages": messages, "different": different, "rebuilt_s": rebuilt},
            "reports": len(crowd.reports), "acts_acknowledged": len(crowd.acks), "errors": crowd.errors,
            "refused": crowd.refused[:10], "chain": audit.stdout.strip()[-200:], "starts": town.starts,
        }  # fmt: skip
        return run, verdict, told
    finally:
        town.remove()


def _python(town: Town, *words: str) -> str:
    """What a program inside the town's settings prints."""
    done = subprocess.run(
        [sys.executable, *words],
        env={**town.env, "DJANGO_SETTINGS_MODULE": "lifang.boot.settings"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{words}: {done.stderr[-2000:]}")
    return done.stdout


def order(points: int, dice: random.Random) -> list[str]:
    """Every kind in turn, shuffled round by round."""
    kinds: list[str] = []
    while len(kinds) < points:
        kinds += dice.sample(KINDS, len(KINDS))
    return kinds[:points]


def main() -> int:
    parser = argparse.ArgumentParser(prog="make chaos ARGS=…")
    parser.add_argument("--points", type=int, default=50)
    parser.add_argument("--crowd", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--within", type=float, default=BACK_SECONDS, help="seconds to be back in")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the town is taken down
    print(f"chaos: {asked.points} kills, {asked.crowd} clients, seed {asked.seed}")
    run, verdict, told = play(asked.points, asked.crowd, random.Random(asked.seed))
    print(f"\n  {'killed':<17}{'times':>6}{'median s':>10}{'worst s':>9}")
    late = 0
    for kind, seconds in run.back.items():
        ordered = sorted(seconds)
        late += sum(each > asked.within for each in seconds)
        print(
            f"  {kind:<17}{len(seconds):>6}{ordered[len(ordered) // 2]:>10.2f}{ordered[-1]:>9.2f}"
        )
    print(f"  {'everything':<17}{1:>6}{told['everything_s']:>10.2f}{told['everything_s']:>9.2f}")
    print(
        f"\n  acknowledged {verdict.acknowledged}, present {verdict.present}, doubled {verdict.doubled}, later than {asked.within:.0f} s: {late}"
    )
    print(f"  {json.dumps({**told, 'counts': verdict.told}, ensure_ascii=False, default=str)}")
    for sentence in verdict.wrong[:20]:
        print(f"  WRONG {sentence}")
    good = (
        not verdict.wrong
        and verdict.acknowledged == verdict.present
        and not verdict.doubled
        and not late
    )
    print("chaos:", "well" if good else "FAILED")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
