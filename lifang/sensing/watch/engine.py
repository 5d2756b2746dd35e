"""Many subjects under many rules. Only pairs that are not at rest are remembered at all."""

import heapq
import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable

import msgspec

from lifang.sensing.watch import pair as pairs
from lifang.sensing.watch.fold import Episode
from lifang.sensing.watch.pair import Pair, Signal
from lifang.sensing.watch.rule import Kind, Reading, Rule

FAR = math.inf
Subject = Hashable
Key = tuple[Subject, str]
History = Callable[[Subject, tuple[str, ...], float], Iterable[Reading]]
RulesOf = Callable[[Subject], Iterable[Rule]]


class Watch:
    """`history` gives the stored readings of a subject after a time; asked only when something arrives late."""

    def __init__(
        self, rules_of: RulesOf, history: History | None = None, lateness: float = 300.0
    ) -> None:
        self.rules_of, self.history, self.lateness = rules_of, history, lateness
        self.pairs: dict[Key, Pair] = {}
        self.newest: dict[Key, float] = {}  # (subject, measure) -> event time
        self.touched: set[Key] = set()  # to be written down, or forgotten if gone
        self.too_late = 0
        self._heap: list[tuple[float, int, Key]] = []
        self._armed: dict[Key, float] = {}
        self._number = itertools.count()

    def feed(self, readings: Iterable[tuple[Subject, Reading]]) -> list[Signal]:
        """Readings as they arrived, several subjects mixed, in any order."""
        grouped: dict[Subject, list[Reading]] = defaultdict(list)
        for subject, reading in readings:
            if math.isfinite(reading.value) and math.isfinite(reading.at):
                grouped[subject].append(reading)  # bad quality is neither normal nor trouble
        out: list[Signal] = []
        for subject, own in grouped.items():
            own.sort()
            for rule in self.rules_of(subject):
                if rule.kind is Kind.SCORE:
                    continue  # its readings are scores: `score.work_in`; here only its timers run
                measures = rule.measures
                if mine := [one for one in own if one.measure in measures]:
                    out += self._feed(subject, rule, mine)
            for one in own:
                key = (subject, one.measure)
                self.newest[key] = max(self.newest.get(key, -FAR), one.at)
        return out

    def tick(self, now: float) -> list[Signal]:
        """Time has passed: what falls due without a reading."""
        out: list[Signal] = []
        while self._heap and self._heap[0][0] <= now:
            _, _, key = heapq.heappop(self._heap)
            if self._armed.pop(key, None) is None or (pair := self.pairs.get(key)) is None:
                continue
            if (rule := self._rule(key)) is None:
                self._forget(key)
                continue
            out += self._told(key, pairs.run(pair, rule, now - rule.grace))
            self._arm(key, rule, pair)
        return out

    def next_due(self) -> float:
        return self._heap[0][0] if self._heap else FAR

    def due_of(self, key: Key) -> float | None:
        """When a pair is due next; None while only a reading can change it."""
        return self._armed.get(key)

    def _feed(self, subject: Subject, rule: Rule, readings: list[Reading]) -> list[Signal]:
        key = (subject, rule.key)
        pair = self.pairs.get(key)
        newest = max(self.newest.get((subject, measure), -FAR) for measure in rule.measures)
        newest = max(newest, pair.last[0]) if pair else newest
        timely = self._timely(readings, pair, newest)
        if pair is None:
            pair = self._wake(subject, rule, timely)
        if pair is None or not timely:
            return []
        self.pairs[key] = pair
        self.touched.add(key)
        told: list[tuple[pairs.Turn, Episode]] = []
        woken = pair.last[0] == -FAR
        behind = timely[0].at <= newest or rule.kind is Kind.CHANGE  # looks back over its window
        if self.history and ((woken and behind) or pairs.late(pair, timely[0])):
            since = pairs.back(pair, timely[0].at)
            stored = self.history(subject, rule.measures, since)
            told = pairs.again(pair, rule, [*stored, *timely], since)
        else:
            for one in timely:
                told += pairs.onward(pair, rule, one, self.lateness)
        if pairs.done(pair, rule, timely[-1].at, self.lateness, self.history is not None):
            self._forget(key)
        else:
            self._arm(key, rule, pair)
        return self._told(key, told)

    def _wake(self, subject: Subject, rule: Rule, readings: list[Reading]) -> Pair | None:
        """From the first reading that could begin something; those before it change nothing at rest."""
        for index, one in enumerate(readings):
            if pairs.begins(rule, one):
                del readings[:index]
                pair = pairs.fresh(rule, one.at, self.lateness)
                return None if self._flat(subject, rule, readings, pair) else pair
        return None

    def _flat(self, subject: Subject, rule: Rule, readings: list[Reading], pair: Pair) -> bool:
        """Nothing in reach of these readings moved as far as the rule asks."""
        if rule.kind is not Kind.CHANGE or self.history is None:
            return False
        stored = self.history(subject, rule.measures, pair.base_at)
        values = [one.value for one in (*stored, *readings)]
        return max(values) - min(values) < abs(rule.by)

    def _timely(self, readings: list[Reading], pair: Pair | None, newest: float) -> list[Reading]:
        """Without a history nothing can be worked in afterwards."""
        if self.history is None:
            oldest = max(newest, pair.clock if pair else -FAR)
            timely = [one for one in readings if one.at >= oldest]
        else:
            timely = [one for one in readings if one.at >= newest - self.lateness]
        self.too_late += len(readings) - len(timely)
        return timely

    def _told(self, key: Key, told: list[tuple[pairs.Turn, Episode]]) -> list[Signal]:
        if told:
            self.touched.add(key)
        return [Signal(turn, *key, one.since, one.raised, one.cleared) for turn, one in told]

    def _arm(self, key: Key, rule: Rule, pair: Pair) -> None:
        moment = pairs.due(pair, rule)
        if moment == FAR:
            self._armed.pop(key, None)
            return
        if self._armed.get(key, FAR) > moment + rule.grace:
            self._armed[key] = moment + rule.grace
            heapq.heappush(self._heap, (moment + rule.grace, next(self._number), key))

    def _rule(self, key: Key) -> Rule | None:
        return next((rule for rule in self.rules_of(key[0]) if rule.key == key[1]), None)

    def _forget(self, key: Key) -> None:
        self.pairs.pop(key, None)
        self._armed.pop(key, None)
        self.touched.add(key)

    # Restart

    def take_touched(self) -> dict[Key, bytes | None]:
        """What must be written down in the same transaction as the readings; None is forgotten."""
        out = {key: pack(self.pairs[key]) if key in self.pairs else None for key in self.touched}
        self.touched.clear()
        return out

    def load(
        self, stored: Iterable[tuple[Key, bytes]], newest: Iterable[tuple[Key, float]]
    ) -> None:
        """As it was: pairs as written down, newest times from the latest values."""
        self.newest.update(newest)
        for key, packed in stored:
            self.pairs[key] = unpack(packed)
            if rule := self._rule(key):
                self._arm(key, rule, self.pairs[key])

    def dump(self) -> tuple[list[tuple[Key, bytes]], list[tuple[Key, float]]]:
        return [(key, pack(one)) for key, one in self.pairs.items()], list(self.newest.items())


def pack(pair: Pair) -> bytes:
    return msgspec.msgpack.encode(pair)


def unpack(packed: bytes) -> Pair:
    return msgspec.msgpack.decode(packed, type=Pair)
