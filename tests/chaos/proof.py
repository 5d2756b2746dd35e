"""What must hold afterwards, asked of the database and of the stream from outside."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import nats

from tests.chaos.crowd import Crowd
from tests.chaos.town import Town

MOVES = {"record": "start", "accept": "accept", "dispatch": "dispatch", "sign": "sign"}
EVENTS = {
    "record": "cases.CaseReported",
    "accept": "cases.CaseAccepted",
    "dispatch": "cases.CaseDispatched",
}
AUDIT = {
    "record": "cases.report", "accept": "cases.accept", "dispatch": "cases.dispatch", "sign": "cases.sign",
}  # fmt: skip
STREAM = "EVENTS"
KEPT = "interval '7 days'"


@dataclass
class Verdict:
    """Counts, and sentences about what is wrong."""

    acknowledged: int = 0
    present: int = 0
    doubled: int = 0
    told: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def insist(self, holds: bool, sentence: str) -> None:
        if not holds:
            self.wrong.append(sentence)


def judge(town: Town, crowd: Crowd, listeners: dict[str, int]) -> Verdict:
    """Every acknowledged act is there exactly once, with its step, line, events, receipts and messages."""
    verdict = Verdict()
    with town.database() as line:
        cases = _cases(line)
        steps = _pairs(line, "SELECT subject::text, move FROM flow_step")
        events = _pairs(
            line,
            "SELECT facts->>'case', name FROM events_outbox WHERE facts ? 'case' AND name <> 'cases.CaseMoved'",
        )
        audit = _pairs(line, "SELECT subject, action FROM audit_entry WHERE outcome = 'done'")
        for one in crowd.reports:
            found = cases.get(one.mark, [])
            verdict.doubled += max(0, len(found) - 1)
            verdict.insist("record" not in one.acked or found == [one.case], f"{one.mark}: {found}")
            for act in {*one.acked, *one.unsure} - {""}:
                _act(verdict, one, act, found, (steps, events, audit))
        _whole(verdict, line, listeners)
    return verdict


def _cases(line: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for mark, case in line.execute("SELECT text, id::text FROM cases_case WHERE text LIKE '混沌%'"):
        found.setdefault(mark, []).append(case)
    return found


def _pairs(line: Any, question: str) -> Counter[tuple[str, str]]:
    return Counter((subject, what) for subject, what in line.execute(question))


def _act(verdict: Verdict, one: Any, act: str, found: list[str], seen: Any) -> None:
    """Acknowledged: once everywhere. Never acknowledged: once everywhere, or nowhere."""
    steps, events, audit = seen
    subject = found[0] if found else one.case
    counts = {
        "step": steps[subject, MOVES[act]],
        "line": audit[subject, AUDIT[act]],
        **({"event": events[subject, EVENTS[act]]} if act in EVENTS else {}),
    }
    acked = act in one.acked
    verdict.acknowledged += acked
    verdict.present += acked and set(counts.values()) == {1}
    verdict.doubled += sum(count > 1 for count in counts.values())
    allowed = {1} if acked else {0, 1}
    verdict.insist(
        len(set(counts.values())) == 1 and set(counts.values()) <= allowed,
        f"{one.mark} {act} acknowledged={acked}: {counts}",
    )


def _whole(verdict: Verdict, line: Any, listeners: dict[str, int]) -> None:
    """Receipts, messages, jobs, the chain of states and of the log."""
    one = lambda question: line.execute(question).fetchone()[0]  # noqa: E731
    verdict.told = {
        "outbox": one("SELECT count(*) FROM events_outbox"),
        "receipts": one("SELECT count(*) FROM events_inbox"),
        "messages": one("SELECT count(*) FROM notify_message"),
        "laid aside": one("SELECT count(*) FROM events_trouble"),
    }
    verdict.insist(verdict.told["laid aside"] == 0, "a listener was laid aside")
    heard: Counter[str] = Counter()
    missing = 0
    for name, receipts in line.execute(
        "SELECT o.name, count(i.id) FROM events_outbox o LEFT JOIN events_inbox i ON i.event = o.id "
        "WHERE o.at >= (SELECT min(opened_at) FROM cases_case WHERE text LIKE '混沌%') GROUP BY o.id, o.name"
    ):
        heard[name] += 1
        missing += receipts != listeners.get(name, 0)
    verdict.insist(missing == 0, f"{missing} events without exactly one receipt a listener")
    twice = one(
        "SELECT count(*) FROM (SELECT 1 FROM notify_message WHERE key <> '' "
        "GROUP BY key, channel, recipient, address_key HAVING count(*) > 1) t"
    )
    verdict.doubled += twice
    verdict.insist(twice == 0, f"{twice} messages left twice")
    open_twice = one(
        "SELECT count(*) FROM (SELECT 1 FROM flow_clock WHERE stopped_at IS NULL GROUP BY subject HAVING count(*) > 1) t"
    )
    verdict.insist(open_twice == 0, "two clocks run on one case")
    last = one(
        "SELECT count(*) FROM cases_case c WHERE c.text LIKE '混沌%' AND c.steps_taken <> "
        "(SELECT count(*) FROM flow_step s WHERE s.subject = c.id)"
    )
    verdict.insist(last == 0, f"{last} cases whose steps are not what they count")


def settle(town: Town, patience_seconds: float = 120) -> float:
    """Wait until every event was heard and passed on; seconds."""
    begun = time.monotonic()
    question = f"SELECT count(*) FROM events_outbox WHERE heard_at IS NULL OR (passed_at IS NULL AND at > now() - {KEPT})"
    while True:
        with town.database() as line:
            waiting = line.execute(question).fetchone()
        if waiting and waiting[0] == 0:
            return time.monotonic() - begun
        if time.monotonic() - begun > patience_seconds:
            raise TimeoutError(f"{waiting} events still wait; relay: {town.log_tail('relay')}")
        time.sleep(0.2)


def in_stream(town: Town) -> tuple[int, int]:
    """Messages in the stream, and different events among them."""
    return asyncio.run(_in_stream(town.nats_url()))


async def _in_stream(url: str) -> tuple[int, int]:
    line = await nats.connect(url)
    try:
        js = line.jetstream()
        info = await js.stream_info(STREAM)
        reader = await js.subscribe("ev.>", ordered_consumer=True)
        ids: set[str] = set()
        for _ in range(info.state.messages):
            message = await reader.next_msg(timeout=10)
            ids.add((message.headers or {}).get("Nats-Msg-Id", ""))
        return info.state.messages, len(ids)
    finally:
        await line.close()


def to_be_in_stream(town: Town) -> int:
    with town.database() as line:
        row = line.execute(
            f"SELECT count(*) FROM events_outbox WHERE at > now() - {KEPT}"
        ).fetchone()
    return int(row[0]) if row else 0
