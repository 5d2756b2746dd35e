"""Ninety days of the demo county: every case lives its life through the real actions, in the order of time."""

import heapq
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from lifang.cases import actions
from lifang.cases.catalogue import MATTERS
from lifang.cases.models import Case, Reporter
from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.grants import actor_of, anonymous
from lifang.core.access.once import asking_once
from lifang.core.action import together
from lifang.core.calendar.book import work_calendar
from lifang.core.files.darkroom import Print
from lifang.demo.county import County, Part, Trouble
from lifang.demo.people import Cast
from lifang.demo.photos import picture
from lifang.demo.twice import TWICE, reported_again
from lifang.orgs import selectors as orgs

Life = Iterator[datetime]
Stretch = Generator[datetime, None, datetime]  # ends by saying what time it is
HOUR = timedelta(hours=1)
LATEST = (9, 16, 25, 41, 58, 77)  # minutes: somebody has just reported something
MANUAL = ("phone", "window", "hotline_12345")


class Days:
    """Plays the days up to `now`; what should happen later is left undone, so cases stand in every state."""

    def __init__(self, county: County, cast: Cast, part: Part, now: datetime, seed: int) -> None:
        self.county, self.cast, self.part, self.now = county, cast, part, now
        self.dice = dice = part.dice(seed)
        self.again = part.dice(
            seed + 1
        )  # for what is reported twice: the other lives stay as they are
        self.calendar = work_calendar(area=county.code)
        self.grids = part.grids
        self.busy = {grid: dice.uniform(0.4, 2.2) for grid in self.grids}
        self.refused: Counter[str] = Counter()

    def play(self, step: Callable[[int], None]) -> int:
        """Run every life in one order of time, a day a transaction; how many cases."""
        with asking_once():
            return self._play(step)

    def _play(self, step: Callable[[int], None]) -> int:
        queue: list[tuple[datetime, int, Life]] = []
        for number, start in enumerate(self._starts()):
            heapq.heappush(queue, (start, number, self._life(start)))
        for number, grid in enumerate(self._first_grids(), len(queue)):
            start = self.now - timedelta(minutes=95 + number % 7 * 12)
            heapq.heappush(queue, (start, number, self._asked(grid, start)))
        total, day = len(queue), None
        while queue and queue[0][0] <= self.now:
            day = queue[0][0].date()
            with together(actor=SYSTEM, at=queue[0][0]):
                while queue and queue[0][0] <= self.now and queue[0][0].date() == day:
                    _, number, life = heapq.heappop(queue)
                    self._live(queue, number, life)
            step(1)
        return total

    def _live(self, queue: list[tuple[datetime, int, Life]], number: int, life: Life) -> None:
        try:
            following = next(life, None)  # one act at most: it is undone alone when refused
        except Refused as refused:
            self.refused[refused.refusal.reason] += 1
            return
        if following is not None:
            heapq.heappush(queue, (following, number, life))

    # -- when ------------------------------------------------------------------------------------------

    def _starts(self) -> Iterator[datetime]:
        """Report times: fewer at night and at the week's end, a little busier of late."""
        first = self.now - timedelta(days=self.county.days)
        for day in range(self.county.days + 1):
            morning = (first + timedelta(days=day)).replace(
                hour=0, minute=0, second=0, microsecond=0
            )
            weight = 1.15 if self.calendar.is_working_day(morning.date()) else 0.7
            for _ in range(self._poisson(self.county.cases_a_day / self.part.of * weight)):
                start = morning + timedelta(minutes=self.dice.triangular(-60, 860, 240))
                if start < self.now:
                    yield start
        for minutes in LATEST[self.part.number :: self.part.of]:
            yield self.now - timedelta(minutes=minutes)

    def _poisson(self, mean: float) -> int:
        count, left = 0, self.dice.expovariate(1)
        while left < mean:
            count, left = count + 1, left + self.dice.expovariate(1)
        return count

    def _work(self, at: datetime, hours: float) -> datetime:
        """Some hours later, at the desk."""
        later = at + hours * HOUR * self.dice.lognormvariate(0, 0.5)
        return later if self.calendar.is_open(later) else self._morning(later)

    def _morning(self, at: datetime) -> datetime:
        return self.calendar.next_opening(at) + timedelta(minutes=self.dice.uniform(2, 70))

    def _chance(self, share: float) -> bool:
        return self.dice.random() < share

    def _say(self, kind: str) -> str:
        return self.dice.choice(self.county.notes[kind])

    # -- one case --------------------------------------------------------------------------------------

    def _life(self, at: datetime) -> Life:
        yield at
        trouble = self.dice.choices(
            self.county.troubles, [one.weight for one in self.county.troubles]
        )[0]
        grid = self.dice.choices(self.grids, [self.busy[grid] for grid in self.grids])[0]
        if trouble.photo != "none" and self._chance(0.17):
            self._on_the_spot(trouble, grid, at)
            return
        case = self._report(trouble, grid, at)
        if self._chance(0.13):
            at = yield from self._joined(case, at)
        elif self.again.random() < TWICE and case.lon is not None:
            at = yield from reported_again(self.cast, self.again, case, trouble, at)
        yield from self._through(case, trouble, at)

    def _first_grids(self) -> list[str]:
        """The first grid of every community, twice: its worker has something to look at today."""
        return 2 * [grid for grid in self.grids if grid.endswith("001")]

    def _asked(self, grid: str, at: datetime) -> Life:
        """A neighbour's report that the street wants seen before it is accepted."""
        yield at
        trouble = self.dice.choice([one for one in self.county.troubles if one.photo != "none"])
        case = actions.report(
            actor=self._resident(grid, at), matter=trouble.matter, text=self.dice.choice(trouble.said),
            photos=self._photo(trouble, False), at=at, **self._where(grid),
        )  # fmt: skip
        yield (at := at + timedelta(minutes=self.dice.uniform(12, 50)))
        desk = self.cast.actor("street_dispatcher", case.desk)
        actions.ask_verification(actor=desk, case=case, at=at, note=self._say("ask"))

    def _where(self, grid: str) -> dict[str, Any]:
        name, lon, lat = self.dice.choice(self.cast.spots[grid])
        near = self.dice.uniform(-0.0002, 0.0002), self.dice.uniform(-0.0002, 0.0002)
        return {"lon": lon + near[0], "lat": lat + near[1], "place": name, "area": grid}

    def _photo(self, trouble: Trouble, after: bool) -> list[Print]:
        return (
            []
            if trouble.photo == "none" and not after
            else [picture(trouble.photo, after, self.dice)]
        )

    def _report(self, trouble: Trouble, grid: str, at: datetime) -> Case:
        facts = {
            "matter": trouble.matter,
            "text": self.dice.choice(trouble.said),
            "at": at,
            **self._where(grid),
        }
        way = self.dice.random()
        if way < 0.2:
            worker = self.cast.actor("grid_worker", grid)
            return actions.record(
                actor=worker, source="grid_patrol", photos=self._photo(trouble, False), **facts
            )
        if way < 0.34:
            agent = (
                self.cast.nearest("community_worker", grid)
                if way < 0.28
                else self.cast.nearest("hotline_agent", grid)
            )
            return actions.record(
                actor=agent, source=self.dice.choice(MANUAL), phone=self._phone(), **facts
            )
        photos = self._photo(trouble, False) if self._chance(0.6) else []
        if way < 0.8:
            return actions.report(actor=self._resident(grid, at), photos=photos, **facts)
        return actions.report(
            actor=anonymous(),
            phone=self._phone() if self._chance(0.6) else "",
            photos=photos,
            **facts,
        )

    def _resident(self, grid: str, at: datetime) -> Actor:
        return actor_of(self.dice.choice(self.cast.residents[grid]).pk, at)

    def _phone(self) -> str:
        return f"100{self.dice.randrange(10**8):08d}"

    def _on_the_spot(self, trouble: Trouble, grid: str, at: datetime) -> None:
        actions.self_handle(
            actor=self.cast.actor("grid_worker", grid), at=at, matter=trouble.matter,
            text=self.dice.choice(trouble.said), before=self._photo(trouble, False),
            after=self._photo(trouble, True), **self._where(grid),
        )  # fmt: skip

    def _joined(self, case: Case, at: datetime) -> Stretch:
        for _ in range(self.dice.randint(1, 5)):
            at += timedelta(minutes=self.dice.uniform(4, 90))
            yield at
            with suppress(Refused):  # the dice may name a neighbour twice
                actions.join(actor=self._resident(case.area, at), case=case, at=at)
        return at

    def _through(self, case: Case, trouble: Trouble, at: datetime) -> Life:
        desk = self.cast.actor("street_dispatcher", case.desk)
        if self._chance(0.09):
            yield (at := self._work(at, 0.4))
            actions.ask_verification(actor=desk, case=case, at=at)
            yield (at := self._work(at, 0.8))
            worker = self.cast.actor("grid_worker", case.area)
            actions.verify(actor=worker, case=case, at=at, found=True, note="到现场看过，情况属实")
        yield (at := self._work(at, 0.5))
        if self._chance(0.04):
            reason = self.dice.choice(["no_fact", "court", "answered"])
            actions.refuse(actor=desk, case=case, at=at, reason=reason)
            return
        actions.accept(actor=desk, case=case, at=at, note=self._say("accept"))
        while True:
            at = yield from self._handled(case, trouble, desk, at)
            again = yield from self._judged(case, trouble, at)
            if again is None:
                return
            at = again

    def _handled(self, case: Case, trouble: Trouble, desk: Actor, at: datetime) -> Stretch:
        """Dispatch, sign (or return), handle, feed back."""
        answers = orgs.answerers(case.matter, case.area)
        lead = answers[0].unit
        handler = self._handler(lead.pk)
        returns = 3 if self._chance(0.01) else 1 if self._chance(0.06) else 0
        for turn in range(returns + 1):
            yield (at := self._work(at, 0.4))
            if turn == 3:
                actions.arbitrate(
                    actor=self.cast.nearest("county_dispatcher", case.area),
                    case=case,
                    at=at,
                    lead=lead.pk,
                    note="按职责清单由该单位处理",
                )
            else:
                actions.dispatch(
                    actor=desk, case=case, at=at, lead=lead.pk, note=self._say("dispatch")
                )
            yield (at := self._work(at, 0.7))
            if turn < returns:
                other = self.dice.choice(
                    self.cast.units["urban_management"] + self.cast.units["municipal_works"]
                )
                actions.return_(
                    actor=handler,
                    case=case,
                    at=at,
                    reason="not_our_duty",
                    note="按职责清单不属于我单位，建议由该单位处理",
                    suggested=other.pk,
                )
        case = actions.sign(actor=handler, case=case, at=at)
        at = yield from self._worked(case, handler, desk, at)
        after = (
            self._photo(trouble, True) if MATTERS[case.matter].photo in ("after", "both") else []
        )
        actions.feed_back(
            actor=handler, case=case, at=at, note=self._say("feed_back"), photos=after
        )
        return at

    def _handler(self, unit: Any) -> Actor:
        post = (
            "department_handler"
            if ("department_handler", str(unit)) in self.cast.posts
            else "property_handler"
        )
        return self.cast.actor(post, str(unit))

    def _worked(self, case: Case, handler: Actor, desk: Actor, at: datetime) -> Stretch:
        """The time between signature and feedback, with its interruptions."""
        due = case.due_at or at + 8 * HOUR
        if self._chance(0.09):
            yield (at := self._morning(at + (due - at) * 0.5))
            delay = actions.ask_delay(
                actor=handler,
                case=case,
                at=at,
                amount=Decimal(2),
                reason=self.dice.choice(["weather", "material", "coordination"]),
                note=self._say("delay"),
            )
            yield (at := self._work(at, 0.5))
            actions.decide_delay(
                actor=desk,
                case=case,
                at=at,
                granted=delay.asked if self._chance(0.75) else Decimal(0),
                note="请抓紧处理",
            )
            due += 2 * HOUR
        elif self._chance(0.03):
            yield (at := self._work(at, 1))
            actions.suspend(
                actor=desk, case=case, at=at, reason="waiting_funds", note="维修资金正在审批"
            )
            yield (at := self._morning(at + timedelta(days=self.dice.uniform(2, 9))))
            actions.resume(actor=desk, case=case, at=at)
            due += at - due if at > due else timedelta()
        if self._chance(0.87):
            yield (
                done := max(
                    at + 20 * timedelta(minutes=1), at + (due - at) * self.dice.uniform(0.15, 0.95)
                )
            )
            return done
        late = self._morning(max(due, at) + self.dice.expovariate(0.05) * HOUR)
        if self._chance(0.5):
            yield (at := self._morning(max(due, at) + HOUR))
            leader = self.cast.nearest("street_leader", case.area)
            actions.press(actor=leader, case=case, at=at, note=self._say("press"))
        yield (done := max(late, at + HOUR))
        return done

    def _judged(
        self, case: Case, trouble: Trouble, at: datetime
    ) -> Generator[datetime, None, datetime | None]:
        """Checked, called back, rated, put away; a time when it must be handled again, else None."""
        worker = self.cast.actor("grid_worker", case.area)
        yield (at := self._work(at, 2))
        if self._chance(0.07):
            actions.check(actor=worker, case=case, at=at, passed=False, note=self._say("fail"))
            handler = self._handler(Case.objects.values_list("lead", flat=True).get(pk=case.pk))
            yield (at := self._work(at, 4))
            after = (
                self._photo(trouble, True)
                if MATTERS[case.matter].photo in ("after", "both")
                else []
            )
            actions.feed_back(
                actor=handler, case=case, at=at, note=self._say("feed_back"), photos=after
            )
            yield (at := self._work(at, 2))
        case = actions.check(actor=worker, case=case, at=at, passed=True, note=self._say("check"))
        if case.state == "awaiting_callback":
            yield (at := self._work(at, 6))
            caller = self.cast.nearest("community_worker", case.area)
            if self._chance(0.05):
                actions.call_back(
                    actor=caller,
                    case=case,
                    at=at,
                    reached=True,
                    solved=False,
                    note="反映人说问题还在",
                )
                return at
            stars = self.dice.choice([3, 4, 4, 5, 5, 5])
            actions.call_back(
                actor=caller,
                case=case,
                at=at,
                reached=True,
                solved=True,
                stars=stars,
                note=self._say("call_back"),
            )
        yield from self._rated(case, at)
        yield (at := self._morning(at + timedelta(days=31)))
        actions.archive(actor=self.cast.actor("street_dispatcher", case.desk), case=case, at=at)
        return None

    def _rated(self, case: Case, at: datetime) -> Life:
        if not self._chance(0.35):
            return
        yield (at := at + timedelta(hours=self.dice.uniform(1, 30)))
        reporter = (
            Reporter.objects.select_related("account")
            .filter(case=case, account__isnull=False)
            .first()
        )
        if reporter is not None:
            rater = actor_of(reporter.account_id, at)
            actions.rate(
                actor=rater,
                case=case,
                reporter=reporter,
                at=at,
                stars=self.dice.choice([3, 4, 5, 5]),
            )
