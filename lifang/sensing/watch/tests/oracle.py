"""What a rule means, second by second, by looking at the whole log: slow, and written another way than the engine."""

from lifang.sensing.watch.rule import Kind, Reading, Rule

NEVER = float("-inf")
ALWAYS = float("inf")


class Oracle:
    """Whole seconds only, all readings at hand and in order."""

    def __init__(self, rule: Rule, log: list[Reading]) -> None:
        self.rule = rule
        self.log = sorted({one for one in log if one.measure in rule.measures})
        self.truth, self.since, self.cleared = False, NEVER, NEVER
        self.alarms: list[tuple[float, float | None]] = []

    def until(self, end: int) -> list[tuple[float, float | None]]:
        for second in range(int(self.log[0].at) if self.log else end, end + 1):
            here = [index for index, one in enumerate(self.log) if one.at == second]
            if not here:
                seen = [one for one in self.log if one.at < second]
                self.timers(seen, second)
            for index in here:
                self.reading(self.log[: index + 1], second)
                self.timers(self.log[: index + 1], second)
        return self.alarms

    @property
    def open(self) -> bool:
        return bool(self.alarms) and self.alarms[-1][1] is None

    def clear(self, second: int) -> None:
        self.alarms[-1] = (self.alarms[-1][0], second)
        self.cleared = second

    def reading(self, seen: list[Reading], second: int) -> None:
        if self.rule.kind is Kind.SILENCE:
            if self.open:
                self.clear(second)
            self.truth, self.since = True, second
            return
        now = self.holds(seen)
        if now != self.truth:
            self.truth, self.since = now, second

    def timers(self, seen: list[Reading], second: int) -> None:
        rule = self.rule
        if self.truth and not self.open:
            due = max(self.since + rule.hold, self.cleared + rule.rest)
            if second >= due and (rule.kind is Kind.COUNT or rule.schedule.active(second)):
                self.alarms.append((second, None))
        if self.truth and second >= self.end(seen):
            self.truth, self.since = False, second
        if not self.truth and self.open and second >= self.since + rule.linger:
            self.clear(second)

    def end(self, seen: list[Reading]) -> float:
        if self.rule.kind is Kind.COUNT:
            return self.events(seen)[-self.rule.count] + self.rule.window
        return seen[-1].at + self.rule.fresh if self.rule.fresh else ALWAYS

    def events(self, seen: list[Reading]) -> list[float]:
        hits = [self.rule.matches(one.value) for one in seen]
        return [
            one.at
            for index, one in enumerate(seen)
            if hits[index] and not (self.rule.edges and index and hits[index - 1])
        ]

    def holds(self, seen: list[Reading]) -> bool:
        rule, last = self.rule, seen[-1]
        if rule.kind is Kind.SEQUENCE:
            if last.measure == rule.then and last.value in rule.then_equals:
                return False
            return self.truth or (last.measure == rule.measure and rule.matches(last.value))
        if rule.kind is Kind.COUNT:
            return sum(at > last.at - rule.window for at in self.events(seen)) >= rule.count
        if rule.kind is Kind.CHANGE:
            near = [one.value for one in seen if one.at >= last.at - rule.window]
            if rule.by > 0:
                return last.value - min(near) >= rule.by
            return last.value - max(near) <= rule.by
        return rule.still(last.value) if self.truth else rule.matches(last.value)
